"""Two arms: treatment against placebo, in means and in ranks."""

import json
from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from dermdash.errors import TableError
from dermdash.stats.arms import tukey_hsd
from dermdash.stats.findings import Contrast
from dermdash.stats.two_arms import (
    brunner_munzel,
    mann_whitney,
    probability_of_superiority,
    t_test,
    welch_t_test,
)
from tests.support.arms import Groups, arms, uneven

ALL = (t_test, welch_t_test, mann_whitney)


def pair(a: str, b: str) -> Groups:
    """Two of the uneven arms."""
    return {name: uneven()[name] for name in (a, b)}


def numbers(contrast: Contrast) -> list[float]:
    """Statistic, p and interval."""
    return [contrast.statistic, contrast.p, contrast.ci_low, contrast.ci_high]


# R 4.2.2: t.test(a, b, var.equal = TRUE), t.test(a, b); t, p, interval; then Welch's df
CASES = [
    (
        pair("a", "c"),
        [-3.61865105386300634, 0.00470016919631823, -5.34578265309720013, -1.27136020404565686],
        [-3.99152565989722952, 0.00278663178756263, -5.16680962596986770, -1.45033323117298973],
        9.56907070479764677,
    ),
    (
        pair("c", "d"),
        [3.1531741792552181, 0.0116777498048085, 0.8558070455372239, 5.2013358116056336],
        [4.07629499799945716, 0.00405401803082007, 1.29584207655009487, 4.76130078059276229],
        7.51511519167425224,
    ),
    (
        pair("a", "d"),
        [-0.499499658732993, 0.632741983501209, -1.605516001603318, 1.045516001603318],
        [-0.537138860122757, 0.609878003422209, -1.545368060507124, 0.985368060507124],
        6.205286099300046,
    ),
]


@pytest.mark.parametrize(("groups", "pooled", "welch", "df"), CASES)
def test_t_tests_as_in_r(
    groups: Groups, pooled: list[float], welch: list[float], df: float
) -> None:
    """Lost: the simplest comparison of all."""
    student = t_test(groups)
    assert numbers(student) == pytest.approx(pooled, rel=1e-11)
    a, b = groups
    assert student.difference == pytest.approx(groups[a].mean() - groups[b].mean())
    assert (student.a, student.b, student.method) == (a, b, "t_test")
    assert student.p_adjusted == student.p
    free = welch_t_test(groups)
    assert numbers(free) == pytest.approx(welch, rel=1e-11)
    assert free.df == pytest.approx(df, rel=1e-11)
    assert free.method == "welch_t_test"
    assert free.effect == student.effect
    assert student.effect is not None
    assert student.effect.name == "hedges_g"


def test_hollander_wolfe() -> None:
    """Lost: Mann and Whitney's published example, exact, with its interval.

    Hollander & Wolfe 1973, table 4.1; R: wilcox.test(x, y, conf.int = TRUE).
    """
    x = [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46]
    test = mann_whitney(arms(x=x, y=[1.15, 0.88, 0.90, 0.74, 1.21]))
    assert numbers(test) == pytest.approx([35, 0.254412254412254, -0.15, 0.76], rel=1e-12)
    assert test.difference == pytest.approx(0.305, rel=1e-12)
    assert test.df is None


@pytest.mark.parametrize(
    ("groups", "u", "p", "shift"),
    # R: wilcox.test(a, b, conf.int = TRUE), whose limits with ties end within 1e-4 of a difference
    [
        (pair("a", "c"), 1.5, 0.0116820511037789, (-3.3, -5.6, -1.1)),
        (pair("c", "d"), 27.0, 0.0171232494603816, (2.9, 1.1, 5.7)),
        (pair("a", "d"), 7.5, 0.616769099934749, (-0.35, -1.8, 1.2)),
    ],
)
def test_mann_whitney_with_ties(
    groups: Groups, u: float, p: float, shift: tuple[float, float, float]
) -> None:
    """Lost: tied scores would be ranked as if they were not."""
    test = mann_whitney(groups)
    assert test.statistic == u
    assert test.p == pytest.approx(p, rel=1e-11)
    assert (test.difference, test.ci_low, test.ci_high) == pytest.approx(shift, abs=1e-12)


def test_fifty_and_more_are_normal() -> None:
    """Lost: agreement with R beyond its exact range, and with scipy there."""
    rng = np.random.default_rng(3)
    a, b = rng.normal(0.4, 1, 60), rng.normal(0, 1, 35)
    test = mann_whitney({"a": a, "b": b})
    expected = stats.mannwhitneyu(a, b, method="asymptotic")
    assert (test.statistic, test.p) == pytest.approx(tuple(expected), rel=1e-12)
    assert test.ci_low < test.difference < test.ci_high


def test_brunner_munzel_pain() -> None:
    """Lost: Brunner & Munzel's own example (pain after surgery; Neubert & Brunner 2007).

    R: lawstat::brunner.munzel.test(y, n): 3.1375, df 17.683, p .005786, .789 [.595, .983].
    """
    n = [3, 3, 4, 3, 1, 2, 3, 1, 1, 5, 4]
    y = [1, 2, 1, 1, 1, 1, 1, 1, 1, 1, 2, 4, 1, 1]
    test, effect = brunner_munzel(arms(n=n, y=y))
    assert test.statistic == pytest.approx(3.13746748230295092, rel=1e-12)
    assert test.df == pytest.approx((17.68284197948154812,), rel=1e-12)
    assert test.p == pytest.approx(0.00578620866615146, rel=1e-11)
    assert effect.value == pytest.approx(0.78896103896103909, rel=1e-12)
    assert effect.ci_low == pytest.approx(0.59521686425373654, rel=1e-12)
    assert effect.ci_high == pytest.approx(0.98270521366834163, rel=1e-12)
    expected = stats.brunnermunzel(y, n)
    assert (test.statistic, test.p) == pytest.approx(tuple(expected), rel=1e-12)


def test_arms_that_do_not_overlap() -> None:
    """Lost: a division by no variance, or an interval of no width, for the clearest result."""
    groups = arms(high=[5, 6, 7, 8], low=[1, 2, 3])
    with pytest.raises(TableError, match="do not overlap"):
        brunner_munzel(groups)
    effect = probability_of_superiority(groups)
    assert effect.value == effect.ci_high == 1
    assert 0.5 < effect.ci_low < 0.9
    below = probability_of_superiority(dict(reversed(groups.items())))
    assert (below.value, below.ci_low) == (0, 0)
    assert below.ci_high == pytest.approx(1 - effect.ci_low)
    assert mann_whitney(groups).p == pytest.approx(2 / 35)
    single = probability_of_superiority(arms(a=[2], b=[1, 3]))
    assert 0 < single.ci_low < single.value == 0.5 < single.ci_high < 1


def test_too_few_for_an_interval() -> None:
    """Lost: the whole range of differences would pass for an interval of 95 %."""
    small = mann_whitney(arms(a=[4, 5, 6], b=[1, 2, 3]))
    assert (small.ci_low, small.ci_high) == (-inf, inf)
    assert small.p == pytest.approx(0.1)
    enough = mann_whitney(arms(a=[4, 5, 6, 9], b=[1, 2, 3, 3.5]))
    assert (enough.ci_low, enough.ci_high) == (0.5, 8)


values = st.lists(st.integers(0, 30), min_size=3, max_size=12)


@given(a=values, b=values, shift=st.integers(-40, 40))
@settings(max_examples=80, deadline=None)
def test_laws(a: list[int], b: list[int], shift: int) -> None:
    """Lost: sides, zero and order of rows would decide what is found."""
    groups = arms(a=[x / 8 for x in a], b=[x / 8 for x in b])
    if np.ptp(a) + np.ptp(b) == 0:
        return
    for method in ALL:
        test = method(groups)
        swapped = method(dict(reversed(groups.items())))
        moved = method({name: own[::-1] + shift for name, own in groups.items()})
        assert swapped.p == pytest.approx(test.p, rel=1e-9)
        assert moved.p == pytest.approx(test.p, rel=1e-9)
        assert swapped.difference == pytest.approx(-test.difference, abs=1e-12)
        assert swapped.ci_low == pytest.approx(-test.ci_high, abs=1e-9)
        assert moved.ci_low == pytest.approx(test.ci_low, abs=1e-9)
        assert 0 <= test.p <= 1
        assert test.ci_low <= test.difference <= test.ci_high
        assert (test.p < 0.05) >= (test.ci_low > 0 or test.ci_high < 0)
        if test.effect is not None and swapped.effect is not None:
            total = test.effect.value + swapped.effect.value
            assert total == pytest.approx(0 if test.effect.name == "hedges_g" else 1, abs=1e-9)
    student, (tukey,) = t_test(groups), tukey_hsd(groups)
    assert tukey.p_adjusted == pytest.approx(student.p, rel=1e-9)
    assert (tukey.ci_low, tukey.ci_high) == pytest.approx((student.ci_low, student.ci_high))


@given(
    a=st.lists(st.integers(0, 500), min_size=2, max_size=20, unique=True),
    b=st.lists(st.integers(501, 900), min_size=2, max_size=20, unique=True),
    mix=st.integers(0, 900),
)
@settings(max_examples=40, deadline=None)
def test_mann_whitney_exact_as_in_scipy(a: list[int], b: list[int], mix: int) -> None:
    """Lost: our own exact distribution would go unchecked."""
    moved = sorted({x * 2 + mix * 2 + 1 for x in a})
    other = [x * 2 for x in b]
    test = mann_whitney(arms(a=moved, b=other))
    expected = stats.mannwhitneyu(moved, other, method="exact")
    assert (test.statistic, test.p) == pytest.approx(tuple(expected), rel=1e-9)


@pytest.mark.parametrize("method", [*ALL, brunner_munzel, probability_of_superiority])
@pytest.mark.parametrize(
    "groups",
    [{}, arms(a=[1, 2]), uneven(), arms(a=[1, 2], b=[]), arms(a=[1, 2], b=[np.nan, 3])],
)
def test_bad_input(method: object, groups: Groups) -> None:
    """Lost: a silent NaN, or a traceback, instead of a sentence."""
    with pytest.raises(TableError) as caught:
        method(groups)  # type: ignore[operator]
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("method", ALL)
def test_constant(method: object) -> None:
    """Lost: t = 0 / 0."""
    with pytest.raises(TableError, match="equal"):
        method(arms(a=[2, 2, 2], b=[2, 2]))  # type: ignore[operator]


def test_plain_numbers() -> None:
    """Lost: numpy's numbers would break the JSON of the command line."""
    for method in ALL:
        test = method(pair("a", "c"))
        assert all(type(x) is float for x in (*numbers(test), test.difference, test.p_adjusted))
        assert json.dumps(numbers(test))


def test_a_chance_ends_at_one() -> None:
    """Lost: a chance of 122 % would be printed."""
    effect = probability_of_superiority(
        {"a": np.array([3.0, 4.0, 5.0, 9.0]), "b": np.array([1.0, 2.0, 3.5])}
    )
    assert (effect.value, effect.ci_high) == (11 / 12, 1.0)
    turned = probability_of_superiority(
        {"b": np.array([1.0, 2.0, 3.5]), "a": np.array([3.0, 4.0, 5.0, 9.0])}
    )
    assert (turned.ci_low, turned.ci_high) == (0.0, pytest.approx(1 - effect.ci_low))


@pytest.mark.parametrize(("n", "p"), [(50, 0.0734883473), (49, 0.078280543)])
def test_fifty_subjects_are_too_many_for_the_exact_test(n: int, p: float) -> None:
    """Lost: the p of R: ``wilcox.test``, exact below 50 subjects, normal from 50."""
    many = np.arange(50.0)[-n:]
    found = mann_whitney({"a": many, "b": np.array([30.25, 40.5, 60.5])})
    assert found.p == pytest.approx(p, rel=1e-8)


def test_rounding_is_no_difference() -> None:
    """Lost: two equal means would be told apart by 1e-16."""
    b = np.array([2.6, 2.2, 0.7, 1.8, 2.1, 2.2])  # its mean is 5.8 / 3, too
    found = t_test({"a": np.array([2.5, 1.9, 1.4]), "b": b})
    assert (found.difference, found.statistic, found.p) == (0, 0, 1)
