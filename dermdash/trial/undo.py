"""Undoing a save: its inverse is written as a new one, and the audit keeps both."""

from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from dermdash.errors import DesignError
from dermdash.trial.audit import plain_json
from dermdash.trial.saves import TABLES, Entry, Names, Save, save_words
from dermdash.trial.schema import ScanRow, SubjectRow
from dermdash.trial.transaction import Transaction


def why_not(tx: Transaction, study_id: int, save: Save) -> str:
    """Why a save cannot be undone any more, in one sentence; empty where it can."""
    names = Names.of(tx, study_id)
    last = {(entry.table, entry.key): entry for entry in save.entries}
    for (table, key), entry in last.items():
        row = tx.session.get(TABLES[table], key)
        what = names.subjects.get(names.subject_of(entry) or 0, f"the {table}")
        if entry.act == "removed":
            if row is not None:
                return f"{what} is there again"
            continue
        if row is None:
            return f"{what} was removed since"
        after = _merged(save, table, key)
        if any(plain_json(getattr(row, column)) != value for column, value in after.items()):
            return f"{what} was changed since"
        if table == "subject" and _added(save, key) and _has_scans(tx, key):
            return f"{what} has scans since"
    return ""


def undo_save(tx: Transaction, study_id: int, save: Save) -> None:
    """Write the inverse of a save.

    Raises
    ------
    DesignError
        Something of it was changed since.
    """
    words = save_words(tx, study_id, save)
    if problem := why_not(tx, study_id, save):
        raise DesignError(f"{words} cannot be undone: {problem}; change it in the table")
    try:
        with tx.all_or_nothing(), tx.because(f"undo: {words}"):
            backwards = reversed(save.entries)
            for _, entries in groupby(backwards, key=lambda entry: (entry.table, entry.act)):
                for entry in entries:
                    _turn_back(tx, entry)
                tx.session.flush()
    except IntegrityError:
        raise DesignError(
            f"{words} cannot be undone: something else refers to it, or took its name, since; "
            "change it in the table"
        ) from None


def _added(save: Save, subject_id: int) -> bool:
    """Whether the save brought this subject into the study."""
    return any(
        entry.act == "added" and (entry.table, entry.key) == ("subject", subject_id)
        for entry in save.entries
    )


def _turn_back(tx: Transaction, entry: Entry) -> None:
    table = TABLES[entry.table]
    if entry.act == "removed":
        tx.session.add(table(**{name: _value(name, v) for name, v in entry.before.items()}))
        return
    row = tx.session.get_one(table, entry.key)
    if entry.act == "added":
        tx.session.delete(row)
        return
    for name, value in entry.before.items():
        if name != "version":
            setattr(row, name, _value(name, value))
    if isinstance(row, SubjectRow):
        row.version += 1


def _merged(save: Save, table: str, key: int) -> dict[str, Any]:
    """What the save left in a row, by column."""
    left: dict[str, Any] = {}
    for entry in save.entries:
        if (entry.table, entry.key) == (table, key):
            left |= entry.after
    return left


def _has_scans(tx: Transaction, subject_id: int) -> bool:
    query = select(ScanRow.id).where(ScanRow.subject_id == subject_id).limit(1)
    return tx.session.scalar(query) is not None


def _value(name: str, value: Any) -> Any:
    return date.fromisoformat(value) if name == "withdrawn_on" and value else value
