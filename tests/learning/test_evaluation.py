"""Measures stand on the model's card; wrong ones would let a bad model pass."""

import numpy as np
import pytest
from sklearn import metrics

from dermdash.errors import LabelError
from dermdash.learning.evaluation import (
    expected_grade,
    measure,
    measure_confusion,
    volume_agreement,
)


def test_measures_agree_with_scikit_learn():
    """Accuracy, precision, recall and kappa must be what everybody calls so."""
    rng = np.random.default_rng(1)
    true = rng.integers(1, 5, 500)
    predicted = np.clip(true + rng.integers(-1, 2, 500), 1, 4)
    ours = measure(true, predicted)
    assert ours.accuracy == pytest.approx(metrics.accuracy_score(true, predicted))
    assert ours.macro_precision == pytest.approx(
        metrics.precision_score(true, predicted, average="macro")
    )
    assert ours.macro_recall == pytest.approx(
        metrics.recall_score(true, predicted, average="macro")
    )
    assert ours.quadratic_kappa == pytest.approx(
        metrics.cohen_kappa_score(true, predicted, weights="quadratic")
    )
    assert np.array_equal(ours.confusion, metrics.confusion_matrix(true, predicted))


def test_the_papers_counts_give_the_papers_recall():
    """Row 1 and row 2 of the published matrix: recall .82 and .85 (Breugnot 2023, table 2)."""
    confusion = np.array([[927, 169, 31, 0], [151, 1564, 118, 2], [0, 0, 1, 0], [0, 0, 0, 1]])
    hits = np.diag(confusion) / confusion.sum(axis=1)
    assert measure_confusion(confusion).macro_recall == pytest.approx(hits.mean())
    assert hits[:2] == pytest.approx([0.82, 0.85], abs=0.005)


def test_a_class_that_never_occurs_does_not_count():
    """A test set without grade 4 must not give NaN."""
    ours = measure(np.array([1, 2, 2]), np.array([1, 2, 1]))
    assert ours.macro_recall == pytest.approx(0.75)
    assert ours.macro_precision == pytest.approx(0.75)
    assert measure(np.array([2, 2]), np.array([2, 2])).quadratic_kappa == 1


@pytest.mark.parametrize(("true", "predicted"), [([], []), ([1, 2], [1])])
def test_unpaired_or_no_labels_are_refused(true, predicted):
    """Measures of nothing would be NaN on the card."""
    with pytest.raises(LabelError):
        measure(np.array(true, dtype=int), np.array(predicted, dtype=int))


def test_volumes_are_compared_by_their_means():
    """Layers of one volume are no independent evidence."""
    volumes = np.repeat([0, 1, 2], 2)
    spearman, error = volume_agreement(
        volumes, np.array([1, 1, 2, 2, 3, 3]), np.array([1, 2, 2, 3, 3, 4])
    )
    assert spearman == pytest.approx(1)
    assert error == pytest.approx(0.5)
    assert expected_grade(np.array([[0.5, 0, 0, 0.5]])).tolist() == [2.5]
