"""Is my study complete and ready?"""

import streamlit as st

from dermdash.trial.studies import create_study, list_studies
from dermdash.ui.cells import plain, records
from dermdash.ui.guard import guard, known, refusals
from dermdash.ui.pickers import KINDS, choose_study, sidebar
from dermdash.ui.places import go
from dermdash.ui.plan_parts import plan_tab
from dermdash.ui.progress import in_the_making
from dermdash.ui.roster import (
    edit_arms,
    edit_name,
    edit_subjects,
    edit_visits,
    history_table,
    protocol_card,
)
from dermdash.ui.studies import NewStudy, completeness, next_step

access = guard()
study = sidebar(access)


def new_study() -> None:
    """A form of five fields."""
    if not known(access):
        return
    with st.form("new_study", enter_to_submit=False):
        left, right = st.columns(2)
        name = left.text_input("Name", max_chars=80, placeholder="Firming serum, spring")
        kind = right.selectbox("Design", list(KINDS), format_func=KINDS.__getitem__)
        arms = left.text_input("Arms", placeholder="placebo, active")
        control = right.text_input(
            "Control arm", placeholder="placebo", help="Leave empty where no arm is a control."
        )
        visits = st.text_input(
            "Visits", placeholder="D0, D28, D56", help="The day is read from D28, W4, M1 or Y1."
        )
        if st.form_submit_button("Create study", type="primary", icon=":material/add:"):
            with refusals():
                wanted = NewStudy.read(name, kind, arms=arms, control=control, visits=visits)
                with access.write() as tx:
                    create_study(
                        tx, name=wanted.name, kind=kind, arms=wanted.arms, visits=wanted.visits
                    )
                choose_study(wanted.name)
                st.rerun()


if study is None:
    st.title("Your first study")
    st.write(
        "A study is one trial: its arms, its visits, its subjects and their scans. Create it here, "
        "then add the scans; or build the demo studies with `make demo` and look around first."
    )
    new_study()
    st.stop()

with access.read() as tx:
    counts = next(row for row in records(list_studies(tx)) if row["study_id"] == study.study_id)
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

matrix, roster, design, protocol, plan, history, new = st.tabs(
    ["Completeness", "Roster", "Design", "Protocol", "Plan", "History", "New study"]
)
with matrix:
    completeness(access, study)
with roster:
    edit_subjects(access, study)
with design:
    edit_name(access, study)
    edit_arms(access, study)
    edit_visits(access, study)
with protocol:
    protocol_card(access, study)
with plan:
    plan_tab(access, study)
with history:
    history_table(access)
with new:
    new_study()
