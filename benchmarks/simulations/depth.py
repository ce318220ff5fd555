"""Along depth: false positives, power and bands of the tests at 70 depths."""

from collections.abc import Callable
from functools import partial

import numpy as np

from benchmarks.simulations.scenario import (
    AT_MOST,
    BROKEN,
    COVERS_AT_LEAST,
    EXACT,
    SHOWN,
    Outcome,
    Promise,
    Scenario,
)
from benchmarks.simulations.scores import (
    DEPTHS,
    DrawProfiles,
    N,
    along_depth,
    outlying_along_depth,
    skewed_along_depth,
)
from dermdash.stats.depth_findings import Depthwise
from dermdash.stats.depthwise import compare_arms, compare_changes, compare_pairs

SECTION = "Along 70 depths, noise smooth over 5 µm, nothing differs"
POWER = "Along 70 depths, a planted difference of 1.2 SDs at 15 to 40 µm"
PERMUTATIONS = 999
PLANTED = (DEPTHS >= 15) & (DEPTHS <= 40)
RISE = 1.2
UNCORRECTED = Promise(side="shown", why="not corrected for 70 depths: what it would cost")


def scenarios() -> tuple[Scenario, ...]:
    """Arms, pairs and changes; with their assumptions and without; with a difference."""
    usual = {
        "maximum statistic": AT_MOST,
        "cluster mass": EXACT,
        "false discovery rate": AT_MOST,
        "each depth for itself": UNCORRECTED,
    }
    several = {
        "maximum statistic": AT_MOST,
        "cluster mass": AT_MOST,
        "false discovery rate": AT_MOST,
        "F, maximum statistic": EXACT,
        "F, cluster mass": EXACT,
    }
    broken = dict.fromkeys(usual, BROKEN) | {"each depth for itself": UNCORRECTED}
    exchangeable = usual | {"false discovery rate": BROKEN}
    return (
        _null("two", f"2 × {N}", 5_000, partial(_arms, "ab"), usual),
        _null("three", f"3 × {N}", 2_000, partial(_arms, "abc"), several),
        _null("paired", f"{N} subjects, 2 visits", 3_000, _pairs, usual),
        _null("changes", f"2 × {N}, 2 visits", 3_000, _changes, usual),
        _null(
            "uneven",
            "SDs 1 and 2, n 16 and 8",
            2_000,
            partial(_arms, "ab", sizes=(16, 8), sds=(1, 2)),
            broken,
        ),
        _null(
            "skewed",
            f"2 × {N}, exponential scores",
            1_000,
            partial(_arms, "ab", draw=skewed_along_depth),
            exchangeable,
        ),
        _null(
            "outliers",
            f"2 × {N}, one in 20 subjects is 5 SDs off",
            1_000,
            partial(_arms, "ab", draw=outlying_along_depth),
            exchangeable,
        ),
        _null(
            "paired-skewed",
            f"{N} subjects, the later visit's noise exponential",
            1_000,
            partial(_pairs, draw=skewed_along_depth),
            broken,
        ),
        Scenario(
            "depth-power",
            POWER,
            f"2 × {N}",
            2_000,
            _planted,
            {
                "maximum statistic": SHOWN,
                "cluster mass": SHOWN,
                "false discovery rate": SHOWN,
                "maximum statistic marks a depth without a difference": AT_MOST,
                "bands hold the whole curve": COVERS_AT_LEAST,
            },
        ),
    )


def _null(
    name: str,
    words: str,
    runs: int,
    compare: Callable[[np.random.Generator], Depthwise],
    promises: dict[str, Promise],
) -> Scenario:
    return Scenario(f"depth-{name}", SECTION, words, runs, partial(_found, compare), promises)


def _found(
    compare: Callable[[np.random.Generator], Depthwise], rng: np.random.Generator
) -> dict[str, Outcome]:
    result = compare(rng)
    contrasts = result.contrasts
    found: dict[str, Outcome] = {
        "maximum statistic": any((c.p_adjusted < 0.05).any() for c in contrasts),
        "cluster mass": any(cluster.p < 0.05 for c in contrasts for cluster in c.clusters),
        "false discovery rate": any((c.p_fdr < 0.05).any() for c in contrasts),
    }
    if result.omnibus is None:
        return found | {"each depth for itself": any((c.p < 0.05).any() for c in contrasts)}
    return found | {
        "F, maximum statistic": bool((result.omnibus.p_adjusted < 0.05).any()),
        "F, cluster mass": any(cluster.p < 0.05 for cluster in result.omnibus.clusters),
    }


def _arms(
    names: str,
    rng: np.random.Generator,
    *,
    sizes: tuple[int, ...] = (N, N, N),
    sds: tuple[float, ...] = (1, 1, 1),
    draw: DrawProfiles = along_depth,
) -> Depthwise:
    profiles = {name: sd * draw(rng, n) for name, n, sd in zip(names, sizes, sds, strict=False)}
    return compare_arms(profiles, DEPTHS, seed=_seed(rng), permutations=PERMUTATIONS)


def _pairs(rng: np.random.Generator, *, draw: DrawProfiles = along_depth) -> Depthwise:
    level = along_depth(rng, N)
    before, after = along_depth(rng, N), draw(rng, N)
    return compare_pairs(
        level + after, level + before, DEPTHS, seed=_seed(rng), permutations=PERMUTATIONS
    )


def _changes(rng: np.random.Generator) -> Depthwise:
    level = {name: along_depth(rng, N) for name in ("active", "placebo")}
    later, earlier = (
        {name: own + along_depth(rng, N) for name, own in level.items()} for _ in range(2)
    )
    return compare_changes(
        later, earlier, DEPTHS, seed=_seed(rng), control="placebo", permutations=PERMUTATIONS
    )


def _planted(rng: np.random.Generator) -> dict[str, Outcome]:
    profiles = {name: along_depth(rng, N) for name in ("active", "placebo")}
    profiles["active"] += RISE * PLANTED
    result = compare_arms(profiles, DEPTHS, seed=_seed(rng), permutations=PERMUTATIONS)
    (contrast,) = result.contrasts
    marked, truth = contrast.p_adjusted < 0.05, RISE * PLANTED
    return {
        "maximum statistic": bool(marked[PLANTED].any()),
        "cluster mass": any(cluster.p < 0.05 for cluster in contrast.clusters),
        "false discovery rate": bool((contrast.p_fdr < 0.05)[PLANTED].any()),
        "maximum statistic marks a depth without a difference": bool(marked[~PLANTED].any()),
        "bands hold the whole curve": bool(
            ((contrast.band_low <= truth) & (truth <= contrast.band_high)).all()
        ),
    }


def _seed(rng: np.random.Generator) -> int:
    return int(rng.integers(2**31))
