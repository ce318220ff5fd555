"""Tables as people save them."""

from pathlib import Path

import pytest

from dermdash.errors import TableError
from dermdash.stats.tables import read_table

ROWS = (("arm", "score"), ("young", "2.5"), ("old, exposed", "1.5"))


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ('arm,score\nyoung,2.5\n"old, exposed",1.5\n', "utf-8"),
        ("arm;score\r\nyoung;2,5\r\nold, exposed;1,5\r\n", "utf-8-sig"),
        ("arm\tscore\nyoung\t2.5\nold, exposed\t1.5\n\n", "cp1252"),
        ('arm,score\ryoung,2.5\r"old, exposed",1.5\r', "utf-8"),
        ("arm\tscore\r\nyoung\t2,5\r\nold, exposed\t1,5\r\n", "utf-16"),
        ("\ufeffarm;score\nyoung;2.5\nold, exposed;1.5\n", "utf-16-be"),
        ("\n\narm;score\nyoung;2.5\nold, exposed;1.5\n", "utf-8"),
    ],
)
def test_separators_decimals_and_encodings(text: str, encoding: str, tmp_path: Path) -> None:
    """Lost: a table saved by a European spreadsheet would be refused, or misread by a factor."""
    path = tmp_path / "t.csv"
    path.write_bytes(text.encode(encoding))
    table = read_table(path)
    assert tuple(table.columns) == ROWS[0]
    assert [tuple(row) for row in table.itertuples(index=False)] == list(ROWS[1:])


def test_a_comma_within_quotes_parts_no_columns(tmp_path: Path) -> None:
    """Lost: a header with a comma in a name would be parted there, and the table refused."""
    path = tmp_path / "t.csv"
    path.write_text('"arm, group";"score, mean, µm"\na;1,5\nb;2,5\n', encoding="utf-8")
    table = read_table(path)
    assert list(table.columns) == ["arm, group", "score, mean, µm"]
    assert list(table.iloc[:, 1]) == ["1.5", "2.5"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "holds no rows"),
        (b"arm,score\n", "holds no rows"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "is not a CSV table"),
        (bytes(range(1, 200)), "is not a CSV table"),
        (b"arm,score\na,1\nb\n", "row 2 of t.csv has 1 cells, the header 2"),
        (b'arm,score\n"a,1\nb,2\n', "cells"),
        ("arm,score\na,1\n".encode("utf-16-le"), "is not a CSV table"),
        (b"arm;score\na;1,234\nb;567.8\n", "'score' holds both '1,234' and '567.8'"),
        (b"arm,score\n" + b"x" * 200_000 + b",1\n", "save it as CSV"),
    ],
)
def test_what_is_no_table_is_refused(data: bytes, words: str, tmp_path: Path) -> None:
    """Lost: an image would end in a traceback, a shifted row in a wrong group."""
    path = tmp_path / "t.csv"
    path.write_bytes(data)
    with pytest.raises(TableError, match=words):
        read_table(path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """Lost: a slip in a path would end in a traceback."""
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(TableError, match="cannot be read"):
            read_table(path)
