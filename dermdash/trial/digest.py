"""What a lock fixes, as one digest: two states of the data with one digest are one."""

import hashlib
from typing import Any

from sqlalchemy import func, select

from dermdash.trial.requests import canonical_json
from dermdash.trial.schema import (
    AllocationRow,
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


def data_digest(tx: Transaction, study_id: int) -> str:
    """SHA-256, in hex, of all that a lock fixes.

    Scans with their volumes and readings, the DEJ that counts of each, exclusions, subjects with
    their status, flags and covariates, allocations, visits, sites, and the reading protocol. Not
    the arms' names, which change when a study is unblinded, nor gradings, which follow from these.
    """
    return hashlib.sha256(canonical_json(_facts(tx, study_id)).encode()).hexdigest()


def _facts(tx: Transaction, study_id: int) -> dict[str, Any]:
    of_study = SubjectRow.study_id == study_id
    last = (
        select(DejRow.scan_id, func.max(DejRow.seq).label("seq"))
        .group_by(DejRow.scan_id)
        .subquery()
    )
    digests: dict[int, str] = {
        row[0]: row[1]
        for row in tx.session.execute(
            select(DejRow.scan_id, DejRow.digest)
            .join(last, (last.c.scan_id == DejRow.scan_id) & (last.c.seq == DejRow.seq))
            .join(ScanRow, ScanRow.id == DejRow.scan_id)
            .join(SubjectRow, SubjectRow.id == ScanRow.subject_id)
            .where(of_study)
        ).all()
    }
    scans = tx.session.scalars(
        select(ScanRow)
        .join(SubjectRow, SubjectRow.id == ScanRow.subject_id)
        .where(of_study)
        .order_by(ScanRow.id)
    )
    subjects = tx.session.scalars(select(SubjectRow).where(of_study).order_by(SubjectRow.id))
    allocations = tx.session.scalars(
        select(AllocationRow)
        .join(SubjectRow, SubjectRow.id == AllocationRow.subject_id)
        .where(of_study)
        .order_by(AllocationRow.subject_id, AllocationRow.site_id)
    )
    protocol = tx.session.scalar(
        select(ProtocolRow)
        .where(ProtocolRow.study_id == study_id)
        .order_by(ProtocolRow.version.desc())
        .limit(1)
    )
    study = tx.session.get_one(StudyRow, study_id)
    return {
        "kind": study.kind,
        "scans": [
            [
                *(row.id, row.subject_id, row.visit_id, row.site_id, row.replicate),
                *(row.volume_sha256, row.reading, row.excluded_reason, digests.get(row.id)),
            ]
            for row in scans
        ],
        "subjects": [
            [
                *(row.id, row.code, row.status, row.reason, row.covariates),
                *(_day(row.withdrawn_on), row.full_analysis, row.per_protocol),
                row.population_reason,
            ]
            for row in subjects
        ],
        "allocations": [[row.subject_id, row.site_id, row.arm_id] for row in allocations],
        "visits": [
            [row.id, row.name, row.day, row.is_baseline] for row in _of(tx, VisitRow, study_id)
        ],
        "sites": [[row.id, row.name, row.side] for row in _of(tx, SiteRow, study_id)],
        "covariates": [[row.name, row.kind, row.unit] for row in _of(tx, CovariateRow, study_id)],
        "protocol": None if protocol is None else [protocol.model_digest, protocol.sampling],
    }


def _of(tx: Transaction, table: Any, study_id: int) -> Any:
    return tx.session.scalars(
        select(table).where(table.study_id == study_id).order_by(table.id)
    ).all()


def _day(day: Any) -> str | None:
    return None if day is None else str(day.isoformat())
