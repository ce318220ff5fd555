"""Checks of what tests of means assume."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dermdash.errors import TableError
from dermdash.stats.arms import residuals
from dermdash.stats.assumptions import brown_forsythe, levene, qq, shapiro_wilk
from tests.support.arms import Groups, arms, ozone, plant_growth, uneven, warpbreaks


@pytest.mark.parametrize(
    ("groups", "forsythe", "of_means", "normal"),
    # R 4.2.2: car::leveneTest(y ~ g), with center = mean, shapiro.test(residuals(aov(y ~ g)))
    [
        (
            plant_growth(),
            (1.119185694870390, 0.341226624125474),
            (1.236962954469783, 0.306194922991448),
            (0.966068118874185, 0.437898595506210),
        ),
        (
            warpbreaks(),
            (2.8180476658944480, 0.0690494519399047),
            (7.34405584874008266, 0.00157444198191207),
            (0.949341811826279, 0.023291716523950),
        ),
        (
            ozone(),
            (3.60371583288688191, 0.00853366591258566),
            (4.39823510306638532, 0.00249588521027766),
            (0.930653151974613, 2.17530921631098e-05),
        ),
        (
            uneven(),
            (1.042028754137964, 0.402520897086105),
            (1.22841178846535, 0.33394679629053),
            (0.972548981447536, 0.826044857128405),
        ),
    ],
)
def test_as_in_r(
    groups: Groups,
    forsythe: tuple[float, float],
    of_means: tuple[float, float],
    normal: tuple[float, float],
) -> None:
    """Lost: the page would recommend Welch, or not, by wrong checks."""
    check = brown_forsythe(groups)
    assert (check.test, check.of) == ("brown_forsythe", "variances")
    assert (check.statistic, check.p) == pytest.approx(forsythe, rel=1e-11)
    check = levene(groups)
    assert check.test == "levene"
    assert (check.statistic, check.p) == pytest.approx(of_means, rel=1e-11)
    check = shapiro_wilk(residuals(groups))
    assert (check.test, check.of) == ("shapiro_wilk", "residuals")
    assert check.statistic == pytest.approx(normal[0], rel=1e-9)
    assert check.p == pytest.approx(normal[1], rel=1e-6)


@given(
    data=st.lists(st.lists(st.integers(0, 90), min_size=4, max_size=8, unique=True), min_size=2),
    shift=st.integers(-99, 99),
)
@settings(max_examples=40, deadline=None)
def test_shift_moves_no_variance(data: list[list[int]], shift: int) -> None:
    """Lost: spreads would seem to differ because means do."""
    groups = {str(i): np.array(own) / 8 for i, own in enumerate(data)}
    moved = {name: own + shift * int(name) for name, own in groups.items()}
    for check in (brown_forsythe, levene):
        assert check(moved).p == pytest.approx(check(groups).p, rel=1e-9)


def test_qq_as_in_r() -> None:
    """Lost: Q-Q points would bend by themselves (R: qqnorm(c(3, 1, 2, 7)), qqnorm(1:12))."""
    at, ordered = qq([3.0, 1, 2, 7])
    expected = [-1.049131397963971, -0.299306910465667, 0.299306910465667, 1.049131397963971]
    assert at.tolist() == pytest.approx(expected, abs=1e-12)
    assert ordered.tolist() == [1, 2, 3, 7]
    expected = [-1.731664396122245, -1.150349380376008, -0.812217801499913]
    assert qq(np.arange(12.0))[0][:3].tolist() == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    "groups",
    [arms(a=[1.3, 2.1], b=[0.3, 0.7]), arms(a=[0.1, 0.2], b=[0.3, 0.6], c=[0.7, 0.1])],
)
def test_two_subjects_an_arm_say_nothing_of_spread(groups: Groups) -> None:
    """Lost: rounding errors divided by each other gave p = 0."""
    for check in (brown_forsythe, levene):
        with pytest.raises(TableError, match="equally far"):
            check(groups)


@pytest.mark.parametrize(
    "values", [[], [1.0, 2.0], [2.0] * 9, [0.3, 0.1 + 0.2, 0.3], [1, 2, np.nan]]
)
def test_no_normality(values: list[float]) -> None:
    """Lost: W of nothing."""
    with pytest.raises(TableError):
        shapiro_wilk(values, of="differences")


def test_too_many_for_shapiro() -> None:
    """Lost: a p beyond the range of its approximation."""
    with pytest.raises(TableError, match="5001 residuals"):
        shapiro_wilk(np.arange(5001.0))
