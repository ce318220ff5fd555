"""A heatmap small enough for a card, as SVG text."""

import textwrap
from html import escape

import numpy as np

from dermdash.reporting.figures.data import (
    DEFAULT_COLOURS,
    GRADE_COLOURS,
    DepthHeatmap,
)

WIDTH, HEIGHT, LABEL = 320, 150, 30


def thumbnail(heatmap: DepthHeatmap, *, colours: str = DEFAULT_COLOURS, ink: str = "#777") -> str:
    """Draw a column a group, depth down, with the group's name under it."""
    step = WIDTH / max(len(heatmap.groups), 1)
    row = (HEIGHT - LABEL) / max(len(heatmap.depth_um), 1)
    parts = [
        f'<rect x="{column * step + 3:.1f}" y="{layer * row:.2f}" width="{step - 6:.1f}" '
        f'height="{row + 0.4:.2f}" fill="{colour_of(value, colours)}"/>'
        for column in range(len(heatmap.groups))
        for layer, value in enumerate(heatmap.score[:, column])
        if np.isfinite(value)
    ]
    letters = max(int(step / 6.2), 3)
    for column, group in enumerate(heatmap.groups):
        middle = (column + 0.5) * step
        for line, words in enumerate(textwrap.wrap(group, letters)[:2]):
            parts.append(
                f'<text x="{middle:.1f}" y="{HEIGHT - LABEL + 13 + 12 * line}" fill="{ink}" '
                'font-size="11" font-family="Source Sans, sans-serif" text-anchor="middle">'
                f"{escape(words)}</text>"
            )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
        f'height="{HEIGHT}" shape-rendering="crispEdges">{"".join(parts)}</svg>'
    )


def colour_of(score: float, colours: str = DEFAULT_COLOURS) -> str:
    """The scale's colour at a score from 1 to 4, mixed linearly between whole grades.

    >>> colour_of(1.0), colour_of(1.5), colour_of(9.0)
    ('#d7191c', '#ea633e', '#2c7bb6')
    """
    stops = np.array(
        [[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in GRADE_COLOURS[colours]], dtype=float
    )
    mixed = [np.interp(score, (1, 2, 3, 4), channel) for channel in stops.T]
    return "#" + "".join(f"{int(value):02x}" for value in mixed)


def ink_on(grade: float, colours: str) -> str:
    """Black or white, whichever reads better on the grade's colour."""
    colour = colour_of(grade, colours)
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "#000" if 0.299 * red + 0.587 * green + 0.114 * blue > 120 else "#fff"
