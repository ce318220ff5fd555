"""One scan with all that is known of it."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from dermdash.errors import DesignError
from dermdash.imaging.dej import Dej
from dermdash.imaging.volume import Reading, Volume, read_volume
from dermdash.trial.dejs import load_dej
from dermdash.trial.joins import first_unblindings
from dermdash.trial.masking import mask_text
from dermdash.trial.schema import DejRow, ScanRow, SiteRow, StudyRow, SubjectRow, VisitRow
from dermdash.trial.states import scan_states
from dermdash.trial.transaction import Transaction
from dermdash.trial.volumes import Outside, find_outside


@dataclass(frozen=True, slots=True)
class Scan:
    """A stored scan with all that is known of it.

    path : of its volume, in the vault or where it was registered
    outside : the volume's file where it was registered; None in the vault
    shape : (nz, ny, nx)
    state : one of ``states.SCAN_STATES``, with its reason where it has one
    grading_key : of the grading that the study's protocol asks for; None without a DEJ
    """

    scan_id: int
    study_id: int
    study: str
    synthetic: bool
    subject_id: str
    visit: str
    visit_day: int
    site: str
    replicate: int
    path: Path
    volume_sha256: str
    file_name: str
    reading: Reading
    spacing_source: str | None
    shape: tuple[int, int, int]
    dej: Dej | None
    dej_source: str | None
    dej_editor: str | None
    dej_at: datetime | None
    state: str
    reason: str | None
    grading_key: str | None
    operator: str | None
    acquired_at: datetime | None
    stored_at: datetime
    stored_by: str
    outside: Outside | None = None
    dej_after_unblinding: bool = False

    def open(self) -> Volume:
        """The volume, read as it was when it was stored.

        Raises
        ------
        VolumeError
            Its file is missing or damaged.
        StoreError
            Its file lies outside the vault and is not the one that was registered.
        """
        if self.outside is not None:
            self.outside.check()
        return read_volume(self.path, self.reading)


def get_scan(tx: Transaction, scan_id: int) -> Scan:
    """A scan with its volume's path, reading, current DEJ and state.

    Raises
    ------
    DesignError
        There is none of this id.
    StoreError
        Its DEJ map is missing from the vault.
    """
    states = scan_states()
    found = tx.session.execute(
        select(ScanRow, SubjectRow, StudyRow, VisitRow, SiteRow, DejRow)
        .add_columns(states.c.state, states.c.reason)
        .join(SubjectRow, SubjectRow.id == ScanRow.subject_id)
        .join(StudyRow, StudyRow.id == SubjectRow.study_id)
        .join(VisitRow, VisitRow.id == ScanRow.visit_id)
        .join(SiteRow, SiteRow.id == ScanRow.site_id)
        .join(states, states.c.scan_id == ScanRow.id)
        .outerjoin(DejRow, DejRow.id == states.c.dej_id)
        .where(ScanRow.id == scan_id)
    ).first()
    if found is None:
        raise DesignError(f"scan_id={scan_id} is no scan; choose one that is listed")
    row, subject, study, visit, site, dej, state, reason = found
    outside = find_outside(tx, row.volume_sha256)
    return Scan(
        scan_id=row.id,
        study_id=study.id,
        study=study.name,
        synthetic=study.synthetic,
        subject_id=subject.code,
        visit=visit.name,
        visit_day=visit.day,
        site=site.name,
        replicate=row.replicate,
        path=tx.vault.path(row.volume_sha256) if outside is None else outside.path,
        volume_sha256=row.volume_sha256,
        file_name=mask_text(tx, study.id, row.file_name),
        reading=Reading.from_json(row.reading),
        spacing_source=row.spacing_source,
        shape=(row.nz, row.ny, row.nx),
        dej=None if dej is None else load_dej(tx, dej),
        dej_source=None if dej is None else dej.source,
        dej_editor=None if dej is None else dej.editor,
        dej_at=None if dej is None else dej.at,
        state=state,
        reason=None if reason is None else mask_text(tx, study.id, reason),
        grading_key=row.grading_key,
        operator=row.operator,
        acquired_at=row.acquired_at,
        stored_at=row.stored_at,
        stored_by=row.stored_by,
        outside=outside,
        dej_after_unblinding=dej is not None and _was_unblinded(tx, study.id, dej.at),
    )


def _was_unblinded(tx: Transaction, study_id: int, moment: datetime) -> bool:
    """Whether a study had been unblinded before a moment."""
    unblinding = first_unblindings()
    at = tx.session.scalar(select(unblinding.c.at).where(unblinding.c.study_id == study_id))
    return at is not None and moment > at
