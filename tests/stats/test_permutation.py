"""Rearranged subjects: which there are, and what p and band their largest statistics give."""

from collections import Counter
from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dermdash.stats.permutation import (
    Reference,
    arranged_labels,
    arranged_signs,
    label_arrangements,
    sign_arrangements,
)


@given(
    st.lists(st.integers(1, 60), min_size=3, max_size=80),
    st.booleans(),
    st.floats(0.001, 0.999),
)
def test_the_critical_value_is_where_p_falls_below_alpha(
    maxima: list[int], exact: bool, alpha: float
) -> None:
    """Lost: a band that leaves 0 out where p does not lie below alpha, or the other way round."""
    reference = Reference(np.sort(np.array(maxima, float)), exact)
    critical = reference.critical(alpha)
    if np.isinf(critical):
        assert reference.p(np.array(1e9)) >= alpha - 1e-9 or exact
        return
    assert reference.p(np.array(critical * (1 + 1e-6))) < alpha
    if critical > 0:
        assert reference.p(np.array(critical * (1 - 1e-6))) >= alpha - 1e-9


def test_what_cannot_be_so_rare_has_no_band() -> None:
    """Lost: a finding of four subjects at a level that they cannot reach."""
    assert Reference(np.arange(1.0, 20.0), exact=False).critical(0.05) == inf
    assert Reference(np.arange(1.0, 21.0), exact=True).critical(0.05) == inf
    assert Reference(np.arange(1.0, 22.0), exact=True).critical(0.05) == pytest.approx(20)


def test_ties_by_rounding_are_ties() -> None:
    """Lost: the mirror image of the observed arrangement would not count, and halve p."""
    reference = Reference(np.array([1.0, 2.0 - 4e-12, 2.0]), exact=True)
    assert reference.p(np.array([2.0, 2.0 - 4e-12])).tolist() == [2 / 3, 2 / 3]


def test_every_way_is_taken_once_and_within_studies() -> None:
    """Lost: an exact p from half of the ways, or from subjects that changed their study."""
    sizes = [[2, 1, 0], [1, 2, 1]]
    arrangements = label_arrangements(sizes, permutations=99, seed=0)
    assert (arrangements.n, arrangements.exact) == (3 * 12, True)
    rows = np.vstack(list(arranged_labels(sizes, arrangements, 7)))
    assert rows[0].tolist() == [0, 0, 1, 0, 1, 1, 2]
    assert len({tuple(row) for row in rows.tolist()}) == 36
    for row in rows.tolist():
        assert Counter(row[:3]) == {0: 2, 1: 1}
        assert Counter(row[3:]) == {0: 1, 1: 2, 2: 1}


def test_drawn_ways_stay_within_studies_and_are_independent() -> None:
    """Lost: two studies of one size would be rearranged alike, and chance look smaller."""
    sizes = [[8, 8], [8, 8]]
    arrangements = label_arrangements(sizes, permutations=400, seed=3)
    assert not arrangements.exact
    rows = np.vstack(list(arranged_labels(sizes, arrangements, 150)))
    assert rows.shape == (400, 32)
    assert (rows[:, :16].sum(axis=1) == 8).all()
    assert (rows[:, 16:].sum(axis=1) == 8).all()
    same = (rows[:, :16] == rows[:, 16:]).mean()
    assert 0.45 < same < 0.55
    again = np.vstack(list(arranged_labels(sizes, arrangements, 400)))
    assert (again == rows).all()


def test_signs_are_all_or_a_fair_sample() -> None:
    """Lost: twelve subjects would have a drawn p where all 4,096 flips are at hand."""
    assert sign_arrangements(12, permutations=199, seed=0).exact
    assert not sign_arrangements(14, permutations=9_999, seed=0).exact
    every = np.vstack(list(arranged_signs(4, sign_arrangements(4, permutations=99, seed=0), 5)))
    assert len({tuple(row) for row in every.tolist()}) == 16
    drawn = np.vstack(list(arranged_signs(20, sign_arrangements(20, permutations=500, seed=1), 99)))
    assert drawn.shape == (500, 20)
    assert abs(drawn.mean()) < 0.05
    assert set(drawn.ravel().tolist()) == {-1.0, 1.0}
