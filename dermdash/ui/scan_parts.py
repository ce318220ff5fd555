"""What stands around the view of a scan: its header, its provenance, the table to choose from."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from dermdash.grading.profile import Grading
from dermdash.reporting.scans import dej_words, graded_sentence, place_words, scan_facts
from dermdash.reporting.tables import csv_bytes, layer_table, patch_table
from dermdash.trial.audit import history
from dermdash.trial.protocols import Protocol
from dermdash.trial.scans import Scan
from dermdash.trial.states import SCAN_STATES
from dermdash.ui.cells import plain
from dermdash.ui.guard import Access

STATE_ICONS = {
    "no DEJ": "edit",
    "cannot tell": "help",
    "queued": "schedule",
    "running": "progress_activity",
    "graded": "check_circle",
    "failed": "error",
    "excluded": "block",
}


def header(scan: Scan, grading: Grading | None) -> None:
    """Who, when, where; the DEJ with its source; the score with the shares of the grades."""
    st.title(plain(place_words(scan)))
    if grading is None:
        st.markdown(
            f":material/{STATE_ICONS[scan.state]}: **{scan.state}**"
            + (f": {plain(scan.reason)}" if scan.reason else "")
            + f" · DEJ {dej_words(scan)}"
        )
        return
    score, of, more = graded_sentence(scan, grading).partition(" of 4")
    st.markdown(
        f"**{score}**{of}{more}"
        + (f" **Excluded**: {plain(scan.reason)}." if scan.state == "excluded" else "")
    )


def provenance(
    access: Access, scan: Scan, grading: Grading | None, protocol: Protocol | None
) -> None:
    """Where each number comes from, and how to take it away."""
    with access.read() as tx:
        entries = history(tx, entity=f"scan {scan.scan_id}")
    facts = scan_facts(scan, protocol) | {"Entries in the history": str(len(entries))}
    st.table(
        pd.DataFrame({"": facts.keys(), "value": facts.values()}).set_index(""), width="content"
    )
    if grading is None:
        return
    name = f"{scan.subject_id} {scan.visit} {scan.site}"
    with st.container(horizontal=True):
        for label, rows in (("layers", layer_table), ("patches", patch_table)):
            st.download_button(
                f"Download {label} as CSV",
                partial(_as_csv, rows, grading),
                f"{name} {label}.csv",
                icon=":material/download:",
            )


def _as_csv(rows: Callable[[Grading], pd.DataFrame], grading: Grading) -> bytes:
    return csv_bytes(rows(grading))


def choose(scans: pd.DataFrame) -> int | None:
    """A table of scans with filters; the id of the row that is chosen."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        counts = scans["state"].value_counts()
        states = st.pills(
            "State",
            [state for state in SCAN_STATES if state in counts],
            selection_mode="multi",
            format_func=lambda state: f"{state} {counts[state]}",
            key="state_filter",
            persist_state="session",
        )
        arms = st.pills(
            "Arm",
            list(dict.fromkeys(scans["arm"].dropna())),
            selection_mode="multi",
            format_func=plain,
            key="arm_filter",
        )
        visits = st.pills(
            "Visit",
            list(dict.fromkeys(scans.sort_values("visit_day")["visit"])),
            selection_mode="multi",
            format_func=plain,
            key="visit_filter",
        )
        subject = st.text_input("Subject", placeholder="part of a code", key="subject_filter")
    shown = scans[
        (scans["state"].isin(states) if states else True)
        & (scans["arm"].isin(arms) if arms else True)
        & (scans["visit"].isin(visits) if visits else True)
        & scans["subject_id"].str.contains(subject or "", case=False, regex=False)
    ].reset_index(drop=True)
    st.caption(f"{len(shown)} of {len(scans)} scans. Choose one by its row.")
    clear = shown["quality"].isin(["green"])
    words = ["reason", "dej_source", "arm", "quality", "quality_of"]
    picked = st.dataframe(
        shown.assign(quality_of=shown["quality_of"].mask(clear)).fillna(dict.fromkeys(words, "")),
        hide_index=True,
        height=min(38 + 35 * max(len(shown), 1), 600),
        on_select="rerun",
        selection_mode=["single-row", "single-cell"],
        placeholder="",
        key="scan_rows",
        column_order=[
            "subject_id",
            "arm",
            "visit",
            "site",
            "replicate",
            "state",
            "grade_mean",
            "expected_grade",
            "n_layers",
            "dej_um",
            "dej_source",
            "quality",
            "quality_of",
            "reason",
            "file_name",
            "stored_at",
        ],
        column_config=_COLUMNS,
    )
    st.download_button(
        "Download as CSV", lambda: csv_bytes(shown), "scans.csv", icon=":material/download:"
    )
    rows = [*picked.selection.rows, *(row for row, _ in picked.selection.cells)]
    return int(shown["scan_id"][rows[0]]) if rows else None


_COLUMNS: dict[str, Any] = {
    "subject_id": "Subject",
    "arm": "Arm",
    "visit": "Visit",
    "site": "Site",
    "replicate": st.column_config.NumberColumn("Replicate", width="small"),
    "state": "State",
    "grade_mean": st.column_config.NumberColumn("Mean grade", format="%.2f"),
    "expected_grade": st.column_config.NumberColumn("Expected grade", format="%.2f"),
    "n_layers": st.column_config.NumberColumn("Layers", help="of 1 µm, 70 in a whole slab"),
    "dej_um": st.column_config.NumberColumn("DEJ (µm)", format="%.0f"),
    "dej_source": "DEJ by",
    "quality": st.column_config.TextColumn("Quality", help="The worst light of the volume"),
    "quality_of": st.column_config.TextColumn("Because of", help="The read-out that decides"),
    "reason": "Reason",
    "file_name": "File",
    "stored_at": st.column_config.DatetimeColumn("Stored (UTC)", format="YYYY-MM-DD HH:mm"),
}
