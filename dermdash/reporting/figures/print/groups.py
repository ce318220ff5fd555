"""Groups of subjects on paper."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from dermdash.reporting.figures.data import (
    DEFAULT_COLOURS,
    GRADES,
    SCORE_NAMES,
    DepthHeatmap,
    group_rows,
    mean_sd,
    score_title,
    sd_band,
    spread,
)
from dermdash.reporting.figures.data_brackets import Bracket, bracket_note, place_brackets
from dermdash.reporting.figures.print.style import (
    NEUTRAL,
    column,
    depth_down,
    grade_bar,
    grade_map,
    key,
    name_on,
    on_paper,
    paper,
    places,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@on_paper
def cohort_heatmap(
    heatmap: DepthHeatmap, *, score: str, colours: str = DEFAULT_COLOURS, height: int = 400
) -> "Figure":
    """The paper's figure 3A: a column a group on one scale, depth down, 0 = DEJ."""
    figure, axes = paper(height)
    scale = grade_map(colours)
    for place, values in enumerate(heatmap.score.T):
        drawn = column(axes, place, heatmap.depth_um, values, scale=scale)
    width = max(8, 60 // max(len(heatmap.groups), 1))
    places(
        axes,
        [
            f"{name_on(group, width=width)}\nn = {n}"
            for group, n in zip(heatmap.groups, heatmap.n_subjects, strict=True)
        ],
    )
    if heatmap.groups:
        grade_bar(figure, drawn, axes, score=score)
    depth_down(axes, heatmap.depth_um)
    return figure


@on_paper
def subject_points(
    subjects: pd.DataFrame,
    groups: pd.DataFrame,
    arm_colours: Mapping[str, str],
    *,
    score: str,
    brackets: Sequence[Bracket] = (),
    depth_um: tuple[int, int] = (0, 69),
    height: int = 400,
) -> "Figure":
    """A point a subject and, beside the points, each group's mean with its SD.

    subjects : subject_id, arm and the score; groups : arm, mean, sd, n_subjects
    brackets : differences to mark above the points; depth_um : range that the score is over
    """
    figure, axes = paper(height)
    for place, (arm, mean, sd, count) in enumerate(group_rows(groups)):
        scores = subjects.loc[subjects["arm"] == arm, score].reset_index(drop=True)
        colour = arm_colours[arm]
        axes.plot(
            place - 0.12 + spread(scores),
            scores.to_numpy(dtype=float),
            "o",
            color=colour,
            alpha=0.75,
            markeredgewidth=0,
            markersize=5.5,
        )
        if count:
            axes.errorbar(
                [place + 0.28],
                [mean],
                yerr=[sd],
                fmt="D",
                color=colour,
                markersize=7,
                capsize=4,
                elinewidth=1.5,
            )
    _group_axes(
        axes,
        groups,
        brackets,
        title=score_title(score, depth_um),
        low=0.9,
        note="a point a subject, mean ± SD beside",
    )
    return figure


@on_paper
def group_bars(
    groups: pd.DataFrame,
    arm_colours: Mapping[str, str],
    *,
    score: str,
    brackets: Sequence[Bracket] = (),
    depth_um: tuple[int, int] = (0, 69),
    height: int = 400,
) -> "Figure":
    """The paper's figure 3B: a bar a group up to its mean, SD as whiskers, from grade 1 upwards.

    groups : arm, mean, sd, n_subjects
    """
    figure, axes = paper(height)
    for place, (arm, mean, sd, count) in enumerate(group_rows(groups)):
        if count:
            axes.bar([place], [mean], width=0.56, color=arm_colours[arm])
            axes.errorbar([place], [mean], yerr=[sd], fmt="none", ecolor="#333", capsize=5)
    _group_axes(
        axes,
        groups,
        brackets,
        title=score_title(score, depth_um),
        low=1.0,
        note="mean ± SD over subjects",
    )
    return figure


@on_paper
def group_lines(
    group_profiles: pd.DataFrame,
    arm_colours: Mapping[str, str],
    *,
    score: str,
    height: int = 400,
) -> "Figure":
    """Each group's mean along depth with a band of its SD over subjects.

    group_profiles : arm, depth_um, mean, sd, n_subjects
    """
    figure, axes = paper(height)
    for arm in dict.fromkeys(group_profiles["arm"]):
        rows = group_profiles[group_profiles["arm"] == arm]
        depth, colour = rows["depth_um"].to_numpy(dtype=float), arm_colours[arm]
        low, high = sd_band(rows["mean"], rows["sd"])
        axes.fill_betweenx(depth, low, high, color=colour, alpha=0.15, linewidth=0)
        n = int(rows["n_subjects"].max())
        label = f"{name_on(str(arm), width=36)} (n = {n})"
        axes.plot(
            rows["mean"].to_numpy(dtype=float), depth, color=colour, linewidth=1.8, label=label
        )
    axes.set_xlabel(f"{SCORE_NAMES[score]} (1 to 4), mean ± SD")
    axes.set_xticks(GRADES)
    axes.set_xlim(0.95, 4.05)
    depth_down(axes, np.unique(group_profiles["depth_um"]))
    key(figure)
    return figure


def _group_axes(
    axes: "Axes",
    groups: pd.DataFrame,
    found: Sequence[Bracket],
    *,
    title: str,
    low: float,
    note: str,
) -> None:
    """Each group under its place, brackets above the scale, and the scale from ``low`` up."""
    width = max(8, 80 // max(len(groups), 1))
    places(
        axes,
        [
            f"{name_on(arm, width=width)}\nn = {n}" + (f"\n{mean_sd(mean, sd)}" if n else "")
            for arm, mean, sd, n in group_rows(groups)
        ],
    )
    placed, top = place_brackets(found, list(groups["arm"]))
    for one in placed:
        left, right, y = one.left + 0.04, one.right - 0.04, one.y
        foot = y - 0.06
        axes.plot([left, left, right, right], [foot, y, y, foot], color=NEUTRAL, linewidth=0.9)
        axes.text((left + right) / 2, y + 0.02, one.text, ha="center", va="bottom")
    meaning = "; ".join(part for part in (note, bracket_note(found)) if part)
    axes.set_title(meaning, loc="left", color=NEUTRAL, fontsize=8)
    axes.set_ylim(low, top)
    axes.set_yticks(GRADES)
    axes.spines["left"].set_bounds(low, 4)
    axes.set_ylabel(title)
