"""Webs of thin lines: borders of wandering cells, and contours of random fields."""

from dataclasses import dataclass, field
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from dermdash.imaging.phantom.fields import DepthField, Plane, gaussian_field

Mask = NDArray[np.uint8]


class Web(Protocol):
    """Something that draws lines one pixel wide into an en-face plane."""

    def lines(self, z: float) -> Mask:
        """(y, x) uint8 at depth ``z`` in µm: 1 on a line, else 0."""
        ...


@dataclass(slots=True)
class Cells:
    """Points that wander with depth, and the territory of each.

    shape_yx : (y, x) in µm; size_um : mean distance of neighbours
    regular : 0 scattered, 1 nearly a grid; wander_um : depth over which a point moves by its size
    stretch, angle, wavy_um : the plane is stretched and bent before points are looked up
    """

    shape_yx: tuple[int, int]
    size_um: float
    seed: int
    regular: float = 0.8
    wander_um: float = 15.0
    stretch: float = 1.0
    angle: float = 0.0
    wavy_um: float = 0.0
    _bent: tuple[Plane, Plane] = field(init=False)
    _extent: tuple[int, int] = field(init=False)
    _start: NDArray[np.float64] = field(init=False)
    _phase: NDArray[np.float64] = field(init=False)

    def __post_init__(self) -> None:
        rng = np.random.default_rng([self.seed, 2])
        y, x = np.mgrid[: self.shape_yx[0], : self.shape_yx[1]].astype(np.float32)
        cos, sin = np.cos(self.angle), np.sin(self.angle)
        along = (cos * x + sin * y) / np.sqrt(self.stretch)
        across = (cos * y - sin * x) * np.sqrt(self.stretch)
        self._bent = (self._bend(along, rng), self._bend(across, rng))
        along, across = self._bent
        self._extent = (int(across.max()) + 2, int(along.max()) + 2)
        size = self.size_um
        rows, columns = (int(n / size) + 3 for n in self._extent)
        grid = np.argwhere(np.ones((rows, columns), bool)).astype(float)
        grid[:, 1] += 0.5 * (grid[:, 0] % 2)
        jitter = rng.uniform(-1, 1, grid.shape) * (1.15 - self.regular)
        self._start = (grid - 0.75 + jitter) * size
        self._phase = rng.uniform(0, 2 * np.pi, (2, *grid.shape))

    def _bend(self, straight: Plane, rng: np.random.Generator) -> Plane:
        """Coordinates with waves in them, from 0 up."""
        bent = straight.copy()
        if self.wavy_um:
            waves = gaussian_field(rng, self.shape_yx, wavelength_um=2.2 * self.size_um)
            bent += np.float32(self.wavy_um) * waves
        bent -= bent.min()
        return bent.astype(np.float32)

    @property
    def n(self) -> int:
        """Number of points."""
        return len(self._start)

    def territories(self, z: float) -> tuple[NDArray[np.float32], NDArray[np.uint16]]:
        """Distance to the nearest point (µm) and its index, both (y, x), at depth ``z``."""
        turn = z / self.wander_um
        moved = np.sin(1.3 * turn + self._phase[0]) + np.sin(2.1 * turn + self._phase[1])
        points = np.rint(self._start + 0.33 * self.size_um * moved).astype(int)
        inside = ((points >= 0) & (points < self._extent)).all(axis=1)
        seeds = np.ones(self._extent, np.uint8)
        seeds[points[inside, 0], points[inside, 1]] = 0
        distance, labels = cv2.distanceTransformWithLabels(
            seeds, cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL
        )
        index = np.zeros(labels.max() + 1, np.uint16)
        index[labels[points[inside, 0], points[inside, 1]]] = np.flatnonzero(inside)
        bent_x, bent_y = self._bent
        owner = cv2.remap(index[labels], bent_x, bent_y, cv2.INTER_NEAREST)
        distance = cv2.remap(distance, bent_x, bent_y, cv2.INTER_LINEAR)
        return np.asarray(distance, np.float32), np.asarray(owner, np.uint16)


@dataclass(frozen=True, slots=True)
class CellWeb:
    """The borders between cells: a closed web with branches."""

    cells: Cells

    def lines(self, z: float) -> Mask:
        return borders(self.cells.territories(z)[1])


@dataclass(frozen=True, slots=True)
class ContourWeb:
    """The zero lines of two random fields: winding lines that cross."""

    fields: tuple[DepthField, DepthField]

    def lines(self, z: float) -> Mask:
        first, second = (borders((f.at(z) > 0).view(np.uint8)) for f in self.fields)
        return np.bitwise_or(first, second)


def borders(owner: NDArray[np.generic]) -> Mask:
    """1 where a pixel's owner differs from that of its right or lower neighbour, else 0.

    >>> borders(np.array([[1, 1, 2], [1, 1, 2]], np.uint8)).tolist()
    [[0, 1, 0], [0, 1, 0]]
    """
    lines = np.zeros(owner.shape, np.uint8)
    lines[:, :-1] = owner[:, 1:] != owner[:, :-1]
    lines[:-1] |= owner[1:] != owner[:-1]
    return lines
