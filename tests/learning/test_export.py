"""What grades is the export, not Keras: they must say the same, or nothing must be kept."""

import json

import numpy as np
import pytest

from dermdash.errors import ModelError
from dermdash.grading.grader import load_grader
from dermdash.grading.model import load_model
from dermdash.grading.patches import en_face_patches
from dermdash.imaging.dej import Dej
from dermdash.imaging.phantom import make_dermis_slab
from dermdash.imaging.slab import Sampling, dermis_below
from dermdash.imaging.volume import Volume
from dermdash.learning.export import export_model, with_outputs
from dermdash.learning.network import build_network
from dermdash.settings import CHECKOUT_MODELS

BUNDLED = CHECKOUT_MODELS / "phantom-v1"
# Keras 3.15 copies arrays in a way that NumPy 2.4 warns of when weights are saved.
KERAS_ARRAYS = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
CARD = {
    "name": "made-here",
    "use": "demonstration",
    "statement": "for a test",
    "classes": ["1", "2", "3", "4"],
    "input": {},
}


@pytest.fixture(scope="module")
def patches():
    """Eight real patches, graded 1 to 4."""
    chosen = []
    for seed, quality in enumerate((1, 2, 3, 4)):
        phantom = make_dermis_slab(quality=quality, shape=(26, 400, 400), seed=seed)
        slab = dermis_below(Volume.from_array(phantom.volume), Dej.plane(2), Sampling())
        chosen.append(en_face_patches(slab, 1)[[3, 17]])
    return np.concatenate(chosen)


@pytest.fixture(scope="module")
def network():
    return build_network(weights=None)


def test_the_bundled_grader_says_what_keras_says(patches):
    """A silent change at export would grade every study wrongly."""
    import keras

    model = load_model(BUNDLED)
    whole = with_outputs(
        keras.models.load_model(BUNDLED / "network.keras"), model.card["temperature"]
    )
    wanted, features, activation = whole.predict_on_batch(patches)
    got = load_grader(BUNDLED)(patches)
    assert np.abs(got.probabilities - wanted).max() < 1e-4
    assert np.abs(got.features - features).max() < 1e-2
    assert np.abs(got.activation - activation).max() < 1e-2
    assert model.card["export"]["max_difference"] < 1e-4


def test_the_activation_map_explains_the_grade_exactly(patches):
    """The overlay on a patch must be the grade's own, not an approximation."""
    import keras

    model = load_model(BUNDLED)
    dense = keras.models.load_model(BUNDLED / "network.keras").get_layer("grades")
    got = load_grader(BUNDLED)(patches)
    logits = got.activation.mean(axis=(1, 2)) + dense.get_weights()[1]
    scaled = np.exp(logits / model.card["temperature"])
    assert np.allclose(scaled / scaled.sum(axis=1, keepdims=True), got.probabilities, atol=1e-3)


def test_any_number_of_patches_is_graded_alike(patches):
    """A volume's last batch is shorter than the others."""
    grader = load_grader(BUNDLED)
    one = grader(patches[:1]).probabilities
    assert np.allclose(one, grader(patches).probabilities[:1], atol=1e-6)


@KERAS_ARRAYS
def test_a_network_that_answers_nan_is_refused_and_leaves_the_folder_alone(
    tmp_path, network, patches
):
    """A broken export once returned NaN without an error; it must never become a model."""
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "card.json").write_text("{}")
    kernel, bias = network.get_layer("grades").get_weights()
    network.get_layer("grades").set_weights([kernel * np.nan, bias])
    with pytest.raises(ModelError):
        export_model(folder, network, temperature=1.0, patches=patches, card=CARD)
    assert json.loads((folder / "card.json").read_text()) == {}
    assert [path.name for path in tmp_path.iterdir()] == ["model"]
    network.get_layer("grades").set_weights([kernel, bias])
