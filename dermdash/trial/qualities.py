"""The quality read-outs of scans: asked of the worker, kept once a volume and reading."""

import hashlib
from typing import Any, Literal

import pandas as pd
from sqlalchemy import ColumnElement, String, and_, cast, func, select
from sqlalchemy.orm import aliased

from dermdash.imaging.lights import colours, worst
from dermdash.imaging.quality import QUALITY_VERSION, Quality
from dermdash.imaging.volume import Reading
from dermdash.trial.jobs import enqueue
from dermdash.trial.protocols import current_protocol
from dermdash.trial.requests import canonical_json
from dermdash.trial.schema import DejRow, QualityRow, ScanRow, SubjectRow
from dermdash.trial.transaction import Transaction

QUALITY = "quality"  # the kind of job


def quality_key(volume_sha256: str, reading: dict[str, Any]) -> str:
    """SHA-256, in hex, of all that the read-outs of a volume depend on."""
    asked = {"volume": volume_sha256, "reading": reading, "version": QUALITY_VERSION}
    return hashlib.sha256(canonical_json(asked).encode()).hexdigest()


def enqueue_quality(tx: Transaction, scan_id: int) -> Literal["cached", "queued"]:
    """Ask for the read-outs of a scan, where they are not kept already."""
    scan = tx.session.get_one(ScanRow, scan_id)
    key = quality_key(scan.volume_sha256, scan.reading)
    if tx.session.get(QualityRow, key) is not None:
        return "cached"
    study_id = tx.session.get_one(SubjectRow, scan.subject_id).study_id
    payload = {"volume_sha256": scan.volume_sha256, "reading": scan.reading}
    enqueue(tx, QUALITY, key, payload, study_id=study_id, scan_id=scan_id)
    return "queued"


def request_qualities(tx: Transaction, study_id: int) -> int:
    """Ask for the read-outs that a study's scans lack, and count those queued."""
    lacking = (
        select(ScanRow.id)
        .join(SubjectRow, SubjectRow.id == ScanRow.subject_id)
        .outerjoin(QualityRow, of_scan())
        .where(SubjectRow.study_id == study_id, QualityRow.key.is_(None))
        .order_by(ScanRow.id)
    )
    answers = [enqueue_quality(tx, scan_id) for scan_id in tx.session.scalars(lacking).all()]
    return answers.count("queued")


def write_quality(
    tx: Transaction, volume_sha256: str, reading: dict[str, Any], quality: Quality
) -> None:
    """Keep the read-outs of a volume, once."""
    key = quality_key(volume_sha256, reading)
    if tx.session.get(QualityRow, key) is None:
        tx.session.add(
            QualityRow(
                key=key,
                volume_sha256=volume_sha256,
                reading=Reading.from_json(reading).to_json(),
                body=quality.to_json(),
                at=tx.at,
            )
        )
        tx.session.flush()


def has_quality(tx: Transaction, key: str) -> bool:
    """Whether the read-outs of this key are kept."""
    return tx.session.get(QualityRow, key) is not None


def get_quality(tx: Transaction, scan_id: int) -> tuple[Quality | None, float | None]:
    """A scan's read-outs, or None while they are not there; and the depth that its grading needs.

    The depth is None while the scan has no DEJ.
    """
    found = tx.session.execute(_read_outs().where(ScanRow.id == scan_id)).first()
    if found is None:
        return None, None
    _, study_id, body, dej_um = found
    quality = None if body is None else Quality.from_json(body)
    return quality, _needed_um(dej_um, _thickness_um(tx, study_id))


def get_qualities(tx: Transaction, study_id: int) -> pd.DataFrame:
    """One row a scan of a study.

    Columns: ``scan_id, quality, quality_of, saturated_high, saturated_low, n_black_layers,
    n_repeated_layers, signal_from_um, signal_to_um, contrast``. ``quality`` is the worst colour,
    decided by ``quality_of``; all but the id are missing until the scan is read.
    """
    rows = tx.session.execute(_read_outs().where(SubjectRow.study_id == study_id)).all()
    thickness_um = _thickness_um(tx, study_id)
    table = [
        (scan_id, *_row(Quality.from_json(body), _needed_um(dej_um, thickness_um)))
        if body is not None
        else (scan_id, *[None] * (len(_COLUMNS) - 1))
        for scan_id, _, body, dej_um in rows
    ]
    return pd.DataFrame(table, columns=list(_COLUMNS)).astype(_COLUMNS)


def with_quality(tx: Transaction, scans: pd.DataFrame, study_id: int) -> pd.DataFrame:
    """A study's table of scans with ``quality`` and ``quality_of``."""
    read = get_qualities(tx, study_id)[["scan_id", "quality", "quality_of"]]
    return scans.merge(read, how="left", on="scan_id")


def of_scan() -> ColumnElement[bool]:
    """Whether a row of read-outs is of a scan's volume, read as the scan is."""
    return and_(
        QualityRow.volume_sha256 == ScanRow.volume_sha256,
        cast(QualityRow.reading, String) == cast(ScanRow.reading, String),
        QualityRow.body["version"].as_integer() == QUALITY_VERSION,
    )


def _read_outs() -> Any:
    """A query over scans for id, study, read-outs and the depth of the DEJ, which may lack."""
    marking = aliased(DejRow)
    last = (
        select(func.max(marking.id))
        .where(marking.scan_id == ScanRow.id)
        .correlate(ScanRow)
        .scalar_subquery()
    )
    return (
        select(ScanRow.id, SubjectRow.study_id, QualityRow.body, DejRow.median_um)
        .join(SubjectRow, SubjectRow.id == ScanRow.subject_id)
        .outerjoin(QualityRow, of_scan())
        .outerjoin(DejRow, DejRow.id == last)
    )


def _row(quality: Quality, needed_um: float | None) -> tuple[object, ...]:
    name, colour = worst(colours(quality, needed_um=needed_um))
    return (
        colour,
        name,
        quality.saturated_high,
        quality.saturated_low,
        len(quality.black_layers),
        len(quality.repeated_layers),
        quality.signal_from_um,
        quality.signal_to_um,
        quality.contrast,
    )


def _thickness_um(tx: Transaction, study_id: int) -> int | None:
    protocol = current_protocol(tx, study_id)
    return None if protocol is None else protocol.sampling.thickness_um


def _needed_um(dej_um: float | None, thickness_um: int | None) -> float | None:
    """Down to the neighbour under the last layer of the slab."""
    return None if dej_um is None or thickness_um is None else dej_um + thickness_um


_COLUMNS = {
    "scan_id": "int64",
    "quality": "str",
    "quality_of": "str",
    "saturated_high": "float64",
    "saturated_low": "float64",
    "n_black_layers": "Int64",
    "n_repeated_layers": "Int64",
    "signal_from_um": "float64",
    "signal_to_um": "float64",
    "contrast": "float64",
}
