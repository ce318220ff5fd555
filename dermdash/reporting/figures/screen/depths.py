"""Differences along depth on screen."""

import numpy as np
import plotly.graph_objects as go

from dermdash.reporting.figures.data import SCORE_NAMES, as_named
from dermdash.reporting.figures.data_depths import subjects_behind
from dermdash.reporting.figures.screen.style import ACCENT, MARGINS, NEUTRAL, band, depth_down
from dermdash.stats.depth_findings import DepthContrast, Depthwise


def difference_band(
    found: Depthwise,
    contrast: DepthContrast,
    *,
    score: str,
    change: bool = False,
    height: int = 520,
) -> go.Figure:
    """A difference against depth with its simultaneous band; depths that stand out are marked.

    change : the difference is one of changes since the baseline
    """
    depth = found.depth_um
    figure = go.Figure()
    if np.isfinite(contrast.band_low).all():
        figure.add_trace(band((contrast.band_low, depth), (contrast.band_high, depth), ACCENT))
    figure.add_scatter(
        x=contrast.difference,
        y=depth,
        mode="lines",
        line={"color": ACCENT, "width": 2.5},
        customdata=np.column_stack([contrast.p_adjusted, contrast.p]).tolist(),
        hovertemplate="%{y} µm: %{x:+.2f}, adjusted p %{customdata[0]:.3f}<extra></extra>",
        showlegend=False,
    )
    marked = contrast.p_adjusted < found.alpha
    if marked.any():
        figure.add_scatter(
            x=contrast.difference[marked],
            y=depth[marked],
            mode="markers",
            marker={"color": ACCENT, "size": 7},
            hoverinfo="skip",
            showlegend=False,
        )
    figure.add_vline(x=0, line={"color": NEUTRAL, "width": 1, "dash": "dot"})
    what = "change in " if change else ""
    figure.update_layout(height=height, margin=MARGINS)
    pair, counts = as_named(f"{contrast.a} − {contrast.b}"), subjects_behind(found, contrast)
    figure.update_xaxes(title=f"{pair}, {what}{SCORE_NAMES[score]} ({counts})")
    return depth_down(figure, depth)
