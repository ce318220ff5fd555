"""One scan on paper: its profile, and its patches layer by layer."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from dermdash.reporting.figures.data import (
    DEFAULT_COLOURS,
    DEPTH_TITLE,
    GRADE_COLOURS,
    GRADES,
    LayerMap,
    people,
    sd_band,
)
from dermdash.reporting.figures.print.shares import share_bars
from dermdash.reporting.figures.print.style import (
    ACCENT,
    NEUTRAL,
    SEAM,
    depth_down,
    every,
    key,
    on_paper,
    paper,
    plain_bar,
    sheet,
)
from dermdash.reporting.figures.thumbnail import ink_on

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@on_paper
def depth_profile(
    table: pd.DataFrame,
    *,
    chosen_um: int | None = None,
    colours: str = DEFAULT_COLOURS,
    height: int = 420,
) -> "Figure":
    """Both scores and the SD over patches, and shares of the grades, against depth downwards.

    table : one row a layer: depth_um, n_patches, grade_mean, grade_sd, expected_grade,
        class_share_1 to 4
    """
    figure = sheet(height)
    scores, shares = figure.subplots(1, 2, sharey=True, width_ratios=[0.62, 0.38])
    depth, mean, expected = (
        table[name].to_numpy(dtype=float) for name in ("depth_um", "grade_mean", "expected_grade")
    )
    scores.plot(expected, depth, color=ACCENT, linewidth=1.8, label="expected grade")
    scores.plot(mean, depth, "o", color=NEUTRAL, markersize=2.5, label="mean grade")
    if table["grade_sd"].notna().any():  # one patch a layer has no spread
        low, high = sd_band(table["grade_mean"], table["grade_sd"])
        scores.fill_betweenx(
            depth, low, high, color=NEUTRAL, alpha=0.18, linewidth=0, label="mean grade ± SD"
        )
    share_bars(shares, depth, table[[f"class_share_{k}" for k in GRADES]].to_numpy(), colours)
    if chosen_um is not None:
        for axes in (scores, shares):
            axes.axhline(chosen_um, color=ACCENT, linewidth=1.2, linestyle=":")
    scores.set_xlabel(f"score (grade 1 to 4)\npatches a layer: {people(table['n_patches'])}")
    scores.set_xlim(0.95, 4.05)
    scores.set_xticks(GRADES)
    depth_down(scores, depth)
    key(figure, columns=4)
    return figure


@on_paper
def layer_grades(
    layers: LayerMap,
    *,
    chosen: tuple[int, int] | None = None,
    colours: str = DEFAULT_COLOURS,
) -> "Figure":
    """Each patch's grade, depth to the right.

    chosen : (depth_um, patch counted from 0), drawn with a frame
    """
    from matplotlib.colors import ListedColormap, Normalize
    from matplotlib.patches import Rectangle

    n_patches = layers.grade.shape[1]
    figure, axes = paper(96 + 40 * n_patches)
    edges = np.append(layers.depth_um - 0.5, layers.depth_um[-1] + 0.5)
    for patch, grades in enumerate(layers.grade.T):
        drawn = axes.pcolormesh(
            edges,
            [patch - 0.45, patch + 0.45],
            grades[None].astype(float),
            cmap=ListedColormap(GRADE_COLOURS[colours]),
            norm=Normalize(0.5, 4.5),
            edgecolors="face",
            linewidth=SEAM,
        )
        for depth, grade in zip(layers.depth_um, grades, strict=True):
            axes.text(
                depth,
                patch,
                str(grade),
                color=ink_on(grade, colours),
                fontsize=5,
                ha="center",
                va="center",
            )
    if chosen is not None:
        corner = (chosen[0] - 0.5, chosen[1] - 0.5)
        axes.add_patch(Rectangle(corner, 1, 1, fill=False, edgecolor=ACCENT, linewidth=1.8))
    axes.set_yticks(range(n_patches), [f"patch {k + 1}" for k in range(n_patches)])
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(n_patches - 0.4, -0.6)
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_locator(every(10))
    axes.set_xlim(edges[0], edges[-1])
    axes.set_xlabel(DEPTH_TITLE)
    bar = figure.colorbar(drawn, ax=axes, ticks=list(GRADES), aspect=12, pad=0.02)
    bar.set_label("grade")
    plain_bar(bar)
    return figure
