"""The styles of a Word report: calm, one accent, and all that Word's own commands expect."""

from docx.document import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn

from dermdash.reporting.formats.office import (
    AMBER,
    AMBER_TINT,
    FONT,
    GREY,
    INK,
    LANGUAGE,
    RULE,
    bare,
    ink,
    tint,
)
from dermdash.reporting.formats.word_xml import made

TEXT_WIDTH = 170 / 25.4 * 72  # points: A4 with margins of 20 mm
TABLE = "ReportTable"
BULLETS = "1"  # the template's list of points
OWN = {"Company", "Mark", "Lead", "Note", "Warning", "Figure", "TableCaption", "TableText"}
OWN |= {"TableNote"}  # styles that Word does not know by name


def define_styles(document: Document, accent: str) -> None:
    """Put the report's styles in the place of the template's hundreds."""
    styles = document.styles.element
    for style in styles.findall(qn("w:style")):
        styles.remove(style)
    defaults = styles.find(qn("w:docDefaults"))
    styles.replace(defaults, parse_xml(_DEFAULTS))
    for style in parse_xml(_sheet(ink(accent), tint(accent, 0.5))):
        styles.append(style)


def settle(document: Document) -> None:
    """Open as a file of today's Word, in the report's language, without the template's past."""
    settings = document.settings.element
    for name in ("w:zoom", "w:proofState", "w:savePreviewPicture", "w:rsids", "w:shapeDefaults"):
        for one in settings.findall(qn(name)):
            settings.remove(one)
    compat = settings.find(qn("w:compat"))
    compat.remove(compat.find(qn("w:useFELayout")))
    compat[0].set(qn("w:val"), "15")
    languages = settings.find(qn("w:themeFontLang"))
    settings.replace(languages, made("w:themeFontLang", val=LANGUAGE, eastAsia="zh-CN", bidi="ar"))
    numbers = document.part.numbering_part.element
    (kept,) = [one for one in numbers.findall(qn("w:num")) if one.get(qn("w:numId")) == BULLETS]
    points = kept.find(qn("w:abstractNumId")).get(qn("w:val"))
    for one in list(numbers):
        if one is not kept and one.get(qn("w:abstractNumId")) != points:
            numbers.remove(one)


_FONTS = (
    f'<w:rFonts w:ascii="{FONT}" w:hAnsi="{FONT}" w:cs="{FONT}" w:eastAsiaTheme="minorEastAsia"/>'
)
_DEFAULTS = f"""
<w:docDefaults {nsdecls("w")}>
  <w:rPrDefault><w:rPr>{_FONTS}<w:color w:val="{bare(INK)}"/><w:sz w:val="20"/><w:szCs w:val="20"/>
    <w:lang w:val="{LANGUAGE}" w:eastAsia="zh-CN" w:bidi="ar-SA"/></w:rPr></w:rPrDefault>
  <w:pPrDefault><w:pPr><w:spacing w:after="120" w:line="288" w:lineRule="auto"/></w:pPr>
  </w:pPrDefault>
</w:docDefaults>"""


def _style(
    key: str,
    name: str,
    *,
    rules: str = "",
    look: str = "",
    after: str = "Normal",
    based: str = "Normal",
) -> str:
    """A style of paragraphs; ``rules`` of the paragraph, ``look`` of its letters."""
    own = 'w:customStyle="1"' if key in OWN else ""
    return (
        f'<w:style w:type="paragraph" {own} w:styleId="{key}"><w:name w:val="{name}"/>'
        f'<w:basedOn w:val="{based}"/><w:next w:val="{after}"/><w:uiPriority w:val="1"/>'
        "<w:qFormat/>"
        f"<w:pPr>{rules}</w:pPr><w:rPr>{look}</w:rPr></w:style>"
    )


def _look(size: float, colour: str = INK, *, bold: bool = False) -> str:
    half_points = round(2 * size)
    return (
        f"{'<w:b/><w:bCs/>' if bold else ''}<w:color w:val='{bare(colour)}'/>"
        f"<w:sz w:val='{half_points}'/><w:szCs w:val='{half_points}'/>"
    )


def _gap(before: float, after: float, line: float = 1.2) -> str:
    """Space before and after, in points, and a line's height, in lines."""
    return (
        f"<w:spacing w:before='{round(20 * before)}' w:after='{round(20 * after)}'"
        f" w:line='{round(240 * line)}' w:lineRule='auto'/>"
    )


def _side(name: str, colour: str, eighths: int, space: int) -> str:
    return f"<w:{name} w:val='single' w:sz='{eighths}' w:space='{space}' w:color='{bare(colour)}'/>"


def _sheet(accent: str, soft: str) -> str:
    """All styles as one XML text.

    accent : dark enough for words; soft : for rules
    """
    hold = "<w:keepNext/><w:keepLines/>"
    right = f"<w:tabs><w:tab w:val='right' w:pos='{round(20 * TEXT_WIDTH)}'/></w:tabs>"
    amber = (
        f"<w:keepLines/><w:pBdr>{_side('top', AMBER_TINT, 4, 5)}{_side('left', AMBER, 24, 8)}"
        f"{_side('bottom', AMBER_TINT, 4, 5)}{_side('right', AMBER_TINT, 4, 8)}</w:pBdr>"
        f"<w:shd w:val='clear' w:color='auto' w:fill='{bare(AMBER_TINT)}'/>"
    )
    level = "<w:outlineLvl w:val='{}'/>"
    bullet = (
        f"<w:numPr><w:numId w:val='{BULLETS}'/></w:numPr>"
        + _gap(0, 4)
        + "<w:ind w:left='357' w:hanging='357'/>"
    )
    return f"""
<w:styles {nsdecls("w")}>
<w:style w:type="paragraph" w:default="1" w:styleId="Normal">
  <w:name w:val="Normal"/><w:qFormat/></w:style>
<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont">
  <w:name w:val="Default Paragraph Font"/><w:uiPriority w:val="1"/><w:semiHidden/></w:style>
<w:style w:type="numbering" w:default="1" w:styleId="NoList">
  <w:name w:val="No List"/><w:semiHidden/></w:style>
{_style("Title", "Title", rules=_gap(30, 6, 1.05), look=_look(28, bold=True))}
{_style("Subtitle", "Subtitle", rules=_gap(0, 12), look=_look(14, GREY))}
{_style("Company", "Company", rules=_gap(4, 0), look=_look(11, accent, bold=True))}
{_style("Mark", "Mark", rules=_gap(0, 6), look=_look(9, accent, bold=True))}
{
        _style(
            "Heading1",
            "heading 1",
            rules=hold
            + f"<w:pBdr>{_side('bottom', soft, 6, 4)}</w:pBdr>"
            + _gap(26, 10, 1.1)
            + level.format(0),
            look=_look(18, accent, bold=True),
        )
    }
{
        _style(
            "Heading2",
            "heading 2",
            rules=hold + _gap(16, 6, 1.1) + level.format(1),
            look=_look(13, accent, bold=True),
        )
    }
{_style("TOCHeading", "TOC Heading", rules=hold + _gap(28, 8), look=_look(11, accent, bold=True))}
{_style("TOC1", "toc 1", rules=right + _gap(0, 5), look=_look(10), after="TOC1")}
{_style("Lead", "Lead", rules=hold + _gap(0, 10, 1.25), look=_look(13))}
{_style("Note", "Note", rules=_gap(0, 6), look=_look(8.5, GREY))}
{
        _style(
            "Warning",
            "Warning",
            rules=amber + _gap(8, 12) + "<w:ind w:left='227' w:right='227'/>",
            look=_look(10),
        )
    }
{_style("ListBullet", "List Bullet", rules=bullet, after="ListBullet")}
{_style("Figure", "Figure", rules="<w:keepNext/>" + _gap(12, 4, 1.0))}
{_style("Caption", "caption", rules="<w:keepLines/>" + _gap(4, 14), look=_look(9, GREY))}
{_style("TableCaption", "Table Caption", rules=hold + _gap(14, 5), look=_look(9), based="Caption")}
{_style("TableText", "Table Text", rules=_gap(0, 0, 1.1), look=_look(9), after="TableText")}
{_style("TableNote", "Table Note", rules=_gap(4, 14), based="Note", look=_look(8.5, GREY))}
{_style("Header", "header", rules=_gap(0, 0, 1.0), look=_look(8, GREY), after="Header")}
{_style("Footer", "footer", rules=right + _gap(0, 0, 1.0), look=_look(8, GREY), after="Footer")}
<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/>
  <w:uiPriority w:val="99"/><w:semiHidden/><w:unhideWhenUsed/>
  <w:tblPr><w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar>
    <w:top w:w="0" w:type="dxa"/><w:left w:w="0" w:type="dxa"/>
    <w:bottom w:w="0" w:type="dxa"/><w:right w:w="0" w:type="dxa"/></w:tblCellMar>
  </w:tblPr></w:style>
<w:style w:type="table" w:customStyle="1" w:styleId="{TABLE}"><w:name w:val="Report Table"/>
  <w:basedOn w:val="TableNormal"/><w:uiPriority w:val="1"/><w:qFormat/>
  <w:tblPr><w:tblBorders>{_side("top", accent, 8, 0)}{_side("bottom", accent, 8, 0)}
      {_side("insideH", RULE, 4, 0)}</w:tblBorders>
    <w:tblCellMar><w:top w:w="50" w:type="dxa"/><w:left w:w="80" w:type="dxa"/>
      <w:bottom w:w="50" w:type="dxa"/><w:right w:w="80" w:type="dxa"/></w:tblCellMar></w:tblPr>
  <w:tblStylePr w:type="firstRow"><w:rPr><w:b/><w:bCs/><w:color w:val="{bare(accent)}"/></w:rPr>
    <w:tcPr><w:tcBorders>{
        _side("bottom", accent, 6, 0)
    }</w:tcBorders><w:vAlign w:val="bottom"/></w:tcPr>
  </w:tblStylePr></w:style>
</w:styles>"""
