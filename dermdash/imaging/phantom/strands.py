"""Drawn fibres: winding curves of a given length that lie at a depth and fade from it."""

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from dermdash.imaging.phantom.fields import Plane

STEP_UM = 4.0


@dataclass(slots=True)
class Strands:
    """Curves scattered through depth, each seen in a few planes and drifting through them.

    shape_yx : (y, x) in µm; length_um : shortest and longest; per_um2 : length drawn in a plane
    bend : radians of turning a step of 4 µm; span_um : depth in which a strand is seen
    stretch, angle : preferred direction (1 none)
    """

    shape_yx: tuple[int, int]
    length_um: tuple[float, float]
    per_um2: float
    seed: int
    bend: float = 0.35
    span_um: float = 8.0
    stretch: float = 1.0
    angle: float = 0.0
    _slabs: dict[int, tuple[NDArray[np.float32], ...]] = field(default_factory=dict)

    def lines(self, z: float, kept: Plane | None = None) -> NDArray[np.uint8]:
        """(y, x) uint8 at depth ``z`` in µm: 1 on a strand, else 0.

        kept : (y, x) 0 to 1, the share of strands that is drawn there; all by default
        """
        plane = np.zeros(self.shape_yx, np.uint8)
        slab = int(np.floor(z / self.span_um))
        for index in (slab - 1, slab, slab + 1):
            curves, depth, lot, drift = self._slab(index)
            away = z - depth
            seen = np.abs(away) < self.span_um / 2
            if kept is not None:
                middle = curves[:, curves.shape[1] // 2]
                row = np.clip(middle[:, 1], 0, self.shape_yx[0] - 1).astype(int)
                column = np.clip(middle[:, 0], 0, self.shape_yx[1] - 1).astype(int)
                seen &= lot < kept[row, column]
            placed = curves[seen] + (drift * away[:, None])[seen][:, None]
            # Sixteenths of a pixel; a short strand stays at its last point.
            cv2.polylines(
                plane, list(np.rint(placed * 16).astype(np.int32)), False, 1, 1, cv2.LINE_8, 4
            )
        return plane

    def _slab(self, index: int) -> tuple[NDArray[np.float32], ...]:
        if index not in self._slabs:
            if len(self._slabs) > 4:
                del self._slabs[min(self._slabs)]
            self._slabs[index] = self._draw(np.random.default_rng([self.seed, index + 1000]))
            self._slabs[index][1][:] += np.float32(index * self.span_um)
        return self._slabs[index]

    def _draw(self, rng: np.random.Generator) -> tuple[NDArray[np.float32], ...]:
        """Curves (n, points, 2) as x, y; depth (n,); lot (n,); drift (n, 2) in µm a µm."""
        ny, nx = self.shape_yx
        low, high = self.length_um
        n = max(1, int(self.per_um2 * ny * nx * 2 / (low + high)))
        steps = max(2, int(np.ceil(high / STEP_UM)))
        heading = self._headings(rng, n) + np.cumsum(rng.normal(0, self.bend, (n, steps)), axis=1)
        going = np.arange(steps) * STEP_UM < rng.uniform(low, high, (n, 1))
        move = STEP_UM * np.stack([np.cos(heading), np.sin(heading)], axis=-1) * going[..., None]
        path = np.cumsum(move, axis=1)
        path += rng.uniform(0, 1, (n, 1, 2)) * (nx, ny) - path[:, [steps // 2]]
        depth = rng.uniform(0, self.span_um, n)
        drift = rng.normal(0, 0.5, (n, 2))
        return tuple(a.astype(np.float32) for a in (path, depth, rng.uniform(0, 1, n), drift))

    def _headings(self, rng: np.random.Generator, n: int) -> NDArray[np.float64]:
        """First directions (n, 1), denser along ``angle`` where stretched."""
        even = rng.uniform(0, 2 * np.pi, (n, 1))
        stretched = np.arctan2(np.sin(even), self.stretch * np.cos(even))
        return stretched + self.angle
