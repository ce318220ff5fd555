"""The mixed model where nothing is missing: what older tests of the same question say."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from dermdash.stats.ancova import ancova
from dermdash.stats.mixed import mmrm
from tests.support.visits import table


@pytest.mark.parametrize("visits", [1, 2, 4])
def test_complete_visits_are_the_ancova_of_each_visit(visits):
    """Lost: one answer for one question, whichever of both models the page takes."""
    y, subject, arm, visit, baseline = table(5, visits=visits)
    result = mmrm(y, subject, arm, visit, baseline, control="b")
    for contrast in result.contrasts:
        at = visit == contrast.visit
        design = np.column_stack([arm[at] == "a", arm[at] == "b", baseline[at]]).astype(float)
        inverse = np.linalg.inv(design.T @ design)
        beta = inverse @ design.T @ y[at]
        df = at.sum() - 3
        variance = ((y[at] - design @ beta) ** 2).sum() / df
        se = np.sqrt(variance * (inverse[0, 0] + inverse[1, 1] - 2 * inverse[0, 1]))
        half = stats.t.isf(0.025, df) * se
        assert contrast.df == pytest.approx(df, rel=1e-6)
        assert contrast.difference == pytest.approx(beta[0] - beta[1], rel=1e-9)
        assert contrast.ci_low == pytest.approx(beta[0] - beta[1] - half, rel=1e-6)
        assert contrast.ci_high == pytest.approx(beta[0] - beta[1] + half, rel=1e-6)
        assert contrast.p == pytest.approx(2 * stats.t.sf(abs(beta[0] - beta[1]) / se, df))
    assert (result.interaction is None) == (visits == 1)


@pytest.mark.parametrize(("visits", "arms"), [(1, 2), (3, 2), (2, 3)])
def test_complete_visits_have_the_effects_and_means_of_ancova(visits, arms):
    """Lost: Hedges' g of one kind for both models, and adjusted means that a page can show."""
    y, subject, arm, visit, baseline = table(5, visits=visits, arms=arms)
    result = mmrm(y, subject, arm, visit, baseline)
    for contrast in result.contrasts:
        at = visit == contrast.visit
        pair = [(contrast.a, contrast.b)]
        known = ancova(y[at], baseline[at], arm[at].tolist(), pairs=pair)
        effect = known.contrasts[0].effect
        assert contrast.effect is not None
        assert effect is not None
        assert contrast.effect.name == effect.name
        assert_allclose(
            [contrast.effect.value, contrast.effect.ci_low, contrast.effect.ci_high],
            [effect.value, effect.ci_low, effect.ci_high],
            rtol=1e-7,
            atol=1e-9,
        )
        means = {m.arm: m for m in result.adjusted_means if m.visit == contrast.visit}
        for mean in known.means:
            found = means[mean.arm]
            assert_allclose(
                [found.mean, found.ci_low, found.ci_high], [mean.mean, mean.ci_low, mean.ci_high]
            )


def test_complete_visits_test_all_of_them_as_hotelling_does():
    """Lost: an exact joint test of two arms; Kenward and Roger's F is Hotelling's there."""
    y, subject, arm, visit, baseline = table(8)
    result = mmrm(y, subject, arm, visit, baseline)
    wide = y.reshape(24, 3)
    design = np.column_stack([np.repeat([1, 0], 12), np.repeat([0, 1], 12), baseline[::3]])
    inverse = np.linalg.inv(design.T @ design)
    beta = inverse @ design.T @ wide
    residual = wide - design @ beta
    row = np.array([1.0, -1.0, 0.0])
    d = row @ beta
    t2 = d @ np.linalg.solve(residual.T @ residual / 21 * (row @ inverse @ row), d)
    assert result.any_visit.statistic == pytest.approx(t2 * (21 - 2) / (21 * 3), rel=1e-6)
    assert_allclose(result.any_visit.df, [3, 19], rtol=1e-6)


@pytest.mark.parametrize("n_arm", [4, 5, 6])
def test_few_subjects_are_tested_as_hotelling_does(n_arm):
    """Lost: the exact joint test of tiny trials, where Kenward and Roger's F has no variance."""
    y, subject, arm, visit, baseline = table(8, n_arm=n_arm, visits=2)
    result = mmrm(y, subject, arm, visit, baseline)
    assert result.any_visit is not None
    assert_allclose(result.any_visit.df, [2, 2 * n_arm - 4], rtol=1e-6)
