"""The paper's network: MobileNetV3-Small, global average pooling, dense softmax."""

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from dermdash.errors import ModelError

if TYPE_CHECKING:
    import keras

BASE_LAYERS = 157
FEATURES = 576

Weights = Literal["imagenet"] | Path | None


def build_network(
    *,
    classes: int = 4,
    weights: Weights = "imagenet",
    momentum: float = 0.999,
    seed: int = 0,
) -> "keras.Model":
    """Build the network of Breugnot 2023, 2.3; patches of 0 to 255 are rescaled inside it.

    classes : number of grades
    weights : ``imagenet`` (fetched by Keras), a weights file of the base, or None
    momentum : of the batch norms; .999 is Keras' own, too slow for a short training from nothing
    seed : of the weights that are drawn

    Returns a flat model (n, y, x, 3) -> (n, classes): 157 layers of the base, pooling, dense.
    The side of a patch is free, so that training may start on smaller ones.

    Raises
    ------
    ModelError
        The weights cannot be fetched or read.
    """
    import keras

    keras.utils.set_random_seed(seed)
    try:
        base = keras.applications.MobileNetV3Small(
            input_shape=(None, None, 3),
            include_top=False,
            weights=str(weights) if isinstance(weights, Path) else weights,
        )
    except (OSError, ValueError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ModelError(
            f"weights={weights} cannot be read ({reason}); give a file, or none to start afresh"
        ) from error
    for layer in base.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = momentum
    features = keras.layers.GlobalAveragePooling2D(name="features")(base.output)
    grades = keras.layers.Dense(classes, activation="softmax", name="grades")(features)
    return keras.Model(base.input, grades, name="grader")


def freeze(network: "keras.Model", *, first: int) -> None:
    """Freeze the first layers of the base and open all others.

    first : 157 leaves the head alone (the paper's stage 1), 100 is its stage 2, 0 trains all
    """
    for position, layer in enumerate(network.layers):
        layer.trainable = position >= first


def logits(network: "keras.Model") -> "keras.Model":
    """The same network without its softmax: (n, y, x, 3) -> (n, classes)."""
    import keras

    dense = network.get_layer("grades")
    linear = keras.layers.Dense(dense.units, name="logits")
    model = keras.Model(network.input, linear(network.get_layer("features").output))
    linear.set_weights(dense.get_weights())
    return model
