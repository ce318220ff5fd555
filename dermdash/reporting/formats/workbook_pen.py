"""How cells of a workbook are written and look; the workbook hands its own objects in."""

from collections.abc import Mapping
from math import isfinite
from typing import Any

import pandas as pd

from dermdash.reporting.blocks import Column, Form
from dermdash.reporting.formats.office import AMBER, GREY, INK, breadth
from dermdash.reporting.formats.sheets import cell_text
from dermdash.reporting.tables import FORMULA_STARTS

FONT = "Calibri"
NUMBERS: Mapping[Form, str] = {
    "text": "General",
    "count": "0",
    "score": "0.00",
    "number": "General",
    "p": '[<0.001]"< .001";.000',
    "share": "0 %",
}
LINE, MOST_LINES = 15.0, 25  # height of a line in points; Excel allows 409 points
LARGEST = 2**53  # beyond it a spreadsheet changes whole numbers


class Styles:
    """The formats of a workbook, each made once.

    book : XlsxWriter's; accent : ``#RRGGBB``, dark enough for words on white
    """

    def __init__(self, book: Any, accent: str) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, Any], ...], Any] = {}
        self.accent = accent
        self.mark = self.of(bold=True, font_color=AMBER)
        self.about = self.of(font_color=GREY)
        self.title = self.of(bold=True, font_size=18, font_color=accent)
        self.heading = self.of(
            bold=True, font_size=12, font_color=accent, bottom=1, bottom_color=accent
        )
        self.label = self.of(font_color=GREY, valign="top")
        self.words = self.of(text_wrap=True, valign="top")
        self.line = self.of(valign="top")
        self.link = self.of(font_color=accent, underline=1, valign="top")

    def of(self, **properties: Any) -> Any:
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            base = {"font_name": FONT, "font_size": 11, "font_color": INK}
            self._made[key] = self._book.add_format({**base, **properties})
        return self._made[key]

    def header(self, column: Column) -> Any:
        return self.of(
            bold=True,
            text_wrap=True,
            valign="bottom",
            bottom=2,
            bottom_color=self.accent,
            align="right" if column.numeric else "left",
        )

    def cell(self, form: Form, *, wrap: bool = False, quoted: bool = False) -> Any:
        """``quoted`` keeps a text a text when somebody edits its cell."""
        return self.of(
            num_format=NUMBERS[form],
            valign="top",
            **({"text_wrap": True} if wrap else {}),
            **({"quote_prefix": True} if quoted else {}),
        )


class Pen:
    """Writes on one sheet: a number as a number, a text as a text, what is missing as nothing."""

    def __init__(self, page: Any, styles: Styles) -> None:
        self.page, self.styles = page, styles

    def text(self, row: int, place: int, words: str, style: Any) -> None:
        self.page.write_string(row, place, cell_text(words), style)

    def cell(self, row: int, place: int, cell: Any, form: Form, *, wrap: bool = False) -> None:
        if pd.isna(cell):
            self.page.write_blank(row, place, None, self.styles.cell(form))
        elif isinstance(cell, bool):
            self.page.write_boolean(row, place, cell, self.styles.cell("text"))
        elif isinstance(cell, int | float) and isfinite(cell) and abs(cell) <= LARGEST:
            self.page.write_number(row, place, cell, self.styles.cell(form))
        else:
            words = str(cell)
            quoted = words.startswith((*FORMULA_STARTS, "'"))
            self.text(row, place, words, self.styles.cell("text", wrap=wrap, quoted=quoted))

    def fit(self, row: int, *texts: tuple[str, int]) -> None:
        """Make a row high enough for texts that wrap at so many letters each."""
        lines = max(
            sum(1 + int(breadth(line) / (1.1 * width)) for line in words.split("\n"))
            for words, width in texts
        )
        self.page.set_row(row, LINE * min(lines, MOST_LINES))
