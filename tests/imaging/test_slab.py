"""Geometry in micrometres: layer k is k µm under the DEJ, whatever the grid."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dermdash.errors import DejError, VolumeError
from dermdash.imaging.dej import Dej
from dermdash.imaging.slab import Sampling, crops_that_fit, dermis_below, planes_at
from dermdash.imaging.volume import Volume
from tests.support.volumes import ramp, texture


def test_whole_depths_are_the_volumes_own_planes() -> None:
    """Lost: the default grading would blur what the instrument saw."""
    voxels = texture((150, 400, 401))
    slab = dermis_below(Volume.from_array(voxels), Dej.plane(62))
    assert slab.planes.dtype == np.uint8
    assert np.array_equal(slab.planes, voxels[61:133])
    assert slab.depth_um.tolist() == list(range(70))


@settings(max_examples=30, deadline=None)
@given(
    step=st.sampled_from([0.5, 0.7, 1.0, 1.1, 1.3, 2.0]),
    dej_um=st.floats(1, 40),
)
def test_a_plane_lies_where_it_says(step: float, dej_um: float) -> None:
    """Lost: on another grid, or between two slices, depths would be off by some µm."""
    volume = ramp(round(115 / step), (20, 30), (step, 1.0, 1.0))
    depth_um = dej_um + np.arange(-1, 71)
    for dej in (Dej.plane(dej_um), Dej.surface(np.full((20, 30), dej_um))):
        planes = planes_at(volume, dej, -1, 70)
        assert np.abs(planes[:, 7, 9] * step - depth_um).max() < 2e-3


def test_between_two_slices_greys_are_mixed_linearly() -> None:
    """Lost: a DEJ of 62.25 µm would jump to 62."""
    voxels = texture((110, 20, 30))
    planes = planes_at(Volume.from_array(voxels), Dej.plane(30.25), -1, 70)
    assert planes.dtype == np.float32
    assert np.allclose(planes, 0.75 * voxels[29:101] + 0.25 * voxels[30:102], atol=1e-3)


def test_a_surface_is_followed_column_by_column() -> None:
    """Lost: under a tilted DEJ one side would be graded too deep, the other in the epidermis."""
    surface = np.linspace(20, 60, 500)[None] + np.zeros((400, 1))
    dej = Dej.surface(surface)
    slab = dermis_below(ramp(140, (400, 500)), dej)
    smooth = dej.smoothed((1, 1))
    for layer in (0, 35, 69):
        assert np.abs(slab.planes[layer + 1] - (smooth + layer)).max() < 0.01
    assert slab.depth_um.tolist() == list(range(70))


def test_a_flat_surface_is_a_plane() -> None:
    """Lost: marking a plane as a map would give another score."""
    volume = Volume.from_array(texture((150, 400, 400)))
    plane = dermis_below(volume, Dej.plane(40))
    surface = dermis_below(volume, Dej.surface(np.full((400, 400), 40)))
    assert np.array_equal(plane.planes, surface.planes)


@pytest.mark.parametrize("dej_um", [62.0, 62.4])
def test_margins_reach_as_far_as_the_volume(dej_um: float) -> None:
    """Lost: the sensitivity to the DEJ could not be shown, or a short margin would be an error."""
    volume = ramp(200)
    wide = dermis_below(volume, Dej.plane(dej_um), Sampling(margin_um=10))
    assert wide.depth_um.tolist() == list(range(-10, 80))
    assert len(wide.planes) == 92
    shallow = dermis_below(volume, Dej.plane(dej_um - 58), Sampling(margin_um=10))
    assert shallow.depth_um[0] == -3
    deep = dermis_below(ramp(136), Dej.plane(dej_um), Sampling(margin_um=10))
    assert deep.depth_um[-1] == 135 - np.ceil(dej_um) - 1


def test_a_short_volume_gives_a_shorter_slab() -> None:
    """Lost: layers would be invented below the volume, or a fair scan refused."""
    slab = dermis_below(ramp(100), Dej.plane(60))
    assert slab.depth_um.tolist() == list(range(39))
    assert slab.planes[-1, 0, 0] == 99
    assert len(dermis_below(ramp(100), Dej.plane(79)).depth_um) == 20
    with pytest.raises(DejError, match="leaves 19 layers"):
        dermis_below(ramp(100), Dej.plane(80))


def test_blank_layers_are_refused() -> None:
    """Lost: an empty recording would get a grade."""
    with pytest.raises(VolumeError, match="all of grey value 0"):
        dermis_below(Volume.from_array(np.zeros((100, 400, 400), np.uint8)), Dej.plane(20))


@pytest.mark.parametrize(
    ("shape", "spacing", "crops"),
    [
        ((300, 500, 1224), (1, 1, 1), 3),
        ((300, 400, 400), (1, 1, 1), 1),
        ((300, 400, 800), (1, 1, 1), 2),
        ((300, 400, 799), (1, 1, 1), 1),
        ((300, 1224, 500), (1, 1, 1), 3),
        ((300, 400, 4000), (1, 1, 1), 3),
        ((300, 385, 942), (1, 1.3, 1.3), 3),
        ((300, 308, 615), (1, 1.3, 1.3), 1),
        ((300, 800, 1600), (1, 0.5, 0.5), 2),
    ],
)
def test_crops_that_fit(
    shape: tuple[int, int, int], spacing: tuple[float, float, float], crops: int
) -> None:
    """Lost: two scanners' fields would be cut into crops of different size in µm."""
    assert crops_that_fit(shape, spacing) == crops


@pytest.mark.parametrize(
    ("shape", "spacing"),
    [((300, 399, 1224), (1, 1, 1)), ((300, 500, 399), (1, 1, 1)), ((300, 500, 700), (1, 0.5, 1))],
)
def test_fields_too_small(shape: tuple[int, int, int], spacing: tuple[float, float, float]) -> None:
    """Lost: crops would be padded with what is no skin."""
    with pytest.raises(VolumeError, match="both sides need 400 µm"):
        crops_that_fit(shape, spacing)


@pytest.mark.parametrize(
    "options", [{"thickness_um": 19}, {"margin_um": -1}, {"crops": 0}, {"crops": 4}]
)
def test_impossible_sampling(options: dict[str, int]) -> None:
    """Lost: a slip in a setting would give a score of another kind."""
    with pytest.raises(VolumeError, match="give"):
        Sampling(**options)
