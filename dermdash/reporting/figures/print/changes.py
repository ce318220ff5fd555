"""Changes over visits on paper."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from dermdash.reporting.figures.data import (
    DIVERGING,
    SCORE_NAMES,
    interval_name,
    people,
    score_title,
)
from dermdash.reporting.figures.data_changes import DifferenceHeatmap, side_step
from dermdash.reporting.figures.print.style import (
    NEUTRAL,
    column,
    depth_down,
    key,
    name_on,
    on_paper,
    paper,
    places,
    plain_bar,
    upright,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@on_paper
def change_lines(
    changes: pd.DataFrame,
    arm_colours: Mapping[str, str],
    *,
    score: str,
    alpha: float = 0.05,
    height: int = 400,
) -> "Figure":
    """Each arm's mean change since the baseline, with its confidence interval.

    changes : arm, visit, day, mean, ci_low, ci_high, n; the baseline too, as 0
    alpha : of the tests that the intervals go with
    """
    figure, axes = paper(height)
    arms = list(dict.fromkeys(changes["arm"]))
    axes.axhline(0, color=NEUTRAL, linewidth=0.8, linestyle=":")
    for place, arm in enumerate(arms):
        rows = changes[changes["arm"] == arm]
        mean = rows["mean"].to_numpy(dtype=float)
        reach = [mean - rows["ci_low"].to_numpy(float), rows["ci_high"].to_numpy(float) - mean]
        axes.errorbar(
            rows["day"].to_numpy(dtype=float) + side_step(changes["day"], place, of=len(arms)),
            mean,
            yerr=np.array(reach),
            color=arm_colours[arm],
            marker="o",
            markersize=5,
            linewidth=1.8,
            elinewidth=1.2,
            capsize=3.5,
            label=f"{name_on(str(arm), width=36)} ({people(rows['n'])})",
        )
    _visit_axis(axes, changes)
    axes.set_ylabel(f"change in {SCORE_NAMES[score]}, mean and {interval_name(alpha)}")
    key(figure)
    return figure


@on_paper
def subject_lines(
    cells: pd.DataFrame,
    arm_colours: Mapping[str, str],
    *,
    score: str,
    depth_um: tuple[int, int] = (0, 69),
    height: int = 400,
) -> "Figure":
    """A line a subject over the visits.

    cells : subject_id, arm, visit, day and the score, which is over ``depth_um``
    """
    figure, axes = paper(height)
    for arm in dict.fromkeys(cells["arm"]):
        of_arm = cells[cells["arm"] == arm].sort_values("day")
        name = f"{name_on(str(arm), width=36)} (n = {of_arm['subject_id'].nunique()})"
        for number, (_, rows) in enumerate(of_arm.groupby("subject_id", observed=True)):
            axes.plot(
                rows["day"].to_numpy(dtype=float),
                rows[score].to_numpy(dtype=float),
                color=arm_colours[arm],
                marker="o",
                markersize=3,
                linewidth=0.9,
                alpha=0.7,
                label=None if number else name,
            )
    _visit_axis(axes, cells)
    axes.set_ylabel(score_title(score, depth_um))
    key(figure)
    return figure


@on_paper
def difference_heatmap(heatmap: DifferenceHeatmap, *, score: str, height: int = 420) -> "Figure":
    """Difference between two arms of their mean change, by visit and depth, centred on 0."""
    from matplotlib import colormaps
    from matplotlib.colors import Normalize

    figure, axes = paper(height)
    largest = float(np.nanmax(np.abs(heatmap.difference), initial=0.05))
    scale = colormaps[DIVERGING], Normalize(-largest, largest)
    for place, values in enumerate(heatmap.difference.T):
        drawn = column(axes, place, heatmap.depth_um, values, scale=scale)
    places(axes, [f"{name_on(visit)}\n{counts}" for visit, counts in heatmap.visit_labels()])
    axes.set_xlabel("visit")
    if heatmap.visits:
        bar = figure.colorbar(drawn, ax=axes, aspect=30, pad=0.02)
        bar.set_label(f"{upright(heatmap.title, height)}\n{SCORE_NAMES[score]}")
        plain_bar(bar)
    depth_down(axes, heatmap.depth_um)
    return figure


def _visit_axis(axes: "Axes", table: pd.DataFrame) -> None:
    visits = table.drop_duplicates("visit").sort_values("day")
    axes.set_xticks(
        visits["day"].to_numpy(dtype=float), [name_on(str(visit)) for visit in visits["visit"]]
    )
    axes.set_xlabel("visit, by its day")
