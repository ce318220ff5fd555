"""Slices as pictures: at their true proportions, with their lines where they belong."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from dermdash.ui.pictures import (
    CHOSEN_COLOUR,
    DEJ_COLOUR,
    LONGEST_PX,
    activation_picture,
    b_scan_picture,
    en_face_picture,
    isotropic,
    webp,
)

GREY = np.full((120, 400), 100, np.uint8)


def rows_of(picture: np.ndarray, colour: tuple[int, int, int], column: int = 0) -> list[int]:
    return np.flatnonzero((picture[:, column] == colour).all(axis=1)).tolist()


def test_lines_lie_at_their_depths() -> None:
    """The DEJ would be judged at another depth than the one graded from."""
    picture = b_scan_picture(GREY, spacing_zx_um=(1, 1), dej_um=30.0, chosen_um=20.0)
    assert rows_of(picture, DEJ_COLOUR) == [29, 30, 31, 99, 100, 101]
    assert rows_of(picture, CHOSEN_COLOUR) == [49, 50, 51]
    assert picture[10, 7, 0] < 100  # not graded: darker
    assert picture[60, 7, 0] == 100


def test_a_surface_is_followed() -> None:
    """An undulating DEJ would be drawn flat."""
    line = np.linspace(20, 40, 400)
    picture = b_scan_picture(GREY, spacing_zx_um=(1, 1), dej_um=line)
    assert rows_of(picture, DEJ_COLOUR, column=0)[:3] == [19, 20, 21]
    assert rows_of(picture, DEJ_COLOUR, column=399)[:3] == [39, 40, 41]


def test_lines_outside_the_volume_are_left_out() -> None:
    """A DEJ near the end of the volume would break the page."""
    picture = b_scan_picture(GREY, spacing_zx_um=(1, 1), dej_um=119.0, chosen_um=500.0)
    assert picture.shape == (120, 400, 3)


@pytest.mark.parametrize(
    ("shape", "spacing", "size"),
    [
        ((100, 100), (2.0, 1.0), (200, 100)),
        ((300, 1224), (1.0, 1.0), (300, 1224)),
        ((600, 2448), (1.0, 1.0), (300, 1224)),
        ((10, 10), (0.5, 0.5), (10, 10)),
    ],
)
def test_pixels_are_square_and_not_too_many(
    shape: tuple[int, int], spacing: tuple[float, float], size: tuple[int, int]
) -> None:
    """Fibres would look longer than they are, or a page weigh megabytes."""
    picture = isotropic(np.zeros(shape, np.uint8), spacing)
    assert picture.shape == (*size, 3)
    assert max(picture.shape) <= LONGEST_PX


def test_the_chosen_patch_is_framed() -> None:
    """Nobody could tell which patch the numbers belong to."""
    plane = np.zeros((400, 800), np.uint8)
    patches = [(0, 0, 400, 400), (0, 400, 400, 400)]
    picture = en_face_picture(plane, spacing_yx_um=(1, 1), patches=patches, chosen=1)
    assert tuple(picture[200, 402]) == CHOSEN_COLOUR
    assert tuple(picture[200, 3]) == (0, 0, 0)


def test_activation_colours_what_spoke_for_the_grade() -> None:
    """The overlay would point elsewhere than the model."""
    patch = np.full((224, 224, 3), 50, np.uint8)
    activation = np.full((7, 7), -1.0, np.float32)
    activation[0, 0] = 2.0
    picture = activation_picture(patch, activation, colour="#ff0000")
    assert picture[5, 5, 0] > 100
    assert tuple(picture[200, 200]) == (50, 50, 50)


def test_nothing_that_spoke_leaves_the_patch_as_it_is() -> None:
    """A division by zero would break the page."""
    patch = np.full((224, 224, 3), 50, np.uint8)
    picture = activation_picture(patch, np.full((7, 7), -1.0, np.float32), colour="#ff0000")
    assert (picture == 50).all()


def test_pictures_travel_as_webp() -> None:
    """Each look would send ten times the bytes."""
    address = webp(np.zeros((500, 1224, 3), np.uint8))
    head, data = address.split(",", 1)
    assert head == "data:image/webp;base64"
    assert Image.open(io.BytesIO(base64.b64decode(data))).size == (1224, 500)
    noise = np.random.default_rng(0).integers(0, 255, (500, 1224), np.uint8)
    assert len(webp(isotropic(noise, (1, 1)))) < 1_000_000
