"""The small words of a slide: elements, runs, paragraphs, boxes of text."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pptx.dml.color import RGBColor
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.oxml.xmlchemy import BaseOxmlElement, OxmlElement
from pptx.util import Pt

from dermdash.reporting.formats.office import INK, LANGUAGE, bare, readable
from dermdash.reporting.formats.office_letters import BOLD, LETTER, lines_of

Side = Literal["l", "ctr", "r"]
LINE = 1.2  # of a font's size


@dataclass(frozen=True, slots=True)
class Box:
    """A place on a slide, in points."""

    left: float
    top: float
    width: float
    height: float

    @property
    def emus(self) -> tuple[int, int, int, int]:
        return (Pt(self.left), Pt(self.top), Pt(self.width), Pt(self.height))


@dataclass(frozen=True, slots=True)
class Look:
    """Of words: size in points, colour, weight, side, and whether they are points of a list."""

    size: float
    colour: str = INK
    bold: bool = False
    side: Side = "l"
    bullet: str = ""
    after: float = 0


def made(tag: str, *children: BaseOxmlElement, **attributes: object) -> BaseOxmlElement:
    """An element of a drawing, with attributes by their names there."""
    element: BaseOxmlElement = OxmlElement(tag)
    for name, value in attributes.items():
        element.set(name, str(value))
    element.extend(children)
    return element


def solid(colour: str) -> BaseOxmlElement:
    """A fill of one colour."""
    return made("a:solidFill", made("a:srgbClr", val=bare(colour)))


def rgb(colour: str) -> Any:
    """A colour as python-pptx takes it."""
    return RGBColor.from_string(bare(colour))  # type: ignore[no-untyped-call]


def paragraph(text: str, look: Look) -> BaseOxmlElement:
    """One paragraph; line ends of the text become line ends."""
    rules = made("a:pPr", algn=look.side)
    if look.after:
        rules.append(made("a:spcAft", made("a:spcPts", val=round(100 * look.after))))
    if look.bullet:
        rules.set("marL", str(Pt(18)))
        rules.set("indent", str(-Pt(18)))
        rules.append(made("a:buClr", made("a:srgbClr", val=bare(look.bullet))))
        rules.append(made("a:buFont", typeface="Arial"))
        rules.append(made("a:buChar", char="•"))
    else:
        rules.append(made("a:buNone"))
    element = made("a:p", rules)
    for place, line in enumerate(readable(text).split("\n")):
        if place:
            element.append(made("a:br", _letters("a:rPr", look)))
        words = made("a:t")
        words.text = line
        element.append(made("a:r", _letters("a:rPr", look), words))
    return element


def fill(text_body: Any, paragraphs: Sequence[BaseOxmlElement]) -> None:
    """Put paragraphs in the place of those that a shape or placeholder has."""
    for empty in text_body.findall(qn("a:p")):
        text_body.remove(empty)
    text_body.extend(paragraphs)


def write_box(
    slide: Any, name: str, box: Box, paragraphs: Sequence[BaseOxmlElement], *, anchor: str = "t"
) -> Any:
    """A box of words on a slide: without margins, as wide as it is told, words wrapped."""
    shape = slide.shapes.add_textbox(*box.emus)
    shape.name = name
    body = shape._element.txBody
    body.replace(
        body.bodyPr,
        made("a:bodyPr", wrap="square", lIns=0, tIns=0, rIns=0, bIns=0, rtlCol=0, anchor=anchor),
    )
    fill(body, paragraphs)
    return shape


def number_field(number: int, look: Look) -> BaseOxmlElement:
    """A paragraph with the slide's own number, which follows where the slide is moved."""
    key = "{C1FF6DA9-008F-8B48-92A6-B652298478BF}"
    shown = parse_xml(
        f"<a:fld {nsdecls('a')} id='{key}' type='slidenum'><a:t>{number}</a:t></a:fld>"
    )
    shown.insert(0, _letters("a:rPr", look))
    return made("a:p", made("a:pPr", algn=look.side), shown)


def height_of(text: str, look: Look, width: float) -> float:
    """Points that a paragraph takes, estimated to the safe side."""
    room = (width - (18 if look.bullet else 0)) / (LETTER * look.size * (BOLD if look.bold else 1))
    return lines_of(readable(text), room) * look.size * LINE + look.after


def _letters(tag: str, look: Look) -> BaseOxmlElement:
    return made(
        tag,
        solid(look.colour),
        lang=LANGUAGE,
        sz=round(100 * look.size),
        b=int(look.bold),
        dirty=0,
    )
