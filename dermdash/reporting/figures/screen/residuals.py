"""What a model leaves unexplained, on screen."""

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from dermdash.reporting.figures.data import as_named
from dermdash.reporting.figures.data_residuals import QUANTILE_TITLE, QuantilePlot
from dermdash.reporting.figures.screen.style import ACCENT, LEGEND, MARGINS, NEUTRAL, band
from dermdash.stats.residuals import Residuals


def qq_plot(plot: QuantilePlot, *, height: int = 360) -> go.Figure:
    """Residuals in order against normal quantiles, with the line and band of a normal sample."""
    figure = go.Figure()
    figure.add_trace(
        band(
            (plot.quantile, plot.low),
            (plot.quantile, plot.high),
            NEUTRAL,
            name="95 % of normal samples, point by point",
        )
    )
    figure.add_scatter(
        x=plot.quantile,
        y=plot.line,
        mode="lines",
        line={"color": NEUTRAL, "width": 1.5},
        hoverinfo="skip",
        name="normal distribution",
    )
    figure.add_scatter(
        x=plot.quantile,
        y=plot.residual,
        mode="markers",
        marker={"color": ACCENT, "size": 7},
        hovertemplate="%{y:+.2f}, normal %{x:.2f}<extra></extra>",
        name=f"residuals (n = {plot.residual.size})",
    )
    figure.update_layout(height=height, margin={**MARGINS, "t": 46}, legend=LEGEND)
    figure.update_xaxes(title=QUANTILE_TITLE, zeroline=False)
    figure.update_yaxes(title="residual, in order (grades)", zeroline=False)
    return figure


def residual_plot(left: Residuals, colours: Mapping[str, str], *, height: int = 360) -> go.Figure:
    """Residuals against what the model fits, a colour a group.

    colours : of arms; a group of another name is drawn in the accent
    """
    figure = go.Figure()
    groups, fitted = np.asarray(left.group), left.fitted
    for group in left.groups(colours):
        own = groups == group
        figure.add_scatter(
            x=fitted[own],
            y=left.residual[own],
            mode="markers",
            marker={"color": colours.get(group, ACCENT), "size": 8, "opacity": 0.75},
            text=[as_named(name) for name, mine in zip(left.subject, own, strict=True) if mine],
            hovertemplate="%{text}: %{y:+.2f} at %{x:.2f}<extra></extra>",
            name=f"{as_named(group)} (n = {int(own.sum())})",
            showlegend=True,
        )
    figure.add_hline(y=0, line={"color": NEUTRAL, "width": 1, "dash": "dot"})
    figure.update_layout(height=height, margin={**MARGINS, "t": 46}, legend=LEGEND)
    figure.update_xaxes(title=f"{as_named(left.against)} (grade)", zeroline=False)
    figure.update_yaxes(title=f"residual: {as_named(left.what)}", zeroline=False)
    return figure
