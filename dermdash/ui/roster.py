"""A study's design, edited in place: its name, arms, visits and subjects; who changed what."""

from typing import Any

import pandas as pd
import streamlit as st

from dermdash.errors import DesignError
from dermdash.reporting.tables import csv_bytes
from dermdash.trial.audit import history
from dermdash.trial.protocols import current_protocol, get_model
from dermdash.trial.studies import (
    ArmSpec,
    Study,
    VisitSpec,
    add_arm,
    add_subject,
    add_visit,
    edit_visit,
    rename_arm,
    rename_study,
    set_subject,
    subject_table,
)
from dermdash.trial.transaction import Transaction
from dermdash.ui.cells import plain, records, status_name, text
from dermdash.ui.guard import Access, known, refusals
from dermdash.ui.pickers import choose_study

FIXED = ["subject_id", "arm", "status", "reason"]


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


def protocol_card(access: Access, study: Study) -> None:
    """Which model and sampling the study's results stand on."""
    with access.read() as tx:
        protocol = current_protocol(tx, study.study_id)
        card = get_model(tx, protocol.model_digest).card if protocol else {}
    if protocol is None:
        st.info("The first scan fixes the reading protocol: model, slab and patches a layer.")
        return
    sampling = protocol.sampling
    patches = "as many patches as fit" if sampling.crops is None else f"{sampling.crops} patches"
    st.markdown(
        f"Version {protocol.version} by {plain(protocol.author)}: model "
        f"**{plain(protocol.model_name)}** (`{protocol.model_digest[:12]}`, "
        f"{plain(protocol.model_use)}); layers 0 to {sampling.thickness_um - 1} µm under the DEJ "
        f"with a margin of {sampling.margin_um} µm; {patches} of 400 µm a layer."
    )
    st.caption(plain(card.get("statement", "")))


def history_table(access: Access) -> None:
    """The newest entries of the audit."""
    with access.read() as tx:
        entries = history(tx, limit=200)
    entries["after"] = entries["after"].map(_short)
    st.dataframe(
        entries[["at", "by", "act", "entity", "after", "reason"]],
        hide_index=True,
        column_config={
            "at": st.column_config.DatetimeColumn("When (UTC)", format="YYYY-MM-DD HH:mm:ss"),
            "by": "Who",
            "act": "Did",
            "entity": "What",
            "after": "Now",
            "reason": "Reason",
        },
    )


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


def _short(values: Any) -> str:
    shown = values if isinstance(values, dict) else {}
    return ", ".join(f"{key} {value}" for key, value in shown.items() if value is not None)[:120]
