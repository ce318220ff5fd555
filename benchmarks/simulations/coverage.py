"""How often the intervals hold the truth, with a true difference planted."""

from functools import partial

import numpy as np

from benchmarks.simulations.changes import ARMS, Course, at_random, fit
from benchmarks.simulations.scenario import (
    COVERS,
    COVERS_AT_LEAST,
    Outcome,
    Promise,
    Scenario,
    attempt,
)
from benchmarks.simulations.scores import N
from dermdash.stats.ancova import ancova
from dermdash.stats.arms import (
    anova,
    dunnett,
    games_howell,
    mann_whitney,
    t_test,
    tukey_hsd,
    welch_t_test,
)
from dermdash.stats.effects import eta_squared, omega_squared
from dermdash.stats.findings import Contrast, Effect
from dermdash.stats.signed_rank import wilcoxon_signed_rank
from dermdash.stats.visits import paired_t_test

SECTION = "How often intervals hold the truth"
SHARE = Promise(0.90)
MEANS = (2.77, 2.04, 1.68)  # of Breugnot 2023
SD = 0.355


def scenarios() -> tuple[Scenario, ...]:
    """Differences, effect sizes and shares of variance."""
    two = {
        "t_test, difference": COVERS,
        "mann_whitney, shift": COVERS_AT_LEAST,
        "hedges_g": COVERS,
    }
    made = [
        Scenario(
            f"coverage-two-{delta:g}",
            SECTION,
            f"2 × {N}, {delta:g} SDs apart",
            10_000,
            partial(_two, delta),
            two,
        )
        for delta in (0.0, 1.0, 3.0)
    ]
    return (
        *made,
        Scenario(
            "coverage-two-uneven",
            SECTION,
            "SDs 1 and 2, n 16 and 8, 1 apart",
            10_000,
            _uneven,
            {"welch_t_test, difference": COVERS},
        ),
        Scenario(
            "coverage-arms",
            SECTION,
            f"3 × {N}, the paper's means and SD",
            1_000,
            _three,
            {
                "tukey_hsd, all differences": COVERS,
                "games_howell, all differences": COVERS,
                "dunnett, all differences": COVERS,
            },
        ),
        Scenario(
            "coverage-shares",
            SECTION,
            f"3 × {N}, the paper's means and SD",
            10_000,
            partial(_shares, MEANS, SD),
            {"eta_squared, 90 %": SHARE, "omega_squared, 90 %": SHARE},
        ),
        Scenario(
            "coverage-shares-small",
            SECTION,
            f"3 × {N}, means 0, 0.5 and 1 SDs",
            10_000,
            partial(_shares, (0.0, 0.5, 1.0), 1.0),
            {"eta_squared, 90 %": SHARE, "omega_squared, 90 %": SHARE},
        ),
        Scenario(
            "coverage-paired",
            SECTION,
            f"{N} subjects, a change of 1 SD of the differences",
            10_000,
            _paired,
            {
                "paired_t_test, difference": COVERS,
                "wilcoxon_signed_rank, shift": COVERS_AT_LEAST,
                "cohen_dz": COVERS,
            },
        ),
        Scenario(
            "coverage-changes",
            SECTION,
            f"2 × {N}, 3 later visits, a fifth missing at random, 1 apart at the last",
            4_000,
            _change,
            {"mmrm, last visit": COVERS, "ancova of the seen, last visit": COVERS},
        ),
    )


def _holds(contrast: Contrast | Effect, truth: float) -> bool:
    return contrast.ci_low <= truth <= contrast.ci_high


def _two(delta: float, rng: np.random.Generator) -> dict[str, Outcome]:
    groups = {"a": rng.normal(delta, 1, N), "b": rng.normal(0, 1, N)}
    found = t_test(groups)
    return {
        "t_test, difference": _holds(found, delta),
        "mann_whitney, shift": _holds(mann_whitney(groups), delta),
        "hedges_g": attempt(lambda: found.effect is not None and _holds(found.effect, delta)),
    }


def _uneven(rng: np.random.Generator) -> dict[str, Outcome]:
    groups = {"a": rng.normal(1, 1, 16), "b": rng.normal(0, 2, 8)}
    return {"welch_t_test, difference": _holds(welch_t_test(groups), 1)}


def _three(rng: np.random.Generator) -> dict[str, Outcome]:
    truth = dict(zip("abc", MEANS, strict=True))
    groups = {name: rng.normal(mean, SD, N) for name, mean in truth.items()}
    return {
        f"{name}, all differences": all(_holds(c, truth[c.a] - truth[c.b]) for c in contrasts)
        for name, contrasts in (
            ("tukey_hsd", tukey_hsd(groups)),
            ("games_howell", games_howell(groups)),
            ("dunnett", dunnett(groups, control="c")),
        )
    }


def _shares(means: tuple[float, ...], sd: float, rng: np.random.Generator) -> dict[str, Outcome]:
    groups = {name: rng.normal(m, sd, N) for name, m in zip("abc", means, strict=True)}
    between = float(np.var(means))
    truth = between / (between + sd**2)
    test = anova(groups)
    return {
        "eta_squared, 90 %": _holds(eta_squared(test.statistic, *test.df), truth),
        "omega_squared, 90 %": _holds(omega_squared(test.statistic, *test.df), truth),
    }


def _paired(rng: np.random.Generator) -> dict[str, Outcome]:
    level = rng.standard_normal(N)
    later = level + rng.normal(1, 1, N)
    found = paired_t_test(later, level)
    return {
        "paired_t_test, difference": _holds(found, 1),
        "wilcoxon_signed_rank, shift": _holds(wilcoxon_signed_rank(later, level), 1),
        "cohen_dz": found.effect is not None and _holds(found.effect, 1),
    }


def _change(rng: np.random.Generator) -> dict[str, Outcome]:
    scores, arm = Course(slopes=0.5, drop=at_random).draw(rng)
    scores[arm == ARMS[0], -1] += 1
    seen = np.isfinite(scores[:, -1])

    def of_the_seen() -> bool:
        found = ancova(scores[seen, -1], scores[seen, 0], arm[seen].tolist(), reference=ARMS[1])
        return _holds(found.contrasts[0], 1)

    return {
        "mmrm, last visit": attempt(lambda: _holds(fit(scores, arm).contrasts[-1], 1)),
        "ancova of the seen, last visit": attempt(of_the_seen),
    }
