"""What must hold of every comparison along depth, whatever the data."""

import numpy as np
import pytest

from dermdash.stats.depthwise import compare_arms, compare_pairs


def test_bands_and_p_agree() -> None:
    """A depth would be marked on the figure whose band crosses 0, or the other way round."""
    rng = np.random.default_rng(7)
    undecided = 0
    for _ in range(20):
        arms = {name: rng.normal(m, 1, (7, 9)) for name, m in (("a", 1.2), ("b", 0), ("c", 0))}
        found = compare_arms(arms, range(9), seed=1, permutations=399)
        for contrast in found.contrasts:
            outside = (contrast.band_low > 0) | (contrast.band_high < 0)
            assert outside.tolist() == (contrast.p_adjusted < 0.05).tolist()
            undecided += int(outside.sum())
            depths = {d for lo, hi in contrast.significant_um for d in np.arange(lo, hi + 1)}
            assert depths == set(np.flatnonzero(outside).tolist())
    assert 20 < undecided < 500


def test_order_names_and_shifts_do_not_matter() -> None:
    """Reading a table in another order would give another p."""
    rng = np.random.default_rng(8)
    arms = {"a": rng.normal(0.9, 1, (4, 6)), "b": rng.normal(0, 2, (5, 6))}
    found = compare_arms(arms, range(6), seed=0).contrasts[0]
    shuffled = {name: values[::-1] + 3 for name, values in reversed(arms.items())}
    other = compare_arms(shuffled, range(6), seed=5).contrasts[0]
    assert other.p_adjusted == pytest.approx(found.p_adjusted)
    assert other.difference == pytest.approx(-found.difference)
    assert other.band_low == pytest.approx(-found.band_high)
    assert [c.direction for c in other.clusters] == [-c.direction for c in found.clusters]


def test_a_seed_repeats_and_chunks_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    """A report made twice would state two p-values."""
    rng = np.random.default_rng(9)
    arms = {"a": rng.normal(0.5, 1, (12, 30)), "b": rng.normal(0, 1, (12, 30))}
    first = compare_arms(arms, range(30), seed=3, permutations=500)
    assert not first.exact
    pairs = compare_pairs(arms["a"], arms["b"], range(30), seed=3, permutations=500)
    assert pairs.exact  # 4,096 sign flips of 12 subjects
    monkeypatch.setattr("dermdash.stats.depthwise.CHUNK_CELLS", 1)
    again = compare_arms(arms, range(30), seed=3, permutations=500)
    assert again.contrasts[0].p_adjusted.tolist() == first.contrasts[0].p_adjusted.tolist()
    assert again.contrasts[0].band_low == pytest.approx(first.contrasts[0].band_low)


def test_a_sample_of_arrangements_comes_near_all() -> None:
    """Drawing arrangements must be fair: 2,000 of 12,870, within four standard errors."""
    rng = np.random.default_rng(10)
    arms = {"a": rng.normal(0.7, 1, (8, 6)), "b": rng.normal(0, 1, (8, 6))}
    exact = compare_arms(arms, range(6), seed=0, permutations=12_870)
    drawn = compare_arms(arms, range(6), seed=0, permutations=2_000)
    assert (exact.exact, drawn.exact) == (True, False)
    p = exact.contrasts[0].p_adjusted
    error = np.sqrt(p * (1 - p) / 2_000) + 1 / 2_000
    assert (np.abs(drawn.contrasts[0].p_adjusted - p) < 4 * error).all()


def test_no_p_of_a_sample_is_zero() -> None:
    """Lost: 499 random rearrangements would claim p = 0, or one in 499 where they know of 500."""
    rng = np.random.default_rng(11)
    arms = {"a": rng.normal(50, 1, (12, 4)), "b": rng.normal(0, 1, (12, 4))}
    found = compare_arms(arms, range(4), seed=0, permutations=499)
    assert found.contrasts[0].p_adjusted.tolist() == [1 / 500] * 4
    assert found.contrasts[0].clusters[0].p == 1 / 500
