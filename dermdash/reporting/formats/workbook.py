"""A report as an Excel workbook of tidy sheets; the only file with XlsxWriter.

Each sheet has the report's mark in row 1, what it shows in row 2, and its table from row 3 on, so
that ``pandas.read_excel(path, sheet_name=..., header=2)`` reads it back.
"""

from io import BytesIO
from typing import Any

import xlsxwriter

from dermdash.reporting.blocks import Form, names_of, written
from dermdash.reporting.formats.office import breadth, ink, shortened
from dermdash.reporting.formats.sheets import HEAD, OURS, Sheet, sheets_of
from dermdash.reporting.formats.visible import visible
from dermdash.reporting.formats.workbook_front import write_front
from dermdash.reporting.formats.workbook_pen import Pen, Styles
from dermdash.reporting.report import Report

OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
NARROW, WIDE, SEEN_ROWS = 9, 60, 300  # widths in letters; rows that are measured
LONGEST_PROPERTY, LONGEST_HEADER = 255, 100  # letters
A4 = 9


def write(report: Report) -> bytes:
    """The report as an .xlsx file: the same bytes for the same report.

    Raises
    ------
    InputError
        A table has more columns than a sheet can hold.
    """
    sheets = sheets_of(report)
    file = BytesIO()
    with xlsxwriter.Workbook(file, OPTIONS) as book:
        book.set_properties(_properties(report))
        styles = Styles(book, ink(report.brand.accent))
        front = book.add_worksheet(OURS[0])
        _set_up(front, report)
        write_front(Pen(front, styles), report, sheets)
        for sheet in sheets:
            page = book.add_worksheet(sheet.name)
            _set_up(page, report)
            _write_sheet(Pen(page, styles), sheet, report.mark)
    return file.getvalue()


def _properties(report: Report) -> dict[str, Any]:
    words = {
        "title": report.title,
        "subject": names_of(report.studies),
        "author": report.made_by,
        "company": report.brand.company,
        "keywords": report.mark,
        "comments": report.software,
    }
    short = {name: shortened(text, LONGEST_PROPERTY) for name, text in words.items()}
    return {**short, "created": report.made_at.replace(tzinfo=None, microsecond=0)}


def _set_up(page: Any, report: Report) -> None:
    """Paper: A4 across, as wide as one page, the mark over and the number under each."""
    page.set_paper(A4)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.set_margins(left=0.5, right=0.5, top=0.8, bottom=0.7)
    title, mark = (
        shortened(words, LONGEST_HEADER).replace("&", "&&") for words in (report.title, report.mark)
    )
    page.set_header(f"&L&8 {title[:LONGEST_HEADER]}&R&8 {mark[:LONGEST_HEADER]}")
    page.set_footer(f"&L&8 {report.made}&C&8 &A&R&8 &P / &N")


def _write_sheet(pen: Pen, sheet: Sheet, mark: str) -> None:
    last = HEAD + max(len(sheet.rows), 1)
    pen.text(0, 0, mark, pen.styles.mark)
    pen.text(1, 0, sheet.about, pen.styles.about)
    widths = [_width(sheet, place) for place in range(len(sheet.columns))]
    wrapped = max(widths, default=0) > WIDE
    for place, (column, width) in enumerate(zip(sheet.columns, widths, strict=True)):
        pen.page.set_column(place, place, min(width, WIDE))
        pen.text(HEAD, place, column.name, pen.styles.header(column))
    for number, row in enumerate(sheet.rows, start=HEAD + 1):
        for place, (cell, column) in enumerate(zip(row, sheet.columns, strict=True)):
            pen.cell(number, place, cell, column.form, wrap=widths[place] > WIDE)
        texts = [cell for cell in row if isinstance(cell, str)]
        if wrapped and texts:
            pen.fit(number, *((text, WIDE) for text in texts))
    pen.page.freeze_panes(HEAD + 1, 0)
    pen.page.repeat_rows(0, HEAD)
    if sheet.columns:
        pen.page.autofilter(HEAD, 0, last, len(sheet.columns) - 1)
        pen.page.ignore_errors({"number_stored_as_text": f"A1:XFD{last + 1}"})


def _width(sheet: Sheet, place: int) -> int:
    """In letters, by what is seen of the first rows; above WIDE a text is wrapped."""
    column = sheet.columns[place]
    shown = (_shown(row[place], column.form) for row in sheet.rows[:SEEN_ROWS])
    longest = max((breadth(line) for words in shown for line in words.split("\n")), default=0)
    name = min(breadth(visible(column.name)) + 3, WIDE // 2)
    return max(NARROW, name, longest + 2)


def _shown(cell: Any, form: Form) -> str:
    if isinstance(cell, float) and form in ("number", "text"):
        return "0.123456"
    return written(cell, form)
