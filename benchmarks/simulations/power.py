"""Power where an effect is planted, against what ``dermdash.stats.power`` promises."""

from functools import partial

import numpy as np

from benchmarks.simulations.scenario import Outcome, Promise, Scenario
from benchmarks.simulations.scores import N
from dermdash.stats.ancova import ancova
from dermdash.stats.arms import anova, dunnett, t_test, tukey_hsd
from dermdash.stats.power import Design, equivalent_difference, power
from dermdash.stats.visits import paired_t_test

SECTION = "Power where an effect is planted"
ANOVA_MEANS = (0.0, 0.6, 1.2)
STEP = 1.2  # SDs, between two arms
CORRELATION = 0.8  # of baseline and later visit
BY_POWER = "promised by Planning"


def scenarios() -> tuple[Scenario, ...]:
    """A difference for each question that *Planning* answers."""
    of_arms = {
        "anova": _promised(Design("arms", sd=1, n_arms=3), N, equivalent_difference(ANOVA_MEANS)),
        "tukey_hsd, first against last": _promised(
            Design("pairs", sd=1, n_arms=3, multiplicity="tukey"), N, STEP
        ),
        "dunnett, first against last": _promised(
            Design("pairs", sd=1, n_arms=3, multiplicity="dunnett"), N, STEP
        ),
    }
    return (
        Scenario(
            "power-two",
            SECTION,
            f"2 × {N}, {STEP} SDs apart",
            10_000,
            _two,
            {"t_test": _promised(Design("two_arms", sd=1), N, STEP)},
        ),
        Scenario(
            "power-arms", SECTION, f"3 × {N}, means 0, 0.6 and 1.2 SDs", 3_000, _three, of_arms
        ),
        Scenario(
            "power-paired",
            SECTION,
            f"{N} subjects, a change of 0.9 SDs of the differences",
            10_000,
            _paired,
            {"paired_t_test": _promised(Design("paired", sd=1), N, 0.9)},
        ),
        Scenario(
            "power-ancova",
            SECTION,
            f"2 × {N}, 0.7 SDs apart, baseline correlated by {CORRELATION}",
            10_000,
            partial(_change, 0.7),
            {"ancova": _promised(Design("change", sd=1, correlation=CORRELATION), N, 0.7)},
        ),
    )


def _promised(design: Design, n: int, difference: float) -> Promise:
    return Promise(power(design, n, difference), why=BY_POWER)


def _two(rng: np.random.Generator) -> dict[str, Outcome]:
    groups = {"a": rng.normal(STEP, 1, N), "b": rng.normal(0, 1, N)}
    return {"t_test": t_test(groups).p < 0.05}


def _three(rng: np.random.Generator) -> dict[str, Outcome]:
    groups = {name: rng.normal(m, 1, N) for name, m in zip("abc", ANOVA_MEANS, strict=True)}
    tukey = {(c.a, c.b): c.p_adjusted for c in tukey_hsd(groups)}
    many_to_one = {(c.a, c.b): c.p_adjusted for c in dunnett(groups, control="c")}
    return {
        "anova": anova(groups).p < 0.05,
        "tukey_hsd, first against last": tukey["a", "c"] < 0.05,
        "dunnett, first against last": many_to_one["a", "c"] < 0.05,
    }


def _paired(rng: np.random.Generator) -> dict[str, Outcome]:
    level = rng.standard_normal(N)
    return {"paired_t_test": paired_t_test(level + rng.normal(0.9, 1, N), level).p < 0.05}


def _change(rise: float, rng: np.random.Generator) -> dict[str, Outcome]:
    arm = ["active"] * N + ["placebo"] * N
    baseline = rng.standard_normal(2 * N)
    left = (1 - CORRELATION**2) ** 0.5
    later = CORRELATION * baseline + left * rng.standard_normal(2 * N)
    later[:N] += rise
    return {"ancova": ancova(later, baseline, arm).contrasts[0].p < 0.05}
