"""Tables on a page: what is kept for them, and how they are written."""

import numpy as np
import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dermdash.ui.table_parts import WHOLE_TABLES


@pytest.mark.parametrize("row", [0, 31_234, 59_999])
def test_a_long_table_is_told_from_another_by_every_row(row: int) -> None:
    """Lost: in a study of 10,000 scans, a corrected DEJ would leave the old result on the page."""

    @st.cache_data(hash_funcs=WHOLE_TABLES, show_spinner=False)
    def highest(table: pd.DataFrame) -> float:
        return float(table["score"].max())

    table = pd.DataFrame({"scan_id": np.arange(60_000), "score": 2.0})
    assert highest(table) == 2
    table.loc[row, "score"] = 3.0
    assert highest(table) == 3


def page() -> None:
    import pandas as pd

    from dermdash.ui.table_parts import csv_button, show_numbers

    table = pd.DataFrame({"Arm": ["=a"], "n": [3], "Share (%)": [66.7], "SD": [0.123456]})
    show_numbers(table, "%.3f")
    csv_button("Shares as CSV", table, "Trial shares")


def test_numbers_have_the_decimals_that_are_asked_for() -> None:
    """Lost: six decimals of a standard deviation, or a share of 66.7000 %."""
    app = AppTest.from_function(page).run()
    assert not app.exception
    columns = app.dataframe[0].proto.columns
    assert '"SD": {"type_config": {"type": "number", "format": "%.3f"}}' in columns
    assert '"Share (%)": {"type_config": {"type": "number", "format": "%.0f"}}' in columns
    assert '"n"' not in columns
