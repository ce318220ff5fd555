"""Confidence intervals of variances that are sums, differences or shares of mean squares.

A mean square has at least one degree of freedom. Where an estimate at 0 looks like less, the
normal approximation of the estimates stands in for chi-square and F.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dermdash.stats.variance import Components


@dataclass(frozen=True, slots=True)
class Difference:
    """A variance and the noise that its mean square holds as well.

    value, noise : two (sums of) variance components
    value_variance, covariance, noise_variance : of their estimates
    """

    value: float
    noise: float
    value_variance: float
    covariance: float
    noise_variance: float

    @classmethod
    def of(
        cls, fit: Components, value: NDArray[np.bool_], noise: NDArray[np.bool_]
    ) -> "Difference":
        """Add up the components that the two masks choose."""
        a, b = value.astype(float), noise.astype(float)
        c = fit.covariance
        return cls(
            float(a @ fit.variances),
            float(b @ fit.variances),
            float(a @ c @ a),
            float(a @ c @ b),
            float(b @ c @ b),
        )

    def mean_square(self) -> tuple[float, float, float, float]:
        """M = value + λ noise that is uncorrelated with noise; M, λ, degrees of freedom of both.

        In a balanced one-way design M is the mean square of the subjects over their number of
        scans, and λ one over that number.
        """
        weight = max(-self.covariance / self.noise_variance, 0.0)
        m = self.value + weight * self.noise
        variance = (
            self.value_variance + 2 * weight * self.covariance + weight**2 * self.noise_variance
        )
        df = 2 * self.noise**2 / self.noise_variance
        return m, weight, 2 * m**2 / variance, max(df, 1.0)

    def normal_interval(self, alpha: float) -> tuple[float, float]:
        """Value ± z standard errors, at least 0."""
        from scipy.special import ndtri

        half = -float(ndtri(alpha / 2)) * self.value_variance**0.5
        return max(self.value - half, 0.0), max(self.value + half, 0.0)


def sum_interval(value: float, variance: float, alpha: float) -> tuple[float, float]:
    """Interval of a sum of mean squares by chi-square, with Satterthwaite's degrees of freedom."""
    from scipy.stats import chi2

    df = max(2 * value**2 / variance, 1.0)
    return value * df / float(chi2.isf(alpha / 2, df)), value * df / float(chi2.ppf(alpha / 2, df))


def share_interval(difference: Difference, alpha: float) -> tuple[float, float]:
    """Interval of value / (value + noise) by F; exact in a balanced one-way design."""
    from scipy.stats import f

    m, weight, df1, df2 = difference.mean_square()
    if df1 < 1:
        low, high = difference.normal_interval(alpha)
        low, high = min(low, difference.value) / difference.noise, high / difference.noise
        return low / (1 + low), high / (1 + high)
    ratio = m / difference.noise
    low = ratio / float(f.isf(alpha / 2, df1, df2)) - weight
    high = ratio / float(f.ppf(alpha / 2, df1, df2)) - weight
    return low / (1 + low), high / (1 + high)


def difference_interval(difference: Difference, alpha: float) -> tuple[float, float]:
    """Modified large sample interval of M − λ noise, at least 0.

    Ting, Burdick, Graybill, Jeyaratnam & Lu (1990), J Stat Comput Simul 35:135.
    """
    from scipy.stats import chi2, f

    m, weight, df1, df2 = difference.mean_square()
    if df1 < 1:
        return difference.normal_interval(alpha)
    e = weight * difference.noise
    upper, lower = alpha / 2, 1 - alpha / 2

    def quantile(df: float, tail: float) -> float:
        return float(chi2.isf(tail, df)) / df

    f_up, f_low = float(f.isf(upper, df1, df2)), float(f.isf(lower, df1, df2))
    g1, g2 = 1 - 1 / quantile(df1, upper), 1 - 1 / quantile(df2, upper)
    h1, h2 = 1 / quantile(df1, lower) - 1, 1 / quantile(df2, lower) - 1
    g12 = ((f_up - 1) ** 2 - (g1 * f_up) ** 2 - h2**2) / f_up
    h12 = ((1 - f_low) ** 2 - (h1 * f_low) ** 2 - g2**2) / f_low
    below = (g1 * m) ** 2 + (h2 * e) ** 2 + g12 * m * e
    above = (h1 * m) ** 2 + (g2 * e) ** 2 + h12 * m * e
    value = m - e
    return max(value - max(below, 0) ** 0.5, 0.0), max(value + max(above, 0) ** 0.5, 0.0)
