"""Two arms compared within each stratum (a study, a centre), and the differences put together.

What stands beside the additive model of `blocks`: without equal variances, and by ranks.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dermdash.errors import TableError
from dermdash.stats.findings import Contrast
from dermdash.stats.ranks import mid_ranks, settled
from dermdash.stats.within import ROUNDING, finite, labels_of

Floats = NDArray[np.float64]
Stratum = tuple[Floats, Floats]


def strata_of(
    values: ArrayLike, arm: Sequence[str], block: Sequence[str], pair: tuple[str, str]
) -> list[Stratum]:
    """The values of two arms in each block that has both.

    Raises
    ------
    TableError
        No block has both.
    """
    y = finite(values, "the values")
    arms, blocks = labels_of(arm, y.size), labels_of(block, y.size)
    a, b = pair
    cells = [
        (y[(arms == a) & (blocks == name)], y[(arms == b) & (blocks == name)])
        for name in dict.fromkeys(blocks.tolist())
    ]
    found = [cell for cell in cells if cell[0].size and cell[1].size]
    if not found:
        raise TableError(f"no block has both {a!r} and {b!r}; compare arms of one block")
    return found


def stratified_welch(
    strata: Sequence[Stratum], pair: tuple[str, str], *, alpha: float = 0.05
) -> Contrast:
    """Mean difference *a − b* over strata, each cell with its own variance.

    Strata weigh n_a n_b / (n_a + n_b), so that two arms have the additive model's estimate; the
    degrees of freedom are Satterthwaite's. One stratum is Welch's t test.

    Raises
    ------
    TableError
        A stratum has one subject of an arm, or nothing varies.

    >>> one = stratified_welch([(np.array([2.0, 3, 4]), np.array([1.0, 2, 2]))], ("a", "b"))
    >>> round(one.difference, 3), round(one.p, 3)
    (1.333, 0.134)
    """
    from scipy import stats

    sizes = np.array([[a.size, b.size] for a, b in strata])
    if sizes.min() < 2:
        raise TableError(
            f"a block has 1 subject of {pair[int(sizes.min(axis=0).argmin())]!r}; each needs 2 for "
            "a variance of its own; leave the block out"
        )
    weight = sizes.prod(axis=1) / sizes.sum(axis=1)
    weight = weight / weight.sum()
    differences = np.array([(a - b[0]).mean() - (b - b[0]).mean() for a, b in strata])
    variances = np.array([[np.var(own, ddof=1) for own in cell] for cell in strata])
    parts = weight[:, None] ** 2 * variances / sizes
    largest = max(float(np.max(np.abs(own))) for cell in strata for own in cell)
    if parts.sum() <= (ROUNDING * largest) ** 2:
        raise TableError(
            f"all values within {pair[0]!r} and within {pair[1]!r} are equal in each block; a test "
            "needs values that vary; check the column"
        )
    error = float(parts.sum()) ** 0.5
    df = float(parts.sum() ** 2 / (parts**2 / (sizes - 1)).sum())
    difference = float(weight @ differences)
    t = difference / error
    half = float(stats.t.isf(alpha / 2, df)) * error
    p = 2 * float(stats.t.sf(abs(t), df))
    return Contrast(
        a=pair[0],
        b=pair[1],
        difference=difference,
        ci_low=difference - half,
        ci_high=difference + half,
        p=p,
        p_adjusted=p,
        method="stratified_welch",
        statistic=t,
        standard_error=error,
        df=df,
    )


def van_elteren(
    strata: Sequence[Stratum], pair: tuple[str, str], *, alpha: float = 0.05
) -> Contrast:
    """Van Elteren's test: ranks within strata, strata weighing 1 / (n + 1); normal, ties allowed.

    difference, ci_low, ci_high : the shift of b's values by which the test is undecided, and the
        shifts that it would not reject; infinite where the strata are too small for the level

    Raises
    ------
    TableError
        All values are equal within each stratum.

    Source: van Elteren 1960; Lehmann 1975, 3.3. R: ``coin::independence_test(score ~ arm |
    block)`` with ranks over n + 1.
    """
    from scipy.stats import norm

    z = _z(strata, 0.0)
    if np.isnan(z):
        raise TableError(
            "within each block all values are equal; a test of ranks needs values that vary; "
            "check whether the column holds measured values"
        )
    p = 2 * float(norm.sf(abs(z)))
    steps = np.unique(
        np.concatenate(
            [settled(np.subtract.outer(a, b).ravel())[0] for a, b in (settled(*s) for s in strata)]
        )
    )
    limit = float(norm.isf(alpha / 2))
    reached, passed = _crossing(strata, steps, 0.0)
    return Contrast(
        a=pair[0],
        b=pair[1],
        difference=(reached + passed) / 2,
        ci_low=_crossing(strata, steps, limit)[1],
        ci_high=_crossing(strata, steps, -limit)[0],
        p=p,
        p_adjusted=p,
        method="van_elteren",
        statistic=z,
    )


def _z(strata: Sequence[Stratum], shift: float) -> float:
    """The standardised weighted sum of ranks, with a's values taken lower by ``shift``."""
    away = variance = 0.0
    for a, b in strata:
        ranks = mid_ranks(a - shift, b)
        m, n = a.size, b.size
        weight = 1 / (m + n + 1)
        away += weight * (float(ranks.ranks[0].sum()) - m * (m + n + 1) / 2)
        variance += weight**2 * m * n / (m + n) * ranks.variance
    return away / variance**0.5 if variance > 0 else np.nan


def _crossing(strata: Sequence[Stratum], steps: Floats, level: float) -> tuple[float, float]:
    """The steps at which z reaches the level and falls below it; infinite where it never does.

    steps : (n,) ascending shifts at which z falls; between them it is even
    """
    between = np.concatenate([[steps[0] - 1], (steps[1:] + steps[:-1]) / 2, [steps[-1] + 1]])
    edges = np.concatenate([[-np.inf], steps, [np.inf]])

    def first(*, below: bool) -> float:
        low, high = 0, between.size
        while low < high:
            middle = (low + high) // 2
            z = _z(strata, float(between[middle]))
            if z < level or (z == level and not below):
                high = middle
            else:
                low = middle + 1
        return float(edges[low])

    return first(below=False), first(below=True)
