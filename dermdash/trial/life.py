"""A study's life: collecting, data locked, unblinded; each step with who, when and why.

    collecting ── lock ──> locked ── unblind ──> unblinded
        ^                    │                       │
        └────── reopen, with a reason that stays ────┘

A study that was never blinded ends as locked. What a lock fixes is held by ``locked``.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from dermdash.errors import DesignError
from dermdash.identity import require
from dermdash.trial.blinding import scans_on_the_way, unseal_arms
from dermdash.trial.digest import data_digest
from dermdash.trial.parts import study_row
from dermdash.trial.plans import current_plan
from dermdash.trial.scan_table import scan_table
from dermdash.trial.schema import (
    StudyEventRow,
    SubjectRow,
)
from dermdash.trial.states import scan_states
from dermdash.trial.transaction import Transaction


@dataclass(frozen=True, slots=True)
class StudyEvent:
    """A step of a study's life.

    digest : of the data as they were locked, or as an erasure left them
    subject_id : the code of the subject that was erased
    """

    act: str
    author: str
    at: datetime
    reason: str | None = None
    digest: str | None = None
    plan_version: int | None = None
    subject_id: str | None = None


@dataclass(frozen=True, slots=True)
class Readiness:
    """What stands open when a study is to be locked, as counts of scans.

    coming : scans that are still being made or stored; the lock waits for them
    waiting : gradings that are queued or running; the lock waits for them, since one that fails
        may need another DEJ, and could then only be mended by reopening
    """

    coming: int
    waiting: int
    no_dej: int
    cannot_tell: int
    failed: int
    excluded: int
    graded: int


def lock_data(tx: Transaction, study_id: int) -> str:
    """Fix a study's data, and return their digest.

    Raises
    ------
    DesignError
        The study is locked already, scans are still on the way, or gradings wait or run.
    """
    study = study_row(tx, study_id)
    if study.state != "collecting":
        raise DesignError(f"the data of {study.name} are locked already; there is nothing to do")
    ready = readiness(tx, study_id)
    if ready.coming:
        raise DesignError(
            f"{ready.coming} scans of {study.name} are still on the way; lock the data when they "
            "are stored"
        )
    if ready.waiting:
        raise DesignError(
            f"{ready.waiting} gradings of {study.name} wait or run, and one that fails may need "
            "another DEJ; lock the data when they are done"
        )
    tx.session.flush()
    study.state = "locked"
    digest = data_digest(tx, study_id)
    _write_down(tx, study_id, "locked", digest=digest)
    return digest


def unblind(tx: Transaction, study_id: int) -> None:
    """Put the arms of a study back under their own names, for good.

    Raises
    ------
    InputError
        Whoever asks is no administrator.
    DesignError
        The study is not blinded or not locked, no plan is locked, or the data are not those that
        were locked.
    """
    require(tx.by, "unblind a study", tx.settings.administrators)
    study = study_row(tx, study_id)
    if not study.blinded:
        raise DesignError(f"{study.name} is not blinded; its arms go by their own names")
    if study.state != "locked":
        raise DesignError(f"the data of {study.name} are not locked; lock them before unblinding")
    plan = current_plan(tx, study_id)
    if plan is None or not plan.locked:
        raise DesignError(
            f"{study.name} has no locked analysis plan; lock its plan before unblinding"
        )
    digest, locked = data_digest(tx, study_id), locked_digest(tx, study_id)
    if digest != locked:
        raise DesignError(
            f"the data of {study.name} are not those that were locked (digest {digest[:12]}, "
            f"locked {str(locked)[:12]}); find out what changed, reopen, and lock them again"
        )
    unseal_arms(tx, study_id)
    study.state = "unblinded"
    _write_down(tx, study_id, "unblinded", digest=digest, plan_version=plan.version)


def reopen(tx: Transaction, study_id: int, reason: str) -> None:
    """Let a locked study change again; a study once unblinded stays so.

    Raises
    ------
    InputError
        Whoever asks is no administrator.
    DesignError
        The study is not locked, or no reason is given.
    """
    require(tx.by, "reopen a study", tx.settings.administrators)
    study = study_row(tx, study_id)
    text = " ".join(reason.split())
    if study.state == "collecting":
        raise DesignError(f"the data of {study.name} are not locked; there is nothing to reopen")
    if not text:
        raise DesignError(f"{study.name} is reopened without a reason; give one, it stays visible")
    study.state = "collecting"
    _write_down(tx, study_id, "reopened", reason=text)


def unblinded_at(tx: Transaction, study_id: int) -> datetime | None:
    """When a study was unblinded; None where it was not."""
    return tx.session.scalar(
        select(func.min(StudyEventRow.at)).where(
            StudyEventRow.study_id == study_id, StudyEventRow.act == "unblinded"
        )
    )


def locked_digest(tx: Transaction, study_id: int) -> str | None:
    """The digest of the data as they were locked last, or as an erasure left them."""
    return tx.session.scalar(
        select(StudyEventRow.digest)
        .where(StudyEventRow.study_id == study_id, StudyEventRow.act.in_(("locked", "erased")))
        .order_by(StudyEventRow.id.desc())
        .limit(1)
    )


def count_dejs_after_unblinding(tx: Transaction, study_id: int) -> int:
    """How many scans that count stand on a DEJ that was given after unblinding."""
    if unblinded_at(tx, study_id) is None:
        return 0
    scans = scan_table(tx, study_id)
    return int((scans["dej_after_unblinding"] & (scans["state"] != "excluded")).sum())


def study_events(tx: Transaction, study_id: int) -> tuple[StudyEvent, ...]:
    """All steps of a study's life, the newest first."""
    rows = tx.session.execute(
        select(StudyEventRow, SubjectRow.code)
        .outerjoin(SubjectRow, SubjectRow.id == StudyEventRow.subject_id)
        .where(StudyEventRow.study_id == study_id)
        .order_by(StudyEventRow.id.desc())
    ).all()
    return tuple(
        StudyEvent(row.act, row.author, row.at, row.reason, row.digest, row.plan_version, code)
        for row, code in rows
    )


def readiness(tx: Transaction, study_id: int) -> Readiness:
    """How many scans are in which state."""
    states = scan_states()
    counts: dict[str, int] = {
        row[0]: row[1]
        for row in tx.session.execute(
            select(states.c.state, func.count())
            .where(states.c.study_id == study_id)
            .group_by(states.c.state)
        ).all()
    }
    return Readiness(
        coming=scans_on_the_way(tx, study_id),
        waiting=counts.get("queued", 0) + counts.get("running", 0),
        no_dej=counts.get("no DEJ", 0),
        cannot_tell=counts.get("cannot tell", 0),
        failed=counts.get("failed", 0),
        excluded=counts.get("excluded", 0),
        graded=counts.get("graded", 0),
    )


def _write_down(tx: Transaction, study_id: int, act: str, **more: Any) -> None:
    tx.session.add(StudyEventRow(study_id=study_id, act=act, author=tx.author, at=tx.at, **more))
    tx.session.flush()
