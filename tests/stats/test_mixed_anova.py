"""Arms × visits by analysis of variance, against R's car and its published data."""

from dataclasses import astuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from dermdash.errors import TableError
from dermdash.stats.mixed_anova import MixedAnova, mixed_anova
from dermdash.stats.visits import rm_anova

# Potthoff and Roy 1964 (R: nlme::Orthodont), 11 girls and 16 boys at 8, 10, 12, 14 years.
GIRLS = np.array(
    [
        [21, 20, 21.5, 23],
        [21, 21.5, 24, 25.5],
        [20.5, 24, 24.5, 26],
        [23.5, 24.5, 25, 26.5],
        [21.5, 23, 22.5, 23.5],
        [20, 21, 21, 22.5],
        [21.5, 22.5, 23, 25],
        [23, 23, 23.5, 24],
        [20, 21, 22, 21.5],
        [16.5, 19, 19, 19.5],
        [24.5, 25, 28, 28],
    ]
)
BOYS = np.array(
    [
        [26, 25, 29, 31],
        [21.5, 22.5, 23, 26.5],
        [23, 22.5, 24, 27.5],
        [25.5, 27.5, 26.5, 27],
        [20, 23.5, 22.5, 26],
        [24.5, 25.5, 27, 28.5],
        [22, 22, 24.5, 26.5],
        [24, 21.5, 24.5, 25.5],
        [23, 20.5, 31, 26],
        [27.5, 28, 31, 31.5],
        [23, 23, 23.5, 25],
        [21.5, 23.5, 24, 28],
        [17, 24.5, 26, 29.5],
        [22.5, 25.5, 25.5, 26],
        [23, 24.5, 26, 30],
        [22, 21.5, 23.5, 25],
    ]
)
GROWTH = np.vstack([GIRLS, BOYS])
SEX = ["girl"] * 11 + ["boy"] * 16

# O'Brien and Kaiser 1985 (R: carData::OBrienKaiser), means over the hours; 5, 4 and 7 subjects.
TRIAL = np.array(
    [
        [2, 3, 3], [4, 3, 4], [6, 5, 7], [5, 3, 4], [4, 6, 4],
        [8, 9, 9], [5, 8, 9], [3, 5, 6], [4, 4, 5],
        [4, 7, 8], [3, 5, 6], [6, 9, 8], [6, 6, 8], [2, 5, 6], [3, 7, 7], [5, 7, 8],
    ]
)  # fmt: skip
TREATMENT = ["control"] * 5 + ["A"] * 4 + ["B"] * 7


def numbers(result: MixedAnova) -> NDArray[np.float64]:
    parts = [result.arm, result.visit, result.interaction]
    return np.array([x for part in parts for x in (part.statistic, part.p, part.p_gg or 0)])


def test_unbalanced_arms_as_in_r() -> None:
    """Lost: arms of 5, 4 and 7 subjects would get a wrong interaction.

    R 4.2.2: contrasts(arm) <- contr.sum(3); summary(Anova(lm(table ~ arm),
    idata = data.frame(v = factor(1:3)), idesign = ~v, type = 3), multivariate = FALSE)
    """
    result = mixed_anova(TRIAL, TREATMENT)
    assert result.arm.df == (2, 13)
    assert result.arm.statistic == pytest.approx(2.91388277655531, rel=1e-12)
    assert result.arm.p == pytest.approx(9.00408753878443e-02, rel=1e-12)
    assert result.visit.df == (2, 26)
    assert result.visit.statistic == pytest.approx(19.29394975925400, rel=1e-12)
    assert result.visit.p == pytest.approx(7.28934375076988e-06, rel=1e-12)
    assert result.visit.p_gg == pytest.approx(2.37528250515755e-05, rel=1e-12)
    assert result.interaction.df == (4, 26)
    assert result.interaction.statistic == pytest.approx(5.43037974683544, rel=1e-12)
    assert result.interaction.p == pytest.approx(2.57810789313108e-03, rel=1e-12)
    assert result.interaction.epsilon_gg == pytest.approx(0.87070992944553, rel=1e-12)
    assert result.interaction.p_gg == pytest.approx(4.30132703636544e-03, rel=1e-12)


def test_growth_of_girls_and_boys_as_in_r() -> None:
    """Lost: the classical published case. Same call as above with arm = Sex."""
    result = mixed_anova(GROWTH, SEX)
    assert result.arm.statistic == pytest.approx(9.29209884338957, rel=1e-12)
    assert result.arm.p == pytest.approx(5.37505592159455e-03, rel=1e-12)
    assert result.visit.statistic == pytest.approx(35.34733454230571, rel=1e-12)
    assert result.visit.p == pytest.approx(2.39680644785504e-14, rel=1e-11)
    assert result.visit.epsilon_gg == pytest.approx(0.867197435600545, rel=1e-12)
    assert result.visit.p_gg == pytest.approx(9.80295844296582e-13, rel=1e-11)
    assert result.interaction.df == (3, 75)
    assert result.interaction.statistic == pytest.approx(2.36156305516311, rel=1e-12)
    assert result.interaction.p == pytest.approx(7.80582665311734e-02, rel=1e-12)
    assert result.interaction.p_gg == pytest.approx(8.77744176870159e-02, rel=1e-12)


def test_more_visits_than_subjects() -> None:
    """Lost: small pilots with many visits. R: aov(y ~ arm * v + Error(s)), 3 + 3 subjects."""
    rng = np.random.default_rng(8)
    table = rng.normal(size=(6, 8))
    result = mixed_anova(table, ["a", "a", "a", "b", "b", "b"])
    cells = np.repeat(np.stack([table[:3].mean(axis=0), table[3:].mean(axis=0)]), 3, axis=0)
    within = table - table.mean(axis=1, keepdims=True)
    shift = cells - cells.mean(axis=1, keepdims=True)
    error = np.sum((within - shift) ** 2) / 28
    visit = 6 * np.sum((table.mean(axis=0) - table.mean()) ** 2) / 7
    both = np.sum((shift - table.mean(axis=0) + table.mean()) ** 2) / 7
    assert result.visit.statistic == pytest.approx(visit / error)
    assert result.interaction.statistic == pytest.approx(both / error)
    assert result.interaction.p_gg is not None
    assert result.interaction.p_gg > result.interaction.p or result.interaction.statistic < 1


def test_two_visits_are_the_test_of_changes() -> None:
    """Lost: with two visits the interaction would differ from the t test of the changes."""
    from scipy import stats

    table, arm = GROWTH[:, [0, 3]], SEX
    changes = table[:, 1] - table[:, 0]
    t = stats.ttest_ind(changes[:11], changes[11:])
    interaction = mixed_anova(table, arm).interaction
    assert interaction.statistic == pytest.approx(t.statistic**2)
    assert interaction.p == pytest.approx(t.pvalue)
    assert interaction.epsilon_gg == 1.0
    assert interaction.p_gg == pytest.approx(interaction.p)


def test_equal_arms_share_the_visits_of_one_sample() -> None:
    """Lost: two copies of one sample would show an interaction, or another visit effect."""
    result = mixed_anova(np.vstack([BOYS, BOYS]), ["a"] * 16 + ["b"] * 16)
    assert result.interaction.statistic == pytest.approx(0, abs=1e-20)
    assert result.arm.p == pytest.approx(1)
    one = rm_anova(BOYS)
    assert result.visit.statistic == pytest.approx(2 * one.statistic)
    assert result.visit.epsilon_gg == pytest.approx(one.epsilon_gg)


@given(st.randoms(use_true_random=False), st.floats(-1e3, 1e3))
def test_order_names_and_shifts_move_nothing(random, shift: float) -> None:  # type: ignore[no-untyped-def]
    """Lost: sorting a spreadsheet, or renaming an arm, would change p-values."""
    order = list(range(16))
    random.shuffle(order)
    names = {"control": "=cmd|x", "A": "", "B": "🧴"}
    moved = mixed_anova(TRIAL[order] + shift, [names[TREATMENT[i]] for i in order])
    np.testing.assert_allclose(numbers(moved), numbers(mixed_anova(TRIAL, TREATMENT)), rtol=1e-8)


def test_visits_may_stand_in_any_order() -> None:
    """Lost: epsilon would depend on the order of the columns."""
    for own, other in zip(
        astuple(mixed_anova(TRIAL, TREATMENT)),
        astuple(mixed_anova(TRIAL[:, [2, 0, 1]], TREATMENT)),
        strict=True,
    ):
        assert [x for x in own[1:] if x] == [pytest.approx(x) for x in other[1:] if x]


@pytest.mark.parametrize(
    ("table", "arm", "words"),
    [
        (TRIAL, ["A"] * 16, "1 arm stands in the table"),
        (TRIAL, ["A"] * 15, "15 arms stand for 16 subjects"),
        (TRIAL, ["A"] * 15 + ["B"], "arm 'B' has 1 complete subject"),
        (TRIAL, ["A"] * 15 + [None], "the arm of subject 16 of 16 is None"),
        (TRIAL, ["A"] * 15 + [float("nan")], "the arm of subject 16 of 16 is nan"),
        (np.where(TRIAL == 9, np.nan, TRIAL), TREATMENT, "are missing or infinite"),
        (TRIAL[:, :1], TREATMENT, "1 visits"),
        (np.tile([0.1, 0.2, 0.3], (16, 1)), TREATMENT, "within each arm every subject"),
        (TRIAL[:, :1] + np.array([0.1, 0.2, 0.4]), TREATMENT, "by the same steps"),
    ],
)
def test_what_cannot_be_tested_is_said(
    table: NDArray[np.float64], arm: list[str], words: str
) -> None:
    """Lost: a silent NaN, or F = 1e30 from rounding."""
    with pytest.raises(TableError, match=words):
        mixed_anova(table, arm)
