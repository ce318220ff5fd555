"""A page's question answered from the store, and kept there."""

import streamlit as st

from dermdash.analysis import answers
from dermdash.analysis.answers import Answered, Keeper
from dermdash.analysis.cohorts import Cohort, capital
from dermdash.analysis.evidence import Evidence, read_evidence
from dermdash.ui.cells import plain
from dermdash.ui.change_question import ChangeQuestion
from dermdash.ui.cohort_question import Question
from dermdash.ui.guard import Access
from dermdash.ui.kept_parts import kept_comparison
from dermdash.ui.sensitivity_parts import moved_dej


def evidence_for(access: Access, question: Question | ChangeQuestion) -> Evidence:
    """What a page's question is answered from.

    Raises
    ------
    DesignError
        The studies cannot be pooled.
    """
    with access.read() as tx:
        return read_evidence(tx, question.study_ids, question.population)


def answer_groups(
    access: Access, evidence: Evidence, question: Question, cohort: Cohort
) -> Answered:
    """Arms compared over a cohort's subjects.

    Raises
    ------
    TableError
        There are not two arms of two subjects.
    """
    return answers.answer_groups(evidence, question.asked, cohort, keeper=_keeper(access))


def answer_changes(access: Access, evidence: Evidence, question: ChangeQuestion) -> Answered:
    """Arms compared over the visits of a study.

    Raises
    ------
    DesignError
        No scan is graded under the filters, or the depths are no range.
    TableError
        The graded scans do not make up the design.
    """
    return answers.answer_changes(evidence, question.asked, keeper=_keeper(access))


def _keeper(access: Access) -> Keeper:
    return Keeper(
        lambda key, compute: kept_comparison(access, key, compute),
        lambda key, compute: moved_dej(access, key, compute),
    )


def show_standing(answered: Answered) -> None:
    """Planned or exploratory, as a badge with its reason."""
    planned = answered.standing.planned
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.badge(
            "PLANNED" if planned else "EXPLORATORY",
            icon=":material/lock:" if planned else ":material/explore:",
            color="green" if planned else "gray",
        )
        st.caption(plain(capital(answered.standing.sentence.split(": ", 1)[-1])))
