"""What missing scores could change, on screen."""

import plotly.graph_objects as go

from dermdash.reporting.figures.data import SCORE_NAMES, as_named, interval_name
from dermdash.reporting.figures.data_tipping import TippingCurve
from dermdash.reporting.figures.screen.style import ACCENT, MARGINS, NEUTRAL, band


def tipping_curve(
    curve: TippingCurve, *, score: str, alpha: float = 0.05, height: int = 320
) -> go.Figure:
    """A difference with its interval against delta; where it tips is marked."""
    figure = go.Figure(band((curve.delta, curve.ci_low), (curve.delta, curve.ci_high), ACCENT))
    figure.add_scatter(
        x=curve.delta,
        y=curve.difference,
        mode="lines",
        line={"color": ACCENT, "width": 2.5},
        customdata=curve.p,
        hovertemplate="delta %{x:+.2f}: %{y:+.2f}, p %{customdata:.3f}<extra></extra>",
        showlegend=False,
    )
    figure.add_hline(y=0, line={"color": NEUTRAL, "width": 1, "dash": "dot"})
    if curve.tips_at is not None:
        figure.add_vline(
            x=curve.tips_at,
            line={"color": NEUTRAL, "width": 1.5},
            annotation={"text": f"tips at {curve.tips_at:+.2f}".replace("-", "−"), "yshift": -4},
        )
    n_a, n_b = curve.n_imputed
    figure.update_layout(height=height, margin={**MARGINS, "t": 20})
    figure.update_xaxes(
        title=f"delta added to the missing scores of {as_named(curve.shifted)} "
        f"(in {SCORE_NAMES[score]})",
        zeroline=False,
    )
    figure.update_yaxes(
        title=f"{as_named(curve.a)} − {as_named(curve.b)} at {as_named(curve.visit)}, "
        f"{SCORE_NAMES[score]}<br>with {interval_name(alpha)} ({n_a} and {n_b} imputed)"
    )
    return figure
