"""Where the spread that a study is planned with comes from, on a page."""

import streamlit as st

from dermdash.analysis.planning import visits_to_plan_from
from dermdash.analysis.wanted import PAPER_SD, SpreadWanted
from dermdash.reporting.figures.data import SCORE_NAMES
from dermdash.reporting.planning import assumed_sentence
from dermdash.stats.power import Question
from dermdash.trial.studies import Study, find_study, get_study, list_studies
from dermdash.ui.guard import Access
from dermdash.ui.number_field import number_field
from dermdash.ui.ribbon import mark, ribbon

CORRELATION = 0.5


def ask_spread(access: Access, question: Question) -> SpreadWanted:
    """The SD and where it is from."""
    study = _ask_source(access)
    if study is None:
        return _assume_spread(question)
    return _ask_of_study(study, question)


def source_ribbon(access: Access, wanted: SpreadWanted) -> None:
    """What must be said of the scans that the spread is from."""
    if (study := _study_of(access, wanted)) is not None:
        ribbon(access, study)


def source_mark(access: Access, wanted: SpreadWanted) -> str:
    """The same, for a figure that leaves the page."""
    study = _study_of(access, wanted)
    return "" if study is None else mark(access, study)


def _study_of(access: Access, wanted: SpreadWanted) -> Study | None:
    if wanted.study_id is None:
        return None
    with access.read() as tx:
        return get_study(tx, wanted.study_id)


def _ask_source(access: Access) -> Study | None:
    """Where the spread comes from: assumed, or a study of this store."""
    with access.read() as tx:
        studies = list_studies(tx)
    names = list(studies[studies["n_graded"] > 0]["study"])
    if st.session_state.get("plan_source") not in names:
        st.session_state.pop("plan_source", None)
    name = st.selectbox(
        "Spread of the scores",
        [None, *names],
        format_func=lambda name: f"from {name}" if name else "assumed; the paper's to begin with",
        key="plan_source",
        persist_state="session",
        bind="query-params",
    )
    if not name:
        return None
    with access.read() as tx:
        study_id = find_study(tx, name)
        return None if study_id is None else get_study(tx, study_id)


def _assume_spread(question: Question) -> SpreadWanted:
    """SD within an arm, and the correlation of two visits where the question has two."""
    correlation = 0.0
    with st.container(horizontal=True):
        sd = number_field("SD within an arm", PAPER_SD, "plan_sd", step=0.01, form="%.2f")
        if question in ("paired", "change"):
            correlation = number_field(
                "Correlation of the two scores",
                CORRELATION,
                "plan_correlation",
                step=0.05,
                form="%.2f",
            )
    st.caption(assumed_sentence(question))
    score = st.session_state.get("cohort_score") or "expected_grade"
    return SpreadWanted(score=str(score), sd=sd, correlation=correlation)


def _ask_of_study(study: Study, question: Question) -> SpreadWanted:
    """At which visit, by which score, and whether with the SD's upper limit."""
    visits = visits_to_plan_from(study, question)
    visit = None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if visits:
            visit = st.selectbox(
                "Visit",
                visits,
                key=f"plan_visit_{study.study_id}_{question in ('paired', 'change')}",
                persist_state="session",
                bind="query-params",
                width=130,
            )
        score = st.segmented_control(
            "Score",
            list(SCORE_NAMES),
            format_func=SCORE_NAMES.__getitem__,
            default="expected_grade",
            required=True,
            key="cohort_score",
            persist_state="session",
            bind="query-params",
        )
    limit = st.segmented_control(
        "Plan with the SD's",
        ["upper 80 % limit", "estimate"],
        default="upper 80 % limit",
        required=True,
        key="plan_limit",
        persist_state="session",
        bind="query-params",
        help="Half of all small studies underestimate the SD; the limit does so in one of five.",
    )
    return SpreadWanted(study.study_id, visit, str(score or "expected_grade"), limit != "estimate")
