"""What the paper's way of splitting would claim, beside ours: it is optimistic."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dermdash.learning.evaluation import measure
from dermdash.learning.network import build_network
from dermdash.learning.splits import Split, split_as_published, split_by_subject
from dermdash.learning.training import Recipe, predict, train


def compare_protocols(
    patches: NDArray[np.uint8],
    votes: NDArray[np.float32],
    labels: NDArray[np.int64],
    subjects: NDArray[np.int64],
    *,
    recipe: Recipe,
) -> dict[str, Any]:
    """Train one short recipe under both protocols; return the accuracy that each would report.

    patches : (n, 224, 224, 3) uint8; votes : (n, classes); labels : (n,) 1 to classes
    subjects : (n,); ours keeps each on one side, and chooses weights on validation subjects;
    the paper's mixes them, and chooses weights on the set that it reports
    """
    splits = {
        "by_subject": split_by_subject(subjects, labels, folds=4, seed=recipe.seed),
        "as_published": split_as_published(len(labels), seed=recipe.seed),
    }
    found = {name: _accuracy(patches, votes, labels, s, recipe) for name, s in splits.items()}
    return {
        "note": "short training on part of the patches; as_published is optimistic: subjects "
        "stand on both sides and the weights are chosen on the test set",
        "n_patches": len(labels),
        **{name: round(accuracy, 4) for name, accuracy in found.items()},
    }


def _accuracy(
    patches: NDArray[np.uint8],
    votes: NDArray[np.float32],
    labels: NDArray[np.int64],
    split: Split,
    recipe: Recipe,
) -> float:
    network = build_network(classes=votes.shape[1], weights=None, momentum=0.9, seed=recipe.seed)
    train(
        network,
        patches,
        votes,
        rows=split.train,
        validation=split.validation,
        recipe=recipe,
    )
    predicted = predict(network, patches, split.test).argmax(axis=1) + 1
    return measure(labels[split.test], predicted, classes=votes.shape[1]).accuracy
