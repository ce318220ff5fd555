"""What a plan is asked for on a page: the design by its picture, the spread, the error rates."""

import streamlit as st

from dermdash.analysis.wanted import Wanted
from dermdash.stats.power import Multiplicity, Question
from dermdash.ui.design_pictures import PICTURES
from dermdash.ui.guard import Access
from dermdash.ui.number_field import number_field
from dermdash.ui.planning_spread import ask_spread

DESIGN = "plan_design"
PAPER_DIFFERENCE = 0.36
TWO_SIDED = "The chance of a false finding that is accepted; all tests are two-sided."
SHARES = "Subjects of the treatment for each one of the control; 1 where arms are of equal size."
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


def choose_design() -> str:
    """The designs side by side; the key of the one chosen, which stands in the address."""
    usual = PICTURES[0].key
    chosen = st.session_state.get(DESIGN) or st.query_params.get(DESIGN)
    if chosen not in COMPARISONS:
        chosen = usual
    st.session_state[DESIGN] = chosen
    if chosen != st.query_params.get(DESIGN, usual):
        st.query_params[DESIGN] = chosen
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
        bind="query-params",
        label_visibility="collapsed",
    )
    question, multiplicity, n_arms, n_comparisons, ratio = _ask_comparison(design)
    spread = ask_spread(access, question)
    where = "" if n_arms == 1 else " in each arm" if ratio == 1 else " in the control"
    given = _ask_given(asked == "difference", where)
    alpha, power, dropout = _ask_rates()
    return Wanted(
        "difference" if asked == "difference" else "subjects",
        question,
        multiplicity,
        n_arms,
        n_comparisons,
        ratio,
        spread,
        given,
        alpha,
        power,
        dropout,
    )


def _choose(key: str) -> None:
    st.session_state[DESIGN] = key


def _ask_comparison(design: str) -> tuple[Question, Multiplicity, int, int, float]:
    """What is compared with what, how often, and how subjects are shared out to two arms."""
    options = COMPARISONS[design]
    n_arms, n_comparisons, ratio = (1 if design == "paired" else 2), 1, 1.0
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if design in ("arms", "change"):
            key = f"plan_n_{design}"
            n_arms = int(number_field("Arms", 3 if design == "arms" else 2, key, width=110))
        if n_arms == 2 and design == "change":
            options = {name: options[name] for name in (ONE, SEVERAL)}
        name = st.selectbox(
            "Comparisons",
            list(options),
            key=f"plan_for_{design}",
            persist_state="session",
            bind="query-params",
        )
        if name == SEVERAL:
            n_comparisons = int(number_field("How many", 2, "plan_n_comparisons", width=110))
        if n_arms == 2 and design in ("two_arms", "change"):
            ratio = number_field(
                "Treatment : 1", 1.0, "plan_ratio", step=0.5, form="%.2f", width=130, help=SHARES
            )
    return (*options[str(name)], n_arms, n_comparisons, ratio)


def _ask_given(of_subjects: bool, where: str) -> float:
    if of_subjects:
        return number_field(f"Subjects enrolled{where}", 12, "plan_enrolled")
    return number_field(
        "Smallest difference that would matter (score, 1 to 4)",
        PAPER_DIFFERENCE,
        "plan_difference",
        step=0.01,
        form="%.2f",
    )


def _ask_rates() -> tuple[float, float, float]:
    """Alpha, power and dropout, each a share."""
    first, second, third = st.columns(3, gap="small")
    with first:
        alpha = number_field("Alpha", 0.05, "plan_alpha", step=0.01, form="%.3f", help=TWO_SIDED)
    with second:
        power = number_field("Power", 0.8, "plan_power", step=0.05, form="%.2f")
    with third:
        dropout = number_field("Dropout", 0.1, "plan_dropout", step=0.05, form="%.2f", help=LOST)
    return alpha, power, dropout
