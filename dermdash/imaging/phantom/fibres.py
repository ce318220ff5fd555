"""The dermal network: its morphology follows a quality from 1 (clots) to 4 (fine web)."""

from dataclasses import dataclass, field, replace

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from dermdash.imaging.phantom.fields import DepthField, Plane, gaussian_field
from dermdash.imaging.phantom.strands import Strands
from dermdash.imaging.phantom.webs import Cells, CellWeb, ContourWeb, Web

# What a quality looks like (Breugnot 2023, figure 1): the share of the web that is left, its
# relative width, short fibres, the area of clots, and how uneven the width is.
QUALITY = np.array([1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0])
WEB_LEFT = np.array([0.03, 0.17, 0.40, 0.62, 0.82, 0.93, 1.0])
WIDTH = np.array([2.0, 1.75, 1.5, 1.3, 1.15, 1.05, 1.0])
SHORT = np.array([0.1, 0.5, 1.0, 0.6, 0.2, 0.05, 0.0])
CLOTS = np.array([0.50, 0.28, 0.06, 0.02, 0.0, 0.0, 0.0])
UNEVEN = np.array([0.6, 0.6, 0.55, 0.4, 0.25, 0.18, 0.12])


# Quality varies by this much (standard deviation) from place to place in a layer.
PATCHY = 0.12
LOWEST, HIGHEST, PER_GRADE = 0.9, 4.1, 79.6

Levels = NDArray[np.uint8]
_GAUSSIAN = ndtri((np.arange(256) + 0.5) / 256).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Texture:
    """A subject's own way of being woven; every length in µm.

    cells, contours, curves : which families make the web (at least one)
    pore_um : mean pore of the whole web; width_um : its fibres' half width
    regular : 0 scattered pores, 1 nearly a grid; stretch, angle : anisotropy of the web
    cut_um : wavelength of the cuts; clot_um : size of clots; clot_band : how unequal they are
    discs : clots are scattered discs, else islands and sponge
    short_share : how many of the short fibres are drawn rods instead of cut web
    persist_um : depth over which the network changes; haze : background between fibres
    """

    cells: bool
    contours: bool
    curves: bool
    pore_um: float
    width_um: float
    regular: float
    stretch: float
    angle: float
    wavy_um: float
    cut_um: float
    clot_um: float
    clot_band: float
    discs: bool
    short_share: float
    persist_um: float
    haze: float

    @classmethod
    def draw(cls, rng: np.random.Generator) -> "Texture":
        """Draw a subject's texture; about a third of the subjects mix two families."""
        families = rng.permutation(3)[: 1 + (rng.random() < 0.35)]
        return cls(
            cells=0 in families,
            contours=1 in families,
            curves=2 in families,
            pore_um=rng.uniform(13, 29),
            width_um=rng.uniform(0.9, 1.9),
            regular=rng.uniform(0.2, 0.9),
            stretch=float(np.exp(rng.uniform(0, 0.7))),
            angle=rng.uniform(0, np.pi),
            wavy_um=rng.uniform(1.0, 4.5),
            cut_um=rng.uniform(32, 56),
            clot_um=rng.uniform(6.5, 15),
            clot_band=rng.uniform(0.25, 0.8),
            discs=rng.random() < 0.35,
            short_share=rng.uniform(0.2, 1),
            persist_um=rng.uniform(6, 14),
            haze=rng.uniform(0.01, 0.12),
        )


@dataclass(slots=True)
class Network:
    """The fibre network of one volume: how fibrous each point of an en-face plane is.

    shape_yx : (y, x) in µm; texture : the subject's; seed : the volume's
    """

    shape_yx: tuple[int, int]
    texture: Texture
    seed: int
    _webs: list[Web] = field(init=False)
    _rods: Strands = field(init=False)
    _points: Cells = field(init=False)
    _fields: dict[str, DepthField] = field(init=False)

    def __post_init__(self) -> None:
        t, shape = self.texture, self.shape_yx
        # Two families lie over each other: each is made sparser, so that pores stay in range.
        share = np.sqrt(sum((t.cells, t.contours, t.curves)))
        woven = replace(t, pore_um=t.pore_um * share)
        seeds = np.random.default_rng([self.seed, 1]).integers(1 << 31, size=9).tolist()
        self._webs = []
        if t.cells:
            self._webs.append(_cell_web(shape, woven, seeds[0]))
        if t.contours:
            self._webs.append(_contour_web(shape, woven, seeds[1]))
        if t.curves:
            self._webs.append(_curves(shape, woven, seeds[2]))
        self._rods = _rods(shape, t, seeds[3])
        self._points = Cells(
            shape, 1.5 * t.clot_um, seeds[5], regular=0.3, wander_um=t.persist_um, wavy_um=2.0
        )

        def smooth(wavelength: float, seed: int, bandwidth: float = 0.0) -> DepthField:
            def draw(rng: np.random.Generator) -> Plane:
                return gaussian_field(rng, shape, wavelength_um=wavelength, bandwidth=bandwidth)

            return DepthField(draw, seed, knot_um=max(5.0, wavelength / 3))

        self._fields = {
            "cuts": smooth(t.cut_um, seeds[4], 0.5),
            "clots": smooth(2.1 * t.clot_um, seeds[5], t.clot_band),
            "width": smooth(16, seeds[6]),
            "haze": smooth(60, seeds[7]),
            "patchy": smooth(120, seeds[8]),
        }

    def fibrousness(self, z: float, quality: Plane | float) -> Plane:
        """How fibrous each point is at depth ``z`` (µm): (y, x) float32, about 0 to 1.3.

        quality : (y, x) or one number, 1 to 4
        """
        t = self.texture
        patchy = quality + np.float32(PATCHY) * self._fields["patchy"].at(z)
        level = ((np.clip(patchy, LOWEST, HIGHEST) - LOWEST) * PER_GRADE).astype(np.uint8)
        distance = self._distance(z, level)
        uneven = _follow(UNEVEN)[level] * self._fields["width"].at(z)
        width = _follow(t.width_um * WIDTH)[level] * np.maximum(np.float32(0.35), 1 + uneven)
        fibres = cv2.exp(-np.square(distance / width))
        fibres *= np.clip(1 + np.float32(0.6) * uneven, 0.3, 1.3)
        halo = np.float32(0.2) * cv2.exp(distance / np.float32(-4))
        structure = np.maximum(fibres, self._clots(z, level))
        haze = np.float32(t.haze) * self._fields["haze"].at(z)
        return np.maximum(structure, halo) + haze

    def _distance(self, z: float, level: Levels) -> Plane:
        """Distance in µm to the nearest fibre that is left at this quality."""
        web = np.zeros(self.shape_yx, np.uint8)
        for layer in self._webs:
            web |= layer.lines(z)
        left = _follow(ndtri(np.clip(self._web_left(), 1e-3, 1 - 1e-4)))[level]
        web[self._fields["cuts"].at(z) > left] = 0
        web |= self._rods.lines(z, kept=_follow(SHORT * self.texture.short_share)[level])
        return np.asarray(cv2.distanceTransform(1 - web, cv2.DIST_L2, 3), np.float32)

    def _web_left(self) -> NDArray[np.float64]:
        """Where rods are drawn, less of the web is left to be short fibres."""
        return WEB_LEFT - 0.55 * self.texture.short_share * SHORT * WEB_LEFT

    def _clots(self, z: float, level: Levels) -> Plane:
        """Clots, 0 to 1.1: where their field is above what leaves their area at this quality."""
        height = self._discs(z) if self.texture.discs else self._fields["clots"].at(z)
        edge = _follow(ndtri(np.clip(1 - CLOTS, 1e-3, 1 - 1e-5)))[level]
        above = height - edge
        clots = 1.1 / (1 + cv2.exp(-6 * above)) - np.float32(0.1) + np.float32(0.15) * above
        return np.maximum(clots, 0)

    def _discs(self, z: float) -> Plane:
        """A field about as high as a Gaussian one, with a round hill at each scattered point."""
        cells = self._points
        distance, owner = cells.territories(z)
        size = np.random.default_rng([self.seed, 7]).uniform(0.65, 1.35, cells.n).astype("f4")
        share = cv2.exp(-np.square(distance / size[owner]) * np.float32(np.pi / cells.size_um**2))
        return _GAUSSIAN[(share * 255).astype(np.uint8)]


def _follow(values: NDArray[np.float64]) -> NDArray[np.float32]:
    """A property that stands at ``QUALITY``, at each of 256 levels of quality."""
    levels = LOWEST + np.arange(256) / PER_GRADE
    return np.interp(levels, QUALITY, values).astype(np.float32)


def _cell_web(shape_yx: tuple[int, int], t: Texture, seed: int) -> CellWeb:
    return CellWeb(
        Cells(
            shape_yx,
            t.pore_um,
            seed,
            regular=t.regular,
            wander_um=t.persist_um,
            stretch=t.stretch,
            angle=t.angle,
            wavy_um=t.wavy_um,
        )
    )


def _contour_web(shape_yx: tuple[int, int], t: Texture, seed: int) -> ContourWeb:
    def draw(rng: np.random.Generator) -> Plane:
        return gaussian_field(
            rng,
            shape_yx,
            wavelength_um=2.6 * t.pore_um,
            bandwidth=0.45 - 0.3 * t.regular,
            stretch=t.stretch,
            angle=t.angle,
        )

    return ContourWeb(
        (DepthField(draw, seed, t.persist_um), DepthField(draw, ~seed & 0xFFFF, t.persist_um))
    )


def _curves(shape_yx: tuple[int, int], t: Texture, seed: int) -> Strands:
    return Strands(
        shape_yx,
        length_um=(60, 260),
        per_um2=2.1 / t.pore_um,
        seed=seed,
        bend=0.1 * t.wavy_um,
        span_um=0.6 * t.persist_um,
        stretch=t.stretch,
        angle=t.angle,
    )


def _rods(shape_yx: tuple[int, int], t: Texture, seed: int) -> Strands:
    return Strands(
        shape_yx,
        length_um=(10, 30),
        per_um2=0.045,
        seed=seed,
        bend=0.25,
        span_um=0.6 * t.persist_um,
        stretch=t.stretch,
        angle=t.angle,
    )
