"""How many subjects, scans, layers and patches stand behind a result: only subjects count as n."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from dermdash.errors import TableError

COLUMNS = ("subject_id", "scan_id", "depth_um", "n_patches")


@dataclass(frozen=True, slots=True)
class Level:
    """n_subjects : the units; n_scans, n_layers, n_patches : what was averaged within them."""

    n_subjects: int
    n_scans: int
    n_layers: int
    n_patches: int


@dataclass(frozen=True, slots=True)
class Levels:
    """The numbers behind a result, and those of each arm.

    A subject with two sides is one subject as a whole, and one in the arm of each side.
    """

    whole: Level
    arms: dict[str, Level]


def count_levels(profiles: pd.DataFrame, arms: Sequence[str]) -> Levels:
    """Count what a result is made of.

    profiles : one row a scan and layer: subject_id, arm, scan_id, depth_um, n_patches, and study
        where several are pooled, since each has its own S01
    arms : in the order wanted; rows of others are not counted

    Raises TableError where a column is missing.

    >>> layers = pd.DataFrame({"subject_id": ["S1", "S1", "S2"], "arm": ["a", "a", "b"],
    ...     "scan_id": [1, 1, 2], "depth_um": [0, 1, 0], "n_patches": [3, 3, 2]})
    >>> count_levels(layers, ["a", "b"]).whole
    Level(n_subjects=2, n_scans=2, n_layers=3, n_patches=8)
    """
    lacking = [name for name in (*COLUMNS, "arm") if name not in profiles]
    if lacking:
        raise TableError(f"the layers have no column {lacking[0]!r}, and cannot be counted; add it")
    of_arm = {arm: profiles[profiles["arm"] == arm] for arm in arms}
    return Levels(
        _count(profiles[profiles["arm"].isin(list(arms))]),
        {arm: _count(layers) for arm, layers in of_arm.items()},
    )


def _count(layers: pd.DataFrame) -> Level:
    who = [name for name in ("study", "subject_id") if name in layers]
    return Level(
        n_subjects=len(layers[who].drop_duplicates()),
        n_scans=int(layers["scan_id"].nunique()),
        n_layers=len(layers),
        n_patches=int(layers["n_patches"].sum()),
    )
