"""Who did what: one row for each row that is written, in the transaction that writes it.

The session's flush event writes them, for every table, so that no function can forget to. Arrays
are not copied. A job's progress, rewritten many times a minute, leaves no trace. What is erased
with its subject leaves a row that says so, without what it held.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import LargeBinary, event, insert, inspect, select
from sqlalchemy.orm import Mapper, ORMExecuteState, Session
from sqlalchemy.orm.unitofwork import UOWTransaction

from dermdash.errors import StoreError
from dermdash.trial.base import Base
from dermdash.trial.locked import is_acting, refuse_closed
from dermdash.trial.masking import mask_entries
from dermdash.trial.schema import AuditRow
from dermdash.trial.transaction import Transaction

UNTRACED = {("job", "progress")}

Entry = tuple[str, Base, dict[str, Any] | None, dict[str, Any] | None]


class ReadingSession(Session):
    """A session that has nothing to write."""


class AuditedSession(Session):
    """A session whose every write is recorded; ``info`` holds ``by``, ``at`` and ``reason``."""


@event.listens_for(ReadingSession, "before_flush")
def _refuse_to_write(session: Session, context: UOWTransaction, instances: Any) -> None:
    raise TypeError("this transaction only reads; open it with store.write(by=user)")


@event.listens_for(AuditedSession, "before_flush")
def _keep_closed(session: Session, context: UOWTransaction, instances: Any) -> None:
    refuse_closed(session)


@event.listens_for(AuditedSession, "before_flush")
def _keep_append_only(session: Session, context: UOWTransaction, instances: Any) -> None:
    if is_acting(session, "erasing"):
        return
    touched = [row for row in session.dirty if session.is_modified(row)] + list(session.deleted)
    for row in touched:
        if isinstance(row, Base) and row.append_only and not _only_fills(session, row):
            raise StoreError(f"{_entity(row)} is a written fact and cannot be changed; add another")


def _only_fills(session: Session, row: Base) -> bool:
    """Whether all that changed is a missing value given, where that may happen once."""
    before, after = _changes(row)
    return (
        row not in session.deleted
        and set(after) <= row.filled_once
        and all(value is None for value in before.values())
    )


@event.listens_for(AuditedSession, "after_flush")
def _record(session: Session, context: UOWTransaction) -> None:
    rows = [
        {
            "at": session.info["at"],
            "by": session.info["by"],
            "act": act,
            "entity": _entity(row),
            "before": before,
            "after": after,
            "reason": session.info.get("reason"),
        }
        for act, row, before, after in _entries(session)
    ]
    if rows:
        session.connection().execute(insert(AuditRow), rows)


@event.listens_for(AuditedSession, "do_orm_execute")
def _refuse_unaudited(state: ORMExecuteState) -> None:
    if state.is_insert or state.is_update or state.is_delete:
        raise TypeError("write through the session's rows, so that the audit sees it")


def history(tx: Transaction, *, entity: str | None = None, limit: int = 1000) -> pd.DataFrame:
    """The audit, newest first: ``at, by, act, entity, before, after, reason``.

    entity : one row, such as ``"scan 12"``, or one table, such as ``"scan"``

    What would tell a blinded study's arms apart is left out.
    """
    query = select(
        AuditRow.at,
        AuditRow.by,
        AuditRow.act,
        AuditRow.entity,
        AuditRow.before,
        AuditRow.after,
        AuditRow.reason,
    )
    if entity is not None:
        one_row = " " in entity
        query = query.where(
            AuditRow.entity == entity if one_row else AuditRow.entity.startswith(f"{entity} ")
        )
    query = query.order_by(AuditRow.id.desc()).limit(limit)
    entries = tx.frame(
        query,
        {
            "at": "datetime64[us, UTC]",
            "by": "str",
            "act": "str",
            "entity": "str",
            "before": "object",
            "after": "object",
            "reason": "str",
        },
    )
    return mask_entries(tx, entries)


def _entries(session: Session) -> Iterator[Entry]:
    if is_acting(session, "erasing"):
        yield from _erased(session)
        return
    for row in session.new:
        if row.audited and not isinstance(row, AuditRow):
            yield "added", row, None, _values(row)
    for row in session.dirty:
        before, after = _changes(row)
        if row.audited and after:
            yield "changed", row, before, after
    for row in session.deleted:
        if row.audited:
            yield "removed", row, _values(row), None


def _erased(session: Session) -> Iterator[Entry]:
    changed = [row for row in session.dirty if session.is_modified(row)]
    for row in (*changed, *session.deleted):
        if row.audited and not isinstance(row, AuditRow):
            yield "erased", row, None, None
    for row in session.new:
        if row.audited:
            yield "added", row, None, _values(row)


def _entity(row: Base) -> str:
    mapper: Mapper[Any] = inspect(row).mapper
    keys = mapper.primary_key_from_instance(row)
    return " ".join(str(part) for part in (mapper.local_table.description, *keys))


def _values(row: Base) -> dict[str, Any]:
    return {name: plain_json(getattr(row, name)) for name in _recorded(row)}


def _changes(row: Base) -> tuple[dict[str, Any], dict[str, Any]]:
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for name in _recorded(row):
        changes = inspect(row).attrs[name].history
        if changes.has_changes():
            before[name] = plain_json(changes.deleted[0]) if changes.deleted else None
            after[name] = plain_json(changes.added[0]) if changes.added else None
    return before, after


def _recorded(row: Base) -> Iterator[str]:
    for attribute in inspect(row).mapper.column_attrs:
        column = attribute.columns[0]
        if isinstance(column.type, LargeBinary):
            continue
        if (row.__tablename__, attribute.key) not in UNTRACED:
            yield attribute.key


def plain_json(value: Any) -> Any:
    """A column's value as the audit keeps it."""
    return value.isoformat() if isinstance(value, date) else value
