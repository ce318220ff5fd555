"""Studies as they stand after some work: stored through the store's own functions."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import tifffile

from dermdash.grading.profile import Grading
from dermdash.identity import WORKER, User
from dermdash.imaging.dej import Dej
from dermdash.imaging.quality import Quality
from dermdash.imaging.volume import read_volume
from dermdash.trial.database import Store
from dermdash.trial.gradings import GradingRequest, write_grading
from dermdash.trial.jobs import finish, take
from dermdash.trial.qualities import write_quality
from dermdash.trial.scans import NewScan, Scan, get_scan, store_scan
from dermdash.trial.studies import ArmSpec, SiteSpec, VisitSpec, create_study

ADA = User("Ada")
SHAPE = (100, 400, 800)  # two patches a layer
DEJ_UM = 15.0
GOOD = Quality(
    saturated_high=0.01,
    saturated_low=0.0,
    black_layers=(),
    repeated_layers=(),
    signal_from_um=0.0,
    signal_to_um=98.0,
    contrast=90.0,
    mean_grey=80.0,
    depth_um=99.0,
    layer_step_um=1.0,
)


def write_small(path: Path, *, seed: int = 0, shape: tuple[int, int, int] = SHAPE) -> Path:
    """A volume of a few kilobytes: even layers, unlike those of any other seed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    grey = np.random.default_rng(seed).integers(1, 255, shape[0], dtype=np.uint8)
    voxels = np.broadcast_to(grey[:, None, None], shape).copy()
    voxels[:, ::50] = seed % 200
    tifffile.imwrite(
        path,
        voxels,
        compression="zlib",
        imagej=False,
        metadata={"axes": "ZYX", "spacing": 1.0, "unit": "um"},
        resolution=(1.0, 1.0),
    )
    return path


def make_study(store: Store, name: str = "Night cream", *, synthetic: bool = False) -> int:
    """Placebo and active, at D0 and D28, on one cheek."""
    with store.write(by=ADA) as tx:
        return create_study(
            tx,
            name=name,
            kind="before_after",
            synthetic=synthetic,
            arms=(ArmSpec("placebo", is_control=True), ArmSpec("active")),
            visits=(VisitSpec("D0", 0, is_baseline=True), VisitSpec("D28", 28)),
            sites=(SiteSpec("cheek"),),
        )


def add_scan(
    store: Store,
    study_id: int,
    folder: Path,
    subject: str,
    *,
    arm: str | None = "active",
    visit: str = "D0",
    dej_um: float | None = DEJ_UM,
) -> int:
    """Store one small scan; it is queued where it has a DEJ."""
    seed = int.from_bytes(f"{study_id}{subject}{visit}".encode(), "big") % 100_000
    path = write_small(folder / f"{subject}_{visit}_cheek.tif", seed=seed)
    volume = read_volume(path)
    new = NewScan(
        subject_id=subject,
        arm=arm,
        visit=visit,
        site="cheek",
        dej=None if dej_um is None else Dej.plane(dej_um),
        dej_source=None if dej_um is None else "manual",
        reading=volume.reading,
        file_name=path.name,
        spacing_source=volume.spacing_source,
    )
    stored = store.vault.store_file(path)
    with store.write(by=ADA) as tx:
        return store_scan(tx, study_id, stored, new, shape=volume.shape).scan_id


def grade_queued(
    store: Store, quality: Mapping[str, float], *, depths: Sequence[int] = range(-10, 80)
) -> None:
    """Answer each queued grading as a sure model would, by the subject's quality from 1 to 4."""
    _answer(store, lambda scan: quality[scan.subject_id], depths)


def grade_visits(
    store: Store,
    quality: Mapping[str, Mapping[str, float]],
    *,
    depths: Sequence[int] = range(-10, 80),
) -> None:
    """Answer each queued grading by the quality of its visit and subject."""
    _answer(store, lambda scan: quality[scan.visit][scan.subject_id], depths)


def _answer(store: Store, quality: Callable[[Scan], float], depths: Sequence[int]) -> None:
    with store.write(by=WORKER) as tx:
        for job in take(tx, 1000, kinds=("grading",)):
            request = GradingRequest.from_json(job.payload["request"])
            grade = quality(get_scan(tx, job.scan_id or 0))
            low = min(int(grade), 3)
            probabilities = np.zeros((len(depths), request.sampling.crops or 1, 4), np.float32)
            probabilities[..., low - 1] = 1 - (grade - low)
            probabilities[..., low] += grade - low
            grading = Grading(probabilities, np.array(depths, dtype=np.int16), request.model_digest)
            write_grading(tx, request, grading)
            finish(tx, job.job_id)
        for job in take(tx, 1000, kinds=("quality",)):
            write_quality(tx, job.payload["volume_sha256"], job.payload["reading"], GOOD)
            finish(tx, job.job_id)
