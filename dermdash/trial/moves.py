"""A scan that was stored at the wrong place, put where it belongs with all that it has.

A grading depends on a scan's file, reading and DEJ, not on whose skin it shows: so gradings stay.
"""

from collections.abc import Mapping

from sqlalchemy import select

from dermdash.errors import DesignError
from dermdash.trial.dejs import scan_row
from dermdash.trial.masking import mask_text
from dermdash.trial.places import Place, find_place
from dermdash.trial.schema import ScanRow, SiteRow, SubjectRow, VisitRow
from dermdash.trial.transaction import Transaction


def move_scan(
    tx: Transaction,
    scan_id: int,
    *,
    subject_id: str,
    visit: str,
    site: str,
    replicate: int = 1,
    reason: str,
) -> None:
    """Put a scan to the subject, visit, site and replicate where it belongs, for a reason.

    Raises
    ------
    DesignError
        No reason is given, a name is unknown in the study, or the place is taken.
    """
    row = scan_row(tx, scan_id)
    if replicate < 1:
        raise DesignError(f"replicate={replicate} counts from 1; correct it")
    place = find_place(
        tx,
        _study_of(tx, row),
        subject_id=subject_id,
        arm=None,
        visit=visit,
        site=site,
        create_missing=False,
    )
    _move(tx, {row: (place, replicate)}, reason)


def swap_scans(tx: Transaction, scan_id: int, other_id: int, *, reason: str) -> None:
    """Put each of two scans of a study to the other's place, in one act and for one reason.

    Raises
    ------
    DesignError
        No reason is given, or they are no two scans of one study.
    """
    row, other = scan_row(tx, scan_id), scan_row(tx, other_id)
    if row.id == other.id or _study_of(tx, row) != _study_of(tx, other):
        raise DesignError(
            f"scans {scan_id} and {other_id} are no two scans of one study; choose two that are"
        )
    place, other_place = _place_of(tx, row), _place_of(tx, other)
    targets = {row: (other_place, other.replicate), other: (place, row.replicate)}
    _move(tx, targets, reason)


def find_scan_at(
    tx: Transaction, study_id: int, *, subject_id: str, visit: str, site: str, replicate: int
) -> int | None:
    """The scan that lies at a place; None where the place is free, or unknown."""
    return tx.session.scalar(
        select(ScanRow.id)
        .join(SubjectRow, SubjectRow.id == ScanRow.subject_id)
        .join(VisitRow, VisitRow.id == ScanRow.visit_id)
        .join(SiteRow, SiteRow.id == ScanRow.site_id)
        .where(SubjectRow.study_id == study_id, SubjectRow.code == subject_id)
        .where(VisitRow.name == visit, SiteRow.name == site, ScanRow.replicate == replicate)
    )


def _move(tx: Transaction, targets: Mapping[ScanRow, tuple[Place, int]], reason: str) -> None:
    text = " ".join(reason.split())
    if not text:
        names = " and ".join(row.file_name for row in targets)
        raise DesignError(f"{names} would be moved without a reason; give one")
    with tx.all_or_nothing(), tx.because(text):
        for row, (place, replicate) in targets.items():
            _check_free(tx, row, place, replicate, leaving={other.id for other in targets})
        for row in targets if len(targets) > 1 else ():
            row.replicate = -row.id  # no place, so that each may take the other's
        tx.session.flush()
        for row, (place, replicate) in targets.items():
            row.subject_id, row.visit_id = place.subject.id, place.visit.id
            row.site_id, row.replicate = place.site.id, replicate
        tx.session.flush()


def _check_free(
    tx: Transaction, row: ScanRow, place: Place, replicate: int, *, leaving: set[int]
) -> None:
    there = tx.session.scalar(
        select(ScanRow).where(
            ScanRow.subject_id == place.subject.id,
            ScanRow.visit_id == place.visit.id,
            ScanRow.site_id == place.site.id,
            ScanRow.replicate == replicate,
        )
    )
    if there is row:
        raise DesignError(f"{row.file_name} lies at {place} replicate {replicate} already")
    if there is not None and there.id not in leaving:
        other = mask_text(tx, _study_of(tx, row), there.file_name)
        raise DesignError(
            f"{place} replicate {replicate} is taken by {other}; swap the two, or choose "
            "another replicate"
        )


def _study_of(tx: Transaction, row: ScanRow) -> int:
    return tx.session.get_one(SubjectRow, row.subject_id).study_id


def _place_of(tx: Transaction, row: ScanRow) -> Place:
    return Place(
        tx.session.get_one(SubjectRow, row.subject_id),
        tx.session.get_one(VisitRow, row.visit_id),
        tx.session.get_one(SiteRow, row.site_id),
    )
