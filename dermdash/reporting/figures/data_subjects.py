"""Numbers behind the heatmap of single subjects."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dermdash.stats.places import mean_by


@dataclass(frozen=True, slots=True)
class ArmSpan:
    """Where the columns of an arm's subjects stand: from ``first`` to ``last``, both included."""

    arm: str
    first: int
    last: int

    @property
    def middle(self) -> float:
        return (self.first + self.last) / 2

    @property
    def n_subjects(self) -> int:
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True, eq=False)
class SubjectHeatmap:
    """A column a subject, arms side by side, depth down, 0 = DEJ.

    subjects : (n_columns,) codes, empty in the column that parts two arms
    spans : of each arm with subjects, in order
    depth_um : (n_depths,) int
    score : (n_depths, n_columns) float, 1 to 4; NaN where a layer has none, and between arms
    """

    subjects: tuple[str, ...]
    spans: tuple[ArmSpan, ...]
    depth_um: NDArray[np.int_]
    score: NDArray[np.float64]

    @property
    def n_subjects(self) -> int:
        return sum(span.n_subjects for span in self.spans)


def subject_heatmap(profiles: pd.DataFrame, arms: Sequence[str], *, score: str) -> SubjectHeatmap:
    """Arrange profiles of subjects by arm, within an arm by the mean score, highest first.

    profiles : study, subject_id, arm, depth_um and the score; several rows of a subject and depth
        are averaged
    """
    keys = ["arm", "study", "subject_id", "depth_um"]
    cells = mean_by(profiles, keys, [score]).set_index(keys)[score]
    wide = cells.unstack("depth_um").sort_index(axis=1)
    between = np.full((1, wide.shape[1]), np.nan)
    names: list[str] = []
    columns, spans = [], []
    for arm in arms:
        rows = wide[wide.index.get_level_values("arm") == arm]
        if rows.empty:
            continue
        ordered = rows.loc[rows.mean(axis=1).sort_values(ascending=False, kind="stable").index]
        if names:
            names.append("")
            columns.append(between)
        spans.append(ArmSpan(arm, len(names), len(names) + len(ordered) - 1))
        names += [str(name) for name in ordered.index.get_level_values("subject_id")]
        columns.append(ordered.to_numpy(dtype=float))
    stacked = np.concatenate(columns) if columns else np.empty((0, wide.shape[1]))
    return SubjectHeatmap(tuple(names), tuple(spans), wide.columns.to_numpy(dtype=int), stacked.T)


MOST_CODES = 72  # beyond which subjects' codes could not be read under their columns


def letters_over(span: ArmSpan, heatmap: SubjectHeatmap, *, across: int = 80) -> int:
    """How many letters of an arm's name fit on a line over its columns."""
    return max(6, int(across * span.n_subjects / max(len(heatmap.subjects), 1)))
