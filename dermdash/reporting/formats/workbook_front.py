"""The first sheet of a workbook: what it is, what it says, and which sheets it has."""

from collections.abc import Sequence
from io import BytesIO
from struct import unpack

from dermdash.reporting.blocks import names_of
from dermdash.reporting.formats.sheets import Sheet
from dermdash.reporting.formats.workbook_pen import Pen
from dermdash.reporting.report import Report

WIDTHS = (24, 34, 90)  # of the columns, in letters
LOGO = 44  # height of the logo in pixels
HOW = (
    "On every other sheet row 1 is the mark, row 2 says what it shows, row 3 names the columns.",
    "In pandas: read_excel(path, sheet_name=..., header=2).",
    "Numbers have all their digits; what is seen is rounded. An empty cell is a missing value, "
    "never 0.",
    "Texts are kept as texts, never as formulas. Scripts travel with the ZIP.",
)


def write_front(pen: Pen, report: Report, sheets: Sequence[Sheet]) -> None:
    """Head, messages of the sections, how to read, list of sheets."""
    pen.page.hide_gridlines(2)
    for place, width in enumerate(WIDTHS):
        pen.page.set_column(place, place, width)
    pen.text(0, 0, report.mark, pen.styles.mark)
    pen.page.set_row(1, 30)
    pen.text(1, 0, report.title, pen.styles.title)
    if report.brand.logo:
        _place_logo(pen, report.brand.logo)
    row = _facts(pen, report)
    row = _heading(pen, row + 1, "What the report says")
    for content in report.sections:
        pen.page.merge_range(row, 1, row, 2, "", pen.styles.words)
        pen.text(row, 0, content.title, pen.styles.words)
        pen.text(row, 1, content.message, pen.styles.words)
        pen.fit(row, (content.title, WIDTHS[0]), (content.message, sum(WIDTHS[1:])))
        row += 1
    row = _heading(pen, row + 1, "How to read the sheets")
    for line in HOW:
        pen.text(row, 0, line, pen.styles.line)
        row += 1
    row = _heading(pen, row + 1, "Sheets")
    for sheet in sheets:
        pen.page.write_url(row, 0, f"internal:'{sheet.name}'!A1", pen.styles.link, sheet.name)
        pen.text(row, 1, sheet.section, pen.styles.words)
        pen.text(row, 2, sheet.about, pen.styles.words)
        pen.fit(row, (sheet.section, WIDTHS[1]), (sheet.about, WIDTHS[2]))
        row += 1


def _facts(pen: Pen, report: Report) -> int:
    row = 3
    for label, value in (
        ("Company", report.brand.company),
        ("Studies", names_of(report.studies)),
        ("Made by", f"{report.made_by}, {report.made}"),
        ("Software", report.software),
    ):
        if value:
            pen.text(row, 0, label, pen.styles.label)
            pen.text(row, 1, value, pen.styles.line)
            row += 1
    return row


def _heading(pen: Pen, row: int, words: str) -> int:
    pen.page.set_row(row, 22)
    for place in range(len(WIDTHS)):
        pen.page.write_blank(row, place, None, pen.styles.heading)
    pen.text(row, 0, words, pen.styles.heading)
    return row + 1


def _place_logo(pen: Pen, png: bytes) -> None:
    """At the right of the head, as high as two lines; a PNG says its size in its first bytes."""
    scale = LOGO / max(unpack(">II", png[16:24])[1], 1)
    pen.page.insert_image(
        0,
        len(WIDTHS),
        "logo.png",
        {"image_data": BytesIO(png), "x_scale": scale, "y_scale": scale, "description": "Logo"},
    )
