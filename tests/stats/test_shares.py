"""Intervals of shares against published tables."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dermdash.errors import TableError
from dermdash.stats.shares import difference_interval, paired_difference_interval, share_interval

# Newcombe 1998, Stat Med 17:873, table II, method 10
NEWCOMBE = [
    ((56, 70, 48, 80), (0.0524, 0.3339)),
    ((9, 10, 3, 10), (0.1705, 0.8090)),
    ((6, 7, 2, 7), (0.0582, 0.8062)),
    ((5, 56, 0, 29), (-0.0381, 0.1926)),
    ((0, 10, 0, 20), (-0.1611, 0.2775)),
    ((0, 10, 0, 10), (-0.2775, 0.2775)),
    ((10, 10, 0, 20), (0.6791, 1.0000)),
    ((10, 10, 0, 10), (0.6075, 1.0000)),
]


@pytest.mark.parametrize(("counts", "limits"), NEWCOMBE)
def test_differences_as_newcombe_published(
    counts: tuple[int, int, int, int], limits: tuple[float, float]
) -> None:
    """Else the risk difference in a claim's file would not be the one that reviewers recompute."""
    assert difference_interval(*counts) == pytest.approx(limits, abs=5e-5)


@pytest.mark.parametrize(
    ("table", "limits"),
    [
        # Altman, Machin, Bryant, Gardner 2000, Statistics with Confidence, table 6.2
        ((14, 5, 0, 22), (0.011, 0.226)),
        # Bentur 2009 in Fagerland, Lydersen, Laake 2014, Stat Med 33:2850
        ((1, 1, 7, 12), (-0.507, -0.026)),
    ],
)
def test_paired_differences_as_published(
    table: tuple[int, int, int, int], limits: tuple[float, float]
) -> None:
    """Hemi-face results would carry an interval that ignores the pairing."""
    assert paired_difference_interval(*table) == pytest.approx(limits, abs=5e-4)


@pytest.mark.parametrize(
    ("count", "n", "wilson", "exact"),
    [
        # Newcombe 1998, Stat Med 17:857, table I, methods 3 and 5
        (81, 263, (0.2553, 0.3662), (0.2527, 0.3676)),
        (15, 148, (0.0624, 0.1605), (0.0578, 0.1617)),
        (0, 20, (0.0000, 0.1611), (0.0000, 0.1684)),
        (1, 29, (0.0061, 0.1718), (0.0009, 0.1776)),
        # R 4.2: prop.test(7, 12, correct = FALSE); binom.test(7, 12)
        (7, 12, (0.3195113125, 0.8067396863), (0.2766696857, 0.8483477702)),
    ],
)
def test_single_shares_as_published(
    count: int, n: int, wilson: tuple[float, float], exact: tuple[float, float]
) -> None:
    """The share of responders of an arm would be stated too surely."""
    assert share_interval(count, n) == pytest.approx(wilson, abs=5e-5)
    assert share_interval(count, n, method="clopper_pearson") == pytest.approx(exact, abs=5e-5)


counts = st.integers(0, 30)


@given(counts, counts, counts, counts)
def test_swapping_arms_flips_the_interval(both: int, only_a: int, only_b: int, none: int) -> None:
    """A page that names the arms the other way round would tell another story."""
    if both + only_a + only_b + none == 0:
        return
    low, high = paired_difference_interval(both, only_a, only_b, none)
    swapped = paired_difference_interval(both, only_b, only_a, none)
    assert swapped == pytest.approx((-high, -low), abs=1e-12)
    difference = (only_a - only_b) / (both + only_a + only_b + none)
    assert -1 <= low <= difference + 1e-12
    assert difference - 1e-12 <= high <= 1
    n_a, n_b = both + only_a + 1, only_b + none + 1
    low, high = difference_interval(both, n_a, none, n_b)
    assert difference_interval(none, n_b, both, n_a) == pytest.approx((-high, -low), abs=1e-12)


@pytest.mark.parametrize(("count", "n"), [(3, 2), (-1, 5), (0, 0)])
def test_impossible_counts_are_refused(count: int, n: int) -> None:
    """A wrong count would become an interval outside 0 to 1."""
    with pytest.raises(TableError, match="is no share"):
        share_interval(count, n)


@pytest.mark.parametrize("alpha", [0.0, 1.0, float("nan")])
def test_an_interval_needs_a_level(alpha: float) -> None:
    """Lost: limits that are no numbers, in silence."""
    with pytest.raises(TableError, match="is no error rate"):
        difference_interval(3, 5, 1, 5, alpha=alpha)
