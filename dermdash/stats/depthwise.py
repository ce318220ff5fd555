"""At which depths do arms, visits or changes differ?

The largest statistic over all depths is compared with what chance gives when subjects are
rearranged: that holds the rate of any false depth at alpha and may say *which* depths, with
simultaneous bands. Cluster mass and the false discovery rate stand beside it.

Two references are drawn from the same arrangements, and the stricter of them counts: the values
themselves (exact where nothing differs at all) and their residuals (right for bands, and for the
arms that agree where others differ). So p_adjusted < alpha just where the band leaves 0 out.
Before the maximum is taken, t becomes the normal deviate with the same tail: depths and arms of
unlike degrees of freedom then weigh the same.

Sources: Nichols and Holmes 2002, Hum Brain Mapp 15:1 (maximum statistic, sign flips); Maris and
Oostenveld 2007, J Neurosci Methods 164:177 (cluster mass); Chung and Romano 2013, Ann Stat 41:484
(studentised permutation); Benjamini and Hochberg 1995.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dermdash.errors import TableError
from dermdash.stats import chance as by_chance
from dermdash.stats import curves
from dermdash.stats.cells import read_cells
from dermdash.stats.curves import Curve, Floats
from dermdash.stats.depth_findings import (
    DepthContrast,
    DepthOmnibus,
    Depthwise,
    contrasts_of,
    omnibus_of,
)
from dermdash.stats.permutation import (
    Arrangements,
    arranged_labels,
    arranged_signs,
    label_arrangements,
    sign_arrangements,
)
from dermdash.stats.profiles import (
    Profiles,
    comparable,
    read_changes,
    read_depths,
)

PERMUTATIONS = 9_999  # a p near .05 is then known to ±.004
CHUNK_CELLS = 32_768  # depths x arrangements at a time: fits a processor's cache


def compare_arms(
    profiles: Mapping[str, ArrayLike],
    depth_um: ArrayLike,
    *,
    seed: int,
    control: str | None = None,
    studies: Mapping[str, Sequence[str]] | None = None,
    equal_variances: bool = False,
    alpha: float = 0.05,
    permutations: int = PERMUTATIONS,
) -> Depthwise:
    """Compare independent arms along depth: *a − b* of each pair of arms, and F over all.

    profiles : arm -> (n_subjects, n_depths), one row a subject, NaN where a layer is missing
    depth_um : (n_depths,) ascending
    control : each other arm is compared with this one only, as *arm − control*
    studies : arm -> (n_subjects,) names, where subjects of several studies are pooled: differences
        are taken, and subjects rearranged, within studies only, and there is no F
    equal_variances : Student's t and the classical F instead of Welch's; for one study

    All pairs share one maximum. Subjects are shared out in all possible ways where these are few.
    Raises TableError where fewer than two arms, or no depth with 3 subjects an arm, remain.

    >>> rng = np.random.default_rng(1)
    >>> young, old = rng.normal(2.8, 0.3, (8, 5)), rng.normal(2.0, 0.3, (8, 5))
    >>> found = compare_arms({"young": young, "old": old}, range(5), seed=0)
    >>> found.contrasts[0].significant_um
    ((0.0, 4.0),)
    """
    depths = read_depths(depth_um)
    names = list(profiles)
    pooled = studies is not None and len({one for own in studies.values() for one in own}) > 1
    if pooled and equal_variances:
        raise TableError(
            "pooled studies are compared without equal variances; leave equal_variances out"
        )
    cells = read_cells(profiles, depths, _pairs(names, control), studies if pooled else None)
    kept = comparable(cells.profiles, depths, seen=cells.enough() if pooled else None)
    sizes = cells.sizes(kept).tolist()
    arm = np.concatenate([np.repeat(np.arange(len(names), dtype=np.int16), own) for own in sizes])
    first = len(names) * np.repeat(np.arange(cells.n_studies, dtype=np.int16), np.sum(sizes, 1))
    sample = curves.sample_of(np.vstack(list(kept.arms.values())), first, first + arm)
    arrangements = label_arrangements(sizes, permutations=_checked(permutations, alpha), seed=seed)

    def statistics(rows: NDArray[np.int16]) -> tuple[Curve, tuple[Floats, Floats] | None]:
        moments = curves.arm_moments(sample, first + rows, cells.n_studies * len(names))
        if pooled:
            return curves.stratified_t(moments, cells.pairs, cells.n_studies), None
        curve = curves.pair_t(moments, cells.pairs, equal_variances=equal_variances)
        if len(names) == 2:
            return curve, None
        return curve, curves.arms_f(moments, equal_variances=equal_variances)

    curve, f = statistics(arm[None])
    chance = by_chance.draw(
        map(statistics, arranged_labels(sizes, arrangements, _chunk(kept, arm.size))),
        kept.joined,
        n_arms=len(names),
        exact=arrangements.exact,
    )
    contrasts = contrasts_of(
        [(names[i], names[j]) for i, j in cells.pairs],
        cells.counts(kept),
        curve,
        kept,
        chance,
        alpha=alpha,
    )
    omnibus = None if f is None else omnibus_of(f, len(names), kept, chance, alpha=alpha)
    return _finding(
        contrasts,
        omnibus,
        kept,
        arrangements,
        alpha=alpha,
        n_subjects=cells.subjects(kept),
        rearranged="rearrangements of the subjects" + " within their study" * pooled,
        warnings=cells.warnings,
    )


def compare_changes(
    later: Mapping[str, ArrayLike],
    earlier: Mapping[str, ArrayLike],
    depth_um: ArrayLike,
    *,
    seed: int,
    control: str | None = None,
    equal_variances: bool = False,
    alpha: float = 0.05,
    permutations: int = PERMUTATIONS,
) -> Depthwise:
    """Compare the changes *later − earlier* of arms along depth; arms permute on the changes.

    later, earlier : arm -> (n_subjects, n_depths), a subject in the same row of both

    Else as :func:`compare_arms`: a contrast is *change in a − change in b*.
    """
    depths = read_depths(depth_um)
    if set(later) != set(earlier):
        odd = ", ".join(sorted(set(later) ^ set(earlier)))
        raise TableError(f"{odd} has profiles of one visit only; a change needs both; add them")
    return compare_arms(
        {arm: read_changes(later[arm], earlier[arm], depths, arm) for arm in later},
        depths,
        seed=seed,
        control=control,
        equal_variances=equal_variances,
        alpha=alpha,
        permutations=permutations,
    )


def compare_pairs(
    later: ArrayLike,
    earlier: ArrayLike,
    depth_um: ArrayLike,
    *,
    seed: int,
    a: str = "later",
    b: str = "earlier",
    alpha: float = 0.05,
    permutations: int = PERMUTATIONS,
) -> Depthwise:
    """Compare two profiles of each subject along depth, visits or sides, by flipping signs.

    later, earlier : (n_subjects, n_depths), a subject in the same row of both; for a hemi-face
        design the treated and the control side, or their changes
    a, b : their names

    All sign flips are taken up to 12 subjects (4,096). They assume that a difference has a
    symmetric distribution. Raises TableError where no depth has 3 subjects with both layers.
    """
    depths = read_depths(depth_um)
    pair = f"{a} − {b}"
    kept = comparable({pair: read_changes(later, earlier, depths, pair)}, depths)
    differences = kept.arms[pair]
    n = len(differences)
    sample = curves.paired_sample(differences)
    arrangements = sign_arrangements(n, permutations=_checked(permutations, alpha), seed=seed)

    def statistics(signs: Floats) -> tuple[Curve, None]:
        return curves.paired_t(sample, signs), None

    chance = by_chance.draw(
        map(statistics, arranged_signs(n, arrangements, _chunk(kept, n))),
        kept.joined,
        n_arms=1,
        exact=arrangements.exact,
    )
    curve, _ = statistics(np.ones((1, n)))
    counts = kept.counts(pair)
    contrasts = contrasts_of([(a, b)], [(counts, counts)], curve, kept, chance, alpha=alpha)
    return _finding(
        contrasts,
        None,
        kept,
        arrangements,
        alpha=alpha,
        n_subjects={pair: n},
        rearranged="flips of the signs of the subjects' differences",
    )


def _pairs(names: Sequence[str], control: str | None) -> list[tuple[int, int]]:
    if len(names) < 2:
        raise TableError(f"{len(names)} arm is given; comparing arms needs two; add an arm")
    if control is None:
        return list(combinations(range(len(names)), 2))
    if control not in names:
        raise TableError(f"control {control} is no arm; choose one of {', '.join(names)}")
    against = names.index(control)
    return [(arm, against) for arm in range(len(names)) if arm != against]


def _checked(permutations: int, alpha: float) -> int:
    if not 0 < alpha < 1:
        raise TableError(f"alpha={alpha:g} is no error rate; give a number between 0 and 1")
    if permutations * alpha < 1:
        raise TableError(
            f"{permutations} permutations cannot show p < {alpha:g}; give at least "
            f"{int(np.ceil(20 / alpha))}"
        )
    return permutations


def _chunk(kept: Profiles, n_subjects: int) -> int:
    return max(16, CHUNK_CELLS // max(kept.depth_um.size, n_subjects))


def _finding(
    contrasts: tuple[DepthContrast, ...],
    omnibus: DepthOmnibus | None,
    kept: Profiles,
    arrangements: Arrangements,
    *,
    alpha: float,
    n_subjects: dict[str, int],
    rearranged: str,
    warnings: tuple[str, ...] = (),
) -> Depthwise:
    said = [*warnings, *kept.warnings]
    if np.isinf(contrasts[0].band_high).all():
        said.append(
            f"With so few subjects no arrangement can be rarer than p = {alpha:g}: nothing along "
            "depth can be significant, and there is no band."
        )
    return Depthwise(
        depth_um=kept.depth_um,
        contrasts=contrasts,
        omnibus=omnibus,
        left_out_um=kept.left_out_um,
        n_subjects=n_subjects,
        rearranged=rearranged,
        n_arrangements=arrangements.n,
        exact=arrangements.exact,
        alpha=alpha,
        warnings=tuple(said),
    )
