"""Which arms differ: Tukey as the paper has it, and what should stand beside it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from dermdash.errors import TableError
from dermdash.stats.arm_pairs import dunn_holm, dunnett, games_howell, tukey_hsd
from dermdash.stats.findings import Contrast
from tests.support.arms import Groups, arms, breugnot, ozone, plant_growth, uneven, warpbreaks

PAIRS = (tukey_hsd, games_howell, dunn_holm)


def by_name(contrasts: tuple[Contrast, ...]) -> dict[str, Contrast]:
    """a−b -> its contrast."""
    return {f"{contrast.a}-{contrast.b}": contrast for contrast in contrasts}


@pytest.mark.parametrize(
    ("groups", "expected"),
    # R 4.2.2: TukeyHSD(aov(y ~ g)), signs turned to first − second; difference, interval, p.
    # R's qtukey stops at six or seven digits: scipy's agrees with ours to twelve
    [
        (
            plant_growth(),
            {
                "ctrl-trt1": (0.371, -0.320216051410458, 1.062216051410459, 0.3908711442021247),
                "ctrl-trt2": (-0.494, -1.185216051410458, 0.197216051410459, 0.1979959912997082),
                "trt1-trt2": (-0.865, -1.556216051410459, -0.173783948589542, 0.0120064239794527),
            },
        ),
        (
            warpbreaks(),
            {
                "L-M": (10.0, 0.440175556017131, 19.5598244439829, 0.03845976806483820),
                "L-H": (14.7222222222222, 5.162397778239352, 24.2820466662051, 0.00143150330797),
                "M-H": (4.72222222222222, -4.837602221760640, 14.2820466662051, 0.463083097086),
            },
        ),
        (
            uneven(),
            {
                "a-b": (-1.38, -4.205082616881214, 1.445082616881217, 0.51374843955911753),
                "a-c": (-3.308571428571428, -5.57367669465, -1.043466162492, 0.00376575887598007),
                "a-d": (-0.28, -2.875004084712097, 2.315004084712100, 0.98914693156747135),
                "b-c": (-1.928571428571429, -4.598023584814, 0.740880727671, 0.20338286751266854),
                "b-d": (1.1, -1.854542121500992, 4.054542121500991, 0.71049253311447891),
                "c-d": (3.028571428571429, 0.603921098743, 5.453221758399, 0.01250207532731173),
            },
        ),
    ],
)
def test_tukey_as_in_r(groups: Groups, expected: dict[str, tuple[float, ...]]) -> None:
    """Lost: the published default, Tukey and Kramer's for unequal sizes included."""
    found = by_name(tukey_hsd(groups))
    assert list(found) == list(expected)
    for name, numbers in expected.items():
        own = found[name]
        assert own.method == "tukey_hsd"
        got = (own.difference, own.ci_low, own.ci_high, own.p_adjusted)
        assert got == pytest.approx(numbers, rel=2e-6)


def test_breugnot() -> None:
    """Lost: the paper's three findings, and that the third one is fragile.

    R: TukeyHSD and ptukey / qtukey with Welch's errors, on values with the paper's summaries.
    """
    tukey = by_name(tukey_hsd(breugnot()))
    howell = by_name(games_howell(breugnot()))
    third = "old-old photo-exposed"
    assert tukey["young-old"].p_adjusted == pytest.approx(4.5759815521e-05, rel=1e-6)
    assert tukey["young-old photo-exposed"].p_adjusted == pytest.approx(3.2914414e-08, rel=1e-5)
    own = tukey[third]
    assert own.p_adjusted == pytest.approx(0.045839347703894, rel=1e-8)
    assert own.difference == pytest.approx(0.36)
    assert (own.ci_low, own.ci_high) == pytest.approx((0.005636425566684, 0.714363574433), rel=1e-8)
    assert howell["young-old"].p_adjusted == pytest.approx(0.000100305997097427, rel=1e-6)
    other = howell[third]
    assert other.p_adjusted == pytest.approx(0.0609458896325793, rel=1e-7)
    assert other.difference - other.ci_low == pytest.approx(0.374379145817225, rel=1e-6)


@pytest.mark.parametrize(
    ("groups", "expected"),
    # R: t and Welch's df by hand, ptukey(|t| sqrt(2), k, df, lower = FALSE), qtukey(.95, k, df)
    # se / sqrt(2); rstatix::games_howell_test gives the same to its three digits: t, df, p, half
    [
        (
            plant_growth(),
            {
                "ctrl-trt1": (1.1912603818487, 16.5235850568593, 0.47455492219398, 0.8010875015),
                "ctrl-trt2": (-2.1340204531241, 16.7857644826057, 0.112889176854217, 0.5945544333),
                "trt1-trt2": (-3.01009854212436, 14.1035691227603, 0.0237034547392, 0.7514870066),
            },
        ),
        (
            uneven(),
            {
                "a-b": (-1.93860509436038, 4.55697878760374, 0.32907410108807, 2.72801447965604),
                "a-c": (-3.99152565989723, 9.56907070479764, 0.012356737459142, 2.55670035044453),
                "a-d": (-0.537138860122757, 6.20528609930005, 0.946803683685906, 1.78580077114122),
                "b-c": (-2.17393465284445, 7.28720076161789, 0.216744432627877, 2.90593428312994),
                "b-d": (1.80432962098557, 2.90433546829677, 0.418922470783477, 3.01032154450207),
                "c-d": (4.07629499799946, 7.51511519167425, 0.0168340630496077, 2.41498581277706),
            },
        ),
    ],
)
def test_games_howell_as_in_r(groups: Groups, expected: dict[str, tuple[float, ...]]) -> None:
    """Lost: the safeguard where spreads differ."""
    found = by_name(games_howell(groups))
    assert list(found) == list(expected)
    for name, (t, df, p, half) in expected.items():
        own = found[name]
        assert (own.statistic, own.df) == pytest.approx((t, df), rel=1e-11)
        assert own.p == pytest.approx(2 * stats.t.sf(abs(t), df), rel=1e-10)
        assert own.p_adjusted == pytest.approx(p, rel=1e-7)
        assert own.ci_high - own.difference == pytest.approx(half, rel=2e-6)


def test_games_howell_of_many_arms() -> None:
    """Lost: five arms, as ptukey has them (airquality's ozone by month)."""
    found = by_name(games_howell(ozone()))
    expected = {"5-7": 0.000425294829782, "6-9": 0.998794541719756, "8-9": 0.0464116590459053}
    for name, p in expected.items():
        assert found[name].p_adjusted == pytest.approx(p, rel=1e-6)


@pytest.mark.parametrize(
    ("groups", "control", "expected"),
    # R: t by aov; integrate() nested over pnorm and dchisq; multcomp::glht agrees within its
    # simulation error. t, p, half the interval. The first: blood counts of Dunnett 1955
    [
        (
            arms(
                c=[7.40, 8.50, 7.20, 8.24, 9.84, 8.32],
                a=[9.76, 8.80, 7.68, 9.36],
                b=[12.80, 9.68, 12.16, 9.20, 10.55],
            ),
            "c",
            {
                "a-c": (0.857032125934382, 0.620101980018455, 1.90630413712958),
                "b-c": (3.69375231123573, 0.00582536084794689, 1.78827179356183),
            },
        ),
        (
            uneven(),
            "b",
            {
                "a-b": (-1.40787569388141, 0.357026415552039, 2.51784119466554),
                "c-b": (2.08223606621891, 0.121587686758634, 2.37913630065671),
                "d-b": (-1.07304732665793, 0.551730396017514, 2.63322135092183),
            },
        ),
        (
            ozone(),
            "5",
            {
                "6-5": (0.455995092260747, 0.976314586732352, 29.0349944760493),
                "7-5": (4.14171293448432, 0.000271393520321997, 21.0273411453296),
                "8-5": (4.11942409563521, 0.000294837576990638, 21.6755957830883),
                "9-5": (0.889193059735441, 0.796263217975478, 20.4986362243556),
            },
        ),
    ],
)
def test_dunnett_as_in_r(
    groups: Groups, control: str, expected: dict[str, tuple[float, float, float]]
) -> None:
    """Lost: every treatment against placebo, unequal sizes included."""
    found = by_name(dunnett(groups, control=control))
    assert list(found) == list(expected)
    for name, (t, p, half) in expected.items():
        own = found[name]
        assert own.statistic == pytest.approx(t, rel=1e-11)
        assert own.p_adjusted == pytest.approx(p, rel=1e-8)
        assert own.ci_high - own.difference == pytest.approx(half, rel=1e-7)
        assert own.difference == pytest.approx(groups[own.a].mean() - groups[own.b].mean())


@pytest.mark.parametrize(
    ("groups", "expected"),
    # R: rstatix::dunn_test(y ~ g), whose z is second − first; z, p, Holm's
    [
        (
            plant_growth(),
            {
                "ctrl-trt1": (1.11772545437879, 0.2636842678913860, 0.2636842678913860),
                "ctrl-trt2": (-1.68928960718612, 0.0911639440484998, 0.1823278880969997),
                "trt1-trt2": (-2.80701506156491, 0.0050002903702577, 0.0150008711107731),
            },
        ),
        (
            warpbreaks(),
            {
                "L-M": (1.69136009752021, 0.09076804840087367, 0.18153609680174734),
                "L-H": (3.28728294815841, 0.00101159137227127, 0.00303477411681381),
                "M-H": (1.59592285063820, 0.11050601909246988, 0.18153609680174734),
            },
        ),
        (
            uneven(),
            {
                "a-b": (-1.206272358407180, 0.22771249201258997, 0.8262933973162307),
                "a-c": (-2.992997648419857, 0.00276251877799925, 0.0165751126679955),
                "a-d": (-0.259539006729570, 0.79521938977065265, 0.8262933973162307),
                "b-c": (-1.263044050424976, 0.20657334932905769, 0.8262933973162307),
                "b-d": (0.925461264693687, 0.35472602359939653, 0.8262933973162307),
                "c-d": (2.518280626726039, 0.01179293202144364, 0.0589646601072182),
            },
        ),
    ],
)
def test_dunn_as_in_r(groups: Groups, expected: dict[str, tuple[float, float, float]]) -> None:
    """Lost: ranks of tied scores, and what Holm makes of them."""
    found = by_name(dunn_holm(groups))
    assert list(found) == list(expected)
    for name, numbers in expected.items():
        own = found[name]
        assert (own.statistic, own.p, own.p_adjusted) == pytest.approx(numbers, rel=1e-10)
        differences = np.subtract.outer(groups[own.a], groups[own.b])
        assert own.difference == pytest.approx(np.median(differences))
        assert own.effect is not None
        assert own.effect.name == "probability_of_superiority"


values = st.lists(st.integers(0, 40), min_size=4, max_size=8, unique=True)


@given(data=st.lists(values, min_size=2, max_size=4), shift=st.integers(-50, 50))
@settings(max_examples=25, deadline=None)
def test_laws(data: list[list[int]], shift: int) -> None:
    """Lost: sides, names, order and the scale's zero would decide which arms differ."""
    groups = {str(i): np.array(own) / 8 for i, own in enumerate(data)}
    for method in PAIRS:
        found = by_name(method(groups))
        turned = by_name(method(dict(reversed(groups.items()))))
        moved = by_name(method({name: own[::-1] + shift for name, own in groups.items()}))
        for name, own in found.items():
            other = turned["-".join(reversed(name.split("-")))]
            assert other.p_adjusted == pytest.approx(own.p_adjusted, rel=1e-8)
            assert other.statistic == pytest.approx(-own.statistic, abs=1e-9)
            assert other.ci_low == pytest.approx(-own.ci_high, abs=1e-8)
            assert moved[name].p_adjusted == pytest.approx(own.p_adjusted, rel=1e-8)
            assert own.p <= own.p_adjusted * (1 + 1e-9)
            if method is not dunn_holm and abs(own.p_adjusted - 0.05) > 1e-9:
                assert (own.p_adjusted < 0.05) == (own.ci_low > 0 or own.ci_high < 0)
    for name, own in by_name(dunnett(groups, control="0")).items():
        against = by_name(tukey_hsd(groups))["-".join(reversed(name.split("-")))]
        assert own.p == pytest.approx(against.p, rel=1e-9)
        assert own.p * (1 - 1e-9) <= own.p_adjusted <= against.p_adjusted * (1 + 1e-8)


def test_control_is_named() -> None:
    """Lost: arms would be compared with whichever arm came first."""
    with pytest.raises(TableError, match="control='placebo' is no arm"):
        dunnett(plant_growth(), control="placebo")
    for groups in (arms(placebo=[1], a=[2]), arms(placebo=[1, 1], a=[2, 2])):
        with pytest.raises(TableError):
            dunnett(groups, control="placebo")
        with pytest.raises(TableError):
            tukey_hsd(groups)


@pytest.mark.parametrize("method", PAIRS)
@pytest.mark.parametrize(
    "groups",
    [
        {},
        arms(a=[1, 2]),
        arms(a=[2, 2], b=[2, 2]),
        arms(a=[1, 2], b=[]),
        arms(a=[1, 2], b=[np.nan]),
    ],
)
def test_bad_input(method: object, groups: Groups) -> None:
    """Lost: one NaN made every p of Tukey's NaN, silently."""
    with pytest.raises(TableError) as caught:
        method(groups)  # type: ignore[operator]
    assert "\n" not in str(caught.value)


def test_small_and_constant_arms() -> None:
    """Lost: one odd arm would take all others' comparisons with it, or invent an effect."""
    groups = arms(a=[1, 2, 4], b=[3], c=[5, 5, 5])
    found = by_name(tukey_hsd(groups))
    assert found["a-c"].effect is not None
    assert found["a-b"].effect is not None
    assert found["b-c"].effect is None
    assert all(0 < own.p_adjusted <= 1 for own in found.values())
    with pytest.raises(TableError, match="'b' has 1 subjects"):
        games_howell(groups)
    with pytest.raises(TableError, match="'c' and within arm 'd'"):
        games_howell(arms(a=[1, 2, 4], c=[5, 5, 5], d=[6, 6, 6]))
    equal = by_name(dunn_holm(arms(a=[1, 2, 4, 5], c=[5, 5, 5, 5], d=[5, 5, 5, 5])))["c-d"]
    assert (equal.difference, equal.p, equal.statistic) == (0, 1, 0)
