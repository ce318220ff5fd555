"""Numbers and colours behind each figure, without a drawing library."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dermdash.reporting.figures.data_brackets import Bracket, brackets
from dermdash.reporting.figures.data_changes import DifferenceHeatmap, difference_of_changes

if TYPE_CHECKING:
    from dermdash.grading.profile import Grading

__all__ = [
    "DEFAULT_COLOURS",
    "DEPTH_TITLE",
    "DIVERGING",
    "GRADES",
    "GRADE_COLOURS",
    "SCORE_NAMES",
    "Bracket",
    "DepthHeatmap",
    "DifferenceHeatmap",
    "LayerMap",
    "brackets",
    "depth_heatmap",
    "difference_of_changes",
    "group_rows",
    "interval_name",
    "layer_map",
    "mean_sd",
    "name_lines",
    "people",
    "score_title",
    "sd_band",
    "spread",
    "wrapped",
]

GRADES = (1, 2, 3, 4)
SCORE_NAMES = {"expected_grade": "expected grade", "grade_mean": "mean grade"}

# Red-yellow-blue stays apart for every kind of sight (smallest CIE 2000 distance 23);
# red-yellow-green as published falls to 2 for deutan eyes.
GRADE_COLOURS = {
    "red-yellow-blue": ("#d7191c", "#fdae61", "#abd9e9", "#2c7bb6"),
    "as published": ("#d7191c", "#fdae61", "#a6d96a", "#1a9641"),
}
DEFAULT_COLOURS = "red-yellow-blue"
DIVERGING = "PuOr"  # of differences: orange below 0, purple above, apart for all eyes
DEPTH_TITLE = "depth below the DEJ (µm)"


@dataclass(frozen=True, slots=True)
class DepthHeatmap:
    """The paper's figure 3A: a column a group, depth down, 0 = DEJ.

    groups : names, in order
    n_subjects : behind each group
    depth_um : (n_depths,) int
    score : (n_depths, n_groups) float, 1 to 4, NaN where no subject was scored
    """

    groups: tuple[str, ...]
    n_subjects: tuple[int, ...]
    depth_um: NDArray[np.int_]
    score: NDArray[np.float64]


def depth_heatmap(group_profiles: pd.DataFrame, groups: Sequence[str]) -> DepthHeatmap:
    """Arrange group profiles (arm, depth_um, mean, n_subjects) as depth by group."""
    grid = group_profiles.pivot(index="depth_um", columns="arm", values="mean")
    grid = grid.reindex(columns=list(groups)).sort_index()
    counted = group_profiles.groupby("arm", observed=True)["n_subjects"].max()
    return DepthHeatmap(
        tuple(groups),
        tuple(int(counted.get(group, 0)) for group in groups),
        grid.index.to_numpy(dtype=int),
        grid.to_numpy(dtype=float),
    )


@dataclass(frozen=True, slots=True)
class LayerMap:
    """Grades of one scan, layer by patch.

    depth_um : (n_layers,) int
    grade : (n_layers, n_patches) int, 1 to 4
    probability : (n_layers, n_patches) float, of that grade
    """

    depth_um: NDArray[np.int_]
    grade: NDArray[np.int_]
    probability: NDArray[np.float64]


def layer_map(grading: "Grading") -> LayerMap:
    """The most probable grade of every patch."""
    return LayerMap(
        grading.depth_um.astype(int),
        grading.probabilities.argmax(axis=-1) + 1,
        grading.probabilities.max(axis=-1).astype(float),
    )


def spread(values: pd.Series, *, width: float = 0.5, bins: int = 24) -> NDArray[np.float64]:
    """Sideways offsets that keep points of like value from covering each other.

    >>> spread(pd.Series([2.0, 2.0, 3.0])).round(2).tolist()
    [-0.05, 0.05, 0.0]
    """
    place = np.zeros(len(values))
    cell = np.floor(values.to_numpy(dtype=float) / (3.0 / bins)).astype(int)
    for one in np.unique(cell):
        members = np.flatnonzero(cell == one)
        step = min(0.1, width / len(members))
        place[members] = (np.arange(len(members)) - (len(members) - 1) / 2) * step
    return place


def name_lines(name: str, *, width: int = 14) -> list[str]:
    """A name on up to four lines of about ``width`` letters.

    >>> name_lines("old, not photo-exposed")
    ['old, not', 'photo-exposed']
    """
    return textwrap.wrap(name, width, max_lines=4, placeholder=" …", break_on_hyphens=False) or [
        name
    ]


def wrapped(name: str, *, width: int = 14) -> str:
    """``name_lines`` for a figure on screen, where names are never markup.

    >>> wrapped("old, not photo-exposed")
    'old, not<br>photo-exposed'
    """
    return "<br>".join(as_named(line) for line in name_lines(name, width=width))


def as_named(name: str) -> str:
    """A user's word for a figure on screen, which would read markup in it; quotes stay quotes.

    >>> as_named('"glow" <b>')
    '"glow" &lt;b&gt;'
    """
    return escape(name, quote=False)


def people(counts: pd.Series) -> str:
    """``n = 36``, or ``n = 34 to 36`` where not all marks stand on as many subjects.

    >>> people(pd.Series([34, 36])), people(pd.Series([], dtype=int))
    ('n = 34 to 36', 'n = 0')
    """
    if counts.empty:
        return "n = 0"
    low, high = int(counts.min()), int(counts.max())
    return f"n = {low}" if low == high else f"n = {low} to {high}"


def interval_name(alpha: float) -> str:
    """What an interval that goes with tests at ``alpha`` is called.

    >>> interval_name(0.05), interval_name(0.025)
    ('95 % CI', '97.5 % CI')
    """
    return f"{100 * (1 - alpha):.4g} % CI"


def mean_sd(mean: float, sd: float) -> str:
    """``2.77 ± 0.33``, or the mean alone where one subject has no SD.

    >>> mean_sd(2.77, 0.33), mean_sd(2.0, float("nan"))
    ('2.77 ± 0.33', '2.00')
    """
    return f"{mean:.2f} ± {sd:.2f}" if np.isfinite(sd) else f"{mean:.2f}"


def group_rows(groups: pd.DataFrame) -> list[tuple[str, float, float, int]]:
    """Arm, mean, SD and subjects of each group."""
    columns = groups[["arm", "mean", "sd", "n_subjects"]]
    return [(str(a), float(m), float(s), int(n)) for a, m, s, n in columns.itertuples(index=False)]


def score_title(score: str, depth_um: tuple[int, int]) -> str:
    """What an axis of scores says.

    >>> score_title("grade_mean", (0, 69))
    'mean grade, 0 to 69 µm'
    """
    return f"{SCORE_NAMES[score]}, {depth_um[0]} to {depth_um[1]} µm"


def sd_band(mean: pd.Series, sd: pd.Series) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean − SD and mean + SD within the scale of 1 to 4; NaN where there is no SD."""
    low, high = (mean - sd).clip(1, 4), (mean + sd).clip(1, 4)
    return low.to_numpy(dtype=float), high.to_numpy(dtype=float)
