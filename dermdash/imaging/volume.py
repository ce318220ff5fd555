"""A scan's voxels: (z, y, x), z down into the skin, read layer by layer when asked for."""

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from dermdash.errors import VolumeError
from dermdash.imaging.files import shown
from dermdash.imaging.intensity import BYTE, Window, measure_window, to_uint8
from dermdash.imaging.readers import MAX_PAGE_VOXELS, open_tiff

SpacingSource = Literal["tags", "given", "assumed"]
SAMPLE_PAGES = 9  # spread over the stack: enough for the window's percentiles


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file's pages become a volume; what is None is taken from the file.

    axes : order of the file's pages, rows and columns ("zyx": pages are en face;
        "yzx": pages are B-scans); None: as the file says, else "zyx"
    spacing_um : along z, y and x; None: as the file says, else 1 µm, marked as assumed
    window : grey values shown as 0 and 255; None: 0 and 255 for uint8, else measured

    >>> Reading.from_json(Reading(axes="yzx").to_json())
    Reading(axes='yzx', spacing_um=None, window=None)
    """

    axes: str | None = None
    spacing_um: tuple[float, float, float] | None = None
    window: Window | None = None

    def __post_init__(self) -> None:
        if self.axes is not None and sorted(self.axes) != ["x", "y", "z"]:
            raise VolumeError(
                f"axes={self.axes!r} is no order of z, y and x; write zyx (pages are en face) "
                "or yzx (pages are B-scans)"
            )
        if self.spacing_um is not None and not (
            len(self.spacing_um) == 3 and all(0.01 <= um <= 1000 for um in self.spacing_um)
        ):
            raise VolumeError(
                f"spacing_um={self.spacing_um} is no spacing; give three lengths of .01 to 1000 µm"
            )
        if self.window is not None and not (
            all(map(math.isfinite, self.window)) and self.window[0] < self.window[1]
        ):
            raise VolumeError(f"window={self.window} is no window; give a lower and a higher value")

    def to_json(self) -> dict[str, Any]:
        return {
            "axes": self.axes,
            "spacing_um": None if self.spacing_um is None else list(self.spacing_um),
            "window": None if self.window is None else list(self.window),
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Reading":
        spacing, window = values.get("spacing_um"), values.get("window")
        return cls(
            axes=values.get("axes"),
            spacing_um=None if spacing is None else (spacing[0], spacing[1], spacing[2]),
            window=None if window is None else (window[0], window[1]),
        )


class Stack(Protocol):
    """Where voxels come from: pages of rows of columns."""

    @property
    def shape(self) -> tuple[int, int, int]: ...

    def read(self, pages: slice, rows: slice) -> NDArray[Any]: ...


@dataclass(frozen=True, slots=True)
class ArrayStack:
    """Voxels in memory."""

    array: NDArray[Any]

    @property
    def shape(self) -> tuple[int, int, int]:
        pages, rows, columns = self.array.shape
        return pages, rows, columns

    def read(self, pages: slice, rows: slice) -> NDArray[Any]:
        return self.array[pages, rows]


@dataclass(frozen=True, eq=False)
class Volume:
    """A scan: its place, geometry and reading; voxels come by `layers`, `b_scan`, `en_face`.

    shape : (nz, ny, nx)
    spacing_um : (z, y, x)
    dtype : of the voxels in the file
    reading : what was read how, with nothing left open

    >>> Volume.from_array(np.zeros((3, 4, 5), np.uint8)).b_scan(2).shape
    (3, 5)
    """

    path: Path | None
    shape: tuple[int, int, int]
    spacing_um: tuple[float, float, float]
    spacing_source: SpacingSource
    dtype: np.dtype[Any]
    reading: Reading
    stack: Stack
    inverted: bool = False

    @classmethod
    def from_array(
        cls,
        array: NDArray[np.uint8],
        spacing_um: tuple[float, float, float] = (1.0, 1.0, 1.0),
    ) -> "Volume":
        """A volume in memory from (z, y, x) uint8 voxels."""
        stack = ArrayStack(array)
        reading = Reading(axes="zyx", spacing_um=spacing_um, window=BYTE)
        return cls(None, stack.shape, spacing_um, "given", array.dtype, reading, stack)

    @cached_property
    def sha256(self) -> str:
        """Of the file's bytes, or of the voxels in memory; computed at the first call."""
        if self.path is None:
            return hashlib.sha256(self.layers(0, self.shape[0]).tobytes()).hexdigest()
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def check_voxels(self) -> None:
        """See, before a volume is stored, that there is something to grade; reads a few pages.

        Raises
        ------
        VolumeError
            The voxels are all equal, or NaN or infinite.
        """
        measure_window(_sample(self.stack))

    def layers(self, start: int, stop: int) -> NDArray[np.uint8]:
        """En-face layers start to stop - 1: (n, y, x); no other page of the file is read."""
        return self._read("z", start, stop)

    def en_face(self, z: int) -> NDArray[np.uint8]:
        """The layer of index z: (y, x)."""
        return self.layers(z, z + 1).reshape(self.shape[1:])

    def b_scan(self, y: int) -> NDArray[np.uint8]:
        """The section of index y: (z, x)."""
        return self._read("y", y, y + 1)[:, 0]

    def cross_b_scan(self, x: int) -> NDArray[np.uint8]:
        """The section of index x, across the others: (z, y)."""
        return self._read("x", x, x + 1)[:, :, 0]

    def _read(self, axis: str, start: int, stop: int) -> NDArray[np.uint8]:
        size = self.shape["zyx".index(axis)]
        if not 0 <= start < stop <= size:
            raise VolumeError(
                f"{axis} from {start} to {stop - 1} lies outside the volume; "
                f"it has {axis} from 0 to {size - 1}"
            )
        axes = self.reading.axes or "zyx"
        pages, rows, columns = (
            slice(start, stop) if name == axis else slice(None) for name in axes
        )
        block = self.stack.read(pages, rows)[:, :, columns]
        block = block.transpose([axes.index(name) for name in "zyx"])
        return to_uint8(block, self.reading.window or BYTE, inverted=self.inverted)


def read_volume(path: Path | str, reading: Reading = Reading()) -> Volume:
    """Open a volume's file; of its voxels at most a sample is read.

    Raises
    ------
    VolumeError
        The file cannot be read as one stack of grey pages.
    """
    path = Path(path)
    stack = open_tiff(path)
    axes = reading.axes or stack.axes or "zyx"
    place = [axes.index(axis) for axis in "zyx"]
    nz, ny, nx = (stack.shape[i] for i in place)
    if ny * nx > MAX_PAGE_VOXELS:
        raise VolumeError(
            f"{shown(path)} has layers of {ny} x {nx} voxels; "
            f"at most {MAX_PAGE_VOXELS:,} a layer can be graded"
        )
    spacing, source = _spacing(reading, tuple(stack.spacing_um[i] for i in place))
    window = reading.window or (BYTE if stack.dtype == np.uint8 else _window(path, stack))
    return Volume(
        path=path,
        shape=(nz, ny, nx),
        spacing_um=spacing,
        spacing_source=source,
        dtype=stack.dtype,
        reading=replace(reading, axes=axes, spacing_um=spacing, window=window),
        stack=stack,
        inverted=stack.inverted,
    )


def _spacing(
    reading: Reading, tags: tuple[float | None, ...]
) -> tuple[tuple[float, float, float], SpacingSource]:
    if reading.spacing_um is not None:
        z, y, x = map(float, reading.spacing_um)
        return (z, y, x), "given"
    z, y, x = (1.0 if um is None else um for um in tags)
    return (z, y, x), "assumed" if None in tags else "tags"


def _sample(stack: Stack) -> NDArray[Any]:
    """Some pages from the first on, evenly spread."""
    step = max(1, stack.shape[0] // (SAMPLE_PAGES - 1))
    return stack.read(slice(0, None, step), slice(None))


def _window(path: Path, stack: Stack) -> Window:
    try:
        return measure_window(_sample(stack)[:, ::2, ::2])
    except VolumeError as error:
        raise VolumeError(f"{shown(path)}: {error}") from error
