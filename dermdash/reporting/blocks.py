"""What a report is made of, before any format: paragraphs, tables, figures, pictures, files.

Every string is plain text: no format reads it as markup, formula or code.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from dermdash.stats.words import write_p

ParagraphStyle = Literal["body", "lead", "note", "warning"]
Form = Literal["text", "count", "score", "number", "p", "share"]
MISSING = "–"
WRITERS: Mapping[Form, Callable[[Any], str]] = {
    "text": str,
    "count": lambda value: f"{int(value)}",
    "score": lambda value: f"{value:.2f}".replace("-", "−"),
    "number": lambda value: f"{value:.4g}".replace("-", "−"),
    "p": lambda value: write_p(float(value)),
    "share": lambda value: f"{100 * value:.0f} %",
}


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Words. ``lead`` is a section's answer, ``note`` small print, ``warning`` must be seen."""

    text: str
    style: ParagraphStyle = "body"


@dataclass(frozen=True, slots=True)
class Bullets:
    """Points of one list."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; its form says how ``written`` shows a cell."""

    name: str
    form: Form = "text"

    @property
    def numeric(self) -> bool:
        return self.form != "text"


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it is read; numbers stay numbers until ``written`` shows them.

    rows : as long as ``columns``, of str, int, float, bool or None
    """

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    note: str = ""

    def texts(self) -> list[list[str]]:
        """The cells as they are printed."""
        return [
            [written(cell, column.form) for cell, column in zip(row, self.columns, strict=True)]
            for row in self.rows
        ]


@dataclass(frozen=True, slots=True)
class Chart:
    """How a figure's ``data`` is drawn by a program that has charts of its own.

    kind : bars with ``x`` as categories, or lines over numbers ``x``
    series : column whose values are one series each; None draws one
    low, high : columns of the interval, where there is one
    """

    kind: Literal["bars", "lines"]
    x: str
    y: str
    series: str | None = None
    low: str | None = None
    high: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Figure:
    """A figure by the name of the function that draws it, and all that it draws.

    draw : a name that ``reporting.figures.print`` and ``reporting.figures.screen`` both have
    arguments : its arguments by name
    caption : what is seen, with units, n and what intervals are
    alt : the same for those who cannot see it
    data : its numbers, tidy, to be taken away
    chart : how ``data`` is drawn as a native chart; None where only the picture will do
    """

    draw: str
    arguments: Mapping[str, Any]
    caption: str
    alt: str
    data: pd.DataFrame
    chart: Chart | None = None

    def on(self, room: Any) -> Any:
        """The figure as a room of ``figures`` draws it: ``print`` or ``screen``."""
        drawer: Callable[..., Any] = getattr(room, self.draw)
        return drawer(**self.arguments)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of pixels, such as a slice of a volume: PNG."""

    png: bytes
    caption: str
    alt: str


@dataclass(frozen=True, slots=True, eq=False)
class Attachment:
    """A file that travels with the data formats: a tidy table, a script, settings.

    name : of the file, without folders; ASCII letters, digits, ``-``, ``_`` and ``.``
    content : a table becomes a sheet and a CSV, text is kept as it is
    about : one sentence for the list of files
    """

    name: str
    content: pd.DataFrame | str
    about: str


Block = Paragraph | Bullets | Table | Figure | Picture | Attachment


@dataclass(frozen=True, slots=True, eq=False)
class Content:
    """What a card shows.

    title : of the section; message : its answer in one sentence, the title of a slide
    """

    title: str
    message: str
    blocks: tuple[Block, ...]

    def of(self, kind: type) -> list[Any]:
        """The blocks of one kind, in order."""
        return [block for block in self.blocks if isinstance(block, kind)]


def table_of(
    frame: pd.DataFrame,
    caption: str,
    *,
    forms: Mapping[str, Form] | None = None,
    note: str = "",
) -> Table:
    """A table block of a frame; whole numbers are counts, others scores, where no form is given.

    >>> table = table_of(pd.DataFrame({"Arm": ["a"], "Mean": [2.345], "n": [12]}), "Groups")
    >>> table.texts()
    [['a', '2.35', '12']]
    """
    given = forms or {}
    columns = tuple(
        Column(str(name), given.get(str(name), _form(frame[name]))) for name in frame.columns
    )
    rows = tuple(
        tuple(_plain(cell) for cell in row) for row in frame.itertuples(index=False, name=None)
    )
    return Table(caption, columns, rows, note)


def written(value: Any, form: Form) -> str:
    """A cell as it is printed.

    >>> written(0.0462, "p"), written(2.005, "score"), written(None, "text"), written(0.5, "share")
    ('.046', '2.00', '–', '50 %')
    """
    if value is None or (isinstance(value, float) and not np.isfinite(value)):
        return MISSING
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) if isinstance(value, str) else WRITERS[form](value)


def names_of(items: Sequence[str]) -> str:
    """
    >>> names_of(["a", "b", "c"])
    'a, b and c'
    """
    *most, last = items or [""]
    return f"{', '.join(most)} and {last}" if most else last


def _form(values: "pd.Series[Any]") -> Form:
    if pd.api.types.is_bool_dtype(values.dtype):
        return "text"
    if pd.api.types.is_integer_dtype(values.dtype):
        return "count"
    return "score" if pd.api.types.is_float_dtype(values.dtype) else "text"


def _plain(cell: Any) -> Any:
    if cell is None or cell is pd.NA or cell is pd.NaT:
        return None
    if isinstance(cell, np.generic):
        cell = cell.item()
    if isinstance(cell, float) and not np.isfinite(cell):
        return None
    return cell if isinstance(cell, str | int | float | bool) else str(cell)
