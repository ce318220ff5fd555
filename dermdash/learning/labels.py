"""Grades given by raters, and the one label that is made of them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dermdash.errors import LabelError

Grades = NDArray[np.int64]


def majority(grades: Grades, *, classes: int = 4) -> Grades:
    """The most frequent grade of each patch.

    Tie rule: of equally frequent grades the one nearest to the raters' mean, and of two equally
    near ones the lower (the poorer: a tie never flatters).

    grades : (n, raters) whole numbers 1 to ``classes``; returns (n,)

    Raises
    ------
    LabelError
        No rater, or a grade out of range.

    >>> majority(np.array([[1, 2, 2], [1, 1, 2], [4, 3, 4], [1, 2, 4]])).tolist()
    [2, 1, 4, 2]
    >>> majority(np.array([[1, 1, 2, 2], [1, 1, 3, 4]])).tolist()
    [1, 1]
    """
    votes = vote_shares(grades, classes=classes)
    tied = votes == votes.max(axis=1, keepdims=True)
    away = np.abs(np.arange(1, classes + 1) - grades.mean(axis=1, keepdims=True))
    return np.argmin(np.where(tied, np.round(away, 9), np.inf), axis=1) + 1


def vote_shares(grades: Grades, *, classes: int = 4) -> NDArray[np.float32]:
    """Share of the raters that gave each grade: (n, raters) -> (n, classes), rows sum to 1.

    Raises
    ------
    LabelError
        No rater, or a grade out of range.
    """
    if grades.ndim != 2 or not grades.shape[1]:
        raise LabelError(f"grades of shape {grades.shape} name no rater; give a column a rater")
    wrong = grades[(grades < 1) | (grades > classes)]
    if wrong.size:
        raise LabelError(f"grade {wrong[0]} is out of range; grades run from 1 to {classes}")
    votes = (grades[:, :, None] == np.arange(1, classes + 1)).mean(axis=1)
    return votes.astype(np.float32)


@dataclass(frozen=True, slots=True)
class Raters:
    """Simulated raters: each reads a true quality with a bias and a noise of their own.

    n : raters, six as in the paper; bias, noise : standard deviations in grades
    """

    n: int = 6
    bias: float = 0.08
    noise: float = 0.25

    def grade(self, quality: NDArray[np.floating], *, seed: int) -> Grades:
        """Grades (patches, raters), 1 to 4, of true qualities (patches,)."""
        rng = np.random.default_rng([seed, 20])
        bias = rng.normal(0, self.bias, self.n)
        noise = rng.normal(0, self.noise, (len(quality), self.n))
        return np.clip(np.rint(quality[:, None] + bias + noise), 1, 4).astype(np.int64)
