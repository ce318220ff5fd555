"""Degrees of freedom against pbkrtest, whose weights are the expected information's."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from dermdash.stats.freedom import estimate, infer, wald_f
from dermdash.stats.reml import RemlFit, fit_reml
from tests.support.orthodont import orthodont


def fitted(*, three_arms: bool = False) -> tuple[RemlFit, np.ndarray]:
    """Orthodont with deleted visits; cells[v, a] picks the mean of arm a at visit v."""
    y, _, arm, _, baseline = orthodont(deleted=True, three_arms=three_arms)
    arms = np.unique(arm)
    z = np.column_stack([arm[::3, None] == arms, baseline[::3] - baseline[::3].mean()])
    design = np.einsum("vw,nq->nvwq", np.eye(3), z).reshape(len(z), 3, -1)
    wide = y.reshape(-1, 3)
    cells = np.eye(design.shape[2]).reshape(3, len(arms) + 1, -1)
    return fit_reml(wide, design, ~np.isnan(wide)), cells[:, :-1]


def test_kenward_roger_equals_pbkrtest():
    """Lost: the correction for an estimated covariance, as its authors' formulas have it.

    KRmodcomp(f, L) of pbkrtest 0.5.2 on f = lmer(y ~ 0 + A:V + V:b + (0 + V | S)).
    """
    fit, cells = fitted()
    inference = infer(fit, information="expected")
    rows = cells[:, 1] - cells[:, 0]
    found = [estimate(inference, row) for row in rows]
    assert_allclose([e.value for e in found], [0.747743, 0.815735, 2.519343], atol=1e-6)
    se = [0.767787702, 0.752762506, 0.891070774]
    assert_allclose([e.standard_error for e in found], se, rtol=2e-7)
    assert_allclose([e.df for e in found], [24.09396962, 23.18634285, 22.17489546], rtol=2e-7)
    assert_allclose([e.p for e in found], [0.33978647, 0.28965831, 0.00976015], rtol=2e-6)
    joint = wald_f(inference, rows)
    assert joint is not None
    assert joint.statistic == pytest.approx(3.92522, rel=1e-6)
    assert_allclose(joint.df, [3, 19.6620145], rtol=1e-7)
    assert joint.p == pytest.approx(0.02388648, rel=1e-6)
    same = wald_f(inference, rows[1:] - rows[0])
    assert same is not None
    assert same.statistic == pytest.approx(5.292266, rel=1e-6)
    assert_allclose(same.df, [2, 19.385976], rtol=1e-6)
    assert same.p == pytest.approx(0.0146563, rel=1e-5)


def test_kenward_roger_of_three_arms_equals_pbkrtest_and_emmeans():
    """Lost: the same for more than one difference a visit: 4 rows of a test.

    KRmodcomp against the model without A3:V, and pairs(emmeans(f, ~A3 | V)).
    """
    fit, cells = fitted(three_arms=True)
    inference = infer(fit, information="expected")
    first = estimate(inference, cells[2, 0] - cells[2, 1])
    assert first.value == pytest.approx(-2.0431681747, rel=1e-6)
    assert first.standard_error == pytest.approx(1.0717186776, rel=1e-6)
    assert first.df == pytest.approx(21.51646482, rel=1e-6)
    assert_allclose(first.interval(0.05), [-4.268676212, 0.1823398628], rtol=1e-5)
    differences = cells[:, 1:] - cells[:, :1]
    found = wald_f(inference, (differences[1:] - differences[:1]).reshape(4, -1))
    assert found is not None
    assert found.statistic == pytest.approx(2.4761244, rel=2e-6)
    assert_allclose(found.df, [4, 20.835203], rtol=1e-6)
    assert found.p == pytest.approx(0.07578718, rel=1e-5)


def test_a_test_does_not_depend_on_how_its_hypothesis_is_written():
    """Lost: one p for one question; any basis of the same rows tests the same."""
    fit, cells = fitted()
    rows = cells[:, 1] - cells[:, 0]
    mixed = np.array([[2.0, 1, 0], [0, 1, -3], [1, 0, 5]]) @ rows
    for freedom in ("kenward_roger", "satterthwaite"):
        inference = infer(fit, freedom=freedom)
        one, other = wald_f(inference, rows), wald_f(inference, mixed)
        assert one is not None
        assert other is not None
        assert other.statistic == pytest.approx(one.statistic)
    inference = infer(fit)
    single, row = estimate(inference, rows[2]), wald_f(inference, rows[2:])
    assert row is not None
    assert row.p == pytest.approx(single.p)


def test_units_move_an_estimate_and_no_test():
    """Lost: results that are in the units of the score."""
    fit, cells = fitted()
    found = estimate(infer(fit), cells[0, 0])
    moved = found.in_units(10.0, 3.0)
    assert moved.value == pytest.approx(3 + 10 * found.value)
    assert moved.standard_error == pytest.approx(10 * found.standard_error)
    assert found.in_units(10.0).p == pytest.approx(found.p)
