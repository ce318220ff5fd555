"""What a grading depends on, and asking for it."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, Literal, Self

from sqlalchemy import select

from dermdash.errors import DesignError, StoreError
from dermdash.grading.model import Model
from dermdash.imaging import slab
from dermdash.imaging.slab import Sampling, crops_that_fit
from dermdash.imaging.volume import Reading
from dermdash.trial.jobs import drop, enqueue
from dermdash.trial.protocols import (
    STUDY_SAMPLING,
    append_protocol,
    current_protocol,
    register_model,
)
from dermdash.trial.schema import DejRow, GradingRow, ScanRow, SubjectRow
from dermdash.trial.transaction import Transaction


@dataclass(frozen=True, slots=True)
class GradingRequest:
    """All that a grading's numbers depend on; equal requests have equal keys.

    model_digest : with the model's temperature
    sampling : its JSON names the pipeline's version
    """

    volume_sha256: str
    reading: Reading
    dej_digest: str
    sampling: Sampling
    model_digest: str

    @property
    def key(self) -> str:
        """SHA-256, in hex, of the request as canonical JSON."""
        return hashlib.sha256(canonical_json(self.to_json()).encode()).hexdigest()

    def to_json(self) -> dict[str, Any]:
        return {
            "volume_sha256": self.volume_sha256,
            "reading": self.reading.to_json(),
            "dej_digest": self.dej_digest,
            "sampling": self.sampling.to_json(),
            "model_digest": self.model_digest,
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """
        Raises
        ------
        StoreError
            It was asked of another version of the pipeline.
        """
        check_pipeline(values["sampling"]["pipeline_version"])
        return cls(
            volume_sha256=values["volume_sha256"],
            reading=Reading.from_json(values["reading"]),
            dej_digest=values["dej_digest"],
            sampling=Sampling.from_json(values["sampling"]),
            model_digest=values["model_digest"],
        )


def canonical_json(value: Any) -> str:
    """One text for equal values: keys sorted, numbers as floats.

    >>> canonical_json({"b": (1, 2.5), "a": None}) == canonical_json({"a": None, "b": [1.0, 2.5]})
    True
    """
    return json.dumps(_plain(value), sort_keys=True, separators=(",", ":"), allow_nan=False)


def request_grading(tx: Transaction, scan_id: int) -> Literal["cached", "queued"]:
    """Ask for the grading that a scan needs by its study's protocol.

    Raises
    ------
    DesignError
        The scan is unknown, excluded or without a DEJ.
    """
    scan = tx.session.get(ScanRow, scan_id)
    if scan is None:
        raise DesignError(f"scan_id={scan_id} is no scan; choose one that is listed")
    if scan.excluded_reason is not None:
        raise DesignError(f"scan_id={scan_id} is excluded; include it before it is graded")
    study_id = tx.session.get_one(SubjectRow, scan.subject_id).study_id
    request = _request(tx, scan, study_id)
    unneeded, scan.grading_key = scan.grading_key, request.key
    tx.session.flush()
    if unneeded is not None:
        withdraw_grading(tx, unneeded, "the DEJ or the reading changed")
    if tx.session.get(GradingRow, request.key) is not None:
        return "cached"
    payload = {"request": request.to_json(), "scan_id": scan_id}
    enqueue(tx, "grading", request.key, payload, study_id=study_id, scan_id=scan_id)
    return "queued"


def withdraw_grading(tx: Transaction, key: str, reason: str) -> None:
    """Take a grading that waits off the queue, unless a scan that counts still needs it."""
    needed = select(ScanRow.id).where(ScanRow.grading_key == key, ScanRow.excluded_reason.is_(None))
    if tx.session.scalar(needed.limit(1)) is None:
        drop(tx, "grading", key, f"not needed any more: {reason}")


def request_gradings(tx: Transaction, study_id: int) -> int:
    """Ask for every grading that a study needs, and count those queued."""
    answers = [request_grading(tx, scan_id) for scan_id in _gradable(tx, study_id)]
    return answers.count("queued")


def _gradable(tx: Transaction, study_id: int) -> Sequence[int]:
    """The scans that count and have a DEJ."""
    scans = (
        select(ScanRow.id)
        .join(SubjectRow, SubjectRow.id == ScanRow.subject_id)
        .where(SubjectRow.study_id == study_id, ScanRow.excluded_reason.is_(None))
        .where(select(DejRow.id).where(DejRow.scan_id == ScanRow.id).exists())
        .order_by(ScanRow.id)
    )
    return tx.session.scalars(scans).all()


def set_protocol(
    tx: Transaction,
    study_id: int,
    *,
    model: Model,
    sampling: Sampling | None = None,
    reason: str | None = None,
) -> int:
    """Put a study on a model and a sampling, and count the gradings that this queues.

    sampling : None keeps the study's own
    reason : why, for the history

    Raises
    ------
    DesignError
        More crops are asked for than fit a scan of the study.
    """
    with tx.because(reason) if reason else nullcontext():
        return _set_protocol(tx, study_id, model, sampling)


@dataclass(frozen=True, slots=True)
class ProtocolPreview:
    """What another protocol would mean.

    n_queued : gradings that would have to be made; n_there : those kept from before
    """

    n_queued: int
    n_there: int


def preview_protocol(
    tx: Transaction, study_id: int, *, model: Model, sampling: Sampling
) -> ProtocolPreview:
    """Try another protocol, count what it needs, and leave the store as it was.

    Raises
    ------
    DesignError
        As ``set_protocol``.
    """
    trial = tx.session.begin_nested()
    try:
        queued = _set_protocol(tx, study_id, model, sampling)
        needed = len(_gradable(tx, study_id))
    finally:
        trial.rollback()
    return ProtocolPreview(queued, needed - queued)


def _set_protocol(tx: Transaction, study_id: int, model: Model, sampling: Sampling | None) -> int:
    register_model(tx, model)
    current = current_protocol(tx, study_id)
    if sampling is None:
        sampling = STUDY_SAMPLING if current is None else current.sampling
    scans = tx.session.scalars(
        select(ScanRow)
        .join(SubjectRow, SubjectRow.id == ScanRow.subject_id)
        .where(SubjectRow.study_id == study_id)
    ).all()
    for scan in scans:
        spacing = Reading.from_json(scan.reading).spacing_um or (1.0, 1.0, 1.0)
        fitting = crops_that_fit((scan.nz, scan.ny, scan.nx), spacing)
        if sampling.crops is None or sampling.crops > fitting:
            raise DesignError(
                f"crops={sampling.crops} does not suit scan {scan.file_name}, which holds "
                f"{fitting}; choose at most {fitting}"
            )
    append_protocol(tx, study_id, model_digest=model.digest, sampling=sampling)
    unneeded = [scan.grading_key for scan in scans if scan.grading_key is not None]
    for scan in scans:
        scan.grading_key = None
    tx.session.flush()
    queued = request_gradings(tx, study_id)
    for key in unneeded:
        withdraw_grading(tx, key, "the protocol changed")
    return queued


def _request(tx: Transaction, scan: ScanRow, study_id: int) -> GradingRequest:
    protocol = current_protocol(tx, study_id)
    dej_digest = tx.session.scalar(
        select(DejRow.digest).where(DejRow.scan_id == scan.id).order_by(DejRow.seq.desc()).limit(1)
    )
    if protocol is None or dej_digest is None:
        raise DesignError(f"scan {scan.file_name} has no DEJ; mark where the dermis begins")
    check_pipeline(protocol.pipeline_version)
    return GradingRequest(
        volume_sha256=scan.volume_sha256,
        reading=Reading.from_json(scan.reading),
        dej_digest=dej_digest,
        sampling=protocol.sampling,
        model_digest=protocol.model_digest,
    )


def check_pipeline(version: int) -> None:
    """Refuse to mix gradings of two versions of the pipeline in one study.

    Raises
    ------
    StoreError
    """
    if version != slab.PIPELINE_VERSION:
        raise StoreError(
            f"the study stands on version {version} of the grading pipeline and this program "
            f"grades by version {slab.PIPELINE_VERSION}; renew the study's protocol"
        )


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return value
