"""Tukey's and Dunnett's distributions: each p of many arms is read from them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from dermdash.stats.largest import dunnett_critical, dunnett_sf, range_critical, range_sf


@pytest.mark.parametrize(
    ("q", "k", "df", "expected"),
    # R 4.2.2: ptukey(q, k, df, lower.tail = FALSE), which gives eight to ten right digits
    [
        (3.5, 3, 33, 0.0477132684642461),
        (8.9, 3, 33, 1.20480727394678e-06),
        (3.5, 4, 3.2, 0.2316790471605),
        (3.5, 10, 12, 0.364574851241),
        (0.5, 3, 12, 0.933791019954),
        (1.0, 20, 50, 0.999999843174),
    ],
)
def test_range_as_in_r(q: float, k: int, df: float, expected: float) -> None:
    """Lost: Tukey's p would be ours alone."""
    assert range_sf(q, k, df) == pytest.approx(expected, rel=1e-7)


@pytest.mark.parametrize(("q", "k", "df"), [(2.0, 3, 1.0), (4.2, 5, 7.7), (6.0, 50, 7.0)])
def test_range_as_in_scipy(q: float, k: int, df: float) -> None:
    """Lost: two independent integrations would not guard each other."""
    expected = float(stats.studentized_range.sf(q, k, df))
    assert range_sf(q, k, df) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("df", [1, 1.3, 2, 5, 33, 200, 5000])
@pytest.mark.parametrize("t", [0.1, 1, 3, 8, 25])
def test_one_comparison_is_students(t: float, df: float) -> None:
    """Lost: two arms would get one p from Tukey, another from t; tails would be noise or zero."""
    expected = 2 * float(stats.t.sf(t, df))
    assert range_sf(t * 2**0.5, 2, df) == pytest.approx(expected, rel=1e-9)
    assert dunnett_sf(t, [7], 12, df) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    ("t", "n", "n_control", "df", "expected"),
    # R 4.2.2: integrate() nested over pnorm and dchisq; the first also mvtnorm::pmvt
    [
        (2.5, [12, 12], 12, 33, 0.0326009555864576),
        (2.5, [3, 7, 20], 5, 31, 0.0447044090277082),
        (3.1, [3, 7, 20, 4], 50, 79, 0.0106088773021643),
        (1.2, [9, 2], 3, 2.5, 0.481030226795714),
    ],
)
def test_dunnett_as_in_r(
    t: float, n: list[int], n_control: int, df: float, expected: float
) -> None:
    """Lost: the comparison with placebo would rest on unequal sizes that nobody checked."""
    assert dunnett_sf(t, n, n_control, df) == pytest.approx(expected, rel=1e-9)


def test_dunnett_1955() -> None:
    """Lost: tables of 1955 and this product would disagree (9 an arm, 24 df: 2.35)."""
    assert round(dunnett_critical(0.05, (9, 9), 9, 24), 2) == 2.35
    assert round(dunnett_critical(0.01, (6, 6, 6), 6, 20), 2) == 3.29


@given(
    alpha=st.floats(1e-6, 0.5),
    n=st.lists(st.integers(1, 60), min_size=2, max_size=5),
    df=st.floats(1, 300),
)
@settings(max_examples=25, deadline=None)
def test_critical_values_are_exceeded_as_often_as_said(
    alpha: float, n: list[int], df: float
) -> None:
    """Lost: an interval could hold 0 while its p says significant."""
    k = len(n) + 1
    assert range_sf(range_critical(alpha, k, df), k, df) == pytest.approx(alpha, rel=1e-7)
    critical = dunnett_critical(alpha, tuple(n), 12, df)
    assert dunnett_sf(critical, n, 12, df) == pytest.approx(alpha, rel=1e-7)
    assert dunnett_sf(critical, n[::-1], 12, df) == pytest.approx(alpha, rel=1e-7)


def test_ends() -> None:
    """Lost: equal means, or arms worlds apart, would crash the table."""
    assert range_sf(0, 3, 33) == 1
    assert dunnett_sf(0, [5, 5], 5, 12) == 1
    assert 0 < range_sf(1e4, 3, 33) < 1e-80
    assert 0 <= dunnett_sf(1e6, [5, 5], 5, 5000) < 1e-250
