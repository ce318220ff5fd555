"""Numbers behind the shares of the grades."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dermdash.reporting.columns import SHARES
from dermdash.stats.places import mean_by


@dataclass(frozen=True, slots=True, eq=False)
class ClassShares:
    """Shares of the patches of each grade, averaged within each subject, then over subjects.

    groups : names, in order; n_subjects : behind each
    whole : (n_groups, 4) over all depths, rows sum to 1; NaN where a group has nobody
    depth_um : (n_depths,) int
    by_depth : (n_groups, n_depths, 4)
    """

    groups: tuple[str, ...]
    n_subjects: tuple[int, ...]
    whole: NDArray[np.float64]
    depth_um: NDArray[np.int_]
    by_depth: NDArray[np.float64]


def class_shares(layers: pd.DataFrame, groups: Sequence[str]) -> ClassShares:
    """Average class shares by group.

    layers : study, subject_id, arm, depth_um, class_share_1 to class_share_4; one row a scan and
        layer
    """
    columns = list(SHARES)
    keys = ["arm", "study", "subject_id", "depth_um"]
    cells = mean_by(layers, keys, columns).set_index(keys)
    depth_um = np.unique(layers["depth_um"].to_numpy(dtype=int))
    by_depth = np.full((len(groups), len(depth_um), len(columns)), np.nan)
    whole = np.full((len(groups), len(columns)), np.nan)
    counted = []
    for place, group in enumerate(groups):
        rows = cells[cells.index.get_level_values("arm") == group]
        subjects = rows.groupby(["study", "subject_id"], observed=True).mean()
        counted.append(len(subjects))
        if len(subjects):
            whole[place] = subjects.mean()
            means = rows.groupby("depth_um", observed=True).mean().reindex(depth_um)
            by_depth[place] = means.to_numpy(dtype=float)
    return ClassShares(tuple(groups), tuple(counted), whole, depth_um, by_depth)


def share_table(shares: ClassShares) -> pd.DataFrame:
    """One row a group: arm, n_subjects, class_share_1 to 4, over all depths."""
    return pd.DataFrame(
        {"arm": shares.groups, "n_subjects": shares.n_subjects}
        | {name: shares.whole[:, k] for k, name in enumerate(SHARES)}
    )


def percent_in(share: float, *, least: float = 0.045) -> str:
    """What is written into a segment; nothing where it is too narrow.

    >>> percent_in(0.314), percent_in(0.01), percent_in(float("nan"))
    ('31 %', '', '')
    """
    return f"{100 * share:.0f} %" if share >= least else ""
