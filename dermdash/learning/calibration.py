"""One temperature that makes probabilities mean what they say."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

RANGE = (0.2, 5.0)


def fit_temperature(logits: NDArray[np.floating], labels: NDArray[np.integer]) -> float:
    """Temperature of the lowest log loss, .2 to 5, rounded to four places (Guo 2017, 4.2).

    logits : (n, classes) of validation subjects; labels : (n,) 1 to classes

    >>> sure = np.array([[4.0, 0.0]] * 4)
    >>> fit_temperature(sure, np.array([1, 1, 1, 2]))  # 75 % right: log 3 between the logits
    3.641
    """
    rows = np.arange(len(labels))

    def loss(log_temperature: float) -> float:
        scaled = np.asarray(logits, np.float64) / np.exp(log_temperature)
        return float(-log_softmax(scaled, axis=1)[rows, labels - 1].mean())

    low, high = (float(np.log(end)) for end in RANGE)
    found = minimize_scalar(loss, bounds=(low, high), method="bounded", options={"xatol": 1e-6})
    return round(float(np.exp(found.x)), 4)


def calibration_error(
    logits: NDArray[np.floating],
    labels: NDArray[np.integer],
    *,
    temperature: float = 1.0,
    bins: int = 10,
) -> float:
    """Expected calibration error: mean gap of confidence and accuracy over equal-width bins."""
    probabilities = softmax(np.asarray(logits, np.float64) / temperature, axis=1)
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) + 1 == labels
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = np.bincount(place, weights=confidence - right, minlength=bins)
    return float(np.abs(gaps).sum() / len(labels))
