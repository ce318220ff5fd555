"""Statistics at every depth for many arrangements at once, by products of matrices.

Axes: k arms, P pairs, S samples (0 the values, 1 their residuals), D depths, m arrangements.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Pairs = Sequence[tuple[int, int]]

NO_VARIANCE = 1e-12  # of a depth's variance; what lies below is rounding


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """count, mean, variance : (k, S, D, m); a count's axes are 1 where all its entries agree."""

    count: Floats
    mean: Floats
    variance: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """t, standard error of the difference and degrees of freedom along depth : (P, S, D, m)."""

    t: Floats
    error: Floats
    df: Floats

    def chi2(self) -> Floats:
        """t as chi² of one degree of freedom, so that depths of unlike df share one maximum."""
        return deviance(self.t**2, 1, self.df)


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Profiles and their residuals, with 0 where a layer is missing.

    table : (n_subjects, 4 D or 5 D), side by side: values, residuals, the squares of both, and
        where layers are missing, 1 for those that are there
    least_variance : (2, D, 1), the variance below which a difference is rounding
    """

    table: Floats
    least_variance: Floats

    @property
    def n_depths(self) -> int:
        """D."""
        return int(self.least_variance.shape[1])


def sample_of(profiles: Floats, studies: NDArray[Any], cells: NDArray[Any]) -> Sample:
    """Centre (n_subjects, D) profiles, NaN where missing, within studies and within their arms."""
    centred = _centred(profiles, studies)
    return _sample(centred, _centred(centred, cells))


def _centred(profiles: Floats, labels: NDArray[Any]) -> Floats:
    """Profiles less the mean of those with the same label, at each depth."""
    centred = profiles.copy()
    for label in np.unique(labels):
        own = profiles[labels == label]
        seen = np.isfinite(own).sum(axis=0)
        centred[labels == label] -= np.nansum(own, axis=0) / np.maximum(seen, 1)
    return centred


def paired_sample(differences: Floats) -> Sample:
    """(n_subjects, D) differences as they are, and as residuals from their mean."""
    return _sample(differences, differences - np.nanmean(differences, axis=0))


def _sample(values: Floats, residuals: Floats) -> Sample:
    both = np.hstack([values, residuals])
    missing = np.isnan(values)
    parts = [np.nan_to_num(both, nan=0.0), np.nan_to_num(both**2, nan=0.0)]
    if missing.any():
        parts.append((~missing).astype(np.float64))
    variance = np.nanvar(both, axis=0).reshape(2, -1, 1)
    return Sample(np.hstack(parts), NO_VARIANCE * variance)


def arm_moments(sample: Sample, labels: NDArray[Any], n_arms: int) -> Moments:
    """Moments of each arm for (m, n_subjects) labels."""
    m = labels.shape[0]
    member = (labels == np.arange(n_arms)[:, None, None]).astype(np.float64)
    sums = (sample.table.T @ member.reshape(n_arms * m, -1).T).reshape(-1, n_arms, m)
    by_arm = sums.swapaxes(0, 1)
    width = 2 * sample.n_depths
    mean = by_arm[:, :width].reshape(n_arms, 2, -1, m)
    variance = by_arm[:, width : 2 * width].reshape(n_arms, 2, -1, m)
    if sample.table.shape[1] > 2 * width:
        count = by_arm[:, None, 2 * width :]
    else:
        count = member[:, 0].sum(axis=1).reshape(-1, 1, 1, 1)
    mean /= np.maximum(count, 1)
    variance -= count * mean**2
    variance /= np.maximum(count - 1, 1)
    return Moments(count, mean, np.maximum(variance, sample.least_variance, out=variance))


def pair_t(moments: Moments, pairs: Pairs, *, equal_variances: bool) -> Curve:
    """Welch's t of each pair of arms, or Student's with the variance pooled over all arms.

    Where an arrangement leaves an arm with fewer than 2 subjects at a depth, t is 0 there.
    """
    count, free = np.maximum(moments.count, 1), np.maximum(moments.count - 1, 1)
    of_mean = moments.variance / count
    shape = (len(pairs), *moments.mean.shape[1:])
    t, error, df = np.empty(shape), np.empty(shape), np.empty(shape)
    if equal_variances:
        df[:] = free.sum(axis=0)
        pooled = (free * moments.variance).sum(axis=0) / df[0]
    else:
        tail = of_mean**2 / free  # Satterthwaite 1946
    for pair, (a, b) in enumerate(pairs):
        if equal_variances:
            squared = pooled * (1 / count[a] + 1 / count[b])
        else:
            squared = of_mean[a] + of_mean[b]
            np.divide(squared**2, tail[a] + tail[b], out=df[pair])
        np.sqrt(squared, out=error[pair])
        np.subtract(moments.mean[a], moments.mean[b], out=t[pair])
        t[pair] /= error[pair]
        enough = np.minimum(moments.count[a], moments.count[b]) >= 2
        if not enough.all():
            t[pair] *= enough
    return Curve(t, error, df)


def stratified_t(moments: Moments, pairs: Pairs, n_studies: int) -> Curve:
    """Welch's t of differences within studies, which weigh n_a n_b / (n_a + n_b).

    moments : of (study, arm) cells, study after study, each with all arms: (n_studies k, S, D, m)

    That weight gives the difference of the additive model of arm and study; each cell has its own
    variance, and the degrees of freedom are Satterthwaite's, as of `strata.stratified_welch`. A
    study counts where it has 2 subjects of both arms; where none has, t is 0.
    """
    count, mean, variance = (
        part.reshape(n_studies, -1, *part.shape[1:])
        for part in (moments.count, moments.mean, moments.variance)
    )
    shape = (len(pairs), *moments.mean.shape[1:])
    t, error, df = np.empty(shape), np.empty(shape), np.empty(shape)
    for place, (a, b) in enumerate(pairs):
        n_a, n_b = count[:, a], count[:, b]
        weight = np.where(np.minimum(n_a, n_b) >= 2, n_a * n_b / np.maximum(n_a + n_b, 1), 0.0)
        total = weight.sum(axis=0)
        share = weight / np.where(total > 0, total, 1.0)
        squared, tail = np.zeros(shape[1:]), np.zeros(shape[1:])
        for arm in (a, b):
            part = share**2 * variance[:, arm] / np.maximum(count[:, arm], 1)
            squared += part.sum(axis=0)
            tail += (part**2 / np.maximum(count[:, arm] - 1, 1)).sum(axis=0)
        squared, tail = np.where(total > 0, squared, 1.0), np.where(total > 0, tail, 1.0)
        error[place] = np.sqrt(squared)
        df[place] = squared**2 / tail
        t[place] = (share * (mean[:, a] - mean[:, b])).sum(axis=0) / error[place]
    return Curve(t, error, df)


def arms_f(moments: Moments, *, equal_variances: bool) -> tuple[Floats, Floats]:
    """Welch's F over arms, or the classical one, of the values alone: F and df2, (D, m)."""
    count, mean, variance = moments.count[:, 0], moments.mean[:, 0], moments.variance[:, 0]
    free = np.maximum(count - 1, 1)
    k = mean.shape[0]
    weight = count / (1.0 if equal_variances else variance)
    share = weight / weight.sum(axis=0)
    between = (weight * (mean - (share * mean).sum(axis=0)) ** 2).sum(axis=0) / (k - 1)
    if equal_variances:
        df2 = free.sum(axis=0)
        f = between / ((free * variance).sum(axis=0) / df2)
    else:
        spread = ((1 - share) ** 2 / free).sum(axis=0)
        df2 = (k**2 - 1) / (3 * spread)
        f = between / (1 + 2 * (k - 2) / (k**2 - 1) * spread)
    return f * (count.min(axis=0) >= 2), np.broadcast_to(df2, f.shape)


def paired_t(sample: Sample, signs: Floats) -> Curve:
    """One-sample t of the differences, their signs flipped by (m, n_subjects) signs; P is 1."""
    depths = sample.n_depths
    values, squares = sample.table[:, : 2 * depths], sample.table[:, 2 * depths : 4 * depths]
    seen = sample.table[:, 4 * depths :]
    count = seen.sum(axis=0)[:, None] if seen.size else np.full((depths, 1), len(values))
    mean = (values.T @ signs.T).reshape(2, depths, -1) / count
    total = squares.sum(axis=0).reshape(2, depths, 1)
    variance = np.maximum((total - count * mean**2) / (count - 1), sample.least_variance)
    error = np.sqrt(variance / count)
    return Curve((mean / error)[None], error[None], np.broadcast_to(count - 1, error[None].shape))


def deviance(f: Floats, df1: int, df2: Floats) -> Floats:
    """F as a chi² of ``df1`` degrees of freedom with nearly the same p, whatever its ``df2``.

    Monotone in F (Bartlett's correction of the likelihood ratio; exact for ``df1`` 2).

    >>> deviance(np.array([4.3009]), 1, np.array([22.0])).round(2)  # chi² .95: 3.84
    array([3.84])
    """
    return np.asarray((df2 + df1 / 2 - 1) * np.log1p(df1 * f / df2), dtype=np.float64)


def t_at(chi2: float, df: Floats) -> Floats:
    """The t whose :meth:`Curve.chi2` is given."""
    with np.errstate(over="ignore"):
        return np.asarray(np.sqrt(df * np.expm1(chi2 / (df - 0.5))), dtype=np.float64)


def largest_mass(statistic: Floats, threshold: float, joined: NDArray[np.bool_]) -> Floats:
    """The largest sum of a run of neighbouring depths above a threshold.

    statistic : (..., D, m)
    joined : (D,), whether a depth continues the one before it

    Returns (..., m), 0 where nothing lies above.
    """
    run = np.zeros(statistic.shape[:-2] + statistic.shape[-1:])
    best = run.copy()
    above = np.where(statistic > threshold, statistic, 0.0)
    for depth in range(statistic.shape[-2]):
        here = above[..., depth, :]
        run = np.where(here > 0, (run + here) if joined[depth] else here, 0.0)
        np.maximum(best, run, out=best)
    return best


def runs(
    statistic: Floats, threshold: float, joined: NDArray[np.bool_]
) -> list[tuple[int, int, float]]:
    """First and last index and mass of each run of (D,) depths above a threshold.

    >>> runs(np.array([2.0, 3.0, 0.0, 5.0]), 1.0, np.array([False, True, True, True]))
    [(0, 1, 5.0), (3, 3, 5.0)]
    """
    found: list[tuple[int, int, float]] = []
    for depth in np.flatnonzero(statistic > threshold).tolist():
        value = float(statistic[depth])
        if found and joined[depth] and found[-1][1] == depth - 1:
            start, _, mass = found.pop()
            found.append((start, depth, mass + value))
        else:
            found.append((depth, depth, value))
    return found
