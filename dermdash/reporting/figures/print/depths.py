"""Differences along depth, and how a result moves with the DEJ, on paper."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from dermdash.reporting.figures.data import SCORE_NAMES, interval_name, people
from dermdash.reporting.figures.data_depths import subjects_behind
from dermdash.reporting.figures.print.style import (
    ACCENT,
    NEUTRAL,
    depth_down,
    every,
    key,
    name_on,
    on_paper,
    paper,
    upright,
)
from dermdash.stats.depth_findings import DepthContrast, Depthwise

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@on_paper
def difference_band(
    found: Depthwise,
    contrast: DepthContrast,
    *,
    score: str,
    change: bool = False,
    height: int = 520,
) -> "Figure":
    """A difference against depth with its simultaneous band; depths that stand out are marked.

    change : the difference is one of changes since the baseline
    """
    figure, axes = paper(height)
    depth = found.depth_um
    axes.axvline(0, color=NEUTRAL, linewidth=0.8, linestyle=":")
    if np.isfinite(contrast.band_low).all():
        axes.fill_betweenx(
            depth,
            contrast.band_low,
            contrast.band_high,
            color=ACCENT,
            alpha=0.15,
            linewidth=0,
            label=f"{100 * (1 - found.alpha):g} % band, for all depths at once",
        )
    counts = subjects_behind(found, contrast)
    axes.plot(
        contrast.difference, depth, color=ACCENT, linewidth=1.8, label=f"mean difference ({counts})"
    )
    marked = contrast.p_adjusted < found.alpha
    if marked.any():
        axes.plot(
            contrast.difference[marked],
            depth[marked],
            "o",
            color=ACCENT,
            markersize=4,
            label=f"depths that stand out (p < {found.alpha:g} over all depths)",
        )
    what = "change in " if change else ""
    pair = f"{name_on(contrast.a, width=40)} − {name_on(contrast.b, width=40)}"
    axes.set_xlabel(f"{pair}\n{what}{SCORE_NAMES[score]}")
    depth_down(axes, depth)
    key(figure)
    return figure


@on_paper
def sensitivity_curve(
    shifts: pd.DataFrame, *, difference: str, alpha: float = 0.05, height: int = 320
) -> "Figure":
    """A difference with its interval against the shift of the DEJ; 0 is the DEJ as marked.

    shifts : shift_um, difference, ci_low, ci_high, p_adjusted, n_subjects
    """
    figure, axes = paper(height)
    known = shifts.dropna(subset=["difference"])
    shift, middle, low, high = (
        known[name].to_numpy(dtype=float)
        for name in ("shift_um", "difference", "ci_low", "ci_high")
    )
    axes.axhline(0, color=NEUTRAL, linewidth=0.8, linestyle=":")
    axes.axvline(0, color=NEUTRAL, linewidth=0.8)
    axes.fill_between(
        shift, low, high, color=ACCENT, alpha=0.15, linewidth=0, label=interval_name(alpha)
    )
    axes.plot(
        shift,
        middle,
        color=ACCENT,
        marker="o",
        markersize=3.5,
        linewidth=1.8,
        label=f"difference ({people(known['n_subjects'])})",
    )
    axes.set_xlabel("DEJ taken deeper by (µm)")
    axes.xaxis.set_major_locator(every(5))
    axes.set_ylabel(upright(difference, height))
    key(figure)
    return figure
