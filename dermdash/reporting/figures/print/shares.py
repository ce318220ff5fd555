"""Shares of the grades on paper."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dermdash.reporting.figures.data import DEFAULT_COLOURS, GRADE_COLOURS, GRADES
from dermdash.reporting.figures.data_shares import ClassShares, percent_in
from dermdash.reporting.figures.print.style import (
    depth_down,
    key,
    name_on,
    on_paper,
    paper,
    sheet,
)
from dermdash.reporting.figures.thumbnail import ink_on

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SHARE_TITLE = "share of patches, mean over subjects (%)"


@on_paper
def class_shares(
    shares: ClassShares, *, colours: str = DEFAULT_COLOURS, height: int = 320
) -> "Figure":
    """A bar a group: which share of its patches has which grade, over all depths."""
    figure, axes = paper(height)
    rows = np.arange(len(shares.groups))
    start = np.zeros(len(rows))
    for k, (grade, colour) in enumerate(zip(GRADES, GRADE_COLOURS[colours], strict=True)):
        share = 100 * shares.whole[:, k]
        bars = axes.barh(rows, share, left=start, height=0.62, color=colour, label=f"grade {grade}")
        axes.bar_label(
            bars,
            [percent_in(value) for value in shares.whole[:, k]],
            label_type="center",
            color=ink_on(grade, colours),
        )
        start = start + share
    axes.set_yticks(rows, _labels(shares, width=20))
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xlim(0, 100)
    axes.set_xlabel(SHARE_TITLE)
    key(figure, columns=4)
    return figure


@on_paper
def class_shares_by_depth(
    shares: ClassShares, *, colours: str = DEFAULT_COLOURS, height: int = 440
) -> "Figure":
    """The shares of the grades in each layer, a panel a group, depth down."""
    figure = sheet(height)
    n_panels = max(len(shares.groups), 1)
    panels = figure.subplots(1, n_panels, sharey=True, squeeze=False)[0]
    labels = _labels(shares, width=max(8, 72 // n_panels))
    for axes, label, group in zip(panels, labels, shares.by_depth, strict=False):
        share_bars(axes, shares.depth_um, group, colours)
        axes.set_title(label)
        depth_down(axes, shares.depth_um, title=axes is panels[0])
    key(figure, columns=4)
    return figure


def share_bars(
    axes: "Axes", depth_um: NDArray[Any], shares: NDArray[np.float64], colours: str
) -> None:
    """Stacked bars, one a layer; ``shares`` is (n_depths, 4), from 0 to 1."""
    start = np.zeros(len(depth_um))
    for grade, colour, share in zip(GRADES, GRADE_COLOURS[colours], 100 * shares.T, strict=True):
        axes.barh(
            depth_um,
            share,
            left=start,
            height=1.0,
            color=colour,
            edgecolor=colour,
            linewidth=0.15,
            label=f"grade {grade}",
        )
        start = start + share
    axes.set_xlim(0, 100)
    axes.set_xticks([0, 50, 100])
    axes.set_xlabel("% of patches")


def _labels(shares: ClassShares, *, width: int) -> list[str]:
    return [
        f"{name_on(group, width=width)}\nn = {n}"
        for group, n in zip(shares.groups, shares.n_subjects, strict=True)
    ]
