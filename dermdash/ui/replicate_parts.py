"""The scans of one subject, visit and site, side by side, with their spread."""

import pandas as pd
import streamlit as st

from dermdash.trial.scans import Scan
from dermdash.ui.cells import plain, records

KEYS = ["subject_id", "visit", "site"]


def replicates(scans: pd.DataFrame, scan: Scan) -> None:
    """Which replicates there are, their scores and spread, and a way from one to another.

    scans : the study's, as ``scan_table`` gives them
    """
    mine = scans[(scans[KEYS] == [scan.subject_id, scan.visit, scan.site]).all(axis=1)]
    if len(mine) < 2:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(spread_words(mine))
        for row in records(mine.sort_values("replicate")):
            score = f", {row['expected_grade']:.2f}" if row["state"] == "graded" else ""
            st.button(
                f"Replicate {row['replicate']}: {row['state']}{score}",
                key=f"replicate_{row['scan_id']}",
                disabled=bool(row["scan_id"] == scan.scan_id),
                on_click=_open,
                args=(int(row["scan_id"]),),
            )


def spread_words(replicated: pd.DataFrame) -> str:
    """The mean of the replicates that count, with their spread.

    >>> rows = pd.DataFrame({"state": ["graded"] * 2, "expected_grade": [2.0, 2.2]})
    >>> spread_words(rows)
    '2 replicates: expected grade 2.10, SD 0.14; their mean is what results use'
    """
    scores = replicated.loc[replicated["state"] == "graded", "expected_grade"]
    words = f"{len(replicated)} replicates"
    if len(scores) < 2:
        return plain(f"{words}, {len(scores)} of them graded")
    return (
        f"{words}: expected grade {scores.mean():.2f}, SD {scores.std():.2f}; their mean is what "
        "results use"
    )


def _open(scan_id: int) -> None:
    st.query_params["scan"] = str(scan_id)
    st.session_state.pop("correcting", None)
