"""Cells of tables, as editors and frames give them."""

from typing import Any

import pandas as pd


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """One mapping a row, by the columns' names."""
    return [dict(zip(table.columns, row, strict=True)) for row in table.itertuples(index=False)]


def text(value: Any) -> str:
    """A cell's text; empty where it is missing.

    >>> text(float("nan")), text(" D0 "), text(None)
    ('', 'D0', '')
    """
    return "" if pd.isna(value) else str(value).strip()


def plural(count: int, one: str, many: str | None = None) -> str:
    """A number with its noun.

    >>> plural(1, "scan"), plural(2, "scan"), plural(1, "scan waits", "scans wait")
    ('1 scan', '2 scans', '1 scan waits')
    """
    return f"{count} {one}" if count == 1 else f"{count} {many or one + 's'}"
