"""The network must be the paper's, and freeze what the paper froze."""

import pytest

from dermdash.errors import ModelError
from dermdash.learning.network import BASE_LAYERS, FEATURES, build_network, freeze


@pytest.fixture(scope="module")
def network():
    return build_network(weights=None, momentum=0.9)


def test_it_is_mobilenet_v3_small_with_pooling_and_four_classes(network):
    """Another network would not be the published method."""
    assert len(network.layers) == BASE_LAYERS + 2
    assert network.get_layer("features").output.shape[1] == FEATURES
    assert network.output_shape == (None, 4)
    assert network.count_params() == 939_120 + FEATURES * 4 + 4


def test_stage_1_trains_the_head_only(network):
    """A frozen base is what lets 1,777 images suffice."""
    freeze(network, first=BASE_LAYERS)
    assert [tuple(w.shape) for w in network.trainable_weights] == [(FEATURES, 4), (4,)]


def test_stage_2_keeps_the_first_100_layers_of_the_base(network):
    """On a nested base the same words would freeze everything."""
    freeze(network, first=100)
    kept = sum(len(layer.trainable_weights) for layer in network.layers[:100])
    assert kept == 0
    assert len(network.trainable_weights) == sum(
        len(layer.trainable_weights) for layer in network.layers[100:]
    )
    assert 2 < len(network.trainable_weights) < 80


def test_without_pretrained_weights_every_layer_is_open(network):
    """A frozen untrained base learns nothing."""
    freeze(network, first=0)
    assert not network.non_trainable_weights or all(
        "moving" in weight.path for weight in network.non_trainable_weights
    )


def test_missing_weights_are_one_sentence(tmp_path):
    """A mistyped file must not end in a traceback."""
    with pytest.raises(ModelError, match=r"nowhere\.h5"):
        build_network(weights=tmp_path / "nowhere.h5")
