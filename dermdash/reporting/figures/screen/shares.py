"""Shares of the grades on screen."""

from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from dermdash.reporting.figures.data import DEFAULT_COLOURS, GRADE_COLOURS, GRADES, wrapped
from dermdash.reporting.figures.data_shares import ClassShares, percent_in
from dermdash.reporting.figures.screen.style import (
    LEGEND,
    MARGINS,
    depth_down,
)
from dermdash.reporting.figures.thumbnail import ink_on

PERCENT = {"range": [0, 100], "tickvals": [0, 25, 50, 75, 100], "showgrid": False}


def class_shares(
    shares: ClassShares, *, colours: str = DEFAULT_COLOURS, height: int = 320
) -> go.Figure:
    """A bar a group: which share of its patches has which grade, over all depths."""
    labels = _labels(shares)
    figure = go.Figure()
    for k, (grade, colour) in enumerate(zip(GRADES, GRADE_COLOURS[colours], strict=True)):
        figure.add_bar(
            x=100 * shares.whole[:, k],
            y=list(range(len(labels))),
            orientation="h",
            width=0.62,
            marker={"color": colour, "line": {"width": 0}},
            name=f"grade {grade}",
            text=[percent_in(value) for value in shares.whole[:, k]],
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            textfont={"color": ink_on(grade, colours)},
            hovertemplate=f"grade {grade}: %{{x:.1f}} %<extra></extra>",
        )
    figure.update_layout(
        height=height,
        margin={**MARGINS, "t": 34, "r": 22},
        barmode="stack",
        legend=LEGEND,
    )
    figure.update_xaxes(title="share of patches, mean over subjects (%)", **PERCENT)
    figure.update_yaxes(
        tickvals=list(range(len(labels))),
        ticktext=labels,
        range=[len(labels) - 0.5, -0.5],
        showgrid=False,
        automargin=True,
    )
    return figure


def class_shares_by_depth(
    shares: ClassShares, *, colours: str = DEFAULT_COLOURS, height: int = 440
) -> go.Figure:
    """The shares of the grades in each layer, a panel a group, depth down."""
    labels = _labels(shares)
    figure = make_subplots(
        cols=max(len(labels), 1),
        shared_yaxes=True,
        horizontal_spacing=min(0.03, 0.2 / max(len(labels), 1)),
        subplot_titles=labels,
    )
    for column, group in enumerate(shares.by_depth, start=1):
        bars = share_bars(shares.depth_um, group, colours, in_legend=column == 1)
        figure.add_traces(bars, rows=1, cols=column)
    lines = max((label.count("<br>") + 1 for label in labels), default=1)
    figure.update_annotations(font={"size": 12})
    figure.update_layout(
        height=height,
        margin={**MARGINS, "t": 34 + 17 * lines, "r": 22},
        barmode="stack",
        bargap=0,
        legend={**LEGEND, "y": 1 + (12 + 17 * lines) / height},
    )
    figure.update_xaxes(range=[0, 100], tickvals=[0, 50, 100], showgrid=False)
    middle = (len(labels) + 1) // 2
    figure.update_xaxes(title="share of patches, mean over subjects (%)", col=middle)
    depth_down(figure, shares.depth_um, col=1)
    return figure


def share_bars(
    depth_um: NDArray[Any], shares: NDArray[np.float64], colours: str, *, in_legend: bool
) -> list[go.Bar]:
    """Bars to be stacked, one a layer; ``shares`` is (n_depths, 4), from 0 to 1."""
    return [
        go.Bar(
            x=share,
            y=depth_um,
            orientation="h",
            marker={"color": colour, "line": {"width": 0}},
            name=f"grade {grade}",
            legendgroup=str(grade),
            showlegend=in_legend,
            hovertemplate=f"grade {grade}, %{{y}} µm: %{{x:.0f}} %<extra></extra>",
        )
        for grade, colour, share in zip(GRADES, GRADE_COLOURS[colours], 100 * shares.T, strict=True)
    ]


def _labels(shares: ClassShares) -> list[str]:
    return [
        f"{wrapped(group, width=18)}<br>n = {n}"
        for group, n in zip(shares.groups, np.asarray(shares.n_subjects).tolist(), strict=True)
    ]
