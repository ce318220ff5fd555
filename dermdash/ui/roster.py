"""The subjects of a study, edited in place."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from dermdash.reporting.tables import csv_bytes
from dermdash.trial.covariates import CovariateSpec, known_covariates
from dermdash.trial.roster import SubjectEdit, save_edits
from dermdash.trial.roster_rules import CONDUCT, FLAGS
from dermdash.trial.roster_table import export_table, roster_table
from dermdash.trial.studies import Study
from dermdash.ui.cells import plain, plural, records, status_name
from dermdash.ui.edited_table import touched
from dermdash.ui.guard import Access, pressed_by, refusals
from dermdash.ui.roster_conflicts import find_conflicts, show_conflicts
from dermdash.ui.roster_import import import_roster, show_applied
from dermdash.ui.undo_parts import offer_undo

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

HIDDEN = ("version",)
LABELS = {
    "subject_id": "Subject",
    "arm": "Arm",
    "status": "Status",
    "reason": "Reason of withdrawal",
    "withdrawn_on": "Withdrawn on",
    "full_analysis": "Full analysis set",
    "per_protocol": "Per protocol",
    "population_reason": "Reason of the population",
}


def edit_subjects(access: Access, study: Study) -> None:
    """Who is in the study: a sentence, the ways in and out, and the table to edit."""
    with access.read() as tx:
        fresh = roster_table(tx, study.study_id)
        covariates = known_covariates(tx, study.study_id)
    st.markdown(plain(roster_sentence(study, fresh)))
    closed = study.state != "collecting"
    acts = st.container(horizontal=True)
    with acts:
        st.download_button(
            "Download as CSV",
            lambda: csv_bytes(export_table(fresh)),
            f"{study.name} roster.csv",
            icon=":material/download:",
            disabled=fresh.empty,
        )
        offer_undo(access, study)
    if closed:
        st.caption(
            f"The data are {study.state}: the roster can be read, and changed only after the study "
            "is reopened."
        )
    else:
        show_applied(study)
        loaded = f"roster_file_{study.study_id}" in st.session_state
        with st.expander(
            "Import a roster file",
            icon=":material/upload_file:",
            expanded=loaded or fresh.empty,
        ):
            import_roster(access, study)
    _edit(access, study, fresh, covariates, acts=acts, closed=closed)


def roster_sentence(study: Study, table: pd.DataFrame) -> str:
    """How many take part, by arm against its target, and who left."""
    if table.empty:
        return (
            "No subjects yet: import a roster file, type them into the table, or let the scans "
            "bring them."
        )
    columns = [name for name in table if name == "arm" or str(name).startswith("arm_")]
    arms = []
    for arm in study.arms if study.kind != "hemi_face" else ():
        n = int((table[columns] == arm.name).any(axis=1).sum()) if columns else 0
        arms.append(f"{arm.name} {n}" + (f" of {arm.target_n}" if arm.target_n else ""))
    unallocated = int(table[columns].isna().any(axis=1).sum()) if columns else 0
    parts = [plural(len(table), "subject") + (f": {', '.join(arms)}" if arms else "")]
    for count, words in (
        (unallocated, "without an arm"),
        (int((table["status"] == "withdrawn").sum()), "withdrawn"),
        (int((~table["full_analysis"]).sum()), "outside the full analysis set"),
        (int((~table["per_protocol"]).sum()), "outside the per-protocol set"),
    ):
        if count:
            parts.append(f"{count} {words}")
    return "; ".join(parts) + "."


def edits_of(table: pd.DataFrame, edited: pd.DataFrame) -> list[SubjectEdit]:
    """What was edited: the cells that differ, and the rows behind the table's last."""
    before = records(table)
    edits = []
    for number, row in enumerate(records(edited)):
        cells = {name: _cell(value) for name, value in row.items() if name not in HIDDEN}
        if number >= len(before):
            given = {name: value for name, value in cells.items() if value is not None}
            if given.get("subject_id") or len(given) > len(FLAGS) + 1:
                edits.append(SubjectEdit(None, {"subject_id": None} | given))
            continue
        stood = before[number]
        changed = {n: value for n, value in cells.items() if value != _cell(stood[n])}
        if changed:
            edits.append(SubjectEdit(stood["subject_id"], changed, int(stood["version"])))
    return edits


def _edit(
    access: Access,
    study: Study,
    fresh: pd.DataFrame,
    covariates: Sequence[CovariateSpec],
    *,
    acts: "DeltaGenerator",
    closed: bool,
) -> None:
    fresh = fresh.assign(withdrawn_on=pd.to_datetime(fresh["withdrawn_on"]))
    state = f"roster_{study.study_id}"
    turn = st.session_state.setdefault(f"{state}_turn", 0)
    key = f"{state}_{turn}"
    # What is being edited stays as it was seen, until it is saved or given up.
    if touched(key) and f"{state}_seen" in st.session_state:
        table = st.session_state[f"{state}_seen"]
    else:
        table = st.session_state[f"{state}_seen"] = fresh
    told = st.container()
    edited = st.data_editor(
        table,
        num_rows="fixed" if closed else "add",
        hide_index=True,
        key=key,
        disabled=closed,
        height=min(73 + 35 * max(len(table), 1), 480),
        column_order=_order(table, covariates),
        column_config=_columns(study, table, covariates),
        placeholder="",
    )
    edits = edits_of(table, edited)
    conflicts = find_conflicts(access, study, edits, fresh)
    with acts:
        save = st.button(
            f"Save {plural(len(edits), 'row')}" if edits else "Save roster",
            type="primary",
            disabled=closed or not edits or bool(conflicts),
        )
        if edits and st.button("Discard my changes"):
            _next(state)
    if pressed_by(access, save, place="roster"):
        with refusals():
            with access.write() as tx:
                save_edits(tx, study.study_id, edits)
            _next(state)
    if conflicts:
        with told:
            chosen = show_conflicts(conflicts, edits)
        if pressed_by(access, chosen is not None, place="conflicts") and chosen is not None:
            with refusals():
                with access.write() as tx:
                    save_edits(tx, study.study_id, chosen)
                _next(state)


def _next(state: str) -> None:
    """A new table, with what is stored now."""
    st.session_state[f"{state}_turn"] += 1
    st.session_state.pop(f"{state}_seen", None)
    st.rerun()


def _order(table: pd.DataFrame, covariates: Sequence[CovariateSpec]) -> list[str]:
    """Who and in which arm, what is known of them, then how they left and where they count."""
    known = [spec.name for spec in covariates]
    last = [name for name in CONDUCT if name != "status"]
    first = [name for name in map(str, table) if name not in (*known, *last, *HIDDEN)]
    return [*first, *known, *last]


def _columns(
    study: Study, table: pd.DataFrame, covariates: Sequence[CovariateSpec]
) -> dict[str, Any]:
    arms = [arm.name for arm in study.arms]
    config: dict[str, Any] = {}
    for name in map(str, table.columns):
        if name == "arm" or name.startswith("arm_"):
            label = name.replace("arm_", "Arm, ") if name != "arm" else "Arm"
            both = [value for value in table[name].dropna().unique() if value not in arms]
            config[name] = st.column_config.SelectboxColumn(label, options=[*arms, *both])
    units = {spec.name: spec for spec in covariates}
    for name, spec in units.items():
        label = f"{spec.name} ({spec.unit})" if spec.unit else spec.name
        match spec.kind:
            case "number":
                config[name] = st.column_config.NumberColumn(label, format="%g")
            case "yes_no":
                config[name] = st.column_config.SelectboxColumn(label, options=["yes", "no"])
            case _:
                config[name] = st.column_config.TextColumn(label)
    statuses = ["active", "withdrawn", *({"erased"} & set(table["status"]))]
    return config | {
        "subject_id": st.column_config.TextColumn("Subject", required=True, pinned=True),
        "status": st.column_config.SelectboxColumn(
            "Status", options=statuses, format_func=status_name, default="active", required=True
        ),
        "reason": st.column_config.TextColumn(LABELS["reason"]),
        "withdrawn_on": st.column_config.DateColumn(LABELS["withdrawn_on"], format="YYYY-MM-DD"),
        "full_analysis": st.column_config.CheckboxColumn(LABELS["full_analysis"], default=True),
        "per_protocol": st.column_config.CheckboxColumn(LABELS["per_protocol"], default=True),
        "population_reason": st.column_config.TextColumn(LABELS["population_reason"]),
    }


def _cell(value: Any) -> Any:
    """A cell as the roster keeps it; None where it is empty."""
    if isinstance(value, pd.Timestamp):
        return value.date()
    if pd.isna(value) or (isinstance(value, str) and not value.strip()):
        return None
    return value.item() if hasattr(value, "item") else value
