"""The dermis under the DEJ: one plane a µm of depth, at the same distance from it everywhere."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from dermdash.errors import VolumeError
from dermdash.imaging.dej import MIN_LAYERS, TOLERANCE, Dej
from dermdash.imaging.volume import Volume

PIPELINE_VERSION = 1  # part of a grading's key: raise it when the same input grades differently
CROP_UM = 400  # Breugnot 2023, 2.2: sub-images of 400 x 400 µm
MAX_CROPS = 3


@dataclass(frozen=True, slots=True)
class Sampling:
    """Which part of the dermis is graded.

    thickness_um : layers under the DEJ, 1 µm apart
    margin_um : layers graded beyond them, above and below, as far as the volume reaches
    crops : 400 µm crops a layer; None: as many as fit, one to three

    >>> Sampling.from_json(Sampling(margin_um=10).to_json())
    Sampling(thickness_um=70, margin_um=10, crops=None)
    """

    thickness_um: int = 70  # Breugnot 2023, 2.1: the depth that experts could read
    margin_um: int = 0
    crops: int | None = None

    def __post_init__(self) -> None:
        if not MIN_LAYERS <= self.thickness_um <= 1000:
            raise VolumeError(
                f"thickness_um={self.thickness_um} is no slab; give {MIN_LAYERS} to 1000 µm"
            )
        if not 0 <= self.margin_um <= 100:
            raise VolumeError(f"margin_um={self.margin_um} is no margin; give 0 to 100 µm")
        if self.crops is not None and not 1 <= self.crops <= MAX_CROPS:
            raise VolumeError(f"crops={self.crops} is out of range; give 1 to {MAX_CROPS}")

    def to_json(self) -> dict[str, Any]:
        return {
            "thickness_um": self.thickness_um,
            "margin_um": self.margin_um,
            "crops": self.crops,
            "crop_um": CROP_UM,
            "pipeline_version": PIPELINE_VERSION,
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Sampling":
        return cls(values["thickness_um"], values["margin_um"], values["crops"])


@dataclass(frozen=True, slots=True, eq=False)
class Slab:
    """Planes at whole µm from the DEJ, with one neighbour above the first and below the last.

    planes : (n_layers + 2, y, x), uint8 where they are the volume's own, float32 if interpolated
    depth_um : (n_layers,) int, rising by 1; negative above the DEJ
    spacing_yx_um : (y, x)
    """

    planes: NDArray[Any]
    depth_um: NDArray[np.int16]
    spacing_yx_um: tuple[float, float]


def crops_that_fit(shape: tuple[int, int, int], spacing_um: tuple[float, float, float]) -> int:
    """How many 400 µm crops stand side by side along a layer's long side: 1 to 3.

    >>> crops_that_fit((300, 500, 1224), (1, 1, 1))
    3

    Raises
    ------
    VolumeError
        A side of the layers is shorter than 400 µm.
    """
    sides = [(n, crop_px(um)) for n, um in zip(shape[1:], spacing_um[1:], strict=True)]
    if any(n < px for n, px in sides):
        y_um, x_um = (n * um for n, um in zip(shape[1:], spacing_um[1:], strict=True))
        raise VolumeError(
            f"layers of {y_um:g} x {x_um:g} µm are too small; both sides need {CROP_UM} µm "
            "(check the spacing)"
        )
    return min(MAX_CROPS, max(n // px for n, px in sides))


def crop_px(spacing_um: float) -> int:
    """Voxels across 400 µm."""
    return max(1, round(CROP_UM / spacing_um))


def dermis_below(volume: Volume, dej: Dej, sampling: Sampling = Sampling()) -> Slab:
    """Sample the dermis: layers 0 to 69 µm under the DEJ and their neighbours, by default.

    A layer lies a whole number of µm under the DEJ (at each column under a smoothed surface);
    between two slices it is interpolated linearly. Only the slices needed are read.

    Raises
    ------
    VolumeError
        The layers are too small for a crop, or blank.
    DejError
        The DEJ does not fit the volume, or leaves fewer than 20 layers.
    """
    crops_that_fit(volume.shape, volume.spacing_um)
    above, below = dej.reach(volume)
    first = max(-sampling.margin_um, 1 - above)
    last = min(sampling.thickness_um - 1 + sampling.margin_um, below - 1)
    depth_um = np.arange(first, last + 1, dtype=np.int16)
    planes = planes_at(volume, dej, first - 1, last + 1)
    if blank(planes):
        raise VolumeError(
            f"the layers under the DEJ are all of grey value {planes.flat[0]:g}; "
            "check the file and its window"
        )
    return Slab(planes, depth_um, (volume.spacing_um[1], volume.spacing_um[2]))


def planes_at(volume: Volume, dej: Dej, first_um: int, last_um: int) -> NDArray[Any]:
    """Planes from first to last whole µm under the DEJ: (n, y, x), uint8 or float32."""
    step = volume.spacing_um[0]
    depths = np.arange(first_um, last_um + 1)
    if dej.map_um is not None:
        return _follow(volume, dej.smoothed(volume.spacing_um[1:]), depths)
    at = (float(dej.depth_um or 0.0) + depths) / step
    whole = np.rint(at).astype(int)
    if np.abs(at - whole).max() < TOLERANCE:
        block = volume.layers(whole[0], whole[-1] + 1)
        return block if len(block) == len(whole) else block[whole - whole[0]]
    low = np.clip(np.floor(at + TOLERANCE).astype(int), 0, volume.shape[0] - 2)
    block = volume.layers(low[0], low[-1] + 2)
    planes = np.empty((len(at), *volume.shape[1:]), np.float32)
    for plane, z, part in zip(planes, low - low[0], at - low, strict=True):
        np.subtract(block[z + 1], block[z], out=plane, dtype=np.float32)
        np.multiply(plane, np.float32(part), out=plane)
        np.add(plane, block[z], out=plane)
    return planes


def blank(planes: NDArray[Any]) -> bool:
    """Whether all voxels are equal."""
    sample = planes[:, ::16, ::16]
    return bool(sample.min() == sample.max() and planes.min() == planes.max())


def _follow(
    volume: Volume, surface_um: NDArray[np.float32], depths: NDArray[np.int_]
) -> NDArray[np.float32]:
    """Planes at given depths under a surface, column by column, linear along z."""
    nz, step = volume.shape[0], volume.spacing_um[0]
    surface = surface_um / np.float32(step)
    top = max(0, math.floor(surface.min() + depths[0] / step))
    bottom = min(nz, math.floor(surface.max() + depths[-1] / step) + 2)
    block = volume.layers(top, bottom)
    planes = np.empty((len(depths), *surface.shape), np.float32)
    steps = (depths / step - top).astype(np.float32)[:, None]
    columns = np.empty((len(depths), surface.shape[1]), np.float32)
    columns[:] = np.arange(surface.shape[1])
    for y, row in enumerate(surface):  # a section at a time stays in the processor's cache
        section = block[:, y].astype(np.float32)
        planes[:, y] = cv2.remap(
            section, columns, steps + row, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
    return planes
