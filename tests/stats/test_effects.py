"""Sizes of effects: what a reader carries away, so their intervals must be the exact ones."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from dermdash.errors import TableError
from dermdash.stats.effects import (
    cohen_dz,
    eta_squared,
    hedges_g,
    noncentral_t_interval,
    omega_squared,
    partial_eta_squared,
    standardized,
)
from dermdash.stats.findings import Effect
from tests.support.arms import uneven


def numbers(effect: Effect) -> list[float]:
    """Value and interval."""
    return [effect.value, effect.ci_low, effect.ci_high]


@pytest.mark.parametrize(
    ("f", "df1", "df2", "expected"),
    # R 4.2.2: F_to_eta2(f, df1, df2, ci = .9, alternative = "two.sided") of effectsize 0.8.3, its
    # limits by uniroot(pf(f, df1, df2, ncp), tol = 1e-12) instead of its optimiser
    [
        (45.8, 3, 35, [0.796983758700696, 0.685670143221506, 0.855981327240531]),
        (29.578, 2, 33, [0.641911541299536, 0.460112122454651, 0.746426073676504]),
        (4.8461, 2, 27, [0.264148783665193, 0.035306596676100, 0.454776286535452]),
        (1.18046237440255, 4, 20, [0.190999039051130, 0.0, 0.357352535274289]),
        (0.2, 2, 33, [0.0119760479041916, 0.0, 0.0794606008842824]),
        (0.01, 2, 33, [0.000605693519079346, 0.0, 0.0]),
    ],
)
def test_eta_squared_as_in_r(f: float, df1: int, df2: int, expected: list[float]) -> None:
    """Lost: shares of variance would not be those of other papers."""
    effect = eta_squared(f, df1, df2)
    assert numbers(effect) == pytest.approx(expected, abs=1e-9)
    assert (effect.name, effect.level) == ("eta_squared", 0.9)
    partial = partial_eta_squared(f, df1, df2)
    assert partial.name == "partial_eta_squared"
    assert numbers(partial) == numbers(effect)


@pytest.mark.parametrize(
    ("f", "df1", "df2", "expected"),
    # R: F_to_omega2 gives the value; the limits are ncp / (ncp + N) from the roots above
    [
        (45.8, 3, 35, [0.775086505190311, 0.661892698962355, 0.842120630609249]),
        (4.8461, 2, 27, [0.204079358594086, 0.031888524535929, 0.428799439561116]),
        (0.2, 2, 33, [0.0, 0.0, 0.0733244176678738]),
    ],
)
def test_omega_squared(f: float, df1: int, df2: int, expected: list[float]) -> None:
    """Lost: the less biased share would be negative, or off."""
    assert numbers(omega_squared(f, df1, df2)) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    # R: effectsize::hedges_g, limits by uniroot(pt(t, df, ncp), tol = 1e-12)
    [
        ("a", "c", [-1.955173461819244, -3.280849684777609, -0.571100112795742]),
        ("c", "d", [1.806142591080627, 0.383056298694312, 3.165592785116924]),
        ("a", "d", [-0.297614196258195, -1.465150992875989, 0.890375364363139]),
    ],
)
def test_hedges_g_as_in_r(a: str, b: str, expected: list[float]) -> None:
    """Lost: a small trial's effect would be too large by its own correction."""
    groups = uneven()
    assert numbers(hedges_g(groups[a], groups[b])) == pytest.approx(expected, abs=1e-6)


def test_hedges_g_of_mtcars() -> None:
    """Lost: agreement with effectsize's documentation, -1.44 [-2.21, -0.65]."""
    manual = [21, 21, 22.8, 32.4, 30.4, 33.9, 27.3, 26, 30.4, 15.8, 19.7, 15, 21.4]
    automatic = [21.4, 18.7, 18.1, 14.3, 24.4, 22.8, 19.2, 17.8, 16.4, 17.3, 15.2, 10.4, 10.4]
    automatic += [14.7, 21.5, 15.5, 15.2, 13.3, 19.2]
    expected = [-1.440635402401855, -2.208767198889456, -0.653639683324887]
    assert numbers(hedges_g(automatic, manual)) == pytest.approx(expected, abs=1e-6)


def test_cohen_dz_of_sleep() -> None:
    """Lost: paired effects would not be effectsize::cohens_d(sleep), limits by uniroot(pt)."""
    first = np.array([0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0])
    second = np.array([1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4])
    expected = [-1.284557562591055, -2.118016513977006, -0.414627756380144]
    assert numbers(cohen_dz(first - second)) == pytest.approx(expected, abs=1e-8)


def test_standardized_is_hedges_g() -> None:
    """Lost: an ANCOVA's g and a t test's would be two things of one name."""
    groups = uneven()
    t = stats.ttest_ind(groups["a"], groups["c"])
    made = standardized(float(t.statistic), 10, (1 / 5 + 1 / 7) ** 0.5)
    assert numbers(made) == pytest.approx(numbers(hedges_g(groups["a"], groups["c"])))


@given(t=st.floats(-60, 60), df=st.integers(2, 400), alpha=st.sampled_from([0.01, 0.05, 0.1]))
@settings(max_examples=60, deadline=None)
def test_limits_are_roots(t: float, df: int, alpha: float) -> None:
    """Lost: an interval would stop where its search gave up."""
    low, high = noncentral_t_interval(t, df, alpha=alpha)
    assert low < t * (1 - 1e-9 * np.sign(t)) + 1e-9
    assert high > low
    assert stats.nct.cdf(t, df, low) == pytest.approx(1 - alpha / 2, abs=1e-8)
    assert stats.nct.cdf(t, df, high) == pytest.approx(alpha / 2, abs=1e-8)
    mirrored = noncentral_t_interval(-t, df, alpha=alpha)
    assert mirrored == pytest.approx((-high, -low), rel=1e-6, abs=1e-7)


@pytest.mark.parametrize(
    ("t", "df", "ncp", "expected"),
    # R: integrate(pnorm(t*s - ncp) dchisq); R's own pt gives .4703 for the first: ncp > 37.62
    [(45, 22, 45, 0.460523849014714), (80, 22, 60, 0.948454028894329)],
)
def test_far_noncentral_t(t: float, df: float, ncp: float, expected: float) -> None:
    """Lost: arms far apart would have intervals from a breaking-down series."""
    assert stats.nct.cdf(t, df, ncp) == pytest.approx(expected, rel=1e-10)


def test_interval_and_test_agree() -> None:
    """Lost: p = .05 and an interval that holds 0, or not, by another rule."""
    t = float(stats.t.isf(0.025, 17))
    assert noncentral_t_interval(t, 17)[0] == pytest.approx(0, abs=1e-9)
    f = float(stats.f.isf(0.05, 2, 33))
    assert eta_squared(f * 1.0001, 2, 33).ci_low > 0
    assert eta_squared(f * 0.9999, 2, 33).ci_low == 0


@pytest.mark.parametrize("f", [-1.0, float("nan"), float("inf")])
def test_impossible_f(f: float) -> None:
    """Lost: NaN would be shown as an effect."""
    for effect in (eta_squared, partial_eta_squared, omega_squared):
        with pytest.raises(TableError, match="F"):
            effect(f, 2, 33)


@pytest.mark.parametrize(
    ("a", "b"),
    [([1.0], [2.0, 3.0]), ([], [1.0, 2, 3, 4]), ([2.0, 2, 2], [3.0, 3]), ([1, np.nan], [1, 2.0])],
)
def test_no_hedges_g(a: list[float], b: list[float]) -> None:
    """Lost: a division by nothing would be an effect."""
    with pytest.raises(TableError):
        hedges_g(a, b)


@pytest.mark.parametrize("differences", [[], [0.3], [0.2, 0.2, 0.2], [0.1, np.inf]])
def test_no_cohen_dz(differences: list[float]) -> None:
    """Lost: equal changes would have an infinite effect."""
    with pytest.raises(TableError):
        cohen_dz(differences)


def test_huge_effects_stay_finite() -> None:
    """Lost: phantoms of two qualities, far apart, would end in an endless search."""
    rng = np.random.default_rng(1)
    apart = hedges_g(rng.normal(100, 0.01, 12), rng.normal(0, 0.01, 12))
    assert apart.ci_low < apart.value < apart.ci_high < np.inf
    for f in (1e6, 1e8, 1e12):
        share = eta_squared(f, 2, 33)
        assert 0.999 < share.ci_low < share.value < share.ci_high < 1
    below, above = eta_squared(0.9999e7, 2, 33), eta_squared(1.0001e7, 2, 33)
    assert (1 - above.ci_low) / (1 - below.ci_low) == pytest.approx(0.9999 / 1.0001, rel=1e-6)
