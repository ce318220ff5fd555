"""The queue as people see it: places, progress, errors, time left."""

from collections.abc import Collection
from dataclasses import dataclass
from statistics import median

import pandas as pd
from sqlalchemy import case, exists, func, select
from sqlalchemy.orm import aliased

from dermdash.trial.masking import mask_words
from dermdash.trial.paper import CARD, REPORT
from dermdash.trial.schema import (
    ACTIVE_STATES,
    JobRow,
    ScanRow,
    SiteRow,
    StudyRow,
    SubjectRow,
    VisitRow,
)
from dermdash.trial.transaction import Transaction

# Files are looked at and stored, reports made, while somebody waits for it; a demo's gradings go
# before its next phantoms, results before read-outs of quality; what has killed a process goes
# behind what has not.
TURN = {"look": 0, "store": 1, CARD: 2, REPORT: 3, "quality": 8, "phantom": 9}
NEXT = (case(TURN, value=JobRow.kind, else_=5), JobRow.deaths, JobRow.asked_at, JobRow.id)
# A report is rendered once its study's cards are answered.
_card = aliased(JobRow)
READY = (JobRow.kind != REPORT) | ~exists().where(
    _card.kind == CARD, _card.study_id == JobRow.study_id, _card.state.in_(ACTIVE_STATES)
)
RECENT = 20  # jobs of a kind whose durations foretell the next


@dataclass(frozen=True, slots=True)
class QueueSummary:
    """How much waits, runs and failed; ``seconds_left`` is None until a job has ended."""

    queued: int
    running: int
    failed: int
    seconds_left: float | None


def job_table(
    tx: Transaction, states: Collection[str] | None = None, *, study_id: int | None = None
) -> pd.DataFrame:
    """The jobs, those that run first, then the queue in its order, then the newest that ended.

    Columns: ``job_id, kind, study, subject_id, visit, site, state, place, progress, attempt,
    error, by, asked_at``. ``place`` is 1 for the job that runs next, missing for all that do not
    wait. What a phantom is made for stands in its payload.
    """
    place = func.row_number().over(partition_by=JobRow.state, order_by=NEXT)
    ranked = select(JobRow, place.label("place"))
    if states is not None:
        ranked = ranked.where(JobRow.state.in_(states))
    jobs = ranked.subquery()
    job = aliased(JobRow, jobs)
    in_scan = job.payload["scan"]
    query = (
        select(
            job.id,
            job.kind,
            StudyRow.name,
            func.coalesce(SubjectRow.code, in_scan["subject_id"].as_string()),
            func.coalesce(VisitRow.name, in_scan["visit"].as_string()),
            func.coalesce(SiteRow.name, in_scan["site"].as_string()),
            job.state,
            case((job.state == "queued", jobs.c.place)),
            job.progress,
            job.attempt,
            job.error,
            job.by,
            job.asked_at,
        )
        .outerjoin(StudyRow, StudyRow.id == job.study_id)
        .outerjoin(ScanRow, ScanRow.id == job.scan_id)
        .outerjoin(SubjectRow, SubjectRow.id == ScanRow.subject_id)
        .outerjoin(VisitRow, VisitRow.id == ScanRow.visit_id)
        .outerjoin(SiteRow, SiteRow.id == ScanRow.site_id)
        .order_by(
            case((job.state == "running", 0), (job.state == "queued", 1), else_=2),
            case((job.state == "queued", jobs.c.place)),
            job.finished_at.desc(),
            job.id,
        )
    )
    if study_id is not None:
        query = query.where(job.study_id == study_id)
    return mask_words(tx, tx.frame(query, _COLUMNS))


def count_queued(tx: Transaction, kinds: Collection[str]) -> int:
    """How many jobs of these kinds wait."""
    query = select(func.count()).where(JobRow.state == "queued", JobRow.kind.in_(kinds))
    return tx.session.scalar(query) or 0


def running_jobs(tx: Transaction) -> set[int]:
    """The ids of the jobs that are marked as running."""
    return set(tx.session.scalars(select(JobRow.id).where(JobRow.state == "running")))


def count_ended(tx: Transaction) -> dict[tuple[str, str], int]:
    """How many jobs of each kind ended in each state."""
    query = select(JobRow.kind, JobRow.state, func.count()).group_by(JobRow.kind, JobRow.state)
    rows = tx.session.execute(query.where(JobRow.finished_at.is_not(None))).all()
    return {(kind, state): count for kind, state, count in rows}


def queue_summary(tx: Transaction) -> QueueSummary:
    """Count the queue, and foretell its end from what recent jobs of each kind took.

    As many jobs are taken to run beside each other as run now.
    """
    counts: dict[tuple[str, str], int] = {
        (kind, state): count
        for kind, state, count in tx.session.execute(
            select(JobRow.kind, JobRow.state, func.count())
            .where(JobRow.state.in_(("queued", "running", "failed")))
            .group_by(JobRow.kind, JobRow.state)
        ).all()
    }

    def total(state: str) -> int:
        return sum(count for (_, of), count in counts.items() if of == state)

    queued, running = total("queued"), total("running")
    seconds: float | None = 0.0
    for kind in {kind for kind, state in counts if state != "failed"}:
        typical = _typical_seconds(tx, kind)
        if typical is None:
            seconds = None
            break
        left = counts.get((kind, "queued"), 0) + counts.get((kind, "running"), 0) / 2
        seconds = (seconds or 0.0) + typical * left / max(running, 1)
    return QueueSummary(queued, running, total("failed"), seconds)


def _typical_seconds(tx: Transaction, kind: str) -> float | None:
    ended = tx.session.execute(
        select(JobRow.started_at, JobRow.finished_at)
        .where(JobRow.kind == kind, JobRow.state == "done")
        .order_by(JobRow.finished_at.desc())
        .limit(RECENT)
    ).all()
    durations = [
        (finished - started).total_seconds()
        for started, finished in ended
        if started is not None and finished is not None
    ]
    return median(durations) if durations else None


_COLUMNS = {
    "job_id": "int64",
    "kind": "str",
    "study": "str",
    "subject_id": "str",
    "visit": "str",
    "site": "str",
    "state": "str",
    "place": "Int64",
    "progress": "float64",
    "attempt": "int64",
    "error": "str",
    "by": "str",
    "asked_at": "datetime64[us, UTC]",
}
