"""Pictures in Word: pixels that every program shows, vectors beside them for those that can."""

from io import BytesIO

from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.oxml.shape import CT_Inline
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.parts.story import StoryPart
from docx.shared import Mm

from dermdash.reporting.blocks import Figure, Picture
from dermdash.reporting.figures import print as printed
from dermdash.reporting.formats.office import readable
from dermdash.reporting.formats.word_xml import made

WIDEST, TALLEST = Mm(170), Mm(200)
DOTS_AN_INCH = 150  # of pictures of pixels, which say nothing of their size
LARGEST_DRAWING = 600_000  # bytes: beyond it, vectors slow Word down more than they help
VECTORS = "{96DAC541-7B7A-43D3-8B79-37D633B846F1}"  # Office's name of "the same as SVG"


class Pictures:
    """The pictures of one document, numbered as they come."""

    def __init__(self, document: Document) -> None:
        self._part = document.part
        self._count = 0

    def figure(self, figure: Figure, mark: str) -> BaseOxmlElement:
        """A run with the figure as it is printed, its mark within it."""
        drawn = figure.on(printed)
        pixels = printed.save(drawn, "png", mark=mark)
        drawing = printed.save(drawn, "svg", mark=mark)
        inline = fitted(self._part, pixels, WIDEST, TALLEST)
        if len(drawing) <= LARGEST_DRAWING:
            self._draw(inline, drawing)
        return self._placed(inline, figure.alt)

    def picture(self, picture: Picture) -> BaseOxmlElement:
        """A run with the picture."""
        return self._placed(fitted(self._part, picture.png, WIDEST, TALLEST), picture.alt)

    def _placed(self, inline: CT_Inline, alt: str) -> BaseOxmlElement:
        self._count += 1
        return placed(inline, self._count, alt)

    def _draw(self, inline: CT_Inline, drawing: bytes) -> None:
        """Put the vectors beside the pixels."""
        name = PackURI(f"/word/media/drawing{self._count + 1}.svg")
        part = Part(name, "image/svg+xml", drawing, self._part.package)
        key = self._part.relate_to(part, RELATIONSHIP_TYPE.IMAGE)
        space = "http://schemas.microsoft.com/office/drawing/2016/SVG/main"
        blip = inline.xpath(".//a:blip")[0]
        blip.append(
            parse_xml(
                f'<a:extLst {nsdecls("a", "r")}><a:ext uri="{VECTORS}">'
                f'<s:svgBlip xmlns:s="{space}" r:embed="{key}"/></a:ext></a:extLst>'
            )
        )


def fitted(part: StoryPart, png: bytes, widest: int, tallest: int) -> CT_Inline:
    """A picture at its own size, or as large as there is room."""
    _, image = part.get_or_add_image(BytesIO(png))
    dots = image.horz_dpi if image.horz_dpi > 96 else DOTS_AN_INCH
    width, height = (914400 * pixels / dots for pixels in (image.px_width, image.px_height))
    scale = min(1.0, widest / width, tallest / height)
    return part.new_pic_inline(BytesIO(png), round(width * scale), round(height * scale))


def placed(inline: CT_Inline, number: int, alt: str) -> BaseOxmlElement:
    """A run with a picture, and words for those who cannot see it."""
    for side in ("distT", "distB", "distL", "distR"):
        inline.set(side, "0")
    inline.docPr.set("id", str(number))
    inline.docPr.set("name", f"Picture {number}")
    for words in (inline.docPr, *inline.xpath(".//pic:cNvPr")):
        words.set("descr", readable(alt))
    return made("w:r", made("w:drawing", inline))
