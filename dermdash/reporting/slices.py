"""Slices of a volume as pictures: the DEJ, the slab and the patches drawn in."""

import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Rgb = NDArray[np.uint8]

DEJ_COLOUR = (255, 210, 63)
CHOSEN_COLOUR = (178, 164, 255)
PATCH_COLOUR = (240, 240, 240)
OUTSIDE_SLAB = 0.55  # brightness of what is not graded
LONGEST_PX = 1224  # a full stack's long side


def b_scan_picture(
    section: NDArray[np.uint8],
    *,
    spacing_zx_um: tuple[float, float],
    dej_um: NDArray[np.float64] | float | None = None,
    thickness_um: int = 70,
    chosen_um: float | None = None,
) -> Rgb:
    """A B-scan with the DEJ (solid), the slab's end (dashed) and the chosen depth (dotted).

    section : (z, x) uint8
    dej_um : depth of the DEJ, one or (x,) of them
    chosen_um : below the DEJ
    """
    picture = isotropic(section, spacing_zx_um)
    if dej_um is None:
        return picture
    scale = picture.shape[1] / (section.shape[1] * spacing_zx_um[1])  # pixels a um
    columns = np.linspace(0, section.shape[1] - 1, picture.shape[1])
    line = np.broadcast_to(np.asarray(dej_um, dtype=float), (section.shape[1],))
    dej_px = np.interp(columns, np.arange(section.shape[1]), line) * scale
    rows = np.arange(picture.shape[0])[:, None]
    outside = (rows < dej_px) | (rows > dej_px + thickness_um * scale)
    picture[outside] = (picture[outside] * OUTSIDE_SLAB).astype(np.uint8)
    _draw_line(picture, dej_px, DEJ_COLOUR, dash=0)
    _draw_line(picture, dej_px + thickness_um * scale, DEJ_COLOUR, dash=12)
    if chosen_um is not None:
        _draw_line(picture, dej_px + chosen_um * scale, CHOSEN_COLOUR, dash=5)
    return picture


def en_face_picture(
    plane: NDArray[np.uint8],
    *,
    spacing_yx_um: tuple[float, float],
    patches: Sequence[tuple[int, int, int, int]] = (),
    chosen: int | None = None,
    section_y: int | None = None,
) -> Rgb:
    """A layer with its patches framed, the chosen one thick, and the B-scan's place marked.

    plane : (y, x) uint8
    patches : (y0, x0, height, width) in voxels
    """
    picture = isotropic(plane, spacing_yx_um)
    across = picture.shape[1] / plane.shape[1]
    down = picture.shape[0] / plane.shape[0]
    for number, (y0, x0, height, width) in enumerate(patches):
        box = (y0 * down, (y0 + height) * down, x0 * across, (x0 + width) * across)
        if number == chosen:
            _draw_box(picture, box, CHOSEN_COLOUR, width=5)
        else:
            _draw_box(picture, box, PATCH_COLOUR, width=1)
    if section_y is not None:
        _draw_line(picture, np.full(picture.shape[1], section_y * down), DEJ_COLOUR, dash=4)
    return picture


def isotropic(plane: NDArray[np.uint8], spacing_um: tuple[float, float]) -> Rgb:
    """Grey as RGB with square pixels, at most 1224 pixels across."""
    from PIL import Image

    height_um, width_um = plane.shape[0] * spacing_um[0], plane.shape[1] * spacing_um[1]
    scale = min(1 / min(spacing_um), LONGEST_PX / max(height_um, width_um))
    size = (max(1, round(width_um * scale)), max(1, round(height_um * scale)))
    image = Image.fromarray(np.ascontiguousarray(plane))
    if image.size != size:
        image = image.resize(size, Image.Resampling.BILINEAR)
    return np.array(image.convert("RGB"))


def png(picture: Rgb) -> bytes:
    """The picture as a file, the same bytes each time."""
    from PIL import Image

    target = io.BytesIO()
    Image.fromarray(picture).save(target, "PNG")
    return target.getvalue()


def _draw_line(
    picture: Rgb, row: NDArray[np.float64], colour: tuple[int, int, int], *, dash: int
) -> None:
    columns = np.arange(picture.shape[1])
    if dash:
        columns = columns[(columns // dash) % 2 == 0]
    for shift in (-1, 0, 1):
        rows = np.rint(row[columns]).astype(int) + shift
        inside = (rows >= 0) & (rows < picture.shape[0])
        picture[rows[inside], columns[inside]] = colour


def _draw_box(
    picture: Rgb,
    box: tuple[float, float, float, float],
    colour: tuple[int, int, int],
    *,
    width: int,
) -> None:
    top, bottom, left, right = (round(edge) for edge in box)
    bottom, right = min(bottom, picture.shape[0]), min(right, picture.shape[1])
    frame = np.zeros(picture.shape[:2], dtype=bool)
    frame[top:bottom, left:right] = True
    frame[top + width : bottom - width, left + width : right - width] = False
    picture[frame] = colour
