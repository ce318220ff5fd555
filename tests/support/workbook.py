"""A workbook of one sheet, as a spreadsheet would save it."""

import io
from collections.abc import Sequence
from datetime import date

import openpyxl

Cell = str | float | bool | date | None


def workbook(rows: Sequence[Sequence[Cell]], *, far: bool = False) -> bytes:
    """The bytes of an .xlsx.

    far : with a number in the last cell that a sheet can have
    """
    book = openpyxl.Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(list(row))
    if far:
        sheet.cell(1_048_576, 16_384, 1)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
