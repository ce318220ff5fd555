"""In which state each scan is: one set-based question, from which all tables count."""

from sqlalchemy import Subquery, case, func, select
from sqlalchemy.orm import aliased

from dermdash.trial.schema import DejRow, GradingRow, JobRow, MarkingRow, ScanRow, SubjectRow

SCAN_STATES = ("no DEJ", "cannot tell", "queued", "running", "failed", "graded", "excluded")


def scan_states() -> Subquery:
    """``scan_id, study_id, state, reason, dej_id`` of each scan.

    A scan without a DEJ is told from one of which a reader could not tell where the dermis begins.
    A scan is graded when the grading that its study's protocol asks for is stored, whatever became
    of the job; else its state is that of the last job that was asked for it.
    """
    marking, job = aliased(DejRow), aliased(JobRow)
    last_dej = (
        select(func.max(marking.id))
        .where(marking.scan_id == ScanRow.id)
        .correlate(ScanRow)
        .scalar_subquery()
    )
    last_job = (
        select(func.max(job.id))
        .where(job.key == ScanRow.grading_key, job.kind == "grading")
        .correlate(ScanRow)
        .scalar_subquery()
    )
    unclear = (
        select(MarkingRow.id)
        .where(MarkingRow.scan_id == ScanRow.id, MarkingRow.verdict == "cannot tell")
        .correlate(ScanRow)
        .exists()
    )
    why_unclear = (
        select(MarkingRow.reason)
        .where(MarkingRow.scan_id == ScanRow.id, MarkingRow.verdict == "cannot tell")
        .order_by(MarkingRow.id.desc())
        .limit(1)
        .correlate(ScanRow)
        .scalar_subquery()
    )
    active = JobRow.state.in_(("queued", "running"))
    state = case(
        (ScanRow.excluded_reason.is_not(None), "excluded"),
        (DejRow.id.is_(None) & unclear, "cannot tell"),
        (DejRow.id.is_(None), "no DEJ"),
        (GradingRow.key.is_not(None), "graded"),
        (active, JobRow.state),
        else_="failed",
    )
    reason = case(
        (ScanRow.excluded_reason.is_not(None), ScanRow.excluded_reason),
        (DejRow.id.is_(None), why_unclear),
        (GradingRow.key.is_not(None), None),
        (JobRow.state == "failed", JobRow.error),
        (JobRow.state == "cancelled", func.coalesce(JobRow.error, "cancelled")),
        (DejRow.id.is_not(None) & JobRow.id.is_(None), "not asked for; try again"),
        else_=None,
    )
    return (
        select(
            ScanRow.id.label("scan_id"),
            SubjectRow.study_id,
            state.label("state"),
            reason.label("reason"),
            DejRow.id.label("dej_id"),
        )
        .join(SubjectRow, SubjectRow.id == ScanRow.subject_id)
        .outerjoin(DejRow, DejRow.id == last_dej)
        .outerjoin(GradingRow, GradingRow.key == ScanRow.grading_key)
        .outerjoin(JobRow, JobRow.id == last_job)
        .subquery()
    )
