"""One slide: its message, what must be said, and room for one figure or table."""

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from pptx.util import Pt

from dermdash.reporting.formats.office import (
    AMBER,
    AMBER_TINT,
    GREY,
    INK,
    ink,
    readable,
    shortened,
)
from dermdash.reporting.formats.office_letters import LETTER
from dermdash.reporting.formats.slides_master import MARGIN, PLAIN, TEXT, TITLE
from dermdash.reporting.formats.slides_xml import (
    LINE,
    Box,
    Look,
    fill,
    height_of,
    number_field,
    paragraph,
    rgb,
    write_box,
)
from dermdash.reporting.report import Report

BOTTOM = 504.0  # of what a slide shows
KICKER, MARK = Box(MARGIN, 22, TEXT * 0.55, 16), Box(MARGIN + TEXT * 0.5, 22, TEXT * 0.5, 16)
TITLE_SIZES = (26, 24, 22, 20, 18, 16, 14)
SMALL = Look(10.5, GREY, after=2)
WARNING = Look(12, AMBER, bold=True, after=2)
GAP, INSIDE = 8.0, 12.0  # points between parts; beside the words of a warning
MOST_SMALL = 4  # lines under a figure or table; the rest is in the notes


def room_between(title: str, below: Sequence[str], warnings: Sequence[str]) -> Box:
    """What title, small print and warnings leave for one figure or table."""
    look = _fitting(title, TITLE, TITLE_SIZES)
    head = min(TITLE.height, height_of(title, Look(look or TITLE_SIZES[-1], bold=True), TEXT))
    top = TITLE.top + head + 2 * GAP
    foot = BOTTOM - _small_height(below) - _warning_height(warnings)
    return Box(MARGIN, top, TEXT, foot - top)


def small_print(words: Sequence[str]) -> list[str]:
    """As much of it as stays small; all of it is in the notes."""
    shown: list[str] = []
    room = MOST_SMALL * SMALL.size * LINE + 4
    for text in (text for text in words if text.strip()):
        needed = height_of(text, SMALL, TEXT)
        if needed > room and not shown:
            cut = shortened(text, int(MOST_SMALL * TEXT / (LETTER * SMALL.size) * 0.85))
            return [cut]
        if needed <= room:
            shown.append(text)
            room -= needed
    return shown


def add_page(
    deck: Any,
    report: Report,
    title: str,
    kicker: str,
    *,
    below: Sequence[str] = (),
    warnings: Sequence[str] = (),
) -> Any:
    """A slide with all but its figure or table.

    kicker : the section that it is of; below : small print; warnings : what must be seen
    """
    slide = deck.slides.add_slide(deck.slide_layouts[PLAIN])
    accent = ink(report.brand.accent)
    fill(slide.shapes.title._element.txBody, [titled(title, TITLE, TITLE_SIZES)])
    write_box(slide, "Section", KICKER, [paragraph(kicker, Look(11, accent, bold=True))])
    put_mark(slide, report)
    if below:
        height = _small_height(below) - GAP
        box = Box(MARGIN, BOTTOM - height, TEXT, height)
        write_box(slide, "Caption", box, [paragraph(text, SMALL) for text in below])
    if warnings:
        _warn(slide, warnings, BOTTOM - _small_height(below))
    _put_footer(slide, report, len(deck.slides))
    return slide


def put_notes(slide: Any, paragraphs: Sequence[str]) -> None:
    """What the speaker reads."""
    words = "\n".join(readable(text) for text in paragraphs if text)
    slide.notes_slide.notes_text_frame.text = words


def _small_height(below: Sequence[str]) -> float:
    return sum(height_of(text, SMALL, TEXT) for text in below) + (GAP if below else 0)


def _warning_height(warnings: Sequence[str]) -> float:
    words = sum(height_of(text, WARNING, TEXT - 2 * INSIDE) for text in warnings)
    return words + 12 + GAP if warnings else 0


def _warn(slide: Any, warnings: Sequence[str], foot: float) -> None:
    """A box that ends at ``foot``."""
    height = _warning_height(warnings) - GAP
    box = Box(MARGIN, foot - height, TEXT, height)
    shape = write_box(
        slide, "Warning", box, [paragraph(text, WARNING) for text in warnings], anchor="ctr"
    )
    shape.fill.solid()
    shape.fill.fore_color.rgb = rgb(AMBER_TINT)
    shape.line.color.rgb = rgb(AMBER)
    for side in ("lIns", "rIns"):
        shape._element.txBody.bodyPr.set(side, str(Pt(INSIDE)))


def titled(
    text: str, box: Box, sizes: Sequence[float], *, colour: str = INK, bold: bool = True
) -> Any:
    """A title as large as fits its box; one that never fits is cut."""
    size = _fitting(text, box, sizes)
    if size is None:
        size = sizes[-1]
        lines = int(box.height / (size * LINE))
        text = shortened(text, int(lines * box.width / (LETTER * size * 1.08) * 0.85))
    return paragraph(text, Look(size, colour, bold=bold))


def _fitting(text: str, box: Box, sizes: Sequence[float]) -> float | None:
    """The largest size at which a text fits a box; None where it fits at none."""
    fits = (
        size for size in sizes if height_of(text, Look(size, bold=True), box.width) <= box.height
    )
    return next(fits, None)


def put_mark(slide: Any, report: Report) -> None:
    """The mark, at the same place on every slide."""
    if report.mark:
        look = Look(10, ink(report.brand.accent), bold=True, side="r")
        write_box(slide, "Mark", MARK, [paragraph(report.mark, look)])


def _put_footer(slide: Any, report: Report, number: int) -> None:
    """Whose report it is, when it was made, and the slide's number, in the layout's own places."""
    parts = (shortened(report.brand.company, 40), shortened(report.title, 60), report.made)
    words = paragraph("  ·  ".join(part for part in parts if part), Look(9, GREY))
    shown = {"ftr": words, "sldNum": number_field(number, Look(9, GREY, side="r"))}
    for place in slide.slide_layout.placeholders:
        kind = place.element.ph.get("type")
        if kind in shown:
            copy = deepcopy(place.element)
            copy.nvSpPr.cNvPr.set("id", str(slide.shapes._next_shape_id))
            fill(copy.txBody, [shown[kind]])
            slide.shapes._spTree.append(copy)


def describe_shape(shape: Any, alt: str) -> None:
    """Words for those who cannot see a shape."""
    shape._element.xpath(".//p:cNvPr")[0].set("descr", readable(alt))
