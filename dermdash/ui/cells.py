"""Words and cells: what users wrote, made fit for a table, a sentence or a page."""

import re
from typing import Any

import pandas as pd

from dermdash.reporting.words import plural

__all__ = ["plain", "plural", "records", "status_name", "step_name", "text"]


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """One mapping a row, by the columns' names."""
    return [dict(zip(table.columns, row, strict=True)) for row in table.itertuples(index=False)]


def text(value: Any) -> str:
    """A cell's text; empty where it is missing.

    >>> text(float("nan")), text(" D0 "), text(None)
    ('', 'D0', '')
    """
    return "" if pd.isna(value) else str(value).strip()


def step_name(step: int) -> str:
    """A step with its sign, the minus as long as the plus.

    >>> step_name(10), step_name(-1)
    ('+10', '−1')
    """
    return f"{step:+d}".replace("-", "−")


def plain(words: object) -> str:
    """What a user wrote, shown as written where Streamlit would read it as Markdown.

    >>> plain("**S1** :red[x] <b>")
    '\\\\*\\\\*S1\\\\*\\\\* \\\\:red\\\\[x\\\\] \\\\<b\\\\>'
    """
    return re.sub(r"([\\`*_{}\[\]<>#!|~$:&])", r"\\\1", str(words))


def status_name(status: object) -> str:
    """A subject's status in words that no arm is called by.

    >>> status_name("active")
    'taking part'
    """
    return "taking part" if status == "active" else str(status)
