"""Training: the paper's two stages, or every layer from the start on growing patches."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dermdash.learning.network import BASE_LAYERS, freeze

if TYPE_CHECKING:
    import keras

BATCH = 32  # of predictions; one size is compiled once

Patches = NDArray[np.uint8]
Targets = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Stage:
    """One run of the optimiser.

    first : layers of the base that stay frozen; epochs : at most
    rate : of Adam; halved after ``patience`` epochs without loss reduction, stopped after ``stop``
    side_px : patches are cut to this side (a quarter of the area trains four times as fast)
    cosine : the rate falls to nothing along a half cosine instead
    """

    first: int
    epochs: int = 100
    rate: float = 1e-3
    batch: int = 32
    patience: int = 5
    stop: int = 15
    side_px: int = 224
    cosine: bool = False


# Breugnot 2023, 2.3: the head first, then all but the first 100 layers.
PAPER = (Stage(first=BASE_LAYERS), Stage(first=100, rate=1e-4))


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to train; equal recipes on equal data give nearly equal networks.

    stages : one after the other, each from the best weights of the one before
    tones : patches get brightness, contrast and gamma of their own at each showing
    """

    stages: tuple[Stage, ...] = PAPER
    tones: bool = False
    seed: int = 0

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def train(
    network: "keras.Model",
    patches: Patches,
    targets: Targets,
    *,
    rows: NDArray[np.integer],
    validation: NDArray[np.integer],
    recipe: Recipe = Recipe(),
    checkpoint: Path | None = None,
    on_epoch: Callable[[dict[str, float]], None] | None = None,
) -> list[dict[str, float]]:
    """Train a network in place; afterwards it holds the weights of the lowest validation loss.

    patches : (n, 224, 224, 3) uint8; targets : (n, classes), rows sum to 1: one-hot labels or
    the shares of the raters' votes
    rows, validation : which patches train, which choose the weights
    checkpoint : file that always holds the best weights so far

    Returns loss and accuracy by epoch, over all stages.
    """
    import keras

    keras.utils.set_random_seed(recipe.seed)
    record: list[dict[str, float]] = []
    for number, stage in enumerate(recipe.stages):
        freeze(network, first=stage.first)
        steps = max(1, len(rows) // stage.batch)
        rate = (
            keras.optimizers.schedules.CosineDecay(stage.rate, steps * stage.epochs)
            if stage.cosine
            else stage.rate
        )
        network.compile(
            keras.optimizers.Adam(rate), loss="categorical_crossentropy", metrics=["accuracy"]
        )
        rng = np.random.default_rng([recipe.seed, number])
        shown = batches(patches, targets, rows, rng=rng, stage=stage, tones=recipe.tones)
        best, since, since_halved = np.inf, 0, 0
        weights = network.get_weights()
        for _ in range(stage.epochs):
            loss, accuracy = _epoch(network, shown, steps)
            held_loss, held_accuracy = _evaluate(network, patches, targets, validation, stage)
            row = {
                "stage": float(number + 1),
                "loss": loss,
                "accuracy": accuracy,
                "validation_loss": held_loss,
                "validation_accuracy": held_accuracy,
            }
            record.append(row)
            if on_epoch:
                on_epoch(row)
            since, since_halved = since + 1, since_halved + 1
            if held_loss < best:
                best, since, since_halved = held_loss, 0, 0
                weights = network.get_weights()
                if checkpoint:
                    network.save_weights(checkpoint)
            if since >= stage.stop:
                break
            if since_halved >= stage.patience and not stage.cosine:
                network.optimizer.learning_rate = network.optimizer.learning_rate / 2
                since_halved = 0
        network.set_weights(weights)
    return record


def batches(
    patches: Patches,
    targets: Targets,
    rows: NDArray[np.integer],
    *,
    rng: np.random.Generator,
    stage: Stage,
    tones: bool = False,
) -> Iterator[tuple[NDArray[np.float32], Targets]]:
    """Full batches without end: each patch at most once an epoch, in one of its 8 dihedral views.

    What does not fill a batch is left out of that epoch, by lot.
    """
    while True:
        order = rng.permutation(rows)
        for start in range(0, max(1, len(order) - stage.batch + 1), stage.batch):
            chosen = order[start : start + stage.batch]
            views = np.empty((len(chosen), stage.side_px, stage.side_px, 3), np.float32)
            for view, row in zip(views, chosen.tolist(), strict=True):
                view[...] = _view(patches[row], rng, stage.side_px, tones)
            yield views, targets[chosen]


def _view(patch: Patches, rng: np.random.Generator, side: int, tones: bool) -> Patches:
    top, left = rng.integers(0, patch.shape[0] - side + 1, 2)
    patch = patch[top : top + side, left : left + side]
    patch = dihedral(patch, int(rng.integers(8)))
    return _tone(rng)[patch] if tones else patch


def dihedral(patch: NDArray[Any], view: int) -> NDArray[Any]:
    """One of the 8 views of a square patch: turned by right angles, then mirrored.

    >>> len({dihedral(np.array([[1, 2], [3, 4]]), view).tobytes() for view in range(8)})
    8
    """
    turned = np.rot90(patch, view % 4)
    return turned[:, ::-1] if view >= 4 else turned


def _tone(rng: np.random.Generator) -> Patches:
    grey = np.linspace(0, 1, 256) ** np.exp(rng.normal(0, 0.3))
    grey = 255 * grey * np.exp(rng.normal(0, 0.25)) + rng.normal(0, 12)
    return np.clip(np.rint(grey), 0, 255).astype(np.uint8)


def _epoch(
    network: "keras.Model",
    shown: Iterator[tuple[NDArray[np.float32], Targets]],
    steps: int,
) -> tuple[float, float]:
    """Mean loss and accuracy over the epoch's batches, while the network was learning."""
    seen = np.array([network.train_on_batch(*next(shown)) for _ in range(steps)], float)
    loss, accuracy = seen.mean(axis=0)
    return float(loss), float(accuracy)


def _evaluate(
    network: "keras.Model",
    patches: Patches,
    targets: Targets,
    rows: NDArray[np.integer],
    stage: Stage,
) -> tuple[float, float]:
    edge = (patches.shape[1] - stage.side_px) // 2
    middle = slice(edge, edge + stage.side_px)
    predicted = predict(network, patches[:, middle, middle], rows)
    wanted = targets[rows]
    loss = -(wanted * np.log(np.maximum(predicted, 1e-7))).sum(axis=1).mean()
    right = predicted.argmax(axis=1) == wanted.argmax(axis=1)
    return float(loss), float(right.mean())


def predict(
    model: "keras.Model", patches: Patches, rows: Sequence[int] | NDArray[np.integer]
) -> NDArray[np.float32]:
    """What a model answers to some patches: (len(rows), classes), batches of one size."""
    chosen = np.asarray(rows)
    full = np.resize(chosen, -(-len(chosen) // BATCH) * BATCH).reshape(-1, BATCH)
    parts = [model.predict_on_batch(patches[some].astype(np.float32)) for some in full]
    return np.concatenate(parts)[: len(chosen)]
