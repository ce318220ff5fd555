"""A synthetic LC-OCT volume whose quality at each depth is known."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from dermdash.errors import InputError
from dermdash.imaging.phantom.fibres import Network, Texture
from dermdash.imaging.phantom.fields import Plane
from dermdash.imaging.phantom.optics import Camera, Physics, reflectivity
from dermdash.imaging.phantom.tissue import Epidermis, Vessels, draw_dej
from dermdash.imaging.readers import write_tiff

DEPTHS = 70
KNOT_UM = 3
MAX_VOXELS = 2_000_000_000

Quality = float | Sequence[float]


@dataclass(frozen=True, slots=True)
class Phantom:
    """A volume and what is true of it; spacing is 1 µm.

    volume : (z, y, x) uint8; dej_map_um : (y, x) float32
    quality_by_depth : (70,) float32, 1 to 4, at 0 to 69 µm below the DEJ
    """

    volume: NDArray[np.uint8]
    dej_map_um: Plane
    quality_by_depth: NDArray[np.float32]
    seed: int
    subject_seed: int
    texture: Texture
    physics: Physics

    @property
    def dej_um(self) -> float:
        """The plane to grade from: the median of the DEJ."""
        return float(np.median(self.dej_map_um))


def make_phantom(
    *,
    quality: Quality,
    shape: tuple[int, int, int] = (300, 500, 1224),
    dej_um: float | None = None,
    flat: bool = False,
    seed: int = 0,
    subject_seed: int | None = None,
    physics: Physics | None = None,
    texture: Texture | None = None,
) -> Phantom:
    """Make a phantom; equal arguments make equal voxels.

    quality : 1 (clots) to 4 (fine web); or two (at the DEJ, at 69 µm below it); or 70 numbers
    shape : (z, y, x) in µm
    dej_um : median depth of the DEJ; drawn (60 to 100 µm, less in a shallow volume) if None
    flat : the DEJ is a plane; else it undulates
    subject_seed : volumes of one subject share it, and so their texture; ``seed`` if None
    physics, texture : given ones instead of drawn ones

    Raises
    ------
    InputError
        A quality, shape or depth out of range.

    >>> phantom = make_phantom(quality=(4, 2), shape=(40, 48, 64), dej_um=12, seed=1)
    >>> phantom.volume.shape, phantom.quality_by_depth[0], phantom.quality_by_depth[69]
    ((40, 48, 64), np.float32(4.0), np.float32(2.0))
    """
    by_depth = quality_by_depth(quality)
    if min(seed, subject_seed or 0) < 0:
        raise InputError(f"seed={min(seed, subject_seed or 0)} is negative; give 0 or more")
    subject_seed = seed if subject_seed is None else subject_seed
    subject = np.random.default_rng([subject_seed, 10])
    day = np.random.default_rng([seed, 11])
    texture = texture or Texture.draw(subject)
    relief_um = 0.0 if flat else subject.uniform(5, 28)
    physics = physics or Physics.draw(day)
    depth = _check_depth(shape, day.uniform(60, 100) if dej_um is None else dej_um, dej_um)
    dej = draw_dej(day, shape[1:], dej_um=depth, relief_um=min(relief_um, 0.9 * depth))
    volume = _expose(shape, dej, by_depth, texture=texture, physics=physics, seed=seed)
    return Phantom(volume, dej, by_depth, seed, subject_seed, texture, physics)


def make_dermis_slab(
    *,
    quality: Quality,
    shape: tuple[int, int, int] = (74, 400, 1224),
    seed: int = 0,
    subject_seed: int | None = None,
    physics: Physics | None = None,
) -> Phantom:
    """Make only the dermis: a flat DEJ at 2 µm, so that layers 0 to 69 and neighbours fit."""
    return make_phantom(
        quality=quality,
        shape=shape,
        dej_um=2.0,
        flat=True,
        seed=seed,
        subject_seed=subject_seed,
        physics=physics,
    )


def quality_by_depth(quality: Quality) -> NDArray[np.float32]:
    """Quality at 0 to 69 µm below the DEJ: (70,) float32, linear between two ends.

    Raises
    ------
    InputError
        A quality is not between 1 and 4, or there are neither one, two nor 70 of them.
    """
    given = np.atleast_1d(np.asarray(quality, dtype=np.float32))
    if given.shape not in {(1,), (2,), (DEPTHS,)}:
        raise InputError(f"quality holds {given.size} numbers; give one, two (Q0:Q1) or {DEPTHS}")
    for number in given[~((given >= 1) & (given <= 4))]:
        raise InputError(f"quality={number:g} is out of range; give 1 (coarse) to 4 (reticulated)")
    at = np.linspace(0, DEPTHS - 1, given.size) if given.size > 1 else np.zeros(1)
    return np.interp(np.arange(DEPTHS), at, given).astype(np.float32)


def _check_depth(shape: tuple[int, int, int], depth: float, asked: float | None) -> float:
    nz, ny, nx = shape
    if nz < 3 or min(ny, nx) < 16:
        raise InputError(f"shape={nz},{ny},{nx} is too small; give at least 3,16,16")
    if nz * ny * nx > MAX_VOXELS:
        raise InputError(f"shape={nz},{ny},{nx} is too large; give at most {MAX_VOXELS:,} voxels")
    if asked is None:
        return float(min(depth, 0.3 * nz))
    if not 0 <= asked <= nz - 1:
        raise InputError(f"dej_um={asked:g} lies outside the volume of {nz} um; check the depth")
    return float(asked)


def _expose(
    shape: tuple[int, int, int],
    dej: Plane,
    by_depth: NDArray[np.float32],
    *,
    texture: Texture,
    physics: Physics,
    seed: int,
) -> NDArray[np.uint8]:
    shape_yx = dej.shape
    median, highest, lowest = float(np.median(dej)), float(dej.min()), float(dej.max())
    network = Network(shape_yx, texture, seed)
    epidermis = Epidermis(shape_yx, median, seed)
    vessels = Vessels.draw(np.random.default_rng([seed, 12]), shape_yx, median)
    camera = Camera(shape_yx, physics, seed, dermis_um=median + 35)
    knots: dict[int, Plane] = {}

    def structure(knot: int) -> Plane:
        """Fibrousness at a knot, blurred by the spot."""
        if knot not in knots:
            knots.pop(knot - 2, None)
            below = np.clip(knot * KNOT_UM - dej, 0, DEPTHS - 1)
            sharp = network.fibrousness(knot * KNOT_UM, by_depth[below.astype(np.uint8)])
            knots[knot] = np.asarray(cv2.GaussianBlur(sharp, (0, 0), physics.blur_um))
        return knots[knot]

    def dermis(z: int) -> Plane:
        knot, rest = divmod(z, KNOT_UM)
        if not rest:
            return reflectivity(structure(knot), physics)
        share = rest / KNOT_UM
        between = cv2.addWeighted(structure(knot), 1 - share, structure(knot + 1), share, 0)
        return reflectivity(np.asarray(between, np.float32), physics)

    volume = np.empty(shape, np.uint8)
    for z in range(shape[0]):
        depth = z - dej
        if z <= highest - 1:
            plane = epidermis.reflectivity(z, depth)
        elif z >= lowest:
            plane = dermis(z)
        else:
            below = np.clip(depth + 1, 0, 1)
            plane = below * dermis(z) + (1 - below) * epidermis.reflectivity(z, depth)
        light = vessels.light(z, shape_yx)
        if light is not None:
            plane = plane * light
        volume[z] = camera.expose(plane, z)
    return volume


def write_phantom(path: Path, phantom: Phantom) -> dict[str, object]:
    """Write ``OUT.tif``, ``OUT.truth.json`` and ``OUT.dej.tif``; return the truth.

    Raises
    ------
    StoreError
        The disk refuses.
    """
    write_tiff(path, phantom.volume, spacing_um=(1.0, 1.0, 1.0))
    dej_path = path.with_suffix(".dej.tif")
    write_tiff(dej_path, phantom.dej_map_um[None], spacing_um=(1.0, 1.0, 1.0))
    truth: dict[str, object] = {
        "path": str(path),
        "dej_um": phantom.dej_um,
        "dej_map": dej_path.name,
        "seed": phantom.seed,
        "subject_seed": phantom.subject_seed,
        "quality": [round(float(q), 4) for q in phantom.quality_by_depth],
        "spacing_um": [1.0, 1.0, 1.0],
        "synthetic": True,
    }
    path.with_suffix(".truth.json").write_text(json.dumps(truth, indent=1) + "\n")
    return truth
