"""Statistics at every depth: what rearranged subjects with missing layers give."""

import numpy as np
import pytest

from dermdash.stats.curves import largest_mass, runs
from dermdash.stats.depthwise import compare_arms
from tests.stats.test_depthwise import _welch_chi2, _welch_f_chi2, share_reaching
from tests.support.labelings import labelings


def test_the_largest_mass_is_that_of_a_run() -> None:
    """Lost: by chance, clusters would bridge a missing layer, and true ones look ordinary."""
    rng = np.random.default_rng(1)
    for _ in range(200):
        statistic, joined = rng.normal(0.5, 1, (12, 3)), rng.random(12) < 0.7
        found = largest_mass(statistic, 0.3, joined)
        expected = [
            max((mass for *_, mass in runs(column, 0.3, joined)), default=0.0)
            for column in statistic.T
        ]
        assert found == pytest.approx(expected)


def test_an_arm_left_with_one_subject_says_nothing() -> None:
    """Lost: rearrangements that leave one subject at a depth would have no variance and the
    largest statistic of all, so that nothing could be found."""
    rng = np.random.default_rng(2)
    gaps = {"a": rng.normal(1.5, 1, (5, 2)), "b": rng.normal(0, 1, (5, 2))}
    gaps["a"][:2, 1], gaps["b"][:2, 1] = np.nan, np.nan
    (found,) = compare_arms(gaps, [0, 1], seed=0).contrasts
    pooled = np.vstack(list(gaps.values()))
    residual = np.vstack([own - np.nanmean(own, axis=0) for own in gaps.values()])
    maxima: list[list[float]] = [[], []]
    alone = 0
    for way in labelings((5, 5)):
        labels = np.array(way)
        for kept, data in zip(maxima, (pooled, residual), strict=True):
            largest = 0.0
            for layer in data.T:
                one, other = (layer[(labels == k) & np.isfinite(layer)] for k in (0, 1))
                if min(one.size, other.size) < 2:
                    alone += 1
                    continue
                largest = max(largest, _welch_chi2(one, other))
            kept.append(largest)
    assert alone > 0
    for depth in (0, 1):
        one, other = (own[np.isfinite(own[:, depth]), depth] for own in gaps.values())
        expected = max(share_reaching(kept, _welch_chi2(one, other)) for kept in maxima)
        assert found.p_adjusted[depth] == pytest.approx(expected)


def test_f_of_an_arm_left_with_one_subject_says_nothing() -> None:
    """Lost: the same for F over three arms: 9,240 ways, of which some leave one subject."""
    rng = np.random.default_rng(3)
    arms = {
        name: rng.normal(m, 1, (n, 2)) for name, m, n in (("a", 3, 5), ("b", 0, 3), ("c", 0, 3))
    }
    arms["a"][:2, 1] = np.nan
    found = compare_arms(arms, [0, 1], seed=0)
    assert found.n_arrangements == 9240
    pooled = np.vstack(list(arms.values()))
    maxima, alone = [], 0
    for way in labelings((5, 3, 3)):
        labels, largest = np.array(way), 0.0
        for layer in pooled.T:
            groups = [layer[(labels == k) & np.isfinite(layer)] for k in range(3)]
            if min(group.size for group in groups) < 2:
                alone += 1
                continue
            largest = max(largest, _welch_f_chi2(groups))
        maxima.append(largest)
    assert alone > 0
    assert found.omnibus is not None
    for depth in (0, 1):
        layers = [own[np.isfinite(own[:, depth]), depth] for own in arms.values()]
        expected = share_reaching(maxima, _welch_f_chi2(layers))
        assert found.omnibus.p_adjusted[depth] == pytest.approx(expected)
