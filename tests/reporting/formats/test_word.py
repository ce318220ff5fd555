"""Reports as Word files: what people edit and sign must hold every number, mark and name."""

import subprocess
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from shutil import which
from zipfile import ZipFile

import docx
import pytest
from docx.document import Document
from docx.oxml.ns import qn

from dermdash.reporting.blocks import Column, Content, Paragraph, Table
from dermdash.reporting.formats import word
from dermdash.reporting.report import Report, render
from tests.support.reports import MADE_AT, MARK, NASTY, nasty_report, sample_report


@pytest.fixture(scope="module")
def sample() -> Document:
    return opened(sample_report())


@pytest.fixture(scope="module")
def nasty() -> Document:
    return opened(nasty_report())


def opened(report: Report) -> Document:
    return docx.Document(BytesIO(render(report, "docx")))


def styled(document: Document, style: str) -> list[str]:
    return [one.text for one in document.paragraphs if one.style and one.style.name == style]


def test_sections_are_headings_and_provenance_is_last(sample: Document) -> None:
    """Without real headings neither contents nor navigation work."""
    assert styled(sample, "Heading 1") == [
        "Change of active against placebo",
        "Subjects",
        "Provenance",
    ]
    assert styled(sample, "Title") == ["Firming serum: active"]


def test_paragraphs_keep_their_part(sample: Document) -> None:
    """A warning in the look of body text would be read over."""
    assert styled(sample, "Warning") == ["Fragile: 5 µm deeper it is not significant."]
    assert styled(sample, "Lead")[0] == "active rose 0.31 more than placebo."
    assert styled(sample, "List Bullet") == ["placebo: 12 subjects", "active: 12 subjects"]


def test_a_section_without_a_lead_opens_with_its_message(sample: Document) -> None:
    """A section of a table alone would not say what it shows."""
    assert "60 subjects." in styled(sample, "Lead")


def test_contents_are_a_field_with_the_sections_already_in_it(sample: Document) -> None:
    """Programs that do not work fields out would show an empty page of contents."""
    entries = [line.strip() for line in styled(sample, "toc 1")]
    assert entries == styled(sample, "Heading 1")
    codes = [code.text for code in sample.element.iter(qn("w:instrText"))]
    assert any("TOC " in code for code in codes)
    starts = [mark.get(qn("w:name")) for mark in sample.element.iter(qn("w:bookmarkStart"))]
    links = [link.get(qn("w:anchor")) for link in sample.element.iter(qn("w:hyperlink"))]
    assert links == starts


def test_captions_count_by_fields(sample: Document) -> None:
    """Typed numbers would be wrong as soon as somebody moves a figure."""
    assert styled(sample, "Table Caption")[0] == "Table 1  Differences between arms"
    assert [line[:8] for line in styled(sample, "Caption")] == ["Figure 1", "Figure 2", "Figure 3"]
    codes = [code.text for code in sample.element.iter(qn("w:instrText"))]
    assert sum("SEQ Table" in code for code in codes) == 3


def test_tables_hold_the_printed_cells(sample: Document) -> None:
    """A number lost or rounded otherwise than in the other formats."""
    table = sample.tables[0]
    cells = [[cell.text for cell in row.cells] for row in table.rows]
    assert cells[0] == ["Difference", "Estimate", "p"]
    assert cells[1:] == [["active − placebo", "0.31", ".018"], ["none", "–", "–"]]
    assert table.style is not None
    assert table.style.name == "Report Table"


def test_tables_repeat_their_head_and_keep_rows_whole(sample: Document) -> None:
    """The second page of a table without a head is a page of nameless numbers."""
    head, *rows = sample.tables[1].rows
    assert head._tr.trPr.find(qn("w:tblHeader")) is not None
    assert len(rows) == 60
    assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in rows)


def test_numbers_stand_right_and_words_left(sample: Document) -> None:
    """Numbers that do not align cannot be compared by eye."""
    for row in sample.tables[1].rows:
        sides = [cell.paragraphs[0].alignment for cell in row.cells]
        assert [side is not None and side.name == "RIGHT" for side in sides] == [
            False,
            False,
            True,
            True,
        ]


def test_tables_are_as_wide_as_the_text(sample: Document) -> None:
    """Wider tables lose their last columns at the paper's edge."""
    for table in sample.tables:
        widths = [int(column.get(qn("w:w"))) for column in table._tbl.iter(qn("w:gridCol"))]
        assert sum(widths) == pytest.approx(9638, abs=5)


def test_pictures_have_words_for_those_who_cannot_see_them(sample: Document) -> None:
    """A reader with a screen reader would hear "picture 2"."""
    described = [shape._inline.docPr.get("descr") for shape in sample.inline_shapes]
    assert described[1:] == [
        "A column an arm, depth below the DEJ downwards.",
        "Two lines that rise over the visits.",
        "Grey fibres.",
    ]
    numbers = [shape._inline.docPr.get("id") for shape in sample.inline_shapes]
    assert len(set(numbers)) == len(numbers)


def test_figures_fit_the_page_and_are_vectors_too(sample: Document) -> None:
    """A figure past the margin is cut in print; pixels alone blur on a poster."""
    assert max(shape.width.mm for shape in sample.inline_shapes) == pytest.approx(170, abs=0.2)
    with ZipFile(BytesIO(render(sample_report(), "docx"))) as package:
        drawings = [name for name in package.namelist() if name.endswith(".svg")]
        assert len(drawings) == 2
        assert MARK.split(" ·")[0].encode() in package.read("word/header1.xml")


def test_the_mark_and_page_numbers_stand_on_every_page(sample: Document) -> None:
    """One page taken out of a demonstration report could pass for a result."""
    section = sample.sections[0]
    assert section.different_first_page_header_footer
    for header in (section.first_page_header, section.header):
        assert MARK in [cell.text for table in header.tables for cell in table.rows[0].cells]
    for footer in (section.first_page_footer, section.footer):
        codes = [code.text.strip() for code in footer._element.iter(qn("w:instrText"))]
        assert codes == ["PAGE", "NUMPAGES"]
        assert "2026-03-01 09:05 UTC" in footer.paragraphs[0].text


def test_properties_are_the_report_s(sample: Document) -> None:
    """A file that says "python-docx, 2013" looks like somebody else's."""
    properties = sample.core_properties
    assert properties.title == "Firming serum: active"
    assert properties.author == "Ada (not verified)"
    assert properties.created is not None
    assert properties.created.replace(tzinfo=None) == MADE_AT
    assert properties.language == "en-GB"


def test_the_same_report_gives_the_same_bytes() -> None:
    """The hash of a kept report could not be checked."""
    report = sample_report(rows=3)
    first = word.write(report)
    assert first == word.write(report)
    with ZipFile(BytesIO(first)) as package:
        assert {member.date_time[0] for member in package.infolist()} == {1980}
        assert not [name for name in package.namelist() if "thumbnail" in name or "custom" in name]


def test_hostile_names_stay_words(nasty: Document) -> None:
    """A name taken as markup or a field would run, or vanish."""
    bullets = [line.replace("\u200e", "") for line in styled(nasty, "List Bullet")]
    assert bullets == [f"{name}: 12 subjects" for name in NASTY]
    codes = {code.text.split()[0] for code in nasty.element.iter(qn("w:instrText"))}
    assert codes == {"TOC", "PAGEREF", "SEQ"}
    assert styled(nasty, "Title") == [NASTY[1]]


def test_letters_that_xml_refuses_do_not_break_the_file() -> None:
    """One control character from a bar code reader would make the file unreadable."""
    bad = "S\x00\x1b\x0b\ud800\ufffe"
    table = Table(bad, (Column(bad),), ((bad,),), bad)
    content = Content(bad, bad, (Paragraph(bad, "warning"), table))
    report = sample_report(rows=1)
    document = opened(
        replace(report, title=bad, studies=(bad,), mark=bad, made_by=bad, contents=(content,))
    )
    assert document.tables[0].rows[1].cells[0].text == "SU+0000U+001BU+000BU+D800U+FFFE"


def test_a_report_of_nothing_is_still_a_file() -> None:
    """A study without scans would fail instead of saying so."""
    report = sample_report()
    empty = Content("Nothing", "No scan is graded.", (Table("None", (Column("Arm"),), ()),))
    document = opened(replace(report, mark="", studies=(), contents=(empty,)))
    assert styled(document, "Lead")[0] == "No scan is graded."


def test_a_figure_too_heavy_to_draw_is_pixels_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten thousand cells as vectors make Word stand still."""
    from dermdash.reporting.formats import word_pictures

    monkeypatch.setattr(word_pictures, "LARGEST_DRAWING", 10)
    assert b"svg" not in word.write(sample_report(rows=1))


@pytest.mark.skipif(
    not (which("soffice") and which("pdftotext")), reason="soffice and pdftotext are not installed"
)
def test_another_program_shows_every_page_with_its_mark(tmp_path: Path) -> None:
    """A file that only its own library can read."""
    report = sample_report(rows=60)
    pages = pages_of(render(report, "docx"), "docx", tmp_path)
    assert len(pages) >= 4
    assert all(MARK in page for page in pages)
    assert "Page 1 of" in pages[0]
    assert "S-059" in "".join(pages)
    assert sum("Expected grade" in page for page in pages) >= 2


def pages_of(file: bytes, kind: str, folder: Path) -> list[str]:
    """The words of each page, as LibreOffice lays a file out."""
    path = folder / f"report.{kind}"
    path.write_bytes(file)
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder)]
    subprocess.run([*command, str(path)], check=True, capture_output=True, timeout=60)
    words = subprocess.run(
        ["pdftotext", "-layout", str(folder / "report.pdf"), "-"], check=True, capture_output=True
    )
    return words.stdout.decode().split("\f")[:-1]
