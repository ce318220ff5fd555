"""Tables on slides: as many rows as can be read, the head again on each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pptx.oxml.xmlchemy import BaseOxmlElement
from pptx.util import Pt

from dermdash.reporting.blocks import Table
from dermdash.reporting.formats.office import INK, RULE, shortened, tint
from dermdash.reporting.formats.office_columns import Layout, lay_out
from dermdash.reporting.formats.slides_xml import LINE, Box, Look, made, paragraph, solid

SIZES = (12, 11, 10, 9, 8)  # points, of cells
PAD, ABOVE = 5.0, 4.0  # points beside and above the words of a cell
LONGEST_HEAD = 80  # letters of a column's name
STYLE = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"  # PowerPoint's name of "no style, no grid"


@dataclass(frozen=True, slots=True)
class TablePage:
    """Rows of a table that stand on one slide.

    first, last : which of the table's rows, counted from 1
    """

    layout: Layout
    rows: tuple[tuple[str, ...], ...]
    first: int
    last: int

    @property
    def words(self) -> str:
        """``rows 1 to 18 of 60``"""
        of = len(self.layout.body)
        if self.first == self.last:
            return f"row {self.first} of {of}"
        return f"rows {self.first} to {self.last} of {of}"


def table_pages(table: Table, box: Box) -> Iterator[TablePage]:
    """The table in pieces that fit a box."""
    layout = lay_out(table, box.width, sizes=SIZES, pad=PAD)
    layout = replace(layout, head=tuple(shortened(name, LONGEST_HEAD) for name in layout.head))
    room = box.height - _height(layout, layout.head, bold=True)
    most = int((room - 2 * ABOVE) / (layout.size * LINE))
    rows: list[tuple[str, ...]] = []
    first = last = min(1, len(layout.body))
    used = 0.0
    for number, cells in enumerate(layout.body, 1):
        for part in layout.parted(cells, most):
            height = _height(layout, part)
            if used + height > room and rows:
                yield TablePage(layout, tuple(rows), first, last)
                rows, first, used = [], number, 0.0
            rows.append(part)
            last = number
            used += height
    yield TablePage(layout, tuple(rows), first, last)


def put_table(slide: Any, page: TablePage, box: Box, *, accent: str) -> Any:
    """Draw the rows of one slide."""
    layout = page.layout
    heights = [_height(layout, layout.head, bold=True)]
    heights += [_height(layout, cells) for cells in page.rows]
    columns = len(layout.head)
    frame = slide.shapes.add_table(
        1, columns, *Box(box.left, box.top, box.width, sum(heights)).emus
    )
    table = frame.table._tbl
    for old in list(table):
        table.remove(old)
    table.append(made("a:tblPr", firstRow=1))
    table[0].append(made("a:tableStyleId"))
    table[0][0].text = STYLE
    table.append(made("a:tblGrid", *(made("a:gridCol", w=Pt(width)) for width in layout.widths)))
    table.append(_row(layout, layout.head, heights[0], line=accent, colour=accent))
    for cells, height in zip(page.rows, heights[1:], strict=True):
        table.append(_row(layout, cells, height, line=RULE, colour=""))
    return frame


def _height(layout: Layout, cells: Sequence[str], *, bold: bool = False) -> float:
    return layout.lines(cells, bold=bold) * layout.size * LINE + 2 * ABOVE


def _row(
    layout: Layout, cells: Sequence[str], height: float, *, line: str, colour: str
) -> BaseOxmlElement:
    """A row; ``colour`` of its words where it is the head."""
    row = made("a:tr", h=Pt(height))
    for cell, number in zip(cells, layout.numeric, strict=True):
        side = "r" if number else "l"
        look = Look(layout.size, colour or INK, bold=bool(colour), side=side)  # type: ignore[arg-type]
        words = made("a:txBody", made("a:bodyPr"), made("a:lstStyle"), paragraph(cell, look))
        row.append(made("a:tc", words, _frame(line, head=bool(colour))))
    return row


def _frame(line: str, *, head: bool) -> BaseOxmlElement:
    """A cell's margins and its one rule, below."""
    frame = made(
        "a:tcPr",
        marL=Pt(PAD),
        marR=Pt(PAD),
        marT=Pt(ABOVE),
        marB=Pt(ABOVE),
        anchor="b" if head else "t",
    )
    frame.extend(made(f"a:ln{side}", made("a:noFill"), w=0) for side in "LRT")
    frame.append(made("a:lnB", solid(line), w=15875 if head else 6350))
    frame.append(solid(tint(line, 0.06)) if head else made("a:noFill"))
    return frame
