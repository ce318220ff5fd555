"""The kinds of jobs: what an engine's process has to run for each, and what to write afterwards."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any
from uuid import uuid4

from dermdash.errors import ModelError
from dermdash.grading.model import list_models
from dermdash.grading.profile import Grading
from dermdash.imaging.looks import FileLook, look_at_file
from dermdash.imaging.phantom.recipe import make_phantom_file, read_map
from dermdash.imaging.quality import Quality, measure_file
from dermdash.imaging.volume import Reading
from dermdash.pipeline import VerifiedGrading, grade_file, grade_outside_file
from dermdash.trial.dejs import find_dej
from dermdash.trial.gradings import GradingRequest, has_grading, write_grading
from dermdash.trial.inbox import check_inside
from dermdash.trial.intake import STORE, FoundFile, fetch_file, remove_moved, store_fetched
from dermdash.trial.jobs import Job
from dermdash.trial.looks import LOOK, keep_look
from dermdash.trial.phantoms import PhantomScan, store_phantom
from dermdash.trial.qualities import QUALITY, has_quality, write_quality
from dermdash.trial.transaction import Transaction
from dermdash.trial.volumes import mark_verified, volume_path

Call = tuple[Callable[..., Any], tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class Kind:
    """What a job of this kind means.

    prepare : the call for the engine, or None where its result is in the store already
    finish : write the call's result, in the transaction in which the job ends
    settle : what can be done only once that is committed; a kill may come before it
    """

    prepare: Callable[[Transaction, Job], Call | None]
    finish: Callable[[Transaction, Job, Any], object]
    settle: Callable[[Job], object] = lambda job: None


def prepare_grading(tx: Transaction, job: Job) -> Call | None:
    request = GradingRequest.from_json(job.payload["request"])
    if has_grading(tx, request.key):
        return None
    path = volume_path(tx, request.volume_sha256)
    how = (
        request.reading,
        find_dej(tx, request.dej_digest),
        request.sampling,
        _model_folder(tx, request.model_digest),
    )
    if path == tx.vault.path(request.volume_sha256):
        return grade_file, (path, *how)
    return grade_outside_file, ((path, request.volume_sha256), *how)


def finish_grading(tx: Transaction, job: Job, result: Grading | VerifiedGrading) -> None:
    request = GradingRequest.from_json(job.payload["request"])
    if isinstance(result, VerifiedGrading):
        mark_verified(tx, request.volume_sha256, result.mtime_ns)
        result = result.grading
    write_grading(tx, request, result)


def prepare_look(tx: Transaction, job: Job) -> Call:
    path = Path(job.payload["path"])
    check_inside(tx.settings, path)
    return look_at_file, (path,)


def finish_look(tx: Transaction, job: Job, look: FileLook) -> None:
    keep_look(tx, Path(job.payload["path"]), look)


def prepare_store(tx: Transaction, job: Job) -> Call:
    file = FoundFile.from_json(job.payload["file"])
    check_inside(tx.settings, file.path)
    reading = Reading.from_json(job.payload["scan"]["reading"])
    return fetch_file, (file, reading, tx.vault if job.payload["way"] == "move" else None)


def prepare_phantom(tx: Transaction, job: Job) -> Call:
    tx.vault.incoming.mkdir(parents=True, exist_ok=True)
    path = tx.vault.incoming / f"phantom-{job.job_id}-{uuid4().hex[:8]}.tif"
    return make_phantom_file, (path, PhantomScan.from_json(job.payload).recipe)


def finish_phantom(tx: Transaction, job: Job, files: tuple[Path, Path]) -> None:
    if job.study_id is None:
        raise TypeError("a phantom is made for a study")
    volume, dej_map = files
    store_phantom(tx, job.study_id, PhantomScan.from_json(job.payload), volume, read_map(dej_map))
    dej_map.unlink()


def prepare_quality(tx: Transaction, job: Job) -> Call | None:
    if has_quality(tx, job.key):
        return None
    volume = volume_path(tx, job.payload["volume_sha256"])
    return measure_file, (volume, Reading.from_json(job.payload["reading"]))


def finish_quality(tx: Transaction, job: Job, quality: Quality) -> None:
    write_quality(tx, job.payload["volume_sha256"], job.payload["reading"], quality)


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        LOOK: Kind(prepare_look, finish_look),
        STORE: Kind(prepare_store, store_fetched, remove_moved),
        "grading": Kind(prepare_grading, finish_grading),
        "phantom": Kind(prepare_phantom, finish_phantom),
        QUALITY: Kind(prepare_quality, finish_quality),
    }
)


def _model_folder(tx: Transaction, digest: str) -> Path:
    for model in list_models(tx.settings.model_folders):
        if model.digest == digest:
            return model.folder
    raise ModelError(
        f"no model of digest {digest[:12]} lies in {tx.settings.home / 'models'} or beside the "
        "program; copy its folder back, or choose another model for the study"
    )
