"""Responders on paper."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from dermdash.reporting.figures.data import SCORE_NAMES
from dermdash.reporting.figures.data_responders import ResponderPoints, responded
from dermdash.reporting.figures.print.style import (
    ACCENT,
    NEUTRAL,
    key,
    name_on,
    on_paper,
    paper,
    places,
    upright,
)
from dermdash.stats.responders import SLACK
from dermdash.stats.words import number

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@on_paper
def responder_points(
    points: ResponderPoints,
    arm_colours: Mapping[str, str],
    *,
    score: str,
    visit: str,
    height: int = 400,
) -> "Figure":
    """A point a subject's change: full where it reaches the threshold, hollow where it does not.

    The band is what measurement error alone can show (smallest detectable change).
    """
    figure, axes = paper(height)
    if points.sdc is not None:
        band = f"smallest detectable change, ± {number(points.sdc)}"
        axes.axhspan(-points.sdc, points.sdc, color=ACCENT, alpha=0.12, linewidth=0, label=band)
    axes.axhline(0, color=NEUTRAL, linewidth=0.8, linestyle=":")
    threshold = f"threshold {number(points.threshold)}: full points reach it, hollow ones do not"
    axes.axhline(points.threshold, color=NEUTRAL, linewidth=1.2, label=threshold)
    way = 1 if points.threshold > 0 else -1
    for place, arm in enumerate(points.arms):
        colour = arm_colours[arm.arm]
        reached = way * arm.change >= abs(points.threshold) - SLACK
        for chosen, fill in ((reached, colour), (~reached, "none")):
            axes.plot(
                (place + arm.offset)[chosen],
                arm.change[chosen],
                "o",
                color=colour,
                markerfacecolor=fill,
                markersize=6,
            )
    width = max(8, 80 // max(len(points.arms), 1))
    places(
        axes,
        [f"{name_on(arm.arm, width=width)}\n{responded(arm)}" for arm in points.arms],
    )
    axes.set_ylim(-points.reach, points.reach)
    axes.set_ylabel(upright(f"change in {SCORE_NAMES[score]} by {visit}", height))
    key(figure, columns=1)
    return figure
