"""Tables as files and sheets take them."""

from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from dermdash.reporting.blocks import Table
from dermdash.reporting.formats.visible import visible

MARK_COLUMN = "report_mark"


def plain_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """A table whose texts every file can hold; whole numbers stay whole where some are missing.

    Names of columns become text; numbers, flags and missing values are as they were.
    """
    columns = {place: _plain_column(frame.iloc[:, place]) for place in range(frame.shape[1])}
    plain = pd.DataFrame(columns, index=pd.RangeIndex(len(frame)))
    plain.columns = pd.Index([visible(name) for name in frame.columns], dtype="object")
    return plain


def marked_frame(frame: pd.DataFrame, mark: str) -> pd.DataFrame:
    """The table with the report's mark in each row, so that it is there whatever is cut out."""
    plain = plain_frame(frame)
    if mark:
        name = MARK_COLUMN
        while name in plain.columns:
            name = f"{name}_"
        plain[name] = pd.Series([visible(mark)] * len(plain), dtype="object")
    return plain


def table_frame(table: Table) -> pd.DataFrame:
    """The cells of a table as they are, numbers with all their digits."""
    columns = [
        pd.Series([row[place] for row in table.rows], dtype="object")
        for place in range(len(table.columns))
    ]
    frame = pd.concat(columns, axis=1) if columns else pd.DataFrame()
    frame.columns = pd.Index([column.name for column in table.columns], dtype="object")
    return frame


def _plain_column(values: "pd.Series[Any]") -> "pd.Series[Any]":
    if pd.api.types.is_numeric_dtype(values.dtype) and not isinstance(
        values.dtype, pd.CategoricalDtype
    ):
        return values.reset_index(drop=True)
    cells = [_plain_cell(cell) for cell in values.tolist()]
    return pd.Series(cells, dtype="object")


def _plain_cell(cell: Any) -> Any:
    if isinstance(cell, np.generic):
        cell = cell.item()
    if cell is None or cell is pd.NA or cell is pd.NaT:
        return None
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, bool | int | float):
        return cell
    return visible(cell)
