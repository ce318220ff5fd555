"""Figures in the browser: the only room with plotly."""

from dermdash.reporting.figures.screen.changes import (
    change_lines,
    difference_heatmap,
    subject_lines,
)
from dermdash.reporting.figures.screen.depths import difference_band
from dermdash.reporting.figures.screen.groups import (
    cohort_heatmap,
    group_bars,
    group_lines,
    subject_points,
)
from dermdash.reporting.figures.screen.power import power_lines
from dermdash.reporting.figures.screen.residuals import qq_plot, residual_plot
from dermdash.reporting.figures.screen.responders import responder_points
from dermdash.reporting.figures.screen.scan import depth_profile, layer_grades
from dermdash.reporting.figures.screen.sensitivity import sensitivity_curve
from dermdash.reporting.figures.screen.shares import class_shares, class_shares_by_depth
from dermdash.reporting.figures.screen.style import toolbar
from dermdash.reporting.figures.screen.subjects import subject_heatmap
from dermdash.reporting.figures.screen.tipping import tipping_curve

__all__ = [
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
    "sensitivity_curve",
    "subject_heatmap",
    "subject_lines",
    "subject_points",
    "tipping_curve",
    "toolbar",
]
