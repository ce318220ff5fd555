"""Figures in the browser: the only room with plotly."""

from dermdash.reporting.figures.screen.changes import (
    change_lines,
    difference_heatmap,
    subject_lines,
)
from dermdash.reporting.figures.screen.depths import difference_band
from dermdash.reporting.figures.screen.groups import cohort_heatmap, group_lines, subject_points
from dermdash.reporting.figures.screen.scan import depth_profile, layer_grades
from dermdash.reporting.figures.screen.sensitivity import sensitivity_curve
from dermdash.reporting.figures.screen.style import toolbar

__all__ = [
    "change_lines",
    "cohort_heatmap",
    "depth_profile",
    "difference_band",
    "difference_heatmap",
    "group_lines",
    "layer_grades",
    "sensitivity_curve",
    "subject_lines",
    "subject_points",
    "toolbar",
]
