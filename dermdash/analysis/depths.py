"""At which depths groups, visits or changes differ: profiles of subjects to the statistics."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dermdash.errors import TableError
from dermdash.stats.comparison import Comparison
from dermdash.stats.depth_findings import Depthwise
from dermdash.stats.depthwise import compare_arms, compare_pairs
from dermdash.stats.places import mean_by
from dermdash.stats.subslabs import (
    SUBSLABS,
    Slab,
    SubslabContrast,
    compare_subslab_pairs,
    compare_subslabs,
)

Profile = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class AlongDepth:
    """A comparison at each depth, and in the sub-slabs that can be compared.

    visit : at which arms are compared, None where there is no choice of visits
    warnings : sentences for the reader, also on sub-slabs that cannot be compared
    """

    depthwise: Depthwise
    subslabs: tuple[SubslabContrast, ...]
    warnings: tuple[str, ...]
    visit: str | None = None


def arms_along_depth(
    profiles: pd.DataFrame,
    score: str,
    arms: Sequence[str],
    *,
    control: str | None = None,
    alpha: float = 0.05,
    seed: int = 0,
) -> AlongDepth:
    """Compare arms along depth, and in the sub-slabs that lie wholly in the depths given.

    profiles : subject_id, arm, depth_um and the score, one row a subject and depth; with study,
        where subjects of several are pooled: these are compared within their own study. Sides of
        the same subjects are compared within subjects

    Raises
    ------
    TableError
        Fewer than two arms, more than two sides, or no depth with 3 subjects in each.
    """
    person = ["study", "subject_id"] if "study" in profiles else ["subject_id"]
    wide = profiles.pivot(index=["arm", *person], columns="depth_um", values=score)
    by_arm = {
        arm: _at(wide, "arm", arm) for arm in arms if arm in wide.index.get_level_values("arm")
    }
    depths = wide.columns.to_numpy(float)
    against = control if control in by_arm else None
    if _are_sides(by_arm):
        return _sides(by_arm, depths, against, alpha=alpha, seed=seed)
    values = {arm: own.to_numpy(float) for arm, own in by_arm.items()}
    studies = None
    if "study" in profiles and profiles["study"].nunique() > 1:
        studies = {
            arm: own.index.get_level_values("study").astype("str").tolist()
            for arm, own in by_arm.items()
        }
    return _with_subslabs(
        compare_arms(values, depths, seed=seed, control=against, studies=studies, alpha=alpha),
        depths,
        lambda slabs: compare_subslabs(
            values, depths, control=against, studies=studies, slabs=slabs, alpha=alpha
        ),
    )


def _are_sides(by_arm: Mapping[str, pd.DataFrame]) -> bool:
    """Whether most subjects are in several arms, which then are sides of them.

    Raises TableError where only some are: they would count twice.
    """
    people = pd.Series([one for own in by_arm.values() for one in own.index], dtype="object")
    arms_of_each = people.value_counts()
    crossed = int((arms_of_each > 1).sum())
    if 0 < 2 * crossed < len(arms_of_each):
        raise TableError(
            f"{crossed} of {len(arms_of_each)} subjects are in several arms; a subject belongs to "
            "one arm, or most subjects to both; correct their arms"
        )
    return crossed > 0


def _sides(
    by_arm: Mapping[str, pd.DataFrame],
    depths: Profile,
    control: str | None,
    *,
    alpha: float,
    seed: int,
) -> AlongDepth:
    """Two sides of the same subjects, the control last."""
    if len(by_arm) != 2:
        raise TableError(
            f"{len(by_arm)} sides are given; along depth two sides of the same subjects are "
            "compared; choose two"
        )
    a, b = sorted(by_arm, key=lambda arm: arm == control)
    return _pairs(by_arm[a], by_arm[b], depths, (a, b), alpha=alpha, seed=seed)


def changes_along_depth(
    profiles: pd.DataFrame, score: str, found: Comparison, *, seed: int = 0
) -> AlongDepth:
    """Compare changes since the baseline along depth, at the last visit that was compared.

    profiles : subject_id, arm, visit, depth_um and the score; scans are averaged by subject
    found : the comparison over visits, whose design, arms and visits hold here too

    Raises
    ------
    TableError
        Too few subjects have both visits.
    """
    keys = ["arm", "subject_id", "visit", "depth_um"]
    cells = mean_by(profiles, keys, [score]).set_index(keys)[score]
    wide = cells.unstack("depth_um")
    depths = wide.columns.to_numpy(float)
    alpha = found.plan.alpha
    first, last = found.visits[0], found.contrasts[-1].visit or found.visits[-1]
    changes = _at(wide, "visit", last) - _at(wide, "visit", first)
    changes = changes.dropna(how="all")
    if found.design == "visits":
        later, earlier = _at(wide, "visit", last), _at(wide, "visit", first)
        return _pairs(later, earlier, depths, (last, first), alpha=alpha, seed=seed)
    if found.design == "sides x visits":
        a, b = found.arms
        sides = _at(changes, "arm", a), _at(changes, "arm", b)
        return replace(_pairs(*sides, depths, (a, b), alpha=alpha, seed=seed), visit=last)
    if found.design != "arms x visits":
        raise TableError(f"design={found.design!r} has no changes along depth")
    by_arm = {arm: _at(changes, "arm", arm).to_numpy(float) for arm in found.arms}
    control = found.plan.control
    compared = _with_subslabs(
        compare_arms(by_arm, depths, seed=seed, control=control, alpha=alpha),
        depths,
        lambda slabs: compare_subslabs(by_arm, depths, control=control, slabs=slabs, alpha=alpha),
    )
    return replace(compared, visit=last)


def _pairs(
    later: pd.DataFrame,
    earlier: pd.DataFrame,
    depths: Profile,
    names: tuple[str, str],
    *,
    alpha: float,
    seed: int,
) -> AlongDepth:
    """Subjects that have both, compared within."""
    both = later.index.intersection(earlier.index)
    pair = later.loc[both].to_numpy(float), earlier.loc[both].to_numpy(float)
    a, b = names
    return _with_subslabs(
        compare_pairs(*pair, depths, seed=seed, a=a, b=b, alpha=alpha),
        depths,
        lambda slabs: compare_subslab_pairs(*pair, depths, a=a, b=b, slabs=slabs, alpha=alpha),
    )


def _with_subslabs(
    found: Depthwise,
    depths: Profile,
    compare: Callable[[Sequence[Slab]], tuple[SubslabContrast, ...]],
) -> AlongDepth:
    """Beside the depths the sub-slabs that can be compared; of the others, why not."""
    possible, refused = [], []
    for slab in _slabs_within(depths):
        try:
            compare([slab])
        except TableError as refusal:
            refused.append(
                f"The sub-slab {slab[0]:g} to {slab[1] - 1:g} µm is not compared: {refusal}."
            )
        else:
            possible.append(slab)
    return AlongDepth(found, compare(possible) if possible else (), (*found.warnings, *refused))


def _slabs_within(depths: Profile) -> list[Slab]:
    """The sub-slabs whose first and last layer are there."""
    return [slab for slab in SUBSLABS if depths[0] <= slab[0] and slab[1] - 1 <= depths[-1]]


def _at(wide: pd.DataFrame, level: str, name: str) -> pd.DataFrame:
    """The rows of an arm or a visit."""
    return wide[wide.index.get_level_values(level) == name].droplevel(level)
