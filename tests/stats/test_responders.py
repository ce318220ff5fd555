"""Responders by a threshold: shares, differences and exact tests."""

from itertools import product
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dermdash.errors import TableError
from dermdash.stats.responders import paired_responders, responders


def arm(n_yes: int, n_no: int) -> list[float]:
    return [0.5] * n_yes + [0.0] * n_no


@pytest.mark.parametrize(
    ("a", "b", "p"),
    [
        ((3, 1), (1, 3), 0.4857142857),  # R: fisher.test(TeaTasting), two-sided
        ((2, 15), (10, 3), 0.0005367241191),  # R: fisher.test(Convictions), two-sided
        ((7, 27), (1, 33), 0.0544001305),  # R 4.2: fisher.test(matrix(c(7, 27, 1, 33), 2))
        ((9, 3), (1, 7), 0.0197666111),  # R 4.2: fisher.test(matrix(c(9, 3, 1, 7), 2))
    ],
)
def test_fisher_as_in_r(a: tuple[int, int], b: tuple[int, int], p: float) -> None:
    """A share of responders would be called different, or not, by a wrong p."""
    (contrast,) = responders({"a": arm(*a), "b": arm(*b)}, 0.2).contrasts
    assert contrast.method == "fisher_exact"
    assert contrast.p == pytest.approx(p, abs=5e-11)
    assert contrast.p_adjusted == contrast.p
    assert contrast.statistic == a[0]
    assert contrast.difference == pytest.approx(a[0] / sum(a) - b[0] / sum(b))


@given(st.integers(0, 6), st.integers(1, 6), st.integers(0, 6), st.integers(1, 6))
def test_fisher_is_the_sum_over_all_tables(yes_a: int, no_a: int, yes_b: int, no_b: int) -> None:
    """The test must be exact at the few subjects that trials have."""
    n_a, n_b, yes = yes_a + no_a, yes_b + no_b, yes_a + yes_b
    ways = {
        k: comb(n_a, k) * comb(n_b, yes - k) for k in range(max(0, yes - n_b), min(n_a, yes) + 1)
    }
    p = sum(way for way in ways.values() if way <= ways[yes_a]) / comb(n_a + n_b, yes)
    (contrast,) = responders({"a": arm(yes_a, no_a), "b": arm(yes_b, no_b)}, 0.2).contrasts
    assert contrast.p == pytest.approx(p, rel=1e-9)


@given(st.integers(0, 4), st.integers(0, 5), st.integers(0, 5), st.integers(1, 4))
def test_mcnemar_is_the_sum_over_all_swaps(both: int, only_a: int, only_b: int, none: int) -> None:
    """Sides of one face would be tested as if they were different people."""
    sides = np.array(
        [(0.5, 0.5)] * both + [(0.5, 0)] * only_a + [(0, 0.5)] * only_b + [(0, 0)] * none
    )
    observed = abs(only_a - only_b)
    sums = [abs(sum(signs)) for signs in product((1, -1), repeat=only_a + only_b)]
    p = np.mean([value >= observed for value in sums])
    found = paired_responders(sides[:, 0], sides[:, 1], 0.2, a="left", b="right")
    assert found.contrasts[0].p == pytest.approx(p)
    assert found.contrasts[0].difference == pytest.approx((only_a - only_b) / len(sides))
    assert found.contrasts[0].method == "mcnemar_exact"


def test_a_change_that_reaches_the_threshold_counts() -> None:
    """2.3 − 2.1 is .19999999999999973 to a computer, and .2 to everybody else."""
    changes = np.array([2.3, 2.4, 1.9]) - np.array([2.1, 2.1, 1.8])
    assert changes[0] < 0.2
    assert responders({"serum": changes}, 0.2).shares[0].n_responders == 2
    assert responders({"serum": -changes}, -0.2).shares[0].n_responders == 2
    assert responders({"serum": changes}, -0.2).shares[0].n_responders == 0


def test_missing_changes_are_counted_aloud() -> None:
    """A missing visit would count as a failure, or vanish."""
    found = responders({"a": [0.3, np.nan, 0.1], "b": [0.3, 0.3]}, 0.2)
    assert (found.shares[0].n, found.shares[0].n_missing, found.shares[0].share) == (2, 1, 0.5)
    assert found.warnings == ("1 of 3 subjects of a have no change and are left out.",)
    sides = paired_responders([0.3, np.nan, 0.3], [0.0, 0.0, 0.3], 0.2, a="left", b="right")
    assert [share.n for share in sides.shares] == [2, 2]
    assert sides.warnings[0].startswith("1 of 3 subjects of left have no change")


def test_a_threshold_within_measurement_error_is_named() -> None:
    """With an SD of change of .35, 28 % improve by .2 with no effect at all (field notes)."""
    changes = {"a": arm(2, 4), "b": arm(1, 5)}
    found = responders(changes, 0.2, smallest_detectable_change=1.959964 * 0.35)
    assert "under the smallest detectable change" in found.warnings[0]
    assert "about 28% would respond" in found.warnings[0]
    assert responders(changes, 0.7, smallest_detectable_change=0.686).warnings == ()


def test_several_arms_are_a_family() -> None:
    """Three arms give three chances of a lucky share; Holm takes them into account."""
    changes = {"a": arm(9, 1), "b": arm(2, 8), "placebo": arm(1, 9)}
    family = responders(changes, 0.2).contrasts
    assert [(c.a, c.b) for c in family] == [("a", "b"), ("a", "placebo"), ("b", "placebo")]
    assert [c.p_adjusted for c in family] == pytest.approx(
        [2 * family[0].p, 3 * family[1].p, family[2].p]
    )
    against = responders(changes, 0.2, control="placebo").contrasts
    assert [(c.a, c.b) for c in against] == [("a", "placebo"), ("b", "placebo")]
    assert against[0].p_adjusted == pytest.approx(2 * family[1].p)


@pytest.mark.parametrize(
    ("changes", "threshold", "said"),
    [
        ({"a": [0.1]}, 0.0, "does not say who responded"),
        ({"a": [0.1]}, np.nan, "does not say who responded"),
        ({"a": [np.nan]}, 0.2, "a has no subject with a change"),
        ({"a": []}, 0.2, "a has no subject with a change"),
        ({"a": [np.inf]}, 0.2, "infinite"),
        ({"a": ["x"]}, 0.2, "no number"),
    ],
)
def test_bad_input_is_one_sentence(
    changes: dict[str, list[float]], threshold: float, said: str
) -> None:
    """A traceback, or a share of nobody, instead of what to mend."""
    with pytest.raises(TableError, match=said):
        responders(changes, threshold)


def test_more_bad_input() -> None:
    """As above, for what several arms or sides can get wrong."""
    with pytest.raises(TableError, match="control C is no arm; choose one of a"):
        responders({"a": [0.1]}, 0.2, control="C")
    with pytest.raises(TableError, match="must be above 0"):
        responders({"a": [0.1]}, 0.2, smallest_detectable_change=-1)
    with pytest.raises(TableError, match="left has 1 changes and right 2"):
        paired_responders([0.1], [0.1, 0.2], 0.2, a="left", b="right")
    with pytest.raises(TableError, match="no subject"):
        paired_responders([np.nan], [0.1], 0.2, a="left", b="right")
    assert responders({"a": [0.1]}, 0.2).contrasts == ()
