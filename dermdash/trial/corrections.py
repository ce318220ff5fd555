"""What is found out about a scan after it was stored: it counts no longer, or was read wrongly."""

from dermdash.errors import DesignError
from dermdash.imaging.volume import Reading
from dermdash.trial.dejs import check_dej, current_dej, load_dej, scan_row
from dermdash.trial.protocols import admit_scan
from dermdash.trial.qualities import enqueue_quality
from dermdash.trial.requests import request_grading, withdraw_grading
from dermdash.trial.schema import SubjectRow
from dermdash.trial.transaction import Transaction

OTHER = "other"
EXCLUSION_REASONS = (
    "blurred",
    "motion",
    "wrong site",
    "no dermis in view",
    "saturated",
    "signal ends above the dermis",
    "layers lost or repeated",
    "scanned twice by mistake",
    OTHER,
)


def exclusion_reason(choice: str | None, detail: str) -> str:
    """A reason from the list, with a detail in free text; "other" is nothing without one.

    Raises
    ------
    DesignError

    >>> exclusion_reason("motion", " coughed  twice "), exclusion_reason("motion", "")
    ('motion: coughed twice', 'motion')
    """
    words = " ".join(detail.split())
    if choice not in EXCLUSION_REASONS:
        raise DesignError(f"a reason is needed; choose one of {', '.join(EXCLUSION_REASONS)}")
    if choice == OTHER and not words:
        raise DesignError("another reason is needed in words; write what is wrong with the scan")
    if choice == OTHER:
        return words
    return f"{choice}: {words}" if words else choice


def exclude_scan(tx: Transaction, scan_id: int, reason: str) -> None:
    """Leave a scan out of all results; it stays stored, with the reason."""
    row = scan_row(tx, scan_id)
    text = " ".join(reason.split())
    if not text:
        raise DesignError(f"scan {row.file_name} is excluded without a reason; give one")
    with tx.because(text):
        row.excluded_reason = text
    if row.grading_key is not None:
        withdraw_grading(tx, row.grading_key, "the scan is excluded")


def include_scan(tx: Transaction, scan_id: int, reason: str) -> None:
    """Take an excluded scan into the results again, and ask for its grading where it lacks one.

    The history keeps why it had been left out, and why it is not any more.
    """
    row = scan_row(tx, scan_id)
    text = " ".join(reason.split())
    if not text:
        raise DesignError(f"scan {row.file_name} is taken back without a reason; give one")
    with tx.because(text):
        row.excluded_reason = None
    if current_dej(tx, scan_id) is not None:
        request_grading(tx, scan_id)


def set_reading(
    tx: Transaction,
    scan_id: int,
    reading: Reading,
    *,
    shape: tuple[int, int, int],
    spacing_source: str | None = "given",
) -> None:
    """Correct a scan's axes, spacing or window, and ask for the grading that it now needs.

    reading : with nothing left open, as ``read_volume`` returns it
    shape : (nz, ny, nx) of the volume as it is read now

    Raises
    ------
    VolumeError
        It holds fewer crops than the study's first scan.
    DejError
        The DEJ does not fit the volume any more.
    """
    row = scan_row(tx, scan_id)
    if reading.spacing_um is None or reading.axes is None:
        raise TypeError("store a volume's own reading, with nothing left open")
    study_id = tx.session.get_one(SubjectRow, row.subject_id).study_id
    dej = current_dej(tx, scan_id)
    if dej is not None:
        check_dej(load_dej(tx, dej), shape, reading)
    admit_scan(tx, study_id, shape=shape, spacing_um=reading.spacing_um)
    row.reading, row.spacing_source = reading.to_json(), spacing_source
    row.nz, row.ny, row.nx = shape
    tx.session.flush()
    enqueue_quality(tx, scan_id)
    if dej is not None and row.excluded_reason is None:
        request_grading(tx, scan_id)
