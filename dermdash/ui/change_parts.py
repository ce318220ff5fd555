"""What stands around a comparison over visits: the subjects, and studies that fit."""

import pandas as pd
import streamlit as st

from dermdash.analysis.comparisons import Scored
from dermdash.reporting.figures.data import SCORE_NAMES
from dermdash.trial.studies import Study, list_studies
from dermdash.ui.guard import Access
from dermdash.ui.table_parts import csv_button


def subject_cells(study: Study, scored: Scored, score: str, depth_um: tuple[int, int]) -> None:
    """One row a subject and visit, and which of them are missing."""
    over = f"{depth_um[0]} to {depth_um[1]} µm"
    st.dataframe(
        scored.table,
        hide_index=True,
        column_order=["subject_id", "arm", "visit", score, "n_scans"],
        column_config={
            "subject_id": "Subject",
            "arm": "Arm",
            "visit": "Visit",
            score: st.column_config.NumberColumn(
                f"{SCORE_NAMES[score]}, {over}".capitalize(), format="%.2f"
            ),
            "n_scans": "Scans",
        },
    )
    if len(scored.short):
        st.caption(f"Missing, since no scan covers {over}: {len(scored.short)} cells.")
    csv_button("Scores as CSV", scored.table, f"{study.name} scores")


def studies_over_visits(access: Access) -> None:
    """Which studies are made for this page."""
    with access.read() as tx:
        studies = list_studies(tx)
    fitting = studies[studies["kind"] != "cohorts"]
    if fitting.empty:
        st.write("No study with a baseline and later visits yet: create one under *Studies*.")
        return
    shown = pd.DataFrame(
        {
            "Study": fitting["study"],
            "Graded scans": fitting["n_graded"],
            "Scans": fitting["n_scans"],
        }
    )
    st.markdown("Studies over visits, to be chosen in the sidebar:")
    st.dataframe(shown, hide_index=True)
