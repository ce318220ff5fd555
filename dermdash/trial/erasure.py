"""A subject erased: consent was withdrawn, and pixels and all that came from them go.

The one way through what is written for good. What stays is a tombstone: the subject's code, that
it was erased, why, when and by whom, its allocation, and the audit's rows without what they held.
Results that were given before, and files of reports, stay as they were given, and say so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import or_, select

from dermdash.errors import DesignError
from dermdash.identity import require
from dermdash.trial.base import Base
from dermdash.trial.digest import data_digest
from dermdash.trial.intake import store_key
from dermdash.trial.locked import acting
from dermdash.trial.parts import study_row
from dermdash.trial.renderings import count_renderings_about
from dermdash.trial.schema import (
    ACTIVE_STATES,
    AuditRow,
    DejRow,
    GradingArrayRow,
    GradingRow,
    InboxFileRow,
    JobRow,
    MarkingRow,
    QualityRow,
    ScanRow,
    StudyEventRow,
    SubjectRow,
    VolumeRow,
)
from dermdash.trial.subjects import find_subject
from dermdash.trial.transaction import Transaction
from dermdash.trial.volumes import place_path


@dataclass(frozen=True, slots=True)
class Erasure:
    """What an erasure removes, and what it cannot.

    shared : volumes that stay, since another scan has the same content
    outside : files that were registered where they lie, and are their owner's to delete
    n_files : of reports that speak of the study; they stay as they were handed out, and say so
    """

    subject_id: str
    n_scans: int
    n_gradings: int
    shared: int
    outside: tuple[Path, ...]
    n_files: int = 0


@dataclass(frozen=True, slots=True)
class _Rows:
    scans: Sequence[ScanRow]
    dejs: Sequence[DejRow]
    markings: Sequence[MarkingRow]
    gradings: Sequence[GradingRow]
    jobs: Sequence[JobRow]
    volumes: Sequence[VolumeRow]
    qualities: Sequence[QualityRow]
    maps: frozenset[str]
    shared: frozenset[str]


def foresee_erasure(tx: Transaction, study_id: int, code: str) -> Erasure:
    """What erasing a subject would remove; nothing is changed.

    Raises
    ------
    DesignError
        The subject is unknown, or erased already.
    """
    subject = _subject(tx, study_id, code)
    return _outcome(tx, subject, _rows(tx, subject))


def erase_subject(tx: Transaction, study_id: int, code: str, *, reason: str) -> Erasure:
    """Remove a subject's volumes and all that is known or derived of it, also in a locked study.

    Vault files go before the transaction ends: an erasure that is broken off there is to be done
    again, and leaves no pixels that nobody knows of. Backups made before still hold all.

    Raises
    ------
    InputError
        Whoever asks is no administrator.
    DesignError
        The subject is unknown or erased already, or no reason is given.
    """
    require(tx.by, "erase a subject", tx.settings.administrators)
    subject = _subject(tx, study_id, code)
    text = " ".join(reason.split())
    if not text:
        raise DesignError(f"subject_id={subject.code} is erased without a reason; give one")
    rows = _rows(tx, subject)
    outcome = _outcome(tx, subject, rows)
    # What is deleted is overwritten in the database's file, not only unlinked.
    tx.session.connection().exec_driver_sql("PRAGMA secure_delete = ON")
    with acting(tx, "erasing"), tx.because(text):
        _empty_jobs(tx, rows.jobs)
        _forget_files(tx, rows)
        for group in (*_arrays(tx, rows), rows.dejs, rows.markings, rows.scans, rows.volumes):
            for row in group:
                tx.session.delete(row)
            tx.session.flush()
        subject.status, subject.reason, subject.withdrawn_on = "erased", text, None
        subject.covariates, subject.population_reason = {}, None
        subject.full_analysis = subject.per_protocol = False
        subject.version += 1
        tx.session.flush()
        _empty_audit(tx, subject, rows)
        study = study_row(tx, study_id)
        tx.session.add(
            StudyEventRow(
                study_id=study_id,
                act="erased",
                reason=text,
                subject_id=subject.id,
                digest=None if study.state == "collecting" else data_digest(tx, study_id),
                author=tx.author,
                at=tx.at,
            )
        )
    _remove_files(tx, rows)
    return outcome


def _subject(tx: Transaction, study_id: int, code: str) -> SubjectRow:
    subject = find_subject(tx, study_id, code)
    if subject.status == "erased":
        raise DesignError(f"subject_id={subject.code} was erased already; nothing is left of it")
    return subject


def _rows(tx: Transaction, subject: SubjectRow) -> _Rows:
    """All that hangs on the subject; of what is shared with others, only its own part."""
    scans = _all(tx, select(ScanRow).where(ScanRow.subject_id == subject.id))
    ids, contents = [scan.id for scan in scans], {scan.volume_sha256 for scan in scans}
    dejs = _all(tx, select(DejRow).where(DejRow.scan_id.in_(ids)))
    others = select(ScanRow).where(ScanRow.subject_id != subject.id)
    shared = set(
        tx.session.scalars(
            others.with_only_columns(ScanRow.volume_sha256).where(
                ScanRow.volume_sha256.in_(contents)
            )
        )
    )
    needed = others.with_only_columns(ScanRow.grading_key).where(ScanRow.grading_key.is_not(None))
    own = contents - shared
    gradings = _all(
        tx,
        select(GradingRow).where(
            or_(
                GradingRow.volume_sha256.in_(own),
                GradingRow.volume_sha256.in_(shared)
                & GradingRow.dej_digest.in_([dej.digest for dej in dejs])
                & GradingRow.key.not_in(needed),
            )
        ),
    )
    maps = {dej.map_sha256 for dej in dejs if dej.map_sha256 is not None}
    elsewhere = select(DejRow.map_sha256).where(
        DejRow.map_sha256.in_(maps), DejRow.scan_id.not_in(ids)
    )
    in_scan = JobRow.payload["scan"]["subject_id"].as_string()
    return _Rows(
        scans=scans,
        dejs=dejs,
        markings=_all(tx, select(MarkingRow).where(MarkingRow.scan_id.in_(ids))),
        gradings=gradings,
        jobs=_all(
            tx,
            select(JobRow).where(
                or_(
                    JobRow.scan_id.in_(ids),
                    (JobRow.study_id == subject.study_id) & (in_scan == subject.code),
                    JobRow.key.in_([store_key(subject.study_id, sha256) for sha256 in own]),
                )
            ),
        ),
        volumes=_all(tx, select(VolumeRow).where(VolumeRow.sha256.in_(own))),
        qualities=_all(tx, select(QualityRow).where(QualityRow.volume_sha256.in_(own))),
        maps=frozenset(maps - set(tx.session.scalars(elsewhere))),
        shared=frozenset(shared),
    )


def _outcome(tx: Transaction, subject: SubjectRow, rows: _Rows) -> Erasure:
    outside = [Path(row.place) for row in rows.volumes if Path(row.place).is_absolute()]
    return Erasure(
        subject_id=subject.code,
        n_scans=len(rows.scans),
        n_gradings=len(rows.gradings),
        shared=len(rows.shared),
        outside=tuple(sorted(outside)),
        n_files=count_renderings_about(tx, subject.study_id),
    )


def _empty_jobs(tx: Transaction, jobs: Sequence[JobRow]) -> None:
    for job in jobs:
        if job.state in ACTIVE_STATES:
            job.state, job.finished_at = "cancelled", tx.at
        job.payload, job.scan_id, job.error = {}, None, "the subject was erased"


def _forget_files(tx: Transaction, rows: _Rows) -> None:
    """What the inbox knew of the files; those that still lie there are found anew by looking."""
    contents = [row.sha256 for row in rows.volumes]
    for row in _all(tx, select(InboxFileRow).where(InboxFileRow.sha256.in_(contents))):
        tx.session.delete(row)


def _arrays(tx: Transaction, rows: _Rows) -> tuple[Sequence[Base], ...]:
    keys = [row.key for row in rows.gradings]
    arrays = _all(tx, select(GradingArrayRow).where(GradingArrayRow.grading_key.in_(keys)))
    return arrays, rows.gradings, rows.qualities


def _empty_audit(tx: Transaction, subject: SubjectRow, rows: _Rows) -> None:
    """Leave who did what to which row, and take what the rows held."""
    entities = [
        f"subject {subject.id}",
        *(f"scan {row.id}" for row in rows.scans),
        *(f"dej {row.id}" for row in rows.dejs),
        *(f"marking {row.id}" for row in rows.markings),
        *(f"job {row.id}" for row in rows.jobs),
        *(f"grading {row.key}" for row in rows.gradings),
        *(f"grading_array {row.key}" for row in rows.gradings),
        *(f"quality {row.key}" for row in rows.qualities),
        *(f"volume {row.sha256}" for row in rows.volumes),
    ]
    for entry in _all(tx, select(AuditRow).where(AuditRow.entity.in_(entities))):
        if entry.act != "erased":
            entry.before = entry.after = entry.reason = None


def _remove_files(tx: Transaction, rows: _Rows) -> None:
    for row in rows.volumes:
        if not Path(row.place).is_absolute():
            place_path(tx.vault, row.sha256, row.place).unlink(missing_ok=True)
    for sha256 in rows.maps:
        tx.vault.path(sha256).unlink(missing_ok=True)


def _all(tx: Transaction, query: Any) -> Any:
    return tx.session.scalars(query).all()
