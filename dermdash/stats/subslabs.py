"""Sub-slabs: the mean score of a few thick parts of the dermis, tested with Holm's correction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dermdash.errors import TableError
from dermdash.stats.findings import Contrast
from dermdash.stats.profiles import Floats, read_changes, read_depths, read_profiles
from dermdash.stats.strata import Stratum, stratified_welch

Slab = tuple[float, float]

SUBSLABS: tuple[Slab, ...] = (  # start included, stop not
    (0, 20),
    (20, 40),  # the largest ageing difference in multiphoton work: Sci Rep 2022 12:14863
    (40, 70),
)
MIN_SUBJECTS = 2  # for a variance


@dataclass(frozen=True, slots=True)
class SubslabContrast:
    """A contrast of the mean over depths ``start_um <= depth_um < stop_um``.

    contrast : its ``p_adjusted`` is Holm's over all sub-slabs and pairs
    n_a, n_b : subjects that have every layer of the sub-slab
    missing_a, missing_b : those that lack one, and are left out here
    """

    start_um: float
    stop_um: float
    contrast: Contrast
    n_a: int
    n_b: int
    missing_a: int
    missing_b: int


def subslab_means(profiles: ArrayLike, depth_um: ArrayLike, slab: Slab) -> Floats:
    """(n_subjects,) mean over the layers of a sub-slab; NaN for a subject that lacks one of them.

    A mean over fewer layers would be another quantity, since scores fall with depth.

    >>> subslab_means([[1, 2, 3], [1, np.nan, 3]], [0, 1, 2], (0, 2))
    array([1.5, nan])
    """
    depths = read_depths(depth_um)
    within = _layers(depths, slab)
    return np.asarray(read_profiles(profiles, depths, "subjects")[:, within].mean(axis=1))


def compare_subslabs(
    profiles: Mapping[str, ArrayLike],
    depth_um: ArrayLike,
    *,
    control: str | None = None,
    studies: Mapping[str, Sequence[str]] | None = None,
    slabs: Sequence[Slab] = SUBSLABS,
    alpha: float = 0.05,
) -> tuple[SubslabContrast, ...]:
    """Welch's t test of each pair of arms in each sub-slab: *a − b*, or *arm − control*.

    profiles : arm -> (n_subjects, n_depths) scores or changes, NaN where a layer is missing
    studies : arm -> (n_subjects,) names; where these are several, the test is stratified: a study
        counts for a pair where it has 2 subjects of both arms

    Raises TableError where a sub-slab has no layer, or an arm fewer than 2 subjects with all of it.
    """
    depths = read_depths(depth_um)
    arms = {name: read_profiles(values, depths, name) for name, values in profiles.items()}
    if control is not None and control not in arms:
        raise TableError(f"control {control} is no arm; choose one of {', '.join(arms)}")
    pairs = [
        (a, b)
        for a, b in (combinations(arms, 2) if control is None else ((arm, control) for arm in arms))
        if a != b
    ]
    if not pairs:
        raise TableError(f"{len(arms)} arm is given; comparing arms needs two; add an arm")
    found = []
    for slab in slabs:
        within = _layers(depths, slab)
        means = {name: values[:, within].mean(axis=1) for name, values in arms.items()}
        for a, b in pairs:
            if studies is None:
                whole = {name: _complete(means[name], name, slab) for name in (a, b)}
                contrast, n = _welch(whole, alpha), (whole[a].size, whole[b].size)
            else:
                strata = _strata(means, studies, (a, b))
                if not strata:
                    continue
                contrast = stratified_welch(strata, (a, b), alpha=alpha)
                n = sum(one.size for one, _ in strata), sum(other.size for _, other in strata)
            missing = len(arms[a]) - n[0], len(arms[b]) - n[1]
            found.append(SubslabContrast(*slab, contrast, *n, *missing))
    if not found:
        raise TableError(
            f"no study has {MIN_SUBJECTS} subjects of two arms with all layers of a sub-slab; add "
            "subjects"
        )
    return _holm(found)


def _welch(values: Mapping[str, Floats], alpha: float) -> Contrast:
    from dermdash.stats.two_arms import welch_t_test

    return welch_t_test(values, alpha=alpha)


def _strata(
    means: Mapping[str, Floats], studies: Mapping[str, Sequence[str]], pair: tuple[str, str]
) -> list[Stratum]:
    """Both arms' means in each study that has enough of them."""
    whole = {arm: np.isfinite(means[arm]) for arm in pair}
    of = {arm: np.asarray(studies[arm])[whole[arm]] for arm in pair}
    a, b = pair
    strata = [
        (means[a][whole[a]][of[a] == study], means[b][whole[b]][of[b] == study])
        for study in dict.fromkeys(of[a].tolist())
    ]
    return [own for own in strata if min(own[0].size, own[1].size) >= MIN_SUBJECTS]


def compare_subslab_pairs(
    later: ArrayLike,
    earlier: ArrayLike,
    depth_um: ArrayLike,
    *,
    a: str = "later",
    b: str = "earlier",
    slabs: Sequence[Slab] = SUBSLABS,
    alpha: float = 0.05,
) -> tuple[SubslabContrast, ...]:
    """Paired t test of *later − earlier* in each sub-slab; a subject in the same row of both.

    Raises TableError where a sub-slab has no layer, or fewer than 2 pairs with all of it.
    """
    from dermdash.stats.visits import paired_t_test

    depths = read_depths(depth_um)
    changes = read_changes(later, earlier, depths, f"{a} − {b}")
    found = []
    for slab in slabs:
        means = changes[:, _layers(depths, slab)].mean(axis=1)
        means = _complete(means, f"{a} − {b}", slab)
        contrast = paired_t_test(means, np.zeros_like(means), a=a, b=b, alpha=alpha)
        missing = len(changes) - means.size
        found.append(SubslabContrast(*slab, contrast, means.size, means.size, missing, missing))
    return _holm(found)


def _layers(depths: Floats, slab: Slab) -> NDArray[np.bool_]:
    start, stop = slab
    within: NDArray[np.bool_] = (depths >= start) & (depths < stop)
    if not within.any():
        raise TableError(
            f"no layer lies between {start:g} and {stop:g} µm, the depths end at "
            f"{depths[-1]:g}; choose other sub-slabs"
        )
    return within


def _complete(means: Floats, name: str, slab: Slab) -> Floats:
    means = means[np.isfinite(means)]
    if means.size < MIN_SUBJECTS:
        raise TableError(
            f"{name} has {means.size} subjects with all layers from {slab[0]:g} to {slab[1]:g} µm; "
            f"a test needs {MIN_SUBJECTS}; add subjects, or choose other sub-slabs"
        )
    return np.asarray(means, dtype=np.float64)


def _holm(found: Sequence[SubslabContrast]) -> tuple[SubslabContrast, ...]:
    from dermdash.stats.within import holm

    adjusted = holm([slab.contrast.p for slab in found])
    return tuple(
        replace(slab, contrast=replace(slab.contrast, p_adjusted=p))
        for slab, p in zip(found, adjusted, strict=True)
    )
