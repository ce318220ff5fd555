"""Power curves on paper."""

from typing import TYPE_CHECKING

from dermdash.reporting.figures.data import SCORE_NAMES
from dermdash.reporting.figures.data_power import PowerCurves, size_title
from dermdash.reporting.figures.print.style import ACCENT, NEUTRAL, every, key, on_paper, paper
from dermdash.stats.words import number

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DASHES = ("--", ":")


@on_paper
def power_lines(curves: PowerCurves, *, score: str, height: int = 360) -> "Figure":
    """A curve a difference, or a number of subjects; the plan in colour, its point marked."""
    figure, axes = paper(height)
    dashes = iter(DASHES)
    axes.axhline(100 * curves.power_asked, color=NEUTRAL, linewidth=0.8, linestyle=":")
    for label, rows in curves.table.groupby("curve", sort=False):
        kind = rows["kind"].iloc[0]
        colour, width, dash = {
            "plan": (ACCENT, 2.0, "-"),
            "other sd": (ACCENT, 1.2, "-."),
        }.get(kind) or (NEUTRAL, 1.1, next(dashes, ":"))
        axes.plot(
            rows[curves.axis].to_numpy(dtype=float),
            100 * rows["power"].to_numpy(dtype=float),
            color=colour,
            linewidth=width,
            linestyle=dash,
            label=str(label),
        )
    x, power = curves.at
    axes.plot([x], [100 * power], "o", color=ACCENT, markersize=7)
    axes.annotate(
        f"{x:g}" if curves.axis == "n_per_arm" else number(x),
        (x, 100 * power),
        xytext=(7, -5),
        textcoords="offset points",
        va="top",
        color=ACCENT,
        fontsize=11,
    )
    of_score = f"true difference in {SCORE_NAMES[score]} (1 to 4)"
    axes.set_xlabel(size_title(curves) if curves.axis == "n_per_arm" else of_score)
    axes.set_ylabel(f"power: chance of p < {curves.alpha:g} (%)")
    axes.set_ylim(0, 102)
    axes.yaxis.set_major_locator(every(20))
    key(figure, columns=3)
    return figure
