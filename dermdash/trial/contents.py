"""What a study holds already, by content and by place; and what became of files asked for."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select

from dermdash.trial.intake import STORE
from dermdash.trial.jobs import cancel
from dermdash.trial.schema import (
    ACTIVE_STATES,
    AuditRow,
    JobRow,
    ScanRow,
    SiteRow,
    SubjectRow,
    VisitRow,
    VolumeRow,
)
from dermdash.trial.transaction import Transaction
from dermdash.trial.volumes import place_path

# Nothing that a place depends on.
NOISE = ("job", "grading", "grading_array", "quality", "result", "report", "card", "rendering")


@dataclass(frozen=True, slots=True)
class StoredFile:
    """Where a content lies, and which scan of the study it is."""

    place: str
    path: Path


@dataclass(frozen=True, slots=True)
class Batch:
    """The files of a study that were asked for together, last.

    asked_at : tells one batch from another
    failed : the name of each file that was refused, and why
    """

    asked_at: datetime
    stored: int
    graded: int
    waiting: int
    stopped: int
    failed: tuple[tuple[str, str], ...]

    @property
    def total(self) -> int:
        return self.stored + self.waiting + self.stopped + len(self.failed)


def stored_files(
    tx: Transaction, study_id: int, contents: Collection[str]
) -> dict[str, StoredFile]:
    """Which of these contents are scans of the study, by SHA-256."""
    rows = tx.session.execute(
        select(
            VolumeRow.sha256,
            VolumeRow.place,
            SubjectRow.code,
            VisitRow.name,
            SiteRow.name,
            ScanRow.replicate,
        )
        .select_from(ScanRow)
        .join(VolumeRow, VolumeRow.sha256 == ScanRow.volume_sha256)
        .join(SubjectRow, SubjectRow.id == ScanRow.subject_id)
        .join(VisitRow, VisitRow.id == ScanRow.visit_id)
        .join(SiteRow, SiteRow.id == ScanRow.site_id)
        .where(SubjectRow.study_id == study_id, ScanRow.volume_sha256.in_(contents))
    ).all()
    return {
        sha256: StoredFile(
            f"{subject} {visit} {site}" + (f" replicate {replicate}" if replicate > 1 else ""),
            place_path(tx.vault, sha256, place),
        )
        for sha256, place, subject, visit, site, replicate in rows
    }


def taken_replicates(tx: Transaction, study_id: int) -> dict[tuple[str, str, str], set[int]]:
    """The replicates that lie at each subject, visit and site of a study."""
    rows = tx.session.execute(
        select(SubjectRow.code, VisitRow.name, SiteRow.name, ScanRow.replicate)
        .select_from(ScanRow)
        .join(SubjectRow, SubjectRow.id == ScanRow.subject_id)
        .join(VisitRow, VisitRow.id == ScanRow.visit_id)
        .join(SiteRow, SiteRow.id == ScanRow.site_id)
        .where(SubjectRow.study_id == study_id)
    ).all()
    taken: dict[tuple[str, str, str], set[int]] = {}
    for subject, visit, site, replicate in rows:
        taken.setdefault((subject, visit, site), set()).add(replicate)
    return taken


def store_version(tx: Transaction) -> int:
    """A number that grows whenever something is written that decides what may be stored where."""
    query = select(AuditRow.id).order_by(AuditRow.id.desc()).limit(1)
    for table in NOISE:
        query = query.where(~AuditRow.entity.startswith(f"{table} "))
    return tx.session.scalar(query) or 0


def asked_contents(tx: Transaction, study_id: int) -> set[str]:
    """The contents that wait to be stored in a study, or are being stored."""
    keys = tx.session.scalars(
        select(JobRow.key).where(
            JobRow.kind == STORE, JobRow.study_id == study_id, JobRow.state.in_(ACTIVE_STATES)
        )
    )
    return {key.partition("/")[2] for key in keys}


def latest_batch(tx: Transaction, study_id: int) -> Batch | None:
    """What became of the files that were asked for together, last; None where none ever were."""
    mine = (JobRow.kind == STORE, JobRow.study_id == study_id)
    asked_at = tx.session.scalar(select(func.max(JobRow.asked_at)).where(*mine))
    if asked_at is None:
        return None
    jobs = tx.session.execute(
        select(JobRow.state, JobRow.error, JobRow.payload)
        .where(*mine, JobRow.asked_at == asked_at)
        .order_by(JobRow.id)
    ).all()
    jobs = [job for job in jobs if job.payload]  # of an erased subject nothing is known any more
    done = [payload for state, _, payload in jobs if state == "done"]
    states = [state for state, _, _ in jobs]
    return Batch(
        asked_at,
        stored=len(done),
        graded=sum(
            job["scan"]["dej_um"] is not None or job["scan"]["dej_map"] is not None for job in done
        ),
        waiting=sum(state in ACTIVE_STATES for state in states),
        stopped=states.count("cancelled"),
        failed=tuple(
            (payload["scan"]["file_name"], error or "")
            for state, error, payload in jobs
            if state == "failed"
        ),
    )


def last_way(tx: Transaction, study_id: int) -> str | None:
    """How files of the inbox were last taken into a study; None where none ever were."""
    payload = tx.session.scalar(
        select(JobRow.payload)
        .where(JobRow.kind == STORE, JobRow.study_id == study_id)
        .where(JobRow.payload["uploaded"].as_boolean().is_(False))
        .order_by(JobRow.id.desc())
        .limit(1)
    )
    return None if payload is None else str(payload["way"])


def stop_batch(tx: Transaction, study_id: int) -> int:
    """Take the files that still wait off the queue, and count them; what is begun is ended."""
    waiting = tx.session.scalars(
        select(JobRow.id).where(
            JobRow.kind == STORE, JobRow.study_id == study_id, JobRow.state == "queued"
        )
    ).all()
    return sum(cancel(tx, job_id) for job_id in waiting)
