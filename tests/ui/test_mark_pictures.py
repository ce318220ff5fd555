"""The pictures by which a DEJ is marked: the line where it is, and grey that can be told apart."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from dermdash.imaging.control_points import Point, dej_through
from dermdash.imaging.dej import Dej
from dermdash.imaging.volume import Volume
from dermdash.ui.mark_pictures import Contrast, Sight, face_picture, jpeg, section_picture
from dermdash.ui.pictures import DEJ_COLOUR


def volume(spacing: tuple[float, float, float] = (1.0, 1.0, 1.0)) -> Volume:
    return Volume.from_array(np.full((100, 80, 200), 90, np.uint8), spacing)


def rows_of_line(picture: np.ndarray) -> np.ndarray:
    """The middle of the line in each column, where it is drawn; yellow is not blue."""
    yellow = picture[..., 0].astype(int) - picture[..., 2] > 60
    return np.array([np.flatnonzero(column).mean() for column in yellow.T if column.any()])


@pytest.mark.parametrize(("along", "width"), [("x", 200), ("y", 80)])
def test_the_line_lies_at_its_depth(along: str, width: int) -> None:
    """The reader would accept a depth that was drawn elsewhere."""
    picture = section_picture(Sight(volume(), Dej.plane(40), 10, 20), along=along)
    assert picture.shape == (100, width, 3)
    assert rows_of_line(picture) == pytest.approx(40, abs=1)


def test_the_line_follows_a_tilt_in_the_section_that_is_shown() -> None:
    """A tilted surface would be judged by another section's line."""
    at = volume()
    dej = dej_through([Point(0, 0, 20), Point(0, 199, 60), Point(79, 0, 40)], at)
    along_x = rows_of_line(section_picture(Sight(at, dej, 79, 0), along="x"))
    assert (along_x[1], along_x[-2]) == pytest.approx((40, 79), abs=2)
    along_y = rows_of_line(section_picture(Sight(at, dej, 0, 199), along="y"))
    assert (along_y[1], along_y[-2]) == pytest.approx((60, 79), abs=2)


def test_pixels_are_square_whatever_the_spacing() -> None:
    """A line at 40 µm would look like one at 80."""
    picture = section_picture(Sight(volume((2.0, 1.0, 1.0)), Dej.plane(40), 0, 0), along="x")
    assert picture.shape[:2] == (200, 200)
    assert rows_of_line(picture) == pytest.approx(40, abs=1.5)


def test_the_line_can_be_hidden_and_pins_are_drawn_near_their_section_only() -> None:
    """What lies under the line could not be judged, or a far pin seem to lie here."""
    pins = (Point(10, 100, 40),)
    bare = section_picture(Sight(volume(), Dej.plane(40), 70, 20, pins, line=False), along="x")
    assert rows_of_line(bare).size == 0
    near = section_picture(Sight(volume(), Dej.plane(40), 12, 20, pins, line=False), along="x")
    assert rows_of_line(near).size > 5
    assert (face_picture(Sight(volume(), Dej.plane(40), 5, 5, pins)) == DEJ_COLOUR).all(-1).any()


def test_contrast_stretches_and_brightens() -> None:
    """A dark dermis would stay black."""
    greys = np.array([[0, 50, 100, 150, 255]], np.uint8)
    assert Contrast().applied(greys) is greys
    assert Contrast(50, 150).applied(greys).tolist() == [[0, 0, 128, 255, 255]]
    assert Contrast(gamma=2.0).applied(greys)[0, 1] > 100
    assert Contrast(100, 100).applied(greys).tolist() == [[0, 0, 0, 255, 255]]


def test_any_place_of_any_volume_can_be_drawn() -> None:
    """The last voxel, or a volume of a few, would break the page."""
    small = Volume.from_array(np.zeros((25, 3, 4), np.uint8))
    for sight in (
        Sight(volume(), Dej.plane(99), 79, 199),
        Sight(small, Dej.plane(2.5), 2, 3),
        Sight(small, Dej.plane(1), 0, 0),
    ):
        for picture in (
            face_picture(sight),
            section_picture(sight, along="x"),
            section_picture(sight, along="y"),
        ):
            data = base64.b64decode(jpeg(picture).removeprefix("data:image/jpeg;base64,"))
            assert Image.open(io.BytesIO(data)).size == picture.shape[1::-1]
