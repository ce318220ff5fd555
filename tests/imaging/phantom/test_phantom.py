"""Phantoms are the ground that everything else is tested on: their truth must be true."""

import json
import time

import numpy as np
import pytest

from dermdash.errors import InputError
from dermdash.imaging.phantom import (
    Physics,
    make_dermis_slab,
    make_phantom,
    quality_by_depth,
    write_phantom,
)
from dermdash.imaging.volume import read_volume

SHAPE = (60, 96, 128)


def test_equal_arguments_make_equal_voxels_and_another_seed_others():
    """Without this a study of phantoms could not be made again."""
    first, again, other = (make_phantom(quality=3, shape=SHAPE, seed=s) for s in (5, 5, 6))
    assert np.array_equal(first.volume, again.volume)
    assert np.array_equal(first.dej_map_um, again.dej_map_um)
    assert not np.array_equal(first.volume, other.volume)


def test_volumes_of_one_subject_share_a_texture_but_no_voxels():
    """Visits of one subject must look like one person scanned twice."""
    day_0, day_28 = (make_phantom(quality=3, shape=SHAPE, seed=s, subject_seed=9) for s in (1, 2))
    other = make_phantom(quality=3, shape=SHAPE, seed=1, subject_seed=10)
    assert day_0.texture == day_28.texture != other.texture
    assert day_0.physics != day_28.physics
    assert not np.array_equal(day_0.volume, day_28.volume)


def test_quality_follows_the_depth_as_asked():
    """The truth file promises a quality for each micrometre."""
    assert quality_by_depth((4, 1))[[0, 69]].tolist() == [4, 1]
    assert set(quality_by_depth(2.5)) == {2.5}
    given = np.linspace(1, 4, 70)
    assert np.allclose(quality_by_depth(given.tolist()), given)


@pytest.mark.parametrize("quality", [0.9, 4.1, float("nan"), (1, 5), (1, 2, 3), ()])
def test_impossible_qualities_are_refused_in_one_sentence(quality):
    """A wrong number must not make a wrong phantom silently."""
    with pytest.raises(InputError, match="quality"):
        quality_by_depth(quality)


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ({"shape": (2, 96, 128)}, "shape"),
        ({"shape": (60, 8, 128)}, "shape"),
        ({"dej_um": -1}, "dej_um"),
        ({"dej_um": 60}, "dej_um"),
        ({"dej_um": float("nan")}, "dej_um"),
    ],
)
def test_impossible_shapes_and_depths_are_refused(options, names):
    """The command line passes these on as typed."""
    with pytest.raises(InputError, match=names):
        make_phantom(**{"quality": 2, "shape": SHAPE, **options})


def test_the_dej_lies_where_the_truth_says():
    """A detector is judged against this map; its median is the plane to grade from."""
    phantom = make_phantom(quality=4, shape=(80, 200, 200), dej_um=40, seed=3)
    assert phantom.dej_um == pytest.approx(40, abs=1)
    assert np.ptp(phantom.dej_map_um) > 5
    flat = make_phantom(quality=4, shape=(80, 96, 96), dej_um=40, flat=True, seed=3)
    assert np.ptp(flat.dej_map_um) == 0
    above, below = flat.volume[34:39].mean(), flat.volume[44:49].mean()
    assert abs(above - below) > 5


def test_undulation_stays_inside_the_volume():
    """A shallow DEJ must not rise above the first slice."""
    for seed in range(5):
        shallow = make_phantom(quality=2, shape=(30, 200, 200), dej_um=5, seed=seed)
        assert 0 <= shallow.dej_map_um.min() <= shallow.dej_map_um.max() < 30


def test_grey_levels_use_the_range_without_clipping_much():
    """A black or saturated phantom would teach nothing."""
    for seed in range(6):
        volume = make_phantom(quality=1 + seed / 2, shape=SHAPE, seed=seed).volume
        dermis = volume[30:]
        assert 20 < dermis.mean() < 200
        assert (dermis == 255).mean() < 0.1
        assert dermis.std() > 10


def test_neighbouring_layers_share_structure():
    """Channels z-1, z, z+1 are one place: independent layers would be noise."""
    volume = make_dermis_slab(quality=4, shape=(40, 200, 200), seed=2).volume.astype(float)
    near = np.corrcoef(volume[20].ravel(), volume[21].ravel())[0, 1]
    far = np.corrcoef(volume[5].ravel(), volume[35].ravel())[0, 1]
    assert near > far + 0.1


def test_fibres_are_thin_at_4_and_clotted_at_1():
    """The grades must look as the paper describes them: finer detail at 4 than at 1."""

    def fineness(quality: float, seed: int) -> float:
        physics = Physics.draw(np.random.default_rng(0))
        slab = make_dermis_slab(quality=quality, shape=(12, 200, 200), seed=seed, physics=physics)
        plane = slab.volume[5:8].mean(axis=0)
        spectrum = np.abs(np.fft.rfft2(plane - plane.mean())) ** 2
        k = np.hypot(np.fft.fftfreq(200)[:, None], np.fft.rfftfreq(200)[None])
        return spectrum[(k > 0.10) & (k < 0.25)].sum() / spectrum[(k > 0.02) & (k < 0.25)].sum()

    fine = np.mean([fineness(4, seed) for seed in range(6)])
    coarse = np.mean([fineness(1, seed) for seed in range(6)])
    assert fine > 1.1 * coarse


def test_the_demo_s_phantoms_and_slabs_are_quick():
    """A hundred demo scans stand within three minutes only if each takes about a second."""
    start = time.process_time()
    make_dermis_slab(quality=3, shape=(74, 400, 400), seed=1)
    assert time.process_time() - start < 3


def test_written_phantoms_are_read_back_with_their_truth(tmp_path):
    """What the command line writes must be what the pages read."""
    phantom = make_phantom(quality=(3, 1), shape=(30, 48, 64), dej_um=8, seed=4)
    truth = write_phantom(tmp_path / "made.tif", phantom)
    volume = read_volume(tmp_path / "made.tif")
    assert np.array_equal(volume.layers(0, 30), phantom.volume)
    assert volume.spacing_um == (1, 1, 1)
    assert volume.spacing_source == "tags"
    assert json.loads((tmp_path / "made.truth.json").read_text()) == truth
    assert len(truth["quality"]) == 70
    assert truth["dej_um"] == pytest.approx(phantom.dej_um)
