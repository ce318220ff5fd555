"""Numbers behind figures of changes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dermdash.stats.places import mean_by


def side_step(days: pd.Series, place: int, *, of: int) -> float:
    """How far in days the marks of one of several arms stand beside the visit.

    >>> side_step(pd.Series([0, 50]), 0, of=2)
    -0.3
    """
    span = max(float(days.max() - days.min()), 1.0)
    return 0.012 * span * (place - (of - 1) / 2)


@dataclass(frozen=True, slots=True, eq=False)
class DifferenceHeatmap:
    """Change in arm a minus change in arm b, by depth and visit.

    difference : (n_depths, n_visits), NaN where an arm has nobody
    n_subjects : in a and in b, with both visits; a pair a visit
    """

    a: str
    b: str
    visits: list[str]
    depth_um: NDArray[np.int64]
    difference: NDArray[np.float64]
    n_subjects: list[tuple[int, int]]

    @property
    def title(self) -> str:
        return f"change in {self.a} − change in {self.b}"

    def visit_labels(self) -> list[tuple[str, str]]:
        """Each visit's name, and how many subjects of both arms stand behind it."""
        counts = [f"n = {n_a} and {n_b}" for n_a, n_b in self.n_subjects]
        return list(zip(self.visits, counts, strict=True))


def difference_of_changes(
    profiles: pd.DataFrame, visits: Sequence[str], a: str, b: str, *, score: str
) -> DifferenceHeatmap:
    """Mean change since the first visit in arm a minus that in arm b.

    profiles : subject_id, arm, visit, depth_um and the score; scans are averaged by subject
    """
    keys = ["subject_id", "arm", "visit", "depth_um"]
    cells = mean_by(profiles, keys, [score]).set_index(keys)[score]
    wide = cells.unstack("visit").reindex(columns=list(visits))
    changes = wide[list(visits[1:])].sub(wide[visits[0]], axis=0)
    means = changes.groupby(["arm", "depth_um"], observed=True).mean()
    depth_um = np.unique(profiles["depth_um"].to_numpy()).astype(np.int64)
    of_arm = [
        means.xs(arm, level="arm").reindex(depth_um).to_numpy(float)
        if arm in means.index.get_level_values("arm")
        else np.full((len(depth_um), len(visits) - 1), np.nan)
        for arm in (a, b)
    ]
    seen = changes.groupby(["arm", "subject_id"], observed=True).count() > 0
    counts = seen.groupby("arm", observed=True).sum().reindex([a, b]).fillna(0).astype(int)
    return DifferenceHeatmap(
        a,
        b,
        list(visits[1:]),
        depth_um,
        of_arm[0] - of_arm[1],
        list(zip(*counts[list(visits[1:])].to_numpy(int).tolist(), strict=True)),
    )
