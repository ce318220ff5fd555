"""What a report has to tell of how a study was run: allocation, reading, marking, grading."""

import pandas as pd
from sqlalchemy import func, select

from dermdash.trial.schema import (
    AllocationRow,
    ArmRow,
    DejRow,
    GradingRow,
    MarkingRow,
    ScanRow,
    SiteRow,
    SubjectRow,
)
from dermdash.trial.transaction import Transaction


def scan_facts(tx: Transaction, study_id: int) -> pd.DataFrame:
    """One row a scan of a study, by id.

    Columns: ``scan_id, axes, spacing_um, window, spacing_source, voxels, operator, acquired_at,
    stored_by, dej_kind, dej_editor, dej_at, dej_in_queue, model_digest, graded_at``. Spacing,
    window and voxels are words. ``dej_in_queue`` tells whether the DEJ that counts was marked in
    the queue, where a reader sees neither subject nor arm nor visit.
    """
    last = (
        select(func.max(DejRow.id))
        .where(DejRow.scan_id == ScanRow.id)
        .correlate(ScanRow)
        .scalar_subquery()
    )
    in_queue = (
        select(MarkingRow.id)
        .where(
            MarkingRow.scan_id == ScanRow.id,
            MarkingRow.digest == DejRow.digest,
            MarkingRow.reader == DejRow.editor,
        )
        .correlate(ScanRow, DejRow)
        .exists()
    )
    query = (
        select(
            ScanRow.id,
            ScanRow.reading,
            ScanRow.spacing_source,
            ScanRow.nz,
            ScanRow.ny,
            ScanRow.nx,
            ScanRow.operator,
            ScanRow.acquired_at,
            ScanRow.stored_by,
            DejRow.kind,
            DejRow.editor,
            DejRow.at,
            in_queue,
            GradingRow.model_digest,
            GradingRow.graded_at,
        )
        .join(SubjectRow, SubjectRow.id == ScanRow.subject_id)
        .outerjoin(DejRow, DejRow.id == last)
        .outerjoin(GradingRow, GradingRow.key == ScanRow.grading_key)
        .where(SubjectRow.study_id == study_id)
        .order_by(ScanRow.id)
    )
    rows = [
        (
            scan_id,
            str(reading["axes"]),
            _numbers(reading["spacing_um"], " × "),
            _numbers(reading["window"], " to "),
            spacing_source,
            f"{nz} × {ny} × {nx}",
            *rest,
        )
        for scan_id, reading, spacing_source, nz, ny, nx, *rest in tx.session.execute(query)
    ]
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(_COLUMNS)
    return pd.DataFrame(
        {
            name: pd.Series(list(values), dtype=dtype)
            for (name, dtype), values in zip(_COLUMNS.items(), columns, strict=True)
        }
    )


def allocation_table(tx: Transaction, study_id: int) -> pd.DataFrame:
    """One row a subject, or one a side of it, whose arm is known: ``subject_id, site, arm``.

    The site is missing where the arm is that of the whole subject.
    """
    query = (
        select(SubjectRow.code, SiteRow.name, ArmRow.name)
        .select_from(AllocationRow)
        .join(SubjectRow, SubjectRow.id == AllocationRow.subject_id)
        .join(ArmRow, ArmRow.id == AllocationRow.arm_id)
        .outerjoin(SiteRow, SiteRow.id == AllocationRow.site_id)
        .where(SubjectRow.study_id == study_id)
        .order_by(SubjectRow.code, SiteRow.id)
    )
    return tx.frame(query, dict.fromkeys(("subject_id", "site", "arm"), "str"))


def _numbers(values: list[float] | None, between: str) -> str | None:
    """
    >>> _numbers([1.0, 0.5, 0.5], " × ")
    '1 × 0.5 × 0.5'
    """
    return None if values is None else between.join(f"{one:g}" for one in values)


_COLUMNS = {
    "scan_id": "int64",
    "axes": "str",
    "spacing_um": "str",
    "window": "str",
    "spacing_source": "str",
    "voxels": "str",
    "operator": "str",
    "acquired_at": "datetime64[us, UTC]",
    "stored_by": "str",
    "dej_kind": "str",
    "dej_editor": "str",
    "dej_at": "datetime64[us, UTC]",
    "dej_in_queue": "bool",
    "model_digest": "str",
    "graded_at": "datetime64[us, UTC]",
}
