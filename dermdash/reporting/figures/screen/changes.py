"""Changes over visits on screen."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dermdash.reporting.figures.data import (
    DIVERGING,
    SCORE_NAMES,
    as_named,
    interval_name,
    people,
    score_title,
    wrapped,
)
from dermdash.reporting.figures.data_changes import DifferenceHeatmap, side_step
from dermdash.reporting.figures.screen.style import LEGEND, MARGINS, NEUTRAL, depth_down


def change_lines(
    changes: pd.DataFrame,
    arm_colours: Mapping[str, str],
    *,
    score: str,
    alpha: float = 0.05,
    height: int = 400,
) -> go.Figure:
    """Each arm's mean change since the baseline, with its confidence interval.

    changes : arm, visit, day, mean, ci_low, ci_high, n; the baseline too, as 0
    alpha : of the tests that the intervals go with
    """
    figure = go.Figure()
    arms = list(dict.fromkeys(changes["arm"]))
    for place, arm in enumerate(arms):
        rows = changes[changes["arm"] == arm]
        shift = side_step(changes["day"], place, of=len(arms))
        figure.add_scatter(
            x=rows["day"] + shift,
            y=rows["mean"],
            error_y={
                "type": "data",
                "symmetric": False,
                "array": rows["ci_high"] - rows["mean"],
                "arrayminus": rows["mean"] - rows["ci_low"],
                "thickness": 1.6,
                "width": 5,
            },
            mode="lines+markers",
            line={"color": arm_colours[arm], "width": 2.5},
            marker={"size": 9},
            name=f"{as_named(arm)} ({people(rows['n'])})",
            customdata=rows[["visit", "n"]].to_numpy().tolist(),
            hovertemplate=f"{as_named(arm)}, %{{customdata[0]}}: %{{y:+.2f}} "
            "(n = %{customdata[1]})<extra></extra>",
        )
    figure.add_hline(y=0, line={"color": NEUTRAL, "width": 1, "dash": "dot"})
    figure.update_layout(height=height, margin={**MARGINS, "t": 30}, legend=LEGEND)
    _visit_axis(figure, changes)
    figure.update_yaxes(title=f"change in {SCORE_NAMES[score]}, mean and {interval_name(alpha)}")
    return figure


def subject_lines(
    cells: pd.DataFrame,
    arm_colours: Mapping[str, str],
    *,
    score: str,
    depth_um: tuple[int, int] = (0, 69),
    height: int = 400,
) -> go.Figure:
    """A line a subject over the visits.

    cells : subject_id, arm, visit, day and the score, which is over ``depth_um``
    """
    figure = go.Figure()
    for arm in dict.fromkeys(cells["arm"]):
        of_arm = cells[cells["arm"] == arm]
        by_subject = of_arm.sort_values("day").groupby("subject_id", observed=True)
        for number, (subject, rows) in enumerate(by_subject):
            figure.add_scatter(
                x=rows["day"],
                y=rows[score],
                mode="lines+markers",
                line={"color": arm_colours[arm], "width": 1.2},
                marker={"size": 4},
                opacity=0.7,
                legendgroup=arm,
                name=f"{as_named(arm)} (n = {of_arm['subject_id'].nunique()})",
                showlegend=number == 0,
                hovertemplate=f"{as_named(str(subject))}: %{{y:.2f}}<extra></extra>",
            )
    figure.update_layout(height=height, margin={**MARGINS, "t": 30}, legend=LEGEND)
    _visit_axis(figure, cells)
    figure.update_yaxes(title=score_title(score, depth_um))
    return figure


def difference_heatmap(heatmap: DifferenceHeatmap, *, score: str, height: int = 420) -> go.Figure:
    """Difference between two arms of their mean change, by visit and depth, centred on 0."""
    largest = float(np.nanmax(np.abs(heatmap.difference), initial=0.05))
    figure = go.Figure(
        go.Heatmap(
            x=[f"{as_named(visit)}<br>{counts}" for visit, counts in heatmap.visit_labels()],
            y=heatmap.depth_um,
            z=heatmap.difference,
            zmid=0,
            zmin=-largest,
            zmax=largest,
            colorscale=DIVERGING,
            xgap=4,
            hovertemplate="%{x}, %{y} µm: %{z:+.2f}<extra></extra>",
            colorbar={
                "title": {
                    "text": f"{wrapped(heatmap.title, width=52)}<br>{SCORE_NAMES[score]}",
                    "side": "right",
                },
                "thickness": 12,
                "outlinewidth": 0,
            },
        )
    )
    figure.update_layout(height=height, margin=MARGINS)
    figure.update_xaxes(showgrid=False, type="category")
    return depth_down(figure, heatmap.depth_um)


def _visit_axis(figure: go.Figure, table: pd.DataFrame) -> None:
    visits = table.drop_duplicates("visit").sort_values("day")
    figure.update_xaxes(
        title="visit, by its day",
        tickvals=visits["day"].tolist(),
        ticktext=[as_named(str(visit)) for visit in visits["visit"]],
        showgrid=False,
        zeroline=False,
    )
