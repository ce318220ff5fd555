"""Sizes of effects, each with the interval that its noncentral distribution gives."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from dermdash.errors import TableError
from dermdash.stats.findings import Effect
from dermdash.stats.within import ROUNDING, finite

SHARE_LEVEL = 0.90  # of shares of variance: F tests have one side, so this one agrees with p < .05

HUGE = 1e7  # F whose numerator may pass for exact; the noncentral distribution has no digits there


def eta_squared(statistic: float, df1: float, df2: float) -> Effect:
    """Share of the variance between arms, from a one-way F; 90 % interval.

    The interval turns the limits of the noncentrality into ncp / (ncp + df2), as R's effectsize
    does (Steiger's 2004 has ncp / (ncp + N) instead); the limits are exact roots.

    Raises
    ------
    TableError
        F or the degrees of freedom are no such numbers.

    >>> effect = eta_squared(45.8, 3, 35)
    >>> [round(x, 5) for x in (effect.value, effect.ci_low, effect.ci_high)]
    [0.79698, 0.68567, 0.85598]
    """
    return _eta("eta_squared", statistic, df1, df2)


def partial_eta_squared(statistic: float, df1: float, df2: float) -> Effect:
    """The effect's share of its own and the error's variance; as `eta_squared` in all else."""
    return _eta("partial_eta_squared", statistic, df1, df2)


def omega_squared(statistic: float, df1: float, df2: float) -> Effect:
    """Share of the population's variance between arms, from a one-way F; 90 % interval.

    value : nearly unbiased, and 0 where the estimate would be negative
    ci_low, ci_high : ncp / (ncp + N), which is this share exactly (Steiger 2004), with
        N = df1 + df2 + 1; R's effectsize takes it around an F that was shrunk first, a little lower

    Raises TableError as `eta_squared`.

    >>> round(omega_squared(45.8, 3, 35).value, 5)
    0.77509
    """
    low, high = _noncentral_f(statistic, df1, df2)
    n = df1 + df2 + 1
    value = max(0.0, df1 * (statistic - 1) / (df1 * statistic + df2 + 1))
    return Effect("omega_squared", value, low / (low + n), high / (high + n), SHARE_LEVEL)


def hedges_g(a: ArrayLike, b: ArrayLike, *, alpha: float = 0.05) -> Effect:
    """Difference *a − b* in pooled standard deviations, corrected for small samples.

    a, b : (n,) values of the subjects
    ci_low, ci_high : by the noncentral t for equal variances, corrected like the value, as R's
        effectsize does: exact but for the correction (.941 instead of .95 at a true 3 SDs, n = 12)

    Raises
    ------
    TableError
        Fewer than 4 subjects in all, an arm without any, or nothing varies within the arms.

    Source: Hedges 1981, exact factor; Hedges & Olkin 1985. R: ``effectsize::hedges_g``.

    >>> round(hedges_g([5, 6, 7, 9], [3, 4, 6, 5]).value, 4)
    1.291
    """
    a, b = finite(a, "the values of a"), finite(b, "the values of b")
    df = a.size + b.size - 2
    if min(a.size, b.size) < 1 or df < 2:
        raise TableError(
            f"{a.size} and {b.size} subjects give no Hedges' g; 4 in all are the least; add some"
        )
    centre = a[0]
    mean_a, mean_b = (a - centre).mean(), (b - centre).mean()
    squares = float(((a - centre - mean_a) ** 2).sum() + ((b - centre - mean_b) ** 2).sum())
    largest = max(np.max(np.abs(a)), np.max(np.abs(b)))
    if squares <= (ROUNDING * largest) ** 2 * (df + 2):
        raise TableError(
            f"all values are {a[0]:g} and {b[0]:g}; Hedges' g needs values that vary within the "
            "arms; check the column"
        )
    factor = (1 / a.size + 1 / b.size) ** 0.5
    t = float(mean_a - mean_b) / ((squares / df) ** 0.5 * factor)
    return standardized(t, df, factor, alpha=alpha)


def cohen_dz(differences: ArrayLike, *, alpha: float = 0.05) -> Effect:
    """Mean of paired differences in their own standard deviations; interval by noncentral t.

    differences : (n,) later − earlier, one a subject

    Raises
    ------
    TableError
        Fewer than 2 differences, or they do not vary.

    Source: Cohen 1988; Goulet-Pelletier & Cousineau 2018. R: ``effectsize::cohens_d(paired =)``.

    >>> round(cohen_dz([0.2, 0.5, -0.1, 0.4]).value, 4)
    0.9449
    """
    values = finite(differences, "the differences")
    if values.size < 2 or np.ptp(values) <= ROUNDING * np.max(np.abs(values)):
        raise TableError(
            f"{values.size} equal differences give no effect size; 2 that vary are the least; "
            "check the columns"
        )
    n = values.size
    dz = float(values.mean() / values.std(ddof=1))
    low, high = noncentral_t_interval(dz * n**0.5, n - 1, alpha=alpha)
    return Effect("cohen_dz", dz, low / n**0.5, high / n**0.5, 1 - alpha)


def standardized(t: float, df: float, factor: float, *, alpha: float = 0.05) -> Effect:
    """Hedges' g of a contrast, from its t.

    df : degrees of freedom of the standard deviation, 2 or more
    factor : the contrast's standard error over that standard deviation
    """
    from scipy.special import gammaln

    correction = float(np.exp(gammaln(df / 2) - gammaln((df - 1) / 2)) / (df / 2) ** 0.5)
    low, high = (limit * factor for limit in noncentral_t_interval(t, df, alpha=alpha))
    return Effect(
        "hedges_g", t * factor * correction, low * correction, high * correction, 1 - alpha
    )


def noncentral_t_interval(t: float, df: float, *, alpha: float = 0.05) -> tuple[float, float]:
    """The noncentralities between which `t` is no surprise.

    >>> low, high = noncentral_t_interval(2.0, 22)
    >>> round(low, 4), round(high, 4)
    (-0.0669, 4.0253)
    """
    if t < 0:
        low, high = noncentral_t_interval(-t, df, alpha=alpha)
        return -high, -low

    def excess(ncp: float, p: float) -> float:
        return _noncentral_t_cdf(t, df, ncp) - p

    width = (1 + t**2 / (2 * df)) ** 0.5
    return (
        _root(lambda ncp: excess(ncp, 1 - alpha / 2), t, -width),
        _root(lambda ncp: excess(ncp, alpha / 2), t, width),
    )


def _noncentral_t_cdf(t: float, df: float, ncp: float) -> float:
    """P(T ≤ t) for t ≥ 0; by the trapezoid rule where scipy's is NaN or needs too long."""
    from scipy import special, stats

    p = float(stats.nct.cdf(t, df, ncp)) if t < 20 else np.nan
    if not np.isnan(p):
        return p
    z = np.linspace(-9, 9, 1441)
    weights = np.exp(-(z**2) / 2)
    beyond = special.chdtrc(df, df * (np.maximum(z + ncp, 0) / t) ** 2)
    return float(weights @ beyond / weights.sum())


def _eta(name: str, statistic: float, df1: float, df2: float) -> Effect:
    low, high = _noncentral_f(statistic, df1, df2)
    value = df1 * statistic / (df1 * statistic + df2)
    return Effect(name, value, low / (low + df2), high / (high + df2), SHARE_LEVEL)


def _noncentral_f(statistic: float, df1: float, df2: float) -> tuple[float, float]:
    """The noncentralities between which F is no surprise; 0 where even that is too large."""
    from scipy import stats

    if not (0 <= statistic < np.inf and 0 < df1 < np.inf and 0 < df2 < np.inf):
        raise TableError(
            f"F({df1:g}, {df2:g}) = {statistic:g} gives no share of variance; F from 0 and degrees "
            "of freedom above 0 are needed; check the test"
        )
    tail = (1 - SHARE_LEVEL) / 2

    def limit(p: float) -> float:
        if stats.f.cdf(statistic, df1, df2) <= p:
            return 0.0
        start = df1 * statistic
        if statistic > HUGE:
            return start * float(stats.chi2.isf(p, df2)) / df2
        return _root(lambda ncp: float(stats.ncf.cdf(statistic, df1, df2, ncp)) - p, 0.0, start)

    return limit(1 - tail), limit(tail)


def _root(function: Callable[[float], float], start: float, step: float) -> float:
    """Where the function changes its sign, looked for from `start` in the direction of `step`."""
    from scipy.optimize import brentq

    here, there = start, start + step
    sign = function(start) > 0
    while (function(there) > 0) == sign:
        here, there, step = there, there + step, step * 1.5
    return float(brentq(function, here, there, xtol=1e-12, rtol=1e-12))
