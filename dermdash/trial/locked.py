"""What may not change: the data of a locked study, the arms of a blinded one, an erased subject.

The session's flush asks here before anything is written, so that no function can forget to. The
acts that make a study what it is (blinding, unblinding, erasing) say so by ``acting``.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from dermdash.errors import DesignError
from dermdash.trial.base import Base
from dermdash.trial.schema import (
    AllocationRow,
    ArmRow,
    CovariateRow,
    DejRow,
    ProtocolRow,
    ScanRow,
    SiteRow,
    StudyRow,
    SubjectRow,
    VisitRow,
)
from dermdash.trial.transaction import Transaction

StudyAct = Literal["sealing", "erasing"]
Guarded = (
    SubjectRow
    | ScanRow
    | DejRow
    | AllocationRow
    | VisitRow
    | SiteRow
    | ArmRow
    | CovariateRow
    | ProtocolRow
)
NOUNS: dict[type[Base], str] = {
    SubjectRow: "its subjects",
    ScanRow: "its scans",
    DejRow: "a DEJ",
    AllocationRow: "who is in which arm",
    VisitRow: "its visits",
    SiteRow: "its sites",
    ArmRow: "its arms",
    CovariateRow: "its covariates",
    ProtocolRow: "its reading protocol",
}
SEALED = frozenset({"name", "label", "code", "is_control", "colour"})


@contextmanager
def acting(tx: Transaction, act: StudyAct) -> Iterator[None]:
    """Let one act of a study's life change what is closed to all else."""
    tx.session.flush()
    tx.session.info["acting"] = act
    try:
        yield
        tx.session.flush()
    finally:
        tx.session.info.pop("acting")


def is_acting(session: Session, act: StudyAct) -> bool:
    return session.info.get("acting") == act


def refuse_closed(session: Session) -> None:
    """Look at all that is about to be written.

    Raises
    ------
    DesignError
        A row belongs to a locked study, is a sealed arm, or speaks of an erased subject.
    """
    if "acting" in session.info:
        return
    changed = (row for row in session.dirty if session.is_modified(row))
    for row in (*session.new, *changed, *session.deleted):
        if isinstance(row, Guarded):
            subject = _subject_of(session, row)
            study_id = row.study_id if subject is None else subject.study_id  # type: ignore[union-attr]  # rows without a subject have a study
            study = session.get(StudyRow, study_id)
            if study is not None:
                _refuse(session, row, study, subject)


def _refuse(session: Session, row: Guarded, study: StudyRow, subject: SubjectRow | None) -> None:
    if study.state != "collecting":
        raise DesignError(
            f"the data of {study.name} are {_state(study)}; reopen the study, with a reason, "
            f"before changing {NOUNS[type(row)]}"
        )
    if isinstance(row, ArmRow) and study.blinded and _is_sealed_part(session, row):
        raise DesignError(
            f"the arms of {study.name} are sealed; unblind the study before changing them"
        )
    if subject is not None and _was_erased(subject):
        raise DesignError(
            f"subject_id={subject.code} was erased and takes no data any more; give the data "
            "another subject"
        )


def _subject_of(session: Session, row: Guarded) -> SubjectRow | None:
    match row:
        case SubjectRow():
            return row
        case ScanRow() | AllocationRow():
            return session.get(SubjectRow, row.subject_id)
        case DejRow():
            scan = session.get(ScanRow, row.scan_id)
            return None if scan is None else session.get(SubjectRow, scan.subject_id)
    return None


def _is_sealed_part(session: Session, row: ArmRow) -> bool:
    if row in session.new or row in session.deleted:
        return True
    return any(inspect(row).attrs[name].history.has_changes() for name in SEALED)


def _was_erased(subject: SubjectRow) -> bool:
    """Whether it was so before what is about to be written."""
    before = inspect(subject).attrs.status.history.deleted
    return "erased" in (before or [subject.status])


def _state(study: StudyRow) -> str:
    return "locked" if study.state == "locked" else "locked and unblinded"
