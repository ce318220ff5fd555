"""What Word files and slides share: without it one odd letter makes a file that nobody can open."""

from datetime import UTC, datetime
from io import BytesIO
from types import SimpleNamespace
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from dermdash.reporting.blocks import Column, Table
from dermdash.reporting.formats.office import (
    breadth,
    describe,
    ink,
    readable,
    shortened,
    told_apart,
    undated,
)
from dermdash.reporting.formats.office_columns import lay_out
from dermdash.reporting.formats.office_letters import letters_of, pieces_of
from tests.support.reports import sample_report

ANY_TEXT = st.text(st.characters(codec=None), max_size=60)
CELLS = st.text(max_size=200)


@given(ANY_TEXT)
def test_any_text_becomes_text_that_xml_holds(text: str) -> None:
    """A control character in a subject's code would make the whole report a broken file."""
    element = etree.Element("t")
    element.text = readable(text)
    assert etree.fromstring(etree.tostring(element)).text == (readable(text) or None)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x00b", "aU+0000b"),
        ("tab\tand\nline", "tab\tand\nline"),
        ("\ud800", "U+D800"),
        ("\ufffe", "U+FFFE"),
        ("a\u202eb", "aU+202Eb"),
        ("µ ≥ − 肌 ✨", "µ ≥ − 肌 ✨"),
    ],
)
def test_letters_that_cannot_be_kept_show_their_code(text: str, shown: str) -> None:
    """A letter dropped in silence would make two arms look like one."""
    assert readable(text) == shown


def test_a_number_after_an_arabic_name_keeps_its_side() -> None:
    """Without a mark of direction, "active: 12" is drawn as "12 :active" and may be misread."""
    assert readable("قبل: 12") == "قبل\u200e: 12"
    assert readable("قبل العلاج") == "قبل العلاج"


@given(st.text(max_size=80), st.integers(4, 40))
def test_shortened_text_fits_on_one_line(text: str, most: int) -> None:
    """A long title would push page numbers off every page."""
    short = shortened(text, most)
    assert breadth(short) <= most
    assert "\n" not in short


@given(st.lists(st.text(max_size=30), max_size=8))
def test_names_stay_apart_when_cut(names: list[str]) -> None:
    """Two arms under one name in a legend cannot be read."""
    assert len(set(told_apart(names, 6))) == len(names)


@given(st.integers(0, 0xFFFFFF))
def test_an_accent_is_dark_enough_for_words(colour: int) -> None:
    """A company's yellow would make every heading vanish on white paper."""
    code = ink(f"#{colour:06X}")[1:]
    parts = [int(code[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    light = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    assert 1.05 / (light + 0.05) >= 4.49


@given(
    st.integers(1, 12).flatmap(
        lambda n: st.lists(st.lists(CELLS, min_size=n, max_size=n), max_size=5)
    )
)
def test_columns_fill_the_room_whatever_stands_in_them(rows: list[list[str]]) -> None:
    """Columns wider than the page would lose their last numbers at its edge."""
    columns = tuple(Column(f"c{place}") for place in range(len(rows[0]) if rows else 3))
    layout = lay_out(Table("", columns, tuple(map(tuple, rows))), 480, sizes=(9, 7))
    assert sum(layout.widths) == pytest.approx(480)
    assert min(layout.widths) > 2 * layout.pad
    assert all(layout.lines(cells) >= 1 for cells in layout.body)


def test_numbers_keep_their_line_beside_sentences() -> None:
    """An interval broken over two lines is read as two numbers."""
    table = Table(
        "",
        (Column("What"), Column("95 % CI")),
        (("words " * 60, "0.31 (0.06 to 0.71)"),),
    )
    numbers = Table("", (Column("What"), Column("n", "count")), (("words " * 60, 12345678901),))
    layout = lay_out(numbers, 300, sizes=(9,))
    assert layout.widths[1] > 11 * 0.55 * 9
    assert lay_out(table, 480, sizes=(9, 7)).size == 9


@given(st.text(max_size=300), st.floats(1, 60), st.integers(1, 5))
def test_pieces_lose_no_word(text: str, letters: float, lines: int) -> None:
    """A paragraph that goes on on the next slide must be whole."""
    kept = "".join("".join(pieces_of(text, letters, lines)).split())
    assert kept == "".join(text.split())


def test_capitals_are_wider_than_small_letters() -> None:
    """ANCOVA measured as six narrow letters would break in its last."""
    assert letters_of("ANCOVA") > 1.2 * letters_of("ancova")


def test_letters_shrink_before_words_break() -> None:
    """Twelve columns at full size would cut every name in pieces."""
    columns = tuple(Column(f"measurement {place}") for place in range(12))
    assert lay_out(Table("", columns, ()), 480, sizes=(9, 7, 5)).size < 9


def test_a_package_loses_its_dates() -> None:
    """With dates, the hash of a kept report could never be checked against a new rendering."""
    file = BytesIO()
    with ZipFile(file, "w") as package:
        package.writestr("a.xml", "words")
    with ZipFile(BytesIO(undated(file.getvalue()))) as again:
        assert again.read("a.xml") == b"words"
        assert again.infolist()[0].date_time == (1980, 1, 1, 0, 0, 0)


def test_properties_have_the_report_s_own_time() -> None:
    """A file whose properties name the rendering's time differs each time it is rendered."""
    properties = SimpleNamespace()
    describe(properties, sample_report())
    assert (
        properties.created
        == properties.modified
        == datetime(2026, 3, 1, 9, 5, tzinfo=UTC).replace(tzinfo=None)
    )
    assert properties.author == "Ada (not verified)"
