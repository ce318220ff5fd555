"""The pictures by which a DEJ is marked: contrast, line and pins; quick enough for each key."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from dermdash.imaging.control_points import Point, face_along
from dermdash.imaging.dej import Dej
from dermdash.imaging.volume import Volume
from dermdash.ui.pictures import CHOSEN_COLOUR, DEJ_COLOUR, Rgb

NEAR_UM = 12.0  # a pin this near a section is drawn in it
JPEG_QUALITY = 82
WIDEST_PX = 1224
FACE_PX = 900  # it is shown at about 600
_FONT = cv2.FONT_HERSHEY_SIMPLEX
BAR_UM = 100.0


@dataclass(frozen=True, slots=True)
class Contrast:
    """How grey values are shown.

    low, high : grey values shown as black and white
    gamma : above 1 brightens what is dark
    """

    low: int = 0
    high: int = 255
    gamma: float = 1.0

    def applied(self, plane: NDArray[np.uint8]) -> NDArray[np.uint8]:
        if self == Contrast():
            return plane
        span = max(self.high - self.low, 1)
        share = np.clip((np.arange(256) - self.low) / span, 0, 1) ** (1 / self.gamma)
        return np.asarray(np.rint(255 * share), np.uint8)[plane]


@dataclass(frozen=True, slots=True)
class Sight:
    """What is looked at, and where.

    y, x : where the two sections lie, as indices
    line : whether the DEJ is drawn
    """

    volume: Volume
    dej: Dej
    y: int
    x: int
    pins: Sequence[Point] = ()
    contrast: Contrast = Contrast()
    line: bool = True


def face_picture(sight: Sight) -> Rgb:
    """En face along the DEJ, with the places of both sections and the pins."""
    _, step_y, step_x = sight.volume.spacing_um
    face = face_along(sight.volume, sight.dej)
    canvas = _Canvas.of(face, (step_y, step_x), sight.contrast, widest=FACE_PX)
    canvas.cross(sight.y * step_y, sight.x * step_x)
    for pin in sight.pins:
        canvas.ring(pin.y_um, pin.x_um)
    return canvas.finished("en face, along the line")


def section_picture(sight: Sight, *, along: str) -> Rgb:
    """The B-scan along x or y, with the DEJ, the other section's place, and the pins near it."""
    step_z, step_y, step_x = sight.volume.spacing_um
    if along == "x":
        section, step, here = sight.volume.b_scan(sight.y), step_x, sight.x * step_x
        line = None if sight.dej.map_um is None else sight.dej.map_um[sight.y]
        pins = [(p.depth_um, p.x_um) for p in sight.pins if _near(p.y_um, sight.y * step_y)]
    else:
        section, step, here = sight.volume.cross_b_scan(sight.x), step_y, sight.y * step_y
        line = None if sight.dej.map_um is None else sight.dej.map_um[:, sight.x]
        pins = [(p.depth_um, p.y_um) for p in sight.pins if _near(p.x_um, sight.x * step_x)]
    depths = np.full(section.shape[1], sight.dej.depth_um or 0.0) if line is None else line
    canvas = _Canvas.of(section, (step_z, step), sight.contrast)
    if sight.line:
        canvas.line(depths, np.arange(section.shape[1]) * step)
    canvas.mark(here)
    for down, across in pins:
        canvas.ring(down, across)
    return canvas.finished(f"B-scan along {along}")


def jpeg(picture: Rgb) -> str:
    """The picture as a data address: a sixth of the time of WebP, and no name that could tell."""
    options = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
    _, data = cv2.imencode(".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), options)
    return "data:image/jpeg;base64," + base64.b64encode(data.tobytes()).decode()


@dataclass(frozen=True, slots=True)
class _Canvas:
    """A picture with square pixels, drawn on in µm."""

    picture: Rgb
    scale: float

    @classmethod
    def of(
        cls,
        plane: NDArray[np.uint8],
        spacing_um: tuple[float, float],
        contrast: Contrast,
        *,
        widest: int = WIDEST_PX,
    ) -> "_Canvas":
        height_um, width_um = plane.shape[0] * spacing_um[0], plane.shape[1] * spacing_um[1]
        scale = min(1 / min(spacing_um), widest / max(height_um, width_um))
        size = (max(1, round(width_um * scale)), max(1, round(height_um * scale)))
        grey = contrast.applied(plane)
        if size != (plane.shape[1], plane.shape[0]):
            way = cv2.INTER_AREA if size[0] < plane.shape[1] else cv2.INTER_LINEAR
            grey = np.asarray(cv2.resize(grey, size, None, 0, 0, way), np.uint8)
        return cls(np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB), np.uint8), scale)

    def line(self, down_um: NDArray[np.floating], across_um: NDArray[np.floating]) -> None:
        """Thin and half transparent, so that what lies under it can still be judged."""
        points = np.column_stack([across_um, down_um]) * self.scale * 16  # sixteenths of a pixel
        drawn = self.picture.copy()
        cv2.polylines(
            drawn, [np.rint(points).astype(np.int32)], False, DEJ_COLOUR, 2, cv2.LINE_AA, 4
        )
        cv2.addWeighted(drawn, 0.8, self.picture, 0.2, 0, self.picture)

    def cross(self, down_um: float, across_um: float) -> None:
        """Where two sections meet: dashes, left open at the crossing."""
        row, column = round(down_um * self.scale), round(across_um * self.scale)
        rows, columns = (np.arange(n) for n in self.picture.shape[:2])
        rows = rows[(rows // 6 % 2 == 0) & (np.abs(rows - row) > 10)]
        columns = columns[(columns // 6 % 2 == 0) & (np.abs(columns - column) > 10)]
        self.picture[rows, column : column + 2] = CHOSEN_COLOUR
        self.picture[row : row + 2, columns] = CHOSEN_COLOUR

    def mark(self, across_um: float) -> None:
        """The other section's place: a tick at the top and at the bottom edge."""
        column = round(across_um * self.scale)
        tick = max(6, self.picture.shape[0] // 20)
        self.picture[:tick, column : column + 2] = CHOSEN_COLOUR
        self.picture[-tick:, column : column + 2] = CHOSEN_COLOUR

    def ring(self, down_um: float, across_um: float) -> None:
        centre = (round(across_um * self.scale), round(down_um * self.scale))
        cv2.circle(self.picture, centre, 6, DEJ_COLOUR, 2, cv2.LINE_AA)

    def finished(self, name: str) -> Rgb:
        """With its name, and a bar of 100 µm in the lower right corner, where there is room."""
        height, width = self.picture.shape[:2]
        length = round(BAR_UM * self.scale)
        if length < width / 2 and height > 30:
            self.picture[height - 11 : height - 8, width - 10 - length : width - 10] = 235
        if width > 10 * len(name) and height > 30:
            (long, _), _ = cv2.getTextSize(name, _FONT, 0.5, 1)
            self.picture[height - 26 : height - 4, 4 : long + 14] //= 5
            place = (9, height - 11)
            cv2.putText(self.picture, name, place, _FONT, 0.5, (235, 235, 235), 1, cv2.LINE_AA)
        return self.picture


def _near(a_um: float, b_um: float) -> bool:
    return abs(a_um - b_um) <= NEAR_UM
