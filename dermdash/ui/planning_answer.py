"""The answer to a plan on a page: one number large, its curve, what it stands on."""

import streamlit as st

from dermdash.analysis.comparisons import score_study
from dermdash.analysis.planning import spread_of_study
from dermdash.reporting.figures.data_power import power_curves
from dermdash.reporting.planning import (
    NOT_OBSERVED,
    assumption_table,
    big_number,
    method_sentences,
    other_assumptions,
    plan_sentence,
    spread_sentence,
)
from dermdash.stats.planned import Planned, plan_difference, plan_subjects
from dermdash.stats.power import Design, Question
from dermdash.stats.spread import StudySpread, sd_of_change
from dermdash.ui.cells import plain
from dermdash.ui.figure_parts import show_figure
from dermdash.ui.guard import Access
from dermdash.ui.planning_parts import Wanted
from dermdash.ui.planning_spread import SpreadWanted
from dermdash.ui.table_parts import csv_button


def spread_wanted(access: Access, wanted: SpreadWanted, question: Question) -> StudySpread | None:
    """The spread of the study that was chosen, if one was.

    Raises
    ------
    DesignError, TableError
        The study says nothing of the spread that the question needs.
    """
    if wanted.study is None:
        return None
    with access.read() as tx:
        scored = score_study(tx, wanted.study.study_id, wanted.score)
    return spread_of_study(wanted.study, scored.table, wanted.score, question, visit=wanted.visit)


def plan(wanted: Wanted, spread: StudySpread | None) -> Planned:
    """The answer.

    Raises
    ------
    TableError
        What was entered is out of range, or contradicts itself.
    """
    sd, correlation = wanted.spread.sd, 0.0
    if spread is not None:
        sd = spread.sd.upper if wanted.spread.cautious else spread.sd.sd
    elif wanted.question == "paired":
        sd = sd_of_change(wanted.spread.sd, wanted.spread.correlation)
    elif wanted.question == "change":
        correlation = wanted.spread.correlation
    design = Design(
        wanted.question,
        sd,
        n_arms=wanted.n_arms,
        correlation=correlation,
        multiplicity=wanted.multiplicity,
        n_comparisons=wanted.n_comparisons,
        alpha=wanted.alpha,
        ratio=wanted.ratio,
    )
    rates = {"power": wanted.power, "dropout": wanted.dropout}
    if wanted.asked == "difference":
        return plan_difference(design, int(wanted.given), **rates)
    return plan_subjects(design, wanted.given, **rates)


def show_plan(planned: Planned, wanted: Wanted, spread: StudySpread | None, *, mark: str) -> None:
    """The number large, what it stands on, the curve, and what other assumptions would give."""
    figure, counts = big_number(planned)
    with st.container(key="big_number", horizontal=True, vertical_alignment="bottom"):
        st.header(figure, anchor=False, width="content")
        st.subheader(counts, anchor=False, width="stretch")
    st.markdown(plan_sentence(planned))
    if spread is not None:
        st.caption(plain(f"{spread_sentence(spread)} {NOT_OBSERVED}"))
    other_sd = None
    if spread is not None:
        other_sd = spread.sd.sd if wanted.spread.cautious else spread.sd.upper
    curves = power_curves(planned, other_sd=other_sd)
    show_figure(
        lambda on: on.power_lines(curves, score=wanted.spread.score, height=310),
        name="power",
        key="power_curves",
        mark=mark,
    )
    with st.expander("Had other things been assumed", icon=":material/table:"):
        table = other_assumptions(planned, other_sd=other_sd)
        st.dataframe(
            table,
            hide_index=True,
            column_config={
                column: st.column_config.NumberColumn(format="%.2f")
                for column in table.columns
                if column.startswith(("Difference", "SD"))
            },
        )
        csv_button("Other assumptions as CSV", table, "planning other assumptions")
    with st.expander(
        "Assumptions for the protocol, with their source", icon=":material/fact_check:"
    ):
        assumed = assumption_table(
            planned,
            spread=spread,
            cautious=wanted.spread.cautious,
            assumed=(wanted.spread.sd, wanted.spread.correlation),
        )
        st.table(assumed.map(plain), hide_index=True)
        for words in method_sentences(planned.design):
            st.caption(words)
        with st.container(horizontal=True):
            csv_button("Assumptions as CSV", assumed, "planning assumptions")
            csv_button("Curves as CSV", curves.table, "power curves")
