"""What stands around a comparison over visits: the question, the subjects, studies that fit."""

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from dermdash.analysis.cohorts import Score
from dermdash.analysis.comparisons import Scored
from dermdash.reporting.figures.data import SCORE_NAMES
from dermdash.reporting.tables import csv_bytes
from dermdash.trial.gradings import profiles
from dermdash.trial.studies import Study, list_studies
from dermdash.ui.cells import plain
from dermdash.ui.guard import Access


@dataclass(frozen=True, slots=True)
class ChangeQuestion:
    """Which scans, by which score; a site of None averages over all."""

    site: str | None
    score: Score


def ask(study: Study) -> ChangeQuestion:
    """The filters, closed to their summary."""
    key = f"change_{study.study_id}_site"
    sites: list[str | None] = [None, *(site.name for site in study.sites)]
    site_now = st.session_state.get(key) or "all sites"
    score_now = st.session_state.get("cohort_score", "expected_grade")
    summary = f"{site_now}, 0–69 µm, {SCORE_NAMES[score_now]}"
    with st.popover(f":material/filter_alt: {plain(summary)}", width="stretch"):
        site = st.selectbox(
            "Site",
            sites,
            format_func=lambda name: name or "all, averaged within each subject",
            key=key,
            persist_state="session",
        )
        score = st.segmented_control(
            "Score",
            list(SCORE_NAMES),
            format_func=SCORE_NAMES.__getitem__,
            default="expected_grade",
            required=True,
            key="cohort_score",
            persist_state="session",
        )
    return ChangeQuestion(site, "grade_mean" if score == "grade_mean" else "expected_grade")


def layers_of(access: Access, study: Study, question: ChangeQuestion) -> pd.DataFrame:
    """The layers that a question is about, with the margin around the slab."""
    with access.read() as tx:
        table = profiles(tx, study.study_id, margin=True)
    return table if question.site is None else table[table["site"] == question.site]


def subject_cells(study: Study, scored: Scored, score: str) -> None:
    """One row a subject and visit, and which of them are missing."""
    st.dataframe(
        scored.table,
        hide_index=True,
        column_order=["subject_id", "arm", "visit", score, "n_scans"],
        column_config={
            "subject_id": "Subject",
            "arm": "Arm",
            "visit": "Visit",
            score: st.column_config.NumberColumn(
                f"{SCORE_NAMES[score]}, 0 to 69 µm".capitalize(), format="%.2f"
            ),
            "n_scans": "Scans",
        },
    )
    if len(scored.short):
        st.caption(f"Missing, since no scan covers 0 to 69 µm: {len(scored.short)} cells.")
    st.download_button(
        "Scores as CSV",
        lambda: csv_bytes(scored.table),
        f"{study.name} scores.csv",
        icon=":material/download:",
    )


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
