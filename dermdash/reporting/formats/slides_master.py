"""The master of the slides: 16 to 9, the company's accent, and two layouts."""

from typing import Any

import pptx
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.opc.oxml import serialize_part_xml
from pptx.oxml import parse_xml
from pptx.oxml.ns import qn
from pptx.util import Pt

from dermdash.reporting.formats.office import FONT, GREY, INK, application, bare, ink
from dermdash.reporting.formats.slides_xml import Box, made
from dermdash.reporting.report import Brand

WIDTH, HEIGHT = 960.0, 540.0  # points
MARGIN = 48.0
TEXT = WIDTH - 2 * MARGIN
TITLE = Box(MARGIN, 44, TEXT, 64)
FOOTER = Box(MARGIN, 514, TEXT - 80, 14)
NUMBER = Box(WIDTH - MARGIN - 70, 514, 70, 14)
COVER_TITLE = Box(MARGIN + 24, 168, TEXT - 24, 140)
COVER_STUDIES = Box(MARGIN + 24, 320, TEXT - 24, 60)
COVER, PLAIN = 0, 1  # the layouts that are kept
KEPT = ("Title Slide", "Title Only")
# After the accent: colours that stay apart for every kind of sight (Okabe and Ito).
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
UNUSED = ("thumbnail", "printerSettings")  # parts of the template


def new_deck(brand: Brand) -> Any:
    """An empty presentation in the brand's colours."""
    deck = pptx.Presentation()
    deck.slide_width, deck.slide_height = Pt(WIDTH), Pt(HEIGHT)
    deck.element.find(qn("p:sldSz")).attrib.pop("type", None)
    _clear(deck, brand)
    _paint(deck.slide_master, brand)
    for layout in list(deck.slide_layouts):
        if layout.name not in KEPT:
            deck.slide_layouts.remove(layout)
    _place(deck.slide_master, {"title": TITLE, "body": Box(MARGIN, 120, TEXT, 350)})
    _place(deck.slide_master, {"ftr": FOOTER, "sldNum": NUMBER})
    cover, plain = deck.slide_layouts
    _place(cover, {"ctrTitle": COVER_TITLE, "subTitle": COVER_STUDIES})
    for sheet in (deck.slide_master, cover, plain):
        for place in list(sheet.placeholders):
            if place.element.ph.get("type") == "dt":
                sheet.shapes._spTree.remove(place.element)
    _band(deck.slide_master, Box(0, 0, 10, HEIGHT), "Band")
    return deck


def _clear(deck: Any, brand: Brand) -> None:
    package = deck.part.package
    for owner in (package, deck.part):
        for key, relation in list(owner._rels.items()):
            if relation.reltype.rpartition("/")[2] in UNUSED:
                owner._rels.pop(key)
    program = package.part_related_by(RELATIONSHIP_TYPE.EXTENDED_PROPERTIES)
    program.blob = application(brand.company)


def _paint(master: Any, brand: Brand) -> None:
    """Colours and fonts of the theme, and the styles of titles and texts."""
    part = master.part.part_related_by(RELATIONSHIP_TYPE.THEME)
    theme = parse_xml(part.blob)
    colours = {"dk2": INK, "lt2": "#F3F4F6", "hlink": ink(brand.accent), "folHlink": GREY}
    accents = (ink(brand.accent), *PALETTE)
    colours |= {f"accent{place + 1}": accents[place] for place in range(6)}
    for name, colour in colours.items():
        (place,) = theme.iter(qn(f"a:{name}"))
        place.clear()
        place.append(made("a:srgbClr", val=bare(colour)))
    for font in ("a:majorFont", "a:minorFont"):
        for family in theme.iter(qn(font)):
            family.find(qn("a:latin")).set("typeface", FONT)
    part.blob = serialize_part_xml(theme)
    styles = master.element.find(qn("p:txStyles"))
    heading = styles.find(qn("p:titleStyle")).find(qn("a:lvl1pPr"))
    heading.set("algn", "l")
    heading.find(qn("a:defRPr")).set("sz", "2600")
    heading.find(qn("a:defRPr")).set("b", "1")
    texts = styles.find(qn("p:bodyStyle"))
    for level, size in enumerate((1800, 1600, 1400, 1400, 1400), 1):
        texts.find(qn(f"a:lvl{level}pPr")).find(qn("a:defRPr")).set("sz", str(size))


def _place(sheet: Any, boxes: dict[str, Box]) -> None:
    """Move placeholders by their type, and take their margins away."""
    for place in sheet.placeholders:
        kind = place.element.ph.get("type", "")
        if kind in boxes:
            place.left, place.top, place.width, place.height = boxes[kind].emus
            body = place.element.txBody
            anchor = "b" if kind == "ctrTitle" else "t"
            plain = made("a:bodyPr", lIns=0, tIns=0, rIns=0, bIns=0, rtlCol=0, anchor=anchor)
            plain.append(made("a:noAutofit"))
            body.replace(body.bodyPr, plain)


def _band(master: Any, box: Box, name: str) -> None:
    """A stripe of the accent at the left edge, behind all else."""
    left, top, width, height = box.emus
    frame = made("a:xfrm", made("a:off", x=left, y=top), made("a:ext", cx=width, cy=height))
    shape = made("a:prstGeom", made("a:avLst"), prst="rect")
    colour = made("a:solidFill", made("a:schemeClr", val="accent1"))
    stripe = made(
        "p:sp",
        made(
            "p:nvSpPr",
            made("p:cNvPr", id=90, name=name),
            made("p:cNvSpPr"),
            made("p:nvPr", userDrawn=1),
        ),
        made("p:spPr", frame, shape, colour, made("a:ln", made("a:noFill"))),
    )
    master.shapes._spTree.insert(2, stripe)
