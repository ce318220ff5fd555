"""What withdrawals could change: missing later scores imputed, and made worse step by step."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dermdash.errors import TableError
from dermdash.stats.findings import Contrast
from dermdash.stats.regression import parallel_lines
from dermdash.stats.within import finite, labels_of, numbers


@dataclass(frozen=True, slots=True)
class Tipping:
    """The baseline-adjusted difference a − b under each delta.

    deltas : added to the imputed scores of arm ``a``; contrasts : one a delta, in their order
    n_imputed : subjects of ``a`` and of ``b`` whose later score is missing
    tipping_delta : of the deltas, the one nearest 0 that turns a significant difference into one
        that is not, or that reverses it; None where none does, or where the difference is not
        significant at the delta nearest 0
    """

    deltas: tuple[float, ...]
    contrasts: tuple[Contrast, ...]
    n_imputed: tuple[int, int]
    tipping_delta: float | None


def delta_adjusted(
    later: ArrayLike,
    baseline: ArrayLike,
    arm: Sequence[str],
    deltas: Sequence[float],
    *,
    a: str,
    b: str,
    seed: int,
    imputations: int = 200,
    visit: str | None = None,
    alpha: float = 0.05,
) -> Tipping:
    """How much worse than expected must the withdrawn subjects of arm ``a`` be to undo a result?

    later : (n_subjects,) with NaN where a subject has no later score; baseline, arm : complete
    deltas : added to what is imputed in arm ``a``, e.g. 0, −0.1, −0.2; arm ``b`` is imputed as
        expected (missing at random)
    imputations : 200 keep the error of the simulation under a tenth of the standard error

    Missing scores are drawn from the lines of `ancova` on the complete subjects, with the
    uncertainty of slope, means and variance; each completed set is analysed by ANCOVA and the
    results are put together by Rubin's rules, degrees of freedom of Barnard and Rubin 1999. The
    same draws serve every delta. Subjects of other arms help to find slope and variance.
    Raises TableError where nothing is missing in ``a``, and as `ancova` for the complete subjects.
    Source: Carpenter and Kenward 2013, ch. 10; van Buuren 2018, 2.3 and 9.2.
    """
    values, x, labels = _inputs(later, baseline, arm)
    shifts = finite(list(deltas), "the deltas")
    if not shifts.size or imputations < 2:
        raise TableError(
            f"{shifts.size} deltas and {imputations} imputations are asked for; the sensitivity "
            "needs at least 1 and 2; ask for more"
        )
    gone = np.isnan(values)
    seen = parallel_lines(values[~gone], x[~gone], labels[~gone].tolist())
    for name in (a, b):
        if name not in seen.arms:
            raise TableError(
                f"arm {name!r} has no complete subject; its missing scores cannot be imputed; "
                f"choose among {', '.join(repr(arm) for arm in seen.arms)}"
            )
    if not np.any(gone & (labels == a)):
        raise TableError(
            f"no later score of arm {a!r} is missing; the sensitivity asks what withdrawals "
            "could change; read the analysis of the complete subjects"
        )
    design = np.column_stack([labels == name for name in seen.arms] + [x - seen.baseline])
    design = design.astype(np.float64)
    drawn = _draws(values, design, gone, imputations, np.random.default_rng(seed))
    contrast = np.zeros(design.shape[1])
    contrast[[seen.arms.index(a), seen.arms.index(b)]] = 1.0, -1.0
    found = []
    worse = np.where(gone & (labels == a), 1.0, 0.0)
    for delta in shifts:
        estimates, variances = _analyse(drawn + delta * worse, design, contrast)
        pooled = pool(estimates, variances, df_complete=values.size - design.shape[1])
        found.append(_as_contrast(pooled, a, b, visit, alpha))
    return Tipping(
        deltas=tuple(float(d) for d in shifts),
        contrasts=tuple(found),
        n_imputed=(int(np.sum(gone & (labels == a))), int(np.sum(gone & (labels == b)))),
        tipping_delta=_tipping(shifts, found, alpha),
    )


@dataclass(frozen=True, slots=True)
class Pooled:
    """Estimate, standard error and degrees of freedom over imputations."""

    estimate: float
    error: float
    df: float


def pool(
    estimates: NDArray[np.float64], variances: NDArray[np.float64], *, df_complete: float
) -> Pooled:
    """Rubin's rules for (m,) estimates and their squared standard errors.

    df_complete : degrees of freedom had nothing been missing
    Source: Rubin 1987; Barnard and Rubin 1999, eq. 3-5.
    """
    m = estimates.size
    within, between = float(variances.mean()), float(estimates.var(ddof=1))
    total = within + (1 + 1 / m) * between
    share = (1 + 1 / m) * between / total
    observed = (df_complete + 1) / (df_complete + 3) * df_complete * (1 - share)
    df = observed
    if share > 0:
        old = (m - 1) / share**2
        df = old * observed / (old + observed)
    return Pooled(float(estimates.mean()), total**0.5, df)


def _inputs(
    later: ArrayLike, baseline: ArrayLike, arm: Sequence[str]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.object_]]:
    x = finite(baseline, "the baselines")
    values = numbers(later, "the later values")
    if values.shape != x.shape or np.any(np.isinf(values)):
        raise TableError(
            f"the later scores (shape {values.shape}) do not fit {x.size} baselines or hold an "
            "infinite one; each subject has one score or none; check the column"
        )
    return values, x, labels_of(arm, x.size)


def _draws(
    values: NDArray[np.float64],
    design: NDArray[np.float64],
    gone: NDArray[np.bool_],
    m: int,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """(m, n) completed scores: parameters from their posterior, then scores from the lines."""
    seen = design[~gone]
    q, r = np.linalg.qr(seen)
    centre = np.linalg.solve(r, q.T @ values[~gone])
    df = len(seen) - design.shape[1]
    squares = float(np.sum((values[~gone] - seen @ centre) ** 2))
    sd = np.sqrt(squares / rng.chisquare(df, m))[:, None]
    slips = np.linalg.solve(r, rng.standard_normal((design.shape[1], m))).T
    means = (centre + sd * slips) @ design[gone].T
    completed = np.tile(values, (m, 1))
    completed[:, gone] = means + sd * rng.standard_normal(means.shape)
    return completed


def _analyse(
    completed: NDArray[np.float64], design: NDArray[np.float64], contrast: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """ANCOVA of each of (m, n) completed sets: the contrast and its squared standard error."""
    q, r = np.linalg.qr(design)
    weights = np.linalg.solve(r.T, contrast)
    left = completed - completed @ q @ q.T
    residual = np.sum(left**2, axis=1) / (design.shape[0] - design.shape[1])
    return completed @ q @ weights, residual * float(weights @ weights)


def _as_contrast(pooled: Pooled, a: str, b: str, visit: str | None, alpha: float) -> Contrast:
    from scipy import stats

    t = pooled.estimate / pooled.error
    half = float(stats.t.isf(alpha / 2, pooled.df)) * pooled.error
    p = 2 * float(stats.t.sf(abs(t), pooled.df))
    return Contrast(
        a=a,
        b=b,
        difference=pooled.estimate,
        ci_low=pooled.estimate - half,
        ci_high=pooled.estimate + half,
        p=p,
        p_adjusted=p,
        method="ancova, delta-adjusted",
        statistic=t,
        df=pooled.df,
        visit=visit,
    )


def _tipping(deltas: NDArray[np.float64], found: Sequence[Contrast], alpha: float) -> float | None:
    order = np.argsort(np.abs(deltas), kind="stable")
    start = found[order[0]]
    if start.p >= alpha:
        return None
    for i in order[1:]:
        if found[i].p >= alpha or found[i].difference * start.difference < 0:
            return float(deltas[i])
    return None
