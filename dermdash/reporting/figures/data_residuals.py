"""Numbers behind the plots of what a model leaves unexplained."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dermdash.stats.assumptions import qq

Floats = NDArray[np.float64]
QUANTILE_TITLE = "quantile of the standard normal distribution"


@dataclass(frozen=True, slots=True, eq=False)
class QuantilePlot:
    """Residuals in order against the quantiles of a normal distribution; arrays are (n,).

    line : what a normal distribution through the quartiles would give (R: ``qqline``)
    low, high : where 95 % of such samples have that point, each point for itself
    """

    quantile: Floats
    residual: Floats
    line: Floats
    low: Floats
    high: Floats


def quantile_plot(residuals: ArrayLike, *, level: float = 0.95) -> QuantilePlot:
    """Normal quantiles, the residuals in order, and how far chance moves them.

    The band has the beta distributions of the order statistics (David and Nagaraja 2003, 2.1).

    Raises
    ------
    TableError
        A residual is missing or infinite, or there are none.

    >>> quantile_plot([3.0, 1.0, 2.0]).line.round(2).tolist()
    [1.36, 2.0, 2.64]
    """
    from scipy.special import betaincinv, ndtri

    quantile, ordered = qq(residuals)
    lower, upper = np.quantile(ordered, [0.25, 0.75])
    slope = (upper - lower) / (ndtri(0.75) - ndtri(0.25))
    middle = (upper + lower) / 2
    rank = np.arange(1, ordered.size + 1)
    ends = [
        middle + slope * ndtri(betaincinv(rank, ordered.size + 1 - rank, tail))
        for tail in ((1 - level) / 2, (1 + level) / 2)
    ]
    return QuantilePlot(quantile, ordered, middle + slope * quantile, *ends)
