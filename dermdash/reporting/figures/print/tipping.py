"""What missing scores could change, on paper."""

from typing import TYPE_CHECKING

from dermdash.reporting.figures.data import SCORE_NAMES, interval_name
from dermdash.reporting.figures.data_tipping import TippingCurve
from dermdash.reporting.figures.print.style import (
    ACCENT,
    NEUTRAL,
    key,
    name_on,
    on_paper,
    paper,
    upright,
)
from dermdash.stats.words import number

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@on_paper
def tipping_curve(
    curve: TippingCurve, *, score: str, alpha: float = 0.05, height: int = 320
) -> "Figure":
    """A difference with its interval against delta; where it tips is marked."""
    figure, axes = paper(height)
    axes.axhline(0, color=NEUTRAL, linewidth=0.8, linestyle=":")
    axes.fill_between(
        curve.delta,
        curve.ci_low,
        curve.ci_high,
        color=ACCENT,
        alpha=0.15,
        linewidth=0,
        label=interval_name(alpha),
    )
    n_a, n_b = curve.n_imputed
    axes.plot(
        curve.delta,
        curve.difference,
        color=ACCENT,
        linewidth=1.8,
        label=f"difference ({n_a} and {n_b} imputed)",
    )
    if curve.tips_at is not None:
        tips = f"tips at {number(curve.tips_at)}"
        axes.axvline(curve.tips_at, color=NEUTRAL, linewidth=1.2, label=tips)
    title = f"delta added to the missing scores of {curve.shifted} (in {SCORE_NAMES[score]})"
    axes.set_xlabel(name_on(title, width=84))
    where = f"{curve.a} − {curve.b} at {curve.visit}, {SCORE_NAMES[score]}"
    axes.set_ylabel(upright(where, height))
    key(figure, columns=3)
    return figure
