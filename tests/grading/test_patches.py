"""Patches: the network must see the same 400 µm, in the same channels, as when it was trained."""

from itertools import pairwise

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dermdash.errors import VolumeError
from dermdash.grading.patches import crop_origins, en_face_patches, iter_patches
from dermdash.imaging.slab import Slab
from tests.support.volumes import texture


def slab(n_layers: int = 5, y: int = 420, x: int = 1224) -> Slab:
    depth_um = np.arange(n_layers, dtype=np.int16)
    return Slab(texture((n_layers + 2, y, x)), depth_um, (1.0, 1.0))


def resized(crop: np.ndarray) -> np.ndarray:
    return cv2.resize(crop.astype(np.float32), (224, 224), interpolation=cv2.INTER_LINEAR)


def test_each_patch_is_its_crop_with_its_neighbours() -> None:
    """Lost: channels or crops could be mixed up between layers, and still look like skin."""
    given = slab()
    patches = en_face_patches(given)
    assert patches.shape == (15, 224, 224, 3)
    assert patches.dtype == np.float32
    for layer in range(5):
        for crop, x in enumerate((0, 412, 824)):
            for channel in range(3):
                expected = resized(given.planes[layer + channel, 10:410, x : x + 400])
                assert np.array_equal(patches[3 * layer + crop, ..., channel], expected)


@pytest.mark.parametrize("batch", [1, 2, 3, 4, 10, 100])
def test_batches_hold_the_same_patches(batch: int) -> None:
    """Lost: a score would depend on how many patches are graded at a time."""
    given = slab()
    batches = [patches.copy() for patches in iter_patches(given, batch=batch)]
    assert all(len(patches) == batch for patches in batches[:-1])
    assert np.array_equal(np.concatenate(batches), en_face_patches(given))


def test_layers_can_be_shared_out() -> None:
    """Lost: grading on two cores would give another score than on one."""
    given = slab()
    parts = [list(iter_patches(given, batch=100, layers=range(*part))) for part in ((0, 2), (2, 5))]
    assert np.array_equal(np.concatenate([p[0] for p in parts]), en_face_patches(given))


def test_resizing_equals_keras() -> None:
    """Lost: the network would see skin resized in another way than in training."""
    plane = texture((1, 400, 400))[0].astype(np.float64)
    at = (np.arange(224) + 0.5) * 400 / 224 - 0.5
    low = np.clip(np.floor(at).astype(int), 0, 398)
    part = at - low
    rows = plane[low] * (1 - part)[:, None] + plane[low + 1] * part[:, None]
    expected = rows[:, low] * (1 - part) + rows[:, low + 1] * part
    assert np.abs(resized(plane.astype(np.uint8)) - expected).max() < 1e-2


@given(
    y=st.integers(400, 1300),
    x=st.integers(400, 1300),
    spacing=st.tuples(st.floats(0.5, 1.0), st.floats(0.5, 1.0)),
)
def test_crops_are_400_um_and_inside(y: int, x: int, spacing: tuple[float, float]) -> None:
    """Lost: a crop could reach beyond the field, overlap its neighbour or have another size."""
    shape = (round(y / spacing[0]), round(x / spacing[1]))
    origins = crop_origins(shape, spacing)
    assert 1 <= len(origins) <= 3
    for y0, x0, height, width in origins:
        assert height * spacing[0] == pytest.approx(400, abs=spacing[0])
        assert width * spacing[1] == pytest.approx(400, abs=spacing[1])
        assert 0 <= y0 <= y0 + height <= shape[0]
        assert 0 <= x0 <= x0 + width <= shape[1]
    for (y0, x0, h, w), (y1, x1, _, _) in pairwise(origins):
        assert y1 >= y0 + h or x1 >= x0 + w


def test_fewer_crops_than_fit() -> None:
    """Lost: a study's one number of crops could not be kept in a wider field."""
    assert crop_origins((500, 1224), (1, 1), 1) == [(50, 412, 400, 400)]
    assert crop_origins((500, 1224), (1, 1), 2) == [(50, 0, 400, 400), (50, 824, 400, 400)]
    assert crop_origins((1224, 500), (1, 1), 2) == [(0, 50, 400, 400), (824, 50, 400, 400)]
    assert en_face_patches(slab(), 2).shape[0] == 10


def test_more_crops_than_fit() -> None:
    """Lost: a narrow scan in a study of three crops would be graded on overlapping skin."""
    with pytest.raises(VolumeError, match="3 crops a layer are asked for, 2 fit"):
        crop_origins((500, 1000), (1, 1), 3)
