"""Responders on a page."""

import pandas as pd
import streamlit as st

from dermdash.analysis.changes import question_visit
from dermdash.analysis.comparisons import Scored
from dermdash.analysis.responders import Response, respond
from dermdash.errors import TableError
from dermdash.reporting.figures.data import SCORE_NAMES, interval_name
from dermdash.reporting.figures.data_responders import responder_points_of
from dermdash.reporting.responders import (
    SDC_UNKNOWN,
    THRESHOLD_OPEN,
    change_table,
    responder_notes,
    responder_sentence,
    share_difference_table,
    share_table,
    threshold_words,
)
from dermdash.stats.comparison import Comparison
from dermdash.stats.findings import Effect
from dermdash.trial.studies import Study
from dermdash.ui.cells import plain
from dermdash.ui.figure_parts import show_figure
from dermdash.ui.repeatability_parts import known_repeats
from dermdash.ui.table_parts import csv_button, show_numbers

USUAL_THRESHOLD = 0.2  # where no plan names one: a start to move from


def show_responders(
    study: Study,
    scored: Scored,
    found: Comparison,
    profiles: pd.DataFrame,
    *,
    name: str,
    mark: str,
) -> None:
    """Who changed by at least a threshold: sentence, figure, shares; or why nobody can be counted.

    scored : one value a subject, arm and visit; found : their comparison over visits
    profiles : one row a scan and layer, from which the smallest detectable change is known
    """
    score = found.plan.value
    repeats = known_repeats(study, profiles, score, found.plan.depth_um)
    sdc = repeats.sdc if repeats else None
    try:
        visit = question_visit(found)
        threshold = _ask(found, score, visit)
        answer = respond(scored, found, threshold, visit=visit)
    except TableError as refusal:
        st.info(plain(f"No responders to count: {refusal}."), icon=":material/info:")
        return
    _say(answer, found, score, sdc)
    _show(study, answer, found, sdc, name=name, mark=mark)


def _ask(found: Comparison, score: str, visit: str) -> float:
    """The plan's threshold, or one chosen now."""
    planned = found.plan.responder_threshold
    if planned is not None:
        st.caption(plain(threshold_words(planned, visit)))
        return planned
    return float(
        st.number_input(
            f"Least change in {SCORE_NAMES[score]} that counts, by {plain(visit)}",
            value=USUAL_THRESHOLD,
            step=0.05,
            format="%.2f",
            key="responder_threshold",
            persist_state="session",
            width=360,
            help="Above 0 counts who rose by at least as much, below 0 who fell by as much.",
        )
    )


def _say(answer: Response, found: Comparison, score: str, sdc: Effect | None) -> None:
    words = responder_sentence(
        answer.found,
        baseline=answer.baseline,
        visit=answer.visit,
        outcome=SCORE_NAMES[score],
        alpha=found.plan.alpha,
    )
    st.markdown(f"**{plain(words)}**")
    for note in responder_notes(answer, sdc):
        sign = "" if note == SDC_UNKNOWN else ":material/warning: "
        st.caption(f"{sign}{plain(note)}")


def _show(
    study: Study,
    answer: Response,
    compared: Comparison,
    sdc: Effect | None,
    *,
    name: str,
    mark: str,
) -> None:
    score, planned = compared.plan.value, compared.plan.responder_threshold
    level = interval_name(compared.plan.alpha)
    changes = change_table(answer.changes, answer.found)
    points = responder_points_of(changes, answer.found, sdc=sdc.value if sdc else None)
    shares = share_table(answer.found.shares)
    differences = share_difference_table(answer.found.contrasts)
    colours = {arm.name: arm.colour for arm in study.arms}
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown(
            "**Each subject's change**, full where it reaches the threshold"
            + ("; shaded: may be error" if sdc else "")
        )
        show_figure(
            lambda on: on.responder_points(points, colours, score=score, visit=answer.visit),
            name=f"{name} responders",
            key="responders",
            mark=mark,
        )
    with right:
        st.markdown(f"**Responders of each arm**, Wilson's {level}")
        show_numbers(shares, "%.0f")
        if answer.found.contrasts:
            st.markdown(f"**Differences between arms**, in percentage points, Newcombe's {level}")
            show_numbers(differences, "%.0f")
        if planned is None:
            st.caption(THRESHOLD_OPEN)
        with st.container(horizontal=True):
            csv_button("Changes as CSV", changes, f"{name} responders")
            csv_button("Shares as CSV", shares, f"{name} shares of responders")
            csv_button("Differences as CSV", differences, f"{name} differences of responders")
