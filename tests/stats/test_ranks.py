"""Ranks and shifts."""

import numpy as np
import pytest

from dermdash.errors import TableError
from dermdash.stats import ranks
from dermdash.stats.ranks import chances_of_u, hodges_lehmann, mid_ranks, ranked, settled


@pytest.mark.parametrize(
    ("m", "n", "u", "expected", "quantile"),
    # R 4.2.2: pwilcox(u, m, n), qwilcox(.025, m, n)
    [
        (5, 7, 10, 0.133838383838384, 6),
        (12, 12, 40, 0.0341807203430571, 38),
        (40, 45, 500, 0.000170768163421854, 678),
    ],
)
def test_null_distribution_as_in_r(m: int, n: int, u: int, expected: float, quantile: int) -> None:
    """Lost: exact p and intervals would be exactly wrong."""
    below = np.cumsum(chances_of_u(m, n))
    assert below[u] == pytest.approx(expected, rel=1e-11)
    assert int(np.searchsorted(below, 0.025)) == quantile
    assert chances_of_u(m, n) == pytest.approx(chances_of_u(n, m), rel=1e-11)
    assert below[-1] == pytest.approx(1)


def test_many_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lost: two large arms would fill the memory, or get another shift than small ones."""
    rng = np.random.default_rng(5)
    a, b = rng.normal(1, 1, 70).round(1), rng.normal(0, 2, 55).round(1)
    whole = hodges_lehmann(a, b)
    monkeypatch.setattr(ranks, "MAX_PAIRS", 10)
    searched = hodges_lehmann(a, b)
    assert searched.median == pytest.approx(whole.median, abs=1e-12)
    assert searched.ci_low == pytest.approx(whole.ci_low, abs=1e-12)
    assert searched.ci_high == pytest.approx(whole.ci_high, abs=1e-12)


def test_settled() -> None:
    """Lost: rounding errors would break ties; true differences must stay."""
    (same,) = settled(np.array([0.1 + 0.2, 0.3, 0.3 + 1e-9, 0.0]))
    assert same[0] == same[1] < same[2]
    assert settled(np.zeros(3))[0].tolist() == [0, 0, 0]
    (large,) = settled(np.array([1e12 + 0.4, 1e12 + 0.5]))
    assert large[0] < large[1]


def test_constant() -> None:
    """Lost: ranks of nothing would have a p."""
    with pytest.raises(TableError, match="all values are equal"):
        ranked({"a": np.ones(3), "b": np.ones(2)})
    assert mid_ranks(np.ones(3), np.ones(2)).tied


def test_the_interval_ends_where_the_level_is_just_reached() -> None:
    """Lost: rounding would move the interval by one difference where a chance equals alpha / 2.

    With 2 against 6 there are 28 orders; U is 0 to 4 in 1 + 1 + 2 + 2 + 3 = 9 of them.
    """
    a, b = np.array([10.0, 31.0]), np.array([1.0, 3.0, 7.0, 15.0, 40.0, 90.0])
    differences = np.sort(np.subtract.outer(a, b), axis=None)
    found = hodges_lehmann(a, b, alpha=2 * 9 / 28)
    assert (found.ci_low, found.ci_high) == (differences[3], differences[-4])
