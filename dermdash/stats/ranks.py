"""Ranks of independent arms, and the shift between two of them (Hodges, Lehmann, Moses)."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dermdash.errors import TableError

Floats = NDArray[np.float64]

DIGITS = 1e-14  # of the largest value; below, values differ by rounding errors only
EXACT_BELOW = 50  # subjects in each of two arms, as in R
MAX_PAIRS = 4_000_000  # differences that are kept at once


@dataclass(frozen=True, slots=True, eq=False)
class Ranks:
    """Mid-ranks of all values together.

    ranks : for each arm (n,)
    variance : of a rank drawn at random, N − 1 in the divisor
    tied : whether any two values are equal
    """

    ranks: tuple[Floats, ...]
    variance: float
    tied: bool


@dataclass(frozen=True, slots=True)
class Shift:
    """Median of all differences *a − b*, with Moses' interval."""

    median: float
    ci_low: float
    ci_high: float


def ranked(arms: Mapping[str, Floats]) -> Ranks:
    """Mid-ranks as `mid_ranks`; raises TableError where all values are equal."""
    ranks = mid_ranks(*arms.values())
    if ranks.variance == 0:
        raise TableError(
            "all values are equal; a test of ranks needs values that vary; check whether the "
            "column holds measured values"
        )
    return ranks


def mid_ranks(*arms: Floats) -> Ranks:
    """Mid-ranks of the arms' values; values that differ by rounding errors are tied."""
    from scipy.stats import rankdata

    values = settled(*arms)
    everything = np.concatenate(values)
    ranks = rankdata(everything)
    squares = ((ranks - ranks.mean()) ** 2).sum() / max(1, ranks.size - 1)
    ends = np.cumsum([own.size for own in values])[:-1]
    tied = np.unique(everything).size < everything.size
    return Ranks(tuple(np.split(ranks, ends)), float(squares), tied)


def settled(*values: Floats) -> tuple[Floats, ...]:
    """Values without the last digits, in which sums differ that should be equal.

    >>> [own.item() for own in settled(np.array([0.1 + 0.2]), np.array([0.3]))]
    [0.3, 0.3]
    """
    largest = max(float(np.max(np.abs(own))) for own in values)
    if largest == 0:
        return values
    decimals = int(np.floor(-np.log10(DIGITS * largest)))
    return tuple(np.round(own, decimals) for own in values)


def chances_of_u(m: int, n: int) -> Floats:
    """(m × n + 1,) chance of each value of U where two arms of m and n are alike and nothing ties.

    >>> chances_of_u(1, 2).round(3).tolist()
    [0.333, 0.333, 0.333]
    """
    least = m * (m + 1) // 2  # of a sum of m ranks
    ways = np.zeros((m + 1, least + m * n + 1))
    ways[0, 0] = 1
    for rank in range(1, m + n + 1):
        ways[1:, rank:] += ways[:-1, :-rank].copy()
    counts = ways[m, least:]
    return np.asarray(counts / counts.sum())


def hodges_lehmann(a: Floats, b: Floats, *, alpha: float = 0.05) -> Shift:
    """The shift of `a` against `b`: the median of all differences, and Moses' interval.

    The interval holds the shifts that Mann and Whitney's test would not reject: exact where it is
    (fewer than 50 in each arm, no ties), else with its continuity and ties. It is infinite where
    no pair of differences reaches the level (3 against 3).

    Source: Hollander & Wolfe 1999, 4.2 and 4.3. R: ``wilcox.test(conf.int = TRUE)``, which has
    finite intervals of a lower level there, and searches between differences where there are ties.
    """
    a, b = settled(a, b)
    m, n = a.size, b.size
    cut = _moses(mid_ranks(a, b), alpha)
    middle = [(m * n - 1) // 2, m * n // 2]
    inner = [cut - 1, m * n - cut] if cut else []
    chosen = _kth_differences(a, b, [*middle, *inner])
    low, high = (chosen[2], chosen[3]) if cut else (-np.inf, np.inf)
    return Shift((chosen[0] + chosen[1]) / 2, low, high)


def _moses(ranks: Ranks, alpha: float) -> int:
    """Which difference, counted from 1 and from either end, bounds the interval; 0: none does."""
    from scipy.stats import norm

    m, n = (own.size for own in ranks.ranks)
    if exact(ranks):
        below = np.cumsum(chances_of_u(m, n))
        return int(np.searchsorted(below, alpha / 2 * (1 - 1e-12)))
    spread = u_sd(ranks) * float(norm.isf(alpha / 2))
    return max(0, int(np.floor(m * n / 2 - 0.5 - spread)) + 1)


def exact(ranks: Ranks) -> bool:
    """Whether Mann and Whitney's test has its exact distribution."""
    return not ranks.tied and max(own.size for own in ranks.ranks) < EXACT_BELOW


def u_sd(ranks: Ranks) -> float:
    """Standard deviation of U where two arms are alike, ties allowed for."""
    m, n = (own.size for own in ranks.ranks)
    return float(np.sqrt(m * n / (m + n) * ranks.variance))


def _kth_differences(a: Floats, b: Floats, places: list[int]) -> list[float]:
    """The differences a − b at these places of their ascending order, counted from 0."""
    if a.size * b.size <= MAX_PAIRS:
        differences = np.sort(np.subtract.outer(a, b), axis=None)
        (differences,) = settled(differences)
        return [float(differences[place]) for place in places]
    a, b = np.sort(a), np.sort(b)
    return [_bisected(a, b, place) for place in places]


def _bisected(a: Floats, b: Floats, place: int) -> float:
    low, high = float(a[0] - b[-1]), float(a[-1] - b[0])
    while low < (middle := (low + high) / 2) < high:
        if np.searchsorted(b, a - middle, side="left").sum() > a.size * b.size - place - 1:
            low = middle
        else:
            high = middle
    return high
