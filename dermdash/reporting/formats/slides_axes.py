"""The axes of a chart on a slide: named, with units, at round numbers."""

from collections.abc import Sequence
from math import ceil, floor, gcd, log10
from typing import Any

import numpy as np
from pptx.enum.chart import XL_TICK_LABEL_POSITION
from pptx.util import Pt

from dermdash.reporting.blocks import Figure
from dermdash.reporting.figures.data import DEPTH_TITLE, SCORE_NAMES, score_title
from dermdash.reporting.formats.office import GREY, RULE, readable
from dermdash.reporting.formats.slides_workbook import Numbers
from dermdash.reporting.formats.slides_xml import rgb

SCALE = (1.0, 4.0)  # of a score
ACROSS = {
    "depth_um": DEPTH_TITLE,
    "shift_um": "shift of the DEJ (µm)",
    "n_per_arm": "subjects per arm",
}
KINDS = {"change": "change in ", "difference": "difference in "}


def set_axes(chart: Any, figure: Figure, shown: Numbers, across_at: Sequence[Any]) -> None:
    """Name the axes, and let them reach from the lowest to the highest end of an interval.

    shown : all finite values and ends of intervals; across_at : all places on the axis across
    """
    asked = figure.chart
    assert asked is not None
    across, up = chart.category_axis, chart.value_axis
    low, high = float(shown.min()), float(shown.max())
    if _is_graded(figure):
        step = 1.0
        ends = (SCALE[0], max(SCALE[1], ceil(high)))  # bars from 1, as on paper
    else:
        floor_at, top_at = (min(low, 0), max(high, 0)) if asked.kind == "bars" else (low, high)
        step = _nice_step(top_at - floor_at)
        ends = (floor(floor_at / step) * step, ceil(top_at / step) * step)
    up.minimum_scale, up.maximum_scale = round(ends[0], 10), round(max(ends[1], ends[0] + step), 10)
    up.major_unit = step
    for axis, words in ((across, _x_words(asked.x)), (up, _y_words(figure))):
        axis.has_title = True
        axis.axis_title.text_frame.text = readable(words)
        axis.axis_title.text_frame.paragraphs[0].font.size = Pt(12)
        axis.axis_title.text_frame.paragraphs[0].font.bold = False
        axis.tick_labels.font.size = Pt(12)
        axis.has_major_gridlines = axis is up
    across.format.line.color.rgb = rgb(GREY)
    up.format.line.fill.background()
    up.major_gridlines.format.line.color.rgb = rgb(RULE)
    decimals = max(0, -floor(log10(step) + 1e-9))
    plain = f"0.{'0' * decimals}" if decimals else "0"
    up.tick_labels.number_format = "0%" if asked.y == "share" else plain
    up.tick_labels.number_format_is_linked = False
    _names_low(across, up, bars=asked.kind == "bars")
    if asked.kind == "lines":
        _step(across, across_at)


def _is_graded(figure: Figure) -> bool:
    """Whether bars show scores, which have no 0, and not differences of scores."""
    asked = figure.chart
    if asked is None or asked.kind != "bars" or figure.arguments.get("score") not in SCORE_NAMES:
        return False
    return not figure.draw.startswith(tuple(KINDS)) and bool(
        figure.data[asked.y].dropna().between(*SCALE).all()
    )


def _names_low(across: Any, up: Any, *, bars: bool) -> None:
    """Names of the axis at the foot of the chart, also where values are below 0."""
    across.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    up.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    if bars:
        across.tick_labels.offset = 60


def _nice_step(span: float) -> float:
    """Between four and ten ticks at round numbers.

    >>> _nice_step(0.85), _nice_step(3)
    (0.2, 0.5)
    """
    if span <= 0:
        return 1.0
    power = 10.0 ** floor(log10(span / 4))
    return float(max(power * part for part in (1, 2, 5) if power * part <= span / 4))


def _step(across: Any, values: Sequence[Any]) -> None:
    """Ticks where the visits are, when they lie at multiples of one step."""
    days = sorted({float(value) for value in values if np.isfinite(value)})
    whole = [int(day) for day in days if day == int(day)]
    if len(days) < 2 or len(whole) < len(days):
        return
    step, span = gcd(*whole), whole[-1] - whole[0]
    if span / step > 14:
        step = 10 if 20 <= span <= 140 else 0
    across.minimum_scale = whole[0]
    if step:
        across.major_unit = step
        across.maximum_scale = whole[-1] + step * 0.1


def _x_words(column: str) -> str:
    return ACROSS.get(column) or _column_words(column)


def _y_words(figure: Figure) -> str:
    """``change in expected grade, mean``"""
    asked = figure.chart
    assert asked is not None
    score, depths = figure.arguments.get("score"), figure.arguments.get("depth_um")
    if asked.y == "difference" and isinstance(figure.arguments.get("difference"), str):
        return str(figure.arguments["difference"])
    if score not in SCORE_NAMES:
        return _column_words(asked.y)
    named = score_title(score, depths) if depths else SCORE_NAMES[score]
    if asked.y == "difference":
        return f"difference {'of changes ' if figure.arguments.get('change') else ''}in {named}"
    of = next((words for kind, words in KINDS.items() if figure.draw.startswith(kind)), "")
    shown = f"{of}{named}"
    return shown if asked.y == score else f"{shown}, {_column_words(asked.y)}"


def _column_words(column: str) -> str:
    words = column.replace("_", " ")
    return f"{words.removesuffix(' um')} (µm)" if words.endswith(" um") else words
