"""Comparisons along depth against brute force: every arrangement, one loop inside another."""

from collections.abc import Sequence
from itertools import permutations, product

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from dermdash.errors import TableError
from dermdash.stats.depthwise import compare_arms, compare_changes, compare_pairs
from tests.support.labelings import labelings

Floats = NDArray[np.float64]
FORMING = stats.norm.isf(0.025)


def chi2_of(t: float, df: float) -> float:
    return float((df - 0.5) * np.log1p(t * t / df))


def welch(a: Floats, b: Floats, *, equal_variances: bool = False) -> tuple[float, float]:
    found = stats.ttest_ind(a[np.isfinite(a)], b[np.isfinite(b)], equal_var=equal_variances)
    return float(found.statistic), float(found.df)


def masses(deviates: Sequence[float]) -> list[float]:
    """The masses of the clusters of both signs, by walking down."""
    found = []
    for sign in (1, -1):
        run = 0.0
        for deviate in [*deviates, 0.0]:
            if sign * deviate > FORMING:
                run += sign * deviate
            elif run:
                found.append(run)
                run = 0.0
    return found


def residuals(groups: Sequence[Floats]) -> Floats:
    return np.vstack([values - np.nanmean(values, axis=0) for values in groups])


def share_reaching(maxima: Sequence[float], observed: float) -> float:
    return float(np.mean([value >= observed - 1e-9 for value in maxima]))


def two_arms(seed: int, *, n_depths: int = 6, gaps: bool = False) -> dict[str, Floats]:
    rng = np.random.default_rng(seed)
    arms = {"serum": rng.normal(0.9, 1, (4, n_depths)), "placebo": rng.normal(0, 2, (5, n_depths))}
    if gaps:
        arms["serum"][0, 4:] = np.nan
        arms["placebo"][2, 5] = np.nan
    return arms


@pytest.mark.parametrize("equal_variances", [False, True])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_two_arms_as_by_hand(seed: int, equal_variances: bool) -> None:
    """Every p along depth rests on this: 126 ways to share out 4 and 5 subjects, one by one."""
    arms = two_arms(seed)
    a, b = arms.values()
    pooled = {"values": np.vstack([a, b]), "residuals": residuals([a, b])}
    every = labelings((4, 5))
    chance: dict[str, list[float]] = {"values": [], "residuals": []}
    chance_mass = []
    for labels in every:
        arm = np.array(labels)
        for name, data in pooled.items():
            tests = [
                welch(layer[arm == 0], layer[arm == 1], equal_variances=equal_variances)
                for layer in data.T
            ]
            chance[name].append(max(chi2_of(t, df) for t, df in tests))
            if name == "values":
                signed = [float(np.copysign(chi2_of(t, df) ** 0.5, t)) for t, df in tests]
                chance_mass.append(max([0.0, *masses(signed)]))
    found = compare_arms(arms, range(6), seed=0, equal_variances=equal_variances)
    assert found.exact
    assert found.n_arrangements == len(every) == 126
    (contrast,) = found.contrasts
    for depth in range(6):
        t, df = welch(a[:, depth], b[:, depth], equal_variances=equal_variances)
        assert contrast.statistic[depth] == pytest.approx(t)
        assert contrast.df[depth] == pytest.approx(df)
        plain = stats.ttest_ind(a[:, depth], b[:, depth], equal_var=equal_variances)
        assert contrast.p[depth] == pytest.approx(plain.pvalue)
        assert contrast.difference[depth] == pytest.approx(a[:, depth].mean() - b[:, depth].mean())
        by_hand = max(share_reaching(maxima, chi2_of(t, df)) for maxima in chance.values())
        assert contrast.p_adjusted[depth] == pytest.approx(by_hand)
    assert contrast.p_fdr == pytest.approx(stats.false_discovery_control(contrast.p))
    for cluster in contrast.clusters:
        assert cluster.p == pytest.approx(share_reaching(chance_mass, cluster.mass))
    observed = [
        float(np.copysign(chi2_of(t, df) ** 0.5, t))
        for t, df in zip(contrast.statistic, contrast.df, strict=True)
    ]
    assert sorted(c.mass for c in contrast.clusters) == pytest.approx(sorted(masses(observed)))


def test_missing_layers_as_by_hand() -> None:
    """Subjects move with their gaps; a layer that they lack must not count as 0."""
    arms = two_arms(4, gaps=True)
    a, b = arms.values()
    pooled = [np.vstack([a, b]), residuals([a, b])]
    chance: list[list[float]] = [[], []]
    for labels in sorted(set(permutations([0] * 4 + [1] * 5))):
        arm = np.array(labels)
        for maxima, data in zip(chance, pooled, strict=True):
            maxima.append(
                max(chi2_of(*welch(layer[arm == 0], layer[arm == 1])) for layer in data.T)
            )
    found = compare_arms(arms, range(6), seed=0)
    (contrast,) = found.contrasts
    assert contrast.n_a.tolist() == [4, 4, 4, 4, 3, 3]
    assert contrast.n_b.tolist() == [5, 5, 5, 5, 5, 4]
    assert found.warnings == (
        "1 of 4 subjects of serum lack layers: n is 3 to 4 along depth.",
        "1 of 5 subjects of placebo lack layers: n is 4 to 5 along depth.",
    )
    for depth in range(6):
        size = chi2_of(*welch(a[:, depth], b[:, depth]))
        by_hand = max(share_reaching(maxima, size) for maxima in chance)
        assert contrast.p_adjusted[depth] == pytest.approx(by_hand)


def test_three_arms_as_by_hand() -> None:
    """All pairs share one maximum, and F has its own: 1,680 ways to share out 3, 3 and 3."""
    from statsmodels.stats.oneway import anova_oneway

    rng = np.random.default_rng(5)
    arms = {name: rng.normal(m, 1, (3, 3)) for name, m in (("a", 0), ("b", 0.5), ("c", 2))}
    groups = list(arms.values())
    pooled = [np.vstack(groups), residuals(groups)]
    chance: list[list[float]] = [[], []]
    chance_f = []
    every = labelings((3, 3, 3))
    for labels in every:
        arm = np.array(labels)
        for maxima, data in zip(chance, pooled, strict=True):
            maxima.append(
                max(
                    _welch_chi2(layer[arm == i], layer[arm == j])
                    for layer in data.T
                    for i, j in ((0, 1), (0, 2), (1, 2))
                )
            )
        chance_f.append(
            max(_welch_f_chi2([layer[arm == i] for i in range(3)]) for layer in pooled[0].T)
        )
    found = compare_arms(arms, range(3), seed=0)
    assert found.n_arrangements == len(every) == 1680
    assert [(c.a, c.b) for c in found.contrasts] == [("a", "b"), ("a", "c"), ("b", "c")]
    assert found.omnibus is not None
    for depth in range(3):
        layers = [values[:, depth] for values in groups]
        anova = anova_oneway(layers, use_var="unequal", welch_correction=True)
        assert found.omnibus.statistic[depth] == pytest.approx(anova.statistic)
        assert found.omnibus.p[depth] == pytest.approx(anova.pvalue)
        assert found.omnibus.p_adjusted[depth] == pytest.approx(
            share_reaching(chance_f, _welch_f_chi2(layers))
        )
        assert found.omnibus.p_fdr == pytest.approx(stats.false_discovery_control(found.omnibus.p))
        for contrast, (i, j) in zip(found.contrasts, ((0, 1), (0, 2), (1, 2)), strict=True):
            by_hand = max(
                share_reaching(maxima, _welch_chi2(layers[i], layers[j])) for maxima in chance
            )
            assert contrast.p_adjusted[depth] == pytest.approx(by_hand)
        assert contrast.p_fdr == pytest.approx(
            np.minimum(3 * stats.false_discovery_control(contrast.p), 1)
        )
    classical = compare_arms(arms, range(3), seed=0, equal_variances=True)
    assert classical.omnibus is not None
    anova = stats.f_oneway(*groups)
    assert classical.omnibus.statistic == pytest.approx(anova.statistic)
    assert classical.omnibus.p == pytest.approx(anova.pvalue)


@pytest.mark.parametrize("seed", [1, 2])
def test_pairs_as_by_hand(seed: int) -> None:
    """Before/after and hemi-face along depth: all 64 sign flips of 6 subjects, one by one."""
    rng = np.random.default_rng(seed)
    later, earlier = rng.normal(0.6, 1, (6, 5)), rng.normal(0, 1, (6, 5))
    later[0, 4] = np.nan
    change = later - earlier
    chance: list[list[float]] = [[], []]
    chance_mass = []
    for signs in product((1, -1), repeat=6):
        for maxima, data in zip(chance, (change, residuals([change])), strict=True):
            flipped = data * np.array(signs)[:, None]
            found = [stats.ttest_1samp(layer[np.isfinite(layer)], 0) for layer in flipped.T]
            maxima.append(max(chi2_of(t.statistic, t.df) for t in found))
            if data is change:
                signed = [
                    np.copysign(chi2_of(t.statistic, t.df) ** 0.5, t.statistic) for t in found
                ]
                chance_mass.append(max([0.0, *masses(signed)]))
    result = compare_pairs(later, earlier, range(5), seed=0, a="D28", b="D0")
    assert result.exact
    assert result.n_arrangements == 64
    (contrast,) = result.contrasts
    assert (contrast.a, contrast.b) == ("D28", "D0")
    assert contrast.n_a.tolist() == contrast.n_b.tolist() == [6, 6, 6, 6, 5]
    for depth in range(5):
        layer = change[:, depth]
        test = stats.ttest_1samp(layer[np.isfinite(layer)], 0)
        assert contrast.statistic[depth] == pytest.approx(test.statistic)
        assert contrast.p[depth] == pytest.approx(test.pvalue)
        size = chi2_of(test.statistic, test.df)
        assert contrast.p_adjusted[depth] == pytest.approx(
            max(share_reaching(maxima, size) for maxima in chance)
        )
    for cluster in contrast.clusters:
        assert cluster.p == pytest.approx(share_reaching(chance_mass, cluster.mass))


def _welch_chi2(a: Floats, b: Floats) -> float:
    """As scipy's test, without its time."""
    u, v = a.var(ddof=1) / a.size, b.var(ddof=1) / b.size
    df = (u + v) ** 2 / (u**2 / (a.size - 1) + v**2 / (b.size - 1))
    return chi2_of((a.mean() - b.mean()) / (u + v) ** 0.5, df)


def _welch_f_chi2(groups: Sequence[Floats]) -> float:
    """Welch 1951, as in textbooks."""
    k = len(groups)
    weights = [g.size / g.var(ddof=1) for g in groups]
    total = sum(weights)
    mean = sum(w * g.mean() for w, g in zip(weights, groups, strict=True)) / total
    spread = sum((1 - w / total) ** 2 / (g.size - 1) for w, g in zip(weights, groups, strict=True))
    between = sum(w * (g.mean() - mean) ** 2 for w, g in zip(weights, groups, strict=True))
    f = between / (k - 1) / (1 + 2 * (k - 2) / (k**2 - 1) * spread)
    df2 = (k**2 - 1) / (3 * spread)
    return float((df2 + (k - 1) / 2 - 1) * np.log1p((k - 1) * f / df2))


def test_changes_are_compared_as_changes() -> None:
    """The primary question of a trial along depth: the difference of changes, by name."""
    rng = np.random.default_rng(6)
    before = {"serum": rng.normal(2, 1, (6, 4)), "placebo": rng.normal(2, 1, (6, 4))}
    after = {
        "placebo": before["placebo"] + 0.1,
        "serum": before["serum"] + rng.normal(1, 0.3, (6, 4)),
    }
    after["placebo"] += rng.normal(0, 0.3, (6, 4))
    found = compare_changes(after, before, range(4), seed=0, control="placebo")
    changes = {arm: after[arm] - before[arm] for arm in ("serum", "placebo")}
    plain = compare_arms(changes, range(4), seed=0, control="placebo")
    assert (found.contrasts[0].a, found.contrasts[0].b) == ("serum", "placebo")
    assert found.contrasts[0].p_adjusted.tolist() == plain.contrasts[0].p_adjusted.tolist()
    assert (found.contrasts[0].difference > 0.5).all()
    with pytest.raises(TableError, match="serum has profiles of one visit only"):
        compare_changes(after, {"placebo": before["placebo"]}, range(4), seed=0)
