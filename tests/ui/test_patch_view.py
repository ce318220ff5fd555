"""What the model saw, asked in another process."""

from pathlib import Path

import numpy as np
import pytest

from dermdash.errors import DejError, ModelError
from dermdash.grading.model import find_model
from dermdash.imaging.dej import Dej
from dermdash.imaging.slab import Sampling
from dermdash.imaging.volume import Reading, read_volume
from dermdash.settings import Settings
from dermdash.ui.patch_view import see_patch
from tests.support.studies import write_small

DEJ = Dej.plane(15.0)


@pytest.fixture
def scan(tmp_path: Path) -> tuple[Path, Reading]:
    path = write_small(tmp_path / "S01.tif")
    return path, read_volume(path).reading


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return find_model(None, Settings(tmp_path).model_folders).folder


def test_the_patch_comes_back_with_what_spoke_for_each_grade(
    scan: tuple[Path, Reading], model: Path
) -> None:
    """A score could not be looked into."""
    seen = see_patch(*scan, DEJ, Sampling(), model, depth_um=20, crop=1)
    assert seen.rgb.shape == (224, 224, 3)
    assert seen.rgb.dtype == np.uint8
    assert seen.activation.shape == (7, 7, 4)
    assert seen.probabilities.sum() == pytest.approx(1, abs=1e-5)


def test_a_map_is_followed(scan: tuple[Path, Reading], model: Path) -> None:
    """The patch shown would lie elsewhere than the one graded."""
    surface = Dej.surface(np.full((400, 800), 15.0, np.float32))
    plane = see_patch(*scan, DEJ, Sampling(), model, depth_um=20, crop=0)
    followed = see_patch(*scan, surface, Sampling(), model, depth_um=20, crop=0)
    assert np.array_equal(plane.rgb, followed.rgb)


def test_a_depth_outside_the_volume_is_refused_in_words(
    scan: tuple[Path, Reading], model: Path
) -> None:
    """The other process's traceback would reach the page."""
    with pytest.raises(DejError, match="depth_um=500 has no layer"):
        see_patch(*scan, DEJ, Sampling(), model, depth_um=500, crop=0)


def test_a_damaged_model_is_refused_in_words(scan: tuple[Path, Reading], tmp_path: Path) -> None:
    """A damaged model would look like a fault of the program."""
    with pytest.raises(ModelError):
        see_patch(*scan, DEJ, Sampling(), tmp_path, depth_um=20, crop=0)
