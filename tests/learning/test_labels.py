"""Labels decide what a network learns: how raters' grades become one must be explicit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dermdash.errors import LabelError
from dermdash.learning.labels import Raters, majority, vote_shares

GRADES = arrays(
    np.int64, st.tuples(st.integers(1, 8), st.integers(1, 7)), elements=st.integers(1, 4)
)


@given(GRADES, st.randoms())
def test_no_order_of_raters_changes_a_label(grades, random):
    """A label that hung on who sits first could not be defended."""
    order = list(range(grades.shape[1]))
    random.shuffle(order)
    assert np.array_equal(majority(grades), majority(grades[:, order]))


@given(GRADES)
def test_a_label_is_a_most_frequent_grade(grades):
    """No patch may get a grade that fewer raters gave than another."""
    labels, votes = majority(grades), vote_shares(grades)
    assert np.all(votes[np.arange(len(grades)), labels - 1] == votes.max(axis=1))


def test_ties_go_to_the_mean_then_to_the_poorer_grade():
    """The paper gives no rule; ours is written, and never flatters."""
    tied = np.array([[1, 1, 4, 4, 4, 1, 3], [2, 2, 3, 3, 3, 2, 2], [3, 3, 4, 4, 1, 2, 2]])
    assert majority(tied).tolist() == [4, 2, 3]
    assert majority(np.array([[2, 3]])).tolist() == [2]


@pytest.mark.parametrize("grades", [[[0, 1]], [[5, 1]], [[]], [1, 2]])
def test_what_is_no_grade_is_refused(grades):
    """A grade of 0 would be learnt as a class that does not exist."""
    with pytest.raises(LabelError, match=r"grade"):
        majority(np.array(grades, dtype=np.int64))


def test_simulated_raters_disagree_and_are_reproducible():
    """The label noise of the bundled model must be there, and the same in each run."""
    quality = np.random.default_rng(0).uniform(1, 4, 4000)
    grades = Raters().grade(quality, seed=3)
    assert np.array_equal(grades, Raters().grade(quality, seed=3))
    assert not np.array_equal(grades, Raters().grade(quality, seed=4))
    assert 0.6 < (grades[:, 0] == grades[:, 1]).mean() < 0.9
    assert 0.8 < (majority(grades) == np.rint(quality)).mean() < 0.95
