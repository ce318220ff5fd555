"""One scan on screen: its profile, and its patches layer by layer."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from dermdash.reporting.figures.data import (
    DEFAULT_COLOURS,
    DEPTH_TITLE,
    GRADE_COLOURS,
    GRADES,
    LayerMap,
    people,
    sd_band,
)
from dermdash.reporting.figures.screen.shares import share_bars
from dermdash.reporting.figures.screen.style import (
    ACCENT,
    LEGEND,
    MARGINS,
    NEUTRAL,
    band,
    depth_down,
    grade_scale,
)
from dermdash.reporting.figures.thumbnail import ink_on


def depth_profile(
    table: pd.DataFrame,
    *,
    chosen_um: int | None = None,
    colours: str = DEFAULT_COLOURS,
    height: int = 420,
) -> go.Figure:
    """Both scores and the SD over patches, and shares of the grades, against depth downwards.

    table : one row a layer: depth_um, n_patches, grade_mean, grade_sd, expected_grade,
        class_share_1 to 4
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
        low, high = sd_band(mean, sd)
        figure.add_trace(band((low, depth), (high, depth), NEUTRAL, name="± SD"))
    shares = table[[f"class_share_{grade}" for grade in GRADES]].to_numpy(dtype=float)
    bars = share_bars(depth.to_numpy(), shares, colours, in_legend=False)
    figure.add_traces(bars, rows=1, cols=2)
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
        title=f"score (grade 1 to 4)<br>patches a layer: {people(table['n_patches'])}",
        range=[0.95, 4.05],
        tickvals=list(GRADES),
        col=1,
    )
    figure.update_xaxes(title="share of patches (%)", range=[0, 100], tickvals=[0, 50, 100], col=2)
    return depth_down(figure, depth.to_numpy(), col=1)


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
            **grade_scale(colours, "grade", stepped=True),
        )
    )
    depth, patch = np.meshgrid(layers.depth_um, np.arange(n_patches), indexing="ij")
    grade = layers.grade.ravel()
    figure.add_scatter(
        x=depth.ravel(),
        y=[names[k] for k in patch.ravel()],
        mode="markers+text",
        text=grade,
        textfont={"size": 10, "color": [ink_on(float(g), colours) for g in grade]},
        marker={"size": 16, "symbol": "square", "opacity": 0},
        selected={"marker": {"opacity": 0}},
        unselected={"marker": {"opacity": 0}},
        # Lists: the rows of an array come back from a click as mappings, without their numbers.
        customdata=np.column_stack([depth.ravel(), patch.ravel()]).tolist(),
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
        hovermode="closest",
        hoverdistance=-1,
        dragmode=False,
    )
    figure.update_xaxes(title=DEPTH_TITLE, showgrid=False, zeroline=False, dtick=10)
    figure.update_yaxes(showgrid=False, autorange="reversed")
    return figure
