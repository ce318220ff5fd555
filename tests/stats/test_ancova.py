"""Baseline-adjusted differences against R's lm and emmeans on published data."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from dermdash.errors import TableError
from dermdash.reporting.validation.data import CBT, CONT, FT
from dermdash.stats.ancova import Ancova, ancova, change_t_test

# Hand et al. 1994, set 285 (R: MASS::anorexia): weight before and after, in pounds
BEFORE, AFTER = np.array([*CONT, *CBT, *FT]).T
ARM = ["Cont"] * len(CONT) + ["CBT"] * len(CBT) + ["FT"] * len(FT)


def numbers(result: Ancova) -> dict[tuple[str, str], tuple[float, ...]]:
    return {
        (c.a, c.b): (c.difference, c.ci_low, c.ci_high, c.p, c.p_adjusted) for c in result.contrasts
    }


def test_anorexia_as_in_r() -> None:
    """Lost: three unbalanced arms (26, 29, 17) of a published trial.

    R 4.2.2, emmeans 1.8.4: f <- lm(Postwt ~ Treat + Prewt, anorexia); e <- emmeans(f, "Treat");
    summary(pairs(e, adjust = "none"), infer = TRUE); summary(pairs(e, adjust = "holm"));
    anova(lm(Postwt ~ Prewt), f); anova(f, lm(Postwt ~ Treat * Prewt)); confint(f)
    """
    result = ancova(AFTER, BEFORE, ARM, pairs=[("CBT", "Cont"), ("CBT", "FT"), ("Cont", "FT")])
    one, two, three = result.contrasts
    assert one.difference == pytest.approx(4.09706552807290, rel=1e-12)
    assert one.ci_low == pytest.approx(0.318659858978300, rel=1e-11)
    assert one.ci_high == pytest.approx(7.875471197167499, rel=1e-12)
    assert one.statistic == pytest.approx(2.16376103767088, rel=1e-12)
    assert one.p == pytest.approx(0.0339993147202627, rel=1e-12)
    assert (one.df, one.method) == (68, "ancova")
    assert two.difference == pytest.approx(-4.56306265291879, rel=1e-12)
    assert two.p == pytest.approx(0.0360350846648843, rel=1e-12)
    assert three.difference == pytest.approx(-8.66012818099169, rel=1e-12)
    assert three.ci_low == pytest.approx(-13.0364896939090, rel=1e-12)
    assert three.p == pytest.approx(1.89023798034245e-04, rel=1e-11)
    assert [c.p_adjusted for c in result.contrasts] == pytest.approx(
        [0.067998629440525427, 0.067998629440525427, 0.000567071394102735], rel=1e-11
    )

    assert result.omnibus.df == (2, 68)
    assert result.omnibus.statistic == pytest.approx(7.86808, abs=5e-6)
    assert result.omnibus.p == pytest.approx(0.00084384, abs=5e-9)
    assert result.equal_slopes is not None
    assert result.equal_slopes.test == "equal_slopes"
    assert result.equal_slopes.statistic == pytest.approx(5.41123, abs=5e-6)
    assert result.equal_slopes.p == pytest.approx(0.0066656, abs=5e-8)

    means = {m.arm: m for m in result.means}
    assert (means["CBT"].n, means["Cont"].n, means["FT"].n) == (29, 26, 17)
    assert means["CBT"].mean == pytest.approx(85.57432831430938)
    assert means["Cont"].ci_low == pytest.approx(78.73272410213622)
    assert means["FT"].ci_high == pytest.approx(93.52494782795148)
    assert result.baseline == pytest.approx(82.4083333333333)
    assert result.slope == pytest.approx(0.434461150360903)
    assert result.slope_ci == pytest.approx((0.112826754991095, 0.756095545730712))
    assert (result.residual_sd, result.df) == (pytest.approx(6.978183039175), 68)
    assert np.sum(result.residuals**2) == pytest.approx(3311.262619920)


def test_the_effect_is_in_standard_deviations_of_the_scores() -> None:
    """Lost: a g that grows with the baseline's correlation, or contradicts its own test.

    SD of Postwt within arms 7.29 pounds: d = 4.097 / 7.29, g a little smaller.
    R: S <- sigma(lm(Postwt ~ Treat)); uniroot of pt(t, 68, ncp) at .975 and .025; times SE / S and
    the gamma factor. R's pt is good to some eight digits here.
    """
    one = ancova(AFTER, BEFORE, ARM, reference="Cont").contrasts[0]
    assert (one.a, one.b) == ("CBT", "Cont")
    assert one.effect is not None
    assert one.effect.name == "hedges_g"
    assert one.effect.value == pytest.approx(0.5559292960254419, rel=1e-10)
    assert one.effect.ci_low == pytest.approx(0.0418227903702845, rel=1e-7)
    assert one.effect.ci_high == pytest.approx(1.0660850740615189, rel=1e-7)


def test_a_reference_comes_last() -> None:
    """Lost: treatment − control would be control − treatment."""
    result = ancova(AFTER, BEFORE, ARM, reference="Cont", visit="D56")
    assert [(c.a, c.b, c.visit) for c in result.contrasts] == [
        ("CBT", "Cont", "D56"),
        ("FT", "Cont", "D56"),
    ]


def test_as_statsmodels_with_three_against_twenty() -> None:
    """Lost: very unequal arms with tied scores."""
    import statsmodels.api as sm

    rng = np.random.default_rng(11)
    arm = np.array(["a"] * 3 + ["b"] * 20)
    x = np.round(rng.normal(2, 0.4, 23), 1)
    y = np.round(0.6 * x + rng.normal(1, 0.3, 23), 1)
    fit = sm.OLS(y, np.column_stack([np.ones(23), arm == "a", x]).astype(float)).fit()
    one = ancova(y, x, arm.tolist()).contrasts[0]
    assert one.difference == pytest.approx(fit.params[1])
    assert one.p == pytest.approx(fit.pvalues[1])
    assert (one.ci_low, one.ci_high) == pytest.approx(tuple(fit.conf_int()[1]))


def test_two_arms_have_one_f() -> None:
    """Lost: omnibus and contrast of the same two arms would disagree."""
    result = ancova(AFTER[:55], BEFORE[:55], ARM[:55])
    assert result.omnibus.statistic == pytest.approx(result.contrasts[0].statistic ** 2)
    assert result.omnibus.p == pytest.approx(result.contrasts[0].p)


def test_score_or_change_give_the_same_contrast() -> None:
    """Lost: adjusting the change for the baseline would be another analysis."""
    for one, other in zip(
        ancova(AFTER, BEFORE, ARM).contrasts,
        ancova(AFTER - BEFORE, BEFORE, ARM).contrasts,
        strict=True,
    ):
        assert (one.difference, one.p) == pytest.approx((other.difference, other.p))


@given(st.randoms(use_true_random=False), st.floats(-1e4, 1e4), st.floats(-1e4, 1e4))
def test_order_names_and_shifts_move_nothing(random, up: float, along: float) -> None:  # type: ignore[no-untyped-def]
    """Lost: sorting a spreadsheet, renaming an arm or another zero would change p-values."""
    order = list(range(AFTER.size))
    random.shuffle(order)
    names = {"Cont": "C(arm)", "CBT": "a + b", "FT": "'\"🧴"}
    pairs = [("CBT", "Cont"), ("FT", "Cont")]
    moved = ancova(
        AFTER[order] + up,
        BEFORE[order] + along,
        [names[ARM[i]] for i in order],
        pairs=[(names[a], names[b]) for a, b in pairs],
    )
    still = numbers(ancova(AFTER, BEFORE, ARM, pairs=pairs))
    for (a, b), values in still.items():
        assert numbers(moved)[names[a], names[b]] == pytest.approx(values, rel=1e-6)


def test_swapped_arms_flip_the_signs() -> None:
    """Lost: a fall would be read as a rise."""
    one = ancova(AFTER, BEFORE, ARM, pairs=[("FT", "Cont")]).contrasts[0]
    other = ancova(AFTER, BEFORE, ARM, pairs=[("Cont", "FT")]).contrasts[0]
    assert (other.difference, other.p) == (-one.difference, one.p)
    assert (other.ci_low, other.ci_high) == (-one.ci_high, -one.ci_low)
    assert one.effect is not None
    assert other.effect is not None
    assert other.effect.ci_low == pytest.approx(-one.effect.ci_high)


def test_the_change_in_each_arm_by_welch() -> None:
    """Lost: R: t.test(Postwt - Prewt ~ Treat), CBT against FT."""
    one = change_t_test(AFTER, BEFORE, ARM, a="CBT", b="FT", visit="after")
    assert (one.a, one.b, one.method, one.visit) == ("CBT", "FT", "welch_t_test", "after")
    assert one.statistic == pytest.approx(-1.9323117761916850, rel=1e-12)
    assert one.df == pytest.approx(34.2291373698199166, rel=1e-12)
    assert one.p == pytest.approx(0.0616311298796266, rel=1e-11)
    assert (one.ci_low, one.ci_high) == pytest.approx((-8.7347144817219622, 0.2190958204643532))


def test_changes_without_chance_are_refused() -> None:
    """Lost: rounding would be taken for variance, t = 10^15."""
    steps = np.where(np.array(ARM[:55]) == "CBT", 0.1, 0.3)
    with pytest.raises(TableError, match="all changes within 'CBT' and within 'Cont' are equal"):
        change_t_test(BEFORE[:55] + steps, BEFORE[:55], ARM[:55], a="CBT", b="Cont")


def test_slopes_that_cannot_be_told() -> None:
    """Lost: a check that needs more subjects than there are would be NaN."""
    few = ancova([1.0, 2.5, 2.0, 3.4], [1, 2, 1.5, 2.6], ["a", "a", "b", "b"])
    assert few.equal_slopes is None
    assert few.contrasts[0].effect is None
    flat = ancova([1.0, 2.5, 2.2, 2.0, 3.4, 2.2], [1, 1, 1, 1.5, 2.6, 3], list("aaabbb"))
    assert flat.equal_slopes is None


@pytest.mark.parametrize(
    ("later", "baseline", "arm", "words"),
    [
        ([1, 2, 3], [1, 2, 4], ["a", "a", "a"], "1 arm stands in the table"),
        ([1, 2, 3], [1, 2, 4], ["a", "a", "b"], "arm 'b' has 1 complete subject"),
        ([1, 2, 3, 5], [2, 2, 2, 2], list("aabb"), "within each arm all baselines are equal"),
        ([1, 2, 3, 5], [0.1, 0.1, 0.3, 0.3], list("aabb"), "all baselines are equal"),
        ([1.1, 2.1, 3.1, 5.1], [1, 2, 3, 5], list("aabb"), "exactly on parallel lines"),
        ([2, 2, 2, 2], [1, 2, 3, 5], list("aabb"), "exactly on parallel lines"),
        ([1, 2, np.nan, 5], [1, 2, 3, 5], list("aabb"), "1 of the later values are missing"),
        ([1, 2, 3, 5], [1, 2, 3, None], list("aabb"), "1 of the baselines are missing"),
        ([1, 2, 3, 5], [1, 2, 3], list("aabb"), "4 later values stand against 3 baselines"),
        ([1, 2, 3, 5], [1, 2, 3, 4], list("aab"), "3 arms stand for 4 subjects"),
    ],
)
def test_what_cannot_be_adjusted_is_said(
    later: list[float], baseline: list[float], arm: list[str], words: str
) -> None:
    """Lost: a NaN, an infinite F, or a traceback of linear algebra."""
    with pytest.raises(TableError, match=words):
        ancova(later, baseline, arm)


def test_contrasts_need_arms_that_are_there() -> None:
    """Lost: a misspelt control would be a KeyError."""
    with pytest.raises(TableError, match="arm 'placebo' has no complete subject"):
        ancova(AFTER, BEFORE, ARM, reference="placebo")
    with pytest.raises(TableError, match="arm 'FT' stands against itself"):
        ancova(AFTER, BEFORE, ARM, pairs=[("FT", "FT")])
    with pytest.raises(TableError, match="reference='FT' and pairs are both given"):
        ancova(AFTER, BEFORE, ARM, reference="FT", pairs=[("FT", "CBT")])
    with pytest.raises(TableError, match="arm 'x' has no complete subject"):
        change_t_test(AFTER, BEFORE, ARM, a="x", b="FT")


def test_false_positives_stay_at_five_percent() -> None:
    """Lost: 12 an arm without a difference would be called different too often (2,000 trials)."""
    rng = np.random.default_rng(20)
    arm = ["a"] * 12 + ["b"] * 12
    found = 0
    for _ in range(2000):
        baseline = rng.normal(2, 0.35, 24)
        later = 0.6 * baseline + rng.normal(0.8, 0.28, 24)
        found += _p(later, baseline, arm) < 0.05
    assert 70 <= found <= 130  # 100 ± 3 binomial standard errors


def _p(later: NDArray[np.float64], baseline: NDArray[np.float64], arm: list[str]) -> float:
    from scipy import stats

    from dermdash.stats.regression import parallel_lines

    lines = parallel_lines(later, baseline, arm)
    difference, error = lines.difference(0, 1)
    return 2 * float(stats.t.sf(abs(difference / error), lines.df))
