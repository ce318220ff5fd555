"""Critical values of the largest of several comparisons, by quadrature: no simulation, no table."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from dermdash.errors import TableError


def tukey_critical_value(n_arms: int, df: float, *, alpha: float = 0.05) -> float:
    """Upper quantile of the studentized range (R: ``qtukey(1 - alpha, n_arms, df)``).

    >>> round(tukey_critical_value(3, 33), 4)
    3.4702
    """
    _check(n_arms, df, alpha)
    return _solve("range", n_arms - 1, float(df), alpha)


def dunnett_critical_value(n_treatments: int, df: float, *, alpha: float = 0.05) -> float:
    """Two-sided critical t of treatments against one control, all of equal size.

    >>> round(dunnett_critical_value(2, 10), 2)
    2.57
    """
    _check(n_treatments + 1, df, alpha)
    return _solve("control", n_treatments, float(df), alpha)


def _check(n_arms: int, df: float, alpha: float) -> None:
    if n_arms < 2 or df < 1 or not 0 < alpha < 1:
        raise TableError(
            f"{n_arms} arms with {df} degrees of freedom at alpha={alpha} cannot be compared; "
            "two arms, one degree of freedom and an alpha between 0 and 1 are the least"
        )


@lru_cache(maxsize=4096)
def _solve(kind: str, others: int, df: float, alpha: float) -> float:
    """The c with P(largest > c) = alpha; integrands of Dunnett (1955) and Tukey (1953)."""
    from scipy.optimize import brentq
    from scipy.special import ndtr
    from scipy.stats import chi2

    low, high = np.log(chi2.ppf([alpha * 1e-9, 1 - 1e-14], df) / df) / 2
    log_s, s_weight = _legendre(low, high, 96)
    s = np.exp(log_s)
    s_weight = s_weight * np.exp(df * log_s - df * (s**2 - 1) / 2)
    s_weight /= s_weight.sum()
    z, z_weight = _legendre(-9, 9, 96)
    z_weight = z_weight * np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)

    def inside(c: float) -> NDArray[np.float64]:
        width = c * s[:, None]
        if kind == "range":
            share = (others + 1) * (ndtr(z) - ndtr(z - width)) ** others
        else:
            share = (ndtr(z + width * 2**0.5) - ndtr(z - width * 2**0.5)) ** others
        return np.asarray(share)

    def excess(c: float) -> float:
        return float(s_weight @ inside(c) @ z_weight) - (1 - alpha)

    top = 4.0
    while excess(top) < 0:
        top *= 2
    return float(brentq(excess, 0, top, xtol=1e-12, rtol=1e-13))


def _legendre(low: float, high: float, n: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    nodes, weights = _unit_legendre(n)
    return low + nodes * (high - low), weights * (high - low)


@lru_cache(maxsize=4)
def _unit_legendre(n: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    nodes, weights = np.polynomial.legendre.leggauss(n)
    return (nodes + 1) / 2, weights / 2
