"""Pooled studies along depth: subjects are compared within their own study only."""

from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from dermdash.errors import TableError
from dermdash.stats.depthwise import Depthwise, compare_arms
from dermdash.stats.strata import stratified_welch
from dermdash.stats.subslabs import compare_subslabs
from tests.stats.test_depthwise import masses, share_reaching
from tests.stats.test_depthwise_rates import least, most, skin

Floats = NDArray[np.float64]
ARMS = ("serum", "placebo")


def two_studies(
    seed: int, *, effect: float = 0.0
) -> tuple[dict[str, Floats], dict[str, list[str]]]:
    """Three and three subjects in A, four and three in B, which lies 10 higher."""
    rng = np.random.default_rng(seed)
    profiles = {
        "serum": np.vstack([rng.normal(effect, 1, (3, 5)), rng.normal(10 + effect, 2, (4, 5))]),
        "placebo": np.vstack([rng.normal(0, 1, (3, 5)), rng.normal(10, 2, (3, 5))]),
    }
    return profiles, {"serum": [*"AAABBBB"], "placebo": [*"AAABBB"]}


def by_hand(strata: list[tuple[Floats, Floats]]) -> tuple[float, float]:
    """The normal deviate of the stratified Welch test, by the formulas of its own module."""
    enough = [(a, b) for a, b in strata if min(a.size, b.size) >= 2]
    found = stratified_welch(enough, ARMS)
    assert found.df is not None
    chi2 = (found.df - 0.5) * np.log1p(found.statistic**2 / found.df)
    return float(np.copysign(chi2**0.5, found.statistic)), found.p


def strata_at(layer: Floats, arm: Floats, study: Floats) -> list[tuple[Floats, Floats]]:
    seen = np.isfinite(layer)
    return [
        (layer[seen & (arm == 0) & (study == s)], layer[seen & (arm == 1) & (study == s)])
        for s in (0, 1)
    ]


@pytest.mark.parametrize("gaps", [False, True])
def test_every_way_within_studies_by_hand(gaps: bool) -> None:
    """Lost: a p from subjects who were moved from one study to another, which holds what differs
    between the studies."""
    profiles, studies = two_studies(1, effect=1.0)
    if gaps:
        profiles["serum"][6, 3:] = np.nan  # the fourth of B: three are left
    values = np.vstack(list(profiles.values()))
    arm = np.repeat([0, 1], [7, 6])
    study = np.array([0] * 3 + [1] * 4 + [0] * 3 + [1] * 3)
    centred = values.copy()
    for s in (0, 1):
        for a in (0, 1):
            centred[(study == s) & (arm == a)] -= np.nanmean(
                values[(study == s) & (arm == a)], axis=0
            )
    ways = []
    for s in (0, 1):
        own = np.flatnonzero(study == s)
        treated = int((arm[own] == 0).sum())
        ways.append(
            [
                np.where(np.isin(own, own[list(chosen)]), 0, 1)
                for chosen in _choose(len(own), treated)
            ]
        )
    chance: list[list[float]] = [[], []]
    mass = []
    for first, second in product(*ways):
        arranged = np.empty_like(arm)
        arranged[study == 0], arranged[study == 1] = first, second
        for maxima, data in zip(chance, (values, centred), strict=True):
            z = [by_hand(strata_at(layer, arranged, study))[0] for layer in data.T]
            maxima.append(max(value**2 for value in z))
            if data is values:
                mass.append(max([0.0, *masses(z)]))
    found = compare_arms(profiles, range(5), seed=0, studies=studies)
    assert found.exact
    assert found.n_arrangements == len(mass) == 20 * 35
    assert found.rearranged == "rearrangements of the subjects within their study"
    (contrast,) = found.contrasts
    assert found.omnibus is None
    for depth in range(5):
        strata = strata_at(values[:, depth], arm, study)
        z, p = by_hand(strata)
        expected = stratified_welch(strata, ARMS)
        assert contrast.difference[depth] == pytest.approx(expected.difference)
        assert contrast.statistic[depth] == pytest.approx(expected.statistic)
        assert contrast.df[depth] == pytest.approx(expected.df)
        assert contrast.p[depth] == pytest.approx(p)
        assert contrast.p_adjusted[depth] == pytest.approx(
            max(share_reaching(maxima, z**2) for maxima in chance)
        )
    for cluster in contrast.clusters:
        assert cluster.p == pytest.approx(share_reaching(mass, cluster.mass))
    assert contrast.n_a.tolist() == ([7, 7, 7, 6, 6] if gaps else [7] * 5)
    assert contrast.n_b.tolist() == [6] * 5


def _choose(n: int, k: int) -> list[tuple[int, ...]]:
    from itertools import combinations

    return list(combinations(range(n), k))


def same(one: Depthwise, other: Depthwise) -> None:
    for a, b in zip(one.contrasts, other.contrasts, strict=True):
        for name in ("difference", "band_low", "band_high", "statistic", "df", "p", "p_adjusted"):
            assert getattr(a, name).tolist() == getattr(b, name).tolist()
        assert a.clusters == b.clusters


@pytest.mark.parametrize("n", [4, 12])
def test_one_study_is_as_without(n: int) -> None:
    """Lost: naming the study would change each p of a study that stands alone."""
    rng = np.random.default_rng(2)
    profiles = {name: rng.normal(m, 1, (n, 6)) for name, m in (("a", 1), ("b", 0), ("c", 0))}
    profiles["a"][0, 4:] = np.nan
    named = {name: ["only"] * n for name in profiles}
    plain = compare_arms(profiles, range(6), seed=3, permutations=499)
    same(plain, compare_arms(profiles, range(6), seed=3, permutations=499, studies=named))
    assert plain.rearranged == "rearrangements of the subjects"


def test_a_study_of_one_arm_says_nothing() -> None:
    """Lost: what differs between two studies would be taken for what differs between arms."""
    rng = np.random.default_rng(4)
    profiles = {name: rng.normal(m, 1, (5, 6)) for name, m in (("a", 1), ("b", 0))}
    studies = {name: ["A"] * 5 for name in profiles}
    alone = compare_arms(profiles, range(6), seed=0)
    more = {"a": np.vstack([profiles["a"], rng.normal(50, 1, (6, 6))]), "b": profiles["b"]}
    found = compare_arms(more, range(6), seed=0, studies=studies | {"a": ["A"] * 5 + ["B"] * 6})
    for name in ("difference", "statistic", "df", "p", "p_adjusted", "band_low"):
        assert getattr(found.contrasts[0], name) == pytest.approx(getattr(alone.contrasts[0], name))
    assert found.n_subjects == {"a": 5, "b": 5}
    assert found.warnings == (
        "a in B (n = 6) is left out along depth: a study counts where it has 2 subjects of both "
        "arms of a difference.",
    )


def test_arms_that_no_study_shares_are_not_compared() -> None:
    """Lost: an arm of one study would be compared with that of another, as if one had both."""
    rng = np.random.default_rng(5)
    profiles = {name: rng.normal(0, 1, (8, 4)) for name in ("young", "old", "very old")}
    studies = {"young": [*"AAAABBBB"], "old": ["A"] * 8, "very old": ["B"] * 8}
    found = compare_arms(profiles, range(4), seed=0, studies=studies, permutations=199)
    assert [(one.a, one.b) for one in found.contrasts] == [("young", "old"), ("young", "very old")]
    assert found.warnings == (
        "old − very old is not compared along depth: no study has 2 subjects of both.",
    )
    assert [one.n_a.tolist() for one in found.contrasts] == [[4] * 4, [4] * 4]
    with pytest.raises(TableError, match="no study has 2 subjects of both arms"):
        compare_arms(
            {name: profiles[name] for name in ("old", "very old")},
            range(4),
            seed=0,
            studies={name: studies[name] for name in ("old", "very old")},
        )


def test_depths_need_subjects_within_studies() -> None:
    """Lost: a variance of one degree of freedom, or a p where no study has both arms."""
    profiles, studies = two_studies(6)
    profiles["serum"][:2, 0] = np.nan  # A has one left at 0 µm: B alone tells
    profiles["serum"][3:6, 4] = np.nan  # B has one left at 4 µm: A alone tells
    profiles["placebo"][0, 4] = np.nan  # and of the other arm only two
    found = compare_arms(profiles, range(5), seed=0, studies=studies)
    assert found.depth_um.tolist() == [0, 1, 2, 3]
    assert found.contrasts[0].n_a.tolist() == [4, 7, 7, 7]
    assert found.contrasts[0].n_b.tolist() == [3, 6, 6, 6]
    assert "at 4 µm, is left out: too few subjects of a group have it in a study" in " ".join(
        found.warnings
    )
    alone = stats.ttest_ind(profiles["serum"][3:, 0], profiles["placebo"][3:, 0], equal_var=False)
    assert found.contrasts[0].statistic[0] == pytest.approx(alone.statistic)
    assert found.contrasts[0].df[0] == pytest.approx(alone.df)
    for values in (found.contrasts[0].statistic, found.contrasts[0].df):
        assert np.isfinite(values).all()
    few = {arm: own[[0, 1, -1]] for arm, own in profiles.items()}
    with pytest.raises(TableError, match="3 of each arm in a study, or 2 in each of several"):
        compare_arms(few, range(5), seed=0, studies={arm: ["A", "A", "B"] for arm in ARMS})


def test_names_that_read_alike_and_spreads_are_refused() -> None:
    """Lost: two cells of one name would hide subjects; pooled variances would not be pooled."""
    rng = np.random.default_rng(7)
    profiles = {name: rng.normal(0, 1, (6, 3)) for name in ("a", "a in B")}
    studies = {name: ["C"] * 3 + ["B in C"] * 3 for name in profiles}
    with pytest.raises(TableError, match="read alike"):
        compare_arms(profiles, range(3), seed=0, studies=studies)
    with pytest.raises(TableError, match="without equal variances"):
        compare_arms(profiles, range(3), seed=0, studies=studies, equal_variances=True)


def test_what_differs_between_studies_is_not_found() -> None:
    """Lost: two studies that lie apart, with other shares of the arms, would show a difference of
    arms nearly always; within studies it shows in one empty trial of twenty."""
    rng = np.random.default_rng(8)
    found = clusters = naive = 0
    studies = {"serum": ["A"] * 11 + ["B"] * 3, "placebo": ["A"] * 3 + ["B"] * 11}
    for seed in range(200):
        lift = 4.0 * (np.array([own == "B" for own in studies["serum"]])[:, None])
        other = 4.0 * (np.array([own == "B" for own in studies["placebo"]])[:, None])
        profiles = {"serum": skin(rng, 14) + lift, "placebo": skin(rng, 14) + other}
        result = compare_arms(profiles, range(70), seed=seed, studies=studies, permutations=199)
        found += bool((result.contrasts[0].p_adjusted <= 0.05).any())
        clusters += any(cluster.p <= 0.05 for cluster in result.contrasts[0].clusters)
        if seed < 20:
            plain = compare_arms(profiles, range(70), seed=seed, permutations=199)
            naive += bool((plain.contrasts[0].p_adjusted <= 0.05).any())
    assert least(0.05) <= found <= most(0.05)
    assert least(0.05) <= clusters <= most(0.05)
    assert naive > 15


def test_sub_slabs_are_stratified() -> None:
    """Lost: the sub-slabs beside the depths would hold what differs between studies."""
    profiles, studies = two_studies(9, effect=0.5)
    profiles["serum"][3, 2] = np.nan
    (slab,) = compare_subslabs(profiles, range(5), studies=studies, slabs=[(0, 5)])
    means = {arm: own.mean(axis=1) for arm, own in profiles.items()}
    expected = stratified_welch(
        [
            (means["serum"][:3], means["placebo"][:3]),
            (means["serum"][4:], means["placebo"][3:]),
        ],
        ARMS,
    )
    assert slab.contrast == expected
    assert (slab.n_a, slab.missing_a, slab.n_b, slab.missing_b) == (6, 1, 6, 0)
    two = {"serum": [*"AACBBBB"], "placebo": [*"AACBBB"]}  # two of each are left in A, one in C
    (slab,) = compare_subslabs(profiles, range(5), studies=two, slabs=[(0, 5)])
    assert (slab.n_a, slab.n_b) == (5, 5)
    apart = {"serum": ["A"] * 7, "placebo": ["B"] * 6}
    with pytest.raises(TableError, match="no study has 2 subjects of two arms"):
        compare_subslabs(profiles, range(5), studies=apart, slabs=[(0, 5)])


def test_strata_of_one_study_are_welch() -> None:
    """Lost: the pooled statistic would not be the page's own test where a study stands alone."""
    rng = np.random.default_rng(10)
    a, b = rng.normal(1, 1, (6, 1)), rng.normal(0, 2, (5, 1))
    profiles = {"a": np.vstack([a, [[9.0]]]), "b": b}
    found = compare_arms(profiles, [0], seed=0, studies={"a": ["A"] * 6 + ["B"], "b": ["A"] * 5})
    plain = stats.ttest_ind(a[:, 0], b[:, 0], equal_var=False)
    assert found.contrasts[0].statistic[0] == pytest.approx(plain.statistic)
    assert found.contrasts[0].p[0] == pytest.approx(plain.pvalue)
