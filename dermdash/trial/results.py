"""Answers as they were given: kept once, and found again while plan, data and software stand."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from importlib.metadata import version
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import func, select

from dermdash import __version__
from dermdash.errors import DesignError, StoreError
from dermdash.trial.parts import study_row
from dermdash.trial.requests import canonical_json
from dermdash.trial.schema import PlanRow, ResultRow, StudyEventRow
from dermdash.trial.transaction import Transaction

COMPUTED_BY = ("numpy", "pandas", "scipy")


@dataclass(frozen=True, slots=True)
class ResultKey:
    """What an answer depends on.

    question : what was asked, in plain values
    plan_version : of the study's plan; None where it had none
    data_digest : as ``data_digest`` gives it, of the table that was analysed
    software : as ``software_version`` gives it
    """

    study_id: int
    question: Mapping[str, Any]
    plan_version: int | None
    data_digest: str
    software: str

    @property
    def digest(self) -> str:
        """SHA-256, in hex, of all parts as canonical JSON."""
        parts = {name: getattr(self, name) for name in self.__slots__}
        return hashlib.sha256(canonical_json(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class StoredResult:
    """An answer, what it depends on, and who was given it first, when.

    erased_since : whether a subject of the study was erased after it was given
    """

    key: ResultKey
    body: Mapping[str, Any]
    author: str
    at: datetime
    erased_since: bool = False


def keep_result(tx: Transaction, key: ResultKey, body: Mapping[str, Any]) -> StoredResult:
    """Keep an answer in plain values; one that is kept already stays as it is.

    Raises
    ------
    DesignError
        The study, or this version of its plan, is unknown; or the same was answered before the
        study was blinded.
    StoreError
        Question or body hold what JSON cannot, such as NaN.
    """
    found = find_result(tx, key)
    if found is not None:
        return found
    study = study_row(tx, key.study_id)
    if tx.session.get(ResultRow, key.digest) is not None:
        raise DesignError(
            f"this was answered before {study.name} was blinded, and stays sealed until it is "
            "unblinded; ask something else"
        )
    if key.plan_version is not None and not _has_plan(tx, key):
        raise DesignError(
            f"plan version {key.plan_version} is not written; write the plan before its results"
        )
    tx.session.add(
        ResultRow(
            key=key.digest,
            study_id=key.study_id,
            question=_json(key.question, "question"),
            plan_version=key.plan_version,
            data_digest=key.data_digest,
            software=key.software,
            body=_json(body, "result"),
            author=tx.author,
            at=tx.at,
        )
    )
    tx.session.flush()
    return StoredResult(key, body, tx.author, tx.at)


def find_result(tx: Transaction, key: ResultKey) -> StoredResult | None:
    """The answer to this question by this plan, of these data, by this software; or None."""
    return get_result(tx, key.digest)


def get_result(tx: Transaction, digest: str) -> StoredResult | None:
    """The answer under a key's digest, as a report's card names it.

    None also while its study is blinded and it was given before: it speaks of arms by their names.
    """
    row = tx.session.get(ResultRow, digest)
    if row is None or _is_sealed(tx, row.study_id, row.at):
        return None
    key = ResultKey(row.study_id, row.question, row.plan_version, row.data_digest, row.software)
    return StoredResult(key, row.body, row.author, row.at, _erased_since(tx, row.study_id, row.at))


def result_heads(tx: Transaction, digests: Collection[str]) -> dict[str, StoredResult]:
    """Answers under their keys' digests, without their bodies; sealed ones are not among them."""
    columns = (ResultRow.study_id, ResultRow.question, ResultRow.plan_version)
    query = select(
        *(ResultRow.key, *columns, ResultRow.data_digest, ResultRow.software),
        *(ResultRow.author, ResultRow.at),
    ).where(ResultRow.key.in_(digests))
    heads, known = {}, set()
    for digest, *parts, author, at in tx.session.execute(query):
        key = ResultKey(*parts)
        if not _is_sealed(tx, key.study_id, at):
            heads[digest] = StoredResult(key, {}, author, at)
            known.add(key.study_id)
    last = select(StudyEventRow.study_id, func.max(StudyEventRow.at)).where(
        StudyEventRow.act == "erased", StudyEventRow.study_id.in_(known)
    )
    for study_id, erased_at in tx.session.execute(last.group_by(StudyEventRow.study_id)):
        for digest, head in heads.items():
            if head.key.study_id == study_id and erased_at > head.at:
                heads[digest] = replace(head, erased_since=True)
    return heads


def count_results_before_erasure(tx: Transaction, study_id: int) -> int:
    """How many answers of a study were given before a subject of it was erased."""
    last = select(func.max(StudyEventRow.at)).where(
        StudyEventRow.study_id == study_id, StudyEventRow.act == "erased"
    )
    query = select(func.count()).where(
        ResultRow.study_id == study_id, ResultRow.at < last.scalar_subquery()
    )
    return tx.session.scalar(query) or 0


def data_digest(table: pd.DataFrame) -> str:
    """SHA-256, in hex, of a table's columns and rows; the order of neither matters.

    >>> one = pd.DataFrame({"subject_id": ["S1", "S2"], "score": [2.0, 3.0]})
    >>> data_digest(one) == data_digest(one.iloc[::-1, ::-1])
    True
    """
    columns = sorted(map(str, table.columns))
    plain = table.set_axis(table.columns.map(str), axis=1)[columns]
    for name in columns:
        if not pd.api.types.is_numeric_dtype(plain[name].dtype):
            plain = plain.assign(**{name: plain[name].astype("object")})
    rows = np.sort(pd.util.hash_pandas_object(plain, index=False).to_numpy())
    digest = hashlib.sha256(canonical_json(columns).encode())
    digest.update(rows.astype("<u8").tobytes())
    return digest.hexdigest()


@cache
def software_version() -> str:
    """This program and the libraries that compute, with their versions."""
    return ", ".join(
        [f"dermdash {__version__}", *(f"{name} {version(name)}" for name in COMPUTED_BY)]
    )


def _has_plan(tx: Transaction, key: ResultKey) -> bool:
    query = select(PlanRow.id).where(
        PlanRow.study_id == key.study_id, PlanRow.version == key.plan_version
    )
    return tx.session.scalar(query) is not None


def _is_sealed(tx: Transaction, study_id: int, at: datetime) -> bool:
    if not study_row(tx, study_id).blinded:
        return False
    blinded_at = select(func.max(StudyEventRow.at)).where(
        StudyEventRow.study_id == study_id, StudyEventRow.act == "blinded"
    )
    return at <= (tx.session.scalar(blinded_at) or at)


def _erased_since(tx: Transaction, study_id: int, at: datetime) -> bool:
    erased = select(StudyEventRow.id).where(
        StudyEventRow.study_id == study_id,
        StudyEventRow.act == "erased",
        StudyEventRow.at > at,
    )
    return tx.session.scalar(erased.limit(1)) is not None


def _json(values: Mapping[str, Any], what: str) -> dict[str, Any]:
    try:
        canonical_json(values)
    except (TypeError, ValueError) as error:
        raise StoreError(f"the {what} holds what cannot be kept ({error}); ask again") from error
    return dict(values)
