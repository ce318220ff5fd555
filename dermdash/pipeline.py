"""The corridor from a volume to its grading: pure functions, no store, no widget."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from dermdash.errors import DejError, VolumeError
from dermdash.grading.grader import Grader, LiteRtGrader, load_grader
from dermdash.grading.model import CARD, GRADER
from dermdash.grading.patches import crop_origins, en_face_patches, iter_patches
from dermdash.grading.profile import Grading
from dermdash.imaging.dej import Dej
from dermdash.imaging.looks import verify_file
from dermdash.imaging.slab import Sampling, Slab, dermis_below, planes_at
from dermdash.imaging.volume import Reading, Volume, read_volume

BATCH = 3  # patches; more do not stay in a core's cache and take 6 % longer at 10


@dataclass(frozen=True, slots=True, eq=False)
class VerifiedGrading:
    """A grading of a file outside the vault, whose content was hashed beforehand.

    mtime_ns : when the file had last been written to
    """

    grading: Grading
    mtime_ns: int


@dataclass(frozen=True, slots=True, eq=False)
class PatchView:
    """One patch and what the model saw in it.

    rgb : (224, 224, 3) uint8, layers z-1, z, z+1
    probabilities : (n_classes,) float32
    activation : (7, 7, n_classes) float32
    """

    rgb: NDArray[np.uint8]
    probabilities: NDArray[np.float32]
    activation: NDArray[np.float32]


def grade_volume(
    volume: Volume,
    dej: Dej,
    grader: Grader,
    *,
    sampling: Sampling = Sampling(),  # noqa: B008
) -> Grading:
    """Grade the dermis of a volume.

    A grader of several threads is given as many parts of the slab at the same time.

    Raises
    ------
    VolumeError
        The file is damaged, or the layers are too small or blank.
    DejError
        The DEJ does not fit the volume.
    ModelError
        The network answers with something else than probabilities.
    """
    cv2.setNumThreads(1)  # on crops this small its threads only wait for each other
    slab = dermis_below(volume, dej, sampling)
    threads = getattr(grader, "threads", 1)
    parts = _parts(len(slab.depth_um), threads)
    if threads == 1:
        probabilities = [_grade_part(slab, sampling, grader, part) for part in parts]
    else:
        with ThreadPoolExecutor(threads) as pool:
            probabilities = list(
                pool.map(lambda part: _grade_part(slab, sampling, grader, part), parts)
            )
    return Grading(np.concatenate(probabilities), slab.depth_um, grader.digest)


def grade_file(
    path: Path, reading: Reading, dej: Dej, sampling: Sampling, model_folder: Path
) -> Grading:
    """What an engine's process runs: one file on one core; the last model stays loaded."""
    grader = _loaded_grader(model_folder, _stamp(model_folder))
    return grade_volume(read_volume(path, reading), dej, grader, sampling=sampling)


def grade_outside_file(
    file: tuple[Path, str], reading: Reading, dej: Dej, sampling: Sampling, model_folder: Path
) -> VerifiedGrading:
    """What an engine's process runs for a file outside the vault: see that it is still the one.

    file : where it lies, and the SHA-256 that it had when it was registered

    Raises
    ------
    VolumeError
        It is not there, holds something else, or was written to while it was graded.
    """
    path, sha256 = file
    mtime_ns = verify_file(path, sha256)
    grading = grade_file(path, reading, dej, sampling, model_folder)
    if path.stat().st_mtime_ns != mtime_ns:
        verify_file(path, sha256)
        raise VolumeError(f"{path} was touched while it was graded; let it lie, then try again")
    return VerifiedGrading(grading, mtime_ns)


def explain_patch(
    volume: Volume,
    dej: Dej,
    grader: Grader,
    *,
    depth_um: int,
    crop: int,
    sampling: Sampling = Sampling(),  # noqa: B008
) -> PatchView:
    """Grade one patch again and show what the model saw; three layers are read.

    depth_um : of the patch's layer under the DEJ
    crop : 0 to n_crops - 1 along the long side

    Raises
    ------
    DejError
        The volume has no such layer.
    VolumeError
        The layer has no such crop.
    """
    above, below = dej.reach(volume)
    if not 1 - above <= depth_um <= below - 1:
        raise DejError(
            f"depth_um={depth_um} has no layer of this volume; choose {1 - above} to {below - 1}"
        )
    planes = planes_at(volume, dej, depth_um - 1, depth_um + 1)
    slab = Slab(planes, np.array([depth_um], np.int16), volume.spacing_um[1:])
    n_crops = len(crop_origins(volume.shape[1:], volume.spacing_um[1:], sampling.crops))
    if not 0 <= crop < n_crops:
        raise VolumeError(f"crop={crop} is none of this layer's; choose 0 to {n_crops - 1}")
    patch = en_face_patches(slab, sampling.crops)[crop : crop + 1]
    predictions = grader(patch)
    return PatchView(
        rgb=np.rint(patch[0]).astype(np.uint8),
        probabilities=predictions.probabilities[0],
        activation=predictions.activation[0],
    )


def _grade_part(
    slab: Slab, sampling: Sampling, grader: Grader, layers: range
) -> NDArray[np.float32]:
    """Probabilities of some layers: (n, n_crops, n_classes)."""
    rows = [
        grader(patches).probabilities
        for patches in iter_patches(slab, sampling.crops, batch=BATCH, layers=layers)
    ]
    flat = np.concatenate(rows)
    return flat.reshape(len(layers), -1, flat.shape[1])


def _parts(n_layers: int, count: int) -> list[range]:
    """The layers in neighbouring parts of equal size."""
    edges = np.linspace(0, n_layers, min(count, n_layers) + 1).round().astype(int)
    return [range(a, b) for a, b in pairwise(edges)]


def _stamp(model_folder: Path) -> tuple[int, ...]:
    """Tells a model apart from one written later into the same folder."""
    files = [model_folder / name for name in (CARD, GRADER)]
    return tuple(file.stat().st_mtime_ns if file.exists() else 0 for file in files)


@lru_cache(maxsize=1)
def _loaded_grader(model_folder: Path, stamp: tuple[int, ...]) -> LiteRtGrader:
    return load_grader(model_folder)
