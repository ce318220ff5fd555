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
from dermdash.imaging.phantom.recipe import make_phantom_file, read_map
from dermdash.pipeline import VerifiedGrading, grade_file, grade_outside_file
from dermdash.trial.dejs import find_dej
from dermdash.trial.gradings import GradingRequest, has_grading, write_grading
from dermdash.trial.jobs import Job
from dermdash.trial.phantoms import PhantomScan, store_phantom
from dermdash.trial.transaction import Transaction
from dermdash.trial.volumes import mark_verified, volume_path

Call = tuple[Callable[..., Any], tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class Kind:
    """What a job of this kind means.

    prepare : the call for the engine, or None where its result is in the store already
    finish : write the call's result, in the transaction in which the job ends
    """

    prepare: Callable[[Transaction, Job], Call | None]
    finish: Callable[[Transaction, Job, Any], object]


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


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "grading": Kind(prepare_grading, finish_grading),
        "phantom": Kind(prepare_phantom, finish_phantom),
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
