"""A DEJ through a few pins: what a reader pinned must be what is graded."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dermdash.errors import DejError
from dermdash.imaging.control_points import (
    Point,
    deepest_um,
    dej_through,
    depth_at,
    face_along,
    mean_distance_um,
    mean_um,
    pin,
)
from dermdash.imaging.dej import Dej
from dermdash.imaging.volume import Volume

SPACING = (1.0, 2.0, 1.0)
FIELD_UM = (2.0 * 59, 1.0 * 149)


def volume(seed: int = 0) -> Volume:
    voxels = np.random.default_rng(seed).integers(0, 256, (120, 60, 150), np.uint8)
    return Volume.from_array(voxels, SPACING)


VOLUME = volume()
places = st.tuples(st.integers(0, 59), st.integers(0, 149))


def test_one_pin_is_a_plane() -> None:
    """A click would not be the depth that was clicked."""
    dej = dej_through([Point(10, 20, 62.0)], VOLUME)
    assert (dej.kind, dej.depth_um) == ("plane", 62.0)
    assert dej_through([Point(1, 2, 50), Point(90, 100, 50)], VOLUME).depth_um == 50


def test_two_pins_tilt_along_their_line_only() -> None:
    """A tilt that nobody pinned would be made up."""
    dej = dej_through([Point(0, 0, 40), Point(0, 149, 60)], VOLUME)
    assert dej.map_um is not None
    assert dej.map_um[:, 0] == pytest.approx(40, abs=1e-3)
    assert dej.map_um[:, -1] == pytest.approx(60, abs=1e-3)
    assert np.ptp(dej.map_um, axis=0).max() < 1e-3


@settings(max_examples=40, deadline=None)
@given(
    st.lists(places, min_size=3, max_size=9, unique=True),
    st.floats(40, 60),
    st.floats(-0.1, 0.1),
    st.floats(-0.1, 0.1),
)
def test_pins_of_a_tilted_plane_give_it_back(
    pinned: list[tuple[int, int]], depth: float, slope_y: float, slope_x: float
) -> None:
    """A tilted scan would be bent where it is not."""
    at = np.array(pinned) * SPACING[1:]
    spread = at - at.mean(axis=0)
    strengths = np.linalg.svd(spread, compute_uv=False)
    points = [Point(y, x, depth + slope_y * y + slope_x * x) for y, x in at]
    dej = dej_through(points, VOLUME)
    for (y, x), point in zip(pinned, points, strict=True):
        assert depth_at(dej, y, x) == pytest.approx(point.depth_um, abs=0.05)
    if strengths[1] > 5:  # not on one line, which leaves the tilt across it open
        y, x = np.meshgrid(np.arange(60) * 2.0, np.arange(150) * 1.0, indexing="ij")
        truth = depth + slope_y * y + slope_x * x
        drawn = dej.map_um if dej.map_um is not None else np.full(truth.shape, dej.depth_um)
        assert np.abs(drawn - truth).max() < 0.05


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(places, st.floats(2, 95)), min_size=4, max_size=12))
def test_a_bent_surface_stays_in_the_volume_and_can_be_graded(
    pinned: list[tuple[tuple[int, int], float]],
) -> None:
    """The worker would refuse, much later, what a reader accepted."""
    points: tuple[Point, ...] = ()
    for (y, x), depth in pinned:
        points = pin(points, Point(y * 2.0, x * 1.0, depth))
    dej_through(points, VOLUME).check(VOLUME)


def test_a_surface_goes_through_its_pins() -> None:
    """The line would run beside the place that was pinned."""
    points = [Point(10, 10, 50), Point(10, 140, 60), Point(110, 10, 55), Point(60, 75, 40)]
    dej = dej_through(points, VOLUME)
    for p in points:
        assert depth_at(dej, round(p.y_um / 2), round(p.x_um)) == pytest.approx(p.depth_um, abs=0.5)


def test_a_wild_surface_is_clipped() -> None:
    """Far from the pins a spline may run out of the volume."""
    points = [Point(0, 0, 5), Point(0, 20, 95), Point(20, 0, 95), Point(20, 20, 5)]
    dej = dej_through(points, VOLUME)
    assert dej.map_um is not None
    assert dej.map_um.min() >= 1
    assert dej.map_um.max() <= deepest_um(VOLUME) == 99


@pytest.mark.parametrize("depth", [0.0, -3.0, 99.5, 400.0, float("nan")])
def test_a_pin_outside_the_volume_is_refused(depth: float) -> None:
    """A slip would be clipped in silence, and graded."""
    with pytest.raises(DejError):
        dej_through([Point(10, 10, 50), Point(50, 50, depth)], VOLUME)


def test_no_pin_is_refused() -> None:
    """Nothing would be marked somewhere."""
    with pytest.raises(DejError, match="no depth is pinned"):
        dej_through([], VOLUME)


def test_a_pin_on_a_pin_takes_its_place() -> None:
    """A corrected pin would pull against the wrong one for ever."""
    first = pin((), Point(50, 50, 60))
    assert pin(first, Point(52, 51, 64)) == (Point(52, 51, 64),)
    assert len(pin(first, Point(60, 50, 64))) == 2


def test_the_layer_along_a_dej_is_that_of_the_voxels() -> None:
    """The reader would judge another layer than the one that is graded."""
    voxels = VOLUME.layers(0, 120)
    assert np.array_equal(face_along(VOLUME, Dej.plane(7.0)), voxels[7])
    between = face_along(VOLUME, Dej.plane(7.5)).astype(int)
    assert np.abs(between - (voxels[7].astype(int) + voxels[8]) / 2).max() <= 0.5
    steps = np.repeat([[3.0], [90.0]], 30, axis=0) * np.ones((1, 150))
    face = face_along(VOLUME, Dej.surface(steps))
    assert np.array_equal(face[:30], voxels[3, :30])
    assert np.array_equal(face[30:], voxels[90, 30:])
    assert face_along(VOLUME, Dej.plane(119.0)).shape == (60, 150)


def test_distances_are_means_over_the_field() -> None:
    """Two surfaces that cross would pass for the same one."""
    tilted = dej_through([Point(0, 0, 40), Point(0, 149, 60)], VOLUME)
    assert mean_um(tilted) == pytest.approx(50, abs=0.01)
    assert mean_distance_um(tilted, Dej.plane(50)) == pytest.approx(5, abs=0.1)
    assert mean_distance_um(Dej.plane(40), Dej.plane(50)) == 10
