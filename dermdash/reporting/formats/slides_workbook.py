"""The sheet behind a chart: its numbers and intervals, words that are never formulas."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pptx.chart.data import CategoryChartData, XyChartData
from pptx.chart.xlsx import CategoryWorkbookWriter, XyWorkbookWriter

Numbers = NDArray[np.float64]
START = datetime(1980, 1, 1)  # the same chart, the same bytes
FORMAT = "0.00"


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a series' intervals reach, and where in the sheet that stands.

    above, below : (n,), distances from the values; NaN where there is none
    """

    name: str
    above: Numbers
    below: Numbers
    above_at: str
    below_at: str
    row: int
    column: int
    lines: bool


class Bars(CategoryChartData):
    """Bars and how far their intervals reach."""

    reaches: tuple[Reach, ...] = ()

    @property
    def _workbook_writer(self) -> Any:
        return _BarsSheet(self)  # type: ignore[no-untyped-call]


class Lines(XyChartData):
    """Lines and how far their intervals reach."""

    reaches: tuple[Reach, ...] = ()

    @property
    def _workbook_writer(self) -> Any:
        return _LinesSheet(self)  # type: ignore[no-untyped-call]


class _BarsSheet(CategoryWorkbookWriter):
    def _populate_worksheet(self, workbook: Any, worksheet: Any) -> None:
        _only_words(workbook, worksheet)
        super()._populate_worksheet(workbook, worksheet)  # type: ignore[no-untyped-call]
        _write_reaches(worksheet, self._chart_data.reaches)


class _LinesSheet(XyWorkbookWriter):
    def _populate_worksheet(self, workbook: Any, worksheet: Any) -> None:
        _only_words(workbook, worksheet)
        super()._populate_worksheet(workbook, worksheet)  # type: ignore[no-untyped-call]
        _write_reaches(worksheet, self._chart_data.reaches)


def plain_bars(
    places: Sequence[str], series: Sequence[tuple[str, Numbers, Numbers, Numbers]]
) -> Bars:
    """The data of bars.

    series : name, y, low, high; each (places,)
    """
    data = Bars(number_format=FORMAT)  # type: ignore[no-untyped-call]
    data.categories = places
    reaches = []
    for number, (name, values, low, high) in enumerate(series):
        data.add_series(name, _cells(values))  # type: ignore[no-untyped-call]
        column = 1 + len(series) + 2 * number
        reaches.append(_reach(name, values, low, high, row=0, column=column, lines=False))
    data.reaches = tuple(reaches)
    return data


def plain_lines(series: Sequence[tuple[str, Numbers, Numbers, Numbers, Numbers]]) -> Lines:
    """The data of lines, points in the order of x; those without x or y are left out.

    series : name, x, y, low, high; each (n,)
    """
    data = Lines(number_format=FORMAT)  # type: ignore[no-untyped-call]
    reaches, row = [], 0
    for name, x, values, low, high in series:
        there = np.flatnonzero(np.isfinite(x) & np.isfinite(values))
        kept = there[np.argsort(x[there], kind="stable")]
        line = data.add_series(name)  # type: ignore[no-untyped-call]
        for point in kept:
            line.add_data_point(float(x[point]), float(values[point]))
        reaches.append(
            _reach(name, values[kept], low[kept], high[kept], row=row, column=2, lines=True)
        )
        row += len(kept) + 2  # as XyWorkbookWriter sets its tables one below the other
    data.reaches = tuple(reaches)
    return data


def _reach(
    name: str, values: Numbers, low: Numbers, high: Numbers, *, row: int, column: int, lines: bool
) -> Reach:
    first, last = row + 2, row + 1 + len(values)
    above_at, below_at = (
        f"Sheet1!${letter}${first}:${letter}${last}"
        for letter in map(_letter, (column, column + 1))
    )
    return Reach(name, high - values, values - low, above_at, below_at, row, column, lines)


def _letter(column: int) -> str:
    """
    >>> _letter(2), _letter(27)
    ('C', 'AB')
    """
    first, second = divmod(column, 26)
    return (chr(64 + first) if first else "") + chr(65 + second)


def _cells(values: Numbers) -> list[float | None]:
    return [float(value) if np.isfinite(value) else None for value in values]


def _only_words(workbook: Any, worksheet: Any) -> None:
    """Names stay names: no formula, no link, no number."""
    worksheet.strings_to_formulas = worksheet.strings_to_urls = False
    worksheet.strings_to_numbers = False
    workbook.set_properties({"created": START})


def _write_reaches(worksheet: Any, reaches: Sequence[Reach]) -> None:
    for reach in reaches:
        sides = (("above", reach.above), ("below", reach.below))
        for place, (side, values) in enumerate(sides):
            if np.isfinite(values).any():
                column = reach.column + place
                worksheet.write(reach.row, column, f"{reach.name}: interval {side}")
                worksheet.write_column(reach.row + 1, column, _cells(values))
