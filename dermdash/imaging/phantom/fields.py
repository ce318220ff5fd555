"""Random fields: smooth planes, and planes that change slowly with depth."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]


def gaussian_field(
    rng: np.random.Generator,
    shape_yx: tuple[int, int],
    *,
    wavelength_um: float,
    bandwidth: float = 0.0,
    stretch: float = 1.0,
    angle: float = 0.0,
) -> Plane:
    """Draw a stationary Gaussian field with mean 0 and variance 1, one pixel a µm.

    shape_yx : (y, x) of the plane
    wavelength_um : shortest wavelength of a low-pass field, or that of the ring
    bandwidth : 0 passes everything longer; above 0 a ring of this relative width
    stretch, angle : elongation along ``angle`` (radians from x)

    The spectrum is drawn on a coarse grid of seven points a wavelength and more and enlarged.

    >>> plane = gaussian_field(np.random.default_rng(0), (64, 96), wavelength_um=12)
    >>> plane.shape, plane.dtype
    ((64, 96), dtype('float32'))
    """
    step = max(1, int(wavelength_um / (7 * np.sqrt(stretch) * (1 + 2 * bandwidth))))
    ny, nx = (cv2.getOptimalDFTSize(n // step + 5) for n in shape_yx)
    gain = _spectrum((ny, nx, step), wavelength_um, bandwidth, stretch, angle)
    white = rng.standard_normal((ny, nx), dtype=np.float32)
    coarse = np.fft.irfft2(np.fft.rfft2(white) * gain, s=(ny, nx)).astype(np.float32)
    coarse /= coarse.std()
    fine = cv2.resize(coarse, (nx * step, ny * step), interpolation=cv2.INTER_CUBIC)
    return np.ascontiguousarray(fine[step : step + shape_yx[0], step : step + shape_yx[1]])


@lru_cache(maxsize=32)
def _spectrum(
    grid: tuple[int, int, int],
    wavelength_um: float,
    bandwidth: float,
    stretch: float,
    angle: float,
) -> Plane:
    """Gain of each spatial frequency of a grid (ny, nx, step in µm): (ny, nx // 2 + 1)."""
    ny, nx, step = grid
    ky = np.fft.fftfreq(ny, step)[:, None]
    kx = np.fft.rfftfreq(nx, step)[None, :]
    along = (np.cos(angle) * kx + np.sin(angle) * ky) * np.sqrt(stretch)
    across = (np.cos(angle) * ky - np.sin(angle) * kx) / np.sqrt(stretch)
    k = np.hypot(along, across) * wavelength_um
    gain = np.exp(-0.5 * ((k - 1) / bandwidth) ** 2) if bandwidth else np.exp(-0.5 * (2 * k) ** 2)
    gain[0, 0] = 0
    return gain.astype(np.float32)


@dataclass(slots=True)
class DepthField:
    """A Gaussian field in depth: independent planes every ``knot_um``, turned into each other.

    Between knots a and b the plane is cos(t) a + sin(t) b, which keeps the variance at 1.
    """

    draw: Callable[[np.random.Generator], Plane]
    seed: int
    knot_um: float
    _knots: dict[int, Plane] = field(default_factory=dict)

    def at(self, z: float) -> Plane:
        """The (y, x) plane at depth ``z``; asked for in any order, it is the same."""
        knot, rest = divmod(z / self.knot_um, 1)
        turn = rest * np.pi / 2
        above, below = self._knot(int(knot)), self._knot(int(knot) + 1)
        return np.float32(np.cos(turn)) * above + np.float32(np.sin(turn)) * below

    def _knot(self, index: int) -> Plane:
        if index not in self._knots:
            if len(self._knots) > 2:
                del self._knots[min(self._knots)]
            self._knots[index] = self.draw(np.random.default_rng([self.seed, index + 1000]))
        return self._knots[index]
