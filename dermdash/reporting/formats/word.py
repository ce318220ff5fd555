"""A report as a Word file that people go on writing in: styles, captions, tables, contents.

The door of python-docx, with its neighbours ``word_*``; loaded when a report is rendered.
"""

from collections.abc import Iterator
from io import BytesIO

import docx
from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Mm

from dermdash.reporting.blocks import (
    Attachment,
    Block,
    Bullets,
    Content,
    Figure,
    Paragraph,
    Picture,
    Table,
    names_of,
)
from dermdash.reporting.formats.office import application, describe, shortened, undated
from dermdash.reporting.formats.word_page import number_pages
from dermdash.reporting.formats.word_pictures import Pictures, fitted, placed
from dermdash.reporting.formats.word_styles import define_styles, settle
from dermdash.reporting.formats.word_tables import table_element
from dermdash.reporting.formats.word_xml import bookmarked, field, link, made, paragraph, run
from dermdash.reporting.report import Report

STYLES = {"body": "Normal", "lead": "Lead", "note": "Note", "warning": "Warning"}
UNUSED = ("stylesWithEffects", "customXml", "thumbnail")  # parts of the template


def write(report: Report) -> bytes:
    """The report as DOCX; the same report gives the same bytes."""
    document = docx.Document()
    _clear(document, report)
    define_styles(document, report.brand.accent)
    settle(document)
    number_pages(document, report)
    describe(document.core_properties, report)
    writer = _Writer(document, report)
    last = document.element.body.sectPr
    for element in writer.elements():
        last.addprevious(element)
    file = BytesIO()
    document.save(file)
    return undated(file.getvalue())


class _Writer:
    """Turns a report into elements, counting its figures and tables."""

    def __init__(self, document: Document, report: Report) -> None:
        self._document = document
        self._report = report
        self._pictures = Pictures(document)
        self._counts = {"Figure": 0, "Table": 0}

    def elements(self) -> Iterator[BaseOxmlElement]:
        yield from self._head()
        yield from self._contents()
        yield paragraph("Normal", made("w:r", made("w:br", type="page")))
        for number, content in enumerate(self._report.sections, 1):
            yield from self._section(number, content)

    def _head(self) -> Iterator[BaseOxmlElement]:
        report = self._report
        if report.brand.logo:
            logo = fitted(self._document.part, report.brand.logo, Mm(60), Mm(18))
            yield paragraph("Company", placed(logo, 9000, report.brand.company or "Logo"))
        if report.brand.company:
            yield paragraph("Company", run(report.brand.company))
        yield paragraph("Title", run(report.title))
        yield paragraph("Subtitle", run(names_of(report.studies)))
        if report.mark:
            yield paragraph("Mark", run(report.mark))
        yield paragraph("Note", run(f"Made {report.made} by {report.made_by}\n{report.software}"))

    def _contents(self) -> Iterator[BaseOxmlElement]:
        """The field that lists the sections, and their list for programs that do not update it."""
        yield paragraph("TOCHeading", run("Contents"))
        begin, *code, _shown, end = field(r'TOC \o "1-1" \h \z \u', "", stale=True)
        sections = self._report.sections
        for number, content in enumerate(sections, 1):
            page = field(f"PAGEREF {_place(number)} \\h", "")
            entry = link(_place(number), run(shortened(content.title, 90)), run("\t"), *page)
            before = [begin, *code] if number == 1 else []
            after = [end] if number == len(sections) else []
            yield paragraph("TOC1", *before, entry, *after)

    def _section(self, number: int, content: Content) -> Iterator[BaseOxmlElement]:
        yield paragraph("Heading1", *bookmarked(_place(number), number, run(content.title)))
        styles = {block.style for block in content.of(Paragraph)}
        if "lead" not in styles and content.message != content.title:
            yield paragraph("Lead", run(content.message))
        for block in content.blocks:
            yield from self._block(block)

    def _block(self, block: Block) -> Iterator[BaseOxmlElement]:
        match block:
            case Paragraph():
                yield paragraph(STYLES[block.style], run(block.text))
            case Bullets():
                yield from (paragraph("ListBullet", run(item)) for item in block.items)
            case Table():
                yield self._caption("Table", block.caption)
                yield table_element(block)
                yield paragraph("TableNote", run(block.note))
            case Figure():
                yield paragraph("Figure", self._pictures.figure(block, self._report.mark))
                yield self._caption("Figure", block.caption)
            case Picture():
                yield paragraph("Figure", self._pictures.picture(block))
                yield self._caption("Figure", block.caption)
            case Attachment():
                pass  # travels with the formats of data

    def _caption(self, kind: str, words: str) -> BaseOxmlElement:
        self._counts[kind] += 1
        number = field(f"SEQ {kind} \\* ARABIC", str(self._counts[kind]), bold=True)
        style = {"Figure": "Caption", "Table": "TableCaption"}[kind]
        return paragraph(style, run(f"{kind} ", bold=True), *number, run(f"  {words}"))


def _place(number: int) -> str:
    """The bookmark of a section."""
    return f"_Toc{number:08d}"


def _clear(document: Document, report: Report) -> None:
    """Take out of the template what is not ours, and say who wrote the file."""
    for owner in (document.part.package, document.part):
        for key, relation in list(owner.rels.items()):
            if relation.reltype.rpartition("/")[2] in UNUSED:
                del owner.rels[key]
    program = document.part.package.part_related_by(RELATIONSHIP_TYPE.EXTENDED_PROPERTIES)
    program._blob = application(report.brand.company)
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(20)
    section.top_margin, section.bottom_margin = Mm(26), Mm(22)
    section.header_distance, section.footer_distance = Mm(11), Mm(10)
    grid = document.element.body.sectPr.find(qn("w:docGrid"))
    grid.getparent().remove(grid)
