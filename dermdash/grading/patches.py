"""Patches of a slab as the network sees them: 400 µm crops, the layers z-1, z, z+1 as R, G, B."""

from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from dermdash.errors import VolumeError
from dermdash.imaging.slab import Slab, crop_px, crops_that_fit

SIZE_PX = 224
Patches = NDArray[np.float32]


def crop_origins(
    shape_yx: tuple[int, int], spacing_yx_um: tuple[float, float], crops: int | None = None
) -> list[tuple[int, int, int, int]]:
    """Where a layer's crops lie: (y0, x0, height, width) in voxels, the same in every layer.

    They are spread over the long side from end to end and centred on the short one.

    >>> crop_origins((500, 1224), (1, 1), 3)
    [(50, 0, 400, 400), (50, 412, 400, 400), (50, 824, 400, 400)]

    Raises
    ------
    VolumeError
        Fewer crops fit than are asked for.
    """
    fit = crops_that_fit((1, *shape_yx), (1.0, *spacing_yx_um))
    if crops is not None and crops > fit:
        raise VolumeError(f"{crops} crops a layer are asked for, {fit} fit; choose {fit} or fewer")
    count = crops or fit
    height, width = (crop_px(um) for um in spacing_yx_um)
    y_free, x_free = shape_yx[0] - height, shape_yx[1] - width
    along_x = shape_yx[1] // width >= shape_yx[0] // height
    places = [(i / (count - 1) if count > 1 else 0.5) for i in range(count)]
    return [
        (y_free // 2, round(x_free * place), height, width)
        if along_x
        else (round(y_free * place), x_free // 2, height, width)
        for place in places
    ]


def en_face_patches(slab: Slab, crops: int | None = None) -> Patches:
    """All patches of a slab: (n_layers * n_crops, 224, 224, 3) float32, 0 to 255, layer by layer.

    crops : a layer; None: as many as fit
    """
    return np.concatenate([patches.copy() for patches in iter_patches(slab, crops)])


def iter_patches(
    slab: Slab,
    crops: int | None = None,
    *,
    batch: int = 10,
    layers: range | None = None,
) -> Iterator[Patches]:
    """The patches of some layers in batches; each batch overwrites the one before.

    Every crop of every plane is resized once (bilinear on float32, as Keras does) and shared by
    the three patches that it is a channel of.

    layers : indices into the slab's layers; None: all
    batch : patches at a time
    """
    origins = crop_origins(slab.planes.shape[1:], slab.spacing_yx_um, crops)
    layers = range(len(slab.depth_um)) if layers is None else layers
    buffer = np.empty((batch, SIZE_PX, SIZE_PX, 3), np.float32)
    ring = np.empty((3, len(origins), SIZE_PX, SIZE_PX), np.float32)
    for plane in (layers.start, layers.start + 1):
        _resize(slab.planes[plane], origins, ring[plane % 3])
    filled = 0
    for layer in layers:
        _resize(slab.planes[layer + 2], origins, ring[(layer + 2) % 3])
        for crop in range(len(origins)):
            channels = [ring[(layer + neighbour) % 3, crop] for neighbour in (0, 1, 2)]
            cv2.merge(channels, dst=buffer[filled])
            filled += 1
            if filled == batch:
                yield buffer
                filled = 0
    if filled:
        yield buffer[:filled]


def _resize(plane: NDArray[Any], origins: list[tuple[int, int, int, int]], out: Patches) -> None:
    for (y, x, height, width), target in zip(origins, out, strict=True):
        crop = plane[y : y + height, x : x + width].astype(np.float32, copy=False)
        cv2.resize(crop, (SIZE_PX, SIZE_PX), dst=target, interpolation=cv2.INTER_LINEAR)
