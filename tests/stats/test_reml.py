"""The fit itself: against the closed form, nlme and its own derivatives by differences."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from dermdash.errors import TableError
from dermdash.stats.reml import fit_reml
from tests.support.orthodont import orthodont


def problem(seed: int, *, n: int = 24, missing: float = 0.0, visits: int = 3):
    """y, design and what was seen; two arms and a covariate at each visit."""
    rng = np.random.default_rng(seed)
    z = np.column_stack([np.arange(n) % 2, 1 - np.arange(n) % 2, rng.normal(size=n)])
    design = np.einsum("vw,nq->nvwq", np.eye(visits), z).reshape(n, visits, -1)
    y = rng.normal(size=(n, visits)).cumsum(axis=1)
    return y, design, rng.random((n, visits)) >= missing, z


def test_complete_data_have_the_closed_form():
    """Lost: the exact answer where theory has one: residual products over n − 3."""
    y, design, seen, z = problem(1)
    fit = fit_reml(y, design, seen)
    residual = y - z @ np.linalg.lstsq(z, y, rcond=None)[0]
    assert_allclose(fit.covariance, residual.T @ residual / 21, rtol=1e-8)
    assert_allclose(fit.observed_information, fit.expected_information, rtol=1e-6, atol=1e-6)


def test_likelihood_equals_nlme():
    """Lost: the maximum itself; -2 logLik of gls on Orthodont, complete and with visits deleted."""
    for deleted, expected in [(False, 302.142570692), (True, 242.645526462)]:
        y, _, arm, _, baseline = orthodont(deleted=deleted)
        z = np.column_stack(
            [arm[::3] == "F", arm[::3] == "M", baseline[::3] - baseline[::3].mean()]
        )
        design = np.einsum("vw,nq->nvwq", np.eye(3), z).reshape(27, 3, -1)
        wide = y.reshape(27, 3)
        fit = fit_reml(wide, design, ~np.isnan(wide))
        assert fit.minus_two_log_likelihood == pytest.approx(expected, abs=1e-8)


@pytest.mark.parametrize("seed", range(8))
def test_the_fit_is_a_maximum(seed):
    """Lost: estimates that are the model's: any step away from them lowers the likelihood."""
    y, design, seen, _ = problem(seed, missing=0.25)
    fit = fit_reml(y, design, seen)
    assert fit.score @ np.linalg.solve(fit.expected_information, fit.score) < 1e-15
    assert np.linalg.eigvalsh(fit.observed_information)[0] > 0


def test_what_was_not_seen_is_not_read():
    """Lost: results that no placeholder of a missing value can move."""
    y, design, seen, _ = problem(3, missing=0.2)
    one = fit_reml(np.where(seen, y, np.nan), np.where(seen[:, :, None], design, np.nan), seen)
    other = fit_reml(np.where(seen, y, 1e6), design, seen)
    assert_allclose(one.covariance, other.covariance, rtol=1e-12)


def test_subjects_without_any_visit_change_nothing():
    """Lost: the same answer whether or not an empty subject is in the table."""
    y, design, seen, _ = problem(4, missing=0.1)
    seen[5] = False
    kept = np.arange(24) != 5
    one, other = fit_reml(y, design, seen), fit_reml(y[kept], design[kept], seen[kept])
    assert_allclose(one.covariance, other.covariance, rtol=1e-9)
    assert one.minus_two_log_likelihood == pytest.approx(other.minus_two_log_likelihood)


def test_a_visit_that_copies_another_is_refused():
    """Lost: a sentence where the likelihood has no maximum."""
    y, design, seen, _ = problem(6)
    y[:, 2] = y[:, 0] + y[:, 1]
    with pytest.raises(TableError, match="cannot be estimated"):
        fit_reml(y, design, seen)


def test_fewer_subjects_than_the_covariance_needs_are_refused():
    """Lost: the same where 5 subjects leave 2 degrees of freedom for 3 visits."""
    y, design, seen, _ = problem(7, n=5)
    with pytest.raises(TableError, match="cannot be estimated"):
        fit_reml(y, design, seen)


@pytest.mark.parametrize("seed", [32, 35, 37, 44])
def test_a_fit_that_stops_at_the_border_is_refused(seed):
    """Lost: degrees of freedom from a covariance with a correlation of ±1, where none exist."""
    y, design, seen, _ = problem(seed, n=7, missing=0.25, visits=2)
    with pytest.raises(TableError, match="cannot be estimated"):
        fit_reml(y, design, seen)
