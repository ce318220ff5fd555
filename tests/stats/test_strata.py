"""Two arms within strata: without equal variances, and by ranks."""

from dataclasses import replace

import numpy as np
import pytest

from dermdash.errors import TableError
from dermdash.stats.blocks import two_way
from dermdash.stats.comparison import compare
from dermdash.stats.plan import Plan
from dermdash.stats.strata import Stratum, strata_of, stratified_welch, van_elteren
from dermdash.stats.two_arms import mann_whitney, welch_t_test
from tests.support.pooled import SCORES

PLAN = Plan("score", between="arm", subject="subject_id", block="study")


def of_pair(*pair: str) -> list[Stratum]:
    a, b = pair
    return strata_of(SCORES["score"], list(SCORES["arm"]), list(SCORES["study"]), (a, b))


def test_ranks_within_studies_as_coin_has_them() -> None:
    """Lost: the test of ranks that stands beside; R: coin::independence_test, ranks over n + 1."""
    values, arm, study = SCORES["score"], list(SCORES["arm"]), list(SCORES["study"])
    for pair, z, p in (
        (("pl", "A"), -2.78802227068189, 0.00530308980558624),
        (("pl", "B"), -3.71649131470904, 0.000202008581968879),
        (("A", "B"), -1.54303349962092, 0.122822648101393),
    ):
        found = van_elteren(strata_of(values, arm, study, pair), pair)
        assert (found.statistic, found.p) == pytest.approx((z, p), rel=1e-10)
        assert found.ci_low <= found.difference <= found.ci_high
        assert (found.p < 0.05) == (found.ci_low > 0 or found.ci_high < 0)


def test_one_stratum_is_the_test_of_two_arms() -> None:
    """Lost: the pooled tests would not be those that one study has."""
    rng = np.random.default_rng(4)
    groups = {"a": rng.normal(2.5, 0.3, 7), "b": rng.normal(2.0, 0.6, 9)}
    stratum = [(groups["a"], groups["b"])]
    ours, theirs = stratified_welch(stratum, ("a", "b")), welch_t_test(groups)
    assert (ours.difference, ours.ci_low, ours.p, ours.df) == pytest.approx(
        (theirs.difference, theirs.ci_low, theirs.p, theirs.df)
    )
    assert van_elteren(stratum, ("a", "b")).difference == pytest.approx(
        mann_whitney(groups).difference
    )


@pytest.mark.parametrize(
    ("pair", "known"),
    # R 4.2, by the formulas: difference, standard error, df, p and interval
    [
        (("pl", "A"), (-0.3992873134, 0.1540998634, 15.89803878, 0.01976682956, -0.7261347897)),
        (("pl", "B"), (-0.6211724138, 0.1165042673, 13.95263622, 1.071175032e-4, -0.8711288171)),
        (("B", "A"), (0.36, 0.1623475353, 5.462165836, 0.07282757298, -0.04692724229)),
    ],
)
def test_welch_within_studies(pair: tuple[str, str], known: tuple[float, ...]) -> None:
    """Lost: large and small studies would weigh alike, or a wide one like a narrow one."""
    found = stratified_welch(of_pair(*pair), pair)
    assert (
        found.difference,
        found.standard_error,
        found.df,
        found.p,
        found.ci_low,
    ) == pytest.approx(known, rel=1e-8)
    assert found.ci_low + found.ci_high == pytest.approx(2 * found.difference)


def test_two_arms_have_the_estimate_of_the_additive_model() -> None:
    """Lost: the test that stands beside would be of another difference."""
    two = SCORES[SCORES["arm"] != "B"]
    fit = two_way(two["score"], list(two["arm"]), list(two["study"]))
    found = stratified_welch(of_pair("pl", "A"), ("pl", "A"))
    assert found.difference == pytest.approx(fit.difference("pl", "A")[0])


def test_the_shift_is_where_the_test_is_undecided() -> None:
    """Lost: the estimate would stand at one end of the shifts that fit the ranks alike."""
    stratum = [(np.array([1.0, 4.0]), np.array([0.0, 2.0]))]  # differences -1, 1, 2, 4
    assert van_elteren(stratum, ("a", "b")).difference == 1.5
    assert van_elteren([(b, a) for a, b in stratum], ("b", "a")).difference == -1.5


@pytest.mark.parametrize("alpha", [0.05, 0.2])
def test_the_interval_holds_the_shifts_that_are_not_rejected(alpha: float) -> None:
    """Lost: interval and p-value would disagree."""
    strata = of_pair("pl", "B")
    found = van_elteren(strata, ("pl", "B"), alpha=alpha)
    for limit, outwards in ((found.ci_low, -1e-6), (found.ci_high, 1e-6)):
        inside = [(a - (limit - outwards), b) for a, b in strata]
        outside = [(a - (limit + outwards), b) for a, b in strata]
        assert van_elteren(inside, ("pl", "B")).p >= alpha
        assert van_elteren(outside, ("pl", "B")).p < alpha


def test_both_stand_beside_with_holm_and_the_plans_level() -> None:
    """Lost: three pairs would be tested as if there were one, or at another level."""
    found = compare(SCORES, PLAN)
    wide = compare(SCORES, replace(PLAN, alpha=0.01))
    assert [a.test.test for a in found.alternatives] == ["stratified_welch", "van_elteren"]
    for one, other in zip(found.alternatives, wide.alternatives, strict=True):
        order = sorted(one.contrasts, key=lambda c: c.p)
        assert [c.p_adjusted for c in order] == pytest.approx(
            np.maximum.accumulate([3 * order[0].p, 2 * order[1].p, order[2].p])
        )
        assert not one.omnibus
        for narrow, broad in zip(one.contrasts, other.contrasts, strict=True):
            assert broad.ci_low < narrow.ci_low < narrow.ci_high < broad.ci_high
    for narrow, broad in zip(found.contrasts, wide.contrasts, strict=True):
        assert broad.ci_low < narrow.ci_low < narrow.ci_high < broad.ci_high
        assert broad.effect is not None
        assert broad.effect.level == 0.99
    against = compare(SCORES, replace(PLAN, control="pl"))
    strict = compare(SCORES, replace(PLAN, control="pl", alpha=0.01))
    assert against.contrasts[0].ci_low > strict.contrasts[0].ci_low


def test_two_subjects_a_cell_give_no_bounded_interval_of_ranks() -> None:
    """Lost: an interval that four values cannot have."""
    found = van_elteren([(np.array([2.0, 3.0]), np.array([1.0, 1.5]))], ("a", "b"))
    assert (found.ci_low, found.ci_high) == (-np.inf, np.inf)
    with pytest.raises(TableError, match="are equal; a test of ranks"):
        van_elteren([(np.ones(3), np.ones(3)), (np.zeros(2), np.zeros(2))], ("a", "b"))
