"""What may I say, and to whom?"""

import streamlit as st

from dermdash.errors import DermdashError
from dermdash.ui.cells import plain
from dermdash.ui.claim_parts import show_claims
from dermdash.ui.guard import guard
from dermdash.ui.pickers import chosen_study
from dermdash.ui.report_cards import choose_card
from dermdash.ui.report_choice import COLLECT, choose_report, no_report
from dermdash.ui.report_formats import formats
from dermdash.ui.report_preview import preview
from dermdash.ui.report_renderings import renderings_table
from dermdash.ui.report_states import states_of
from dermdash.ui.ribbon import mark

access = guard()
study = chosen_study(
    access, title="What may I say, and to whom?", empty="No study yet, and so nothing to report."
)

title, place = st.columns([1.6, 1], vertical_alignment="bottom")
title.title(f"What may I say? {plain(study.name)}")
with place:
    report = choose_report(access, study)

if report is None:
    no_report(access, study)
    names = ("Claims", "Rendered")
else:
    states = states_of(access, report)
    formats(access, report, states)
    names = ("Cards", "Claims", "Rendered")

tabs = dict(zip(names, st.tabs(names, key="report_tab", on_change="rerun"), strict=True))
if report is not None and tabs["Cards"].open:
    with tabs["Cards"]:
        left, right = st.columns([1, 1.75], gap="medium")
        with left:
            card = choose_card(access, report, states)
        with right:
            if card is not None:
                preview(access, report, card, states[card.card_id], mark=mark(access, study))
            else:
                st.info(f"This report has no cards yet. {COLLECT}", icon=":material/add_card:")
if tabs["Claims"].open:
    with tabs["Claims"]:
        try:
            show_claims(access, study)
        except DermdashError as refusal:
            st.info(plain(f"No claim can be weighed yet: {refusal}."), icon=":material/info:")
if tabs["Rendered"].open:
    with tabs["Rendered"]:
        renderings_table(access, study)
