"""Studies of each kind as a report meets them, small, with scores that are known."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from dermdash.grading.profile import Grading
from dermdash.identity import WORKER
from dermdash.imaging.dej import Dej
from dermdash.imaging.volume import read_volume
from dermdash.trial.database import Store
from dermdash.trial.gradings import GradingRequest, write_grading
from dermdash.trial.jobs import finish, take
from dermdash.trial.scans import NewScan, get_scan, store_scan
from dermdash.trial.studies import ArmSpec, SiteSpec, VisitSpec, create_study
from tests.support.studies import ADA, add_scan, grade_queued, write_small

COHORTS = {
    "young": (2.9, 3.1, 2.7, 3.0, 2.8, 2.6),
    "old": (2.0, 2.3, 1.8, 2.1, 1.9, 2.2),
    "old, exposed": (1.6, 1.9, 1.4, 1.7, 1.5, 1.8),
}
SIDE_RISES = (0.5, 0.4, 0.6, 0.45, 0.55, 0.5)


def graded_cohorts(
    store: Store,
    folder: Path,
    *,
    scores: Mapping[str, tuple[float, ...]] = COHORTS,
    name: str = "Photo-ageing",
    synthetic: bool = True,
) -> int:
    """Groups at one visit, each subject with just this score: ``S00``, ``S01``, ..."""
    with store.write(by=ADA) as tx:
        study = create_study(
            tx,
            name=name,
            kind="cohorts",
            synthetic=synthetic,
            arms=tuple(ArmSpec(arm) for arm in scores),
            visits=(VisitSpec("D0", 0, is_baseline=True),),
            sites=(SiteSpec("cheek"),),
        )
    own = {}
    for arm, of_arm in scores.items():
        for score in of_arm:
            subject = f"S{len(own):02d}"
            add_scan(store, study, folder / name, subject, arm=arm)
            own[subject] = score
    grade_queued(store, own)
    return study


def graded_sides(store: Store, folder: Path, *, name: str = "Half faces") -> int:
    """Six faces, active on the left and placebo on the right, at D0 and D28; active rises."""
    with store.write(by=ADA) as tx:
        study = create_study(
            tx,
            name=name,
            kind="hemi_face",
            synthetic=True,
            arms=(ArmSpec("active"), ArmSpec("placebo", is_control=True)),
            visits=(VisitSpec("D0", 0, is_baseline=True), VisitSpec("D28", 28)),
            sites=(SiteSpec("cheek-left", "left"), SiteSpec("cheek-right", "right")),
        )
    grades: dict[tuple[str, str, str], float] = {}
    for number, rise in enumerate(SIDE_RISES):
        for site, arm in (("cheek-left", "active"), ("cheek-right", "placebo")):
            for visit in ("D0", "D28"):
                subject = f"F{number}"
                risen = rise if (arm, visit) == ("active", "D28") else 0.0
                grades[subject, visit, site] = 2.0 + 0.1 * number + risen
                _add_side(store, study, folder / name, (subject, visit, site), arm)
    _grade(store, grades)
    return study


def _add_side(
    store: Store, study: int, folder: Path, place: tuple[str, str, str], arm: str
) -> None:
    subject, visit, site = place
    seed = int.from_bytes(f"{study}{place}".encode(), "big") % 100_003
    path = write_small(folder / f"{subject}_{visit}_{site}.tif", seed=seed)
    volume = read_volume(path)
    new = NewScan(
        subject_id=subject,
        arm=arm,
        visit=visit,
        site=site,
        dej=Dej.plane(15.0),
        dej_source="manual",
        reading=volume.reading,
        file_name=path.name,
        spacing_source=volume.spacing_source,
    )
    stored = store.vault.store_file(path)
    with store.write(by=ADA) as tx:
        store_scan(tx, study, stored, new, shape=volume.shape)


def _grade(store: Store, grades: Mapping[tuple[str, str, str], float]) -> None:
    depths = np.arange(-10, 80, dtype=np.int16)
    with store.write(by=WORKER) as tx:
        for job in take(tx, 1000, kinds=("grading",)):
            request = GradingRequest.from_json(job.payload["request"])
            scan = get_scan(tx, job.scan_id or 0)
            grade = grades[scan.subject_id, scan.visit, scan.site]
            low = min(int(grade), 3)
            shares = np.zeros((len(depths), request.sampling.crops or 1, 4), np.float32)
            shares[..., low - 1] = 1 - (grade - low)
            shares[..., low] += grade - low
            write_grading(tx, request, Grading(shares, depths, request.model_digest))
            finish(tx, job.job_id)
