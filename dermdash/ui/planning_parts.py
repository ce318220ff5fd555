"""What a plan is asked for on a page: the design by its picture, the spread, the error rates."""

from dataclasses import dataclass

import streamlit as st

from dermdash.analysis.planning import visits_to_plan_from
from dermdash.reporting.figures.data import SCORE_NAMES
from dermdash.reporting.planning import PAPER
from dermdash.stats.planned import Asked
from dermdash.stats.power import Multiplicity, Question
from dermdash.trial.studies import Study, find_study, get_study, list_studies
from dermdash.ui.cells import plain
from dermdash.ui.design_pictures import PICTURES
from dermdash.ui.guard import Access
from dermdash.ui.ribbon import ribbon

PAPER_SD = PAPER_DIFFERENCE = 0.36
CORRELATION = 0.5
TWO_SIDED = "The chance of a false finding that is accepted; all tests are two-sided."
LOST = "Share of the enrolled subjects who will have no score at the primary visit."

Comparisons = dict[str, tuple[Question, Multiplicity]]
ONE = "one comparison"
SEVERAL = "several (visits, endpoints), Bonferroni"
CONTROL = "each arm against the control (Dunnett)"
PAIRS = "every pair of arms (Tukey)"
PLANNED_PAIR = "one pair, named beforehand"
COMPARISONS: dict[str, Comparisons] = {
    "two_arms": {ONE: ("two_arms", "none"), SEVERAL: ("two_arms", "bonferroni")},
    "arms": {
        PAIRS: ("pairs", "tukey"),
        CONTROL: ("pairs", "dunnett"),
        "any difference among the arms (F test)": ("arms", "none"),
        PLANNED_PAIR: ("pairs", "none"),
        SEVERAL: ("pairs", "bonferroni"),
    },
    "paired": {ONE: ("paired", "none"), SEVERAL: ("paired", "bonferroni")},
    "change": {
        ONE: ("change", "none"),
        CONTROL: ("change", "dunnett"),
        PAIRS: ("change", "tukey"),
        SEVERAL: ("change", "bonferroni"),
    },
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked, as entered.

    sd, correlation : assumed; a study's hold in their place where ``study`` is given
    given : the difference that would matter, or the subjects to enrol in each arm
    power, dropout : shares, 0 to 1
    """

    asked: Asked
    question: Question
    multiplicity: Multiplicity
    n_arms: int
    n_comparisons: int
    study: Study | None
    visit: str | None
    score: str
    cautious: bool
    sd: float
    correlation: float
    given: float
    alpha: float
    power: float
    dropout: float


def choose_design() -> str:
    """The designs side by side; the key of the one chosen."""
    chosen = str(st.session_state.setdefault("plan_design", PICTURES[0].key))
    for column, picture in zip(st.columns(len(PICTURES)), PICTURES, strict=True):
        with column, st.container(border=True, horizontal_alignment="center", gap="xsmall"):
            st.image(picture.svg, width=150)
            st.button(
                picture.name,
                type="primary" if picture.key == chosen else "secondary",
                width="stretch",
                help=picture.asks,
                key=f"plan_{picture.key}",
                on_click=_choose,
                args=(picture.key,),
            )
    return chosen


def ask(access: Access, design: str) -> Wanted:
    """Everything that is assumed, with its source."""
    asked = st.segmented_control(
        "To find",
        ["subjects", "difference"],
        format_func={
            "subjects": "Subjects needed",
            "difference": "Detectable difference",
        }.__getitem__,
        default="subjects",
        required=True,
        key="plan_asked",
        persist_state="session",
        label_visibility="collapsed",
    )
    question, multiplicity, n_arms, n_comparisons = _ask_comparison(design)
    study = _ask_source(access)
    visit, cautious, sd, correlation = None, True, PAPER_SD, 0.0
    score = str(st.session_state.get("cohort_score") or "expected_grade")
    if study is None:
        sd, correlation = _assume_spread(question)
    else:
        visit, score, cautious = _ask_of_study(study, question)
    given = _ask_given(asked == "difference", n_arms if question != "paired" else 1)
    alpha, power, dropout = _ask_rates()
    return Wanted(
        "difference" if asked == "difference" else "subjects",
        question,
        multiplicity,
        n_arms,
        n_comparisons,
        study,
        visit,
        score,
        cautious,
        sd,
        correlation,
        given,
        alpha,
        power,
        dropout,
    )


def source_ribbon(access: Access, wanted: Wanted) -> None:
    """What must be said of the scans that the spread is from."""
    if wanted.study is not None:
        ribbon(access, wanted.study)


def _choose(key: str) -> None:
    st.session_state["plan_design"] = key


def _ask_comparison(design: str) -> tuple[Question, Multiplicity, int, int]:
    """What is compared with what, and how often."""
    options = COMPARISONS[design]
    n_arms, n_comparisons = (1 if design == "paired" else 2), 1
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if design in ("arms", "change"):
            key = f"plan_n_{design}"
            n_arms = int(_number("Arms", 3 if design == "arms" else 2, key, width=110))
        if n_arms == 2 and design == "change":
            options = {name: options[name] for name in (ONE, SEVERAL)}
        name = st.selectbox(
            "Comparisons", list(options), key=f"plan_for_{design}", persist_state="session"
        )
        if name == SEVERAL:
            n_comparisons = int(_number("How many", 2, "plan_n_comparisons", width=110))
    return (*options[str(name)], n_arms, n_comparisons)


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
    )
    if not name:
        return None
    with access.read() as tx:
        study_id = find_study(tx, name)
        return None if study_id is None else get_study(tx, study_id)


def _assume_spread(question: Question) -> tuple[float, float]:
    """SD within an arm, and the correlation of two visits where the question has two."""
    correlation = 0.0
    with st.container(horizontal=True):
        sd = _number("SD within an arm", PAPER_SD, "plan_sd", step=0.01, form="%.2f")
        if question in ("paired", "change"):
            correlation = _number(
                "Correlation of the visits" if question == "change" else "Correlation of the two",
                CORRELATION,
                "plan_correlation",
                step=0.05,
                form="%.2f",
            )
    words = PAPER
    if question in ("paired", "change"):
        words += " It gives no correlation: 0.50 is an assumption to be replaced by your own."
    st.caption(words)
    return sd, correlation


def _ask_of_study(study: Study, question: Question) -> tuple[str | None, str, bool]:
    """At which visit, by which score, and whether with the SD's upper limit."""
    visits = visits_to_plan_from(study, question)
    visit = None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if visits:
            visit = st.selectbox(
                "Visit",
                visits,
                format_func=plain,
                key=f"plan_visit_{study.study_id}_{question in ('paired', 'change')}",
                persist_state="session",
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
        )
    limit = st.segmented_control(
        "Plan with the SD's",
        ["upper 80 % limit", "estimate"],
        default="upper 80 % limit",
        required=True,
        key="plan_limit",
        persist_state="session",
        help="Half of all small studies underestimate the SD; the limit does so in one of five.",
    )
    return visit, str(score or "expected_grade"), limit != "estimate"


def _ask_given(of_subjects: bool, n_arms: int) -> float:
    if of_subjects:
        where = "" if n_arms == 1 else " in each arm"
        return _number(f"Subjects enrolled{where}", 12, "plan_enrolled")
    return _number(
        "Smallest difference that would matter (score, 1 to 4)",
        PAPER_DIFFERENCE,
        "plan_difference",
        step=0.01,
        form="%.2f",
    )


def _ask_rates() -> tuple[float, float, float]:
    """Alpha, power and dropout; the last two entered in per cent."""
    first, second, third = st.columns(3, gap="small")
    with first:
        alpha = _number("Alpha", 0.05, "plan_alpha", step=0.01, form="%.3f", help=TWO_SIDED)
    with second:
        power = _number("Power (%)", 80.0, "plan_power", step=5.0, form="%.0f")
    with third:
        dropout = _number("Dropout (%)", 10.0, "plan_dropout", step=5.0, form="%.0f", help=LOST)
    return alpha, power / 100, dropout / 100


def _number(
    label: str,
    value: float,
    key: str,
    *,
    step: float = 1,
    form: str | None = None,
    width: int | None = None,
    help: str | None = None,  # noqa: A002
) -> float:
    """A number that is judged where it is used, so that a bad one gets its sentence."""
    entered = st.number_input(
        label,
        value=value,
        step=step,
        format=form,
        key=key,
        help=help,
        persist_state="session",
        width=width or "stretch",
    )
    return float(value if entered is None else entered)
