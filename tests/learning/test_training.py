"""Training really learns, from the views it says it shows."""

import numpy as np
import pytest

from dermdash.learning.network import BASE_LAYERS, build_network
from dermdash.learning.training import PAPER, Recipe, Stage, batches, dihedral, predict, train


@pytest.fixture(scope="module")
def textures():
    """Stripes (class 1) and checks (class 2), in noise: patches, one-hot targets."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:64, :64]
    stripes, checks = (x // 4) % 2, ((x // 8) + (y // 8)) % 2
    kinds = rng.integers(0, 2, 96)
    plain = np.stack([(stripes, checks)[kind] for kind in kinds])[..., None].repeat(3, axis=-1)
    patches = np.clip(60 + 90 * plain + rng.normal(0, 20, plain.shape), 0, 255).astype(np.uint8)
    return patches, np.eye(2, dtype=np.float32)[kinds]


def test_a_network_learns_from_nothing(textures):
    """Weights none must train; with a frozen base it would stay at chance."""
    patches, targets = textures
    network = build_network(classes=2, weights=None, momentum=0.7)
    stage = Stage(first=0, epochs=4, rate=3e-3, batch=8, side_px=64)
    rows = np.arange(96)
    record = train(
        network,
        patches,
        targets,
        rows=rows[:64],
        validation=rows[64:80],
        recipe=Recipe(stages=(stage,), seed=1),
    )
    right = predict(network, patches, rows[80:]).argmax(axis=1) == targets[80:].argmax(axis=1)
    assert right.mean() > 0.8
    assert len(record) == 4


def test_an_epoch_shows_no_patch_twice(textures):
    """A patch shown twice and another never would bias what is learnt."""
    patches, targets = textures
    marked = np.zeros_like(patches)
    marked[...] = np.arange(96, dtype=np.uint8)[:, None, None, None]
    stage = Stage(first=0, batch=32, side_px=32)
    rng = np.random.default_rng(0)
    shown = batches(marked, targets, np.arange(90), rng=rng, stage=stage)
    epoch = [next(shown)[0] for _ in range(2)]
    seen = [int(view[0, 0, 0]) for views in epoch for view in views]
    assert len(set(seen)) == 64
    assert set(seen) <= set(range(90))
    few = batches(marked, targets, np.arange(5), rng=rng, stage=stage)
    assert len(next(few)[0]) == 5
    assert epoch[0].shape == (32, 32, 32, 3)


def test_the_eight_views_keep_the_pixels():
    """Turning and mirroring must neither resample nor lose anything."""
    patch = np.arange(16).reshape(4, 4)
    views = {dihedral(patch, view).tobytes() for view in range(8)}
    assert len(views) == 8
    assert all(np.array_equal(np.sort(dihedral(patch, v), axis=None), range(16)) for v in range(8))


def test_the_defaults_are_the_papers():
    """Breugnot 2023, 2.3: rates, patience and what is frozen."""
    head, fine = PAPER
    assert (head.first, fine.first) == (BASE_LAYERS, 100)
    assert (head.rate, fine.rate) == (1e-3, 1e-4)
    assert {(s.batch, s.patience, s.stop) for s in PAPER} == {(32, 5, 15)}
