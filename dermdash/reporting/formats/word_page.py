"""What stands on every page of a Word report: whose it is, what must be said, which page."""

from docx.document import Document
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.section import _Header
from docx.shared import Mm

from dermdash.reporting.formats.office import RULE, bare, ink, shortened
from dermdash.reporting.formats.word_pictures import fitted, placed
from dermdash.reporting.formats.word_tables import plain_table
from dermdash.reporting.formats.word_xml import field, made, paragraph, run
from dermdash.reporting.report import Report

LOGO = 9001  # the number of its picture: apart from those of figures


def number_pages(document: Document, report: Report) -> None:
    """Fill the headers and footers: the first page says in its title whose report it is."""
    section = document.sections[0]
    section.different_first_page_header_footer = True
    _head(section.first_page_header, report, [])
    _head(section.header, report, _owner(section.header, report))
    for footer in (section.first_page_footer, section.footer):
        body = footer._element
        for empty in list(body):
            body.remove(empty)
        body.append(_foot(report))


def _owner(header: _Header, report: Report) -> list[BaseOxmlElement]:
    """Logo and company, small."""
    brand = report.brand
    shown = []
    if brand.logo:
        picture = fitted(header.part, brand.logo, Mm(40), Mm(7))
        shown.append(placed(picture, LOGO, brand.company or "Logo"))
    if brand.company:
        shown.append(run(f"{'   ' if shown else ''}{shortened(brand.company, 40)}"))
    return shown


def _head(header: _Header, report: Report, owner: list[BaseOxmlElement]) -> None:
    mark = paragraph("Header", run(report.mark, bold=True, colour=ink(report.brand.accent)))
    mark[0].append(made("w:jc", val="right"))
    line = bare(RULE) if owner else ""
    cells = ([paragraph("Header", *owner)], [mark])
    header._element.insert(0, plain_table(cells, (0.34, 0.66), line=line))


def _foot(report: Report) -> BaseOxmlElement:
    return paragraph(
        "Footer",
        run(f"{shortened(report.title, 56)}  ·  {report.made}"),
        run("\tPage "),
        *field("PAGE", "1"),
        run(" of "),
        *field("NUMPAGES", "1"),
    )
