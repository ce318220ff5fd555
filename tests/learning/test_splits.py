"""Leakage is the paper's first weakness: no subject may stand on two sides."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dermdash.errors import LabelError
from dermdash.learning.splits import split_as_published, split_by_subject


@given(st.integers(3, 15), st.integers(1, 5), st.integers(0, 9))
def test_a_subject_is_in_one_set_only(n_subjects, patches, seed):
    """Otherwise the measures on the card would be too good."""
    subjects = np.repeat(np.arange(n_subjects), patches)
    labels = np.random.default_rng(seed).integers(1, 5, len(subjects))
    split = split_by_subject(subjects, labels, seed=seed)
    sets = [set(subjects[rows]) for rows in (split.train, split.validation, split.test)]
    assert all(sets)
    assert sum(map(len, sets)) == n_subjects
    everything = np.concatenate([split.train, split.validation, split.test])
    assert np.array_equal(np.sort(everything), np.arange(len(subjects)))


def test_a_split_is_named_by_its_seed():
    """The card's split can be made again, and another seed makes another."""
    subjects, labels = np.repeat(np.arange(30), 4), np.tile([1, 2, 3, 4], 30)
    first, again, other = (split_by_subject(subjects, labels, seed=s) for s in (1, 1, 2))
    assert first.sha256 == again.sha256 != other.sha256


def test_two_subjects_are_refused():
    """Three sets need three subjects; the message says so."""
    with pytest.raises(LabelError, match="2 subjects"):
        split_by_subject(["a", "a", "b"], np.array([1, 2, 3]))


def test_the_papers_split_mixes_subjects():
    """It is kept only to show how optimistic it is."""
    split = split_as_published(100, seed=0)
    assert len(split.test) == 30
    assert np.array_equal(split.test, split.validation)
    assert not set(split.train) & set(split.test)
