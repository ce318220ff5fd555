"""Wilcoxon's signed-rank test: exact with ties, its estimate and interval by Hodges and Lehmann."""

from math import floor, inf, log10

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dermdash.errors import TableError
from dermdash.stats.findings import Contrast
from dermdash.stats.within import paired_differences

EXACT = 300  # differences; above, the normal approximation is right to more digits than are shown
DIGITS = 13  # significant decimal digits of a double that a subtraction leaves untouched


def wilcoxon_signed_rank(
    later: ArrayLike,
    earlier: ArrayLike,
    *,
    a: str = "later",
    b: str = "earlier",
    visit: str | None = None,
    decimals: int | None = None,
    alpha: float = 0.05,
) -> Contrast:
    """Are the differences *later − earlier* of the same subjects symmetric around 0?

    later, earlier : (n_subjects,) finite
    decimals : to which the differences are rounded, so that equal ones are tied; None takes the
        decimals of the data

    The test drops differences of 0 (Wilcoxon 1945, as R's and scipy's default) and gives the
    others mid-ranks; p comes from all 2^n signs of these ranks, ties or not (above 300 differences
    from the normal approximation with Edwards' correction). ``statistic`` is V, the sum of the
    ranks of the positive differences. ``difference`` is the pseudo-median, the median of all
    pairwise means of the differences, zeros included; its interval holds at least 1 − alpha
    (Hollander, Wolfe and Chicken 2014, 3.2-3.3) and is unbounded (−inf, inf) where too few
    subjects, under 6 for .95, allow none.
    Raises TableError with fewer than two subjects, or where every difference is 0.

    >>> darwin = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]
    >>> test = wilcoxon_signed_rank(darwin, [0] * 15)
    >>> test.statistic, round(test.p, 5), test.difference, (test.ci_low, test.ci_high)
    (96.0, 0.04126, 25.0, (4.0, 41.5))
    """
    differences = rounded_differences(later, earlier, decimals)
    moved = differences[differences != 0]
    if not moved.size:
        raise TableError(
            f"all {differences.size} differences {a} − {b} are 0; a signed-rank test needs some "
            "that are not; check whether the two columns are the same"
        )
    statistic, p = signed_rank_p(moved)
    low, high = pseudo_median_interval(differences, alpha=alpha)
    return Contrast(
        a=a,
        b=b,
        difference=float(np.median(walsh_averages(differences))),
        ci_low=low,
        ci_high=high,
        p=p,
        p_adjusted=p,
        method="wilcoxon_signed_rank",
        statistic=statistic,
        visit=visit,
    )


def rounded_differences(
    later: ArrayLike, earlier: ArrayLike, decimals: int | None = None
) -> NDArray[np.float64]:
    """Differences without the noise of binary fractions, so that ties are ties and 0 is 0.

    >>> rounded_differences([14.0, 13.3], [13.2, 12.5]).tolist()
    [0.8, 0.8]
    """
    differences = paired_differences(later, earlier)
    both = np.concatenate([np.asarray(later, np.float64), np.asarray(earlier, np.float64)])
    largest = float(np.max(np.abs(both)))
    if decimals is None:
        most = DIGITS - 1 - floor(log10(largest)) if largest else 0
        decimals = next(
            (d for d in range(max(most, 0)) if np.array_equal(np.round(both, d), both)),
            max(most, 0),
        )
    return np.asarray(np.round(differences, decimals), np.float64)


def signed_rank_p(differences: NDArray[np.float64]) -> tuple[float, float]:
    """V and its two-sided p for differences without 0."""
    from scipy import stats

    ranks = stats.rankdata(np.abs(differences))
    statistic = float(ranks[differences > 0].sum())
    if differences.size > EXACT:
        distance = abs(statistic - ranks.sum() / 2) - 0.5
        p = 2 * float(stats.norm.sf(max(distance, 0.0) / np.sqrt(np.sum(ranks**2) / 4)))
        return statistic, p
    doubled = np.rint(2 * ranks).astype(int)
    chances = rank_sums(doubled)
    at = round(2 * statistic)
    tail = min(at, chances.size - 1 - at)  # the distribution is symmetric
    return statistic, min(1.0, 2 * float(chances[: tail + 1].sum()))


def rank_sums(ranks: NDArray[np.int_]) -> NDArray[np.float64]:
    """Chance of each sum 0, 1, ... of whole ranks, each taken or not by a fair coin.

    >>> rank_sums(np.array([1, 2])).tolist()
    [0.25, 0.25, 0.25, 0.25]
    """
    chances = np.zeros(int(ranks.sum()) + 1)
    chances[0] = 1.0
    for rank in ranks:
        taken = chances[:-rank] / 2
        chances /= 2
        chances[rank:] += taken
    return chances


def walsh_averages(differences: NDArray[np.float64]) -> NDArray[np.float64]:
    """Means of all pairs, each value with itself too: (n (n + 1) / 2,), sorted."""
    i, j = np.triu_indices(differences.size)
    return np.asarray(np.sort((differences[i] + differences[j]) / 2), np.float64)


def pseudo_median_interval(
    differences: NDArray[np.float64], *, alpha: float = 0.05
) -> tuple[float, float]:
    """The exact signed-rank interval of the pseudo-median, or (−inf, inf)."""
    from scipy import stats

    n = differences.size
    pairs = n * (n + 1) // 2
    if n > EXACT:
        spread = np.sqrt(pairs * (2 * n + 1) / 12)
        k = floor(pairs / 2 - 0.5 - float(stats.norm.isf(alpha / 2)) * spread) + 1
    else:
        below = np.cumsum(rank_sums(np.arange(1, n + 1)))
        k = int(np.searchsorted(below, alpha / 2))
    if k == 0:
        return -inf, inf
    averages = walsh_averages(differences)
    return float(averages[k - 1]), float(averages[pairs - k])
