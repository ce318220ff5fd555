"""Numbers and colours behind each figure, without a drawing library."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dermdash.stats.findings import Contrast
from dermdash.stats.words import equals_p, stars

if TYPE_CHECKING:
    from dermdash.grading.profile import Grading

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
    return textwrap.wrap(name, width, max_lines=4, placeholder=" …") or [name]


def wrapped(name: str, *, width: int = 14) -> str:
    """``name_lines`` for a figure on screen, where names are never markup.

    >>> wrapped("old, not photo-exposed")
    'old, not<br>photo-exposed'
    """
    return "<br>".join(escape(line) for line in name_lines(name, width=width))


def mean_sd(mean: float, sd: float) -> str:
    """``2.77 ± 0.33``, or the mean alone where one subject has no SD.

    >>> mean_sd(2.77, 0.33), mean_sd(2.0, float("nan"))
    ('2.77 ± 0.33', '2.00')
    """
    return f"{mean:.2f} ± {sd:.2f}" if np.isfinite(sd) else f"{mean:.2f}"


@dataclass(frozen=True, slots=True)
class Bracket:
    """A difference between two arms, marked above them; ``text`` is its p, as "p = .046"."""

    a: str
    b: str
    text: str


STAR_NOTE = "* p < .05, ** p < .01, *** p < .001, adjusted; ns otherwise"


def brackets(
    contrasts: Sequence[Contrast], *, at_most: int = 6, starred: bool = False
) -> list[Bracket]:
    """A bracket a contrast, none where there are too many to tell apart, or it is confounded.

    starred : stars in the place of p, for contrasts that a locked plan names
    """
    if len(contrasts) > at_most:
        return []
    mark = stars if starred else equals_p
    return [Bracket(one.a, one.b, mark(one.p_adjusted)) for one in contrasts if not one.note]


@dataclass(frozen=True, slots=True)
class PlacedBracket:
    """A bracket from the place of an arm to that of another, counted from 0, at a height."""

    left: int
    right: int
    y: float
    text: str


def place_brackets(
    found: Sequence[Bracket], arms: Sequence[str]
) -> tuple[list[PlacedBracket], float]:
    """Brackets above the scale, narrow ones first, and where the axis ends.

    >>> found = [Bracket("a", "c", "p = .01"), Bracket("b", "c", "p = .02")]
    >>> placed, top = place_brackets(found, ["a", "b", "c"])
    >>> [(one.left, one.right, one.y) for one in placed], top
    ([(1, 2, 4.2), (0, 2, 4.54)], 4.82)
    """
    order = list(arms)
    spans = [(*sorted((order.index(one.a), order.index(one.b))), one.text) for one in found]
    levels: list[list[tuple[int, int]]] = []
    placed = []
    for left, right, text in sorted(spans, key=lambda span: (span[1] - span[0], span[0])):
        level = next(
            (
                k
                for k, taken in enumerate(levels)
                if all(right <= low or high <= left for low, high in taken)
            ),
            len(levels),
        )
        if level == len(levels):
            levels.append([])
        levels[level].append((left, right))
        placed.append(PlacedBracket(left, right, round(4.2 + 0.34 * level, 2), text))
    return placed, round(4.1 + 0.36 * len(levels), 2)


def sd_band(mean: pd.Series, sd: pd.Series) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean − SD and mean + SD within the scale of 1 to 4; NaN where there is no SD."""
    low, high = (mean - sd).clip(1, 4), (mean + sd).clip(1, 4)
    return low.to_numpy(dtype=float), high.to_numpy(dtype=float)


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
    """

    a: str
    b: str
    visits: list[str]
    depth_um: NDArray[np.int64]
    difference: NDArray[np.float64]


def difference_of_changes(
    profiles: pd.DataFrame, visits: Sequence[str], a: str, b: str, *, score: str
) -> DifferenceHeatmap:
    """Mean change since the first visit in arm a minus that in arm b.

    profiles : subject_id, arm, visit, depth_um and the score; scans are averaged by subject
    """
    cells = profiles.groupby(["subject_id", "arm", "visit", "depth_um"], observed=True)[
        score
    ].mean()
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
    return DifferenceHeatmap(a, b, list(visits[1:]), depth_um, of_arm[0] - of_arm[1])
