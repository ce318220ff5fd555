"""Skin above and around the fibres: horny layer, living epidermis, DEJ, vessels."""

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from dermdash.imaging.phantom.fields import Plane, gaussian_field
from dermdash.imaging.phantom.webs import Cells, borders


def draw_dej(
    rng: np.random.Generator, shape_yx: tuple[int, int], *, dej_um: float, relief_um: float
) -> Plane:
    """Draw a DEJ: (y, x) float32, µm below the first slice, median ``dej_um``.

    relief_um : from the 5th to the 95th percentile, 0 for a plane; papillae are 60 to 150 µm
    apart (15 to 50 µm high in young skin, 5 to 20 in old)
    """
    surface = np.full(shape_yx, dej_um, np.float32)
    if relief_um:
        papillae = gaussian_field(rng, shape_yx, wavelength_um=rng.uniform(60, 150), bandwidth=0.35)
        papillae -= np.median(papillae)
        spread = np.subtract(*np.percentile(papillae, [95, 5]))
        surface += papillae * np.float32(relief_um / spread)
    return np.maximum(surface, np.float32(min(dej_um, 2.0)))


@dataclass(slots=True)
class Epidermis:
    """Horny layer, then a honeycomb of cells with dark nuclei, then a bright basal row.

    shape_yx : (y, x) in µm; dej_um : median depth of the DEJ; seed : the volume's
    """

    shape_yx: tuple[int, int]
    dej_um: float
    seed: int
    _cells: Cells = field(init=False)
    _horny_um: Plane = field(init=False)
    _lamellae: Plane = field(init=False)
    _nucleus_um: float = field(init=False)
    _bright: float = field(init=False)
    _drawn: tuple[int, Plane] | None = None

    def __post_init__(self) -> None:
        rng = np.random.default_rng([self.seed, 5])
        self._cells = Cells(self.shape_yx, rng.uniform(9, 14), self.seed, wander_um=14, wavy_um=1.0)
        thick = min(rng.uniform(14, 22), 0.35 * self.dej_um)
        self._horny_um = np.float32(thick) + 2 * gaussian_field(
            rng, self.shape_yx, wavelength_um=90
        )
        self._lamellae = gaussian_field(rng, self.shape_yx, wavelength_um=25, stretch=2.5)
        self._nucleus_um = rng.uniform(2.2, 3.6)
        self._bright = rng.uniform(0.6, 1.3)

    def reflectivity(self, z: float, depth_um: Plane) -> Plane:
        """(y, x) at depth ``z``; ``depth_um`` is the depth under the DEJ, negative above it."""
        bright = np.float32(self._bright)
        inside = np.clip(z - self._horny_um, 0, 3) / np.float32(3)
        plane = np.zeros(self.shape_yx, np.float32)
        if inside.max() > 0:
            basal = 1 + np.float32(1.2) * cv2.exp(-np.square((depth_um + 4) / 3))
            plane += bright * inside * self._honeycomb(z) * basal
        if inside.min() < 1:
            lamellae = np.float32(0.8) * np.sin(2 * self._lamellae + np.float32(z / 2.5))
            plane += bright * (1 - inside) * (2.2 + lamellae) / np.float32(1 + 0.05 * z)
        return plane

    def _honeycomb(self, z: float) -> Plane:
        """Cells with bright borders and dark nuclei, redrawn every second µm."""
        turn = int(z) // 2
        if self._drawn is None or self._drawn[0] != turn:
            distance, owner = self._cells.territories(z)
            phase = self._phase()[owner] + np.float32(z / 9)
            nucleus = np.float32(self._nucleus_um) * (0.6 + np.float32(0.4) * np.sin(phase))
            cell = 1 - np.float32(0.85) / (1 + cv2.exp((distance - nucleus) * 2))
            edge = cv2.GaussianBlur(borders(owner).astype(np.float32), (0, 0), 0.9)
            self._drawn = (turn, cell + np.float32(1.1) * edge)
        return self._drawn[1]

    def _phase(self) -> Plane:
        return np.random.default_rng([self.seed, 6]).uniform(0, 6.28, self._cells.n).astype("f4")


@dataclass(frozen=True, slots=True)
class Vessels:
    """Winding tubes of blood below the DEJ: dark inside.

    paths : (n, points, 3) as x, y, z in µm; radius_um : (n,)
    """

    paths: NDArray[np.float32]
    radius_um: NDArray[np.float32]

    @classmethod
    def draw(cls, rng: np.random.Generator, shape_yx: tuple[int, int], dej_um: float) -> "Vessels":
        """Draw up to five vessels in each 400 x 400 µm."""
        ny, nx = shape_yx
        n = int(rng.uniform(0, 5) * ny * nx / 160_000)
        heading = rng.uniform(0, 2 * np.pi, (n, 1)) + np.cumsum(rng.normal(0, 0.3, (n, 40)), 1)
        x = rng.uniform(0, nx, (n, 1)) + np.cumsum(8 * np.cos(heading), 1)
        y = rng.uniform(0, ny, (n, 1)) + np.cumsum(8 * np.sin(heading), 1)
        z = dej_um + rng.uniform(12, 90, (n, 1)) + np.cumsum(rng.normal(0, 1.5, (n, 40)), 1)
        radius = rng.uniform(3, 9, n).astype(np.float32)
        return cls(np.stack([x, y, z], axis=-1).astype(np.float32), radius)

    def light(self, z: float, shape_yx: tuple[int, int]) -> Plane | None:
        """Share of light left (y, x) at depth ``z``, None where no vessel is near."""
        away = np.abs(self.paths[..., 2] - z)
        near = away < self.radius_um[:, None]
        if not near.any():
            return None
        lumen = np.zeros(shape_yx, np.uint8)
        half = np.sqrt(np.maximum(self.radius_um[:, None] ** 2 - away**2, 0))
        for vessel, point in zip(*np.nonzero(near), strict=True):
            x, y, _ = self.paths[vessel, point]
            following = self.paths[vessel, min(point + 1, self.paths.shape[1] - 1)]
            thick = max(1, round(2 * float(half[vessel, point])))
            start, end = (int(x), int(y)), (int(following[0]), int(following[1]))
            cv2.line(lumen, start, end, 255, thick)
        dark = cv2.GaussianBlur(lumen, (0, 0), 1.2).astype(np.float32)
        return 1 - dark * np.float32(0.75 / 255)
