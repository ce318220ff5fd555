"""Groups of subjects on screen."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dermdash.reporting.figures.data import (
    DEFAULT_COLOURS,
    GRADES,
    SCORE_NAMES,
    DepthHeatmap,
    as_named,
    group_rows,
    mean_sd,
    score_title,
    sd_band,
    spread,
    wrapped,
)
from dermdash.reporting.figures.data_brackets import STAR_NOTE, Bracket, place_brackets
from dermdash.reporting.figures.screen.style import (
    LEGEND,
    MARGINS,
    NEUTRAL,
    band,
    depth_down,
    grade_scale,
    places,
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
    depth_um: tuple[int, int] = (0, 69),
    height: int = 400,
) -> go.Figure:
    """A point a subject and, beside the points, each group's mean with its SD.

    subjects : subject_id, arm and the score; groups : arm, mean, sd, n_subjects
    brackets : differences to mark above the points; depth_um : range that the score is over
    """
    figure = go.Figure()
    for place, (arm, mean, sd, count) in enumerate(group_rows(groups)):
        of_arm, colour = subjects[subjects["arm"] == arm], arm_colours[arm]
        scores = of_arm[score].reset_index(drop=True)
        figure.add_scatter(
            x=place - 0.12 + spread(scores),
            y=scores,
            mode="markers",
            marker={"color": colour, "size": 9, "opacity": 0.75},
            text=[as_named(str(subject)) for subject in of_arm["subject_id"]],
            hovertemplate="%{text}: %{y:.2f}<extra></extra>",
        )
        if count:
            figure.add_scatter(
                x=[place + 0.28],
                y=[mean],
                error_y={"array": [sd], "thickness": 2, "width": 7, "color": colour},
                mode="markers",
                marker={"color": colour, "size": 13, "symbol": "diamond"},
                hovertemplate=f"{as_named(arm)}: %{{y:.2f}} ± {sd:.2f} (SD)<extra></extra>",
            )
    figure.update_layout(height=height)
    return _group_axes(figure, groups, brackets, title=score_title(score, depth_um), low=0.9)


def group_bars(
    groups: pd.DataFrame,
    arm_colours: Mapping[str, str],
    *,
    score: str,
    brackets: Sequence[Bracket] = (),
    depth_um: tuple[int, int] = (0, 69),
    height: int = 400,
) -> go.Figure:
    """The paper's figure 3B: a bar a group up to its mean, SD as whiskers, from grade 1 upwards.

    groups : arm, mean, sd, n_subjects; depth_um : range that the score is over
    """
    filled = groups[groups["n_subjects"] > 0]
    figure = go.Figure(
        go.Bar(
            x=[list(groups["arm"]).index(arm) for arm in filled["arm"]],
            y=filled["mean"],
            error_y={"array": filled["sd"], "thickness": 2, "width": 9, "color": NEUTRAL},
            width=0.56,
            marker={"color": [arm_colours[arm] for arm in filled["arm"]]},
            customdata=filled[["arm", "sd"]].map(_escaped).to_numpy().tolist(),
            hovertemplate="%{customdata[0]}: %{y:.2f} ± %{customdata[1]:.2f} (SD)<extra></extra>",
        )
    )
    figure.update_layout(height=height)
    return _group_axes(figure, groups, brackets, title=score_title(score, depth_um), low=1.0)


def _escaped(value: object) -> object:
    return as_named(value) if isinstance(value, str) else value


def _group_axes(
    figure: go.Figure, groups: pd.DataFrame, found: Sequence[Bracket], *, title: str, low: float
) -> go.Figure:
    """Each group under its place, brackets above the scale, and the scale from ``low`` up."""
    places(
        figure,
        [
            f"{wrapped(arm)}<br>n = {n}" + (f"<br>{mean_sd(mean, sd)}" if n else "")
            for arm, mean, sd, n in group_rows(groups)
        ],
    )
    figure.update_layout(margin=MARGINS, showlegend=False)
    placed, top = place_brackets(found, list(groups["arm"]))
    for one in placed:
        left, right, y = one.left + 0.04, one.right - 0.04, one.y
        figure.add_shape(
            type="path",
            path=f"M {left} {y - 0.06} L {left} {y} L {right} {y} L {right} {y - 0.06}",
            line={"color": NEUTRAL, "width": 1.2},
        )
        figure.add_annotation(
            x=(left + right) / 2,
            y=y,
            text=as_named(one.text),
            showarrow=False,
            yanchor="bottom",
            yshift=-2,
            font={"size": 12},
        )
    if any(one.text.endswith(("*", "ns")) for one in placed):
        figure.add_annotation(
            text=STAR_NOTE,
            x=0,
            y=1,
            xref="paper",
            yref="paper",
            xanchor="left",
            yanchor="bottom",
            showarrow=False,
            font={"size": 11, "color": NEUTRAL},
        )
        figure.update_layout(margin={**MARGINS, "t": 26})
    figure.update_yaxes(title=title, range=[low, top], tickvals=list(GRADES))
    return figure


def group_lines(
    group_profiles: pd.DataFrame,
    arm_colours: Mapping[str, str],
    *,
    score: str,
    height: int = 400,
) -> go.Figure:
    """Each group's mean along depth with a band of its SD over subjects.

    group_profiles : arm, depth_um, mean, sd, n_subjects
    """
    figure = go.Figure()
    for arm in dict.fromkeys(group_profiles["arm"]):
        rows = group_profiles[group_profiles["arm"] == arm]
        mean, depth, colour = rows["mean"], rows["depth_um"], arm_colours[arm]
        low, high = sd_band(mean, rows["sd"])
        figure.add_trace(band((low, depth), (high, depth), colour))
        figure.add_scatter(
            x=mean,
            y=depth,
            mode="lines",
            line={"color": colour, "width": 2.5},
            name=f"{as_named(arm)} (n = {int(rows['n_subjects'].max())})",
            hovertemplate=f"{as_named(arm)}, %{{y}} µm: %{{x:.2f}}<extra></extra>",
        )
    figure.update_layout(
        height=height,
        margin={**MARGINS, "t": 30},
        legend=LEGEND,
    )
    figure.update_xaxes(title=f"{SCORE_NAMES[score]} (1 to 4), mean ± SD", tickvals=list(GRADES))
    return depth_down(figure, np.unique(group_profiles["depth_um"]))
