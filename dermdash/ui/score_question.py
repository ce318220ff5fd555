"""By which score, over which depths: as the study's plan has it, until somebody chooses."""

from typing import Any

import streamlit as st

from dermdash.analysis.cohorts import Score
from dermdash.analysis.filters import DEPTHS_UM
from dermdash.reporting.figures.data import SCORE_NAMES
from dermdash.stats.plan import POPULATIONS, Population
from dermdash.trial.plans import StoredPlan
from dermdash.trial.studies import Study

SESSION: Any = "session"  # what a widget's value outlives: the page, not the browser's tab
ADDRESS: Any = "query-params"  # study, score and depths only: nothing that identifies or unblinds


def ask_score(study: Study, stored: StoredPlan | None) -> tuple[Score, tuple[int, int]]:
    """The score, and its first and last layer in µm below the DEJ."""
    planned = None if stored is None else stored.plan
    score = st.segmented_control(
        "Score",
        list(SCORE_NAMES),
        format_func=SCORE_NAMES.__getitem__,
        default="expected_grade" if planned is None else planned.value,
        required=True,
        key=planned_key(f"score_{study.study_id}", stored),
        persist_state=SESSION,
        bind=ADDRESS,
    )
    first, last = st.slider(
        "Depth below the DEJ (µm)",
        *DEPTHS_UM,
        value=DEPTHS_UM if planned is None else planned.depth_um,
        key=planned_key(f"depth_um_{study.study_id}", stored),
        persist_state=SESSION,
        bind=ADDRESS,
        help="A score over other depths is another score; a scan must cover all of them",
    )
    return "grade_mean" if score == "grade_mean" else "expected_grade", (int(first), int(last))


def ask_population(study: Study, stored: StoredPlan | None) -> Population:
    """Whose scores: the planned population until somebody chooses."""
    planned: Population = "full_analysis" if stored is None else stored.plan.population
    return st.segmented_control(
        "Population",
        list(POPULATIONS),
        format_func=POPULATIONS.__getitem__,
        default=planned,
        required=True,
        key=planned_key(f"population_{study.study_id}", stored),
        persist_state=SESSION,
        help="As the roster says, with the reason of each subject who is not in it",
    )


def planned_key(key: str, stored: StoredPlan | None) -> str:
    """The key of a widget that opens as planned.

    key : names the study, too

    Each version of a plan has a widget of its own, so that none opens on what was chosen, or was
    planned, before.

    >>> planned_key("depth_um_3", None)
    'depth_um_3'
    """
    return key if stored is None else f"{key}_plan{stored.version}"
