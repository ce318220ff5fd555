"""What a volume's voxels say of its quality, without knowing where the dermis begins."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from dermdash.imaging.volume import Reading, Volume, read_volume

QUALITY_VERSION = 1  # part of a read-out's key: raise it when the same voxels read differently
BLOCK_BYTES = 64_000_000  # read at a time
BLACK = 5  # grey level that 99 % of a black layer's voxels do not exceed
SAME = 2, 0.01  # of a repeated layer at most 1 % of the voxels differ by more than 2 grey levels
STRUCTURE_UM = 4.0  # voxels are averaged over so much, which fibres and cells outlive
SHADE_UM = 50.0  # what is wider is light and shade, and no structure
SIGNAL = 0.2  # correlation of neighbours at which structure has half the amplitude of noise
SMOOTH_UM = 9.0  # running median along depth, so that single layers do not end the signal
MAX_STEP_UM = 2.0  # layers further apart may differ though both are good


@dataclass(frozen=True, slots=True)
class Quality:
    """The read-outs of a volume; layers are counted from the first one, at 0.

    saturated_high, saturated_low : share of all voxels at 255, and at 0
    black_layers : layers that are dark all over
    repeated_layers : layers that equal the one above them, but for the noise of a lossy copy
    signal_from_um, signal_to_um : first and last depth of the longest run of layers that share
        structure with their neighbours; None where none does, or layers lie over 2 µm apart
    contrast : median over these layers (over all where there are none) of the grey levels between
        their 5 % and 95 % quantiles, of 255
    mean_grey : of all voxels
    depth_um : of the last layer
    """

    saturated_high: float
    saturated_low: float
    black_layers: tuple[int, ...]
    repeated_layers: tuple[int, ...]
    signal_from_um: float | None
    signal_to_um: float | None
    contrast: float
    mean_grey: float
    depth_um: float
    layer_step_um: float

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"version": QUALITY_VERSION}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        known = {field.name: values[field.name] for field in fields(cls)}
        for name in ("black_layers", "repeated_layers"):
            known[name] = tuple(known[name])
        return cls(**known)


def measure_quality(volume: Volume) -> Quality:
    """Read each layer once, and say what is wrong with it.

    Structure is what neighbouring layers, 1 µm apart, have in common: noise is new in each. Both
    are averaged over 4 µm, and what is wider than 50 µm is taken out. A layer's correlation with
    its neighbour is then structure / (structure + noise) in variance, whatever the brightness.

    Raises
    ------
    VolumeError
        The file cannot be read.
    """
    cv2.setNumThreads(1)
    spacing_z, spacing_y, spacing_x = volume.spacing_um
    n_layers = volume.shape[0]
    counts = np.empty((n_layers, 256), np.int64)
    shared = np.zeros(n_layers)  # correlation with the layer above
    step = max(1, round(1 / spacing_z))
    before: list[NDArray[np.float32]] = []
    above: NDArray[np.uint8] | None = None
    repeated = []
    for z, plane in enumerate(_planes(volume)):
        counts[z] = np.asarray(cv2.calcHist([plane], [0], None, [256], [0, 256])).ravel()
        structure = _structure(plane, (spacing_y, spacing_x))
        if len(before) == step:
            shared[z] = _correlation(before.pop(0), structure)
        before.append(structure)
        if above is not None and not _flat(counts[z]) and _same(above, plane):
            repeated.append(z)
        above = plane.copy()
    total = counts.sum(axis=0)
    spread = _quantile(counts, 0.95) - _quantile(counts, 0.05)
    first, last = (None, None)
    if step * spacing_z <= MAX_STEP_UM:
        first, last = _longest_run(_smooth(shared, step, spacing_z) >= SIGNAL)
    usable = slice(None) if first is None or last is None else slice(first, last + 1)
    return Quality(
        saturated_high=float(total[255] / total.sum()),
        saturated_low=float(total[0] / total.sum()),
        black_layers=tuple(np.flatnonzero(_quantile(counts, 0.99) <= BLACK).tolist()),
        repeated_layers=tuple(repeated),
        signal_from_um=None if first is None else first * spacing_z,
        signal_to_um=None if last is None else last * spacing_z,
        contrast=float(np.median(spread[usable])),
        mean_grey=float((total * np.arange(256)).sum() / total.sum()),
        depth_um=(n_layers - 1) * spacing_z,
        layer_step_um=spacing_z,
    )


def measure_file(path: Path, reading: Reading) -> Quality:
    """What an engine's process runs: the read-outs of one file."""
    return measure_quality(read_volume(path, reading))


def _planes(volume: Volume) -> Iterator[NDArray[np.uint8]]:
    """The layers from the first to the last, read in blocks."""
    n_layers, n_y, n_x = volume.shape
    block = max(1, BLOCK_BYTES // (n_y * n_x))
    for start in range(0, n_layers, block):
        yield from volume.layers(start, min(start + block, n_layers))


def _structure(plane: NDArray[np.uint8], spacing_yx: tuple[float, float]) -> NDArray[np.float32]:
    """A layer on a grid of 4 µm, without what is wider than 50 µm."""
    n_y, n_x = (
        max(1, round(n * um / STRUCTURE_UM)) for n, um in zip(plane.shape, spacing_yx, strict=True)
    )
    size = (min(n_x, plane.shape[1]), min(n_y, plane.shape[0]))
    small = cv2.resize(plane, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    wide = round(SHADE_UM / STRUCTURE_UM) | 1
    return np.asarray(small - cv2.blur(small, (wide, wide)), np.float32)


def _correlation(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    size = float(np.sqrt(np.vdot(one, one) * np.vdot(other, other)))
    return float(np.vdot(one, other)) / size if size > 0 else 0.0


def _same(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> bool:
    levels, share = SAME
    if np.count_nonzero(cv2.absdiff(one[::16], other[::16]) > levels) > share * one[::16].size:
        return False
    return bool(np.count_nonzero(cv2.absdiff(one, other) > levels) <= share * one.size)


def _flat(counts: NDArray[np.int64]) -> bool:
    return bool(_quantile(counts[None], 0.99)[0] - _quantile(counts[None], 0.01)[0] <= BLACK)


def _quantile(counts: NDArray[np.int64], q: float) -> NDArray[np.int64]:
    """Of each layer's voxels: (n,) grey levels from (n, 256) counts."""
    below = counts.cumsum(axis=1)
    return np.asarray((below < q * below[:, -1:]).sum(axis=1))


def _smooth(shared: NDArray[np.float64], step: int, spacing_z: float) -> NDArray[np.float64]:
    """Each layer's correlation with its better neighbour, by running median along depth."""
    better = np.maximum(shared, np.append(shared, np.zeros(step))[step:])
    half = max(1, round(SMOOTH_UM / spacing_z / 2))
    padded = np.pad(better, half, mode="reflect" if len(better) > half else "edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * half + 1)
    return np.asarray(np.median(windows, axis=1))


def _longest_run(good: NDArray[np.bool_]) -> tuple[int | None, int | None]:
    """First and last place of the longest run of true values.

    >>> _longest_run(np.array([True, False, True, True]))
    (2, 3)
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[False], good, [False]]).astype(np.int8)))
    starts, stops = edges[::2], edges[1::2]
    if not len(starts):
        return None, None
    longest = int(np.argmax(stops - starts))
    return int(starts[longest]), int(stops[longest]) - 1
