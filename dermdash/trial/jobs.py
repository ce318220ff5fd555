"""What is asked of the worker, and what came of it.

    queued ──> running ──> done
       ^          ├──────> failed      by an error, or by the third death of its process
       └──────────┤                    cancelled, from queued or running
          its process died, or its worker

One job of a kind and key is queued or running at a time.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from filelock import FileLock, Timeout
from sqlalchemy import select

from dermdash.errors import DesignError
from dermdash.settings import Settings
from dermdash.trial.queue import NEXT, READY, QueueSummary, job_table, queue_summary
from dermdash.trial.schema import ACTIVE_STATES, JobRow
from dermdash.trial.transaction import Transaction

__all__ = [
    "MAX_DEATHS",
    "Job",
    "QueueSummary",
    "cancel",
    "drop",
    "enqueue",
    "fail",
    "finish",
    "give_back",
    "job_table",
    "queue_summary",
    "recover",
    "retry",
    "set_progress",
    "take",
    "worker_alive",
    "worker_lock",
]

MAX_DEATHS = 3


@dataclass(frozen=True, slots=True)
class Job:
    """A job as it was taken; ``attempt`` counts from 1."""

    job_id: int
    kind: str
    key: str
    payload: dict[str, Any]
    study_id: int | None
    scan_id: int | None
    attempt: int
    by: str
    asked_at: datetime


def enqueue(
    tx: Transaction,
    kind: str,
    key: str,
    payload: Mapping[str, Any],
    *,
    study_id: int | None = None,
    scan_id: int | None = None,
) -> int:
    """Queue a job and return its id; the one that is queued or running, if there is one."""
    active = _active(tx, kind, key)
    if active is not None:
        return active.id
    row = JobRow(
        kind=kind,
        key=key,
        payload=dict(payload),
        study_id=study_id,
        scan_id=scan_id,
        state="queued",
        by=tx.author,
        asked_at=tx.at,
    )
    tx.session.add(row)
    tx.session.flush()
    return row.id


def take(tx: Transaction, n: int, *, kinds: Collection[str] | None = None) -> list[Job]:
    """Mark the next ``n`` jobs as running and return them, by the turn of their kind.

    A job whose process died goes behind those of its kind that have not killed any; a report waits
    for the cards of its study.
    """
    query = select(JobRow).where(JobRow.state == "queued", READY)
    if kinds is not None:
        query = query.where(JobRow.kind.in_(kinds))
    rows = tx.session.scalars(query.order_by(*NEXT).limit(n)).all()
    for row in rows:
        row.state, row.started_at, row.progress = "running", tx.at, 0.0
        row.attempt += 1
    tx.session.flush()
    return [
        Job(
            row.id,
            row.kind,
            row.key,
            row.payload,
            row.study_id,
            row.scan_id,
            row.attempt,
            row.by,
            row.asked_at,
        )
        for row in rows
    ]


def finish(tx: Transaction, job_id: int) -> bool:
    """Mark a running job as done; False where it no longer runs (it was cancelled)."""
    row = _running(tx, job_id)
    if row is None:
        return False
    row.progress = 1.0
    _end(tx, row, "done", None)
    return True


def fail(tx: Transaction, job_id: int, reason: str) -> bool:
    """Mark a running job as failed, with the reason in one sentence."""
    row = _running(tx, job_id)
    if row is None:
        return False
    _end(tx, row, "failed", reason)
    return True


def give_back(tx: Transaction, job_id: int, reason: str) -> bool:
    """Queue a job again whose process died; after three deaths it has failed, with the reason."""
    row = _running(tx, job_id)
    if row is None:
        return False
    row.deaths += 1
    if row.deaths >= MAX_DEATHS:
        _end(tx, row, "failed", f"{reason} ({MAX_DEATHS} times)")
    else:
        _requeue(row, f"{reason}; runs again")
        tx.session.flush()
    return True


def recover(tx: Transaction) -> int:
    """Queue again what was running when a worker died, and count it; only for a new worker."""
    rows = tx.session.scalars(select(JobRow).where(JobRow.state == "running")).all()
    for row in rows:
        _requeue(row, "the worker stopped; runs again")
    tx.session.flush()
    return len(rows)


def cancel(tx: Transaction, job_id: int) -> bool:
    """Cancel a job that is queued or running; False where it has ended already."""
    row = _job(tx, job_id)
    if row.state not in ACTIVE_STATES:
        return False
    _end(tx, row, "cancelled", f"cancelled by {tx.author}")
    return True


def drop(tx: Transaction, kind: str, key: str, reason: str) -> bool:
    """Cancel a job that waits and is not needed any more; one that runs may end."""
    row = _active(tx, kind, key)
    if row is None or row.state != "queued":
        return False
    _end(tx, row, "cancelled", reason)
    return True


def retry(tx: Transaction, job_id: int) -> int:
    """Queue a failed or cancelled job again, last in its queue, and return its id.

    Raises
    ------
    DesignError
        The job is done.
    """
    row = _job(tx, job_id)
    if row.state == "done":
        raise DesignError(f"job {job_id} is done; there is nothing to try again")
    active = _active(tx, row.kind, row.key)
    if active is not None:
        return active.id
    row.attempt = row.deaths = 0
    row.by, row.asked_at = tx.author, tx.at
    _requeue(row, None)
    tx.session.flush()
    return row.id


def set_progress(tx: Transaction, job_id: int, progress: float) -> None:
    """How much of a running job is done, 0 to 1."""
    row = _running(tx, job_id)
    if row is not None:
        row.progress = min(max(float(progress), 0.0), 1.0)
        tx.session.flush()


def worker_lock(settings: Settings, *, timeout: float = 1.0) -> FileLock:
    """The lock of the store's one worker; the system drops it when its holder dies.

    Taking it raises ``filelock.Timeout`` while another worker holds it. Less than a tenth of a
    second of patience would lose it to ``worker_alive``, which takes it for an instant.
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    return FileLock(settings.home / "worker.lock", timeout=timeout, thread_local=False)


def worker_alive(settings: Settings) -> bool:
    """Whether a worker holds the store's lock now."""
    if not settings.home.exists():
        return False
    try:
        with worker_lock(settings, timeout=0):
            return False
    except Timeout:
        return True


def _job(tx: Transaction, job_id: int) -> JobRow:
    row = tx.session.get(JobRow, job_id)
    if row is None:
        raise DesignError(f"job_id={job_id} is no job; choose one that is listed")
    return row


def _running(tx: Transaction, job_id: int) -> JobRow | None:
    row = tx.session.get(JobRow, job_id)
    return row if row is not None and row.state == "running" else None


def _active(tx: Transaction, kind: str, key: str) -> JobRow | None:
    return tx.session.scalar(
        select(JobRow).where(
            JobRow.kind == kind, JobRow.key == key, JobRow.state.in_(ACTIVE_STATES)
        )
    )


def _requeue(row: JobRow, error: str | None) -> None:
    row.state, row.error, row.progress = "queued", error, 0.0
    row.started_at = row.finished_at = None


def _end(tx: Transaction, row: JobRow, state: str, error: str | None) -> None:
    row.state, row.error, row.finished_at = state, error, tx.at
    tx.session.flush()
