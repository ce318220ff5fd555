"""Words on slides: points and paragraphs, as many as can be read from the back of a room."""

from collections.abc import Iterator
from typing import Any

from dermdash.reporting.blocks import Bullets, Content, Paragraph
from dermdash.reporting.formats.office import GREY, INK, ink, readable
from dermdash.reporting.formats.office_letters import LETTER, pieces_of
from dermdash.reporting.formats.slides_xml import (
    LINE,
    Box,
    Look,
    height_of,
    paragraph,
    write_box,
)

Words = tuple[str, Look]
GAP = 7.0  # points after a paragraph


def text_pages(content: Content, box: Box, *, accent: str, points_only: bool) -> list[list[Words]]:
    """A section's words in pieces that fit a box.

    points_only : its lists; its paragraphs are in the notes of the slides with its figures
    """
    pages: list[list[Words]] = [[]]
    used = 0.0
    for text, look in _words(content, accent, points_only=points_only):
        for piece in _pieces(text, look, box):
            height = height_of(piece, look, box.width)
            if used + height > box.height and pages[-1]:
                pages.append([])
                used = 0.0
            pages[-1].append((piece, look))
            used += height
    return [page for page in pages if page]


def put_words(slide: Any, words: list[Words], box: Box) -> None:
    """Write one page's words."""
    write_box(slide, "Text", box, [paragraph(text, look) for text, look in words])


def _words(content: Content, accent: str, *, points_only: bool) -> Iterator[Words]:
    plain = {
        "lead": Look(18, INK, after=GAP),
        "body": Look(16, INK, after=GAP),
        "note": Look(12, GREY, after=GAP),
    }
    for block in content.blocks:
        match block:
            case Bullets():
                look = Look(18, INK, bullet=ink(accent), after=GAP)
                yield from ((item, look) for item in block.items)
            case Paragraph(text=text, style=style) if style in plain and not points_only:
                if text != content.message:
                    yield text, plain[style]
            case _:
                pass


def _pieces(text: str, look: Look, box: Box) -> list[str]:
    """A paragraph longer than a slide goes on on the next."""
    most = max(1, int((box.height - look.after) / (look.size * LINE)))
    return pieces_of(readable(text), (box.width - 18) / (LETTER * look.size), most)
