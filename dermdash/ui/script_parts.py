"""Show the code: the script that runs a page's comparison again, and its table, to take away."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dermdash.errors import TableError
from dermdash.reporting.script import source_words, write_script
from dermdash.stats.comparison import Comparison
from dermdash.trial.protocols import current_protocol
from dermdash.trial.studies import Study
from dermdash.ui.cells import plain
from dermdash.ui.guard import Access


def source_of(access: Access, studies: Sequence[Study], summary: str) -> str:
    """Where a table comes from, and what must be said with it.

    studies : one, or those that were pooled; summary : the filters in words
    """
    with access.read() as tx:
        protocol = current_protocol(tx, studies[0].study_id)
    return source_words({one.name: one.synthetic for one in studies}, summary, protocol)


def show_code(found: Comparison, table: pd.DataFrame, *, source: str) -> None:
    """The script as code, and script and table as downloads.

    table : what was compared
    """
    try:
        script = write_script(found, table, source=source)
    except TableError as refusal:
        st.caption(plain(f"No script: {refusal}."))
        return
    st.markdown("**Run it yourself**: the script asserts every number of this comparison")
    st.caption(
        "It compares the table again by dermdash, and asks scipy and statsmodels for the same "
        "tests where they have them. Keep both files in one folder; Python and dermdash without "
        "its extras are enough, as its first lines say."
    )
    with st.container(horizontal=True):
        st.download_button(
            "Script and table as ZIP",
            script.zip_bytes,
            f"{script.name}.zip",
            icon=":material/folder_zip:",
            key="script zip",
        )
        st.download_button(
            "Script as PY",
            script.text,
            script.script_name,
            mime="text/x-python",
            icon=":material/code:",
            key="script",
        )
        st.download_button(
            "Table as CSV",
            script.csv_bytes,
            script.csv_name,
            mime="text/csv",
            icon=":material/download:",
            key="script table",
        )
    st.code(script.text, language="python", height=560)
