"""A report as slides: one message each, charts that can be edited, the words in the notes.

The door of python-pptx, with its neighbours ``slides_*``; loaded when a report is rendered.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from dermdash.reporting.blocks import Bullets, Content, Figure, Paragraph, Picture, Table, names_of
from dermdash.reporting.figures import print as printed
from dermdash.reporting.formats.office import GREY, describe, ink, shortened, undated
from dermdash.reporting.formats.slides_charts import can_chart, put_chart
from dermdash.reporting.formats.slides_master import (
    COVER,
    COVER_STUDIES,
    COVER_TITLE,
    MARGIN,
    TEXT,
    new_deck,
)
from dermdash.reporting.formats.slides_page import (
    add_page,
    describe_shape,
    put_mark,
    put_notes,
    room_between,
    small_print,
    titled,
)
from dermdash.reporting.formats.slides_tables import put_table, table_pages
from dermdash.reporting.formats.slides_text import Words, put_words, text_pages
from dermdash.reporting.formats.slides_xml import Box, Look, fill, paragraph, write_box
from dermdash.reporting.report import Report

COVER_SIZES = (40, 36, 32, 28, 24, 20, 16)
LOGO = Box(MARGIN + 24, 64, 170, 56)
LONGEST_WARNING, MOST_WARNINGS = 260, 4  # letters, lines; all of them are in the notes
PIXELS_A_POINT = 96 / 72  # of pictures of pixels, which say nothing of their size
CONTINUED = " (continued)"
Shown = Table | Figure | Picture


def write(report: Report) -> bytes:
    """The report as PPTX; the same report gives the same bytes."""
    deck = new_deck(report.brand)
    describe(deck.core_properties, report)
    _cover(deck, report)
    for content in report.sections:
        _Section(deck, report, content).write()
    file = BytesIO()
    deck.save(file)
    return undated(file.getvalue())


def _cover(deck: Any, report: Report) -> None:
    brand = report.brand
    slide = deck.slides.add_slide(deck.slide_layouts[COVER])
    title, studies = slide.placeholders
    fill(title._element.txBody, [titled(report.title, COVER_TITLE, COVER_SIZES)])
    words = titled(
        names_of(report.studies), COVER_STUDIES, (20, 18, 16, 14, 12), colour=GREY, bold=False
    )
    fill(studies._element.txBody, [words])
    put_mark(slide, report)
    left = LOGO.left
    if brand.logo:
        logo = _put_picture(slide, brand.logo, LOGO, centred=False)
        describe_shape(logo, brand.company or "Logo")
        left += logo.width / 12700 + 16
    if brand.company:
        box = Box(left, LOGO.top, TEXT / 2, LOGO.height)
        look = Look(16, ink(brand.accent), bold=True)
        write_box(slide, "Company", box, [paragraph(brand.company, look)], anchor="ctr")
    made = Look(11, GREY, after=3)
    said = [paragraph(f"Made {report.made} by {report.made_by}", made)]
    said.append(paragraph(report.software, Look(9, GREY)))
    write_box(slide, "Made", Box(MARGIN + 24, 430, TEXT - 24, 60), said, anchor="b")


@dataclass(slots=True)
class _Section:
    """One section of the report, on as many slides as it needs."""

    deck: Any
    report: Report
    content: Content
    written: int = 0

    def write(self) -> None:
        shown = [block for block in self.content.blocks if isinstance(block, Shown)]
        for number, words in enumerate(self._texts(points_only=bool(shown))):
            put_words(self._page((), (), continued=number > 0), words, self._room(()))
        for block in shown:
            if isinstance(block, Table):
                self._table(block)
            else:
                self._figure(block)
        if not self.written:
            self._page((), ())

    def _texts(self, *, points_only: bool) -> list[list[Words]]:
        if points_only and not self.content.of(Bullets):
            return []
        box, accent = self._room(()), self.report.brand.accent
        return text_pages(self.content, box, accent=accent, points_only=points_only)

    def _figure(self, block: Figure | Picture) -> None:
        below = small_print([block.caption, *self._notes()])
        box = self._room(below)
        slide = self._page([block.caption], below)
        mark = self.report.mark
        if isinstance(block, Picture):
            shape = _put_picture(slide, block.png, box)
        elif can_chart(block):
            shape = put_chart(slide, block, box, mark=mark, accent=self.report.brand.accent)
        else:
            shape = _put_picture(slide, printed.save(block.on(printed), "png", mark=mark), box)
        describe_shape(shape, block.alt)

    def _table(self, block: Table) -> None:
        below = small_print([block.caption, block.note, *self._notes()])
        accent = ink(self.report.brand.accent)
        box = self._room(below)
        pages = list(table_pages(block, box))
        for number, rows in enumerate(pages):
            said = [block.caption, block.note]
            slide = self._page(
                said, below, rows=rows.words if len(pages) > 1 else "", continued=number > 0
            )
            describe_shape(put_table(slide, rows, box, accent=accent), block.caption)

    def _page(
        self,
        said: Sequence[str],
        below: Sequence[str],
        *,
        rows: str = "",
        continued: bool = False,
    ) -> Any:
        """The next slide; the section's words are in the notes of its first."""
        content, first = self.content, self.written == 0
        title = f"{self._message}{CONTINUED}" if continued else self._message
        kicker = "  ·  ".join(part for part in (shortened(content.title, 44), rows) if part)
        slide = add_page(
            self.deck, self.report, title, kicker, below=below, warnings=self._warnings()
        )
        put_notes(slide, [self._message, *(self._words() if first else []), *said])
        self.written += 1
        return slide

    @property
    def _message(self) -> str:
        return self.content.message or self.content.title

    def _words(self) -> Iterator[str]:
        for block in self.content.blocks:
            if isinstance(block, Paragraph) and block.text != self.content.message:
                yield block.text
            elif isinstance(block, Bullets):
                yield from (f"• {item}" for item in block.items)

    def _room(self, below: Sequence[str]) -> Box:
        """For one figure or table, under a title that may be continued."""
        return room_between(f"{self._message}{CONTINUED}", below, self._warnings())

    def _notes(self) -> list[str]:
        return [block.text for block in self.content.of(Paragraph) if block.style == "note"]

    def _warnings(self) -> list[str]:
        """What must be seen stands on every slide of its section."""
        said = [block.text for block in self.content.of(Paragraph) if block.style == "warning"]
        return [shortened(text, LONGEST_WARNING) for text in said[:MOST_WARNINGS]]


def _put_picture(slide: Any, png: bytes, box: Box, *, centred: bool = True) -> Any:
    """A picture as large as its box allows; one of few pixels is not blown up."""
    shape = slide.shapes.add_picture(BytesIO(png), 0, 0)
    wide, high = shape.image.size
    scale = min(1 / PIXELS_A_POINT, box.width / wide, box.height / high)
    width, height = wide * scale, high * scale
    left = box.left + (box.width - width) / 2 if centred else box.left
    top = box.top + (box.height - height) / 2
    shape.left, shape.top, shape.width, shape.height = Box(left, top, width, height).emus
    return shape
