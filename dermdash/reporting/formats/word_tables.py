"""Tables in Word: real ones, with a head on each page and rows that stay whole."""

from collections.abc import Sequence

from docx.oxml.xmlchemy import BaseOxmlElement

from dermdash.reporting.blocks import Table
from dermdash.reporting.formats.office_columns import Layout, lay_out
from dermdash.reporting.formats.word_styles import TABLE, TEXT_WIDTH
from dermdash.reporting.formats.word_xml import made, paragraph, run, twips

SIZES = (9, 8.5, 8, 7.5, 7, 6.5, 6)  # points, of cells: smaller only where words would break
STYLED = SIZES[0]  # what the style itself has
KEPT_WHOLE = 6  # rows: a table no longer than this is not parted by a page


def table_element(table: Table) -> BaseOxmlElement:
    """The table, as wide as the text."""
    layout = lay_out(table, TEXT_WIDTH, sizes=SIZES)
    widths = [twips(width) for width in layout.widths]
    rules = made(
        "w:tblPr",
        made("w:tblStyle", val=TABLE),
        made("w:tblW", w=sum(widths), type="dxa"),
        made("w:tblLayout", type="fixed"),
        made(
            "w:tblLook",
            val="0420",
            firstRow=1,
            lastRow=0,
            firstColumn=0,
            lastColumn=0,
            noHBand=0,
            noVBand=1,
        ),
    )
    grid = made("w:tblGrid", *(made("w:gridCol", w=width) for width in widths))
    whole = len(layout.body) <= KEPT_WHOLE
    rows = [
        _row(layout, cells, widths, keep=whole and place < len(layout.body) - 1)
        for place, cells in enumerate(layout.body)
    ]
    return made(
        "w:tbl", rules, grid, _row(layout, layout.head, widths, head=True, keep=True), *rows
    )


def plain_table(
    cells: Sequence[Sequence[BaseOxmlElement]], shares: Sequence[float], *, line: str = ""
) -> BaseOxmlElement:
    """One row without a grid, as headers need it.

    cells : paragraphs of each cell; shares : of the text's width; line : colour of a rule below
    """
    widths = [twips(share * TEXT_WIDTH) for share in shares]
    rules = made(
        "w:tblPr", made("w:tblW", w=sum(widths), type="dxa"), made("w:tblLayout", type="fixed")
    )
    if line:
        below = made("w:bottom", val="single", sz=4, space=0, color=line)
        rules.insert(1, made("w:tblBorders", below))
    grid = made("w:tblGrid", *(made("w:gridCol", w=width) for width in widths))
    row = made("w:tr")
    for paragraphs, width in zip(cells, widths, strict=True):
        room = made("w:tcPr", made("w:tcW", w=width, type="dxa"), made("w:vAlign", val="bottom"))
        row.append(made("w:tc", room, *paragraphs))
    return made("w:tbl", rules, grid, row)


def _row(
    layout: Layout,
    cells: Sequence[str],
    widths: Sequence[int],
    *,
    head: bool = False,
    keep: bool = False,
) -> BaseOxmlElement:
    rules = made("w:trPr", made("w:cantSplit"))
    if head:
        rules.append(made("w:tblHeader"))
    row = made("w:tr", rules)
    size = layout.size if layout.size != STYLED else 0
    for cell, width, number in zip(cells, widths, layout.numeric, strict=True):
        words = paragraph("TableText", run(cell, bold=head, size=size), keep=keep)
        if number:
            words[0].append(made("w:jc", val="right"))
        row.append(made("w:tc", made("w:tcPr", made("w:tcW", w=width, type="dxa")), words))
    return row
