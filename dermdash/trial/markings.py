"""Looks of readers at scans whose origin they do not see, and what becomes of them."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select

from dermdash.errors import DesignError
from dermdash.imaging.control_points import Point, dej_through, mean_um
from dermdash.imaging.volume import Reading
from dermdash.trial.dejs import append_dej, current_dej, scan_row, without_voxels
from dermdash.trial.marking_queue import Ask, Look, Queue, queue_of
from dermdash.trial.parts import study_row
from dermdash.trial.schema import DejRow, MarkingRow, ScanRow, SubjectRow
from dermdash.trial.transaction import Transaction

MOST_TWICE = 0.5  # a larger share would ask a reader for the same scan once too often
REASON_LENGTH = 200
LONGEST_S = 3600.0  # a look that seems to have taken longer was left lying


@dataclass(frozen=True, slots=True)
class LastLook:
    """A reader's last look, which can be corrected.

    points : pinned by the reader; none where it could not be told
    bears_dej : whether the scan's DEJ stands on it, so that it cannot be taken back any more
    """

    ask: Ask
    points: tuple[Point, ...]
    bears_dej: bool


def open_queue(tx: Transaction, study_id: int) -> None:
    """Draw the seed of a study's random order, once and for all."""
    row = study_row(tx, study_id)
    if row.marking_seed is None:
        row.marking_seed = secrets.randbits(62)
        tx.session.flush()


def queue_is_open(tx: Transaction, study_id: int) -> bool:
    """Whether there is an order to ask in, or none will be needed any more."""
    study = study_row(tx, study_id)
    return study.marking_seed is not None or study.state != "collecting"


def duplicate_share(tx: Transaction, study_id: int) -> float:
    """The share of scans that come twice to a reader, and of those that come to another one."""
    return study_row(tx, study_id).duplicate_share


def set_duplicate_share(tx: Transaction, study_id: int, share: float) -> None:
    """Let another share of a study's scans come twice.

    Raises
    ------
    DesignError
        It is no share from 0 to one half.
    """
    if not 0 <= share <= MOST_TWICE:
        raise DesignError(f"duplicate_share={share:g} is no share from 0 to 0.5; give one such")
    study_row(tx, study_id).duplicate_share = float(share)
    tx.session.flush()


def marking_queue(tx: Transaction, study_id: int, reader: str) -> Queue:
    """What waits for a reader; nothing where the study's data are locked.

    Raises
    ------
    DesignError
        Nobody has opened the study's queue yet.
    """
    study = study_row(tx, study_id)
    looks = [
        Look(row.scan_id, row.reader, row.look, row.verdict)  # type: ignore[arg-type]
        for row in _last_revisions(tx, study_id)
    ]
    if study.state != "collecting":
        return Queue(None, None, sum(look.reader == reader for look in looks), 0)
    if study.marking_seed is None:
        raise DesignError(f"the marking queue of {study.name} was never opened; open it first")
    scans = tx.session.execute(
        select(ScanRow.id, select(DejRow.id).where(DejRow.scan_id == ScanRow.id).exists())
        .join(SubjectRow, SubjectRow.id == ScanRow.subject_id)
        .where(SubjectRow.study_id == study_id, ScanRow.excluded_reason.is_(None))
    ).all()
    return queue_of(
        reader,
        looks,
        unmarked=[scan for scan, marked in scans if not marked],
        eligible=[scan for scan, _ in scans],
        seed=study.marking_seed,
        share=study.duplicate_share,
    )


def keep_marking(
    tx: Transaction,
    ask: Ask,
    points: Sequence[Point],
    *,
    seconds: float | None = None,
    correct: bool = False,
) -> bool:
    """Keep where a reader saw the DEJ; returns whether the scan's DEJ now stands on it.

    The first marking of a scan becomes its DEJ. Second looks, and looks of other readers, are
    kept to see how far they agree, and change no DEJ.

    correct : the reader's own look, taken before; both are kept, the last counts

    Raises
    ------
    DejError
        A point lies where the volume leaves no layer above or too few below.
    DesignError
        The scan is excluded, its study's data are locked, or the look was taken before.
    """
    row, study_id = _open_scan(tx, ask)
    volume = without_voxels((row.nz, row.ny, row.nx), Reading.from_json(row.reading))
    dej = dej_through(points, volume)
    dej.check(volume)
    with tx.all_or_nothing():
        bears = current_dej(tx, row.id) is None or (correct and _bears(tx, tx.author, ask))
        _append(
            tx,
            study_id,
            ask,
            correct=correct,
            verdict="marked",
            points={"points": [point.to_json() for point in points]},
            mean_um=mean_um(dej),
            digest=dej.digest,
            seconds=_plausible(seconds),
        )
        if bears:
            source = "manual" if current_dej(tx, row.id) is None else "edited"
            append_dej(tx, row, dej, source)
    return bears


def keep_cannot_tell(
    tx: Transaction,
    ask: Ask,
    reason: str,
    *,
    seconds: float | None = None,
    correct: bool = False,
) -> None:
    """Keep that a reader could not tell where the dermis begins, and why. It gives no DEJ.

    Raises
    ------
    DesignError
        There is no reason, the scan's DEJ stands on this look already, or as in `keep_marking`.
    """
    _, study_id = _open_scan(tx, ask)
    text = " ".join(reason.split())
    if not text or len(text) > REASON_LENGTH:
        raise DesignError(
            f"the reason has {len(text)} characters; write 1 to {REASON_LENGTH} on why the DEJ "
            "cannot be told"
        )
    if correct and _bears(tx, tx.author, ask):
        raise DesignError(
            "the scan has its DEJ from this look already; move it, or exclude the scan"
        )
    _append(
        tx,
        study_id,
        ask,
        correct=correct,
        verdict="cannot tell",
        reason=text,
        seconds=_plausible(seconds),
    )


def last_look(tx: Transaction, study_id: int, reader: str) -> LastLook | None:
    """The look that a reader took last, where the scan can still be marked."""
    row = tx.session.scalar(
        select(MarkingRow)
        .where(MarkingRow.study_id == study_id, MarkingRow.reader == reader)
        .order_by(MarkingRow.id.desc())
        .limit(1)
    )
    if row is None or scan_row(tx, row.scan_id).excluded_reason is not None:
        return None
    ask = Ask(row.scan_id, row.look)
    return LastLook(ask, points_of(row.points), _bears(tx, reader, ask))


def points_of(body: dict[str, Any] | None) -> tuple[Point, ...]:
    """The points of a kept look."""
    return tuple(Point.from_json(values) for values in (body or {}).get("points", ()))


def _open_scan(tx: Transaction, ask: Ask) -> tuple[ScanRow, int]:
    row = scan_row(tx, ask.scan_id)
    study_id = tx.session.get_one(SubjectRow, row.subject_id).study_id
    study = study_row(tx, study_id)
    if study.state != "collecting":
        raise DesignError(f"the data of {study.name} are {study.state}; its queue is closed")
    if row.excluded_reason is not None:
        raise DesignError("the scan was excluded in the meantime; go on to the next one")
    return row, study_id


def _append(tx: Transaction, study_id: int, ask: Ask, *, correct: bool, **found: Any) -> None:
    earlier = _own(tx, tx.author, ask)
    if correct != (earlier is not None):
        raise DesignError(
            "there is no look of yours to correct; mark the scan first"
            if correct
            else "you have marked this scan already; go on to the next one"
        )
    if ask.look > 1 and _own(tx, tx.author, Ask(ask.scan_id, 1)) is None:
        raise DesignError(f"look={ask.look} comes before the first; mark the scan once first")
    tx.session.add(
        MarkingRow(
            study_id=study_id,
            scan_id=ask.scan_id,
            reader=tx.author,
            look=ask.look,
            revision=1 if earlier is None else earlier.revision + 1,
            at=tx.at,
            **found,
        )
    )
    tx.session.flush()


def _own(tx: Transaction, reader: str, ask: Ask) -> MarkingRow | None:
    query = select(MarkingRow).where(
        MarkingRow.scan_id == ask.scan_id,
        MarkingRow.reader == reader,
        MarkingRow.look == ask.look,
    )
    return tx.session.scalar(query.order_by(MarkingRow.revision.desc()).limit(1))


def _bears(tx: Transaction, reader: str, ask: Ask) -> bool:
    """Whether the scan's DEJ stands on this look."""
    own, dej = _own(tx, reader, ask), current_dej(tx, ask.scan_id)
    if own is None or dej is None or ask.look > 1:
        return False
    return own.digest == dej.digest and dej.editor == reader


def _last_revisions(tx: Transaction, study_id: int) -> Sequence[MarkingRow]:
    """A study's looks as their last corrections left them, in the order of the looks."""
    return tx.session.scalars(last_revisions(study_id)).all()


def last_revisions(study_id: int) -> Select[MarkingRow]:
    """Looks as their last corrections left them, in the order in which they were first taken."""
    look = (MarkingRow.scan_id, MarkingRow.reader, MarkingRow.look)
    ends = (
        select(func.max(MarkingRow.id).label("last"), func.min(MarkingRow.id).label("first"))
        .where(MarkingRow.study_id == study_id)
        .group_by(*look)
        .subquery()
    )
    return select(MarkingRow).join(ends, ends.c.last == MarkingRow.id).order_by(ends.c.first)


def _plausible(seconds: float | None) -> float | None:
    return None if seconds is None or not 0 <= seconds <= LONGEST_S else round(seconds, 1)
