"""What is asked of a study over its visits."""

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from dermdash.analysis.cohorts import Score
from dermdash.analysis.filters import DEPTHS_UM
from dermdash.reporting.figures.data import SCORE_NAMES
from dermdash.trial.gradings import profiles
from dermdash.trial.studies import Study
from dermdash.ui.cells import plain
from dermdash.ui.filter_row import filter_row
from dermdash.ui.guard import Access


@dataclass(frozen=True, slots=True)
class ChangeQuestion:
    """Which scans, by which score; a site of None averages over all."""

    site: str | None
    score: Score
    depth_um: tuple[int, int] = DEPTHS_UM

    @property
    def summary(self) -> str:
        first, last = self.depth_um
        return f"{self.site or 'all sites'}, {first}–{last} µm, {SCORE_NAMES[self.score]}"


def ask(study: Study) -> ChangeQuestion:
    """The filters, closed to their summary."""
    key = f"change_{study.study_id}_site"
    sites: list[str | None] = [None, *(site.name for site in study.sites)]
    summary, filters = filter_row()
    with filters:
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
        first, last = st.slider(
            "Depth below the DEJ (µm)",
            *DEPTHS_UM,
            value=DEPTHS_UM,
            key="depth_um",
            persist_state="session",
            bind="query-params",
            help="A score over other depths is another score; a scan must cover all of them",
        )
    chosen: Score = "grade_mean" if score == "grade_mean" else "expected_grade"
    question = ChangeQuestion(site, chosen, (int(first), int(last)))
    summary.caption(plain(question.summary), text_alignment="right")
    return question


def layers_of(access: Access, study: Study, question: ChangeQuestion) -> pd.DataFrame:
    """The layers that a question is about, with the margin around the slab."""
    with access.read() as tx:
        table = profiles(tx, study.study_id, margin=True)
    return table if question.site is None else table[table["site"] == question.site]
