"""What is shown of a blinded study, without what would tell its arms apart: audit, file names."""

from collections.abc import Callable, Mapping
from functools import partial
from re import Pattern
from typing import Any

import pandas as pd
from sqlalchemy import Select, select

from dermdash.trial.blinding import HIDDEN, blinded_studies, sealed_names
from dermdash.trial.schema import (
    AllocationRow,
    ArmRow,
    PlanRow,
    RenderingRow,
    ResultRow,
    StudyRow,
    SubjectRow,
)
from dermdash.trial.transaction import Transaction

# Rows that speak of arms; which columns changed would tell as much as what they hold.
CLOSED = ("arm", "sealed_arm", "plan", "result", "allocation", "rendering")


def mask_entries(tx: Transaction, entries: pd.DataFrame) -> pd.DataFrame:
    """Entries of the audit as they may be shown: ``entity, before, after, reason`` and others.

    What the arms, their seal, allocations, plans, results and renderings of a blinded study held is
    left out, and a sealed arm's own name is, wherever else it stands.
    """
    blinded = blinded_studies(tx)
    names = sealed_names(tx)
    if not blinded or names is None or entries.empty:
        return entries
    tables = entries["entity"].str.split(" ", n=1).str[0]
    of_others = {table: _of_others(tx, table, blinded) for table in CLOSED if table in set(tables)}
    columns: dict[str, list[Any]] = {"before": [], "after": [], "reason": []}
    for row, table in zip(entries.itertuples(index=False), tables, strict=True):
        known = of_others.get(table)
        key = str(row.entity).partition(" ")[2]
        for column, shown in columns.items():
            value = getattr(row, column)
            if known is None or (column == "reason" and key not in known):
                shown.append(_without(names, value))
            elif key in known or value is None:
                shown.append(value)
            else:
                shown.append({HIDDEN: HIDDEN})
    return entries.assign(
        before=pd.Series(columns["before"], dtype="object", index=entries.index),
        after=pd.Series(columns["after"], dtype="object", index=entries.index),
        reason=pd.Series(columns["reason"], dtype="str", index=entries.index),
    )


def mask_words(tx: Transaction, scans: pd.DataFrame, study_id: int | None = None) -> pd.DataFrame:
    """Scans, or jobs, whose file names, reasons and errors hold no sealed arm's own name.

    scans : ``reason``, ``file_name`` or ``error``, as far as they are told
    study_id : the study of all of them; None where ``study`` names each one's
    """
    for one, study in _blinded(tx):
        names = sealed_names(tx, one)
        if study_id is None:
            own = scans["study"] == study
        else:
            own = pd.Series(one == study_id, index=scans.index)
        if names is not None and own.any():
            for column in {"file_name", "reason", "error"} & set(scans.columns):
                shown = scans.loc[own, column].str.replace(names, HIDDEN, regex=True)
                scans.loc[own, column] = shown
    return scans


def mask_text(tx: Transaction, study_id: int, text: str) -> str:
    """A text of a study without the own name of a sealed arm."""
    return text_mask(tx, study_id)(text)


def mask_values(tx: Transaction, study_id: int, values: Mapping[str, Any]) -> dict[str, Any]:
    """Plain values of a study, such as a card's question, without a sealed arm's own name."""
    names = sealed_names(tx, study_id)
    return dict(values) if names is None else dict(_without(names, values))


def text_mask(tx: Transaction, study_id: int) -> Callable[[str], str]:
    """What takes the own names of a study's sealed arms out of many texts."""
    names = sealed_names(tx, study_id)
    return str if names is None else partial(names.sub, HIDDEN)


def _blinded(tx: Transaction) -> list[tuple[int, str]]:
    rows = tx.session.execute(select(StudyRow.id, StudyRow.name).where(StudyRow.blinded)).all()
    return [(study_id, name) for study_id, name in rows]


def _of_others(tx: Transaction, table: str, blinded: frozenset[int]) -> set[str]:
    """The keys of a table's rows that belong to studies whose arms are known."""
    query: Select[Any]
    match table:
        case "arm" | "sealed_arm":
            query = select(ArmRow.id).where(ArmRow.study_id.not_in(blinded))
        case "plan":
            query = select(PlanRow.id).where(PlanRow.study_id.not_in(blinded))
        case "result":
            query = select(ResultRow.key).where(ResultRow.study_id.not_in(blinded))
        case "rendering":
            rows = tx.session.execute(select(RenderingRow.id, RenderingRow.studies)).all()
            return {str(key) for key, studies in rows if blinded.isdisjoint(studies)}
        case _:
            query = (
                select(AllocationRow.id)
                .join(SubjectRow, SubjectRow.id == AllocationRow.subject_id)
                .where(SubjectRow.study_id.not_in(blinded))
            )
    return set(map(str, tx.session.scalars(query)))


def _without(names: Pattern[str], value: Any) -> Any:
    """A value of the audit with each sealed arm's own name replaced."""
    match value:
        case str():
            return names.sub(HIDDEN, value)
        case Mapping():
            return {
                _without(names, key): item if key == "status" else _without(names, item)
                for key, item in value.items()
            }
        case list() | tuple():
            return [_without(names, item) for item in value]
    return value
