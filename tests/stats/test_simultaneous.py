"""Critical values of the largest comparison: the ruler of Tukey's and Dunnett's planning."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dermdash.errors import TableError
from dermdash.stats.simultaneous import dunnett_critical_value, tukey_critical_value


@pytest.mark.parametrize(
    ("n_arms", "df", "expected"),
    # R 4.2.2: qtukey(.95, n_arms, df); R gives 8 right digits at (10, 5)
    [
        (2, 10, 3.15106417688),
        (3, 33, 3.470189488709),
        (4, 76, 3.714851541556),
        (10, 5, 6.994697777758),
        (3, 2, 8.33078255119),
        (3, 5000, 3.315482428849),
    ],
)
def test_studentized_range_as_in_r(n_arms: int, df: int, expected: float) -> None:
    """Lost: plans for all pairs of arms would promise a power that Tukey's test does not have."""
    assert tukey_critical_value(n_arms, df) == pytest.approx(expected, rel=3e-8)


@pytest.mark.parametrize(
    ("n_treatments", "df", "expected"),
    # R 4.2.2: nested integrate() of Dunnett's double integral; 2.57 at (2, 10) is in Dunnett 1964
    [
        (1, 10, 2.22813885199),
        (2, 10, 2.56833887603),
        (2, 33, 2.31048475849),
        (3, 44, 2.43279662394),
        (5, 20, 2.73467715743),
        (9, 120, 2.72709921886),
    ],
)
def test_dunnett_as_in_r(n_treatments: int, df: int, expected: float) -> None:
    """Lost: plans against a control would promise a power that Dunnett's test does not have."""
    assert dunnett_critical_value(n_treatments, df) == pytest.approx(expected, abs=1e-8)


@settings(max_examples=20, deadline=None)
@given(st.integers(2, 8), st.integers(3, 200), st.sampled_from([0.001, 0.01, 0.05, 0.1]))
def test_order_of_the_corrections(n_arms: int, df: int, alpha: float) -> None:
    """Lost: a correction could be laxer than none, or stricter than Bonferroni's bound."""
    from scipy.stats import t

    alone = t.isf(alpha / 2, df)
    dunnett = dunnett_critical_value(n_arms - 1, df, alpha=alpha)
    tukey = tukey_critical_value(n_arms, df, alpha=alpha) / 2**0.5
    pairs = n_arms * (n_arms - 1) / 2
    assert alone * (1 - 1e-6) <= dunnett <= t.isf(alpha / 2 / (n_arms - 1), df) * (1 + 1e-6)
    assert dunnett * (1 - 1e-6) <= tukey <= t.isf(alpha / 2 / pairs, df) * (1 + 1e-6)


@pytest.mark.parametrize(("arms", "df", "alpha"), [(1, 10, 0.05), (3, 0, 0.05), (3, 10, 1.0)])
def test_refusals(arms: int, df: int, alpha: float) -> None:
    """Lost: nonsense would give an infinite or a missing critical value."""
    with pytest.raises(TableError, match="cannot be compared"):
        tukey_critical_value(arms, df, alpha=alpha)
    with pytest.raises(TableError, match="cannot be compared"):
        dunnett_critical_value(arms - 1, df, alpha=alpha)
