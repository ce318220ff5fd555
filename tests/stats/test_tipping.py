"""Missing later scores made worse step by step: when does a result tip?"""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from dermdash.errors import TableError
from dermdash.stats.ancova import ancova
from dermdash.stats.tipping import delta_adjusted, pool

ARM = ["active"] * 12 + ["placebo"] * 12
GONE = [2, 7, 11, 20]


def trial(effect: float, seed: int = 3) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Later scores, three of the active arm and one of placebo missing, and baselines."""
    rng = np.random.default_rng(seed)
    baseline = rng.normal(2, 0.35, 24)
    later = 0.6 * baseline + rng.normal(0.8, 0.2, 24) + effect * (np.arange(24) < 12)
    later[GONE] = np.nan
    return later, baseline


def test_rubins_rules_by_hand() -> None:
    """Lost: the uncertainty of what was imputed.

    Three estimates 1, 2, 3 with variance 1: W = 1, B = 1, T = 1 + 4/3; lambda = 4/7;
    old df = 2 / lambda² = 6.125; observed df = (21/23) 20 (3/7) = 7.826; together 3.436.
    """
    pooled = pool(np.array([1.0, 2.0, 3.0]), np.ones(3), df_complete=20)
    assert pooled.estimate == 2
    assert pooled.error == pytest.approx((7 / 3) ** 0.5)
    old, observed = 6.125, 21 / 23 * 20 * 3 / 7
    assert pooled.df == pytest.approx(old * observed / (old + observed))
    same = pool(np.full(5, 2.0), np.ones(5), df_complete=20)
    assert (same.error, same.df) == (1, pytest.approx(21 / 23 * 20))


def test_without_delta_it_is_the_analysis_of_the_complete() -> None:
    """Lost: imputing as expected would itself move the result (2,000 imputations)."""
    later, baseline = trial(0.3)
    seen = np.isfinite(later)
    arm = [name for name, own in zip(ARM, seen, strict=True) if own]
    complete = ancova(later[seen], baseline[seen], arm).contrasts[0]
    tipping = delta_adjusted(
        later, baseline, ARM, [0], a="active", b="placebo", seed=1, imputations=2000
    )
    one = tipping.contrasts[0]
    error = complete.difference / complete.statistic
    assert one.difference == pytest.approx(complete.difference, abs=0.05 * error)
    assert one.difference / one.statistic == pytest.approx(error, rel=0.1)
    assert one.df is not None
    assert complete.df is not None
    assert one.df <= complete.df
    assert tipping.n_imputed == (3, 1)


def test_imputing_many_pretends_to_no_more_than_was_seen() -> None:
    """Lost: slope, means and variance would be taken for known, and intervals be too short.

    36 of 40 active subjects are missing, 2,000 imputations: the error is that of those seen, times
    √(11/9), since a variance drawn with 11 degrees of freedom is 11/9 of its estimate on average.
    With the variance taken for known it is 1.00 of it, with the lines .67.
    """
    rng = np.random.default_rng(8)
    arm = ["active"] * 40 + ["placebo"] * 10
    baseline = rng.normal(2, 0.35, 50)
    later = 0.6 * baseline + rng.normal(0.8, 0.2, 50)
    later[:36] = np.nan
    seen = np.isfinite(later)
    known = ancova(later[seen], baseline[seen], ["active"] * 4 + ["placebo"] * 10).contrasts[0]
    one = delta_adjusted(
        later, baseline, arm, [0], a="active", b="placebo", seed=1, imputations=2000
    ).contrasts[0]
    error = known.difference / known.statistic
    assert one.difference / one.statistic == pytest.approx(error * (11 / 9) ** 0.5, rel=0.03)


def test_each_delta_moves_the_difference_by_the_missing_share() -> None:
    """Lost: deltas would be blurred by other draws; in a balanced design 3 of 12 weigh 1/4."""
    later, _ = trial(0.3)
    baseline = np.tile([1.8, 2.0, 2.2], 8)
    steps = [0.0, -0.1, -0.4]
    tipping = delta_adjusted(later, baseline, ARM, steps, a="active", b="placebo", seed=1)
    start = tipping.contrasts[0].difference
    weights = [
        (c.difference - start) / d for c, d in zip(tipping.contrasts, steps, strict=True) if d
    ]
    assert weights == pytest.approx([0.25, 0.25], abs=1e-9)


def test_the_tipping_point_is_found() -> None:
    """Lost: how much worse the withdrawn must be before nothing is left to claim."""
    later, baseline = trial(0.35)
    steps = np.arange(0, -2.1, -0.25)
    tipping = delta_adjusted(later, baseline, ARM, steps.tolist(), a="active", b="placebo", seed=1)
    assert tipping.contrasts[0].p < 0.05
    assert tipping.tipping_delta is not None
    at = tipping.deltas.index(tipping.tipping_delta)
    assert tipping.contrasts[at].p >= 0.05
    assert all(c.p < 0.05 for c in tipping.contrasts[:at])


def test_a_finding_that_is_reversed_has_tipped() -> None:
    """Lost: a step that leaps from one significant side to the other would pass for robust."""
    later, baseline = trial(1.0)
    later[:9] = np.nan
    tipping = delta_adjusted(later, baseline, ARM, [0, -5], a="active", b="placebo", seed=1)
    first, last = tipping.contrasts
    assert first.difference > 0 > last.difference
    assert max(first.p, last.p) < 0.05
    assert tipping.tipping_delta == -5


def test_the_nearest_delta_is_named_whatever_their_order() -> None:
    """Lost: the result without any delta, from which a finding tips, would be another."""
    later, baseline = trial(0.35)
    steps = np.arange(0, -2.1, -0.25).tolist()
    asked = {"a": "active", "b": "placebo", "seed": 1}
    known = delta_adjusted(later, baseline, ARM, steps, **asked)  # type: ignore[arg-type]
    turned = delta_adjusted(later, baseline, ARM, steps[::-1], **asked)  # type: ignore[arg-type]
    assert turned.tipping_delta == known.tipping_delta


def test_alpha_sets_the_interval() -> None:
    """Lost: intervals of 95 % under the name of another level."""
    later, baseline = trial(0.3)
    at_95, at_99 = (
        delta_adjusted(
            later, baseline, ARM, [0], a="active", b="placebo", seed=1, alpha=alpha
        ).contrasts[0]
        for alpha in (0.05, 0.01)
    )
    assert at_95.df is not None
    ratio = (at_99.ci_high - at_99.difference) / (at_95.ci_high - at_95.difference)
    assert ratio == pytest.approx(stats.t.isf(0.005, at_95.df) / stats.t.isf(0.025, at_95.df))
    assert at_99.p == at_95.p


def test_nothing_tips_where_nothing_was_found() -> None:
    """Lost: a tipping point of a result that was never significant."""
    later, baseline = trial(0)
    tipping = delta_adjusted(later, baseline, ARM, [0, -0.1], a="active", b="placebo", seed=1)
    assert tipping.contrasts[0].p > 0.05
    assert tipping.tipping_delta is None


def test_a_seed_gives_the_same_numbers() -> None:
    """Lost: a report rendered twice would differ."""
    later, baseline = trial(0.3)
    one, other = (
        delta_adjusted(later, baseline, ARM, [0, -0.2], a="active", b="placebo", seed=5)
        for _ in range(2)
    )
    assert one == other


def test_false_positives_with_withdrawals() -> None:
    """Lost: imputation that pretends to know what it drew (400 trials, withdrawal by baseline)."""
    found = 0
    for seed in range(400):
        rng = np.random.default_rng(seed)
        baseline = rng.normal(2, 0.35, 24)
        later = 0.6 * baseline + rng.normal(0.8, 0.28, 24)
        later[np.argsort(baseline + rng.normal(0, 0.2, 24))[:5]] = np.nan
        later[0] = np.nan
        tipping = delta_adjusted(
            later, baseline, ARM, [0], a="active", b="placebo", seed=seed, imputations=50
        )
        found += tipping.contrasts[0].p < 0.05
    assert 7 <= found <= 34  # 20 ± 3 binomial standard errors


def test_what_cannot_be_imputed_is_said() -> None:
    """Lost: a sensitivity without anything missing, or of nobody, would look reassuring."""
    later, baseline = trial(0.3)
    ask = {"a": "active", "b": "placebo", "seed": 1}
    full = np.where(np.isfinite(later), later, 2.0)
    with pytest.raises(TableError, match="no later score of arm 'active' is missing"):
        delta_adjusted(full, baseline, ARM, [0], **ask)  # type: ignore[arg-type]
    with pytest.raises(TableError, match="arm 'serum' has no complete subject"):
        delta_adjusted(later, baseline, ARM, [0], a="serum", b="placebo", seed=1)
    with pytest.raises(TableError, match="do not fit 23 baselines"):
        delta_adjusted(later, baseline[1:], ARM[1:], [0], **ask)  # type: ignore[arg-type]
    with pytest.raises(TableError, match="1 of the baselines are missing"):
        delta_adjusted(later, np.where(np.arange(24) == 5, np.nan, baseline), ARM, [0], **ask)  # type: ignore[arg-type]
    with pytest.raises(TableError, match="0 deltas and 200 imputations"):
        delta_adjusted(later, baseline, ARM, [], **ask)  # type: ignore[arg-type]
    lost = np.where(np.arange(24) < 11, np.nan, full)
    with pytest.raises(TableError, match="arm 'active' has 1 complete subject"):
        delta_adjusted(lost, baseline, ARM, [0], **ask)  # type: ignore[arg-type]
