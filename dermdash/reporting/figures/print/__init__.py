"""Figures on paper: the only room with matplotlib. Each has its twin, by name, on screen."""

from dermdash.reporting.figures.print.changes import (
    change_lines,
    difference_heatmap,
    subject_lines,
)
from dermdash.reporting.figures.print.depths import difference_band, sensitivity_curve
from dermdash.reporting.figures.print.groups import (
    cohort_heatmap,
    group_bars,
    group_lines,
    subject_points,
)
from dermdash.reporting.figures.print.power import power_lines
from dermdash.reporting.figures.print.residuals import qq_plot, residual_plot
from dermdash.reporting.figures.print.responders import responder_points
from dermdash.reporting.figures.print.scan import depth_profile, layer_grades
from dermdash.reporting.figures.print.shares import class_shares, class_shares_by_depth
from dermdash.reporting.figures.print.style import FileKind, save
from dermdash.reporting.figures.print.subjects import subject_heatmap
from dermdash.reporting.figures.print.tipping import tipping_curve

__all__ = [
    "FileKind",
    "change_lines",
    "class_shares",
    "class_shares_by_depth",
    "cohort_heatmap",
    "depth_profile",
    "difference_band",
    "difference_heatmap",
    "group_bars",
    "group_lines",
    "layer_grades",
    "power_lines",
    "qq_plot",
    "residual_plot",
    "responder_points",
    "save",
    "sensitivity_curve",
    "subject_heatmap",
    "subject_lines",
    "subject_points",
    "tipping_curve",
]
