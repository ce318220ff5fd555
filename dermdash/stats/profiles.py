"""Profiles of subjects along depth: what may be compared, and what is left out."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dermdash.errors import TableError
from dermdash.stats.within import numbers

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

MIN_SUBJECTS = 3  # at a depth, in each arm: with two a variance has one degree of freedom
ROUNDING = 1e-12  # of the largest value; smaller spreads are none


@dataclass(frozen=True, slots=True, eq=False)
class Profiles:
    """Profiles of the depths and subjects that can be compared.

    arms : name -> (n_subjects, n_depths), NaN where a layer is missing
    depth_um : (n_depths,)
    joined : (n_depths,), whether a depth is the next layer after the one before it
    """

    arms: dict[str, Floats]
    depth_um: Floats
    left_out_um: Floats
    joined: NDArray[np.bool_]
    warnings: tuple[str, ...]

    def counts(self, arm: str) -> Counts:
        """(n_depths,) subjects of an arm that have the layer."""
        return np.asarray(np.isfinite(self.arms[arm]).sum(axis=0), dtype=np.int64)


def read_depths(depth_um: ArrayLike) -> Floats:
    """(n_depths,) ascending and finite; raises TableError."""
    depths = numbers(depth_um, "depths")
    if depths.size == 0 or not np.isfinite(depths).all() or (np.diff(depths) <= 0).any():
        raise TableError("the depths must be finite and ascend, each once; sort the layers")
    return depths


def read_profiles(values: ArrayLike, depths: Floats, what: str) -> Floats:
    """(n_subjects, n_depths) with NaN where a layer is missing; raises TableError."""
    profiles = numbers(values, f"the profiles of {what}", 2)
    if profiles.shape[1] != depths.size:
        raise TableError(
            f"the profiles of {what} have {profiles.shape[1]} layers, but {depths.size} depths "
            "are given; give one depth a layer"
        )
    if np.isinf(profiles).any():
        raise TableError(
            f"the profiles of {what} hold infinite scores; scores must be finite; leave a "
            "missing layer empty"
        )
    return profiles


def read_changes(later: ArrayLike, earlier: ArrayLike, depths: Floats, what: str) -> Floats:
    """*later − earlier* (n_subjects, n_depths), NaN where either layer is missing."""
    after = read_profiles(later, depths, what)
    before = read_profiles(earlier, depths, what)
    if after.shape != before.shape:
        raise TableError(
            f"{what} has {after.shape[0]} later and {before.shape[0]} earlier profiles; each "
            "subject needs both, in the same row; leave a missing profile empty"
        )
    return after - before


def comparable(
    arms: Mapping[str, Floats], depths: Floats, *, seen: NDArray[np.bool_] | None = None
) -> Profiles:
    """Leave out depths with too few subjects or no variation, and subjects without layers.

    seen : (n_depths,), where there are enough subjects; None where each arm must have 3

    Raises
    ------
    TableError
        No depth is left.
    """
    few = f"fewer than {MIN_SUBJECTS} subjects of a group have it"
    if seen is None:
        counts = np.array([np.isfinite(values).sum(axis=0) for values in arms.values()])
        seen = np.asarray(np.all(counts >= MIN_SUBJECTS, axis=0))
    else:
        few = "too few subjects of a group have it in a study"
    if not seen.any():
        fewest = min(arms, key=lambda name: np.isfinite(arms[name]).sum(axis=0).max(initial=0))
        most = int(np.isfinite(arms[fewest]).sum(axis=0).max(initial=0))
        short = f"{fewest} has at most {most} subjects at any depth"
        if most >= MIN_SUBJECTS:
            short = "at no depth have all groups enough subjects"
        raise TableError(
            f"{short}; comparing along depth needs {MIN_SUBJECTS} a group; add subjects"
        )
    scale = max(float(np.nan_to_num(np.abs(own[:, seen])).max(initial=0)) for own in arms.values())
    varies = seen.copy()
    varies[seen] = [
        any(_spread(layer[np.isfinite(layer)]) > ROUNDING * scale for layer in layers)
        for layers in zip(*(values[:, seen].T for values in arms.values()), strict=True)
    ]
    if not varies.any():
        raise TableError(
            "no score varies between subjects at any depth; a test needs scores that vary; check "
            "whether these are measured values"
        )
    kept = {name: values[:, varies] for name, values in arms.items()}
    present = {name: values[np.isfinite(values).any(axis=1)] for name, values in kept.items()}
    step = np.diff(depths).min(initial=np.inf)
    return Profiles(
        arms=present,
        depth_um=depths[varies],
        left_out_um=depths[~varies],
        joined=np.concatenate([[False], np.diff(depths[varies]) < 1.5 * step]),
        warnings=(
            *_left_out(~seen, depths, few),
            *_left_out(seen & ~varies, depths, "the scores do not vary there"),
            *_gaps(arms, present),
        ),
    )


def _spread(scores: Floats) -> float:
    return float(np.ptp(scores)) if scores.size else 0.0


def _left_out(which: NDArray[np.bool_], depths: Floats, why: str) -> list[str]:
    left = depths[which]
    if left.size == 0:
        return []
    if left.size == 1:
        return [f"1 of {depths.size} depths, at {left[0]:g} µm, is left out: {why}."]
    where = f"between {left[0]:g} and {left[-1]:g} µm"
    return [f"{left.size} of {depths.size} depths, {where}, are left out: {why}."]


def _gaps(arms: Mapping[str, Floats], present: Mapping[str, Floats]) -> list[str]:
    said = []
    for name, values in present.items():
        absent = len(arms[name]) - len(values)
        gaps = np.isfinite(values).sum(axis=0)
        if absent:
            said.append(f"{absent} of {len(arms[name])} subjects of {name} have no usable layer.")
        if gaps.min() < len(values):
            lacking = int((~np.isfinite(values)).any(axis=1).sum())
            said.append(
                f"{lacking} of {len(values)} subjects of {name} lack layers: n is "
                f"{gaps.min()} to {gaps.max()} along depth."
            )
    return said
