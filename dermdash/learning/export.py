"""From a trained network to a model folder that grades without TensorFlow."""

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dermdash.errors import ModelError
from dermdash.grading.grader import load_grader
from dermdash.grading.model import CARD, GRADER, NETWORK, model_digest

if TYPE_CHECKING:
    import keras

TOLERANCE = 1e-4


def with_outputs(network: "keras.Model", temperature: float) -> "keras.Model":
    """The network as it is exported: probabilities, features and the class-activation map.

    probabilities : (n, classes), softmax of logits / temperature
    features : (n, 576); activation : (n, 7, 7, classes), whose mean plus bias are the logits
    """
    import keras

    dense = network.get_layer("grades")
    kernel, bias = dense.get_weights()
    pooled = network.get_layer("features")
    scaled = keras.layers.Dense(dense.units, activation="softmax", name="probabilities")
    mapped = keras.layers.Conv2D(dense.units, 1, use_bias=False, name="activation")
    entry = keras.Input((224, 224, 3), name="patches")
    trunk = keras.Model(network.input, [pooled.input, pooled.output])
    last, features = trunk(entry)
    model = keras.Model(entry, [scaled(features), features, mapped(last)])
    scaled.set_weights([kernel / temperature, bias / temperature])
    mapped.set_weights([kernel[None, None]])
    return model


def export_model(
    folder: Path,
    network: "keras.Model",
    *,
    temperature: float,
    patches: NDArray[np.float32],
    card: Mapping[str, Any],
) -> dict[str, Any]:
    """Write ``network.keras``, ``grader.tflite`` and ``card.json``; return the card.

    patches : (n, 224, 224, 3) real ones, on which export and Keras are compared
    card : what is known of the model; temperature, digest and export are added

    Raises
    ------
    ModelError
        The export answers with NaN, or differs from Keras by more than 1e-4; then the folder
        stays as it was.
    """
    unfinished = folder.with_name(f".{folder.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    try:
        whole = with_outputs(network, temperature)
        _without_optimizer(network).save(unfinished / NETWORK)
        whole.export(unfinished / GRADER, format="litert", verbose=False)
        grader = (unfinished / GRADER).read_bytes()
        full = {
            **card,
            "temperature": temperature,
            "grader_sha256": hashlib.sha256(grader).hexdigest(),
            "digest": model_digest(grader, temperature),
        }
        _write(unfinished / CARD, full)
        difference = compare(unfinished, whole, patches)
        full["export"] = {"format": "litert", "max_difference": difference, "n": len(patches)}
        _write(unfinished / CARD, full)
        folder.mkdir(parents=True, exist_ok=True)
        for name in (NETWORK, GRADER, CARD):
            (unfinished / name).replace(folder / name)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return full


def compare(folder: Path, whole: "keras.Model", patches: NDArray[np.float32]) -> float:
    """Largest difference between the exported and Keras' probabilities.

    Raises
    ------
    ModelError
        NaN, or a difference above 1e-4.
    """
    exported = load_grader(folder)(patches).probabilities
    wanted, _, _ = whole.predict_on_batch(patches)
    difference = float(np.abs(exported - wanted).max())
    if not difference <= TOLERANCE:
        raise ModelError(
            f"the exported network differs from Keras by {difference:.1e}, more than "
            f"{TOLERANCE:.0e}; it is not kept as a model"
        )
    return difference


def _without_optimizer(network: "keras.Model") -> "keras.Model":
    """A copy that saves to a third of the size."""
    copy = type(network).from_config(network.get_config())
    copy.set_weights(network.get_weights())
    return copy


def _write(path: Path, card: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
