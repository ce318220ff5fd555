"""What a model leaves unexplained, on paper."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from dermdash.reporting.figures.data_residuals import QUANTILE_TITLE, QuantilePlot
from dermdash.reporting.figures.print.style import ACCENT, NEUTRAL, key, name_on, on_paper, paper
from dermdash.stats.residuals import Residuals

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@on_paper
def qq_plot(plot: QuantilePlot, *, height: int = 360) -> "Figure":
    """Residuals in order against normal quantiles, with the line and band of a normal sample."""
    figure, axes = paper(height)
    axes.fill_between(
        plot.quantile,
        plot.low,
        plot.high,
        color=NEUTRAL,
        alpha=0.16,
        linewidth=0,
        label="95 % of normal samples, point by point",
    )
    axes.plot(plot.quantile, plot.line, color=NEUTRAL, linewidth=1, label="normal distribution")
    axes.plot(
        plot.quantile,
        plot.residual,
        "o",
        color=ACCENT,
        markersize=4.5,
        label=f"residuals (n = {plot.residual.size})",
    )
    axes.set_xlabel(QUANTILE_TITLE)
    axes.set_ylabel("residual, in order (grades)")
    key(figure)
    return figure


@on_paper
def residual_plot(left: Residuals, colours: Mapping[str, str], *, height: int = 360) -> "Figure":
    """Residuals against what the model fits, a colour a group.

    colours : of arms; a group of another name is drawn in the accent
    """
    figure, axes = paper(height)
    axes.axhline(0, color=NEUTRAL, linewidth=0.8, linestyle=":")
    groups = np.asarray(left.group)
    for group in left.groups(colours):
        own = groups == group
        axes.plot(
            left.fitted[own],
            left.residual[own],
            "o",
            color=colours.get(group, ACCENT),
            alpha=0.75,
            markeredgewidth=0,
            markersize=5.5,
            label=f"{name_on(group, width=36)} (n = {int(own.sum())})",
        )
    axes.set_xlabel(name_on(f"{left.against} (grade)", width=70))
    axes.set_ylabel(name_on(f"residual: {left.what}", width=44))
    key(figure)
    return figure
