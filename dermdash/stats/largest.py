"""Chances of the largest of several comparisons: Tukey's range, and Dunnett's, also unbalanced.

Both are integrals over the estimated standard deviation and one normal variable. The trapezoid
rule gives them within milliseconds and to ten digits, far into the tail, where libraries subtract
from one and lose them; no random numbers are drawn.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SCALE_POINTS = 160  # twice as many below 3 degrees of freedom, where the scale varies widely
NORMAL_POINTS = 100
CUT = 1e-13  # share of the probability that the cut ends of the scale may hold
REACH = 9.5  # standard deviations of a normal variable; beyond lies 2e-21


def range_sf(q: float, n_means: int, df: float) -> float:
    """Probability that the studentised range of means exceeds `q` (R: ``ptukey(lower = FALSE)``).

    q : the range over its standard error; for one pair of means |t| times √2
    n_means : 2 or more
    df : degrees of freedom of the standard deviation, > 0, also fractional

    Source: Tukey 1953; Copenhaver & Holland 1988.

    >>> round(range_sf(3.5, 3, 33), 6)
    0.047713
    """
    if q <= 0:
        return 1.0
    at, step = _grid(NORMAL_POINTS, -REACH, REACH)

    def beyond(scaled: Floats) -> Floats:
        from scipy.special import ndtr

        largest = scaled[:, None] / 2 + at  # the integrand peaks between scaled / 2 and 0
        below, away = ndtr(largest), ndtr(largest - scaled[:, None])
        with np.errstate(divide="ignore"):  # where all lies outside, its share is 1
            share = -np.expm1((n_means - 1) * np.log1p(-np.minimum(away / below, 1)))
        heights = _density(largest) * below ** (n_means - 1) * share
        return _capped(n_means * step * heights.sum(axis=1))

    return _over_scale(beyond, q, df, _two_sided(q / 2**0.5, df))


@lru_cache(maxsize=1024)
def range_critical(alpha: float, n_means: int, df: float) -> float:
    """The studentised range that is exceeded with probability `alpha` (R: ``qtukey``).

    >>> round(range_critical(0.05, 3, 33), 6)
    3.470189
    """
    pairs = n_means * (n_means - 1) // 2
    return 2**0.5 * _critical(lambda t: range_sf(t * 2**0.5, n_means, df), alpha, pairs, df)


def dunnett_sf(t: float, n_treatments: Sequence[int], n_control: int, df: float) -> float:
    """Probability that the largest |t| of treatments against one control exceeds `t`.

    n_treatments : (n_treatments,) subjects of each treatment
    df : degrees of freedom of the common standard deviation, > 0

    Source: Dunnett 1955; unequal sizes as in Hochberg & Tamhane 1987, 5.2.

    >>> round(dunnett_sf(2.5, [12, 12], 12, 33), 6)
    0.032601
    """
    if t <= 0:
        return 1.0
    n = np.asarray(n_treatments, dtype=np.float64)
    loading = np.sqrt(n / (n + n_control))
    own = np.sqrt(n_control / (n + n_control))
    at, step = _grid(NORMAL_POINTS, 0.0, 1.0)

    def beyond(scaled: Floats) -> Floats:
        from scipy.special import ndtr

        edge = scaled[:, None]
        width = loading.max() * edge + REACH  # of half the line; the other half mirrors it
        shared = at * width
        inside = np.zeros_like(shared)
        for rho, sd in zip(loading, own, strict=True):
            outside = ndtr((rho * shared - edge) / sd) + ndtr((-rho * shared - edge) / sd)
            inside += np.log1p(-np.minimum(outside, 1 - 1e-16))
        heights = _density(shared) * -np.expm1(inside)
        heights[:, 0] /= 2
        return _capped(2 * step * width[:, 0] * heights.sum(axis=1))

    return _over_scale(beyond, t, df, _two_sided(t, df))


@lru_cache(maxsize=1024)
def dunnett_critical(
    alpha: float, n_treatments: tuple[int, ...], n_control: int, df: float
) -> float:
    """The largest |t| that is exceeded with probability `alpha`.

    >>> round(dunnett_critical(0.05, (9, 9), 9, 24), 2)
    2.35
    """
    n = n_treatments
    return _critical(lambda t: dunnett_sf(t, n, n_control, df), alpha, len(n), df)


def _over_scale(
    beyond: Callable[[Floats], Floats], statistic: float, df: float, at_least: float
) -> float:
    """Mean of ``beyond(statistic × s)``, where df s² is chi-squared with `df` degrees of freedom.

    at_least : the chance of one comparison alone; where it is tiny nobody needs more digits
    """
    from scipy import stats

    if at_least < 1e-250:
        return at_least
    ends = np.array([stats.chi2.ppf(CUT * at_least, df), stats.chi2.isf(CUT * at_least, df)])
    log_s, step = _grid(SCALE_POINTS if df >= 3 else 2 * SCALE_POINTS, *(np.log(ends / df) / 2))
    squares = df * np.exp(2 * log_s)
    density = 2 * squares * stats.chi2.pdf(squares, df)
    chance = step * float((density * beyond(statistic * np.exp(log_s))).sum())
    return float(min(max(chance, at_least), 1.0))


def _critical(sf: Callable[[float], float], alpha: float, comparisons: int, df: float) -> float:
    """The t where `sf` equals `alpha`; it lies between Student's and Bonferroni's."""
    from scipy import stats
    from scipy.optimize import brentq

    low, high = stats.t.isf(alpha / 2, df), stats.t.isf(alpha / 2 / comparisons, df)
    if comparisons == 1:
        return float(low)
    return float(
        brentq(lambda t: np.log(sf(t) / alpha), low * 0.999999, high * 1.000001, rtol=1e-11)
    )


def _grid(n: int, low: float, high: float) -> tuple[Floats, float]:
    """Points and step of the trapezoid rule, exact to many digits where both ends are at rest."""
    return np.linspace(low, high, n), float(high - low) / (n - 1)


def _density(z: Floats) -> Floats:
    density: Floats = np.exp(-(z**2) / 2) / (2 * np.pi) ** 0.5
    return density


def _capped(chance: Floats) -> Floats:
    return np.minimum(chance, 1.0)


def _two_sided(t: float, df: float) -> float:
    from scipy import stats

    return 2 * float(stats.t.sf(t, df))
