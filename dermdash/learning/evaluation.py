"""How well a network grades: agreement of predicted and true classes."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dermdash.errors import LabelError


@dataclass(frozen=True, slots=True)
class Measures:
    """Agreement on one set of patches.

    confusion : rows are true classes, columns predicted ones
    macro_precision, macro_recall : means over classes that were predicted, that occur
    quadratic_kappa : Cohen's, with squared distances as weights; 1 is full agreement
    """

    n: int
    accuracy: float
    macro_precision: float
    macro_recall: float
    quadratic_kappa: float
    confusion: tuple[tuple[int, ...], ...]

    def to_json(self) -> dict[str, Any]:
        return {
            key: round(value, 4) if isinstance(value, float) else value
            for key, value in asdict(self).items()
        }


def measure(
    true: NDArray[np.integer], predicted: NDArray[np.integer], *, classes: int = 4
) -> Measures:
    """Compare classes 1 to ``classes``, (n,) each.

    Raises
    ------
    LabelError
        No patch, or two lengths.

    >>> measure(np.array([1, 2, 3, 4]), np.array([1, 2, 3, 3])).accuracy
    0.75
    """
    if true.shape != predicted.shape or not true.size:
        raise LabelError(
            f"{true.size} labels and {predicted.size} predictions do not pair; give one of each"
        )
    confusion = np.zeros((classes, classes), np.int64)
    np.add.at(confusion, (true - 1, predicted - 1), 1)
    return measure_confusion(confusion)


def measure_confusion(confusion: NDArray[np.int64]) -> Measures:
    """Measures of a confusion matrix whose rows are true classes."""
    hits, occurring, named = np.diag(confusion), confusion.sum(axis=1), confusion.sum(axis=0)
    total = confusion.sum()
    apart = np.subtract.outer(np.arange(len(confusion)), np.arange(len(confusion))) ** 2
    expected = np.outer(occurring, named) / total
    disagreement, by_chance = (apart * confusion).sum(), (apart * expected).sum()
    return Measures(
        n=int(total),
        accuracy=float(hits.sum() / total),
        macro_precision=float((hits[named > 0] / named[named > 0]).mean()),
        macro_recall=float((hits[occurring > 0] / occurring[occurring > 0]).mean()),
        quadratic_kappa=float(1 - disagreement / by_chance) if by_chance else 1.0,
        confusion=tuple(tuple(row) for row in confusion.tolist()),
    )


def expected_grade(probabilities: NDArray[np.floating]) -> NDArray[np.float64]:
    """Σ k p(k): (n, classes) -> (n,)."""
    return np.asarray(probabilities @ np.arange(1, probabilities.shape[1] + 1), np.float64)


def volume_agreement(
    volumes: NDArray[np.generic], true: NDArray[np.floating], score: NDArray[np.floating]
) -> tuple[float, float]:
    """Spearman correlation (NaN under 3 volumes) and mean absolute difference of volume means.

    volumes, true, score : (n,) volume, true quality and score of each patch
    """
    from scipy.stats import spearmanr

    _, volume = np.unique(volumes, return_inverse=True)
    count = np.bincount(volume)
    truth, mean = (np.bincount(volume, weights=values) / count for values in (true, score))
    correlation = spearmanr(truth, mean).statistic if len(count) > 2 else np.nan
    return float(correlation), float(np.abs(truth - mean).mean())
