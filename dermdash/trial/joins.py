"""From a scan to its place in the study: the joins that every table of scans needs."""

from typing import TypeVarTuple

from sqlalchemy import Select, Subquery, and_, func, select
from sqlalchemy.orm import aliased

from dermdash.trial.schema import (
    AllocationRow,
    ArmRow,
    ScanRow,
    SiteRow,
    StudyEventRow,
    StudyRow,
    SubjectRow,
    VisitRow,
)

Columns = TypeVarTuple("Columns")


def with_place(query: Select[*Columns]) -> Select[*Columns]:
    """Join subject, study, visit, site and arm to a query over ``ScanRow``.

    The arm is that of the subject's side where sides are allocated, else the subject's; a scan
    without an allocation stays, and has no arm.
    """
    by_side, whole = aliased(AllocationRow), aliased(AllocationRow)
    return (
        query.join(SubjectRow, SubjectRow.id == ScanRow.subject_id)
        .join(StudyRow, StudyRow.id == SubjectRow.study_id)
        .join(VisitRow, VisitRow.id == ScanRow.visit_id)
        .join(SiteRow, SiteRow.id == ScanRow.site_id)
        .outerjoin(
            by_side,
            and_(by_side.subject_id == SubjectRow.id, by_side.site_id == ScanRow.site_id),
        )
        .outerjoin(whole, and_(whole.subject_id == SubjectRow.id, whole.site_id.is_(None)))
        .outerjoin(ArmRow, ArmRow.id == func.coalesce(by_side.arm_id, whole.arm_id))
    )


def first_unblindings() -> Subquery:
    """``study_id, at`` of each study that was unblinded: what came later was done knowing."""
    return (
        select(StudyEventRow.study_id, func.min(StudyEventRow.at).label("at"))
        .where(StudyEventRow.act == "unblinded")
        .group_by(StudyEventRow.study_id)
        .subquery()
    )
