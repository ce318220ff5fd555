"""Power curves on screen."""

import plotly.graph_objects as go

from dermdash.reporting.figures.data import SCORE_NAMES
from dermdash.reporting.figures.data_power import PowerCurves, size_title
from dermdash.reporting.figures.screen.style import ACCENT, LEGEND, MARGINS, NEUTRAL
from dermdash.stats.words import number

DASHES = ("dash", "dot")


def power_lines(curves: PowerCurves, *, score: str, height: int = 360) -> go.Figure:
    """A curve a difference, or a number of subjects; the plan in colour, its point marked."""
    figure = go.Figure()
    dashes = iter(DASHES)
    for label, rows in curves.table.groupby("curve", sort=False):
        kind = rows["kind"].iloc[0]
        line = {
            "plan": {"color": ACCENT, "width": 3},
            "other sd": {"color": ACCENT, "width": 1.8, "dash": "longdashdot"},
        }.get(kind) or {"color": NEUTRAL, "width": 1.6, "dash": next(dashes, "dot")}
        figure.add_scatter(
            x=rows[curves.axis],
            y=100 * rows["power"],
            mode="lines",
            line=line,
            name=str(label),
            hovertemplate=f"{label}<br>%{{x:.4~g}}: %{{y:.0f}} %<extra></extra>",
        )
    x, power = curves.at
    figure.add_hline(y=100 * curves.power_asked, line={"color": NEUTRAL, "width": 1, "dash": "dot"})
    figure.add_scatter(
        x=[x],
        y=[100 * power],
        mode="markers+text",
        marker={"color": ACCENT, "size": 11},
        text=[f"{x:g}" if curves.axis == "n_per_arm" else number(x)],
        textposition="bottom right",
        textfont={"color": ACCENT, "size": 14},
        hoverinfo="skip",
        showlegend=False,
    )
    of_score = f"true difference in {SCORE_NAMES[score]} (1 to 4)"
    figure.update_layout(height=height, margin={**MARGINS, "t": 34}, legend=LEGEND)
    figure.update_xaxes(
        title=size_title(curves) if curves.axis == "n_per_arm" else of_score, zeroline=False
    )
    figure.update_yaxes(
        title=f"power: chance of p < {curves.alpha:g} (%)", range=[0, 102], dtick=20, zeroline=False
    )
    return figure
