"""What stands on each sheet of a workbook: one tidy table each, before any spreadsheet program."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import pandas as pd

from dermdash.errors import InputError
from dermdash.reporting.blocks import Column, Figure, Form, Table, written
from dermdash.reporting.formats.dictionary import dictionary_table, is_score
from dermdash.reporting.formats.files import (
    Numbered,
    blocks_of,
    number_blocks,
    text_files,
    tidy_files,
)
from dermdash.reporting.formats.frames import plain_frame
from dermdash.reporting.formats.visible import visible
from dermdash.reporting.report import Report

ROWS, COLUMNS, LETTERS = 1_048_576, 16_384, 32_767  # the most that a sheet and a cell hold
HEAD = 2  # rows over a table's header: the mark, and what the sheet shows
NAME_LETTERS = 31
OURS = ("Read me", "Statistics", "Settings", "Provenance", "Data dictionary")
EXCELS = "History"  # a name that Excel keeps for itself
STATISTIC = re.compile(r"^p$|^p | p$|\bCI\b|interval|statistic|effect|estimate", re.IGNORECASE)
CUT = " … (cut: a cell holds no more)"


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """A table under its header, read back by ``pandas.read_excel(..., header=2)``.

    name : valid and unique in its workbook
    about : what it shows; section : whose it is, "" for the report's
    rows : as long as ``columns``, of str, int, float, bool or None
    tidy : whether the data dictionary describes its columns
    """

    name: str
    about: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    section: str = ""
    tidy: bool = False


def sheets_of(report: Report, *, most_rows: int = ROWS) -> tuple[Sheet, ...]:
    """All sheets behind the first, in order; a table too long for one is split over several.

    Raises
    ------
    InputError
        A table has more columns than a sheet can hold.
    """
    parts = [*_blocks(report), *_attached(report)]
    parts += [
        one for one in (_statistics(report), _settings(report), _provenance(report)) if one.rows
    ]
    pages = tuple(_named(page for part in parts for page in _split(part, most_rows - HEAD - 1)))
    return (*pages, _dictionary(page for page in pages if page.tidy))


def _blocks(report: Report) -> Iterator[Sheet]:
    for one in blocks_of(report, Table, Figure):
        if isinstance(one.block, Table):
            parts = (one.title, one.block.caption, one.block.note)
            about = " ".join(f"{part.rstrip('.')}." for part in parts if part)
            yield Sheet(one.title, about, one.block.columns, one.block.rows, one.section)
        else:
            about = f"The numbers of {one.title}. {one.block.caption}"
            yield replace(_frame(one.title, about, one.block.data), section=one.section)


def _attached(report: Report) -> Iterator[Sheet]:
    return (_frame(one.name, one.about, one.frame) for one in tidy_files(report))


def _frame(name: str, about: str, frame: pd.DataFrame) -> Sheet:
    plain = plain_frame(frame)
    columns = tuple(
        Column(str(label), _form(str(label), plain.iloc[:, place]))
        for place, label in enumerate(plain.columns)
    )
    cells = [
        [None if pd.isna(cell) else cell for cell in plain.iloc[:, place].tolist()]
        for place in range(plain.shape[1])
    ]
    return Sheet(name, about, columns, tuple(zip(*cells, strict=True)), tidy=True)


def _form(name: str, values: "pd.Series[Any]") -> Form:
    if pd.api.types.is_bool_dtype(values.dtype) or not pd.api.types.is_numeric_dtype(values.dtype):
        return "text"
    if pd.api.types.is_integer_dtype(values.dtype):
        return "count"
    if name in ("p", "p_adjusted", "p_fdr"):
        return "p"
    return "score" if is_score(name) else "number"


def _statistics(report: Report) -> Sheet:
    """Each number of the tables of statistics in a row of its own."""
    rows = [
        row
        for one in blocks_of(report, Table)
        if any(column.form == "p" or STATISTIC.search(column.name) for column in one.block.columns)
        for row in _long(one)
    ]
    names = ("section", "table", "row", "what", "as printed", "value")
    about = (
        "Every statistic of the tables, one a row; a value has all its digits where its table "
        "holds a number. Unrounded p stand on the sheet Settings."
    )
    forms: tuple[Form, ...] = ("text", "text", "text", "text", "text", "number")
    return Sheet("Statistics", about, tuple(map(Column, names, forms)), tuple(rows))


def _long(one: Numbered) -> Iterator[tuple[Any, ...]]:
    columns = one.block.columns
    n_labels = next((k for k, column in enumerate(columns) if _counts(column)), 1) or 1
    for number, row in enumerate(one.block.rows, start=1):
        label = ", ".join(str(cell) for cell in row[:n_labels] if cell is not None)
        for column, cell in zip(columns[n_labels:], row[n_labels:], strict=True):
            value = cell if isinstance(cell, int | float) and not isinstance(cell, bool) else None
            words = written(cell, column.form)
            yield one.section, one.title, label or f"row {number}", column.name, words, value


def _counts(column: Column) -> bool:
    return column.numeric or STATISTIC.search(column.name) is not None


def _settings(report: Report) -> Sheet:
    rows: list[tuple[Any, ...]] = []
    for file in text_files(report):
        if file.name.endswith(".json"):
            try:
                found = json.loads(file.content)
            except ValueError:
                found = "not readable as JSON; the ZIP holds the file"
            rows += [(file.name, path, value) for path, value in _flat(found)]
    columns = (Column("file"), Column("setting"), Column("value"))
    about = "What was asked and with which settings: the files of settings, one value a row."
    return Sheet("Settings", about, columns, tuple(dict.fromkeys(rows)))


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """
    >>> list(_flat({"plan": {"arms": ["a", "b"], "alpha": 0.05}}))
    [('plan.arms[0]', 'a'), ('plan.arms[1]', 'b'), ('plan.alpha', 0.05)]
    """
    if isinstance(value, Mapping) and value:
        for key, one in value.items():
            yield from _flat(one, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list) and value:
        for place, one in enumerate(value):
            yield from _flat(one, f"{path}[{place}]")
    else:
        yield path, json.dumps(value) if isinstance(value, list | Mapping) else value


def _provenance(report: Report) -> Sheet:
    head = {
        "title": report.title,
        "studies": ", ".join(report.studies),
        "mark": report.mark or "none",
        "made by": report.made_by,
        "made at": report.made,
        "software": report.software,
    }
    rows: list[tuple[Any, ...]] = [("This report", what, value) for what, value in head.items()]
    _, blocks = number_blocks(report)[-1]
    for one in blocks:
        if isinstance(one.block, Table):
            table = one.block
            if len(table.columns) == 2:  # a list of what is so
                rows += [(table.caption, what, value) for what, value in table.rows]
            else:
                rows.append((table.caption, "all of it", f"on the sheet {one.title}"))
    names = ("about", "what", "value")
    about = "What all numbers stand on: software, model, scans, settings, versions."
    return Sheet("Provenance", about, tuple(map(Column, names)), tuple(rows))


def _dictionary(pages: Iterable[Sheet]) -> Sheet:
    table = dictionary_table({page.name: [one.name for one in page.columns] for page in pages})
    about = "What each column of the tidy sheets holds, and its unit."
    renamed = table.rename(columns={"table": "sheet"})
    return replace(_frame("Data dictionary", about, renamed), tidy=False)


def _split(sheet: Sheet, most: int) -> Iterator[Sheet]:
    if len(sheet.columns) > COLUMNS:
        raise InputError(
            f"{sheet.name} has {len(sheet.columns)} columns, and a sheet holds {COLUMNS}; take the "
            "ZIP instead"
        )
    starts = range(0, max(len(sheet.rows), 1), most)
    for part, start in enumerate(starts, start=1):
        of = f" Part {part} of {len(starts)}." if len(starts) > 1 else ""
        yield replace(sheet, about=f"{sheet.about}{of}", rows=sheet.rows[start : start + most])


def _named(sheets: Iterable[Sheet]) -> Iterator[Sheet]:
    taken = {name.casefold() for name in (*OURS, EXCELS)}
    for sheet in sheets:
        ours = sheet.name in OURS and not sheet.tidy
        name = sheet.name if ours else sheet_name(sheet.name, taken)
        taken.add(name.casefold())
        yield replace(sheet, name=name)


def sheet_name(name: str, taken: set[str]) -> str:
    """A name that Excel takes, unlike those taken (casefolded).

    >>> sheet_name("a/b:c", set()), sheet_name("Scores", {"scores"})
    ('a_b_c', 'Scores 2')
    """
    plain = re.sub(r"[\[\]:*?/\\\x00-\x1f]", "_", visible(name)).strip("' ")
    plain = re.sub("[^\x20-\uffff]", "_", plain) or "Sheet"
    for number in count(1):
        end = "" if number == 1 else f" {number}"
        found = plain[: NAME_LETTERS - len(end)].rstrip("' ") + end
        if found.casefold() not in taken:
            return found
    raise AssertionError("numbers do not end")


def cell_text(cell: str) -> str:
    """A text that a cell can hold."""
    words = visible(cell)
    return words if len(words) <= LETTERS // 2 else words[: LETTERS // 2] + CUT
