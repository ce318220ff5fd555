"""The subjects of a study, edited in place."""

from typing import Any

import pandas as pd
import streamlit as st

from dermdash.errors import DesignError
from dermdash.reporting.tables import csv_bytes
from dermdash.trial.studies import (
    Study,
    add_subject,
    set_subject,
    subject_table,
)
from dermdash.trial.transaction import Transaction
from dermdash.ui.cells import records, status_name, text
from dermdash.ui.guard import Access, known, refusals

FIXED = ["subject_id", "arm", "status", "reason"]


def edit_subjects(access: Access, study: Study) -> None:
    """Arm, status and covariates of each subject; new subjects in the last row."""
    with access.read() as tx:
        table = subject_table(tx, study.study_id).drop(columns="study")
    new_column = st.session_state.get("new_covariate", "").strip()
    if new_column and new_column not in table:
        table[new_column] = pd.Series([None] * len(table), dtype="str")
    one_arm_each = study.kind != "hemi_face"
    edited = st.data_editor(
        table,
        num_rows="add",
        hide_index=True,
        key=f"subjects_{study.study_id}",
        disabled=[] if one_arm_each else ["arm"],
        height=min(73 + 35 * max(len(table), 1), 480),
        column_config={
            "subject_id": st.column_config.TextColumn("Subject", required=True),
            "arm": st.column_config.SelectboxColumn("Arm", options=[arm.name for arm in study.arms])
            if one_arm_each
            else st.column_config.TextColumn("Arm of each side"),
            "status": st.column_config.SelectboxColumn(
                "Status",
                options=["active", "withdrawn"],
                format_func=status_name,
                default="active",
                required=True,
            ),
            "reason": st.column_config.TextColumn("Reason of withdrawal"),
        },
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        save = st.button("Save roster", type="primary", disabled=edited.equals(table))
        st.download_button(
            "Download as CSV",
            lambda: csv_bytes(table),
            f"{study.name} roster.csv",
            icon=":material/download:",
        )
        st.text_input("Add a covariate", key="new_covariate", placeholder="age", width=200)
    if save and known(access, place="roster"):
        with refusals():
            with access.write() as tx:
                for number, row in enumerate(records(edited)):
                    before = records(table)[number] if number < len(table) else None
                    save_subject(tx, study, row, before)
            st.session_state.pop("new_covariate", None)
            st.rerun()


def save_subject(
    tx: Transaction, study: Study, row: dict[str, Any], before: dict[str, Any] | None
) -> None:
    """Add a subject, or change what differs from ``before``."""
    covariates = {name: _value(value) for name, value in row.items() if name not in FIXED}
    code, arm = text(row["subject_id"]), text(row["arm"]) or None
    if before is None:
        add_subject(
            tx,
            study.study_id,
            code,
            arm=arm,
            covariates={name: value for name, value in covariates.items() if value is not None},
        )
        return
    if code != text(before["subject_id"]):
        raise DesignError(
            f"subject_id={text(before['subject_id'])} cannot become {code!r}; its scans are known "
            "by its code"
        )
    set_subject(
        tx,
        study.study_id,
        code,
        status=row["status"],
        reason=text(row["reason"]) or None,
        arm=arm if arm != (text(before["arm"]) or None) else None,
        covariates={
            name: value for name, value in covariates.items() if value != _value(before.get(name))
        },
    )


def _value(cell: Any) -> str | int | float | None:
    """A typed value: a whole number or a decimal where the text is one."""
    if not isinstance(cell, str):
        return None if pd.isna(cell) else cell
    for kind in (int, float):
        try:
            return kind(cell)
        except ValueError:
            continue
    return cell.strip() or None
