"""The noncentral F as power needs it: without gaps, and averaged over unequal baselines."""

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray


def missed_by_f(
    df1: int, df2: int, noncentrality: NDArray[np.float64], critical: float
) -> NDArray[np.float64]:
    """P(F < critical) of the noncentral F.

    scipy's is NaN here and there where it lies below 1e-50, which counts as 0. That it lies so low
    is told by a bound: (z + √ncp)² is no more than a quarter of ncp, or the other variance large.
    """
    from scipy.special import chdtrc, ncfdtr, ndtr

    missed = ncfdtr(df1, df2, noncentrality, critical)
    most = chdtrc(df2, df2 * noncentrality / (4 * df1 * critical))
    most = most + ndtr(-np.sqrt(noncentrality) / 2)
    return np.where(np.isnan(missed) & (most < 1e-15), 0.0, missed)


def imbalance(df: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Nodes and weights of the share of noncentrality that unequal baselines leave.

    The share is 1 / (1 + t²/df), t Student's with the baselines' degrees of freedom: cos² of an
    angle whose density is proportional to cos^(df - 1).
    """
    nodes, weights = _legendre()
    angle = (nodes + 1) / 2 * min(math.pi / 2, 10 / math.sqrt(df))
    density = weights * np.cos(angle) ** (df - 1)
    return np.cos(angle) ** 2, density / density.sum()


@lru_cache(maxsize=1)
def _legendre() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    nodes, weights = np.polynomial.legendre.leggauss(96)
    return nodes, weights
