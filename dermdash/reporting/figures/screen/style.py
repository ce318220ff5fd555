"""What all figures on screen share: the grade scale, depth downwards, quiet colours."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray

from dermdash.reporting.figures.data import DEPTH_TITLE, GRADE_COLOURS, GRADES

ACCENT = "#7A6AD8"  # readable on light and dark paper
NEUTRAL = "#8A8A8A"
LEGEND = {
    "orientation": "h",
    "y": 1.01,
    "yanchor": "bottom",
    "x": 0,
    "title": None,
    "traceorder": "normal",
    "font": {"size": 12},
}
Line = tuple["pd.Series | NDArray[Any]", "pd.Series | NDArray[Any]"]
MARGINS = {"l": 56, "r": 8, "t": 8, "b": 48}


def toolbar(file_name: str) -> dict[str, Any]:
    """A quiet toolbar that saves the figure as SVG."""
    return {
        "displaylogo": False,
        "modeBarButtons": [["toImage"]],
        "toImageButtonOptions": {"format": "svg", "filename": file_name, "scale": 2},
    }


def grade_scale(colours: str, title: str, *, stepped: bool = False) -> dict[str, Any]:
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


def depth_down(figure: go.Figure, depth_um: Sequence[int] | np.ndarray, **where: int) -> go.Figure:
    first, last = (depth_um[0], depth_um[-1]) if len(depth_um) else (0, 69)
    figure.update_yaxes(range=[last + 0.5, first - 0.5], showgrid=False, zeroline=False)
    figure.update_yaxes(title=DEPTH_TITLE, dtick=10, **where)
    return figure


def band(one: Line, other: Line, colour: str, *, name: str = "") -> go.Scatter:
    """The area between two lines, each as its x and y; in the legend where it has a name."""
    x, y = (np.concatenate([there, back[::-1]]) for there, back in zip(one, other, strict=True))
    return go.Scatter(
        x=x,
        y=y,
        fill="toself",
        fillcolor=faint(colour),
        line={"width": 0},
        hoverinfo="skip",
        name=name,
        showlegend=bool(name),
    )


def places(figure: go.Figure, labels: Sequence[str], *, room: float = 0.6) -> None:
    """Names under 0, 1, 2 ..."""
    figure.update_xaxes(
        tickvals=list(range(len(labels))),
        ticktext=labels,
        range=[-room, len(labels) - 1 + room],
        showgrid=False,
        zeroline=False,
    )


def faint(colour: str) -> str:
    """An arm's colour for a band behind its line."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.15)"
