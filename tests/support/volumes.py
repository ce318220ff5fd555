"""Small volumes to read and grade."""

import numpy as np
from numpy.typing import NDArray

from dermdash.imaging.volume import Volume


def texture(shape: tuple[int, int, int] = (24, 50, 60), seed: int = 0) -> NDArray[np.uint8]:
    """Voxels (z, y, x) that differ in every layer, row and column, over all grey values."""
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def ramp(
    n_layers: int = 100,
    shape_yx: tuple[int, int] = (400, 400),
    spacing_um: tuple[float, float, float] = (1.0, 1.0, 1.0),
) -> Volume:
    """A volume whose grey value is the slice's number, so that a plane tells where it lies."""
    slices = np.arange(n_layers, dtype=np.uint8)[:, None, None]
    return Volume.from_array(np.broadcast_to(slices, (n_layers, *shape_yx)), spacing_um)
