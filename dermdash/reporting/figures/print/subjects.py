"""Each subject's depth profile on paper, side by side."""

from typing import TYPE_CHECKING

from dermdash.reporting.figures.data import DEFAULT_COLOURS
from dermdash.reporting.figures.data_subjects import MOST_CODES, SubjectHeatmap, letters_over
from dermdash.reporting.figures.print.style import (
    NEUTRAL,
    column,
    depth_down,
    grade_bar,
    grade_map,
    lettered,
    name_on,
    on_paper,
    paper,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

RASTER_FROM = 150  # columns; beyond, a vector file would hold tens of thousands of cells


@on_paper
def subject_heatmap(
    heatmap: SubjectHeatmap,
    *,
    score: str,
    colours: str = DEFAULT_COLOURS,
    height: int = 460,
) -> "Figure":
    """A column a subject on the scale of figure 3A, arms side by side, depth down, 0 = DEJ."""
    figure, axes = paper(height)
    scale = grade_map(colours)
    few = len(heatmap.subjects) <= MOST_CODES
    half = 0.46 if few else 0.5
    for place, (name, values) in enumerate(zip(heatmap.subjects, heatmap.score.T, strict=True)):
        if name:
            drawn = column(axes, place, heatmap.depth_um, values, scale=scale, half=half)
            drawn.set_rasterized(len(heatmap.subjects) > RASTER_FROM)
    over = axes.get_xaxis_transform()
    for span in heatmap.spans:
        ends = [span.first - 0.45, span.last + 0.45]
        axes.plot(ends, [1.012, 1.012], color=NEUTRAL, transform=over, clip_on=False, linewidth=1)
        label = name_on(span.arm, width=letters_over(span, heatmap, across=70))
        axes.text(
            span.middle,
            1.03,
            f"{label}\nn = {span.n_subjects}",
            transform=over,
            ha="center",
            va="bottom",
        )
    if heatmap.spans:
        grade_bar(figure, drawn, axes, score=score)
    shown = [place for place, name in enumerate(heatmap.subjects) if name and few]
    codes = [lettered(heatmap.subjects[place]) for place in shown]
    axes.set_xticks(shown, codes, rotation=90, fontsize=7 if len(shown) > 24 else 8)
    axes.tick_params(axis="x", length=0)
    axes.set_xlim(-0.6, len(heatmap.subjects) - 0.4)
    axes.set_xlabel("subjects, within each arm from the highest mean to the lowest")
    axes.spines["bottom"].set_visible(False)
    depth_down(axes, heatmap.depth_um)
    return figure
