"""Who trains, who validates, who tests: by subject, before any augmenting."""

import hashlib
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dermdash.errors import LabelError

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Split:
    """Row numbers of three sets; no subject is in two of them unless the split is the paper's."""

    train: Rows
    validation: Rows
    test: Rows

    @property
    def sha256(self) -> str:
        """Hash of the three sets."""
        parts = (self.train, self.validation, self.test)
        return hashlib.sha256(b"|".join(np.sort(part).tobytes() for part in parts)).hexdigest()


def split_by_subject(
    subjects: Sequence[str] | NDArray[np.generic],
    labels: NDArray[np.integer],
    *,
    folds: int = 6,
    seed: int = 0,
) -> Split:
    """Keep a subject's patches together; one fold tests, one validates, the others train.

    subjects, labels : (n,); grades are spread evenly over the folds as far as subjects allow

    Raises
    ------
    LabelError
        Fewer subjects than three sets need.
    """
    from sklearn.model_selection import GroupKFold, StratifiedGroupKFold

    groups = np.asarray(subjects)
    n_subjects = len(np.unique(groups))
    if n_subjects < 3:
        raise LabelError(f"{n_subjects} subjects cannot fill three sets; label at least 3 subjects")
    n_folds = min(folds, n_subjects)
    commonest = int(np.unique(labels, return_counts=True)[1].max())
    kind = StratifiedGroupKFold if commonest >= n_folds else GroupKFold
    folder = kind(n_folds, shuffle=True, random_state=seed)
    with warnings.catch_warnings():  # a rare grade cannot be in every fold; the card counts them
        warnings.simplefilter("ignore", UserWarning)
        test, validation, *rest = (rows for _, rows in folder.split(groups, labels, groups))
    return Split(np.sort(np.concatenate(rest)), validation, test)


def split_as_published(n: int, *, share: float = 0.3, seed: int = 0) -> Split:
    """The paper's split: patches at random, subjects on both sides; optimistic.

    The same patches validate and test, as in the paper, where the weights were chosen on them.
    """
    order = np.random.default_rng(seed).permutation(n)
    held = np.sort(order[: round(share * n)])
    return Split(np.sort(order[round(share * n) :]), held, held)
