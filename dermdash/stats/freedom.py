"""Tests of fixed effects whose covariance was estimated: Kenward and Roger, Satterthwaite."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from dermdash.stats.reml import RemlFit

Floats = NDArray[np.floating[Any]]
Freedom = Literal["kenward_roger", "satterthwaite"]
Information = Literal["observed", "expected"]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A linear combination of the coefficients with its standard error."""

    value: float
    standard_error: float
    df: float

    @property
    def statistic(self) -> float:
        """t."""
        return self.value / self.standard_error

    @property
    def p(self) -> float:
        """Two-sided."""
        from scipy import stats

        return float(2 * stats.t.sf(abs(self.statistic), self.df))

    def interval(self, alpha: float) -> tuple[float, float]:
        """Confidence interval of level 1 − alpha."""
        from scipy import stats

        half = self.standard_error * float(stats.t.isf(alpha / 2, self.df))
        return self.value - half, self.value + half

    def in_units(self, unit: float, origin: float = 0.0) -> "Estimate":
        """The same estimate where 1 is ``unit`` and 0 is ``origin``."""
        return Estimate(origin + unit * self.value, unit * self.standard_error, self.df)


@dataclass(frozen=True, slots=True)
class WaldF:
    """F with its degrees of freedom."""

    statistic: float
    df: tuple[float, float]
    p: float


@dataclass(frozen=True, slots=True)
class Inference:
    """What estimates and tests stand on.

    adjusted : (p, p), covariance of the coefficients; Kenward and Roger's is larger, because
        the covariance of the visits is estimated
    parameter_covariance : (d, d), of the covariance parameters
    """

    fit: RemlFit
    freedom: Freedom
    adjusted: Floats
    parameter_covariance: Floats


def infer(
    fit: RemlFit,
    *,
    freedom: Freedom = "kenward_roger",
    information: Information = "observed",
) -> Inference:
    """Covariance of the coefficients, and of the covariance parameters that it stands on.

    information : "observed" as SAS and the R package mmrm take it, the right one where what is
        missing depends on what was seen; "expected" as in the paper and in pbkrtest

    Source: Kenward & Roger 1997, Biometrics 53:983. Σ is linear in its elements, so that their
    second derivatives vanish.
    """
    phi = fit.coefficient_covariance
    if information == "observed":
        w = np.linalg.inv(fit.observed_information)
    else:
        w = np.linalg.inv(fit.expected_information)
    if freedom == "satterthwaite":
        return Inference(fit, freedom, phi, w)
    q = np.tensordot(fit.roots, np.tensordot(w, fit.roots, 1), ((0, 1), (0, 1)))
    pp = np.einsum("rij,jk,rkl->il", fit.slopes, phi, np.tensordot(w, fit.slopes, 1))
    return Inference(fit, freedom, phi + 2 * phi @ (q - pp) @ phi, w)


def estimate(inference: Inference, row: Floats) -> Estimate:
    """The combination row (p,) of the coefficients.

    Both degrees of freedom are 2 v² / var(v) for a single row, v its variance as if the
    covariance of the visits were known.
    """
    fit = inference.fit
    return Estimate(
        value=float(row @ fit.coefficients),
        standard_error=float(np.sqrt(row @ inference.adjusted @ row)),
        df=_single_df(inference, row),
    )


def wald_f(inference: Inference, rows: Floats) -> WaldF | None:
    """Test that all combinations rows (h, p), of full rank, are 0.

    None where too little was seen for a joint test: its degrees of freedom are not above 2.
    """
    from scipy import stats

    h = len(rows)
    values = rows @ inference.fit.coefficients
    statistic = float(values @ np.linalg.solve(rows @ inference.adjusted @ rows.T, values)) / h
    if inference.freedom == "kenward_roger":
        scale, df = _kenward_roger_df(inference, rows)
    else:
        scale, df = 1.0, _fai_cornelius_df(inference, rows)
    statistic *= scale
    if not (scale > 0 and df > 2 and np.isfinite(statistic)):
        return None
    return WaldF(statistic, (float(h), df), float(stats.f.sf(statistic, h, df)))


def _single_df(inference: Inference, row: Floats) -> float:
    fit = inference.fit
    weighted = fit.coefficient_covariance @ row
    variance = float(row @ weighted)
    gradient = -np.einsum("p,rpq,q->r", weighted, fit.slopes, weighted)
    return float(2 * variance**2 / (gradient @ inference.parameter_covariance @ gradient))


def _kenward_roger_df(inference: Inference, rows: Floats) -> tuple[float, float]:
    """Scale of F, 0 where it has none, and its denominator's degrees of freedom."""
    fit, w = inference.fit, inference.parameter_covariance
    h = len(rows)
    phi = fit.coefficient_covariance
    lower = np.linalg.cholesky(rows @ phi @ rows.T)
    z = np.linalg.solve(lower, rows @ phi)
    parts = z @ fit.slopes @ z.T
    traces = np.trace(parts, axis1=1, axis2=2)
    a1 = float(traces @ w @ traces)
    a2 = float(np.einsum("rij,rs,sij->", parts, w, parts))
    if h == 1:
        return 1.0, 2 / a2
    b = (a1 + 6 * a2) / (2 * h)
    g = ((h + 1) * a1 - (h + 4) * a2) / ((h + 2) * a2)
    under = 3 * h + 2 * (1 - g)
    c1, c2, c3 = g / under, (h - g) / under, (h + 2 - g) / under
    if a2 >= h or c1 * b <= -1:
        return 0.0, 0.0
    mean = 1 / (1 - a2 / h)
    # 2 E² / V, where V itself would be infinite at 4 degrees of freedom
    ratio = mean**2 * h * (1 - c2 * b) ** 2 * (1 - c3 * b) / (1 + c1 * b)
    df = 4 + (h + 2) * ratio / (h - ratio)
    return (df / (mean * (df - 2)) if df > 2 else 0.0), df


def _fai_cornelius_df(inference: Inference, rows: Floats) -> float:
    """Denominator's degrees of freedom from the mean of F (Fai & Cornelius 1996)."""
    covariance = rows @ inference.fit.coefficient_covariance @ rows.T
    turned = np.linalg.eigh(covariance)[1].T @ rows
    each = np.array([_single_df(inference, row) for row in turned])
    if np.ptp(each) < 1e-8 * each.max():
        return float(each.mean())
    if each.min() <= 2:
        return 2.0
    mean = float((each / (each - 2)).sum())
    return 2 * mean / (mean - len(each))
