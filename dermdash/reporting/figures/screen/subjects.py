"""Each subject's depth profile on screen, side by side."""

import plotly.graph_objects as go

from dermdash.reporting.figures.data import DEFAULT_COLOURS, SCORE_NAMES, as_named, wrapped
from dermdash.reporting.figures.data_subjects import MOST_CODES, SubjectHeatmap, letters_over
from dermdash.reporting.figures.screen.style import MARGINS, NEUTRAL, depth_down, grade_scale


def subject_heatmap(
    heatmap: SubjectHeatmap,
    *,
    score: str,
    colours: str = DEFAULT_COLOURS,
    height: int = 460,
) -> go.Figure:
    """A column a subject on the scale of figure 3A, arms side by side, depth down, 0 = DEJ."""
    names = [as_named(name) for name in heatmap.subjects]
    columns = list(range(len(names)))
    figure = go.Figure(
        go.Heatmap(
            x=columns,
            y=heatmap.depth_um,
            z=heatmap.score,
            xgap=1 if len(names) <= MOST_CODES else 0,
            customdata=[names] * len(heatmap.depth_um),
            hoverongaps=False,
            hovertemplate="%{customdata}, %{y} µm: %{z:.2f}<extra></extra>",
            **grade_scale(colours, SCORE_NAMES[score]),
        )
    )
    lines = 1
    for span in heatmap.spans:
        label = wrapped(span.arm, width=letters_over(span, heatmap))
        label += f"<br>n = {span.n_subjects}"
        lines = max(lines, label.count("<br>") + 1)
        figure.add_annotation(
            text=label,
            x=span.middle,
            y=1,
            yref="paper",
            yanchor="bottom",
            yshift=4,
            showarrow=False,
        )
        figure.add_shape(
            type="line",
            x0=span.first - 0.45,
            x1=span.last + 0.45,
            y0=1,
            y1=1,
            yref="paper",
            line={"color": NEUTRAL, "width": 1.5},
        )
    figure.update_layout(height=height, margin={**MARGINS, "t": 12 + 18 * lines})
    shown = [k for k, name in enumerate(names) if name and len(heatmap.subjects) <= MOST_CODES]
    figure.update_xaxes(
        title="subjects, within each arm from the highest mean to the lowest",
        tickvals=shown,
        ticktext=[names[k] for k in shown],
        tickangle=-90,
        tickfont={"size": 11},
        range=[-0.6, len(names) - 0.4],
        showgrid=False,
        zeroline=False,
        ticks="",
        automargin=True,
    )
    return depth_down(figure, heatmap.depth_um)
