"""Groups of subjects on screen."""

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dermdash.reporting.figures.data import (
    DEFAULT_COLOURS,
    GRADES,
    SCORE_NAMES,
    Bracket,
    DepthHeatmap,
    spread,
    wrapped,
)
from dermdash.reporting.figures.screen.style import (
    LEGEND,
    MARGINS,
    NEUTRAL,
    depth_down,
    faint,
    grade_scale,
)


def cohort_heatmap(
    heatmap: DepthHeatmap, *, score: str, colours: str = DEFAULT_COLOURS, height: int = 400
) -> go.Figure:
    """The paper's figure 3A: a column a group on one scale, depth down, 0 = DEJ."""
    labels = [
        f"{wrapped(g)}<br>n = {n}" for g, n in zip(heatmap.groups, heatmap.n_subjects, strict=True)
    ]
    figure = go.Figure(
        go.Heatmap(
            x=labels,
            y=heatmap.depth_um,
            z=heatmap.score,
            xgap=4,
            hovertemplate="%{x}<br>%{y} µm: %{z:.2f}<extra></extra>",
            **grade_scale(colours, SCORE_NAMES[score]),
        )
    )
    figure.update_layout(height=height, margin=MARGINS)
    figure.update_xaxes(showgrid=False, ticks="", automargin=True)
    return depth_down(figure, heatmap.depth_um)


def subject_points(
    subjects: pd.DataFrame,
    groups: pd.DataFrame,
    arm_colours: Mapping[str, str],
    *,
    score: str,
    brackets: Sequence[Bracket] = (),
    height: int = 400,
) -> go.Figure:
    """A point a subject and, beside the points, each group's mean with its SD.

    subjects : subject_id, arm and the score; groups : arm, mean, sd, n_subjects
    brackets : differences to mark above the points
    """
    figure = go.Figure()
    ticks = []
    for place, (arm, mean, sd, count) in enumerate(
        groups[["arm", "mean", "sd", "n_subjects"]].itertuples(index=False)
    ):
        of_arm, colour = subjects[subjects["arm"] == arm], arm_colours[arm]
        scores = of_arm[score].reset_index(drop=True)
        figure.add_scatter(
            x=place - 0.12 + spread(scores),
            y=scores,
            mode="markers",
            marker={"color": colour, "size": 9, "opacity": 0.75},
            text=of_arm["subject_id"],
            hovertemplate="%{text}: %{y:.2f}<extra></extra>",
        )
        if count:
            figure.add_scatter(
                x=[place + 0.28],
                y=[mean],
                error_y={"array": [sd], "thickness": 2, "width": 7, "color": colour},
                mode="markers",
                marker={"color": colour, "size": 13, "symbol": "diamond"},
                hovertemplate=f"{escape(arm)}: %{{y:.2f}} ± {sd:.2f} (SD)<extra></extra>",
            )
        ticks.append(f"{wrapped(arm)}<br>n = {count}")
    figure.update_layout(height=height, margin=MARGINS, showlegend=False)
    figure.update_xaxes(
        tickvals=list(range(len(ticks))),
        ticktext=ticks,
        range=[-0.6, len(ticks) - 0.4],
        showgrid=False,
        zeroline=False,
    )
    top = _draw_brackets(figure, brackets, list(groups["arm"]))
    figure.update_yaxes(
        title=f"{SCORE_NAMES[score]}, 0 to 69 µm", range=[0.9, top], tickvals=list(GRADES)
    )
    return figure


def _draw_brackets(figure: go.Figure, brackets: Sequence[Bracket], arms: list[str]) -> float:
    """Draw brackets above the scale, narrow ones first, and return where the axis ends."""
    placed = sorted(brackets, key=lambda one: abs(arms.index(one.a) - arms.index(one.b)))
    for level, bracket in enumerate(placed):
        left, right = sorted((arms.index(bracket.a), arms.index(bracket.b)))
        y = 4.2 + 0.34 * level
        figure.add_shape(
            type="path",
            path=f"M {left + 0.04} {y - 0.06} L {left + 0.04} {y} L {right - 0.04} {y} "
            f"L {right - 0.04} {y - 0.06}",
            line={"color": NEUTRAL, "width": 1.2},
        )
        figure.add_annotation(
            x=(left + right) / 2,
            y=y,
            text=escape(bracket.text),
            showarrow=False,
            yanchor="bottom",
            yshift=-2,
            font={"size": 12},
        )
    return 4.1 + 0.36 * len(placed)


def group_lines(
    group_profiles: pd.DataFrame,
    arm_colours: Mapping[str, str],
    *,
    score: str,
    height: int = 400,
) -> go.Figure:
    """Each group's mean along depth with a band of its SD over subjects.

    group_profiles : arm, depth_um, mean, sd
    """
    figure = go.Figure()
    for arm in dict.fromkeys(group_profiles["arm"]):
        rows = group_profiles[group_profiles["arm"] == arm]
        mean, sd, depth, colour = rows["mean"], rows["sd"], rows["depth_um"], arm_colours[arm]
        figure.add_scatter(
            x=pd.concat([(mean - sd).clip(1, 4), (mean + sd).clip(1, 4)[::-1]]),
            y=pd.concat([depth, depth[::-1]]),
            fill="toself",
            fillcolor=faint(colour),
            line={"width": 0},
            hoverinfo="skip",
            showlegend=False,
        )
        figure.add_scatter(
            x=mean,
            y=depth,
            mode="lines",
            line={"color": colour, "width": 2.5},
            name=escape(arm),
            hovertemplate=f"{escape(arm)}, %{{y}} µm: %{{x:.2f}}<extra></extra>",
        )
    figure.update_layout(
        height=height,
        margin={**MARGINS, "t": 30},
        legend=LEGEND,
    )
    figure.update_xaxes(title=f"{SCORE_NAMES[score]} (1 to 4), mean ± SD", tickvals=list(GRADES))
    return depth_down(figure, np.unique(group_profiles["depth_um"]))
