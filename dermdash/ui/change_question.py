"""What is asked of a study over its visits."""

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from dermdash.analysis.cohorts import Score
from dermdash.reporting.figures.data import SCORE_NAMES
from dermdash.trial.gradings import profiles
from dermdash.trial.studies import Study
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
