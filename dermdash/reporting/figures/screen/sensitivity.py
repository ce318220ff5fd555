"""How a result moves with the DEJ, on screen."""

import pandas as pd
import plotly.graph_objects as go

from dermdash.reporting.figures.data import interval_name, people, wrapped
from dermdash.reporting.figures.screen.style import ACCENT, MARGINS, NEUTRAL, band


def sensitivity_curve(
    shifts: pd.DataFrame, *, difference: str, alpha: float = 0.05, height: int = 320
) -> go.Figure:
    """A difference with its interval against the shift of the DEJ; 0 is the DEJ as marked.

    shifts : shift_um, difference, ci_low, ci_high, p_adjusted, n_subjects
    """
    known = shifts.dropna(subset=["difference"])
    shift = known["shift_um"]
    figure = go.Figure(band((shift, known["ci_low"]), (shift, known["ci_high"]), ACCENT))
    figure.add_scatter(
        x=shift,
        y=known["difference"],
        mode="lines+markers",
        line={"color": ACCENT, "width": 2.5},
        marker={"size": 6},
        customdata=known[["p_adjusted", "n_subjects"]].to_numpy().tolist(),
        hovertemplate="%{x:+d} µm: %{y:+.2f}, adjusted p %{customdata[0]:.3f}, "
        "n = %{customdata[1]:.0f}<extra></extra>",
        showlegend=False,
    )
    figure.add_hline(y=0, line={"color": NEUTRAL, "width": 1, "dash": "dot"})
    figure.add_vline(x=0, line={"color": NEUTRAL, "width": 1})
    figure.update_layout(height=height, margin=MARGINS)
    figure.update_xaxes(title="DEJ taken deeper by (µm)", dtick=5, zeroline=False)
    counts = f"with {interval_name(alpha)} ({people(known['n_subjects'])})"
    figure.update_yaxes(title=f"{wrapped(difference, width=36)}<br>{counts}")
    return figure
