"""At which depths groups, visits or changes differ: profiles of subjects to the statistics."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dermdash.errors import TableError
from dermdash.stats.comparison import Comparison
from dermdash.stats.depth_findings import Depthwise
from dermdash.stats.depthwise import compare_arms, compare_pairs
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
    """A comparison at each depth, and in three sub-slabs.

    visit : at which arms are compared, None where there is no choice of visits
    """

    depthwise: Depthwise
    subslabs: tuple[SubslabContrast, ...]
    visit: str | None = None


def arms_along_depth(
    profiles: pd.DataFrame,
    score: str,
    arms: Sequence[str],
    *,
    control: str | None = None,
    seed: int = 0,
) -> AlongDepth:
    """Compare arms along depth, and in the sub-slabs that lie wholly in the depths given.

    profiles : study, subject_id, arm, depth_um and the score; one row a subject and depth

    Raises
    ------
    TableError
        Several studies, fewer than two arms, or no depth with 3 subjects in each.
    """
    if "study" in profiles and profiles["study"].nunique() > 1:
        raise TableError(
            "depths are rearranged within one study only; choose one to see where its arms differ"
        )
    wide = profiles.pivot(index=["arm", "subject_id"], columns="depth_um", values=score)
    by_arm = {
        arm: _at(wide, "arm", arm).to_numpy(float)
        for arm in arms
        if arm in wide.index.get_level_values("arm")
    }
    depths = wide.columns.to_numpy(float)
    against = control if control in by_arm else None
    return AlongDepth(
        compare_arms(by_arm, depths, seed=seed, control=against),
        compare_subslabs(by_arm, depths, control=against, slabs=_slabs_within(depths)),
    )


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
    cells = profiles.groupby(["arm", "subject_id", "visit", "depth_um"], observed=True)[
        score
    ].mean()
    wide = cells.unstack("depth_um")
    depths = wide.columns.to_numpy(float)
    first, last = found.visits[0], found.contrasts[-1].visit or found.visits[-1]
    changes = _at(wide, "visit", last) - _at(wide, "visit", first)
    changes = changes.dropna(how="all")
    if found.design == "visits":
        return _pairs(
            _at(wide, "visit", last), _at(wide, "visit", first), depths, (last, first), seed
        )
    if found.design == "sides x visits":
        a, b = found.arms
        compared = _pairs(_at(changes, "arm", a), _at(changes, "arm", b), depths, (a, b), seed)
        return replace(compared, visit=last)
    if found.design != "arms x visits":
        raise TableError(f"design={found.design!r} has no changes along depth")
    by_arm = {arm: _at(changes, "arm", arm).to_numpy(float) for arm in found.arms}
    control = found.plan.control
    return AlongDepth(
        compare_arms(by_arm, depths, seed=seed, control=control),
        compare_subslabs(by_arm, depths, control=control),
        last,
    )


def _pairs(
    later: pd.DataFrame, earlier: pd.DataFrame, depths: Profile, names: tuple[str, str], seed: int
) -> AlongDepth:
    """Subjects that have both, compared within."""
    both = later.index.intersection(earlier.index)
    pair = later.loc[both].to_numpy(float), earlier.loc[both].to_numpy(float)
    a, b = names
    return AlongDepth(
        compare_pairs(*pair, depths, seed=seed, a=a, b=b),
        compare_subslab_pairs(*pair, depths, a=a, b=b),
    )


def _slabs_within(depths: Profile) -> list[Slab]:
    """The sub-slabs whose first and last layer are there."""
    return [slab for slab in SUBSLABS if depths[0] <= slab[0] and slab[1] - 1 <= depths[-1]]


def _at(wide: pd.DataFrame, level: str, name: str) -> pd.DataFrame:
    """The rows of an arm or a visit."""
    return wide[wide.index.get_level_values(level) == name].droplevel(level)
