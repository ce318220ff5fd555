"""Visits of the same subjects: false positives."""

from functools import partial

import numpy as np

from benchmarks.simulations.arms import any_of
from benchmarks.simulations.scenario import (
    AT_MOST,
    BROKEN,
    EXACT,
    Outcome,
    Promise,
    Scenario,
    attempt,
)
from benchmarks.simulations.scores import Draw, N, normal, outlying, over_visits, skewed
from dermdash.stats.friedman import friedman
from dermdash.stats.signed_rank import wilcoxon_signed_rank
from dermdash.stats.visits import paired_contrasts, paired_t_test, rm_anova

SECTION = "Visits of the same subjects, nothing changes"
NAMES = ("D0", "D28", "D56")
WILCOXON = Promise(0.0425, why="what exact signed ranks of 12 can reach")


def scenarios() -> tuple[Scenario, ...]:
    """Two visits and three, with their assumptions and without."""
    both = {"paired_t_test": EXACT, "wilcoxon_signed_rank": WILCOXON}
    neither = dict.fromkeys(both, BROKEN)
    three = {
        "rm_anova, p": EXACT,
        "rm_anova, p_gg": AT_MOST,
        "paired t, Holm": AT_MOST,
        "friedman": AT_MOST,
    }
    normal_only = three | dict.fromkeys(("rm_anova, p", "rm_anova, p_gg", "paired t, Holm"), BROKEN)
    return (
        _two("normal", "normal differences", normal, both),
        _two("skewed", "the later visit's noise exponential, means equal", skewed, neither),
        _two(
            "outliers",
            "one in 20 noises 5 SDs off at the later visit",
            outlying,
            both | {"paired_t_test": BROKEN},
        ),
        _three("sphericity", "normal, sphericity holds", {}, three),
        _three(
            "slopes",
            "normal, subjects drift each their own way",
            {"slopes": 1.0},
            three | {"rm_anova, p": BROKEN},
        ),
        _three("skewed", "exponential noise", {"noise": skewed}, normal_only),
        _three("outliers", "one in 20 noises 5 SDs off", {"noise": outlying}, normal_only),
    )


def _two(name: str, words: str, noise: Draw, promises: dict[str, Promise]) -> Scenario:
    drawn = f"{N} subjects, 2 visits, {words}"
    return Scenario(f"paired-{name}", SECTION, drawn, 10_000, partial(_once_two, noise), promises)


def _three(
    name: str, words: str, options: dict[str, object], promises: dict[str, Promise]
) -> Scenario:
    drawn = f"{N} subjects, 3 visits, {words}"
    return Scenario(
        f"repeated-{name}",
        SECTION,
        drawn,
        10_000 if name in ("sphericity", "slopes") else 4_000,
        partial(_once_three, options),
        promises,
    )


def _once_two(noise: Draw, rng: np.random.Generator) -> dict[str, Outcome]:
    level = rng.standard_normal(N)
    before, after = level + 0.6 * normal(rng, (N,)), level + 0.6 * noise(rng, (N,))
    return {
        test.__name__: attempt(lambda test=test: test(after, before).p < 0.05)
        for test in (paired_t_test, wilcoxon_signed_rank)
    }


def _once_three(options: dict[str, object], rng: np.random.Generator) -> dict[str, Outcome]:
    table = over_visits(rng, N, 3, **options)
    whole = rm_anova(table)
    return {
        "rm_anova, p": whole.p < 0.05,
        "rm_anova, p_gg": whole.p_gg < 0.05,
        "paired t, Holm": any_of(paired_contrasts(table, NAMES)),
        "friedman": friedman(table).p < 0.05,
    }
