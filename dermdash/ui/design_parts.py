"""A study's design, edited in place: its name, arms and visits."""

from typing import Any

import pandas as pd
import streamlit as st

from dermdash.trial.studies import (
    ArmSpec,
    Study,
    VisitSpec,
    add_arm,
    add_visit,
    edit_visit,
    rename_arm,
    rename_study,
)
from dermdash.trial.transaction import Transaction
from dermdash.ui.cells import records, text
from dermdash.ui.guard import Access, known, refusals
from dermdash.ui.pickers import choose_study


def edit_name(access: Access, study: Study) -> None:
    with st.form("rename", border=False):
        left, right = st.columns([4, 1], vertical_alignment="bottom")
        name = left.text_input("Name of the study", study.name, max_chars=80)
        pressed = right.form_submit_button("Rename study", width="stretch")
    if pressed and known(access, place="name"):
        with refusals():
            with access.write() as tx:
                rename_study(tx, study.study_id, name)
            choose_study(" ".join(name.split()))
            st.rerun()


def edit_arms(access: Access, study: Study) -> None:
    """Rename arms, and add new ones; an arm keeps its colour."""
    table = pd.DataFrame(
        {
            "arm": pd.Series([arm.name for arm in study.arms], dtype="str"),
            "control": pd.Series([arm.is_control for arm in study.arms], dtype="bool"),
        }
    )
    edited = st.data_editor(
        table,
        num_rows="add",
        hide_index=True,
        key="arms",
        column_config={
            "arm": st.column_config.TextColumn("Arm", required=True),
            "control": st.column_config.CheckboxColumn(
                "Control", default=False, help="Shown in grey; fixed once the arm exists."
            ),
        },
    )
    if st.button("Save arms", disabled=edited.equals(table)) and known(access, place="arms"):
        with refusals():
            with access.write() as tx:
                for number, row in enumerate(records(edited)):
                    if number >= len(study.arms):
                        add_arm(tx, study.study_id, ArmSpec(text(row["arm"]), bool(row["control"])))
                    elif row["arm"] != study.arms[number].name:
                        rename_arm(tx, study.arms[number].arm_id, text(row["arm"]))
            st.rerun()


def edit_visits(access: Access, study: Study) -> None:
    """Rename visits, move their days, and add new ones; days order them everywhere."""
    table = pd.DataFrame(
        {
            "visit": pd.Series([visit.name for visit in study.visits], dtype="str"),
            "day": pd.Series([visit.day for visit in study.visits], dtype="Int64"),
            "baseline": pd.Series([visit.is_baseline for visit in study.visits], dtype="bool"),
        }
    )
    edited = st.data_editor(
        table,
        num_rows="add",
        hide_index=True,
        key="visits",
        column_config={
            "visit": st.column_config.TextColumn("Visit", required=True),
            "day": st.column_config.NumberColumn("Day", required=True, step=1),
            "baseline": st.column_config.CheckboxColumn("Baseline", default=False),
        },
    )
    if st.button("Save visits", disabled=edited.equals(table)) and known(access, place="visits"):
        with refusals():
            with access.write() as tx:
                save_visits(tx, study, records(edited))
            st.rerun()


def save_visits(tx: Transaction, study: Study, rows: list[dict[str, Any]]) -> None:
    """Change the study's visits as edited, and add those behind them."""
    wanted = [VisitSpec(text(row["visit"]), int(row["day"]), bool(row["baseline"])) for row in rows]
    # The baseline moves by being taken away first.
    for visit, spec in zip(study.visits, wanted, strict=False):
        if visit.is_baseline and not spec.is_baseline:
            edit_visit(tx, visit.visit_id, spec)
    for number, spec in enumerate(wanted):
        if number >= len(study.visits):
            add_visit(tx, study.study_id, spec)
        else:
            edit_visit(tx, study.visits[number].visit_id, spec)
