"""The answer to a plan on a page: one number large, its curve, what it stands on."""

import streamlit as st

from dermdash.analysis.wanted import Wanted
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
from dermdash.stats.planned import Planned
from dermdash.stats.spread import StudySpread
from dermdash.ui.cells import plain
from dermdash.ui.figure_parts import show_figure
from dermdash.ui.table_parts import csv_button


def show_plan(planned: Planned, wanted: Wanted, spread: StudySpread | None, *, mark: str) -> None:
    """The number large, what it stands on, the curve, and what other assumptions would give."""
    figure, counts = big_number(planned)
    with st.container(key="big_number", horizontal=True, vertical_alignment="bottom"):
        st.header(figure, anchor=False, width="content")
        st.subheader(counts, anchor=False, width="stretch")
    st.markdown(plan_sentence(planned))
    if spread is not None:
        st.caption(plain(f"{spread_sentence(spread)} {NOT_OBSERVED}"))
    other_sd = wanted.spread.other_sd(spread)
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
