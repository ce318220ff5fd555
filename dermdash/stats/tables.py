"""A table in a file, as text: what its cells mean is the question's business."""

import csv
import io
import re
from pathlib import Path

import pandas as pd

from dermdash.errors import TableError

SEPARATORS = ",;\t"
MAX_BYTES = 200_000_000
NO_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1f]")
DECIMAL_COMMA = re.compile(r"\s*[+-]?[0-9]+,[0-9]+\s*")


def read_table(path: Path) -> pd.DataFrame:
    """Read a CSV table with a header; all cells are text, blank ones empty.

    Commas, semicolons or tabs separate; where they are semicolons or tabs, a comma in a number is
    its decimal point.

    Raises
    ------
    TableError
        The file cannot be read, is empty, no text, or its rows do not fit its header.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise TableError(f"{path.name} is over 200 MB; one row a subject is enough")
        data = path.read_bytes()
    except OSError as error:
        raise TableError(f"{path.name} cannot be read: {error.strerror}") from error
    if NO_TEXT.search(data):
        raise TableError(f"{path.name} is not a CSV table; give text with a header")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    first = text.partition("\n")[0]
    separator = max(SEPARATORS, key=first.count)
    try:
        rows = [
            row for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator) if row
        ]
    except csv.Error as error:
        raise TableError(f"{path.name} is not a CSV table ({error}); save it as CSV") from error
    if len(rows) < 2:
        raise TableError(f"{path.name} holds no rows; give a header and one row a subject")
    header = [name.strip() for name in rows[0]]
    for line, row in enumerate(rows[1:], start=1):
        if len(row) != len(header):
            raise TableError(
                f"row {line} of {path.name} has {len(row)} cells, the header {len(header)}; "
                "correct the row"
            )
    cells = [[_point(cell) for cell in row] for row in rows[1:]] if separator != "," else rows[1:]
    return pd.DataFrame(cells, columns=header, dtype="str")


def _point(cell: str) -> str:
    return cell.replace(",", ".") if DECIMAL_COMMA.fullmatch(cell) else cell
