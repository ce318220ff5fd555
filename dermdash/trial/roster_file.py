"""A roster as it comes in a file: CSV or a workbook, each cell as text.

A number of a workbook is written with a decimal point, a date as 2026-03-01, so that nothing after
this door depends on where the file was made.
"""

import csv
import io
import re
import warnings
import zipfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from dermdash.errors import TableError
from dermdash.stats.tables import NO_TEXT, SEPARATORS, decimal_points, decode_text
from dermdash.trial.covariates import as_text

MAX_BYTES = 20_000_000
MAX_UNPACKED = 200_000_000
MAX_ROWS = 5_000
MAX_COLUMNS = 200
BEYOND = 100  # rows and columns of a workbook, read to see that there are too many
GUARDED = re.compile(r"'+[=+\-@\t\r]")  # as csv_bytes guards a text against being run
CODE_NAMES = ("subject", "subject_code", "volunteer", "code", "id")
KNOWN = {"subject_id", "arm", "status", "reason", "withdrawn_on", "full_analysis", "per_protocol"}
KNOWN |= {"population_reason", "site", "visit"}


@dataclass(frozen=True, slots=True)
class RosterLine:
    """A row of the file; ``number`` is its line there, 1 for the header's.

    problem : why its cells cannot be told apart, empty where they can
    """

    number: int
    cells: dict[str, str]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class RosterFile:
    """columns : in the order of the file, ``subject_id`` among them."""

    name: str
    columns: tuple[str, ...]
    lines: tuple[RosterLine, ...]


def read_roster(name: str, data: bytes) -> RosterFile:
    """Read a roster: a CSV in any common encoding and separator, or a workbook's first sheet.

    Raises
    ------
    TableError
        It is no table, has no rows, too many rows or columns, a column twice, or no subject_id.
    """
    if not data:
        raise TableError(f"{name} is empty; give a table with a header and one row a subject")
    if len(data) > MAX_BYTES:
        raise TableError(f"{name} is larger than 20 MB, too large for a roster; give a table")
    if data.startswith(b"PK\x03\x04"):
        rows, separator = _workbook(name, data), ";"
    else:
        rows, separator = _text_table(name, data)
    filled = [(number, row) for number, row in enumerate(rows, start=1) if any(row)]
    if not filled:
        raise TableError(f"{name} is empty; give a table with a header and one row a subject")
    columns = _header(name, filled)
    body = filled[1:]
    if not body:
        raise TableError(f"{name} has no rows; it needs a header and one row a subject")
    if len(body) > MAX_ROWS:
        raise TableError(f"{name} has {len(body):,} rows; a roster holds at most {MAX_ROWS:,}")
    lines = [_line(number, row, columns) for number, row in body]
    if separator != ",":
        lines = _with_points(columns, lines)
    return RosterFile(name, tuple(filter(None, columns)), tuple(lines))


def _text_table(name: str, data: bytes) -> tuple[list[list[str]], str]:
    text = decode_text(data)
    if NO_TEXT.search(text):
        raise TableError(f"{name} is no table of text; save it as CSV or XLSX")
    first = next((line for line in text.splitlines() if line.strip()), "")

    def fits(separator: str) -> tuple[bool, int]:
        cells = [_column(cell) for cell in next(csv.reader([first], delimiter=separator), [])]
        return not {"subject_id", *CODE_NAMES}.isdisjoint(cells), len(cells)

    separator = max(SEPARATORS, key=fits)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        return [[_unguarded(cell.strip(" \n\r")) for cell in row] for row in reader], separator
    except csv.Error as fault:
        raise TableError(f"{name} cannot be read as CSV ({fault}); save it as CSV") from None


def _workbook(name: str, data: bytes) -> list[list[str]]:
    """The first sheet's rows, read one by one: a sheet may name cells that no memory holds."""
    from openpyxl.reader.excel import load_workbook

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            if sum(part.file_size for part in parts.infolist()) > MAX_UNPACKED:
                raise TableError(f"{name} unpacks to over 200 MB; save the roster by itself")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions that hold no cells
            book = load_workbook(  # type: ignore[no-untyped-call]  # openpyxl carries no types
                io.BytesIO(data), read_only=True, data_only=True
            )
            rows = book.worksheets[0].iter_rows(
                max_row=MAX_ROWS + BEYOND, max_col=MAX_COLUMNS + BEYOND, values_only=True
            )
            return [[_unguarded(_cell_text(cell)) for cell in row] for row in rows]
    except TableError:
        raise
    except Exception as fault:  # whatever a damaged part of it makes the library stumble over
        raise TableError(f"{name} cannot be read as a workbook; save it as XLSX or CSV") from fault


def _header(name: str, rows: Sequence[tuple[int, list[str]]]) -> list[str]:
    width = max(place for place, cell in enumerate(rows[0][1], start=1) if cell)
    columns = [_column(cell) for cell in rows[0][1][:width]]
    if len(columns) > MAX_COLUMNS:
        raise TableError(
            f"{name} has {len(columns):,} columns; a roster holds at most {MAX_COLUMNS}: leave out "
            "what is no covariate"
        )
    if "subject_id" not in columns:
        code = next((name for name in CODE_NAMES if name in columns), None)
        if code is not None:
            columns[columns.index(code)] = "subject_id"
    if "subject_id" not in columns:
        for number, row in rows[1:5]:
            if "subject_id" in map(_column, row):
                raise TableError(
                    f"the columns of {name} are named in row {number}, not in the first; delete "
                    "the rows above"
                )
        shown = ", ".join(filter(None, columns[:4]))[:80] or "nothing"
        raise TableError(f"{name} has no column subject_id (it begins with {shown}); add one")
    twice = [column for column, n in Counter(filter(None, columns)).items() if n > 1]
    if twice:
        raise TableError(f"{name} has the column {twice[0][:80]} twice; keep one of them")
    for column in ("site", "visit"):
        if column in columns:
            raise TableError(
                f"{name} has a column {column}: a roster has one row a subject; write the arm of "
                "each side in a column arm_left and arm_right"
            )
    return columns


def _line(number: int, row: list[str], columns: Sequence[str]) -> RosterLine:
    cells = {column: cell for column, cell in zip(columns, row, strict=False) if column}
    named = [place for place, column in enumerate(columns) if column]
    beyond = [cell for place, cell in enumerate(row) if cell and place not in named]
    if beyond:
        words = f"{beyond[0][:40]!r} stands under no column; quote cells that hold commas"
        return RosterLine(number, cells, words)
    return RosterLine(number, {column: cells.get(column, "") for column in columns if column})


def _with_points(columns: Sequence[str], lines: list[RosterLine]) -> list[RosterLine]:
    """Numbers with decimal commas, written with points."""
    for column in filter(None, columns):
        if column in KNOWN or column.startswith("arm_"):
            continue
        cells = tuple(line.cells.get(column, "") for line in lines)
        for line, cell in zip(lines, decimal_points(column, cells), strict=True):
            line.cells[column] = cell
    return lines


def _column(cell: str) -> str:
    """A column as it is known: its name in lower case with _ where it is one of the roster's."""
    name = " ".join(cell.split())
    known = re.sub(r"[ \-]+", "_", name.casefold())
    return known if known in KNOWN | set(CODE_NAMES) or known.startswith("arm_") else name


def _unguarded(cell: str) -> str:
    return cell[1:] if GUARDED.match(cell) else cell


def _cell_text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return (cell.date() if cell.time() == datetime.min.time() else cell).isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    return as_text(cell).strip() if isinstance(cell, bool | int | float | str) else str(cell)
