"""One window a volume: the same skin grades the same, in whatever type it was saved."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from dermdash.errors import VolumeError
from dermdash.imaging.intensity import measure_window, to_uint8

BYTES = np.random.default_rng(3).integers(0, 256, (4, 50, 60), dtype=np.uint8)


@pytest.mark.parametrize(
    "saved",
    [
        BYTES.astype(np.uint16),
        BYTES.astype(np.int16),
        BYTES.astype(np.uint16) * 257,
        BYTES.astype(np.float32),
        BYTES.astype(np.float64) / 255,
        BYTES.astype(">f4"),
        BYTES.astype(np.int32) * 100 - 12_000,
        (BYTES.astype(np.int16) - 128).astype(np.int8),
        BYTES.astype(np.float32) / 51 - 60,
    ],
)
def test_saved_in_another_type_the_voxels_are_the_same(saved: NDArray[Any]) -> None:
    """Lost: converting a file to 16 bits or decibels would change its score."""
    assert np.array_equal(to_uint8(saved, measure_window(saved)), BYTES)


def test_a_hot_voxel_does_not_darken_the_volume() -> None:
    """Lost: one dead pixel would push all skin into the lowest greys."""
    values = BYTES.astype(np.float32) * 3 + 500
    values[0, 0, 0] = 1e9
    low, high = measure_window(values)
    assert 490 <= low < 520
    assert 1200 < high < 1300


def test_uint8_is_left_as_it_is() -> None:
    """Lost: eight-bit files would be stretched, and no longer look as in training."""
    assert to_uint8(BYTES, (0.0, 255.0)) is not None
    assert np.array_equal(to_uint8(BYTES, (0.0, 255.0)), BYTES)
    assert np.array_equal(to_uint8(BYTES, (0.0, 255.0), inverted=True), 255 - BYTES)


def test_a_window_clips_and_rounds() -> None:
    """Lost: values beyond the window would wrap around from white to black."""
    values = np.array([[-1e9, 0, 60, 100, 1e9]], np.float64)
    assert to_uint8(values, (0, 100)).tolist() == [[0, 0, 153, 255, 255]]
    assert to_uint8(values, (0, 100), inverted=True).tolist() == [[255, 255, 102, 0, 0]]


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6))
def test_more_light_is_never_darker(low: float, width: float) -> None:
    """Lost: a window could reverse the order of greys."""
    values = np.linspace(low - width, low + 2 * width, 100)[None]
    grey = to_uint8(values, (low, low + width)).astype(int)
    assert np.all(np.diff(grey) >= 0)
    assert (grey.min(), grey.max()) == (0, 255)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_no_numbers_no_grey(bad: float) -> None:
    """Lost: NaN would become an arbitrary grey."""
    with pytest.raises(VolumeError, match="NaN or infinite"):
        to_uint8(np.array([[bad]]), (0, 1))
    with pytest.raises(VolumeError, match="NaN or infinite"):
        measure_window(np.array([0, 1, bad]))
