"""Scans: stored once at their place, given a DEJ, excluded with a reason, never removed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from sqlalchemy import select

from dermdash.errors import DesignError
from dermdash.imaging.dej import Dej
from dermdash.imaging.volume import Reading
from dermdash.trial.corrections import exclude_scan, include_scan, set_reading
from dermdash.trial.covariates import Covariate
from dermdash.trial.dejs import (
    DejSource,
    append_dej,
    check_dej,
    find_dej,
    set_dej,
)
from dermdash.trial.design import clean_file_name, clean_name
from dermdash.trial.masking import mask_text
from dermdash.trial.places import Place, find_place
from dermdash.trial.protocols import admit_scan
from dermdash.trial.qualities import enqueue_quality
from dermdash.trial.scan_record import Scan, get_scan
from dermdash.trial.scan_table import scan_table
from dermdash.trial.schema import (
    DejRow,
    ScanRow,
    SiteRow,
    SubjectRow,
    VisitRow,
)
from dermdash.trial.subjects import merge_covariates
from dermdash.trial.transaction import Transaction
from dermdash.trial.vault import StoredVolume
from dermdash.trial.volumes import keep_volume

__all__ = [
    "NewScan",
    "Scan",
    "ScanOutcome",
    "exclude_scan",
    "find_dej",
    "get_scan",
    "include_scan",
    "judge_scan",
    "scan_table",
    "set_dej",
    "set_reading",
    "store_scan",
]


@dataclass(frozen=True, slots=True)
class NewScan:
    """A scan to store, and where it belongs.

    arm : None where the subject's arm is known or not yet
    dej : None where the dermis is yet to be marked
    reading : the volume's own, with nothing left open
    covariates : kept with the subject
    file_name : as the user knows the file
    """

    subject_id: str
    arm: str | None
    visit: str
    site: str
    dej: Dej | None
    dej_source: DejSource | None
    reading: Reading
    replicate: int = 1
    covariates: Mapping[str, Covariate] = field(default_factory=dict)
    operator: str | None = None
    acquired_at: datetime | None = None
    file_name: str | None = None
    spacing_source: str | None = None


@dataclass(frozen=True, slots=True)
class ScanOutcome:
    scan_id: int
    verdict: Literal["stored", "already stored"]


def store_scan(
    tx: Transaction,
    study_id: int,
    volume: StoredVolume,
    new: NewScan,
    *,
    shape: tuple[int, int, int],
    create_missing: bool = True,
) -> ScanOutcome:
    """Store a scan whose file is kept, and queue its grading where it has a DEJ.

    shape : (nz, ny, nx) of the volume as it is read
    create_missing : make subject, arm, visit and site where the study lacks them

    The same file at the same place again is "already stored"; a DEJ that it lacked is added.

    Raises
    ------
    DesignError
        The place is taken by another file, the file lies at another place of the study, or the
        place is unknown.
    VolumeError
        It holds fewer crops than the study's first scan.
    DejError
        The DEJ does not fit the volume.
    """
    with tx.all_or_nothing():
        return _store(tx, study_id, volume, new, shape, create_missing=create_missing)


def judge_scan(
    tx: Transaction,
    study_id: int,
    sha256: str,
    new: NewScan,
    *,
    shape: tuple[int, int, int],
    create_missing: bool = True,
) -> tuple[Place, ScanRow | None]:
    """All that ``store_scan`` may refuse, and where it would put the scan; its row if it is there.

    What the study lacks is made on the way, so call it in what is given up or goes on.

    Raises
    ------
    InputError
        As ``store_scan``.
    """
    if new.reading.spacing_um is None or new.reading.axes is None:
        raise TypeError("store a volume's own reading, with nothing left open")
    if new.replicate < 1:
        raise DesignError(f"replicate={new.replicate} counts from 1; correct it")
    place = find_place(
        tx,
        study_id,
        subject_id=new.subject_id,
        arm=new.arm,
        visit=new.visit,
        site=new.site,
        create_missing=create_missing,
    )
    known = _known_scan(tx, study_id, sha256, new, place)
    if known is not None:
        return place, known
    if new.dej is not None:
        check_dej(new.dej, shape, new.reading)
    admit_scan(tx, study_id, shape=shape, spacing_um=new.reading.spacing_um)
    merge_covariates(tx, place.subject, new.covariates)
    return place, None


def _store(
    tx: Transaction,
    study_id: int,
    volume: StoredVolume,
    new: NewScan,
    shape: tuple[int, int, int],
    *,
    create_missing: bool,
) -> ScanOutcome:
    place, known = judge_scan(
        tx, study_id, volume.sha256, new, shape=shape, create_missing=create_missing
    )
    keep_volume(tx, volume)
    if known is not None:
        return _already_stored(tx, known, new)
    row = ScanRow(
        subject_id=place.subject.id,
        visit_id=place.visit.id,
        site_id=place.site.id,
        replicate=new.replicate,
        volume_sha256=volume.sha256,
        file_name=clean_file_name(new.file_name or volume.sha256[:12]),
        reading=new.reading.to_json(),
        spacing_source=new.spacing_source,
        nz=shape[0],
        ny=shape[1],
        nx=shape[2],
        operator=None if not new.operator else clean_name(new.operator, "operator"),
        acquired_at=new.acquired_at,
        stored_at=tx.at,
        stored_by=tx.author,
    )
    tx.session.add(row)
    tx.session.flush()
    if new.dej is not None:
        append_dej(tx, row, new.dej, new.dej_source or "manual")
    enqueue_quality(tx, row.id)
    return ScanOutcome(row.id, "stored")


def _known_scan(
    tx: Transaction, study_id: int, sha256: str, new: NewScan, place: Place
) -> ScanRow | None:
    """The scan that is this one already; refuse one that contradicts it."""
    at_place = tx.session.scalar(
        select(ScanRow).where(
            ScanRow.subject_id == place.subject.id,
            ScanRow.visit_id == place.visit.id,
            ScanRow.site_id == place.site.id,
            ScanRow.replicate == new.replicate,
        )
    )
    if at_place is not None:
        if at_place.volume_sha256 == sha256:
            return at_place
        other = mask_text(tx, study_id, at_place.file_name)
        raise DesignError(
            f"{place} replicate {new.replicate} is taken by {other}, another file; "
            "correct the place, or store it as the next replicate"
        )
    elsewhere = tx.session.execute(
        select(SubjectRow.code, VisitRow.name, SiteRow.name, ScanRow.replicate)
        .select_from(ScanRow)
        .join(SubjectRow, SubjectRow.id == ScanRow.subject_id)
        .join(VisitRow, VisitRow.id == ScanRow.visit_id)
        .join(SiteRow, SiteRow.id == ScanRow.site_id)
        .where(SubjectRow.study_id == study_id, ScanRow.volume_sha256 == sha256)
        .limit(1)
    ).first()
    if elsewhere is not None:
        subject, visit, site, replicate = elsewhere
        raise DesignError(
            f"the file is stored already as {subject} {visit} {site} replicate {replicate}, "
            f"not {place} replicate {new.replicate}; correct the place"
        )
    return None


def _already_stored(tx: Transaction, row: ScanRow, new: NewScan) -> ScanOutcome:
    if Reading.from_json(row.reading) != new.reading:
        raise DesignError(
            f"{row.file_name} is stored already with another reading (axes, spacing or window); "
            "correct the reading"
        )
    if new.dej is not None:
        earlier = tx.session.scalars(select(DejRow.digest).where(DejRow.scan_id == row.id)).all()
        if not earlier:
            set_dej(tx, row.id, new.dej, source=new.dej_source or "manual")
        elif new.dej.digest not in earlier:
            raise DesignError(
                f"{row.file_name} is stored already with another DEJ; "
                f"change it on the scan's own page to {new.dej.median_um:g} um"
            )
    return ScanOutcome(row.id, "already stored")
