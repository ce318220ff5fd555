"""The scans of one subject, visit and site, side by side, with their spread."""

import pandas as pd
import streamlit as st

from dermdash.reporting.scans import replicates_of, spread_words
from dermdash.trial.scans import Scan
from dermdash.ui.cells import plain, records


def replicates(scans: pd.DataFrame, scan: Scan) -> None:
    """Which replicates there are, their scores and spread, and a way from one to another.

    scans : the study's, as ``scan_table`` gives them
    """
    mine = replicates_of(scans, scan)
    if len(mine) < 2:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(plain(spread_words(mine)))
        for row in records(mine.sort_values("replicate")):
            score = f", {row['expected_grade']:.2f}" if row["state"] == "graded" else ""
            st.button(
                f"Replicate {row['replicate']}: {row['state']}{score}",
                key=f"replicate_{row['scan_id']}",
                disabled=bool(row["scan_id"] == scan.scan_id),
                on_click=_open,
                args=(int(row["scan_id"]),),
            )


def _open(scan_id: int) -> None:
    st.query_params["scan"] = str(scan_id)
    st.session_state.pop("correcting", None)
