"""Patches to learn from: cut from phantoms by the same functions that grade scans."""

import hashlib
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, fields, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from dermdash.grading.patches import SIZE_PX, iter_patches
from dermdash.imaging.dej import Dej
from dermdash.imaging.phantom.fibres import Texture
from dermdash.imaging.phantom.optics import Physics
from dermdash.imaging.phantom.phantom import DEPTHS, Phantom, make_phantom
from dermdash.imaging.slab import CROP_UM, Sampling, dermis_below
from dermdash.imaging.volume import Volume

EVERY_UM = 5  # Breugnot 2023, 2.2: one plane in five was graded


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """Patches of phantoms and what is true of them; n patches, a volume a subject.

    patches : (n, 224, 224, 3) uint8; quality : (n,) float32, 1 to 4, the mean over the patch
    subject : (n,) int, the seed of the subject; depth_um : (n,) int
    """

    patches: NDArray[np.uint8]
    quality: NDArray[np.float32]
    subject: NDArray[np.int64]
    depth_um: NDArray[np.int64]

    @property
    def sha256(self) -> str:
        """Hash of patches, qualities, subjects and depths."""
        parts = (self.patches, self.quality, self.subject, self.depth_um)
        digest = hashlib.sha256()
        for part in parts:
            digest.update(np.ascontiguousarray(part).data)
        return digest.hexdigest()

    def save(self, path: Path) -> None:
        """Keep in an ``.npz`` file, which is there only when it is whole."""
        unfinished = path.with_name("unfinished-" + path.name)
        np.savez(unfinished, **{f.name: getattr(self, f.name) for f in fields(self)})
        unfinished.replace(path)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what ``save`` kept."""
        with np.load(path) as arrays:
            return cls(**arrays)


@dataclass(frozen=True, slots=True)
class Conditions:
    """Ranges that replace the ordinary ones, by name of a property of physics or texture.

    >>> Conditions(physics={"attenuation_per_mm": (5.0, 8.0)}).texture
    {}
    """

    physics: dict[str, tuple[float, float]] = field(default_factory=dict)
    texture: dict[str, tuple[float, float]] = field(default_factory=dict)


ORDINARY = Conditions()


def make_examples(
    subjects: Sequence[int], *, conditions: Conditions = ORDINARY, processes: int = 1
) -> Examples:
    """Make a phantom of each subject and cut a patch every 5 µm of depth.

    subjects : seeds; equal seeds make equal patches
    processes : phantoms made at the same time
    """
    if processes == 1:
        parts = [subject_examples(subject, conditions) for subject in subjects]
    else:
        with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
            many = [conditions] * len(subjects)
            parts = list(pool.map(subject_examples, subjects, many, chunksize=4))
    return join_examples(parts)


def join_examples(parts: Sequence[Examples]) -> Examples:
    """All patches of several sets, in their order."""
    return Examples(
        np.concatenate([part.patches for part in parts]),
        np.concatenate([part.quality for part in parts]),
        np.concatenate([part.subject for part in parts]),
        np.concatenate([part.depth_um for part in parts]),
    )


def subject_examples(subject: int, conditions: Conditions = ORDINARY) -> Examples:
    """The patches of one subject: 14 where the whole slab is reached.

    A third of the DEJs are flat. Half of all are graded along their surface, half from their
    median plane, and half of these planes lie between two slices, so that interpolation is
    learned too. Quality drifts with depth.
    """
    rng = np.random.default_rng([subject, 30])
    phantom = _draw_phantom(rng, subject, conditions)
    volume = Volume.from_array(phantom.volume, spacing_um=(1.0, 1.0, 1.0))
    follows = rng.random() < 0.5
    plane = Dej.plane(round(phantom.dej_um) + (rng.random() if rng.random() < 0.5 else 0.0))
    dej = Dej.surface(phantom.dej_map_um) if follows else plane
    slab = dermis_below(volume, dej, Sampling(crops=1))
    first = int(rng.integers(EVERY_UM))
    kept = np.arange(first, len(slab.depth_um), EVERY_UM)
    patches = np.empty((len(kept), SIZE_PX, SIZE_PX, 3), np.uint8)
    for row, layer in enumerate(kept.tolist()):
        (patch,) = iter_patches(slab, 1, batch=1, layers=range(layer, layer + 1))
        patches[row] = np.rint(patch[0])
    depth_um = slab.depth_um[kept].astype(np.int64)
    quality = np.array([_quality(phantom, depth, dej) for depth in depth_um], np.float32)
    return Examples(patches, quality, np.full(len(kept), subject), depth_um)


def _draw_phantom(rng: np.random.Generator, subject: int, conditions: Conditions) -> Phantom:
    start = rng.uniform(1, 4)
    end = np.clip(start + rng.normal(0, 0.9), 1, 4)
    dej_um = float(rng.integers(12, 41))
    texture = Texture.draw(rng)
    drawn: dict[str, Any] = {name: rng.uniform(*span) for name, span in conditions.texture.items()}
    return make_phantom(
        quality=(start, float(end)),
        shape=(int(dej_um) + DEPTHS + 24, CROP_UM, CROP_UM),
        dej_um=dej_um,
        flat=rng.random() < 1 / 3,
        seed=subject,
        physics=Physics.draw(rng, **conditions.physics),
        texture=replace(texture, **drawn),
    )


def _quality(phantom: Phantom, depth_um: int, dej: Dej) -> float:
    """Mean quality of the dermis that a patch shows at a depth under the plane or surface."""
    if dej.kind == "surface":
        return float(phantom.quality_by_depth[depth_um])
    below = np.rint(dej.median_um + depth_um - phantom.dej_map_um)
    dermis = below[below >= 0]
    at = np.clip(dermis if dermis.size else np.zeros(1), 0, DEPTHS - 1).astype(int)
    return float(phantom.quality_by_depth[at].mean())
