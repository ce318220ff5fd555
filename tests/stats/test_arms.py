"""Tests of independent arms: the paper's own, and those that stand beside it."""

from pathlib import Path

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from dermdash.errors import TableError
from dermdash.stats.arms import anova, kruskal_wallis, residuals, welch_anova
from tests.support.arms import (
    Groups,
    arms,
    breugnot,
    ozone,
    plant_growth,
    uneven,
    warpbreaks,
)

NIST = Path(scipy.stats.__file__).parent / "tests/data/nist_anova"
ALL = (anova, welch_anova, kruskal_wallis)


@pytest.mark.parametrize(
    ("groups", "expected"),
    # R 4.2.2: oneway.test(y ~ g, var.equal = TRUE); F, p
    [
        (plant_growth(), (4.8460878623801369, 0.0159099583256229)),
        (warpbreaks(), (7.20611388087115934, 0.00175281674585271)),
        (ozone(), (7.68551112373093, 1.77626250256149e-05)),
        (uneven(), (7.42775386731753695, 0.00281625649004102)),
        (breugnot(), (29.57805, 4.3735e-08)),
    ],
)
def test_anova_as_in_r(groups: Groups, expected: tuple[float, float]) -> None:
    """Lost: the published default would be wrong, unbalanced arms included."""
    test = anova(groups)
    digits = 1e-5 if "young" in groups else 1e-11
    assert (test.statistic, test.p) == pytest.approx(expected, rel=digits)
    n = sum(values.size for values in groups.values())
    assert test.df == (len(groups) - 1, n - len(groups))
    assert test.test == "anova"


@pytest.mark.parametrize(
    ("name", "digits"),
    # what is left of 1, 7 and 13 constant leading digits in double precision
    [("SiRstv", 12), ("AtmWtAg", 8)]
    + [(f"SmLs0{i}", 12) for i in (1, 2, 3)]
    + [(f"SmLs0{i}", 8) for i in (4, 5, 6)]
    + [(f"SmLs0{i}", 2) for i in (7, 8, 9)],
)
def test_nist(name: str, digits: int) -> None:
    """Lost: scores with many constant digits would be tested by their rounding errors.

    NIST StRD, analysis of variance. With 13 constant digits the file's own numbers cannot be
    held in double precision; every digit that they keep is right.
    """
    lines = (NIST / f"{name}.dat").read_text().splitlines()
    between = next(line.split() for line in lines if line.startswith("Between"))
    certified = float(between[-1])
    table = np.array([line.split() for line in lines[60:] if line.strip()], dtype=np.float64)
    groups = {f"{i:g}": table[table[:, 0] == i, 1] for i in np.unique(table[:, 0])}
    assert anova(groups).statistic == pytest.approx(certified, rel=10.0**-digits)


@pytest.mark.parametrize(
    ("groups", "expected"),
    # R: oneway.test(y ~ g); F, denominator df, p
    [
        (plant_growth(), (5.18097240811319, 17.12841861664413, 0.01739282149017)),
        (warpbreaks(), (5.8018048548040912, 32.3199673339781697, 0.0070316506526074)),
        (ozone(), (7.18590914983555, 41.5324422155650, 1.71399482440791e-04)),
        (uneven(), (5.6948689654017599, 6.8081554593418074, 0.0283010850298288)),
        (breugnot(), (30.01514284542, 21.94523235631, 5.24673483214e-07)),
    ],
)
def test_welch_as_in_r(groups: Groups, expected: tuple[float, float, float]) -> None:
    """Lost: the safeguard against unequal spreads would itself be wrong."""
    test = welch_anova(groups)
    assert (test.statistic, test.df[1], test.p) == pytest.approx(expected, rel=1e-11)
    assert test.df[0] == len(groups) - 1


@pytest.mark.parametrize(
    ("groups", "expected"),
    # R: kruskal.test(y ~ g); chi-squared, p
    [
        (plant_growth(), (7.988228749443715, 0.018423755731472)),
        (warpbreaks(), (10.80926527061719966, 0.00449570566138045)),
        (ozone(), (26.3086267925069, 2.74184617501928e-05)),
        (uneven(), (11.1289826648108328, 0.0110484767936561)),
    ],
)
def test_kruskal_wallis_as_in_r(groups: Groups, expected: tuple[float, float]) -> None:
    """Lost: tied scores would be ranked by accident."""
    test = kruskal_wallis(groups)
    assert (test.statistic, test.p) == pytest.approx(expected, rel=1e-11)
    assert test.df == (len(groups) - 1,)


def test_ties_by_rounding_errors() -> None:
    """Lost: .1 + .2 would rank above .3."""
    sums = arms(a=[0.1 + 0.2, 0.7, 0.9], b=[0.3, 0.6 + 0.1, 0.2])
    written = arms(a=[0.3, 0.7, 0.9], b=[0.3, 0.7, 0.2])
    assert kruskal_wallis(sums) == kruskal_wallis(written)


def test_residuals() -> None:
    """Lost: normality would be checked on scores, not on what is left of them."""
    assert residuals(arms(b=[1, 3], a=[5, 6, 10])).tolist() == [-1, 1, -2, -1, 3]


values = st.lists(st.integers(0, 40), min_size=3, max_size=9, unique=True)


@given(data=st.lists(values, min_size=2, max_size=5), shift=st.integers(-50, 50))
@settings(max_examples=60, deadline=None)
def test_laws(data: list[list[int]], shift: int) -> None:
    """Lost: a p would hang on the order of rows, on the arms' names or on the scale's zero."""
    groups = {str(i): np.array(own) / 8 for i, own in enumerate(data)}
    for method in ALL:
        test = method(groups)
        others = [
            {name: own[::-1] for name, own in groups.items()},
            {f"=cmd|{name}": own for name, own in groups.items()},
            dict(reversed(groups.items())),
            {name: own + shift for name, own in groups.items()},
            {name: own * -4 for name, own in groups.items()},
        ]
        for other in map(method, others):
            assert other.p == pytest.approx(test.p, rel=1e-9, abs=1e-300)
            assert other.df == pytest.approx(test.df, rel=1e-9)


@pytest.mark.parametrize("method", ALL)
@pytest.mark.parametrize(
    ("groups", "words"),
    [
        ({}, "0 arm"),
        (arms(a=[1, 2, 3]), "1 arm"),
        (arms(a=[2, 2, 2], b=[2, 2]), "equal"),
        (arms(a=[1, 2, 3], b=[1, np.nan]), "'b'"),
        (arms(a=[1, 2, 3], b=[np.inf, 1]), "'b'"),
        (arms(a=[1, 2, 3], b=[]), "'b' has 0"),
        ({"a": np.array([1.0, 2]), "b": np.array(["x", "y"])}, "'b'"),
        ({"a": np.array([1.0, 2]), "b": np.ones((2, 2))}, "'b'"),
    ],
)
def test_bad_input(method: object, groups: Groups, words: str) -> None:
    """Lost: a silent NaN, or a traceback, instead of a sentence."""
    with pytest.raises(TableError) as caught:
        method(groups)  # type: ignore[operator]
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_nothing_varies_within_arms() -> None:
    """Lost: F = infinity, or a p made of rounding errors, would be a triumph."""
    for groups in (arms(a=[2.1, 2.1], b=[3.3, 3.3]), arms(a=[0.3, 0.1 + 0.2], b=[0.7, 0.7])):
        with pytest.raises(TableError, match="within each arm are equal"):
            anova(groups)
        with pytest.raises(TableError, match="equal"):
            welch_anova(groups)
    with pytest.raises(TableError, match="'b' are equal"):
        welch_anova(arms(a=[1, 2, 4], b=[3, 3, 3], c=[4, 5, 7]))
    assert 0 < anova(arms(a=[1, 2, 4], b=[3, 3, 3], c=[4, 5, 7])).p < 1


def test_one_subject_in_an_arm() -> None:
    """Lost: Welch's test would divide by no degrees of freedom; ANOVA need not refuse."""
    groups = arms(a=[1, 2, 4], b=[3])
    with pytest.raises(TableError, match="'b' has 1 subjects"):
        welch_anova(groups)
    expected = scipy.stats.f_oneway([1, 2, 4], [3])
    assert anova(groups).p == pytest.approx(expected.pvalue)
    with pytest.raises(TableError, match="1 subject"):
        anova(arms(a=[1], b=[2], c=[4]))
