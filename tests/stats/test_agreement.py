"""How far readers agree: what a difference between two of their depths is worth."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dermdash.errors import TableError
from dermdash.stats.agreement import Form, icc, limits_of_agreement
from dermdash.stats.findings import Effect

# Shrout & Fleiss 1979, table 2: six targets, four judges
RATINGS = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
# Bland & Altman 1986, Lancet 327:307, peak flow: the Wright meter twice, the mini meter once
WRIGHT = [494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427]
AGAIN = [490, 397, 512, 401, 470, 611, 415, 431, 638, 429, 420, 633, 275, 492, 165, 372, 421]
MINI = [512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451]


def numbers(effect: Effect) -> tuple[float, float, float]:
    return effect.value, effect.ci_low, effect.ci_high


# From R 4.2: mean squares of aov, quantiles of qf and qt. The first two as psych::ICC has them for
# the paper's table: .17 (-.13 to .72), .29 (.02 to .76).
@pytest.mark.parametrize(
    ("ratings", "form", "expected"),
    [
        (RATINGS, "icc_1_1", (0.1657417684, -0.1329323249, 0.7225600623)),
        (RATINGS, "icc_2_1", (0.2897637795, 0.0187865134, 0.7610843696)),
        (np.transpose([WRIGHT, MINI]), "icc_1_1", (0.9460147251, 0.8607901713, 0.9799392155)),
        (np.transpose([WRIGHT, MINI]), "icc_2_1", (0.9459284056, 0.8574111712, 0.9800786591)),
        (np.transpose([WRIGHT, AGAIN]), "icc_1_1", (0.9831650201, 0.9552392901, 0.9938183246)),
        (np.transpose([WRIGHT, AGAIN]), "icc_2_1", (0.9831640083, 0.9552167234, 0.9938189727)),
    ],
)
def test_icc_as_in_r(ratings: object, form: Form, expected: tuple[float, ...]) -> None:
    """Lost: the ICC would not be the one that readers know."""
    assert numbers(icc(ratings, form)) == pytest.approx(expected, abs=1e-8)  # type: ignore[arg-type]


def test_limits_as_bland_and_altman_have_them() -> None:
    """Lost: limits of agreement, or their intervals, that no reviewer would find again."""
    found = limits_of_agreement(WRIGHT, MINI)
    # In the paper: mean -2.1, SD 38.8, its interval -22.0 to 17.8; limits by 1.96 SD, from R
    assert numbers(found.mean) == pytest.approx((-2.11764706, -22.0488377, 17.81354358), abs=1e-7)
    assert found.sd == pytest.approx(38.76512987, abs=1e-7)
    lower = (-78.09590547, -112.85155314, -43.34025779)
    assert numbers(found.lower) == pytest.approx(lower, abs=1e-7)
    upper = (73.86061135, 39.10496368, 108.61625902)
    assert numbers(found.upper) == pytest.approx(upper, abs=1e-7)
    assert found.n == 17


def test_the_difference_is_the_first_less_the_second() -> None:
    """Lost: the deeper reader would be called the shallower one."""
    one, other = limits_of_agreement(WRIGHT, MINI), limits_of_agreement(MINI, WRIGHT)
    assert other.mean.value == -one.mean.value
    assert numbers(other.lower) == pytest.approx([-one.upper.value, *_turned(one.upper)])


def _turned(effect: Effect) -> tuple[float, float]:
    return -effect.ci_high, -effect.ci_low


def test_the_level_is_the_one_asked_for() -> None:
    """Lost: 80 % intervals would be called 95 %."""
    wide, narrow = icc(RATINGS, "icc_2_1"), icc(RATINGS, "icc_2_1", alpha=0.2)
    assert narrow.level == pytest.approx(0.8)
    assert wide.ci_low < narrow.ci_low < narrow.value < narrow.ci_high < wide.ci_high
    assert limits_of_agreement(WRIGHT, MINI, alpha=0.2).lower.value > -78


def test_readers_who_agree_entirely() -> None:
    """Lost: perfect agreement would be a division by zero."""
    found = limits_of_agreement(WRIGHT, WRIGHT)
    assert (found.sd, numbers(found.mean)) == (0, (0, 0, 0))
    for form in ("icc_1_1", "icc_2_1"):
        assert numbers(icc(np.transpose([WRIGHT, WRIGHT]), form)) == (1, 1, 1)  # type: ignore[arg-type]


def test_a_reader_who_is_always_deeper_does_not_agree() -> None:
    """Lost: a constant shift of 30 µm would pass for perfect agreement."""
    depths = np.array([60.0, 70, 65, 80, 75, 62])
    found = limits_of_agreement(depths + 30, depths)
    assert numbers(found.mean) == pytest.approx((30, 30, 30))
    apart = icc(np.column_stack([depths + 30, depths]), "icc_2_1")
    assert apart.value < 0.2
    assert apart.ci_low <= apart.value <= apart.ci_high


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 200), st.integers(1, 200)), min_size=5, max_size=20),
    st.integers(-50, 50),
)
def test_laws(pairs: list[tuple[int, int]], shift: int) -> None:
    """Lost: agreement would depend on where depths are counted from, or leave its bounds."""
    table = np.array(pairs, float)
    if np.ptp(table) == 0:
        with pytest.raises(TableError, match="all looks are"):
            icc(table, "icc_2_1")
        return
    for form in ("icc_1_1", "icc_2_1"):
        found = icc(table, form)  # type: ignore[arg-type]
        assert found.value <= 1 + 1e-9
        assert found.ci_low - 1e-9 <= found.value <= found.ci_high + 1e-9
        moved = icc(table + shift, form)  # type: ignore[arg-type]
        assert numbers(moved) == pytest.approx(numbers(found), abs=1e-6)
    limits = limits_of_agreement(table[:, 0], table[:, 1])
    assert limits.lower.value <= limits.mean.value <= limits.upper.value


@pytest.mark.parametrize("n", [0, 1, 4])
def test_too_few_pairs_are_refused(n: int) -> None:
    """Lost: two readings would make a claim on all readers."""
    with pytest.raises(TableError, match="too few"):
        limits_of_agreement(WRIGHT[:n], MINI[:n])
    with pytest.raises(TableError, match="too few"):
        icc(np.transpose([WRIGHT[:n], MINI[:n]]), "icc_1_1")


def test_what_is_no_table_of_looks_is_refused() -> None:
    """Lost: a traceback instead of a sentence."""
    with pytest.raises(TableError, match="missing"):
        limits_of_agreement([*WRIGHT[:-1], float("nan")], MINI)
    with pytest.raises(TableError, match="are no pairs"):
        limits_of_agreement(WRIGHT, MINI[:-1])
    with pytest.raises(TableError, match="agree with itself"):
        icc(np.transpose([WRIGHT]), "icc_1_1")
    with pytest.raises(TableError, match="no error rate"):
        icc(RATINGS, "icc_1_1", alpha=0)
    with pytest.raises(TableError, match="missing"):
        icc([[1, float("inf")]] * 6, "icc_2_1")
    with pytest.raises(TableError, match="all looks are 60"):
        icc([[60, 60]] * 6, "icc_2_1")
