"""The dermo-epidermal junction (DEJ): one depth, or a map of depths, from the first slice down."""

import csv
import hashlib
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from dermdash.errors import DejError, VolumeError
from dermdash.imaging.files import check_file, shown
from dermdash.imaging.readers import open_map
from dermdash.imaging.volume import Volume

# Layers that follow every papilla (60 to 150 µm apart) shear the fibres that they should show: the
# steeper the surface, the lower phantoms of constant quality scored. With 45 µm half of a wave of
# 240 µm is left (.8 of 400 µm, .02 of 100 µm): folds are followed, papillae averaged over, as by a
# plane. The tilt of a scan is kept whole.
SMOOTHING_UM = 45.0
MIN_LAYERS = 20  # µm of dermis; a score over fewer is no score of the dermis
TOLERANCE = 1e-3  # µm, or slices: smoothing in single precision loses a hundredth of it
MAX_CSV_BYTES = 200_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Dej:
    """Where the dermis begins, in µm from the first slice of the volume.

    kind : "plane" (one depth everywhere) or "surface" (a depth for each column)
    depth_um : of a plane, else None
    map_um : (y, x) float32 of a surface, else None

    >>> Dej.plane(62).median_um
    62.0
    """

    kind: Literal["plane", "surface"]
    depth_um: float | None = None
    map_um: NDArray[np.float32] | None = None

    @classmethod
    def plane(cls, depth_um: float) -> "Dej":
        """One depth everywhere.

        Raises
        ------
        DejError
            The depth is no number of µm from 0 up.
        """
        try:
            depth = float(depth_um)
        except (TypeError, ValueError) as error:
            raise DejError(f"dej_um={depth_um!r} is not a number; give a depth in µm") from error
        if not math.isfinite(depth):
            raise DejError(f"dej_um={depth} is not a number; give a depth in µm")
        if depth < 0:
            raise DejError(f"dej_um={depth:g} is negative; give its depth under the first slice")
        return cls("plane", depth_um=depth)

    @classmethod
    def surface(cls, map_um: NDArray[Any]) -> "Dej":
        """A depth for each column (y, x) of the volume.

        Raises
        ------
        DejError
            The map is not two-dimensional, or a depth is no number of µm from 0 up.
        """
        if map_um.ndim != 2 or map_um.size == 0 or map_um.dtype.kind not in "uif":
            raise DejError(
                f"the DEJ map is a {map_um.dtype} array of shape {map_um.shape}; "
                "give one depth in µm for each y and x"
            )
        depths = np.array(map_um, np.float32)
        bad = int(np.count_nonzero(~np.isfinite(depths)))
        if bad:
            raise DejError(f"the DEJ map has {bad:,} depths that are no numbers; fill every column")
        if depths.min() < 0:
            raise DejError(
                f"the DEJ map goes up to {depths.min():g} µm; count depths from the first slice"
            )
        depths.setflags(write=False)
        return cls("surface", map_um=depths)

    @property
    def median_um(self) -> float:
        """The depth itself, or the median of the map."""
        if self.map_um is None:
            return float(self.depth_um or 0.0)
        return float(np.median(self.map_um))

    @property
    def digest(self) -> str:
        """sha256 of what is graded from: kind and depths, whatever file they came in."""
        if self.map_um is None:
            return hashlib.sha256(f"plane {self.depth_um!r}".encode()).hexdigest()
        head = f"surface {self.map_um.shape[0]} {self.map_um.shape[1]} ".encode()
        return hashlib.sha256(head + self.map_um.astype("<f4").tobytes()).hexdigest()

    def check(self, volume: Volume) -> None:
        """See that the DEJ fits a volume and leaves enough dermis.

        Raises
        ------
        DejError
            It does not.
        """
        self.reach(volume)

    def reach(self, volume: Volume) -> tuple[int, int]:
        """Whole µm that a volume holds above and below the DEJ, at every column.

        Raises
        ------
        DejError
            The DEJ lies beyond the volume, has no layer above it or too few below, or is a map
            of another shape.
        """
        bottom = (volume.shape[0] - 1) * volume.spacing_um[0]
        if self.map_um is None:
            what = "dej_um"
            given = followed = np.array([self.depth_um])
        else:
            check_map_shape(self, volume.shape[1:])
            what = "the DEJ map's depth"
            given, followed = self.map_um, self.smoothed(volume.spacing_um[1:])
        if given.max() > bottom:
            raise DejError(
                f"{what}={given.max():g} lies below the volume ({bottom:g} µm deep); check the DEJ"
            )
        if given.min() < 1 - TOLERANCE:
            raise DejError(
                f"{what}={given.min():g} leaves no layer above the DEJ; it must be 1 µm or deeper"
            )
        above = math.floor(followed.min() + TOLERANCE)
        below = math.floor(bottom - followed.max() + TOLERANCE)
        if below < MIN_LAYERS:
            raise DejError(
                f"{what}={followed.max():g} leaves {max(below, 0)} layers in a volume "
                f"{bottom:g} µm deep; at least {MIN_LAYERS} are needed"
            )
        return max(above, 1), below

    def smoothed(self, spacing_yx_um: tuple[float, float]) -> NDArray[np.float32]:
        """The surface that layers follow: (y, x) µm, within the depths of the map.

        What the map has beside its tilt is smoothed by a Gaussian of 45 µm.
        """
        if self.map_um is None:
            raise DejError("a plane has no surface to smooth")
        tilt = _tilt(self.map_um)
        y, x = (SMOOTHING_UM / um for um in spacing_yx_um)
        relief = cv2.GaussianBlur(self.map_um - tilt, (0, 0), x, None, y, cv2.BORDER_REFLECT)
        return np.asarray(np.clip(tilt + relief, self.map_um.min(), self.map_um.max()), np.float32)


def parse_depth(text: str, *, name: str) -> float:
    """The depth that was typed, in µm, with a point or a comma before its decimals.

    Raises
    ------
    DejError
        The text is no finite number.

    >>> parse_depth("62,5", name="dej_um")
    62.5
    """
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise DejError(f"{name}={text[:40]!r} is not a number; write a depth in um, such as 62.5")
    return value


def read_dej_map(path: Path | str, shape_yx: tuple[int, int] | None = None) -> Dej:
    """A surface from a file of depths in µm: one TIFF page, or CSV rows (y) of columns (x).

    Raises
    ------
    DejError
        The file is no map of depths, or not of the volume's (y, x).
    """
    path = Path(path)
    try:
        if path.suffix.lower() in (".csv", ".txt", ".tsv"):
            depths = _read_csv(path)
        else:
            depths = open_map(path)
        dej = Dej.surface(depths)
    except VolumeError as error:
        raise DejError(str(error)) from error
    except DejError as error:
        raise DejError(f"{shown(path)}: {error}") from error
    if shape_yx is not None:
        check_map_shape(dej, shape_yx)
    return dej


def check_map_shape(dej: Dej, shape_yx: tuple[int, int]) -> None:
    """Refuse a map that does not give each column of the volume its depth."""
    if dej.map_um is not None and dej.map_um.shape != tuple(shape_yx):
        rows, columns = dej.map_um.shape
        raise DejError(
            f"the DEJ map has {rows} rows (y) and {columns} columns (x), "
            f"the volume {shape_yx[0]} and {shape_yx[1]}; give one depth for each column"
        )


def _read_csv(path: Path) -> NDArray[np.float32]:
    check_file(path)
    if path.stat().st_size > MAX_CSV_BYTES:
        raise DejError("the map is over 200 MB; one number for each column is enough")
    rows: list[NDArray[np.float32]] = []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            mark = next((mark for mark in "\t;," if mark in file.readline()), ",")
            file.seek(0)
            for row in csv.reader(file, delimiter=mark):
                while row and not row[-1].strip():
                    row.pop()
                if row:
                    rows.append(np.array([_depth(cell) for cell in row], np.float32))
    except (OSError, UnicodeError, csv.Error) as error:
        reason = getattr(error, "strerror", None) or "it is not a CSV table"
        raise DejError(f"the map cannot be read: {reason}") from error
    if not rows or len({len(row) for row in rows}) != 1:
        raise DejError("the map's rows differ in length or are missing; give one row for each y")
    return np.stack(rows)


def _depth(cell: str) -> float:
    try:
        return float(cell.replace(",", ".") or "nan")
    except ValueError as error:
        raise DejError(f"the map holds the text {cell[:40]!r}; give depths in µm only") from error


def _tilt(map_um: NDArray[np.float32]) -> NDArray[np.float32]:
    """The plane of least squares through a map: (y, x) µm."""
    depths = map_um.astype(float)
    centre = depths.mean()
    plane = np.full(depths.shape, centre)
    for axis, n in enumerate(depths.shape):
        place = np.arange(n) - (n - 1) / 2
        slope = place @ (depths.mean(axis=1 - axis) - centre) / max(place @ place, 1.0)
        plane += np.expand_dims(slope * place, 1 - axis)
    return plane.astype(np.float32)
