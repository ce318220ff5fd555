"""A table on a page, and the file in which it is taken away."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from dermdash.reporting.tables import csv_bytes
from dermdash.trial.results import data_digest

# For st.cache_data, whose own key is made from 10,000 of a long table's rows: another DEJ of one
# scan could change none of them, and an old result be shown.
WHOLE_TABLES: dict[str | type[Any], Callable[[Any], Any]] = {pd.DataFrame: data_digest}


def show_numbers(table: pd.DataFrame, number_format: str = "%.2f") -> None:
    """A table whose fractions have as many decimals as said, and percentages none."""
    st.dataframe(
        table,
        hide_index=True,
        column_config={
            name: st.column_config.NumberColumn(format="%.0f" if "(%)" in name else number_format)
            for name in table.select_dtypes(float).columns
        },
    )


def csv_button(label: str, table: pd.DataFrame, name: str) -> None:
    """A button that writes the table at the click; ``name`` is the file's, without ending."""
    st.download_button(
        label,
        lambda: csv_bytes(table),
        f"{name}.csv",
        icon=":material/download:",
        key=f"csv {name}",
    )
