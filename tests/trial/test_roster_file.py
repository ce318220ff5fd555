"""A roster is read as it was meant, from wherever it comes, or refused in one sentence."""

import codecs
from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dermdash.errors import TableError
from dermdash.trial import roster_file
from dermdash.trial.roster_file import read_roster
from tests.support.workbook import workbook

HEADER, ROW = "subject_id{0}arm{0}age{0}hair", "S-01{0}placebo{0}{1}{0}grün"
CELLS = {"subject_id": "S-01", "arm": "placebo", "age": "34.5", "hair": "grün"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_each_encoding_and_separator(encoding: str, separator: str) -> None:
    """A roster saved by another country's spreadsheet would be refused, or misread."""
    age = "34.5" if separator == "," else "34,5"
    text = "\r\n".join([HEADER.format(separator), ROW.format(separator, age)])
    (line,) = read_roster("r.csv", text.encode(encoding)).lines
    assert line.cells == CELLS


def test_a_workbook_is_read_as_its_cells_are() -> None:
    """Codes that are numbers would gain a decimal, dates would become day counts."""
    rows = [["Subject ID", "Withdrawn on", "age", "smoker"], [101.0, date(2026, 3, 1), 34.5, True]]
    (line,) = read_roster("r.xlsx", workbook(rows)).lines
    assert line.cells == {
        "subject_id": "101",
        "withdrawn_on": "2026-03-01",
        "age": "34.5",
        "smoker": "yes",
    }


def test_a_workbook_with_a_cell_at_its_far_end_is_read() -> None:
    """A stray cell in the last row would ask for more memory than there is, and end the server."""
    (line,) = read_roster("r.xlsx", workbook([["subject_id"], ["S1"]], far=True)).lines
    assert line.cells == {"subject_id": "S1"}


def test_a_workbook_is_bounded_like_a_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """A workbook of a million rows, or one that unpacks without end, would hold up everybody."""
    monkeypatch.setattr(roster_file, "MAX_ROWS", 2)
    with pytest.raises(TableError, match="3 rows; a roster holds at most 2"):
        read_roster("r.xlsx", workbook([["subject_id"], ["S1"], ["S2"], ["S3"]]))
    monkeypatch.setattr(roster_file, "MAX_UNPACKED", 100)
    with pytest.raises(TableError, match="unpacks to over"):
        read_roster("r.xlsx", workbook([["subject_id"], ["S1"]]))


WORKBOOK = workbook([["subject_id", "age"], ["S1", 3.5]])


@given(st.integers(0, len(WORKBOOK) - 1), st.integers(0, 255))
@settings(max_examples=40)
def test_a_damaged_workbook_is_read_or_refused(place: int, byte: int) -> None:
    """A file that was cut on its way would end in a traceback."""
    data = bytearray(WORKBOOK)
    data[place] = byte
    with suppress(TableError):
        read_roster("r.xlsx", bytes(data))


def test_formulas_and_markup_stay_text() -> None:
    """A name would be run by a spreadsheet, or draw on a page."""
    text = "subject_id,note\n'=cmd|x,\"<b>+1</b>\"\n@x,''-2\n"
    lines = read_roster("r.csv", text.encode()).lines
    assert [line.cells for line in lines] == [
        {"subject_id": "=cmd|x", "note": "<b>+1</b>"},
        {"subject_id": "@x", "note": "'-2"},
    ]


WIDE = ",".join(["subject_id", *(f"c{n}" for n in range(1000))])
BAD = {
    "nothing": (b"", "is empty"),
    "only blanks": (b"\n,,\n \n", "is empty"),
    "only a header": (b"subject_id,arm\n", "has no rows"),
    "no table": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "no table of text"),
    "no workbook": (b"PK\x03\x04 and no more", "cannot be read as a workbook"),
    "no code": (b"name,arm\nAda,active\n", "no column subject_id (it begins with name, arm)"),
    "column twice": (b"subject_id,age,age\nS1,3,4\n", "the column age twice"),
    "subject twice": (b"Subject ID,subject_id\nS1,S2\n", "the column subject_id twice"),
    "merged header": (b"Trial,,\nsubject_id,arm,age\nS1,a,3\n", "named in row 2, not in the first"),
    "1000 columns": (f"{WIDE}\nS1{',' * 1000}\n".encode(), "1,001 columns"),
    "100,000 rows": (b"subject_id\n" + b"S1\n" * 100_000, "100,000 rows; a roster holds at most"),
    "a row a side": (b"subject_id,site,arm\nS1,cheek,a\n", "write the arm of each side"),
    "commas of two meanings": (b"subject_id;age\nS1;3,5\nS2;1.5\n", "decimals or thousands"),
    "utf-16 without its mark": ("subject_id,a\nS1,b".encode("utf-16-le"), "no table of text"),
}


@pytest.mark.parametrize("kind", BAD)
def test_what_is_no_roster_gets_one_sentence(kind: str) -> None:
    """A wrong file would end in a traceback, or half a roster."""
    data, sentence = BAD[kind]
    with pytest.raises(TableError, match=r"^[^\n]*$") as refused:
        read_roster("roster.csv", data)
    assert sentence in str(refused.value)


def test_a_row_that_is_longer_than_the_header_is_told_apart() -> None:
    """An unquoted comma would move every cell behind it into the next column."""
    lines = read_roster("r.csv", b"subject_id,arm\nS1,a,b\nS2\nS3,a,\n").lines
    assert [bool(line.problem) for line in lines] == [True, False, False]
    assert "'b' stands under no column" in lines[0].problem
    assert lines[1].cells == {"subject_id": "S2", "arm": ""}


def test_a_mark_before_the_text_is_no_part_of_the_first_column() -> None:
    """The column of codes would not be found."""
    data = codecs.BOM_UTF8 + b'"subject_id";"a,b,c,d"\nS1;2\n'
    assert read_roster("r.csv", data).columns == ("subject_id", "a,b,c,d")
