"""Sub-slabs: means of thick parts of the dermis, tested with Holm's correction."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from dermdash.errors import TableError
from dermdash.stats.subslabs import (
    SUBSLABS,
    compare_subslab_pairs,
    compare_subslabs,
    subslab_means,
)

Floats = NDArray[np.float64]
DEPTHS = np.arange(70)


def arms(seed: int = 1) -> dict[str, Floats]:
    rng = np.random.default_rng(seed)
    made = {name: rng.normal(2, 0.5, (n, 70)) for name, n in (("serum", 6), ("placebo", 7))}
    made["serum"][:, 20:40] += 0.4
    return made


def test_arms_as_scipy() -> None:
    """The three parts of the dermis would carry other p than the tests that they name."""
    made = arms()
    found = compare_subslabs(made, DEPTHS, control="placebo")
    assert [(slab.start_um, slab.stop_um) for slab in found] == list(SUBSLABS)
    plain = []
    for slab in found:
        layers = slice(int(slab.start_um), int(slab.stop_um))
        a, b = (made[name][:, layers].mean(axis=1) for name in ("serum", "placebo"))
        test = stats.ttest_ind(a, b, equal_var=False)
        plain.append(test.pvalue)
        assert (slab.contrast.a, slab.contrast.b) == ("serum", "placebo")
        assert slab.contrast.method == "welch_t_test"
        assert slab.contrast.difference == pytest.approx(a.mean() - b.mean())
        assert slab.contrast.p == pytest.approx(test.pvalue)
        limits = test.confidence_interval()
        assert (slab.contrast.ci_low, slab.contrast.ci_high) == pytest.approx(
            (limits.low, limits.high)
        )
    order = np.argsort(plain)
    by_hand = np.minimum(np.maximum.accumulate(np.array(plain)[order] * (3, 2, 1)), 1)
    assert [found[i].contrast.p_adjusted for i in order] == pytest.approx(by_hand)


def test_pairs_as_scipy() -> None:
    """Before/after in the upper dermis would be tested as if two groups had been scanned."""
    rng = np.random.default_rng(2)
    later, earlier = rng.normal(2.1, 0.5, (8, 70)), rng.normal(2, 0.5, (8, 70))
    found = compare_subslab_pairs(later, earlier, DEPTHS, a="D28", b="D0")
    for slab in found:
        layers = slice(int(slab.start_um), int(slab.stop_um))
        test = stats.ttest_rel(later[:, layers].mean(axis=1), earlier[:, layers].mean(axis=1))
        assert slab.contrast.statistic == pytest.approx(test.statistic)
        assert slab.contrast.p == pytest.approx(test.pvalue)
        assert (slab.contrast.a, slab.contrast.b, slab.n_a) == ("D28", "D0", 8)


def test_a_subject_that_lacks_a_layer_is_missing_there() -> None:
    """A mean over fewer layers is another quantity: scores fall with depth."""
    made = arms()
    made["serum"][0, 60:] = np.nan
    made["placebo"][1] = np.nan
    upper, _, lower = compare_subslabs(made, DEPTHS)
    assert (upper.n_a, upper.missing_a, upper.n_b, upper.missing_b) == (6, 0, 6, 1)
    assert (lower.n_a, lower.missing_a) == (5, 1)
    assert np.isnan(subslab_means(made["serum"], DEPTHS, (40, 70))).tolist() == [True] + [False] * 5


def test_three_arms_are_one_family() -> None:
    """Nine tests would each claim their own 5 %."""
    made = arms() | {"cream": arms(3)["serum"]}
    found = compare_subslabs(made, DEPTHS)
    assert len(found) == 9
    smallest = min(found, key=lambda slab: slab.contrast.p).contrast
    assert smallest.p_adjusted == pytest.approx(min(1, 9 * smallest.p))


def test_bad_input_is_one_sentence() -> None:
    """A traceback, or a test of one subject."""
    made = arms()
    with pytest.raises(TableError, match="no layer lies between 70 and 90 µm"):
        compare_subslabs(made, DEPTHS, slabs=[(70, 90)])
    with pytest.raises(TableError, match="control x is no arm"):
        compare_subslabs(made, DEPTHS, control="x")
    with pytest.raises(TableError, match="1 arm is given"):
        compare_subslabs({"serum": made["serum"]}, DEPTHS)
    with pytest.raises(TableError, match="placebo has 1 subjects with all layers from 0 to 20"):
        compare_subslabs(made | {"placebo": made["placebo"][:1]}, DEPTHS)
    with pytest.raises(TableError, match="differences later"):
        compare_subslab_pairs(made["serum"] + 0.1, made["serum"], DEPTHS)
