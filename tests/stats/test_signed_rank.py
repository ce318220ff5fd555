"""Wilcoxon's signed ranks: exact with ties, against R, scipy and full enumeration."""

from itertools import product
from math import inf, isinf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dermdash.errors import TableError
from dermdash.stats.signed_rank import (
    EXACT,
    pseudo_median_interval,
    rank_sums,
    rounded_differences,
    signed_rank_p,
    walsh_averages,
    wilcoxon_signed_rank,
)

ANXIETY = [1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30]
TREATED = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29]
SLEEP = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
SLEEP_2 = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]

small = st.lists(st.integers(-4, 4).map(float), min_size=2, max_size=9).filter(any)


def test_the_depression_scale_as_in_r() -> None:
    """Lost: the textbook case (Hollander and Wolfe 1973, p. 29).

    R 4.2.2: wilcox.test(x, y, paired = TRUE, conf.int = TRUE)
    V = 40, p = 0.0390625, (pseudo)median 0.46, 0.01 to 0.786
    """
    test = wilcoxon_signed_rank(ANXIETY, TREATED)
    assert (test.statistic, test.p) == (40.0, 0.0390625)
    assert test.difference == pytest.approx(0.46)
    assert (test.ci_low, test.ci_high) == pytest.approx((0.01, 0.786))
    assert test.method == "wilcoxon_signed_rank"


def test_sleep_has_a_tie_and_a_zero() -> None:
    """Lost: R's default falls back to a normal approximation (p = .0091) where exact is .0039.

    Nine differences are not 0 and all have one sign: 2 of the 2^9 = 512 sign patterns.
    """
    test = wilcoxon_signed_rank(SLEEP, SLEEP_2)
    assert (test.statistic, test.p) == (0.0, 2 / 512)
    assert test.difference == pytest.approx(-1.3)


@given(small)
def test_p_is_the_share_of_all_signs(differences: list[float]) -> None:
    """Lost: ties would be approximated, and p be wrong in the third digit."""
    from scipy.stats import rankdata

    moved = np.array([d for d in differences if d])
    ranks = rankdata(np.abs(moved))
    observed = ranks[moved > 0].sum()
    sums = np.array([ranks @ signs for signs in product([0, 1], repeat=moved.size)])
    p = min(1.0, 2 * min(np.mean(sums <= observed), np.mean(sums >= observed)))
    test = wilcoxon_signed_rank(differences, np.zeros(len(differences)))
    assert test.statistic == observed
    assert test.p == pytest.approx(p, abs=1e-14)


@pytest.mark.parametrize("n", [12, 50, 200])
def test_without_ties_as_scipy_exact(n: int) -> None:
    """Lost: the distribution would drift for many subjects."""
    from scipy.stats import wilcoxon

    differences = np.random.default_rng(n).normal(0.2, 1, n)
    own = signed_rank_p(differences)[1]
    assert own == pytest.approx(wilcoxon(differences, method="exact").pvalue, rel=1e-9)


def test_many_subjects_by_the_normal_approximation() -> None:
    """Lost: agreement with R's default, wilcox.test(d), of 400 tied differences."""
    from scipy.stats import wilcoxon

    differences = np.round(np.random.default_rng(1).normal(0.05, 1, EXACT + 100), 1)
    moved = differences[differences != 0]
    expected = wilcoxon(moved, method="asymptotic", correction=True).pvalue
    assert signed_rank_p(moved)[1] == pytest.approx(expected, rel=1e-12)


def test_the_interval_of_many_subjects() -> None:
    """Lost: where the approximation begins, the interval would jump."""
    differences = np.random.default_rng(3).normal(0.1, 1, EXACT + 1)
    averages = walsh_averages(differences)
    below = np.cumsum(rank_sums(np.arange(1, EXACT + 2)))
    k = int(np.searchsorted(below, 0.025))
    low, high = pseudo_median_interval(differences)
    assert abs(int(np.searchsorted(averages, low)) - (k - 1)) <= 2
    assert abs(int(np.searchsorted(averages, high)) - (averages.size - k)) <= 2


def test_ties_hidden_by_binary_fractions() -> None:
    """Lost: 14.0 − 13.2 and 13.3 − 12.5 are both 0.8, but not to a computer."""
    later, earlier = [14.0, 13.3, 12.1, 11.9, 9.9, 9.0], [13.2, 12.5, 12.9, 11.0, 9.7, 9.0]
    assert rounded_differences(later, earlier).tolist() == [0.8, 0.8, -0.8, 0.9, 0.2, 0.0]
    exact = wilcoxon_signed_rank([8, 8, -8, 9, 2, 0], [0] * 6)
    test = wilcoxon_signed_rank(later, earlier)
    assert (test.statistic, test.p) == (exact.statistic, exact.p)
    assert test.difference == pytest.approx(exact.difference / 10)


@pytest.mark.parametrize("scale", [1e-9, 1e-3, 1.0, 1e6, 1e11])
def test_rounding_follows_the_scale(scale: float) -> None:
    """Lost: small units would be rounded to nothing, large ones to hundreds."""
    own = wilcoxon_signed_rank(np.array(ANXIETY) * scale, np.array(TREATED) * scale)
    assert (own.statistic, own.p) == (40.0, 0.0390625)
    assert own.difference == pytest.approx(0.46 * scale)


@settings(max_examples=50)
@given(small, st.randoms(use_true_random=False))
def test_swap_flips_and_order_is_nothing(differences: list[float], random) -> None:  # type: ignore[no-untyped-def]
    """Lost: later − earlier and earlier − later would disagree."""
    zeros = [0.0] * len(differences)
    one = wilcoxon_signed_rank(differences, zeros)
    other = wilcoxon_signed_rank(zeros, differences)
    assert other.p == pytest.approx(one.p)
    assert other.difference == -one.difference
    assert (other.ci_low, other.ci_high) == (-one.ci_high, -one.ci_low)
    random.shuffle(differences)
    shuffled = wilcoxon_signed_rank(differences, zeros)
    assert (shuffled.p, shuffled.ci_low) == (one.p, one.ci_low)


def test_the_interval_is_the_test_turned_round() -> None:
    """Lost: p < .05 would stand beside an interval that holds 0, without ties or zeros."""
    rng = np.random.default_rng(5)
    for n in (6, 7, 10, 20):
        for _ in range(20):
            differences = rng.normal(0.5, 1, n)
            test = wilcoxon_signed_rank(differences, np.zeros(n))
            assert (test.p < 0.05) == (not test.ci_low < 0 < test.ci_high)


def test_five_subjects_allow_no_interval() -> None:
    """Lost: the range of five differences would pass for a 95 % interval; it holds 94 %."""
    test = wilcoxon_signed_rank([1, 2, 3, 4, 5], [0] * 5)
    assert (test.ci_low, test.ci_high, test.p) == (-inf, inf, 0.0625)
    assert not isinf(wilcoxon_signed_rank([1, 2, 3, 4, 5], [0] * 5, alpha=0.1).ci_low)


def test_a_level_that_is_just_reached_is_no_finding_in_p_nor_interval() -> None:
    """Lost: an interval without 0 beside a p that is not below alpha: 6 subjects, 2/64."""
    found = wilcoxon_signed_rank(np.arange(1.0, 7.0), np.zeros(6), alpha=2 / 64)
    assert found.p == 2 / 64
    assert found.ci_low == -np.inf


def test_coverage_with_ties() -> None:
    """Lost: of coarse scores the interval would hold the truth too seldom."""
    rng = np.random.default_rng(2)
    held = 0
    for _ in range(400):
        test = wilcoxon_signed_rank(np.round(rng.normal(0, 1.2, 12)), np.full(12, 1.0))
        held += test.ci_low <= -1 <= test.ci_high
    assert held >= 375


@pytest.mark.parametrize(
    ("later", "earlier", "words"),
    [
        ([1, 2, 3], [1, 2, 3], "all 3 differences .* are 0"),
        ([0, 0], [0, 0], "are 0"),
        ([0.1 + 0.2, 1], [0.3, 1], "are 0"),
        ([1], [2], "1 subjects have both values"),
        ([1, 2], [1, 2, 3], "2 later values stand against 3"),
        ([1, float("nan")], [1, 2], "1 of the later values are missing"),
        (["good", 2], [1, 2], "hold something that is no number"),
    ],
)
def test_what_cannot_be_ranked_is_said(
    later: list[float], earlier: list[float], words: str
) -> None:
    """Lost: p = NaN would pass for no difference."""
    with pytest.raises(TableError, match=words):
        wilcoxon_signed_rank(later, earlier)
