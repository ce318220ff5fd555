"""Planning: how many subjects, and what they can detect."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dermdash.errors import TableError
from dermdash.stats.power import (
    Design,
    detectable_difference,
    equivalent_difference,
    power,
    power_curve,
    subjects_needed,
)


@pytest.mark.parametrize(
    ("n", "difference", "sd", "expected"),
    # R 4.2.2: power.t.test(n, difference, sd, strict = TRUE)$power
    [
        (12, 1.2, 1.0, 0.802078791767),
        (17, 0.36, 0.35, 0.828365098828),
        (18, 0.36, 0.35, 0.850253365129),
        (64, 0.5, 1.0, 0.801459557922),
        (20, 1.0, 1.0, 0.868953027725),
        (1000, 3 * (4 / 3000) ** 0.5, 1.0, 0.6873536082152),
    ],
)
def test_two_arms_as_in_r(n: int, difference: float, sd: float, expected: float) -> None:
    """Lost: the plan for two arms would be wrong, the most asked of all."""
    assert power(Design("two_arms", sd), n, difference) == pytest.approx(expected, abs=1e-9)
    assert power(Design("two_arms", sd), n, -difference) == pytest.approx(expected, abs=1e-9)


def test_paired_as_in_r_and_gpower() -> None:
    """Lost: before/after and hemi-face studies would be planned wrongly."""
    paired = Design("paired", 1.0)
    # R: power.t.test(12, .9, type = "paired", strict = TRUE)
    assert power(paired, 12, 0.9) == pytest.approx(0.809785486284, abs=1e-9)
    # G*Power 3.1 manual, two dependent means: dz = 0.421637, n = 50
    assert power(paired, 50, 0.421637) == pytest.approx(0.832114, abs=1e-6)
    assert subjects_needed(paired, 0.9).total == 12


def test_detectable_differences_of_twelve() -> None:
    """Lost: the paper's twelve women a group would seem to show more than they can."""
    # R: power.t.test(n = 12, power = .8, strict = TRUE, tol = 1e-10)$delta, and type = "paired"
    two, paired = Design("two_arms", 1.0), Design("paired", 1.0)
    assert detectable_difference(two, 12) == pytest.approx(1.19681191375, abs=1e-8)
    assert detectable_difference(paired, 12) == pytest.approx(0.888654265293, abs=1e-8)
    assert detectable_difference(replace(two, sd=0.36), 12) == pytest.approx(0.36 * 1.19681191375)


@pytest.mark.parametrize(
    ("means", "sd", "n", "expected", "digits"),
    [
        # PASS, as quoted by statsmodels' test_oneway.py
        ([527.86, 660.43, 649.14], 107.4304, 12, 0.8251, 1e-4),
        # G*Power 3.1 manual: f = .25, k = 10, N = 390
        ([0.25, -0.25] * 5, 1.0, 39, 0.952363, 1e-6),
        # Wuensch, G*Power: f = 0.0996126, k = 3, N = 975
        ([-0.122, 0.0, 0.122], 1.0, 325, 0.8004415, 2e-6),
        # R: power.anova.test(groups = 4, n = 5, between.var = 1, within.var = 3)
        ([1.5**0.5, 0.0, 0.0, -(1.5**0.5)], 3**0.5, 5, 0.353559423815, 1e-9),
        # R: power.anova.test(groups = 3, n = 12, between.var = var(means), within.var = ...)
        ([2.77, 2.04, 1.68], 0.3537419, 12, 0.999999703209, 1e-9),
    ],
)
def test_several_arms_as_published(
    means: list[float], sd: float, n: int, expected: float, digits: float
) -> None:
    """Lost: the plan for the F test of several arms would be wrong."""
    design = Design("arms", sd, n_arms=len(means))
    assert power(design, n, equivalent_difference(means)) == pytest.approx(expected, abs=digits)


def test_subjects_for_several_arms_as_in_r() -> None:
    """Lost: the search could stop one subject short."""
    # R: power.anova.test(groups = 4, between.var = 1, within.var = 3, power = .8)$n = 11.92613
    plan = subjects_needed(Design("arms", 3**0.5, n_arms=4), 6**0.5)
    assert (plan.per_arm, plan.total) == (12, 48)


@pytest.mark.parametrize(
    ("design", "n", "difference", "expected"),
    # R: pf(crit^2, 1, df, ncp = n d^2 / 2, lower = FALSE), crit from qtukey / sqrt(2) or qt
    [
        (Design("pairs", 1, 3, multiplicity="tukey"), 12, 1.2, 0.685493314068),
        (Design("pairs", 1, 4, multiplicity="tukey"), 20, 0.9, 0.588236012313),
        (
            Design("pairs", 1, 3, multiplicity="bonferroni", n_comparisons=3),
            12,
            1.2,
            0.661726039676,
        ),
    ],
)
def test_pairs_among_several_arms(
    design: Design, n: int, difference: float, expected: float
) -> None:
    """Lost: comparing all pairs would be planned as if only one pair were looked at."""
    assert power(design, n, difference) == pytest.approx(expected, abs=1e-8)


@pytest.mark.parametrize(
    ("design", "n", "difference", "expected"),
    # R: 2 * integrate(dt(t, nu) * pf(qf, 1, kn - k - 1, ncp / (1 + t^2 / nu), lower = FALSE)),
    # nu = k (n - 1): Shieh 2020 for one covariate and one contrast
    [
        (Design("change", 1, correlation=0.7), 12, 0.8, 0.724544154451),
        (Design("change", 1), 12, 1.0, 0.626808937037),
        (Design("change", 1, 3, correlation=0.6), 15, 0.6, 0.508836790987),
        (Design("change", 1, correlation=0.5), 5, 2.0, 0.82927735988),
    ],
)
def test_change_by_ancova(design: Design, n: int, difference: float, expected: float) -> None:
    """Lost: the primary question of a trial, change against placebo, would be planned wrongly."""
    assert power(design, n, difference) == pytest.approx(expected, abs=1e-9)


def test_large_effects_are_certain() -> None:
    """Lost: gaps in the curves, where scipy's noncentral F has none of its own: ncp 1,436 to 1,746
    at 22 degrees of freedom."""
    for design in (Design("two_arms", 1.0), Design("change", 1.0), Design("arms", 1.0, n_arms=3)):
        for ncp in np.linspace(500, 6000, 400):
            assert power(design, 12, (ncp / 6) ** 0.5) == pytest.approx(1, abs=1e-9)


def test_what_no_float_can_tell_is_refused() -> None:
    """Lost: two subjects at an alpha of one in a million gave a traceback."""
    with pytest.raises(TableError, match="alpha=1e-07 is out of reach of 2 subjects"):
        detectable_difference(Design("paired", 1.0, alpha=1e-7), 2)


def test_change_needs_what_statpsych_says() -> None:
    """Lost: baseline adjustment would save more subjects than it can."""
    # R statpsych: size.test.ancova2(alpha .05, power .9, error variance 1.37, .7, 1, 0, 1) = 61
    design = Design("change", (1.37 / 0.64) ** 0.5, correlation=0.6)
    assert subjects_needed(design, 0.7, power=0.9).per_arm == 61


def test_ancova_power_is_what_happens() -> None:
    """Lost: the formula could be right and the trial another one."""
    rng = np.random.default_rng(8)
    n, runs, rho = 6, 4000, 0.6
    x = rng.standard_normal((runs, 2 * n))
    arm = np.repeat([0.0, 1.0], n)
    y = rho * x + (1 - rho**2) ** 0.5 * rng.standard_normal((runs, 2 * n)) + 1.2 * arm

    def squares(a: np.ndarray, b: np.ndarray, parts: list[slice]) -> np.ndarray:
        a, b = (
            np.concatenate([v[:, s] - v[:, s].mean(axis=1, keepdims=True) for s in parts], axis=1)
            for v in (a, b)
        )
        return np.asarray((a * b).sum(axis=1))

    def residual(parts: list[slice]) -> np.ndarray:
        left = squares(y, y, parts) - squares(x, y, parts) ** 2 / squares(x, x, parts)
        return np.asarray(left)

    within, whole = residual([slice(0, n), slice(n, None)]), residual([slice(None)])
    f = (whole - within) / within * (2 * n - 3)
    promised = power(Design("change", 1, correlation=rho), n, 1.2)
    spread = (promised * (1 - promised) / runs) ** 0.5
    # the crude formula without chance imbalance would promise .017 more: 2.3 spreads
    assert np.mean(f > 5.117355029199) == pytest.approx(promised, abs=3 * spread)  # qf(.95, 1, 9)


DESIGNS = st.builds(
    lambda question, sd, rho: Design(
        question,
        sd,
        n_arms={"two_arms": 2, "paired": 1}.get(question, 3),
        correlation=rho if question == "change" else 0.0,
    ),
    st.sampled_from(["two_arms", "arms", "pairs", "paired", "change"]),
    st.floats(0.05, 20),
    st.floats(-0.9, 0.95),
)


@settings(max_examples=40, deadline=None)
@given(DESIGNS, st.integers(3, 300), st.floats(0.2, 0.97))
def test_the_three_questions_agree(design: Design, n: int, wanted: float) -> None:
    """Lost: subjects needed, detectable difference and power would contradict one another."""
    difference = detectable_difference(design, n, power=wanted)
    assert power(design, n, difference) == pytest.approx(wanted, abs=1e-9)
    plan = subjects_needed(design, difference * (1 + 1e-9), power=wanted)
    assert plan.per_arm == n
    assert power(design, n - 1, difference) < wanted <= plan.power + 1e-12
    scaled = replace(design, sd=design.sd * 7)
    assert power(scaled, n, difference * 7) == pytest.approx(wanted, abs=1e-9)
    assert power(design, n, 0.0) == pytest.approx(design.alpha, abs=1e-9)


def test_pairs_of_two_arms_are_two_arms() -> None:
    """Lost: the same question asked in two ways would have two answers."""
    for multiplicity in ("none", "tukey", "dunnett"):
        pairs = Design("pairs", 0.4, 2, multiplicity=multiplicity)
        expected = power(Design("two_arms", 0.4), 15, 0.3)
        assert power(pairs, 15, 0.3) == pytest.approx(expected, abs=1e-8)
    assert power(Design("arms", 0.4), 15, 0.3) == pytest.approx(expected, abs=1e-12)


def test_dropout_is_enrolled_on_top() -> None:
    """Lost: a trial with the expected dropout would end too small."""
    plan = subjects_needed(Design("two_arms", 1.0), 0.5, power=0.9, dropout=0.2)
    assert (plan.per_arm, plan.total) == (86, 172)  # R: power.t.test(...)$n = 85.03
    assert (plan.enrolled_per_arm, plan.enrolled_total) == (108, 216)  # 86 / .8 = 107.5
    exact = subjects_needed(Design("two_arms", 1.0), 1.0, dropout=0.15)
    assert (exact.per_arm, exact.enrolled_per_arm) == (17, 20)  # 17 / .85 is 20, not 21
    float_s = subjects_needed(Design("two_arms", 1.0), 1.0, dropout=0.32)
    assert float_s.enrolled_per_arm == 25  # 17 / .68 is 25, and 25.000000000000004 as a float
    assert subjects_needed(Design("paired", 1.0), 0.9, dropout=0.5).enrolled_total == 24


def test_curve_is_the_power() -> None:
    """Lost: the figure would show other numbers than the sentence."""
    design = Design("two_arms", 0.35)
    curve = power_curve(design, [5, 12, 40], [0.2, 0.36])
    assert curve.shape == (2, 3)
    assert curve[1, 1] == power(design, 12, 0.36)
    assert (np.diff(curve, axis=0) > 0).all()
    assert (np.diff(curve, axis=1) > 0).all()


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"question": "observed"}, "question='observed'"),
        ({"multiplicity": "holm"}, "multiplicity='holm'"),
        ({"sd": 0.0}, "sd=0"),
        ({"sd": float("nan")}, "sd=nan"),
        ({"n_arms": 3}, "n_arms=3"),
        ({"question": "arms", "n_arms": 1}, "n_arms=1"),
        ({"question": "paired", "n_arms": 3}, "n_arms=3"),
        ({"question": "change", "correlation": 1.0}, "correlation=1"),
        ({"question": "paired", "correlation": 0.5}, "SD of the differences"),
        ({"question": "arms", "n_arms": 3, "multiplicity": "tukey"}, "'pairs' or 'change'"),
        ({"question": "pairs", "multiplicity": "tukey", "n_comparisons": 3}, "n_comparisons=3"),
        ({"multiplicity": "bonferroni", "n_comparisons": 0}, "n_comparisons=0"),
        ({"alpha": 0.0}, "alpha=0"),
        ({"ratio": 0.0}, "ratio=0"),
        ({"ratio": 10.5}, "give 0.1 to 10"),
        ({"ratio": float("nan")}, "ratio=nan"),
        ({"question": "paired", "ratio": 2.0}, "ratio=2 is for two arms"),
        ({"question": "pairs", "ratio": 2.0}, "ratio=2 is for two arms"),
        ({"question": "change", "n_arms": 3, "ratio": 2.0}, "ratio=2 is for two arms"),
    ],
)
def test_contradictions_are_refused(options: dict[str, Any], says: str) -> None:
    """Lost: a slip in the form would give a number for another study."""
    with pytest.raises(TableError, match=says):
        Design(**{"question": "two_arms", "sd": 1.0, **options})


def test_impossible_questions_are_refused() -> None:
    """Lost: an endless search, a NaN, or a study of a million subjects."""
    design = Design("two_arms", 1.0)
    with pytest.raises(TableError, match="difference=0 cannot"):
        subjects_needed(design, 0.0)
    with pytest.raises(TableError, match="more than 100,000"):
        subjects_needed(design, 0.001)
    with pytest.raises(TableError, match="not a number"):
        subjects_needed(design, float("nan"))
    with pytest.raises(TableError, match="n_per_arm=1"):
        power(design, 1, 0.5)
    with pytest.raises(TableError, match=r"n_per_arm=2\.5"):
        power(design, 2.5, 0.5)  # type: ignore[arg-type]
    for wanted in (0.05, 1.0):
        with pytest.raises(TableError, match=f"power={wanted}"):
            detectable_difference(design, 12, power=wanted)
    with pytest.raises(TableError, match="dropout=1"):
        subjects_needed(design, 0.5, dropout=1.0)
    with pytest.raises(TableError, match="two or more numbers"):
        equivalent_difference([1.0])
