"""How many subjects?"""

import streamlit as st

from dermdash.analysis.wanted import plan_wanted, read_spread
from dermdash.reporting.cards.planning import Planning
from dermdash.ui.add_to_report import add_to_report
from dermdash.ui.guard import guard, refusals
from dermdash.ui.pickers import sidebar
from dermdash.ui.planning_answer import show_plan
from dermdash.ui.planning_parts import ask, choose_design
from dermdash.ui.planning_spread import source_mark, source_ribbon

access = guard()
study = sidebar(access, about_study=False)

st.title("How many subjects?")
design = choose_design()
synthetic = st.container()
answer, assumptions = st.columns([1.5, 1], gap="large")
with assumptions:
    wanted = ask(access, design)
with synthetic:
    source_ribbon(access, wanted.spread)
with answer, refusals():
    with access.read() as tx:
        spread = read_spread(tx, wanted.spread, wanted.question)
    marked = source_mark(access, wanted.spread)
    planned = plan_wanted(wanted, spread)
    if study is not None:
        add_to_report(access, study, Planning(study.study_id, wanted), key="planning")
    show_plan(planned, wanted, spread, mark=marked)
