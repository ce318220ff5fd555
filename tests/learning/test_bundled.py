"""The bundled model is made by one command from a seed, and its card tells the truth."""

import hashlib
import json

import numpy as np
import pytest

from dermdash.grading.grader import load_grader
from dermdash.grading.model import load_model
from dermdash.grading.patches import en_face_patches
from dermdash.imaging.dej import Dej
from dermdash.imaging.phantom import make_phantom
from dermdash.imaging.slab import Sampling, dermis_below
from dermdash.imaging.volume import Volume
from dermdash.learning.baseline import brightness_accuracy
from dermdash.learning.bundled import HELD_OUT, STATEMENT, Plan, Source, build_bundled
from dermdash.learning.evaluation import expected_grade
from dermdash.learning.examples import make_examples
from dermdash.learning.labels import Raters, majority
from dermdash.learning.splits import split_by_subject
from dermdash.learning.training import Recipe, Stage
from dermdash.settings import CHECKOUT_MODELS

BUNDLED = CHECKOUT_MODELS / "phantom-v1"
# Keras 3.15 copies arrays in a way that NumPy 2.4 warns of when weights are saved.
KERAS_ARRAYS = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
TINY = Plan(
    subjects=5,
    held=1,
    recipe=Recipe(stages=(Stage(first=0, epochs=1, batch=16, side_px=64, cosine=True),)),
)


@pytest.fixture(scope="module")
def unseen():
    """Patches of 24 subjects that no set of the bundled model holds."""
    return make_examples(range(900_000, 900_024))


@KERAS_ARRAYS
def test_the_training_command_s_way_is_reproducible(tmp_path):
    """Who doubts the bundled model must be able to make it again: same data, labels, split."""
    card = build_bundled(tmp_path / "tiny", TINY, Source(cache=tmp_path / "patches"))
    again = Source().examples("main", range(TINY.subjects))
    labels = majority(Raters().grade(again.quality, seed=0))
    split = split_by_subject(again.subject, labels, folds=8, seed=0)
    assert card["data"]["patches_sha256"] == again.sha256
    assert card["data"]["label_sha256"] == hashlib.sha256(labels.tobytes()).hexdigest()
    assert card["split"]["sha256"] == split.sha256
    assert sum(card["split"]["counts"].values()) == TINY.subjects
    assert card["export"]["max_difference"] < 1e-4
    model = load_model(tmp_path / "tiny")
    assert (model.use, model.digest) == ("demonstration", card["digest"])


def test_the_card_says_what_the_model_is_and_how_well_it_does():
    """Pages and exports repeat this card; it must be whole and plain."""
    card = json.loads((BUNDLED / "card.json").read_text(encoding="utf-8"))
    assert card["use"] == "demonstration"
    assert card["statement"] == STATEMENT
    assert card["limits"]
    measures = card["measures"]
    assert measures["accuracy"] >= 0.78
    assert measures["volume_spearman"] > 0.97
    assert np.sum(measures["confusion"]) == card["data"]["n_patches"]["test"]
    assert set(measures["held_out"]) == set(HELD_OUT)
    assert all(held["n"] > 100 for held in measures["held_out"].values())


def test_brightness_does_not_tell_the_grade_but_the_network_does(unseen):
    """Were the phantoms brighter at grade 4, the network would have learnt brightness."""
    labels = np.rint(unseen.quality).astype(np.int64)
    half = unseen.subject < 900_012
    rows = np.arange(len(labels))
    baseline = brightness_accuracy(unseen.patches, labels, train=rows[half], test=rows[~half])
    probabilities = load_grader(BUNDLED)(unseen.patches.astype(np.float32)).probabilities
    network = (probabilities.argmax(axis=1) + 1 == labels)[~half].mean()
    assert baseline < 0.5
    assert network > baseline + 0.2
    assert np.corrcoef(expected_grade(probabilities), unseen.quality)[0, 1] > 0.9


def test_plane_and_surface_score_alike_at_constant_quality():
    """How the DEJ was given must not decide a study (within .05, on average over phantoms)."""
    grader = load_grader(BUNDLED)
    differences = []
    for seed, quality in enumerate((1.5, 2.0, 2.5, 3.0, 3.5)):
        phantom = make_phantom(
            quality=quality, shape=(122, 400, 400), dej_um=30, seed=910_000 + seed
        )
        volume = Volume.from_array(phantom.volume)
        scores = []
        for dej in (Dej.plane(phantom.dej_um), Dej.surface(phantom.dej_map_um)):
            patches = en_face_patches(dermis_below(volume, dej, Sampling(crops=1)), 1)
            scores.append(expected_grade(grader(patches[::5]).probabilities).mean())
        differences.append(scores[1] - scores[0])
    assert abs(np.mean(differences)) < 0.05
