"""Grey values of any type as 0 to 255, through one window per volume."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dermdash.errors import VolumeError

Window = tuple[float, float]
BYTE: Window = (0.0, 255.0)
FULL_SCALES = (1.0, 255.0, 1023.0, 4095.0, 16_383.0, 65_535.0)
TAILS = (0.1, 99.9)  # per cent; leaves out hot and dead voxels


def measure_window(sample: NDArray[Any]) -> Window:
    """Grey values to show as 0 and 255, from a sample of a volume's voxels.

    Eight-bit values in a wider type keep their scale, and so do values that fill at least half
    of a detector's full scale (1, 10 to 16 bits): a volume saved in another type then grades as
    before. All others are stretched between their 0.1 and 99.9 percentiles.

    >>> measure_window(np.array([0, 130, 200], np.uint16))
    (0.0, 255.0)
    >>> measure_window(np.array([0, 30_000, 60_000], np.uint16))
    (0.0, 65535.0)

    Raises
    ------
    VolumeError
        The sample is of one value, or holds NaN or infinity.
    """
    check_finite(sample)
    low, high = float(sample.min()), float(sample.max())
    if low == high:
        raise VolumeError(f"all voxels are {low:g}; a volume needs different grey values")
    whole = sample.dtype.kind != "f" or bool(np.all(sample == np.rint(sample)))
    if sample.dtype.kind == "b":
        return 0.0, 1.0
    if low >= 0 and whole and 1 < high <= 255:
        return BYTE
    tail_low, tail_high = (float(value) for value in np.percentile(sample, TAILS))
    for scale in FULL_SCALES:
        if low >= 0 and scale / 2 <= tail_high and high <= scale:
            return 0.0, scale
    return (tail_low, tail_high) if tail_low < tail_high else (low, high)


def to_uint8(values: NDArray[Any], window: Window, *, inverted: bool = False) -> NDArray[np.uint8]:
    """Map the window to 0 and 255, rounded; what lies beyond it is clipped.

    Raises
    ------
    VolumeError
        A voxel is NaN or infinite.
    """
    if values.dtype == np.uint8 and window == BYTE:
        grey: NDArray[np.uint8] = np.ascontiguousarray(values)
        return 255 - grey if inverted else grey
    check_finite(values)
    low, high = window
    grey = np.empty(values.shape, np.uint8)
    for plane, source in zip(grey, values, strict=True):
        scaled = (source.astype(np.float64) - low) * (255.0 / (high - low))
        plane[...] = np.rint(np.clip(scaled, 0.0, 255.0))
    return 255 - grey if inverted else grey


def check_finite(values: NDArray[Any]) -> None:
    """Refuse NaN and infinity."""
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        raise VolumeError("some voxels are NaN or infinite; export the volume without them")
