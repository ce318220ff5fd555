"""Figures in the browser: the only room with plotly."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from dermdash.reporting.figures.data import (
    DEFAULT_COLOURS,
    GRADE_COLOURS,
    GRADES,
    SCORE_NAMES,
    DepthHeatmap,
    LayerMap,
    spread,
    wrapped,
)
from dermdash.reporting.figures.thumbnail import colour_of

ACCENT = "#7A6AD8"  # readable on light and dark paper
NEUTRAL = "#8A8A8A"
DEPTH_TITLE = "depth below the DEJ (µm)"
LEGEND = {
    "orientation": "h",
    "y": 1.01,
    "yanchor": "bottom",
    "x": 0,
    "title": None,
    "traceorder": "normal",
    "font": {"size": 12},
}
MARGINS = {"l": 56, "r": 8, "t": 8, "b": 48}


def toolbar(file_name: str) -> dict[str, Any]:
    """A quiet toolbar that saves the figure as SVG."""
    return {
        "displaylogo": False,
        "modeBarButtons": [["toImage"]],
        "toImageButtonOptions": {"format": "svg", "filename": file_name, "scale": 2},
    }


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
            **_graded(colours, SCORE_NAMES[score]),
        )
    )
    figure.update_layout(height=height, margin=MARGINS)
    figure.update_xaxes(showgrid=False, ticks="", automargin=True)
    return _depth_down(figure, heatmap.depth_um)


def subject_points(
    subjects: pd.DataFrame,
    groups: pd.DataFrame,
    arm_colours: Mapping[str, str],
    *,
    score: str,
    height: int = 400,
) -> go.Figure:
    """A point a subject and, beside the points, each group's mean with its SD.

    subjects : subject_id, arm and the score; groups : arm, mean, sd, n_subjects
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
    figure.update_yaxes(
        title=f"{SCORE_NAMES[score]}, 0 to 69 µm", range=[0.9, 4.1], tickvals=list(GRADES)
    )
    return figure


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
            fillcolor=_faint(colour),
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
    return _depth_down(figure, np.unique(group_profiles["depth_um"]))


def depth_profile(
    table: pd.DataFrame,
    *,
    chosen_um: int | None = None,
    colours: str = DEFAULT_COLOURS,
    height: int = 420,
) -> go.Figure:
    """Both scores and the SD over patches, and shares of the grades, against depth downwards.

    table : one row a layer: depth_um, grade_mean, grade_sd, expected_grade, class_share_1 to 4
    """
    figure = make_subplots(
        cols=2, shared_yaxes=True, column_widths=[0.62, 0.38], horizontal_spacing=0.05
    )
    depth, mean, sd = table["depth_um"], table["grade_mean"], table["grade_sd"]
    figure.add_scatter(
        x=table["expected_grade"],
        y=depth,
        mode="lines",
        line={"color": ACCENT, "width": 2.5},
        name="expected grade",
        hovertemplate="expected grade at %{y} µm: %{x:.2f}<extra></extra>",
    )
    figure.add_scatter(
        x=mean,
        y=depth,
        mode="markers",
        marker={"color": NEUTRAL, "size": 4},
        name="mean grade",
        hovertemplate="mean grade at %{y} µm: %{x:.2f}<extra></extra>",
    )
    if sd.notna().any():  # one patch a layer has no spread
        figure.add_scatter(
            x=pd.concat([(mean - sd).clip(1, 4), (mean + sd).clip(1, 4)[::-1]]),
            y=pd.concat([depth, depth[::-1]]),
            fill="toself",
            fillcolor="rgba(128,128,128,0.18)",
            line={"width": 0},
            hoverinfo="skip",
            name="± SD",
        )
    for grade, colour in zip(GRADES, GRADE_COLOURS[colours], strict=True):
        figure.add_bar(
            x=100 * table[f"class_share_{grade}"],
            y=depth,
            orientation="h",
            marker={"color": colour, "line": {"width": 0}},
            name=f"grade {grade}",
            showlegend=False,
            hovertemplate=f"grade {grade}, %{{y}} µm: %{{x:.0f}} %<extra></extra>",
            col=2,
            row=1,
        )
    if chosen_um is not None:
        figure.add_hline(y=chosen_um, line={"color": ACCENT, "width": 1.5, "dash": "dot"})
    figure.update_layout(
        height=height,
        margin={**MARGINS, "t": 62, "r": 18},
        barmode="stack",
        bargap=0,
        legend=LEGEND,
    )
    figure.add_annotation(
        text="grade &nbsp;"
        + "&nbsp; ".join(
            f'<span style="color:{colour}">■</span> {grade}'
            for grade, colour in zip(GRADES, GRADE_COLOURS[colours], strict=True)
        ),
        x=1,
        y=1.1,
        xref="paper",
        yref="paper",
        xanchor="right",
        yanchor="bottom",
        showarrow=False,
    )
    figure.update_xaxes(
        title="score (grade 1 to 4)", range=[0.95, 4.05], tickvals=list(GRADES), col=1
    )
    figure.update_xaxes(title="share of patches (%)", range=[0, 100], tickvals=[0, 50, 100], col=2)
    return _depth_down(figure, depth.to_numpy(), col=1)


def layer_grades(
    layers: LayerMap,
    *,
    chosen: tuple[int, int] | None = None,
    colours: str = DEFAULT_COLOURS,
) -> go.Figure:
    """Each patch's grade, depth to the right; invisible markers over the cells take the clicks.

    chosen : (depth_um, patch counted from 0), drawn with a frame
    """
    n_patches = layers.grade.shape[1]
    names = [f"patch {k + 1}" for k in range(n_patches)]
    figure = go.Figure(
        go.Heatmap(
            x=layers.depth_um,
            y=names,
            z=layers.grade.T,
            xgap=1,
            ygap=3,
            hoverinfo="skip",
            **_graded(colours, "grade", stepped=True),
        )
    )
    depth, patch = np.meshgrid(layers.depth_um, np.arange(n_patches), indexing="ij")
    grade = layers.grade.ravel()
    figure.add_scatter(
        x=depth.ravel(),
        y=[names[k] for k in patch.ravel()],
        mode="markers+text",
        text=grade,
        textfont={"size": 10, "color": [_ink_on(float(g), colours) for g in grade]},
        marker={"size": 16, "symbol": "square", "opacity": 0},
        selected={"marker": {"opacity": 0}},
        unselected={"marker": {"opacity": 0}},
        customdata=np.column_stack([depth.ravel(), patch.ravel()]),
        hovertemplate=[
            f"{d} µm, patch {k + 1}: grade {g} (p = {p:.2f})<extra></extra>"
            for d, k, g, p in zip(
                depth.ravel(), patch.ravel(), grade, layers.probability.ravel(), strict=True
            )
        ],
        showlegend=False,
    )
    if chosen is not None:
        figure.add_shape(
            type="rect",
            x0=chosen[0] - 0.5,
            x1=chosen[0] + 0.5,
            y0=chosen[1] - 0.5,
            y1=chosen[1] + 0.5,
            line={"color": ACCENT, "width": 3},
        )
    figure.update_layout(
        height=74 + 44 * n_patches,
        margin={"l": 56, "r": 8, "t": 4, "b": 40},
        clickmode="event+select",
        dragmode=False,
    )
    figure.update_xaxes(title=DEPTH_TITLE, showgrid=False, zeroline=False, dtick=10)
    figure.update_yaxes(showgrid=False, autorange="reversed")
    return figure


def _graded(colours: str, title: str, *, stepped: bool = False) -> dict[str, Any]:
    """The one grade scale of every heatmap: 1 to 4, ticks 1 to 4."""
    four = GRADE_COLOURS[colours]
    scale: list[tuple[float, str]] = [(k / 3, colour) for k, colour in enumerate(four)]
    limits: dict[str, float] = {"zmin": 1, "zmax": 4}
    if stepped:
        scale = [(edge / 4, four[k]) for k in range(4) for edge in (k, k + 1)]
        limits = {"zmin": 0.5, "zmax": 4.5}
    bar = {
        "title": {"text": title, "side": "right"},
        "tickvals": list(GRADES),
        "thickness": 12,
        "outlinewidth": 0,
    }
    return {"colorscale": scale, "colorbar": bar, **limits}


def _depth_down(figure: go.Figure, depth_um: Sequence[int] | np.ndarray, **where: int) -> go.Figure:
    first, last = (depth_um[0], depth_um[-1]) if len(depth_um) else (0, 69)
    figure.update_yaxes(range=[last + 0.5, first - 0.5], showgrid=False, zeroline=False)
    figure.update_yaxes(title=DEPTH_TITLE, dtick=10, **where)
    return figure


def _faint(colour: str) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.15)"


def _ink_on(grade: float, colours: str) -> str:
    """Black or white, whichever reads better on the grade's colour."""
    colour = colour_of(grade, colours)
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "#000" if 0.299 * red + 0.587 * green + 0.114 * blue > 120 else "#fff"
