"""The corridor as a whole: a file goes in, and the score of its dermis comes out."""

import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile

from dermdash import pipeline
from dermdash.errors import DejError, VolumeError
from dermdash.grading.grader import LiteRtGrader, load_grader
from dermdash.grading.profile import depth_profile, summarize
from dermdash.imaging import readers
from dermdash.imaging.dej import Dej
from dermdash.imaging.phantom import make_phantom
from dermdash.imaging.readers import write_tiff
from dermdash.imaging.slab import Sampling
from dermdash.imaging.volume import Reading, Volume, read_volume
from dermdash.pipeline import explain_patch, grade_file, grade_volume
from tests.support.graders import BrightnessGrader
from tests.support.volumes import ramp, texture

BUNDLED = Path(__file__).resolve().parents[1] / "models" / "phantom-v1"


@pytest.fixture(scope="module")
def network() -> LiteRtGrader:
    return load_grader(BUNDLED, threads=2)


def bright_to_dark(n_layers: int = 150, shape_yx: tuple[int, int] = (400, 820)) -> Volume:
    """A volume whose grade by brightness falls with depth: 4 at the top, 1 at the bottom."""
    grey = np.linspace(255, 0, n_layers).round().astype(np.uint8)
    return Volume.from_array(np.broadcast_to(grey[:, None, None], (n_layers, *shape_yx)))


def test_depth_and_crops_of_a_grading() -> None:
    """Lost: layers would be shuffled, and a profile show skin of another depth."""
    grading = grade_volume(bright_to_dark(), Dej.plane(30), BrightnessGrader())
    assert grading.probabilities.shape == (70, 2, 4)
    assert grading.probabilities.dtype == np.float32
    assert grading.depth_um.tolist() == list(range(70))
    assert grading.depth_um.dtype == np.int16
    assert grading.model_digest == "brightness"
    expected = 4 - 3 * (30 + np.arange(70)) / 149
    assert np.allclose(depth_profile(grading).expected_grade, expected, atol=0.01)


@pytest.mark.parametrize("threads", [2, 3, 8])
def test_the_number_of_threads_changes_nothing(threads: int) -> None:
    """Lost: the command line and the worker would give one volume two scores."""
    volume, dej = Volume.from_array(texture((60, 400, 400))), Dej.plane(10)
    alone = grade_volume(volume, dej, BrightnessGrader())
    shared = grade_volume(volume, dej, BrightnessGrader(threads=threads))
    assert np.array_equal(alone.probabilities, shared.probabilities)
    assert np.array_equal(alone.depth_um, shared.depth_um)


def test_the_margin_leaves_the_score_alone() -> None:
    """Lost: a study's score, graded with its margin, would differ from the command line's."""
    volume, dej = bright_to_dark(), Dej.plane(30)
    plain = grade_volume(volume, dej, BrightnessGrader())
    wide = grade_volume(volume, dej, BrightnessGrader(), sampling=Sampling(margin_um=10))
    assert wide.depth_um.tolist() == list(range(-10, 80))
    assert np.array_equal(wide.slab.probabilities, plain.probabilities)
    assert summarize(wide) == summarize(plain)


def test_shifting_the_dej_shifts_the_layers() -> None:
    """Lost: the sensitivity to the DEJ, read from the margin, would be another scan's."""
    volume = bright_to_dark()
    wide = grade_volume(volume, Dej.plane(30), BrightnessGrader(), sampling=Sampling(margin_um=10))
    shifted = grade_volume(volume, Dej.plane(37), BrightnessGrader())
    window = (wide.depth_um >= 7) & (wide.depth_um < 77)
    assert np.array_equal(wide.probabilities[window], shifted.probabilities)


def test_layers_are_one_um_on_any_grid() -> None:
    """Lost: a scanner of 2 µm steps would be graded over 140 µm of dermis."""
    volume = ramp(75, (200, 200), (2.0, 2.0, 2.0))
    grading = grade_volume(volume, Dej.plane(30), BrightnessGrader())
    grey = (30 + np.arange(70)) / 2
    assert np.allclose(depth_profile(grading).expected_grade, 1 + 3 * grey / 255, atol=1e-3)


@pytest.mark.parametrize("compression", [None, "zlib"])
def test_a_file_grades_like_its_voxels(compression: str | None, tmp_path: Path) -> None:
    """Lost: reading and grading would disagree on which layer is which."""
    voxels = texture((50, 400, 410))
    tifffile.imwrite(tmp_path / "scan.tif", voxels, compression=compression)
    from_file = grade_volume(read_volume(tmp_path / "scan.tif"), Dej.plane(12), BrightnessGrader())
    in_memory = grade_volume(Volume.from_array(voxels), Dej.plane(12), BrightnessGrader())
    assert np.array_equal(from_file.probabilities, in_memory.probabilities)


def test_a_grading_reads_72_of_300_layers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lost: each grading would read the whole file, four times what it needs."""
    write_tiff(tmp_path / "scan.tif", texture((300, 400, 400)), spacing_um=(1, 1, 1))
    n_bytes = 0
    fill = readers.fill

    def counting_fill(plane: Any, *place: Any) -> None:
        nonlocal n_bytes
        n_bytes += plane.nbytes
        fill(plane, *place)

    monkeypatch.setattr(readers, "fill", counting_fill)
    grade_volume(read_volume(tmp_path / "scan.tif"), Dej.plane(62), BrightnessGrader())
    assert n_bytes == 72 * 400 * 400


def test_bad_input_is_refused_before_the_network_is_asked() -> None:
    """Lost: a wrong DEJ or an empty scan would be graded as if it were skin."""
    volume = bright_to_dark()
    with pytest.raises(DejError, match="below the volume"):
        grade_volume(volume, Dej.plane(340), BrightnessGrader())
    with pytest.raises(DejError, match="the DEJ map has"):
        grade_volume(volume, Dej.surface(np.full((400, 400), 40)), BrightnessGrader())
    with pytest.raises(VolumeError, match="400 µm"):
        grade_volume(bright_to_dark(shape_yx=(399, 820)), Dej.plane(40), BrightnessGrader())
    with pytest.raises(VolumeError, match="3 crops a layer are asked for, 2 fit"):
        grade_volume(volume, Dej.plane(40), BrightnessGrader(), sampling=Sampling(crops=3))
    blank = Volume.from_array(np.zeros((150, 400, 400), np.uint8))
    with pytest.raises(VolumeError, match="all of grey value 0"):
        grade_volume(blank, Dej.plane(40), BrightnessGrader())


def test_a_file_is_graded_as_an_engine_does(tmp_path: Path, network: LiteRtGrader) -> None:
    """Lost: the worker would score a volume differently from the command line."""
    voxels = texture((60, 400, 400))
    write_tiff(tmp_path / "scan.tif", voxels, spacing_um=(1, 1, 1))
    sampling = Sampling(margin_um=10)
    grading = grade_file(tmp_path / "scan.tif", Reading(), Dej.plane(15), sampling, BUNDLED)
    direct = grade_volume(Volume.from_array(voxels), Dej.plane(15), network, sampling=sampling)
    assert grading.model_digest == network.digest
    assert np.allclose(grading.probabilities, direct.probabilities, atol=1e-6)
    assert np.array_equal(grading.depth_um, direct.depth_um)


def test_an_engines_process_keeps_the_model(tmp_path: Path) -> None:
    """Lost: every grading would load the network again, or go on with one that was replaced."""
    write_tiff(tmp_path / "scan.tif", texture((30, 400, 400)), spacing_um=(1, 1, 1))
    request = (tmp_path / "scan.tif", Reading(), Dej.plane(5), Sampling(crops=1))
    models = tmp_path / "models"
    models.mkdir()
    for file in BUNDLED.iterdir():
        (models / file.name).write_bytes(file.read_bytes())
    pipeline._loaded_grader.cache_clear()
    for _ in range(2):
        grade_file(*request, models)
    assert pipeline._loaded_grader.cache_info().misses == 1
    time.sleep(0.01)
    (models / "card.json").touch()
    grade_file(*request, models)
    assert pipeline._loaded_grader.cache_info().misses == 2


@pytest.mark.parametrize(("depth_um", "crop"), [(0, 0), (33, 1), (-10, 0), (84, 1)])
def test_a_patch_is_explained_as_it_was_graded(
    depth_um: int, crop: int, network: LiteRtGrader
) -> None:
    """Lost: the picture beside a grade would be of other skin."""
    voxels = texture((150, 400, 820))
    volume, dej, sampling = Volume.from_array(voxels), Dej.plane(40), Sampling(margin_um=20)
    view = explain_patch(volume, dej, network, depth_um=depth_um, crop=crop, sampling=sampling)
    graded = grade_volume(volume, dej, network, sampling=sampling)
    row = graded.probabilities[list(graded.depth_um).index(depth_um), crop]
    assert np.allclose(view.probabilities, row, atol=1e-5)
    assert view.rgb.shape == (224, 224, 3)
    assert view.rgb.dtype == np.uint8
    assert view.activation.shape == (7, 7, 4)


@pytest.mark.parametrize(
    ("depth_um", "crop", "words"),
    [(-40, 0, "choose -39 to 108"), (109, 0, "choose -39 to 108"), (5, 2, "choose 0 to 1")],
)
def test_no_such_patch(depth_um: int, crop: int, words: str) -> None:
    """Lost: a click at the edge would end in a traceback, or show a patch from the other end."""
    with pytest.raises((DejError, VolumeError), match=words):
        explain_patch(
            bright_to_dark(), Dej.plane(40), BrightnessGrader(), depth_um=depth_um, crop=crop
        )


def test_better_skin_scores_higher_and_a_surface_like_a_plane(network: LiteRtGrader) -> None:
    """Lost: the score would not follow the dermis, or depend on how its DEJ was marked."""
    scores = []
    for quality in (1.5, 3.5):
        by_plane, by_surface = [], []
        for seed in (21, 22):
            phantom = make_phantom(quality=quality, shape=(140, 400, 400), dej_um=45, seed=seed)
            volume = Volume.from_array(phantom.volume)
            for dej, found in (
                (Dej.plane(phantom.dej_um), by_plane),
                (Dej.surface(phantom.dej_map_um), by_surface),
            ):
                found.append(summarize(grade_volume(volume, dej, network)).expected_grade)
        assert np.mean(by_surface) == pytest.approx(np.mean(by_plane), abs=0.05)
        scores.append(float(np.mean(by_surface)))
    assert scores[1] - scores[0] > 1
