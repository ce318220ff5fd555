"""What a difference between two scans is worth: no claim on one subject stands without it."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dermdash.errors import TableError
from dermdash.stats.repeatability import Repeatability, repeatability

# nlme::Rail, travel time of ultrasound in 6 rails, 3 times each
RAIL = [55, 53, 54, 26, 37, 32, 78, 91, 85, 92, 100, 96, 49, 51, 50, 80, 85, 83]
# lme4::Pastes, strength of 10 batches, 3 casks each, tested twice (Davies & Goldsmith 1972)
PASTES = """62.8 62.6 60.1 62.3 62.7 63.1 60 61.4 57.5 56.9 61.1 58.9 58.7 57.5 63.9 63.1 65.4 63.7
57.1 56.4 56.9 58.6 64.7 64.5 55.1 55.1 54.7 54.2 58.8 57.5 63.4 64.9 59.3 58.1 60.5 60 62.5 62.6
61 58.7 56.9 57.7 59.2 59.4 65.2 66 64.8 64.1 54.8 54.8 64 64 57.7 56.8 58.3 59.3 59.2 59.2 58.9
56.6"""
# Bland & Altman 1986, Lancet 327:307, peak flow by the Wright meter, 17 subjects, twice
FLOW = [494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427]
FLOW += [490, 397, 512, 401, 470, 611, 415, 431, 638, 429, 420, 633, 275, 492, 165, 372, 421]


def pastes() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return np.array(PASTES.split(), float), np.arange(60) // 6, np.arange(60) // 2 % 3


def variances(found: Repeatability) -> dict[str, float]:
    return {part.source: part.variance for part in found.components}


def test_shrout_and_fleiss() -> None:
    """Lost: the ICC would not be the one that readers know."""
    # Shrout & Fleiss 1979, table 2; psych::ICC: ICC1 = .17, CI -0.13 to 0.72
    ratings = [9, 2, 5, 8, 6, 1, 3, 2, 8, 4, 6, 8, 7, 1, 2, 6, 10, 5, 6, 9, 6, 2, 4, 7]
    found = repeatability(ratings, np.repeat(np.arange(6), 4))
    assert found.icc.value == pytest.approx(0.1657, abs=5e-5)
    assert (found.icc.ci_low, found.icc.ci_high) == pytest.approx((-0.1329, 0.7226), abs=5e-5)
    assert found.method == "anova"
    assert found.over == "replicates"


def test_rails_as_in_r() -> None:
    """Lost: variances, ICC or SEM of a balanced design would be wrong, with their intervals."""
    found = repeatability(RAIL, np.repeat(list("ABCDEF"), 3))
    # lmer(travel ~ 1 + (1 | Rail)): 615.3111, 16.16667; Pinheiro & Bates 2000: 24.805, 4.0208
    assert variances(found) == pytest.approx(
        {"subject": (1862.1 - 194 / 12) / 3, "replicate": 194 / 12}, rel=1e-12
    )
    # R: F of aov, qf and qchisq by hand
    icc = (found.icc.value, found.icc.ci_low, found.icc.ci_high)
    assert icc == pytest.approx((0.974398676825, 0.905066285891, 0.996018616925), abs=1e-9)
    sem = (found.sem.value, found.sem.ci_low, found.sem.ci_high)
    assert sem == pytest.approx((4.0207793606, 2.88324453043, 6.63724177693), abs=1e-9)
    assert found.sdc.value == pytest.approx(1.959964 * 2**0.5 * 4.0207793606, rel=1e-7)
    assert found.sdc.ci_high == pytest.approx(1.959964 * 2**0.5 * 6.63724177693, rel=1e-7)


def test_the_level_is_the_one_asked_for() -> None:
    """Lost: 80 % intervals would be called 95 %, or the other way round."""
    from scipy.stats import chi2, f

    found = repeatability(RAIL, np.repeat(list("ABCDEF"), 3), alpha=0.2)
    for one in (found.icc, found.sem, found.sdc):
        assert one.level == pytest.approx(0.8)
    within = 194 / 12
    low, high = ((within * 12 / chi2.ppf(q, 12)) ** 0.5 for q in (0.9, 0.1))
    assert (found.sem.ci_low, found.sem.ci_high) == pytest.approx((low, high))
    assert found.sdc.ci_low == pytest.approx(1.959964 * 2**0.5 * low, rel=1e-6)
    ratio = 1862.1 / within  # Shrout & Fleiss 1979: F / F(1 - alpha / 2)
    exact = [ratio / f.ppf(0.9, 5, 12), ratio * f.ppf(0.9, 12, 5)]
    expected = [(x - 1) / (x + 2) for x in exact]
    assert [found.icc.ci_low, found.icc.ci_high] == pytest.approx(expected)
    last = found.components[-1]
    assert (last.ci_low, last.ci_high) == pytest.approx((low**2, high**2))


def test_bland_and_altman() -> None:
    """Lost: the smallest detectable change would not be the repeatability that is published."""
    found = repeatability(FLOW, list(range(17)) * 2)
    assert found.sem.value == pytest.approx(15.3066690579, rel=1e-9)  # published as 15.3 l/min
    assert found.sdc.value == pytest.approx(2.7718 * 15.3067, rel=1e-4)
    assert (found.n_subjects, found.n_scans) == (17, 34)


def test_nested_design_as_in_r() -> None:
    """Lost: the noise from visit to visit would be mistaken for that of a session, or the skin."""
    y, batch, cask = pastes()
    found = repeatability(y, batch, visit=cask)
    # lmer(strength ~ 1 + (1 | batch) + (1 | batch:cask)); mean squares 27.489, 17.545, .678
    subject, visit = (27.4891852 - 17.5453333) / 6, (17.5453333 - 0.678) / 2
    assert variances(found) == pytest.approx(
        {"subject": subject, "visit": visit, "replicate": 0.678}, rel=1e-7
    )
    assert found.sem.value == pytest.approx((visit + 0.678) ** 0.5, rel=1e-7)
    assert found.icc.value == pytest.approx(subject / (subject + visit + 0.678), rel=1e-7)
    assert (found.over, found.method, found.warnings) == ("visits", "reml", ())
    # the replicates' interval is exact: 30 * .678 / qchisq(c(.975, .025), 30)
    last = found.components[-1]
    assert (last.ci_low, last.ci_high) == pytest.approx((0.43296, 1.21138), rel=1e-4)


def test_unbalanced_nested_design_as_in_r() -> None:
    """Lost: with scans missing the variances would be wrong, or not be had."""
    y, batch, cask = pastes()
    kept = np.setdiff1d(np.arange(60), np.array([2, 9, 10, 15, 23, 24, 37, 41, 58]) - 1)
    found = repeatability(y[kept], batch[kept], visit=cask[kept])
    # lmer, bobyqa to 1e-9; nlme::lme gives 2.84581, 6.74171, .84357
    assert variances(found) == pytest.approx(
        {"subject": 2.8458380, "visit": 6.7417016, "replicate": 0.8435714}, rel=2e-6
    )


@pytest.mark.parametrize("seed", [0, 1])
def test_sites_and_visits_crossed_within_subjects(seed: int) -> None:
    """Lost: the lasting difference of two cheeks would count as error of a change."""
    s, v, c, _ = (a.ravel() for a in np.indices((14, 3, 2, 2)))
    rng = np.random.default_rng(seed)
    y = rng.normal(0, 0.3, 14)[s] + rng.normal(0, 0.2, (14, 2))[s, c]
    y = y + rng.normal(0, 0.2, (14, 3))[s, v] + rng.normal(0, 0.2, (14, 3, 2))[s, v, c]
    y = y + rng.normal(0, 0.1, len(s))
    found = repeatability(y, s, visit=v, site=c)
    # expected mean squares of the balanced crossed design
    cube = y.reshape(14, 3, 2, 2)
    cells, visits, sites = cube.mean(3), cube.mean((2, 3)), cube.mean((1, 3))
    people = cube.mean((1, 2, 3))
    residual = cells - visits[:, :, None] - sites[:, None] + people[:, None, None]
    ms = {
        "subject": 12 * people.var(ddof=1),
        "site": 6 * np.square(sites - people[:, None]).sum() / 14,
        "visit": 4 * np.square(visits - people[:, None]).sum() / 28,
        "both": 2 * np.square(residual).sum() / 28,
        "replicate": np.square(cube - cells[..., None]).sum() / 84,
    }
    expected = {
        "subject": (ms["subject"] - ms["site"] - ms["visit"] + ms["both"]) / 12,
        "site": (ms["site"] - ms["both"]) / 6,
        "visit": (ms["visit"] - ms["both"]) / 4,
        "visit x site": (ms["both"] - ms["replicate"]) / 2,
        "replicate": ms["replicate"],
    }
    assert min(expected.values()) > 0
    assert variances(found) == pytest.approx(expected, rel=1e-8)
    error = expected["visit"] + expected["visit x site"] + expected["replicate"]
    assert found.sem.value == pytest.approx(error**0.5, rel=1e-8)
    assert found.icc.value == pytest.approx(1 - error / sum(expected.values()), rel=1e-8)
    assert sum(part.share for part in found.components) == pytest.approx(1)


def test_missing_replicates_are_said() -> None:
    """Lost: one scan a visit would pass for a study of replicates."""
    rng = np.random.default_rng(2)
    s, v = (a.ravel() for a in np.indices((12, 3)))
    y = rng.normal(0, 0.3, 12)[s] + rng.normal(0, 0.1, 36)
    found = repeatability(y, s, visit=v)
    assert [part.source for part in found.components] == ["subject", "visit + replicate"]
    assert found.over == "visits"
    assert "replicates are missing" in found.warnings[0]
    alone = repeatability(y, s)
    assert alone.sem == found.sem
    assert "within a visit only" in alone.warnings[0]
    sites = repeatability(y, s, site=v)
    assert sites.over == "sites"
    assert "other sites only" in sites.warnings[0]
    one_each = repeatability(y, s, visit=v, site=np.where(s % 2, "left", "right"))
    assert [part.source for part in one_each.components] == ["subject", "visit + replicate"]


def test_repeats_worse_than_subjects() -> None:
    """Lost: scores without any signal would get a flattering ICC and error."""
    y = [1.0, 3.0, 3.0, 1.1, 2.9, 1.0, 1.0, 3.2]
    found = repeatability(y, [1, 1, 2, 2, 3, 3, 4, 4])
    assert found.icc.value < 0
    assert variances(found)["subject"] == 0
    assert "variance of subject is estimated as 0" in found.warnings[-1]
    within = np.array(y).reshape(4, 2).var(axis=1, ddof=1).mean()
    assert found.sem.value == pytest.approx(within**0.5)


def test_arms_are_taken_out() -> None:
    """Lost: the difference of young and old would make any score look repeatable."""
    rng = np.random.default_rng(5)
    s = np.repeat(np.arange(20), 2)
    y = rng.normal(0, 0.1, 20)[s] + rng.normal(0, 0.1, 40)
    shifted = y + 2.0 * (s < 10)
    mixed = repeatability(shifted, s)
    within = repeatability(shifted, s, group=np.where(s < 10, "young", "old"))
    assert mixed.icc.value > 0.95
    assert within.icc.value < 0.8
    assert within.sem.value == pytest.approx(mixed.sem.value)
    # the subjects' mean square has 18 degrees of freedom: two means were taken out
    means = shifted.reshape(20, 2).mean(axis=1)
    among = (means[:10].var(ddof=1) + means[10:].var(ddof=1)) / 2
    assert variances(within)["subject"] == pytest.approx(among - within.sem.value**2 / 2)


def test_intervals_cover() -> None:
    """Lost: the 95 % of the intervals would be words, in the uneven designs of real studies."""
    rng = np.random.default_rng(7)
    s, v, _ = (a.ravel() for a in np.indices((12, 3, 2)))
    runs, inside = 100, np.zeros(3)
    for _ in range(runs):
        y = rng.normal(0, 0.3, 12)[s] + rng.normal(0, 0.12, (12, 3))[s, v]
        y = y + rng.normal(0, 0.17, len(s))
        kept = rng.random(len(s)) > 0.2
        found = repeatability(y[kept], s[kept], visit=v[kept])
        error = 0.12**2 + 0.17**2
        first = found.components[0]
        inside += [
            found.icc.ci_low <= 0.09 / (0.09 + error) <= found.icc.ci_high,
            found.sem.ci_low <= error**0.5 <= found.sem.ci_high,
            first.ci_low <= 0.09 <= first.ci_high,
        ]
    assert (inside >= 88).all()  # pbinom(87, 100, .95) = .0015


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**31), st.floats(-50, 50), st.floats(0.1, 10))
def test_laws(seed: int, shift: float, scale: float) -> None:
    """Lost: order, names or units of the rows would change what a score is worth."""
    rng = np.random.default_rng(seed)
    s, v, _ = (a.ravel() for a in np.indices((6, 3, 2)))
    y = rng.normal(0, 1, 6)[s] + rng.normal(0, 0.7, (6, 3))[s, v] + rng.normal(0, 0.5, len(s))
    kept = rng.random(len(s)) > 0.1
    y, s, v = y[kept], s[kept], v[kept]
    found = repeatability(y, s, visit=v)
    order = rng.permutation(len(y))
    other = repeatability(
        y[order] * scale + shift,
        [f"={n}|é" for n in s[order]],
        visit=np.array(["D0", "D28", "D56"])[v[order]],
    )
    assert other.sdc.value == pytest.approx(found.sdc.value * scale, rel=1e-6)
    assert other.sdc.ci_high == pytest.approx(found.sdc.ci_high * scale, rel=1e-5)
    assert other.icc.value == pytest.approx(found.icc.value, abs=1e-6)
    assert other.icc.ci_low <= other.icc.value <= other.icc.ci_high
    for part in other.components:
        assert 0 <= part.ci_low <= part.variance * (1 + 1e-9) + 1e-12
        assert part.variance <= part.ci_high < np.inf


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**31), st.sampled_from([0.0, 0.2]), st.booleans(), st.booleans())
def test_any_design_gives_numbers_or_a_reason(
    seed: int, spread: float, visits: bool, sites: bool
) -> None:
    """Lost: a lopsided study would show NaN, infinity, or a traceback."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(3, 40))
    s, v, c = rng.integers(0, 6, n), rng.integers(0, 3, n), rng.integers(0, 2, n)
    y = 2.5 + rng.normal(0, 0.2, (6, 3))[s, v] + rng.normal(0, spread, n)
    try:
        found = repeatability(y.round(1), s, visit=v if visits else None, site=c if sites else None)
    except TableError:
        return
    for part in (found.icc, found.sem, found.sdc):
        assert part.ci_low <= part.value + 1e-9
        assert part.value <= part.ci_high + 1e-9
        assert np.isfinite([part.ci_low, part.ci_high]).all()
    for component in found.components:
        assert 0 <= component.ci_low <= component.ci_high < np.inf


@pytest.mark.parametrize(
    ("y", "subject", "options", "says"),
    [
        ([1.0, 2.0], ["a", "a"], {}, "1 subject cannot"),
        ([], [], {}, "0 subject cannot"),
        ([1.0, 2.0], ["a", "b"], {}, "No subject was scanned twice"),
        ([1.0, np.nan, 2.0], ["a", "a", "b"], {}, "missing or not a number"),
        ([2.1, 2.1, 2.1, 2.1], ["a", "a", "b", "b"], {}, "All scores are 2.1"),
        ([2.1, 2.1, 3.3, 3.3], ["a", "a", "b", "b"], {}, "all alike"),
        ([2.1, 2.1, 3.3, 3.3, 3.3], ["a", "a", "b", "b", "b"], {}, "all alike"),
        ([1.0, 2.0, 3.0], ["a", "a"], {}, "subject has 2 labels for 3 scores"),
        ([1.0, 2.0, 3.0], ["a", None, "b"], {}, "subject is missing"),
        ([1.0, 2.0, 3.0], ["a", "a", "b"], {"visit": [0, 1, np.nan]}, "visit is missing"),
        ([1.0, 2.0, 3.0], ["a", "a", "b"], {"alpha": 0.0}, "alpha=0"),
        (
            [1.0, 1.2, 2.0, 2.1, 3.0, 3.2, 1.1, 0.7],
            [*"aaaabbbb"],
            {"visit": [0, 0, 1, 1] * 2, "site": [*"llrrllrr"]},
            "cannot tell",
        ),
        (
            [1.0, 1.2, 2.0, 2.1, 3.0, 3.2],
            [*"aabbcc"],
            {"group": [*"112233"]},
            "cannot tell",
        ),
    ],
)
def test_refusals(y: Any, subject: Any, options: dict[str, Any], says: str) -> None:
    """Lost: a NaN, a perfect score from copies, or a split that the design does not hold."""
    with pytest.raises(TableError, match=says):
        repeatability(y, subject, **options)
