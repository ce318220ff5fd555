"""Small scans to grade, stored as a person would store them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from dermdash.identity import User
from dermdash.imaging.dej import Dej
from dermdash.imaging.readers import write_tiff
from dermdash.imaging.volume import read_volume
from dermdash.trial.database import Store
from dermdash.trial.scans import NewScan, store_scan
from dermdash.trial.studies import ArmSpec, SiteSpec, VisitSpec, create_study, find_study

ADA = User("Ada")
SHAPE = (84, 400, 400)  # one crop, 70 layers and a margin: a grading of a tenth of a second
DEJ_UM = 12.0


def write_volumes(folder: Path, number: int) -> list[Path]:
    """Files of noise, each its own."""
    paths = [folder / f"S{index:02d}.tif" for index in range(number)]
    for index, path in enumerate(paths):
        voxels = np.random.default_rng(index).integers(0, 256, SHAPE, np.uint8)
        write_tiff(path, voxels, spacing_um=(1.0, 1.0, 1.0))
    return paths


def store_scans(store: Store, paths: Sequence[Path], *, study: str = "Kills") -> list[int]:
    """Store each file as a subject's scan; their gradings are queued."""
    with store.write(by=ADA) as tx:
        study_id = find_study(tx, study) or create_study(
            tx,
            name=study,
            kind="cohorts",
            arms=(ArmSpec("young"),),
            visits=(VisitSpec("D0", 0, is_baseline=True),),
            sites=(SiteSpec("cheek"),),
        )
    scan_ids = []
    for path in paths:
        volume = read_volume(path)
        stored = store.vault.store_file(path)
        new = NewScan(
            subject_id=path.stem,
            arm="young",
            visit="D0",
            site="cheek",
            dej=Dej.plane(DEJ_UM),
            dej_source="manual",
            reading=volume.reading,
            file_name=path.name,
        )
        with store.write(by=ADA) as tx:
            scan_ids.append(store_scan(tx, study_id, stored, new, shape=volume.shape).scan_id)
    return scan_ids
