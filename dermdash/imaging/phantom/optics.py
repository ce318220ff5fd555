"""The instrument: reflectivity becomes grey levels by attenuation, speckle, noise and display."""

from dataclasses import dataclass, field, fields
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from dermdash.imaging.phantom.fields import Plane, gaussian_field

LEVELS = 1024


@dataclass(frozen=True, slots=True)
class Physics:
    """What the instrument and the day add to the tissue; nothing here knows the quality.

    speckle_um : grain (sigma of the spot); speckle : contrast of the speckle, 0 to 1
    attenuation_per_mm : mu of exp(-2 mu z); noise : sigma of the camera in grey levels
    gamma : exponent of the display; grey : mean grey level aimed at in the dermis
    shade : relative illumination from side to side; blur_um : sigma of the lateral spot
    bright : share of the dermis that is bright, soft : how gradual the step to it is
    relief : bright to dark reflectivity of the dermis; tail : spread of the brightest
    """

    speckle_um: float
    speckle: float
    attenuation_per_mm: float
    noise: float
    gamma: float
    grey: float
    shade: float
    blur_um: float
    bright: float
    soft: float
    relief: float
    tail: float

    @classmethod
    def draw(cls, rng: np.random.Generator, **held: tuple[float, float]) -> Self:
        """Draw every property from its range in ``RANGES``, or from the range given by name."""
        ranges = {**RANGES, **held}
        return cls(**{f.name: float(rng.uniform(*ranges[f.name])) for f in fields(cls)})


RANGES: dict[str, tuple[float, float]] = {
    "speckle_um": (0.4, 1.1),
    "speckle": (0.2, 0.9),
    "attenuation_per_mm": (2.0, 5.0),
    "noise": (1.0, 12.0),
    "gamma": (0.35, 0.75),
    "grey": (55.0, 135.0),
    "shade": (0.0, 0.4),
    "blur_um": (0.4, 1.2),
    "bright": (0.11, 0.33),
    "soft": (0.03, 0.25),
    "relief": (2.5, 12.0),
    "tail": (0.05, 0.5),
}


def reflectivity(structure: Plane, physics: Physics) -> Plane:
    """Give a structure the reflectivities of ``physics`` by rank, mean 1.

    Every plane gets one and the same histogram, whatever its morphology: so brightness and
    contrast cannot tell the quality.

    structure : (y, x) float32, larger is more fibrous
    """
    lowest, highest = float(structure.min()), float(structure.max())
    scaled = (structure - lowest) * np.float32((LEVELS - 1) / max(highest - lowest, 1e-6))
    level = scaled.astype(np.uint16)
    counts = np.bincount(level[::2].ravel(), minlength=LEVELS)
    below = (np.cumsum(counts) - 0.5 * counts) / counts.sum()
    return _quantiles(below, physics)[level]


def _quantiles(rank: NDArray[np.float64], physics: Physics) -> NDArray[np.float32]:
    """Reflectivity at each rank 0 to 1: a soft step at the bright share, and a long tail."""

    def raw(u: NDArray[np.float64]) -> NDArray[np.float64]:
        step = 1 / (1 + np.exp((1 - physics.bright - u) / physics.soft))
        return (1 + (physics.relief - 1) * step) * np.exp(physics.tail * ndtri(u))

    u = np.clip(rank, 1e-4, 1 - 1e-4)
    mean = raw((np.arange(512) + 0.5) / 512).mean()
    return (raw(u) / mean).astype(np.float32)


@dataclass(slots=True)
class Camera:
    """Takes en-face planes from the surface down: neighbouring planes share speckle.

    shape_yx : (y, x) in µm; dermis_um : depth at which the mean grey level is aimed at
    """

    shape_yx: tuple[int, int]
    physics: Physics
    seed: int
    dermis_um: float
    _rng: np.random.Generator = field(init=False)
    _illumination: Plane = field(init=False)
    _before: list[Plane] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._rng = np.random.default_rng([self.seed, 3])
        rng = np.random.default_rng([self.seed, 4])
        p = self.physics
        wide = 0.5 * gaussian_field(rng, self.shape_yx, wavelength_um=300)
        slope = np.linspace(-1, 1, self.shape_yx[1], dtype=np.float32) * rng.choice([-1, 1])
        light = np.float32(p.shade) * (wide + slope[None, :])
        self._illumination = cv2.exp(light)

    def expose(self, plane: Plane, z_um: float) -> NDArray[np.uint8]:
        """Grey levels (y, x) uint8 of reflectivities (y, x), mean 1, at depth ``z_um``."""
        p = self.physics
        decay = np.exp(-2 * p.attenuation_per_mm * 1e-3 * (z_um - self.dermis_um))
        light = plane * self._speckle()
        light *= self._illumination
        light *= np.float32(decay)
        grey = np.asarray(cv2.pow(light, p.gamma), np.float32)
        grey *= np.float32(p.grey * 1.12)
        grey += self._noise()
        return np.asarray(cv2.convertScaleAbs(np.maximum(grey, 0, out=grey)), np.uint8)

    def _speckle(self) -> Plane:
        """Mean 1; contrast as in ``physics``; correlated with the plane above."""
        p = self.physics
        now = [self._spots(), self._spots()]
        before = self._before or now
        self._before = now
        power = np.zeros(self.shape_yx, np.float32)
        for above, here in zip(before, now, strict=True):
            power += np.square(0.55 * above + here)
        power *= np.float32(p.speckle / power[::4, ::4].mean())
        power += np.float32(1 - p.speckle)
        return power

    def _spots(self) -> Plane:
        return np.asarray(cv2.GaussianBlur(self._bytes(), (0, 0), self.physics.speckle_um))

    def _bytes(self) -> Plane:
        """White noise (y, x): uniform, which the spot turns into nearly Gaussian."""
        n = self.shape_yx[0] * self.shape_yx[1]
        flat = np.frombuffer(self._rng.bytes(n), np.int8).reshape(self.shape_yx)
        return flat.astype(np.float32) + np.float32(0.5)

    def _noise(self) -> Plane:
        return self._bytes() * np.float32(self.physics.noise / 73.9)
