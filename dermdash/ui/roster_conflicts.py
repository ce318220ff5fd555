"""Two people at one subject: the second sees what the first did, beside what they typed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from dermdash.trial.roster import SubjectEdit
from dermdash.trial.roster_rules import LABELS, said
from dermdash.trial.saves import changes_since
from dermdash.trial.studies import Study
from dermdash.ui.cells import plain, records
from dermdash.ui.guard import Access


@dataclass(frozen=True, slots=True)
class Conflict:
    """A row that was edited here after somebody else had changed it.

    told : who changed what, and when, a sentence each
    theirs : the row as it is stored now, by column
    """

    edit: SubjectEdit
    told: tuple[str, ...]
    theirs: dict[str, Any]


def find_conflicts(
    access: Access, study: Study, edits: Sequence[SubjectEdit], fresh: pd.DataFrame
) -> list[Conflict]:
    """The edits whose rows are not stored as they were seen.

    fresh : the roster as it is stored now
    """
    stored = {row["subject_id"]: row for row in records(fresh)}
    found = []
    for edit in edits:
        if edit.code is None or edit.version is None:
            continue
        now = stored.get(edit.code)
        if now is not None and now["version"] == edit.version:
            continue
        with access.read() as tx:
            changes = changes_since(tx, study.study_id, edit.code, edit.version) if now else []
        told = tuple(f"{by} at {at:%H:%M} UTC: {words}" for at, by, words in changes)
        gone = (f"{edit.code} was renamed or removed by somebody else",)
        found.append(Conflict(edit, told or gone, now or {}))
    return found


def show_conflicts(
    conflicts: Sequence[Conflict], edits: Sequence[SubjectEdit]
) -> list[SubjectEdit] | None:
    """Say what happened, show both, and return the edits to save once one of the ways is chosen."""
    for conflict in conflicts:
        st.warning(
            plain(
                f"{conflict.edit.code} was changed while you edited it. {'; '.join(conflict.told)}."
            ),
            icon=":material/group:",
        )
    st.dataframe(conflict_table(conflicts), hide_index=True)
    rows = [conflict.edit for conflict in conflicts]
    standing = [edit for edit in edits if edit not in rows]
    kept = [SubjectEdit(c.edit.code, c.edit.values) for c in conflicts if c.theirs]
    with st.container(horizontal=True):
        mine = st.button("Save my cells over theirs", disabled=not kept)
        theirs = st.button(
            f"Keep theirs, save my other {len(standing)}" if standing else "Keep theirs"
        )
    if mine:
        return [*standing, *kept]
    return standing if theirs else None


def conflict_table(conflicts: Sequence[Conflict]) -> pd.DataFrame:
    """One row a cell that was typed here: what is stored now, and what was typed."""
    rows = [
        {
            "Subject": conflict.edit.code,
            "Cell": LABELS.get(column, column.replace("arm_", "arm ")),
            "Stored now": _shown(conflict.theirs.get(column)),
            "Yours": _shown(value),
        }
        for conflict in conflicts
        for column, value in conflict.edit.values.items()
    ]
    return pd.DataFrame(rows, columns=["Subject", "Cell", "Stored now", "Yours"])


def _shown(value: Any) -> str:
    if value is None or pd.isna(value):
        return "nothing"
    return said(value.date() if isinstance(value, pd.Timestamp) else value)
