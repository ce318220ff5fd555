"""A table in a file, as text: what its cells mean is the question's business."""

import codecs
import csv
import io
import re
from pathlib import Path

import pandas as pd

from dermdash.errors import TableError

SEPARATORS = ",;\t"
MAX_BYTES = 200_000_000
NO_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f]")
QUOTED = re.compile(r'"[^"]*"')
DECIMAL_COMMA = re.compile(r"\s*[+-]?[0-9]+,[0-9]+\s*")
DECIMAL_POINT = re.compile(r"\s*[+-]?[0-9]+\.[0-9]+\s*")


def read_table(path: Path) -> pd.DataFrame:
    """Read a CSV table with a header; all cells are text, blank ones empty.

    Commas, semicolons or tabs separate; where they are semicolons or tabs, a comma in a number is
    its decimal point. Text is UTF-8, UTF-16 with its mark, or Latin-1.

    Raises
    ------
    TableError
        The file cannot be read, is empty, no text, its rows do not fit its header, or a column has
        decimal commas and decimal points.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise TableError(f"{path.name} is over 200 MB; one row a subject is enough")
        data = path.read_bytes()
    except OSError as error:
        raise TableError(f"{path.name} cannot be read: {error.strerror}") from error
    text = decode_text(data)
    if NO_TEXT.search(text):
        raise TableError(f"{path.name} is not a CSV table; give text with a header")
    separator = find_separator(text)
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
    columns = list(zip(*rows[1:], strict=True))
    if separator != ",":
        columns = [decimal_points(*named) for named in zip(header, columns, strict=True)]
    return pd.DataFrame(list(zip(*columns, strict=True)), columns=header, dtype="str")


def decode_text(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def find_separator(text: str) -> str:
    """The mark that the header holds most of, not counting those within quotes."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(SEPARATORS, key=QUOTED.sub("", first).count)


def decimal_points(name: str, cells: tuple[str, ...]) -> tuple[str, ...]:
    """A column's cells with decimal points; raises TableError where commas may mean thousands."""
    commas = [cell for cell in cells if DECIMAL_COMMA.fullmatch(cell)]
    points = [cell for cell in cells if DECIMAL_POINT.fullmatch(cell)]
    if commas and points:
        raise TableError(
            f"column {name!r} holds both {commas[0]!r} and {points[0]!r}, so that its commas may "
            "mean decimals or thousands; write all of its numbers alike"
        )
    found = frozenset(commas)
    return tuple(cell.replace(",", ".") if cell in found else cell for cell in cells)
