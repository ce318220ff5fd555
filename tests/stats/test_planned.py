"""A plan from one end or the other."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dermdash.errors import TableError
from dermdash.stats.planned import plan_difference, plan_subjects
from dermdash.stats.power import Design

TWO = Design("two_arms", sd=0.36)


def test_the_paper_s_difference_needs_seventeen_an_arm() -> None:
    """Lost: the number that a protocol is written with."""
    # R: power.t.test(delta = .36, sd = .36, power = .8)$n is 16.71, and its power at 17 .80704
    found = plan_subjects(TWO, 0.36, dropout=0.1)
    assert (found.per_arm, found.total) == (17, 34)
    assert (found.enrolled_per_arm, found.enrolled_total) == (19, 38)
    assert found.power == pytest.approx(0.8070, abs=5e-5)
    lower = plan_subjects(TWO, -0.36, dropout=0.1)
    assert (lower.difference, lower.total) == (0.36, 34)  # the sign has no meaning


def test_those_who_drop_out_detect_nothing() -> None:
    """Lost: a study would promise the power of subjects who have left."""
    # R: power.t.test(n = 12, sd = .36, power = .8, strict = TRUE, tol = 1e-12)$delta
    assert plan_difference(TWO, 12).difference == pytest.approx(0.430852289, abs=1e-8)
    dropped = plan_difference(TWO, 14, dropout=0.1)
    assert (dropped.per_arm, dropped.enrolled_per_arm) == (12, 14)
    assert dropped.difference == pytest.approx(plan_difference(TWO, 12).difference)


@settings(max_examples=30, deadline=None)
@given(st.floats(0.1, 1.5), st.floats(0.5, 0.95), st.floats(0, 0.6))
def test_one_end_leads_to_the_other(difference: float, power: float, dropout: float) -> None:
    """Lost: the enrolled of a plan would not detect the difference that it was made for."""
    needed = plan_subjects(TWO, -difference, power=power, dropout=dropout)
    found = plan_difference(TWO, needed.enrolled_per_arm, power=power, dropout=dropout)
    assert found.difference <= difference * (1 + 1e-9)


@pytest.mark.parametrize(
    ("given_", "says"),
    [
        ({"difference": 3.5}, "wider than the scale"),
        ({"difference": float("nan")}, "wider than the scale"),
        ({"difference": 0.0}, "difference=0"),
        ({"difference": 0.36, "dropout": 1.0}, "dropout=1"),
        ({"difference": 0.36, "power": 1.0}, "power=1"),
        ({"difference": 0.0001}, "more than 100,000"),
    ],
)
def test_differences_that_nobody_can_plan(given_: dict[str, float], says: str) -> None:
    """Lost: a plan for a difference that the scale does not have."""
    with pytest.raises(TableError, match=says):
        plan_subjects(TWO, **given_)


@pytest.mark.parametrize(
    ("enrolled", "dropout", "says"),
    [
        (1, 0.0, "1 subjects an arm"),
        (-5, 0.0, "-5 subjects an arm"),
        (10**9, 0.0, "cannot be planned"),
        (3, 0.5, "leave 1 with a score after 50 % dropout"),
        (12, 1.0, "no share"),
    ],
)
def test_numbers_that_nobody_can_enrol(enrolled: int, dropout: float, says: str) -> None:
    """Lost: a power from one subject."""
    with pytest.raises(TableError, match=says):
        plan_difference(TWO, enrolled, dropout=dropout)


def test_a_spread_wider_than_the_scale_is_refused() -> None:
    """Lost: an SD entered in per cent would plan thousands of subjects."""
    with pytest.raises(TableError, match="sd=36"):
        plan_subjects(Design("two_arms", sd=36), 0.36)


def test_two_to_one_is_enrolled_two_to_one() -> None:
    """Lost: the totals of unequal arms would be twice the control."""
    found = plan_subjects(Design("two_arms", sd=0.36, ratio=2), 0.36, dropout=0.1)
    # R: pwr.t2n.test's formula, two-sided: 26 and 13 have .81774, 24 and 12 have .78459
    assert (found.per_arm, found.total) == (13, 39)
    assert (found.enrolled_per_arm, found.enrolled_total) == (15, 45)
    assert found.power == pytest.approx(0.81774, abs=5e-6)
    again = plan_difference(found.design, 15, dropout=0.1)
    assert (again.per_arm, again.total, again.enrolled_total) == (13, 39, 45)
    assert again.difference <= 0.36


def test_what_the_scale_does_not_have_is_not_detectable() -> None:
    """Lost: two subjects an arm would be promised a difference of 9 on a scale from 1 to 4."""
    with pytest.raises(TableError, match="wider than the scale from 1 to 4; enrol more"):
        plan_difference(Design("two_arms", sd=2.0), 2)
    assert plan_difference(Design("two_arms", sd=0.36), 2).difference < 3
