"""Paired and repeated measures against R and published cases."""

from importlib.resources import files

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from dermdash.errors import TableError
from dermdash.stats.visits import (
    hemi_face,
    mean_changes,
    paired_contrasts,
    paired_t_test,
    residuals,
    rm_anova,
)
from dermdash.stats.within import holm

# Student 1908 (R: sleep)
SLEEP = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
SLEEP_2 = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]

# Maxwell and Delaney 2004, table 11.5: 12 children at 30, 36, 42 and 48 months
CHILDREN = np.array(
    [
        [108, 96, 110, 122], [103, 117, 127, 133], [96, 107, 106, 107], [84, 85, 92, 99],
        [118, 125, 125, 116], [110, 107, 96, 91], [129, 128, 123, 128], [90, 84, 101, 113],
        [84, 104, 100, 88], [96, 100, 103, 105], [105, 114, 105, 112], [113, 117, 132, 130],
    ]
)  # fmt: skip
MONTHS = ["M30", "M36", "M42", "M48"]

# Field 2013: seconds until eight celebrities retch, four foods
BUSHTUCKER = np.array(
    [
        [8, 9, 6, 5, 8, 7, 10, 12], [7, 5, 2, 3, 4, 5, 2, 6],
        [1, 2, 3, 1, 5, 6, 7, 8], [6, 5, 8, 9, 8, 7, 2, 1],
    ]
).T  # fmt: skip

scores = st.lists(st.tuples(*[st.integers(-50, 50)] * 3), min_size=3, max_size=8).map(
    lambda rows: np.array(rows, float) / 10
)


def test_sleep_as_student_published() -> None:
    """Lost: the first paired t-test. R 4.2.2: t.test(x, y, paired = TRUE)."""
    test = paired_t_test(SLEEP, SLEEP_2, a="first", b="second")
    assert (test.a, test.b, test.df, test.method) == ("first", "second", 9, "paired_t_test")
    assert test.statistic == pytest.approx(-4.06212768338203656, rel=1e-13)
    assert test.p == pytest.approx(0.00283289019738427, rel=1e-13)
    assert test.p_adjusted == test.p
    assert test.difference == pytest.approx(-1.58)
    assert test.ci_low == pytest.approx(-2.45988576327698238, rel=1e-13)
    assert test.ci_high == pytest.approx(-0.70011423672301754, rel=1e-13)
    assert test.effect is not None
    assert test.effect.name == "cohen_dz"
    assert test.effect.value == pytest.approx(-4.06212768338203656 / 10**0.5)
    # R: uniroot of pt(t, 9, ncp) at .975 and .025, over sqrt(10)
    assert test.effect.ci_low == pytest.approx(-2.118016513977067, rel=1e-7)
    assert test.effect.ci_high == pytest.approx(-0.414627756380144, rel=1e-7)


def test_darwins_maize() -> None:
    """Lost: Darwin 1876, fifteen pairs of plants. R: t.test(d)."""
    maize = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]
    test = paired_t_test(maize, [0] * 15)
    assert test.statistic == pytest.approx(2.1479874613311201, rel=1e-13)
    assert test.p == pytest.approx(0.0497029440218009, rel=1e-12)
    assert (test.ci_low, test.ci_high) == pytest.approx((0.0311933183929742, 41.8354733482736876))


def test_children_as_maxwell_and_delaney_published() -> None:
    """Lost: the textbook's F = 3.03, epsilon = .61.

    R: Anova(lm(m ~ 1), idata = data.frame(v = factor(1:4)), idesign = ~v, type = 3)
    """
    test = rm_anova(CHILDREN)
    assert (test.test, test.df) == ("rm_anova", (3, 33))
    assert test.statistic == pytest.approx(3.0269192422732, rel=1e-12)
    assert test.p == pytest.approx(4.32186269903093e-02, rel=1e-12)
    assert test.epsilon_gg == pytest.approx(0.6095444968046145, rel=1e-12)
    assert test.p_gg == pytest.approx(0.0747874018586514, rel=1e-12)


def test_bushtucker_as_field_published() -> None:
    """Lost: F(3, 21) = 3.79, p = .026, corrected .063: the correction decides. R as above."""
    test = rm_anova(BUSHTUCKER)
    assert test.statistic == pytest.approx(3.79380603096984, rel=1e-12)
    assert test.p == pytest.approx(2.55702968630395e-02, rel=1e-12)
    assert test.epsilon_gg == pytest.approx(0.5328455527984736, rel=1e-12)
    assert test.p_gg == pytest.approx(0.0625841206869634, rel=1e-12)


def test_the_ez_anova_example() -> None:
    """Lost: B: F(1, 7) = 22.4, p = .002125452 as ezANOVA has it, and AnovaRM's other factor."""
    from statsmodels.stats.anova import AnovaRM

    place = files("statsmodels").joinpath("stats/tests/results/anova-rm-test-data.csv")
    data = pd.read_csv(str(place))
    two = data.iloc[:16].pivot_table(index="id", columns="B", values="DV")
    test = rm_anova(two)
    assert (test.df, round(test.statistic, 5)) == ((1, 7), 22.4)
    assert test.p == pytest.approx(0.002125452, abs=5e-10)
    assert (test.epsilon_gg, test.p_gg) == (1.0, test.p)

    three = data.pivot_table(index="id", columns="B", values="DV")
    test = rm_anova(three)
    oracle = AnovaRM(data, "DV", "id", within=["B"], aggregate_func="mean").fit().anova_table
    assert test.statistic == pytest.approx(oracle["F Value"].iloc[0])
    assert test.p == pytest.approx(3.83392141090418e-03, rel=1e-12)  # R's car
    assert test.epsilon_gg == pytest.approx(0.89909089823645649, rel=1e-12)
    assert test.p_gg == pytest.approx(0.00545117165506749, rel=1e-12)


def test_pairs_by_holm_as_in_r() -> None:
    """Lost: six looks at the children would count as one.

    R: p.adjust of t.test(m[, i], m[, j], paired = TRUE)$p.value, "holm"
    """
    found = {(c.a, c.b): c for c in paired_contrasts(CHILDREN, MONTHS)}
    assert len(found) == 6
    assert found["M48", "M30"].p == pytest.approx(0.0329853763478665, rel=1e-12)
    assert found["M48", "M30"].p_adjusted == pytest.approx(0.197912258087199, rel=1e-12)
    assert found["M42", "M30"].p_adjusted == pytest.approx(0.210617273909794, rel=1e-12)
    assert found["M36", "M30"].p_adjusted == pytest.approx(0.596757122921449, rel=1e-12)
    assert found["M48", "M42"].p_adjusted == pytest.approx(0.813913110352969, rel=1e-12)
    assert found["M48", "M30"].difference == pytest.approx(9)


@given(scores)
def test_two_visits_are_the_paired_t(table: NDArray[np.float64]) -> None:
    """Lost: F and t of the same two visits would disagree."""
    assume(np.ptp(table[:, 1] - table[:, 0]) > 0)
    f, t = rm_anova(table[:, :2]), paired_t_test(table[:, 1], table[:, 0])
    assert f.statistic == pytest.approx(t.statistic**2, rel=1e-6, abs=1e-12)
    assert f.p == pytest.approx(t.p, rel=1e-6)


@given(scores, st.randoms(use_true_random=False), st.integers(-1000, 1000))
def test_laws_of_repeated_measures(table, random, shift: int) -> None:  # type: ignore[no-untyped-def]
    """Lost: sorting the rows, another zero or a subject's own level would move p."""
    assume(np.ptp(table[:, 1] - table[:, 0]) > 0 and np.ptp(table[:, 2] - table[:, 1]) > 0)
    rows, columns = list(range(len(table))), [0, 1, 2]
    random.shuffle(rows)
    random.shuffle(columns)
    moved = table[rows][:, columns] + shift + np.arange(len(table))[:, None]
    one, other = rm_anova(table), rm_anova(moved)
    assert other.p == pytest.approx(one.p, rel=1e-6)
    assert other.p_gg == pytest.approx(one.p_gg, rel=1e-6)
    assert one.epsilon_gg is not None
    assert 0.5 - 1e-9 <= one.epsilon_gg <= 1


def test_swapping_the_visits_flips_the_signs() -> None:
    """Lost: a rise would be read as a fall."""
    one, other = paired_t_test(SLEEP, SLEEP_2), paired_t_test(SLEEP_2, SLEEP)
    assert (other.difference, other.statistic) == (-one.difference, -one.statistic)
    assert (other.ci_low, other.ci_high, other.p) == (-one.ci_high, -one.ci_low, one.p)


@pytest.mark.parametrize("noise", [1e-2, 1e-4, 1e-9, 1e-12])
@pytest.mark.parametrize("n", [2, 3, 12])
def test_nearly_equal_differences_still_have_an_effect(n: int, noise: float) -> None:
    """Lost: very sure results, t of 30 to 10^12, would end in NaN, a traceback or no end."""
    differences = 1 + noise * np.random.default_rng(n).normal(size=n)
    effect = paired_t_test(differences, np.zeros(n)).effect
    assert effect is not None
    assert effect.value > 0
    assert effect.ci_low < effect.value < effect.ci_high < np.inf


def test_hemi_face_is_the_difference_of_changes() -> None:
    """Lost: a side that was better at baseline would pass for a better product."""
    rng = np.random.default_rng(4)
    treated, control = rng.normal(2, 0.3, (12, 3)), rng.normal(2, 0.3, (12, 3))
    found = hemi_face(treated, control, ["D0", "D28", "D56"], a="serum", b="placebo")
    assert [(c.visit, c.a, c.b) for c in found] == [
        ("D28", "serum", "placebo"),
        ("D56", "serum", "placebo"),
    ]
    by_hand = (treated[:, 2] - treated[:, 0]) - (control[:, 2] - control[:, 0])
    assert found[1].difference == pytest.approx(by_hand.mean())
    one = paired_t_test(by_hand, np.zeros(12))
    assert found[1].p == pytest.approx(one.p)
    assert [c.p_adjusted for c in found] == pytest.approx(holm([c.p for c in found]))
    assert found[0].p_adjusted != found[0].p or found[1].p_adjusted != found[1].p
    shifted = hemi_face(treated + 1, control, ["D0", "D28", "D56"])
    assert shifted[1].p == pytest.approx(found[1].p)
    steps = [0.1, 0.3, 0.4]
    with pytest.raises(TableError, match="all 12 differences serum − placebo equal"):
        hemi_face(control + steps, control, ["D0", "D28", "D56"], a="serum", b="placebo")
    with pytest.raises(TableError, match="12 subjects and 'placebo' has 11"):
        hemi_face(treated, control[1:], ["D0", "D28", "D56"], a="serum", b="placebo")


def test_changes_within_arms_carry_no_p() -> None:
    """Lost: stars on within-arm changes. R: t.test(d)$conf.int by arm."""
    found = mean_changes([*SLEEP_2, 3.0], [*SLEEP, 2.5], ["x"] * 10 + ["y"])
    assert [(m.arm, m.n) for m in found] == [("x", 10), ("y", 1)]
    assert (found[0].ci_low, found[0].ci_high) == pytest.approx(
        (0.70011423672301754, 2.45988576327698238)
    )
    assert (found[1].mean, found[1].ci_low, found[1].sd) == (0.5, None, None)
    assert not hasattr(found[0], "p")


def test_residuals_leave_nothing_of_subject_and_visit() -> None:
    """Lost: the check of normality would look at the subjects' levels."""
    left = residuals(CHILDREN)
    assert left.shape == (12, 4)
    np.testing.assert_allclose(left.sum(axis=0), 0, atol=1e-10)
    np.testing.assert_allclose(left.sum(axis=1), 0, atol=1e-10)
    assert np.sum(left**2) == pytest.approx(2006)  # R: Error SS


@pytest.mark.parametrize(
    ("later", "earlier", "words"),
    [
        ([2.4, 2.5, 2.2], [2.3, 2.4, 2.1], "all 3 differences later − earlier equal 0.1"),
        ([2, 2, 2], [2, 2, 2], "equal 0"),
        ([2], [1], "1 subjects have both values"),
        ([], [], "0 subjects have both values"),
        ([1, 2, 3], [1, 2], "3 later values stand against 2"),
        ([1, None, 3], [1, 2, 3], "1 of the later values are missing"),
        ([1, 2, 3], [1, np.inf, 3], "1 of the earlier values are missing or infinite"),
        (["1a", "2", "3"], [1, 2, 3], "no number"),
    ],
)
def test_what_cannot_be_paired_is_said(
    later: list[float], earlier: list[float], words: str
) -> None:
    """Lost: t = 10^15 from rounding, a NaN, or a traceback."""
    with pytest.raises(TableError, match=words):
        paired_t_test(later, earlier)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (np.add.outer([1.0, 2.0, 4.0], [0.1, 0.2, 0.4]), "by the same steps"),
        (np.ones((4, 3)), "by the same steps"),
        (np.array([[1.0, 2.0, np.nan], [1.0, 3.0, 2.0]]), "1 of the table's values are missing"),
        (np.ones((1, 3)), "1 complete subjects"),
    ],
)
def test_what_cannot_be_repeated_is_said(table: NDArray[np.float64], words: str) -> None:
    """Lost: F = NaN, as AnovaRM gives without a word."""
    with pytest.raises(TableError, match=words):
        rm_anova(table)
