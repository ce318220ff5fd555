"""Read-outs on volumes with faults planted at known places, and on phantoms without any."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from dermdash.imaging.lights import colours, lights, worst
from dermdash.imaging.phantom import make_phantom
from dermdash.imaging.phantom.optics import RANGES, Physics
from dermdash.imaging.quality import Quality, measure_quality
from dermdash.imaging.volume import Reading, Volume

SHAPE = (140, 96, 128)
MIDDLE = Physics(**{name: (low + high) / 2 for name, (low, high) in RANGES.items()})


@cache
def voxels(quality: float = 2.5, grey: float = 80.0) -> NDArray[np.uint8]:
    """A phantom without faults."""
    physics = replace(MIDDLE, grey=grey)
    return make_phantom(quality=quality, shape=SHAPE, seed=3, physics=physics).volume


def read(planes: NDArray[np.uint8], step_um: float = 1.0) -> Quality:
    return measure_quality(Volume.from_array(planes, (step_um, 1.0, 1.0)))


@pytest.mark.parametrize("grade", [1.0, 2.0, 3.0, 4.0])
def test_a_good_volume_is_green_whatever_its_grade(grade: float) -> None:
    """Poor skin would be thrown out as a poor picture, and the study be biased."""
    found = read(voxels(grade))
    assert set(colours(found).values()) == {"green"}
    assert (found.black_layers, found.repeated_layers) == ((), ())
    assert (found.signal_from_um, found.signal_to_um) == (0.0, SHAPE[0] - 1)


@pytest.mark.parametrize("grey", [45.0, 110.0])
def test_brightness_decides_nothing(grey: float) -> None:
    """A darker display would turn the lights."""
    assert worst(colours(read(voxels(grey=grey))))[1] == "green"


def test_saturated_voxels_are_counted_exactly() -> None:
    """Clipped fibres would pass for thick ones, unseen."""
    planes = np.clip(voxels(), 1, 254)
    flat = planes.reshape(-1)
    flat[: flat.size // 4] = 255
    flat[-flat.size // 5 :] = 0
    found = read(planes)
    assert found.saturated_high == pytest.approx((flat.size // 4) / flat.size)
    assert found.saturated_low == pytest.approx(-(-flat.size // 5) / flat.size)
    assert colours(found)["Saturated voxels"] == "amber"
    flat[: flat.size // 3] = 255
    assert colours(read(planes))["Saturated voxels"] == "red"


def test_black_layers_are_found_where_they_are() -> None:
    """Layers that the camera lost would be graded."""
    planes = voxels().copy()
    planes[[7, 60, 61]] = 0
    planes[60, ::40, ::40] = 200  # a few hot voxels
    found = read(planes)
    assert found.black_layers == (7, 60, 61)
    assert found.repeated_layers == ()
    assert colours(found)["Black layers"] == "red"
    assert found.signal_to_um == SHAPE[0] - 1  # three lost layers do not end the signal


def test_repeated_layers_are_found_also_through_a_lossy_copy() -> None:
    """A stage that stood still would make the dermis look deeper than it is."""
    planes = voxels().copy()
    planes[30] = planes[29]
    noise = np.random.default_rng(0).integers(-2, 3, planes[90].shape)
    planes[90] = np.clip(planes[89].astype(int) + noise, 0, 255)
    found = read(planes)
    assert found.repeated_layers == (30, 90)
    assert colours(found)["Repeated layers"] == "amber"


@pytest.mark.parametrize("cut", [50, 100])
@pytest.mark.parametrize("rest", ["noise", "black"])
def test_the_signal_ends_where_noise_begins(cut: int, rest: str) -> None:
    """Noise below the reach of the light would be graded as skin."""
    planes = voxels().copy()
    noise = np.random.default_rng(1).normal(30, 9, planes[cut:].shape)
    planes[cut:] = np.clip(noise, 0, 255) if rest == "noise" else 0
    found = read(planes)
    assert found.signal_from_um == 0
    assert found.signal_to_um == pytest.approx(cut - 1, abs=5)
    assert colours(found)["Usable signal"] == ("red" if cut < 65 else "amber")
    assert colours(found, needed_um=cut - 10)["Usable signal"] == "green"


def test_noise_alone_is_no_signal_and_grey_alone_no_contrast() -> None:
    """An empty volume would be green."""
    noise = np.random.default_rng(2).normal(60, 5, SHAPE).astype(np.uint8)
    found = read(noise)
    assert found.signal_to_um is None
    assert colours(found)["Usable signal"] == "red"
    assert colours(read(noise // 4))["Contrast"] == "red"
    grey = read(np.full((3, 4, 5), 7, np.uint8))
    assert (grey.contrast, grey.signal_to_um, grey.repeated_layers) == (0, None, ())


def test_layers_far_apart_are_not_judged_by_their_neighbours() -> None:
    """Good volumes with coarse steps would be red."""
    found = read(voxels()[::5], step_um=5.0)
    assert found.signal_to_um is None
    assert colours(found)["Usable signal"] == "not measured"
    assert worst(colours(found))[1] == "green"


def test_fine_steps_are_compared_at_1_um() -> None:
    """The same skin would read otherwise, sampled more finely."""
    fine = np.repeat(voxels(), 2, axis=0)
    found = read(fine, step_um=0.5)
    assert found.signal_to_um == pytest.approx(SHAPE[0] - 0.5)
    assert len(found.repeated_layers) == SHAPE[0]


@settings(max_examples=25, deadline=None)
@given(
    st.tuples(st.integers(1, 4), st.integers(1, 6), st.integers(1, 6)),
    st.sampled_from([0.3, 1.0, 7.0]),
    st.integers(0, 5),
)
def test_any_volume_reads_and_comes_back_from_json(
    shape: tuple[int, int, int], step_um: float, seed: int
) -> None:
    """A tiny volume would end the worker's job in a traceback."""
    planes = np.random.default_rng(seed).integers(0, 256, shape).astype(np.uint8)
    found = read(planes, step_um)
    assert Quality.from_json(found.to_json()) == found
    assert {light.name: light.colour for light in lights(found)} == colours(found)


def test_pages_in_another_order_read_the_same(tmp_path) -> None:  # type: ignore[no-untyped-def]
    """B-scans as pages would give other read-outs of the same volume."""
    from dermdash.imaging.quality import measure_file
    from dermdash.imaging.readers import write_tiff

    planes = voxels()[:40]
    write_tiff(tmp_path / "a.tif", planes, spacing_um=(1.0, 1.0, 1.0))
    write_tiff(tmp_path / "b.tif", planes.transpose(1, 0, 2), spacing_um=(1.0, 1.0, 1.0))
    one = measure_file(tmp_path / "a.tif", Reading(axes="zyx", spacing_um=(1.0, 1.0, 1.0)))
    other = measure_file(tmp_path / "b.tif", Reading(axes="yzx", spacing_um=(1.0, 1.0, 1.0)))
    assert one == other
