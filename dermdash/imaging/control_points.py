"""A DEJ through a few depths that a reader pinned: a plane, a tilted plane, or a smooth surface."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from dermdash.errors import DejError
from dermdash.imaging.dej import MIN_LAYERS, Dej
from dermdash.imaging.volume import Volume

SAME_PLACE_UM = 5.0  # two pins nearer than this are one pin, moved
GRID_UM = 8.0  # between the places where a bent surface is computed; it bends over far more
PLANE_POINTS = 3  # with more points, the surface bends


@dataclass(frozen=True, slots=True)
class Point:
    """A place of the field and the depth of the DEJ there, in µm from the volume's first voxel."""

    y_um: float
    x_um: float
    depth_um: float

    def to_json(self) -> list[float]:
        return [self.y_um, self.x_um, self.depth_um]

    @classmethod
    def from_json(cls, values: Sequence[float]) -> "Point":
        return cls(*values)


def pin(points: Sequence[Point], point: Point) -> tuple[Point, ...]:
    """The points with one more, in the place of one that lies within 5 µm of it."""
    kept = [p for p in points if not _same_place(p, point)]
    return (*kept, point)


def dej_through(points: Sequence[Point], volume: Volume) -> Dej:
    """The DEJ through pinned points.

    One point is a plane. Two tilt it along the line between them; three, or more that lie on one
    line, are a tilted plane by least squares where they do not fix it. From four on the surface
    bends: a thin-plate spline, the smoothest surface through all of them. Where it would leave
    the volume between or beyond the points it is clipped, with room for 20 layers under it.

    Raises
    ------
    DejError
        There is no point, or one lies where the volume leaves no layer above or too few below.
    """
    spacing = volume.spacing_um
    deepest = deepest_um(volume)
    if not points:
        raise DejError("no depth is pinned; pin the DEJ at one place or more")
    for point in points:
        Dej.plane(point.depth_um).check(volume)
    depths = np.array([p.depth_um for p in points])
    if np.ptp(depths) == 0:
        return Dej.plane(float(depths[0]))
    _, n_y, n_x = volume.shape
    scale = max(n_y * spacing[1], n_x * spacing[2])
    pinned = np.array([(p.y_um, p.x_um) for p in points]) / scale
    rows = _places(n_y, spacing[1], bent=len(points) > PLANE_POINTS)
    columns = _places(n_x, spacing[2], bent=len(points) > PLANE_POINTS)
    y, x = np.meshgrid(rows / scale, columns / scale, indexing="ij")
    grid = _through(pinned, depths, np.column_stack([y.ravel(), x.ravel()]))
    surface = _enlarged(grid.reshape(y.shape), (n_y, n_x))
    return Dej.surface(np.clip(surface, 1.0, deepest).astype(np.float32))


def face_along(volume: Volume, dej: Dej) -> NDArray[np.uint8]:
    """The layer that lies in the DEJ, as drawn and not smoothed: (y, x), linear along z."""
    at = np.clip(_depths(dej) / volume.spacing_um[0], 0, volume.shape[0] - 1)
    low = np.minimum(at.astype(np.intp), volume.shape[0] - 2)
    block = volume.layers(int(low.min()), int(low.max()) + 2)
    if dej.map_um is None:
        upper, lower = block
    else:
        layer = volume.shape[1] * volume.shape[2]
        place = (low - low.min()) * layer + np.arange(layer).reshape(low.shape)
        upper, lower = block.reshape(-1).take(place), block.reshape(-1).take(place + layer)
    part = (at - low).astype(np.float32)
    if not part.any():
        return np.ascontiguousarray(upper)
    difference = np.subtract(lower, upper, dtype=np.float32)
    return np.asarray(upper + part * difference + np.float32(0.5), np.uint8)


def deepest_um(volume: Volume) -> float:
    """The deepest DEJ that leaves 20 layers under it."""
    return (volume.shape[0] - 1) * volume.spacing_um[0] - MIN_LAYERS


def depth_at(dej: Dej, y: int, x: int) -> float:
    """The depth of a DEJ at a column of the volume, in µm."""
    return float(dej.depth_um or 0.0) if dej.map_um is None else float(dej.map_um[y, x])


def mean_distance_um(a: Dej, b: Dej) -> float:
    """Mean absolute distance of two DEJs of one volume over its field, in µm."""
    return float(np.abs(_depths(a) - _depths(b)).mean())


def mean_um(dej: Dej) -> float:
    """Mean depth over the field."""
    return float(np.mean(_depths(dej), dtype=float))


def _depths(dej: Dej) -> NDArray[Any]:
    return np.array(dej.depth_um or 0.0) if dej.map_um is None else dej.map_um


def _same_place(a: Point, b: Point) -> bool:
    return float(np.hypot(a.y_um - b.y_um, a.x_um - b.x_um)) < SAME_PLACE_UM


def _places(n: int, step_um: float, *, bent: bool) -> NDArray[np.float64]:
    """Where along a side of the field the surface is computed, in µm, its ends among them.

    A tilted plane needs no more than the four corners.
    """
    last = (n - 1) * step_um
    return np.linspace(0.0, last, min(n, max(2, round(last / GRID_UM) + 1)) if bent else min(n, 2))


def _through(
    pinned: NDArray[np.float64], depths: NDArray[np.float64], places: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Depths at places of the plane, or the thin-plate spline, through pinned depths.

    Least squares of least norm, so that points of one line or of one place leave the tilt that
    they do not fix at 0.
    """
    centre, mean = pinned.mean(axis=0), depths.mean()
    pinned, places = pinned - centre, places - centre
    tilts = np.column_stack([np.ones(len(pinned)), pinned])
    at_places = np.column_stack([np.ones(len(places)), places])
    if len(pinned) > PLANE_POINTS:
        n = len(pinned)
        system = np.zeros((n + 3, n + 3))
        system[:n, :n] = _bending(pinned, pinned)
        system[:n, n:], system[n:, :n] = tilts, tilts.T
        wanted = np.concatenate([depths - mean, np.zeros(3)])
        at_places = np.column_stack([_bending(places, pinned), at_places])
    else:
        system, wanted = tilts, depths - mean
    weights = np.linalg.lstsq(system, wanted, rcond=1e-10)[0]
    return np.asarray(mean + at_places @ weights)


def _bending(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """r² log r between places: (len(a), len(b))."""
    squared = np.square(a[:, None] - b[None]).sum(axis=2)
    return np.asarray(0.5 * squared * np.log(np.maximum(squared, 1e-300)))


def _enlarged(grid: NDArray[np.float64], shape_yx: tuple[int, int]) -> NDArray[np.float32]:
    """The grid at each column of the volume, linear between its knots."""
    at_y, at_x = (
        np.linspace(0, had - 1, wanted, dtype=np.float32)
        for had, wanted in zip(grid.shape, shape_yx, strict=True)
    )
    columns, rows = np.meshgrid(at_x, at_y)
    return np.asarray(cv2.remap(grid.astype(np.float32), columns, rows, cv2.INTER_LINEAR))
