"""Phantoms that become scans of a synthetic study."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from dermdash.errors import DermdashError
from dermdash.imaging.dej import Dej
from dermdash.imaging.phantom.recipe import Recipe
from dermdash.imaging.volume import read_volume
from dermdash.trial.jobs import enqueue
from dermdash.trial.leftovers import discard_volume
from dermdash.trial.scans import NewScan, exclude_scan, store_scan
from dermdash.trial.transaction import Transaction

OPERATOR = "phantom"


@dataclass(frozen=True, slots=True)
class PhantomScan:
    """A scan to be made: a phantom's recipe, and its place in the study.

    dej : which of the phantom's truths the scan is graded from
    exclude_reason : for a scan that is to be stored and left out of the results
    """

    recipe: Recipe
    subject_id: str
    arm: str
    visit: str
    site: str
    dej: Literal["plane", "surface"] = "surface"
    exclude_reason: str | None = None

    @property
    def file_name(self) -> str:
        return f"{self.subject_id}_{self.visit}_{self.site}.tif"

    def to_json(self) -> dict[str, Any]:
        return {
            "phantom": self.recipe.to_json(),
            "scan": {
                "subject_id": self.subject_id,
                "arm": self.arm,
                "visit": self.visit,
                "site": self.site,
            },
            "dej": self.dej,
            "exclude_reason": self.exclude_reason,
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        place = {name: values["scan"][name] for name in ("subject_id", "arm", "visit", "site")}
        recipe = Recipe.from_json(values["phantom"])
        return cls(recipe, **place, dej=values["dej"], exclude_reason=values["exclude_reason"])


def request_phantom(tx: Transaction, study_id: int, scan: PhantomScan) -> int:
    """Queue the making of a scan, and return the job's id."""
    key = f"{study_id}/{scan.subject_id}/{scan.visit}/{scan.site}"
    return enqueue(tx, "phantom", key, scan.to_json(), study_id=study_id)


def store_phantom(
    tx: Transaction,
    study_id: int,
    scan: PhantomScan,
    path: Path,
    dej_map_um: NDArray[np.float32],
) -> int:
    """Store a phantom's file as its scan, queue its grading, and return the scan's id.

    path : the file that was made, in the vault's ``incoming``; it is taken over
    dej_map_um : (y, x) float32, the true DEJ
    """
    stored = tx.vault.store_file(path, move=True)
    volume = read_volume(stored.path)
    surface = Dej.surface(dej_map_um)
    new = NewScan(
        subject_id=scan.subject_id,
        arm=scan.arm,
        visit=scan.visit,
        site=scan.site,
        dej=surface if scan.dej == "surface" else Dej.plane(surface.median_um),
        dej_source="file",
        reading=volume.reading,
        operator=OPERATOR,
        file_name=scan.file_name,
        spacing_source=volume.spacing_source,
    )
    try:
        scan_id = store_scan(tx, study_id, stored, new, shape=volume.shape).scan_id
    except DermdashError:
        if not stored.already:
            discard_volume(tx, stored.sha256)
        raise
    if scan.exclude_reason is not None:
        exclude_scan(tx, scan_id, scan.exclude_reason)
    return scan_id
