"""What a comparison along depth finds: arrays of one entry a depth."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dermdash.stats.chance import Chance, forming_chi2, forming_deviate
from dermdash.stats.curves import Curve, Floats, deviance, runs, t_at
from dermdash.stats.permutation import Reference
from dermdash.stats.profiles import Counts, Profiles


@dataclass(frozen=True, slots=True)
class Cluster:
    """A run of neighbouring depths whose uncorrected p lies below .05.

    It says that there is a difference, not where it begins and ends: never write "significant
    from ``start_um``" (Sassenhagen and Draschkow 2019, Psychophysiology 56:e13335).

    direction : 1 where a > b, -1 where a < b, 0 for F
    mass : sum of the normal deviates (of chi² for F) over its depths
    p : adjusted for all depths, and for all pairs of arms
    """

    start_um: float
    stop_um: float
    direction: int
    mass: float
    p: float


@dataclass(frozen=True, slots=True, eq=False)
class DepthContrast:
    """The mean difference *a − b* along depth; each array is (n_depths,).

    band_low, band_high : simultaneous over depths and pairs of arms; infinite where so few
        subjects cannot reach alpha
    statistic, df, p : t at this depth alone, uncorrected
    p_adjusted : by the maximum statistic, over depths and pairs of arms
    p_fdr : by Benjamini and Hochberg over depths, times the number of pairs (over all of them at
        once, one arm that lies far off would make findings between the others cheap)
    n_a, n_b : subjects with this layer
    significant_um : first and last depth of each run with p_adjusted < alpha
    """

    a: str
    b: str
    difference: Floats
    band_low: Floats
    band_high: Floats
    statistic: Floats
    df: Floats
    p: Floats
    p_adjusted: Floats
    p_fdr: Floats
    n_a: Counts
    n_b: Counts
    significant_um: tuple[tuple[float, float], ...]
    clusters: tuple[Cluster, ...]


@dataclass(frozen=True, slots=True, eq=False)
class DepthOmnibus:
    """F over three or more arms along depth; each array is (n_depths,), p as for contrasts."""

    statistic: Floats
    df1: int
    df2: Floats
    p: Floats
    p_adjusted: Floats
    p_fdr: Floats
    significant_um: tuple[tuple[float, float], ...]
    clusters: tuple[Cluster, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Depthwise:
    """A comparison along depth.

    depth_um : (n_depths,) that were tested
    contrasts : one a pair of arms, or the one of the visits
    omnibus : None with two arms or visits
    left_out_um : depths with too few subjects, or without any variation
    n_subjects : by arm, those with at least one layer; pairs for visits
    rearranged : what was rearranged, in words
    n_arrangements, exact : how many rearrangements, and whether these are all
    warnings : sentences for the reader
    """

    depth_um: Floats
    contrasts: tuple[DepthContrast, ...]
    omnibus: DepthOmnibus | None
    left_out_um: Floats
    n_subjects: dict[str, int]
    rearranged: str
    n_arrangements: int
    exact: bool
    alpha: float
    warnings: tuple[str, ...]


def contrasts_of(
    pairs: Sequence[tuple[str, str]],
    counts: Sequence[tuple[Counts, Counts]],
    curve: Curve,
    kept: Profiles,
    chance: Chance,
    *,
    alpha: float,
) -> tuple[DepthContrast, ...]:
    """One contrast a pair, from the observed curve and what chance gives."""
    from scipy.special import stdtr
    from scipy.stats import false_discovery_control

    t, error, df = (np.array(part[:, 0, :, 0]) for part in (curve.t, curve.error, curve.df))
    chi2 = curve.chi2()[:, 0, :, 0]
    deviates = np.copysign(np.sqrt(chi2), t)
    p = 2 * stdtr(df, -np.abs(t))
    p_adjusted = chance.p(chi2)
    p_fdr = np.minimum(false_discovery_control(p, axis=1) * len(pairs), 1.0)
    half = t_at(chance.critical(alpha), df) * error
    return tuple(
        DepthContrast(
            a=a,
            b=b,
            difference=t[i] * error[i],
            band_low=t[i] * error[i] - half[i],
            band_high=t[i] * error[i] + half[i],
            statistic=t[i],
            df=df[i],
            p=p[i],
            p_adjusted=p_adjusted[i],
            p_fdr=p_fdr[i],
            n_a=n_a,
            n_b=n_b,
            significant_um=_ranges(p_adjusted[i] < alpha, kept),
            clusters=tuple(
                sorted(
                    _clusters(deviates[i], forming_deviate(), 1, kept, chance.mass)
                    + _clusters(-deviates[i], forming_deviate(), -1, kept, chance.mass),
                    key=lambda cluster: cluster.start_um,
                )
            ),
        )
        for i, ((a, b), (n_a, n_b)) in enumerate(zip(pairs, counts, strict=True))
    )


def omnibus_of(
    f: tuple[Floats, Floats], n_arms: int, kept: Profiles, chance: Chance, *, alpha: float
) -> DepthOmnibus | None:
    """F over the arms, from the observed F and df2, (n_depths, 1); None with two arms."""
    from scipy.special import fdtrc
    from scipy.stats import false_discovery_control

    if chance.f is None or chance.f_mass is None:
        return None
    df1, statistic, df2 = n_arms - 1, f[0][:, 0], np.array(f[1][:, 0])
    chi2 = deviance(statistic, df1, df2)
    p = np.asarray(fdtrc(df1, df2, statistic), dtype=np.float64)
    p_adjusted = chance.f.p(chi2)
    return DepthOmnibus(
        statistic=statistic,
        df1=df1,
        df2=df2,
        p=p,
        p_adjusted=p_adjusted,
        p_fdr=false_discovery_control(p),
        significant_um=_ranges(p_adjusted < alpha, kept),
        clusters=tuple(_clusters(chi2, forming_chi2(df1), 0, kept, chance.f_mass)),
    )


def _ranges(significant: NDArray[np.bool_], kept: Profiles) -> tuple[tuple[float, float], ...]:
    found = runs(significant.astype(np.float64), 0.5, kept.joined)
    return tuple((float(kept.depth_um[i]), float(kept.depth_um[j])) for i, j, _ in found)


def _clusters(
    statistic: Floats, threshold: float, direction: int, kept: Profiles, reference: Reference
) -> list[Cluster]:
    return [
        Cluster(
            start_um=float(kept.depth_um[start]),
            stop_um=float(kept.depth_um[stop]),
            direction=direction,
            mass=mass,
            p=float(reference.p(np.array(mass))),
        )
        for start, stop, mass in runs(statistic, threshold, kept.joined)
    ]
