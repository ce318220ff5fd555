"""Is my study complete and ready?"""

import streamlit as st

from dermdash.trial.studies import list_studies
from dermdash.ui.cells import plain, records
from dermdash.ui.completeness_parts import completeness
from dermdash.ui.covariate_parts import edit_covariates
from dermdash.ui.design_parts import edit_arms, edit_name, edit_sites, edit_visits
from dermdash.ui.guard import guard
from dermdash.ui.history_parts import history_table
from dermdash.ui.life_parts import life_tab
from dermdash.ui.new_study import new_study
from dermdash.ui.next_step import next_step
from dermdash.ui.pickers import sidebar
from dermdash.ui.places import go
from dermdash.ui.plan_parts import plan_tab
from dermdash.ui.progress import in_the_making
from dermdash.ui.protocol_parts import protocol_card
from dermdash.ui.roster import edit_subjects
from dermdash.ui.undo_parts import offer_undo

access = guard()
study = sidebar(access)


if study is None:
    st.title("Your first study")
    st.write(
        "A study is one trial: its arms, its visits, its subjects and their scans. Create it here, "
        "then add the scans; or build the demo studies with `make demo` and look around first."
    )
    new_study(access)
    st.stop()

with access.read() as tx:
    (counts,) = records(list_studies(tx, study.study_id))
    making = in_the_making(tx, study.study_id)

st.title(plain(study.name))
top, step_place = st.columns([4, 1], vertical_alignment="bottom")
with top.container(horizontal=True):
    st.metric("Subjects", counts["n_subjects"], border=True)
    st.metric("Scans", counts["n_scans"], border=True)
    to_grade = counts["n_scans"] - counts["n_excluded"] + making
    st.metric("Graded", f"{counts['n_graded']} of {to_grade}", border=True)
    st.metric("Excluded", counts["n_excluded"], border=True)
step = next_step(counts, making=making)
with step_place:
    st.caption(step.reason)
    if st.button(step.verb, type="primary", icon=f":material/{step.icon}:", width="stretch"):
        go(step.page)

matrix, roster, design, protocol, plan, life, history, new = st.tabs(
    ["Completeness", "Roster", "Design", "Protocol", "Plan", "Life", "History", "New study"]
)
with matrix:
    completeness(access, study)
with roster:
    edit_subjects(access, study)
with design:
    edit_name(access, study)
    offer_undo(access, study, place="design")
    left, right = st.columns(2, gap="large")
    with left:
        edit_arms(access, study)
        edit_visits(access, study)
    with right:
        edit_sites(access, study)
        edit_covariates(access, study)
with protocol:
    protocol_card(access, study)
with plan:
    plan_tab(access, study)
with life:
    life_tab(access, study)
with history:
    history_table(access)
with new:
    new_study(access)
