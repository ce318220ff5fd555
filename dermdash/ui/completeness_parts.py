"""Which scans of a study are there, and in which state."""

from typing import Any

import pandas as pd
import streamlit as st

from dermdash.reporting.tables import csv_bytes
from dermdash.trial.scans import scan_table
from dermdash.trial.studies import Study, subject_table
from dermdash.ui.cells import status_name
from dermdash.ui.guard import Access


def completeness(access: Access, study: Study) -> None:
    """Subjects by visit: which scans are there, and in which state the weakest of them is."""
    with access.read() as tx:
        scans, subjects = scan_table(tx, study.study_id), subject_table(tx, study.study_id)
    if subjects.empty:
        st.info("No subjects yet. They come with their scans, or by the roster.")
        return
    matrix = completeness_matrix(scans, subjects, [visit.name for visit in study.visits])
    st.dataframe(
        matrix.style.map(_tint, subset=[visit.name for visit in study.visits]),
        hide_index=True,
        column_config={"subject_id": "Subject", "arm": "Arm", "status": "Status"},
        placeholder="",
        height=min(38 + 35 * len(matrix), 560),
    )
    st.download_button(
        "Download as CSV",
        lambda: csv_bytes(matrix),
        f"{study.name} completeness.csv",
        icon=":material/download:",
    )


def completeness_matrix(
    scans: pd.DataFrame, subjects: pd.DataFrame, visits: list[str]
) -> pd.DataFrame:
    """One row a subject, one column a visit: the number of scans in each state, or empty.

    scans : as ``scan_table``; subjects : as ``subject_table``
    """
    matrix = subjects[["subject_id", "arm"]].copy()
    matrix["status"] = subjects["status"].map(status_name)
    counted = scans.groupby(["subject_id", "visit", "state"], observed=True).size()
    cells = counted.reset_index(name="n")
    cells["cell"] = cells["state"].where(
        cells["n"] == 1, cells["n"].astype(str) + " " + cells["state"]
    )
    joined = cells.groupby(["subject_id", "visit"], observed=True)["cell"].agg(", ".join)
    known = joined.to_dict()
    for visit in visits:
        matrix[visit] = [known.get((code, visit), "missing") for code in matrix["subject_id"]]
    return matrix


def _tint(cell: Any) -> str:
    quiet = {
        "graded": "background-color: rgba(44, 123, 182, 0.18)",
        "missing": "color: rgba(128, 128, 128, 0.8)",
    }
    if "failed" in str(cell):
        return "background-color: rgba(215, 25, 28, 0.22)"
    return quiet.get(str(cell).lstrip("0123456789 "), "background-color: rgba(230, 159, 0, 0.18)")
