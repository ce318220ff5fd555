"""False positives along depth, simulated: smooth noise, and the traps beside it."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats
from scipy.ndimage import gaussian_filter1d

from dermdash.stats.depthwise import compare_arms, compare_pairs

RUNS = 200
DEPTHS = range(70)


def skin(rng: np.random.Generator, n_subjects: int, sd: float = 1.0) -> NDArray[np.float64]:
    """Profiles of noise that is smooth over 5 µm."""
    noise = gaussian_filter1d(rng.standard_normal((n_subjects, 130)), 5, axis=1)[:, 30:100]
    return np.asarray(sd * noise / noise.std())


def most(rate: float) -> int:
    """A count that a true rate exceeds once in 10,000 times."""
    return int(stats.binom.isf(1e-4, RUNS, rate))


def least(rate: float) -> int:
    return int(stats.binom.ppf(1e-4, RUNS, rate))


def test_two_arms_without_a_difference() -> None:
    """Every twentieth empty trial may find a depth; uncorrected tests find one in four in ten."""
    rng = np.random.default_rng(1)
    found, clusters, uncorrected = 0, 0, 0
    for seed in range(RUNS):
        arms = {"a": skin(rng, 12), "b": skin(rng, 12)}
        (contrast,) = compare_arms(arms, DEPTHS, seed=seed, permutations=199).contrasts
        found += bool((contrast.p_adjusted <= 0.05).any())
        clusters += any(cluster.p <= 0.05 for cluster in contrast.clusters)
        uncorrected += bool((contrast.p <= 0.05).any())
    assert least(0.05) <= found <= most(0.05)
    assert least(0.05) <= clusters <= most(0.05)
    assert uncorrected > most(0.25)


def test_pairs_without_a_difference() -> None:
    """Hemi-face and before/after trials would find depths by chance."""
    rng = np.random.default_rng(2)
    found = 0
    for seed in range(RUNS):
        sides = skin(rng, 9), skin(rng, 9)
        result = compare_pairs(*sides, DEPTHS, seed=seed, permutations=199)
        found += bool((result.contrasts[0].p_adjusted <= 0.05).any())
    assert least(0.05) <= found <= most(0.05)


def test_an_arm_far_off_makes_nothing_of_the_others() -> None:
    """Three arms, one of them very different: the other two must not look different too."""
    rng = np.random.default_rng(3)
    found = {"p_adjusted": 0, "p_fdr": 0, "clusters": 0}
    for seed in range(RUNS):
        arms = {"a": skin(rng, 8), "b": skin(rng, 8), "c": skin(rng, 8) + 6}
        alike, *_ = compare_arms(arms, DEPTHS, seed=seed, permutations=199).contrasts
        found["p_adjusted"] += bool((alike.p_adjusted <= 0.05).any())
        found["p_fdr"] += bool((alike.p_fdr <= 0.05).any())
        found["clusters"] += any(cluster.p <= 0.05 for cluster in alike.clusters)
    assert max(found.values()) <= most(0.05)


@pytest.mark.parametrize(("equal_variances", "rate"), [(False, 0.08), (True, 0.15)])
def test_unlike_spreads_call_for_welch(equal_variances: bool, rate: float) -> None:
    """A small arm that varies more: pooled variances find depths in one empty trial of five."""
    rng = np.random.default_rng(4)
    found = 0
    for seed in range(RUNS):
        arms = {"a": skin(rng, 16), "b": skin(rng, 8, 2.0)}
        result = compare_arms(
            arms, DEPTHS, seed=seed, permutations=199, equal_variances=equal_variances
        )
        found += bool((result.contrasts[0].p_adjusted <= 0.05).any())
    assert (found > rate * RUNS) if equal_variances else (found <= most(rate))


def test_bands_hold_the_whole_curve() -> None:
    """Of 20 bands one may miss the truth somewhere, however large the difference is."""
    rng = np.random.default_rng(5)
    missed = 0
    for seed in range(RUNS):
        arms = {"a": skin(rng, 12) + 5, "b": skin(rng, 12)}
        (contrast,) = compare_arms(arms, DEPTHS, seed=seed, permutations=199).contrasts
        missed += bool(((contrast.band_low > 5) | (contrast.band_high < 5)).any())
    assert least(0.05) <= missed <= most(0.05)


def test_a_planted_difference_is_found_where_it_is() -> None:
    """A serum that works at 15 to 40 µm would go unseen, or be claimed at the surface."""
    rng = np.random.default_rng(6)
    inside, outside = 0, 0
    for seed in range(100):
        arms = {"serum": skin(rng, 12), "placebo": skin(rng, 12)}
        arms["serum"][:, 15:41] += 1.5
        (contrast,) = compare_arms(arms, DEPTHS, seed=seed, permutations=199).contrasts
        marked = contrast.p_adjusted < 0.05
        inside += bool(marked[15:41].any())
        outside += bool(marked[:15].any() or marked[41:].any())
    assert inside >= 85
    assert outside <= 12
