"""All scans in one table, by one question of SQL."""

import pandas as pd
from sqlalchemy import func, select

from dermdash.trial.joins import first_unblindings, with_place
from dermdash.trial.masking import mask_words
from dermdash.trial.schema import (
    ArmRow,
    DejRow,
    GradingRow,
    ScanRow,
    SiteRow,
    StudyRow,
    SubjectRow,
    VisitRow,
)
from dermdash.trial.states import scan_states
from dermdash.trial.transaction import Transaction


def scan_table(tx: Transaction, study_id: int | None = None) -> pd.DataFrame:
    """One row a scan: by study, subject, day of the visit, site and replicate.

    Columns: ``scan_id, study, subject_id, arm, visit, visit_day, site, replicate, dej_um,
    dej_source, dej_after_unblinding, state, reason, grade_mean, expected_grade, n_layers,
    volume_sha256, file_name, stored_at``. ``dej_um`` is the median where the DEJ is a map. Scores
    are those of the grading that the study's protocol asks for, and missing until it is there.
    """
    states, unblinding = scan_states(), first_unblindings()
    query = (
        with_place(
            select(
                ScanRow.id,
                StudyRow.name,
                SubjectRow.code,
                ArmRow.name,
                VisitRow.name,
                VisitRow.day,
                SiteRow.name,
                ScanRow.replicate,
                DejRow.median_um,
                DejRow.source,
                func.coalesce(DejRow.at > unblinding.c.at, False),
                states.c.state,
                states.c.reason,
                GradingRow.grade_mean,
                GradingRow.expected_grade,
                GradingRow.n_layers,
                ScanRow.volume_sha256,
                ScanRow.file_name,
                ScanRow.stored_at,
            )
        )
        .join(states, states.c.scan_id == ScanRow.id)
        .outerjoin(DejRow, DejRow.id == states.c.dej_id)
        .outerjoin(unblinding, unblinding.c.study_id == StudyRow.id)
        .outerjoin(GradingRow, GradingRow.key == ScanRow.grading_key)
        .order_by(
            StudyRow.id,
            SubjectRow.code,
            VisitRow.day,
            VisitRow.id,
            SiteRow.id,
            ScanRow.replicate,
        )
    )
    if study_id is not None:
        query = query.where(SubjectRow.study_id == study_id)
    return mask_words(tx, tx.frame(query, _COLUMNS))


_COLUMNS = {
    "scan_id": "int64",
    "study": "str",
    "subject_id": "str",
    "arm": "str",
    "visit": "str",
    "visit_day": "int64",
    "site": "str",
    "replicate": "int64",
    "dej_um": "float64",
    "dej_source": "str",
    "dej_after_unblinding": "bool",
    "state": "str",
    "reason": "str",
    "grade_mean": "float64",
    "expected_grade": "float64",
    "n_layers": "Int64",
    "volume_sha256": "str",
    "file_name": "str",
    "stored_at": "datetime64[us, UTC]",
}
