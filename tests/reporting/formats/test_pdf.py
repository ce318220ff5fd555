"""The PDF is what a client holds in hand: complete, marked, readable, the same each time."""

import re
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dermdash.reporting.blocks import Bullets, Content, Paragraph, Picture, Table, table_of
from dermdash.reporting.formats.pdf import write
from dermdash.reporting.report import Brand, Report
from tests.support.reports import (
    MARK,
    NASTY,
    heatmap_figure,
    long_table,
    nasty_report,
    png,
    sample_report,
)

BRACKET_WORD = re.compile(
    r'<word xMin="([\d.-]+)" yMin="[\d.-]+" xMax="([\d.-]+)" yMax="[\d.-]+">(.*?)</word>'
)


def poppler(program: str, pdf: bytes, folder: Path, *words: str) -> str:
    """What one of poppler's programs says of a PDF."""
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed (apt-get install poppler-utils)")
    path = folder / "report.pdf"
    path.write_bytes(pdf)
    end = ("-",) if program == "pdftotext" else ()
    done = subprocess.run([program, *words, path, *end], capture_output=True, text=True, check=True)
    return done.stdout


@cache
def sample() -> bytes:
    return write(sample_report())


@cache
def nasty() -> bytes:
    return write(nasty_report())


def only(*blocks: Paragraph | Bullets | Table | Picture, title: str = "Title") -> Report:
    report = sample_report()
    return replace(report, title=title, contents=(Content("One", "m", blocks),))


def test_the_same_report_is_the_same_bytes() -> None:
    """A hash in the audit would not match the file made again."""
    assert write(sample_report()) == sample()
    other = replace(sample_report(), title="Another")
    assert write(other) != sample()


def test_when_it_was_made_is_the_reports_time() -> None:
    """The PDF would tell another time than its first page."""
    aware = replace(sample_report(), made_at=sample_report().made_at.replace(tzinfo=UTC))
    assert write(aware) == sample()
    assert b"<xmp:CreateDate>2026-03-01T09:05:00Z" in sample()


def test_it_says_that_it_is_archived_and_read_aloud() -> None:
    """An archive refuses it, and a screen reader finds no headings."""
    for pdf in (sample(), nasty()):
        assert b"<pdfaid:part>2<" in pdf
        assert b"<pdfaid:conformance>A<" in pdf
        assert b"<pdfuaid:part>1<" in pdf


def test_headings_tables_and_figures_are_tagged(tmp_path: Path) -> None:
    """Somebody who cannot see would hear one long line."""
    tree = poppler("pdfinfo", sample(), tmp_path, "-struct")
    assert tree.count("H1") == 3
    assert tree.count("Figure") >= 4
    for one in ("TOC", "Table", "THead", "TH", "Caption", "LBody"):
        assert re.search(rf"^ *{one}\b", tree, re.MULTILINE), one


def test_every_picture_is_told_to_those_who_cannot_see_it() -> None:
    """A screen reader would say "figure" and no more."""
    for pdf, n in ((sample(), 4), (nasty(), 4)):
        figures = re.findall(rb"/S/Figure.{0,60}", pdf)
        assert len(figures) == n
        assert all(b"/Alt" in figure for figure in figures)
    assert b"/Alt(Two lines that rise over the visits.)" in sample()


def test_every_font_is_embedded(tmp_path: Path) -> None:
    """Another machine would print other letters."""
    lines = poppler("pdffonts", nasty(), tmp_path).splitlines()[2:]
    assert lines
    for line in lines:
        assert re.search(r"\s(yes)\s+(yes)\s+(yes)\s+\d+\s+\d+$", line), line


def test_figures_are_vectors(tmp_path: Path) -> None:
    """A printed figure would be blurred; only the logo and the slice are pixels."""
    assert len(poppler("pdfimages", sample(), tmp_path, "-list").splitlines()[2:]) == 2


def test_each_page_says_what_it_is(tmp_path: Path) -> None:
    """A page taken out alone would pass for a real result."""
    pages = poppler("pdftotext", sample(), tmp_path, "-layout").split("\f")[:-1]
    assert len(pages) > 3
    for number, page in enumerate(pages, 1):
        assert MARK in page
        assert "Firming serum" in page
        assert f"{number}/{len(pages)}" in page.replace(" ", "")


def test_all_of_the_report_is_there(tmp_path: Path) -> None:
    """A block left out is a result left out."""
    text = " ".join(poppler("pdftotext", sample(), tmp_path, "-layout").split())
    for words in (
        "Laboratoire Été",
        "Ada (not verified)",
        "2026-03-01 09:05 UTC",
        "dermdash 0.1.0, numpy 2.4",
        "active rose 0.31 more than placebo (95 % CI 0.06 to 0.56, p = .018).",
        "Fragile: 5 µm deeper it is not significant.",
        "• active: 12 subjects",
        "Figure 2 Change since baseline",
        "Table 1 Differences between arms",
        "active − placebo 0.31 .018",
        "none – –",
        "Two-sided at .05.",
        "ns: not significant.",
        "scores: One row a subject and visit.",
        "0af3" * 16,
    ):
        assert words in text, words


def test_a_long_table_repeats_its_head_and_loses_no_row(tmp_path: Path) -> None:
    """The reader of the second page would not know which column is which."""
    report = replace(sample_report(), contents=(long_table(120),))
    pages = poppler("pdftotext", write(report), tmp_path, "-layout").split("\f")
    with_rows = [page for page in pages if "S-0" in page or "S-1" in page]
    assert len(with_rows) >= 3
    assert all(re.search(r"Subject\s+Arm\s+Expected grade\s+Scans", page) for page in with_rows)
    assert re.findall(r"S-\d{3}", "".join(pages)) == [f"S-{number:03d}" for number in range(120)]


def test_a_table_wider_than_any_page_loses_no_column(tmp_path: Path) -> None:
    """Sixty columns of one row: each number is printed once, beside its subject."""
    row = {"Subject": "S1"} | {f"c{number}": number + 0.25 for number in range(60)}
    text = poppler("pdftotext", write(only(table_of(pd.DataFrame([row]), "Wide"))), tmp_path)
    for number in range(60):
        assert text.split().count(f"{number}.25") == 1
    assert text.split().count("S1") == len(re.findall(r"part \d of", text)) > 1


def test_nothing_that_users_wrote_is_markup(tmp_path: Path) -> None:
    """A product called ``#import`` would break the report, or read a file of the server."""
    text = " ".join(poppler("pdftotext", nasty(), tmp_path, "-layout").split())
    for name in NASTY:
        if name.isascii() and len(name) < 60:
            assert f"{name}: 12 subjects" in text
    assert "לפני" in text
    assert "U+808C U+306E" in text
    assert re.search(r"Letters shown by their code .* U\+2728 sparkles", text)


def test_no_word_runs_off_the_page(tmp_path: Path) -> None:
    """A name of 180 letters would lie over the numbers beside it, or outside the paper."""
    name = "x" * 180
    wide = pd.DataFrame({f"{name}{n}": [0.5] for n in range(9)}).assign(arm=name)
    report = only(
        Paragraph(name, "lead"),
        Paragraph(name, "warning"),
        Bullets((name,)),
        table_of(wide, name, note=name),
        Picture(png(), name, name),
        title=name,
    )
    report = replace(report, studies=(name, name), made_by=name, brand=Brand(company=name))
    for pdf in (nasty(), write(report)):
        boxes = poppler("pdftotext", pdf, tmp_path, "-bbox")
        for page in boxes.split("<page ")[1:]:
            across = float(page.partition('width="')[2].partition('"')[0])
            for left, right, word in BRACKET_WORD.findall(page):
                assert float(left) >= 50, word
                assert float(right) <= across - 50, word


def test_a_table_without_rows_says_so(tmp_path: Path) -> None:
    """An empty table looks like a page that failed."""
    empty = table_of(pd.DataFrame({"Arm": []}), "Nobody")
    columnless = table_of(pd.DataFrame(), "Nothing")
    text = poppler("pdftotext", write(only(empty, columnless)), tmp_path)
    assert "No rows." in text
    assert "Nothing: no columns." in text


def test_a_report_without_brand_mark_or_title_still_stands(tmp_path: Path) -> None:
    """A first report is made before anybody sets a company or a logo."""
    report = replace(only(Paragraph("Words."), title="  "), brand=Brand(), mark="", studies=())
    text = poppler("pdftotext", write(report), tmp_path)
    assert "Report" in text
    assert "Words." in text


@settings(max_examples=20, deadline=None)
@given(text=st.text(max_size=40))
def test_any_text_can_be_printed(text: str) -> None:
    """One odd letter in one name, and the whole report fails."""
    table = table_of(pd.DataFrame({f"c{text}": [text]}), text, note=text)
    report = only(Paragraph(text), Bullets((text,)), table, title=text)
    assert write(replace(report, made_by=text, studies=(text,))).startswith(b"%PDF-1.7")


def test_words_of_a_full_table_are_printed_whole(tmp_path: Path) -> None:
    """The widths that words are given are estimates: too narrow, and letters fall to a next line.

    Words of wide and of narrow letters, in a table of as many columns as fit.
    """
    words = ("Dunnett", "WWWMMM", "illicit", "Brown-Forsythe", "0.12345", "Größe", "SHA-256")
    twice = {f"{word} {number}": word for number, word in enumerate(words * 2)}
    table = table_of(pd.DataFrame([twice]), "Words")
    found = poppler("pdftotext", write(only(table)), tmp_path, "-layout").split()
    for word in words:
        assert word in found or word.endswith("Forsythe"), word


def test_a_section_starts_on_the_page_of_its_first_figure(tmp_path: Path) -> None:
    """A title at the foot of a page, and what it is about on the next."""
    notes = (Paragraph("It rose.", "lead"), Paragraph("Exploratory.", "note"))
    heatmap = Content("Heatmap", "m", (*notes, heatmap_figure(("a", "b"))))
    for n in (10, 12, 14):
        filling = tuple(Paragraph("Filling. " * 40) for _ in range(n))
        report = replace(sample_report(), contents=(Content("One", "m", filling), heatmap))
        pages = poppler("pdftotext", write(report), tmp_path, "-layout").split("\f")[1:]
        (titled,) = [page for page in pages if re.search(r"^ *2 +Heatmap", page, re.MULTILINE)]
        assert "Figure 1" in titled
