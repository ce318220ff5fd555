"""A CSV table that says which file is which scan: who, when, where, and where the dermis begins."""

import csv
import io
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path

from dermdash.errors import DesignError, TableError
from dermdash.trial.studies import Kind

PLACE = ("path", "subject_id", "arm", "visit", "site")
KNOWN = (*PLACE, "dej_um", "dej_map", "replicate", "operator")
ALIASES = {"path": "file", "file": "path"}
SEPARATORS = ",;\t"
MISSING = frozenset({"", "NA", "N/A", "NaN", "nan"})
MAX_BYTES = 50_000_000  # a million rows; a volume given by mistake is larger


@dataclass(frozen=True, slots=True)
class ManifestRow:
    """One row as it stands in the file, cells stripped and still text.

    number : 1 for the first row below the header
    line : the line of the file where the row ends
    covariates : columns that are no part of the place, empty cells left out
    problem : why the row has no place, empty where it has one
    """

    number: int
    line: int
    path: str = ""
    subject_id: str = ""
    arm: str = ""
    visit: str = ""
    site: str = ""
    dej_um: str = ""
    dej_map: str = ""
    replicate: str = ""
    operator: str = ""
    covariates: Mapping[str, str | int | float] = field(default_factory=dict)
    problem: str = ""


def read_manifest(path: Path) -> tuple[ManifestRow, ...]:
    """Read a manifest, as ``read_table`` does.

    A row that cannot be placed is returned with its ``problem``, so that the others can be stored.

    Raises
    ------
    TableError
        The file is no text table, or a column of the place is missing or there twice.
    """
    header, records = _records(path, needs=PLACE)
    return tuple(
        _row(number, line, header, cells) for number, (line, cells) in enumerate(records, start=1)
    )


def read_table(path: Path, *, needs: Sequence[str]) -> list[dict[str, str]]:
    """The rows of a text table: UTF-8, UTF-16 or Latin-1, separated by comma, semicolon or tab.

    needs : columns that must be there; ``path`` also where it is called ``file``, or the reverse

    Cells are stripped of outer blanks, empty rows and columns without a name left out.

    Raises
    ------
    TableError
        The file is no text table, has no rows, or lacks a column or has it twice.
    """
    header, records = _records(path, needs=needs)
    rows = [dict(zip_longest(header, cells[: len(header)], fillvalue="")) for _, cells in records]
    return [{name: cell for name, cell in row.items() if name} for row in rows]


def study_kind(rows: tuple[ManifestRow, ...]) -> Kind:
    """The design that the rows describe.

    ``hemi_face`` where at least half of the subjects have sides in different arms (fewer are
    slips, and are refused as such when stored), ``before_after`` where there are several visits,
    else ``cohorts``.
    """
    arms: dict[str, set[str]] = {}
    for row in rows:
        arms.setdefault(row.subject_id, set()).add(row.arm)
    if 2 * sum(len(of_subject) > 1 for of_subject in arms.values()) >= max(len(arms), 1):
        return "hemi_face"
    return "before_after" if len({row.visit for row in rows if row.visit}) > 1 else "cohorts"


def replicate(text: str) -> int:
    """The replicate's number, 1 where the cell is empty.

    Raises
    ------
    DesignError
        The text counts no replicate.
    """
    if text and not (text.isdecimal() and 1 <= int(text) <= 999):
        raise DesignError(f"replicate={text[:40]!r} counts no scan; write 1, 2, 3 ...")
    return int(text or 1)


def _records(path: Path, *, needs: Sequence[str]) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The header, and each row's line and cells."""
    text = _text(path)
    first = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(SEPARATORS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        records = [
            (reader.line_num, [cell.strip() for cell in cells])
            for cells in reader
            if any(map(str.strip, cells))
        ]
    except csv.Error as fault:
        raise TableError(f"{path.name} cannot be read as CSV ({fault}); save it as CSV") from None
    if len(records) < 2:
        raise TableError(f"{path.name} has no rows; it needs a header and one row a scan")
    return _header(path, records[0][1], needs), records[1:]


def _text(path: Path) -> str:
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "does not exist"
        raise TableError(f"{path} {what}; name a CSV table")
    if path.stat().st_size > MAX_BYTES:
        raise TableError(f"{path.name} is too large for a table; name a CSV table of text")
    raw = path.read_bytes()
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = raw.decode("utf-16", errors="replace")
    else:
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = raw.decode("latin-1")
    if "\0" in text:
        raise TableError(f"{path.name} is not a text table; name a CSV table")
    return text


def _header(path: Path, names: list[str], needs: Sequence[str]) -> list[str]:
    known = {*needs, *KNOWN}
    header = [name.lower() if name.lower() in known else name for name in names]
    for name in needs:
        alias = ALIASES.get(name)
        if name not in header and alias in header:
            header[header.index(alias)] = name
        if name not in header:
            raise TableError(f"{path.name} has no column {name}; it needs {', '.join(needs)}")
    twice = [name for name, count in Counter(filter(None, header)).items() if count > 1]
    if twice:
        raise TableError(f"{path.name} has the column {twice[0]} twice; keep one of them")
    return header


def _row(number: int, line: int, header: list[str], cells: list[str]) -> ManifestRow:
    if len(cells) > len(header) and any(cells[len(header) :]):
        count = f"{len(cells)} cells stand under {len(header)} columns"
        return ManifestRow(number, line, problem=f"{count}; quote cells that hold a separator")
    named = dict(zip(header, cells, strict=False))
    named.pop("", None)
    known = {name: named.get(name, "") for name in KNOWN}
    empty = [name for name in PLACE if not known[name]]
    return ManifestRow(
        number,
        line,
        **known,
        covariates={
            name: _value(cell)
            for name, cell in named.items()
            if name not in KNOWN and cell not in MISSING
        },
        problem=f"{empty[0]} is empty; each scan needs {', '.join(PLACE)}" if empty else "",
    )


def _value(cell: str) -> str | int | float:
    """A whole number or a decimal where the cell is one in every way, else its text."""
    if len(cell) > 1 and cell.lstrip("-").startswith("0") and cell.lstrip("-")[1:2].isdigit():
        return cell  # a code such as 007
    for kind in (int, float):
        try:
            value = kind(cell)
        except ValueError:
            continue
        return value if math.isfinite(value) and "_" not in cell else cell
    return cell
