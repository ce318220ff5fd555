"""Charts that PowerPoint draws itself, and people edit: bars and lines with their intervals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from pptx.enum.chart import (
    XL_CHART_TYPE,
    XL_LEGEND_POSITION,
    XL_MARKER_STYLE,
)
from pptx.oxml.xmlchemy import BaseOxmlElement
from pptx.util import Pt

from dermdash.reporting.blocks import Figure
from dermdash.reporting.figures.data import GRADE_COLOURS, GRADES
from dermdash.reporting.formats.office import GREY, INK, bare, readable, told_apart
from dermdash.reporting.formats.slides_axes import set_axes
from dermdash.reporting.formats.slides_master import PALETTE
from dermdash.reporting.formats.slides_workbook import (
    Bars,
    Lines,
    Numbers,
    Reach,
    plain_bars,
    plain_lines,
)
from dermdash.reporting.formats.slides_xml import Box, made, rgb

MOST_SERIES, MOST_BARS = 12, 60  # beyond it, a picture is easier to read
LONGEST_NAME = 44  # letters of a legend
DENSE = 30  # points of a line: without dots, its intervals drawn as a band


@dataclass(frozen=True, slots=True)
class Series:
    """One colour of a chart.

    x : numbers of a line, or names of bars; y, low, high : (n,), NaN where missing
    """

    name: str
    colour: str
    x: tuple[Any, ...]
    y: Numbers
    low: Numbers
    high: Numbers


def can_chart(figure: Figure) -> bool:
    """Whether the figure's numbers make a chart that can be read."""
    chart, data = figure.chart, figure.data
    if chart is None:
        return False
    named = [chart.x, chart.y, chart.series, chart.low, chart.high]
    if not {name for name in named if name} <= set(data.columns) or data.empty:
        return False
    numbers = [chart.y] + ([chart.x] if chart.kind == "lines" else [])
    if not all(pd.api.types.is_numeric_dtype(data[name].dtype) for name in numbers):
        return False
    if not np.isfinite(data[numbers].to_numpy(dtype=float, na_value=np.nan)).any(axis=0).all():
        return False
    keys = [name for name in (chart.series, chart.x) if name]
    if data[keys].duplicated().any():
        return False  # several values at one place: not a chart of these columns
    few = chart.series is None or data[chart.series].nunique() <= MOST_SERIES
    return few and (chart.kind == "lines" or data[chart.x].nunique() <= MOST_BARS)


def put_chart(slide: Any, figure: Figure, box: Box, *, mark: str, accent: str) -> Any:
    """Draw a figure as a chart of PowerPoint's own; the mark stays with it where it goes."""
    asked = figure.chart
    if asked is None:
        raise ValueError("a figure without a chart is a picture")
    series = _series(figure, accent)
    if asked.kind == "bars":
        places = list(dict.fromkeys(figure.data[asked.x].map(_word)))
        data: Bars | Lines = _bars(series, places)
        kind = XL_CHART_TYPE.COLUMN_CLUSTERED
    else:
        series = [one for one in series if np.isfinite(one.y).any()]
        data, kind = _lines(series), XL_CHART_TYPE.XY_SCATTER_LINES
    frame = slide.shapes.add_chart(kind, *box.emus, data)
    chart = frame.chart
    _settle(chart, mark, legend=asked.series is not None)
    for drawn, one, reach in zip(chart.plots[0].series, series, data.reaches, strict=True):
        _colour(drawn, one, bars=asked.kind == "bars")
        if np.isfinite([*one.low, *one.high]).any():
            drawn._element.find(_cell(drawn)).addprevious(_intervals(one, reach))
    if asked.kind == "bars":
        chart.plots[0].gap_width, chart.plots[0].overlap = 60, -10
        _colour_alone(chart, figure)
    set_axes(chart, figure, _finite(series), [value for one in series for value in one.x])
    return frame


def _series(figure: Figure, accent: str) -> list[Series]:
    chart, data = figure.chart, figure.data
    assert chart is not None
    groups: list[tuple[str, pd.DataFrame]]
    if chart.series is None:
        groups = [(chart.y.replace("_", " "), data)]
    else:
        keys = data[chart.series].map(_word)
        groups = [(name, data[keys == name]) for name in dict.fromkeys(keys)]
    colours, spare = _known_colours(figure), iter((accent, *PALETTE, *PALETTE))
    names = told_apart([name for name, _ in groups], LONGEST_NAME)
    return [
        Series(
            short,
            colours[name] if name in colours else next(spare),
            tuple(rows[chart.x]) if chart.kind == "lines" else tuple(rows[chart.x].map(_word)),
            *(_numbers(rows, column) for column in (chart.y, chart.low, chart.high)),
        )
        for short, (name, rows) in zip(names, groups, strict=True)
    ]


def _known_colours(figure: Figure) -> dict[str, str]:
    """Colours that arms and grades have everywhere, by the names that the chart shows."""
    chart = figure.chart
    if chart is not None and chart.series == "grade":
        scale = GRADE_COLOURS.get(figure.arguments.get("colours", ""), ())
        return {
            name: colour
            for grade, colour in zip(GRADES, scale, strict=False)
            for name in (f"{grade}", f"grade {grade}")
        }
    colours: Mapping[str, str] = figure.arguments.get("arm_colours") or {}
    return {_word(arm): str(code) for arm, code in colours.items()}


def _bars(series: Sequence[Series], places: list[str]) -> Bars:
    """Bars at each of the places, a gap where a series has none."""
    ordered = []
    for one in series:
        rows = [one.x.index(place) if place in one.x else -1 for place in places]
        y, low, high = (
            np.array([values[row] if row >= 0 else np.nan for row in rows])
            for values in (one.y, one.low, one.high)
        )
        ordered.append((one.name, y, low, high))
    return plain_bars(told_apart(places, LONGEST_NAME), ordered)


def _lines(series: Sequence[Series]) -> Lines:
    return plain_lines([(one.name, _floats(one.x), one.y, one.low, one.high) for one in series])


def _settle(chart: Any, mark: str, *, legend: bool) -> None:
    """Quiet letters, the legend above, the mark in the place of a title."""
    chart.font.size, chart.font.color.rgb = Pt(12), rgb(INK)
    chart.has_title = bool(mark)
    if mark:
        words = chart.chart_title.text_frame
        words.text = readable(mark)
        words.paragraphs[0].font.size = Pt(9)
        words.paragraphs[0].font.bold = False
        words.paragraphs[0].font.color.rgb = rgb(GREY)
        chart.chart_title.include_in_layout = False
    chart.has_legend = legend
    if legend:
        chart.legend.position = XL_LEGEND_POSITION.TOP
        chart.legend.include_in_layout = False
        chart.legend.font.size = Pt(12)


def _colour(drawn: Any, one: Series, *, bars: bool) -> None:
    if bars:
        drawn.format.fill.solid()
        drawn.format.fill.fore_color.rgb = rgb(one.colour)
        drawn.invert_if_negative = False
        return
    drawn.format.line.color.rgb = rgb(one.colour)
    drawn.format.line.width = Pt(2.25)
    drawn.smooth = False
    if len(one.x) > DENSE:
        drawn.marker.style = XL_MARKER_STYLE.NONE
        return
    drawn.marker.style, drawn.marker.size = XL_MARKER_STYLE.CIRCLE, 7
    drawn.marker.format.fill.solid()
    drawn.marker.format.fill.fore_color.rgb = rgb(one.colour)
    drawn.marker.format.line.color.rgb = rgb(one.colour)


def _colour_alone(chart: Any, figure: Figure) -> None:
    """Where each bar is an arm, each has its arm's colour."""
    colours = _known_colours(figure)
    asked = figure.chart
    if asked is None or asked.series is not None:
        return
    for place, name in enumerate(dict.fromkeys(figure.data[asked.x].map(_word))):
        if name in colours:
            point = chart.plots[0].series[0].points[place]
            point.format.fill.solid()
            point.format.fill.fore_color.rgb = rgb(colours[name])


def _cell(drawn: Any) -> str:
    """The element before which intervals stand: values of x, or names of bars."""
    tags = [str(child.tag) for child in drawn._element]
    return next(tag for tag in tags if tag.endswith(("}cat", "}xVal")))


def _intervals(one: Series, reach: Reach) -> BaseOxmlElement:
    """Intervals by their own numbers, which stand beside the series in the chart's sheet."""
    dense = len(one.x) > DENSE
    colour = made("a:srgbClr", val=bare(one.colour if dense or reach.lines else "#333333"))
    if dense:
        colour.append(made("a:alpha", val=22000))
    width = Pt(max(2, min(10, 780 / len(one.x)))) if dense else Pt(1.25)
    line = made("a:ln", made("a:solidFill", colour), w=width, cap="flat")
    return made(
        "c:errBars",
        *([made("c:errDir", val="y")] if reach.lines else []),  # bars have one direction only
        made("c:errBarType", val="both"),
        made("c:errValType", val="cust"),
        made("c:noEndCap", val=int(dense)),
        made("c:plus", _numbers_at(reach.above_at, reach.above)),
        made("c:minus", _numbers_at(reach.below_at, reach.below)),
        made("c:spPr", line),
    )


def _numbers_at(place: str, values: Numbers) -> BaseOxmlElement:
    """Numbers and the cells of the chart's sheet that they stand in."""
    where, code = made("c:f"), made("c:formatCode")
    where.text, code.text = place, "General"
    cache = made("c:numCache", code, made("c:ptCount", val=len(values)))
    for index, value in enumerate(values):
        if np.isfinite(value):
            number = made("c:v")
            number.text = repr(float(value))
            cache.append(made("c:pt", number, idx=index))
    return made("c:numRef", where, cache)


def _finite(series: Sequence[Series]) -> Numbers:
    """Everything that the chart has to show, upwards."""
    values: Numbers = np.concatenate(
        [part for one in series for part in (one.y, one.low, one.high)]
    )
    finite: Numbers = values[np.isfinite(values)]
    return finite


def _numbers(rows: pd.DataFrame, column: str | None) -> Numbers:
    if column is None:
        return np.full(len(rows), np.nan)
    return pd.to_numeric(rows[column], errors="coerce").to_numpy(dtype=float, na_value=np.nan)


def _floats(values: Sequence[Any]) -> Numbers:
    return np.array([np.nan if pd.isna(value) else float(value) for value in values])


def _word(value: Any) -> str:
    return readable("–" if pd.isna(value) else str(value))
