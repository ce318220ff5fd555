"""Volumes and readings: what was read how is fixed once and kept."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
import tifffile
from hypothesis import given
from hypothesis import strategies as st

from dermdash.errors import VolumeError
from dermdash.imaging.volume import Reading, Volume, read_volume
from tests.support.volumes import texture


@given(
    axes=st.sampled_from([None, "zyx", "yzx", "xyz"]),
    spacing=st.none() | st.tuples(*[st.floats(0.05, 10)] * 3),
    window=st.none() | st.tuples(st.floats(-100, 0), st.floats(1, 100)),
)
def test_a_reading_survives_json(
    axes: str | None,
    spacing: tuple[float, float, float] | None,
    window: tuple[float, float] | None,
) -> None:
    """Lost: a stored scan would be graded another way than it was added."""
    reading = Reading(axes, spacing, window)
    assert Reading.from_json(reading.to_json()) == reading


@pytest.mark.parametrize("axes", ["zy", "zyxx", "tyx", "ZYX", ""])
def test_unknown_axes(axes: str) -> None:
    """Lost: a typing error would turn the volume."""
    with pytest.raises(VolumeError, match="no order of z, y and x"):
        Reading(axes=axes)


@pytest.mark.parametrize("window", [(5, 5), (9, 1), (0, float("inf")), (float("nan"), 1)])
def test_impossible_windows(window: tuple[float, float]) -> None:
    """Lost: a window of no width would divide by zero."""
    with pytest.raises(VolumeError, match="no window"):
        Reading(window=window)


def test_the_reading_is_complete_once_read(tmp_path: Path) -> None:
    """Lost: a grading's key would leave open what was measured, and not change with it."""
    tifffile.imwrite(tmp_path / "scan.tif", texture().astype(np.uint16) * 257)
    volume = read_volume(tmp_path / "scan.tif")
    assert volume.reading == Reading("zyx", (1.0, 1.0, 1.0), (0.0, 65_535.0))
    assert volume.spacing_source == "assumed"
    again = read_volume(tmp_path / "scan.tif", volume.reading)
    assert again.reading == volume.reading
    assert np.array_equal(again.layers(0, 24), texture())


def test_sha256_is_of_the_files_bytes(tmp_path: Path) -> None:
    """Lost: the same file would not be known again."""
    tifffile.imwrite(tmp_path / "scan.tif", texture())
    expected = hashlib.sha256((tmp_path / "scan.tif").read_bytes()).hexdigest()
    assert read_volume(tmp_path / "scan.tif").sha256 == expected


@pytest.mark.parametrize(("start", "stop"), [(-1, 3), (0, 25), (5, 5), (24, 25)])
def test_layers_outside(start: int, stop: int) -> None:
    """Lost: a depth beyond the volume would wrap to its other end."""
    with pytest.raises(VolumeError, match="z from 0 to 23"):
        Volume.from_array(texture()).layers(start, stop)


def test_blank_volumes_are_known_before_they_are_stored(tmp_path: Path) -> None:
    """Lost: an empty recording would be stored, and found out only when its grading failed."""
    tifffile.imwrite(tmp_path / "scan.tif", np.zeros((24, 50, 60), np.uint8))
    with pytest.raises(VolumeError, match="all voxels are 0"):
        read_volume(tmp_path / "scan.tif").check_voxels()
    Volume.from_array(texture()).check_voxels()


def test_views_are_the_voxels() -> None:
    """Lost: pages would show other skin than was graded."""
    voxels = texture()
    volume = Volume.from_array(voxels)
    assert np.array_equal(volume.en_face(3), voxels[3])
    assert np.array_equal(volume.b_scan(4), voxels[:, 4])
