"""Arms over visits: false positives of ANCOVA, MMRM and the mixed ANOVA."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from benchmarks.simulations.scenario import (
    AT_MOST,
    BROKEN,
    EXACT,
    Outcome,
    Scenario,
    attempt,
)
from benchmarks.simulations.scores import Floats, N, normal, outlying, over_visits, skewed
from dermdash.errors import TableError
from dermdash.stats.ancova import ancova, change_t_test
from dermdash.stats.mixed import Mmrm, mmrm
from dermdash.stats.mixed_anova import mixed_anova

SECTION = "Arms over visits, nothing differs"
VISITS = ("D0", "D28", "D56", "D84")
ARMS = ("active", "placebo")
Seen = NDArray[np.bool_]
Drop = Callable[[np.random.Generator, Floats, NDArray[np.bool_]], Seen]


@dataclass(frozen=True, slots=True)
class Course:
    """How the scores of a trial come about.

    sds, sizes : of the active arm and the placebo
    slopes : SD of the subjects' own drift a visit
    drop : (n, 4) scores and (n,) whether active -> (n, 4) what is seen; None: all
    """

    slopes: float = 0.0
    noise: Callable[..., Floats] = normal
    sds: tuple[float, float] = (1.0, 1.0)
    sizes: tuple[int, int] = (N, N)
    drop: Drop | None = None

    def draw(self, rng: np.random.Generator) -> tuple[Floats, NDArray[np.str_]]:
        """(n, 4) scores, NaN where missing, and (n,) arms."""
        arm = np.repeat(ARMS, self.sizes)
        scores = over_visits(rng, arm.size, 4, slopes=self.slopes, noise=self.noise)
        scores *= np.repeat(self.sds, self.sizes)[:, None]
        if self.drop is not None:
            scores[~self.drop(rng, scores, arm == ARMS[0])] = np.nan
        return scores, arm


def scenarios() -> tuple[Scenario, ...]:
    """Complete trials, and those with missing visits of three kinds."""
    complete = {
        "ancova, last visit": EXACT,
        "mixed_anova, interaction, p": EXACT,
        "mixed_anova, interaction, p_gg": AT_MOST,
        "change_t_test, last visit": EXACT,
        "mmrm, any visit": EXACT,
    }
    missing = {
        "mmrm, last visit": EXACT,
        "mmrm, any visit": EXACT,
        "mmrm, arm × visit": EXACT,
        "ancova of the seen, last visit": EXACT,
        "mixed_anova of the complete, p_gg": AT_MOST,
    }
    seen_only = ("ancova of the seen, last visit", "mixed_anova of the complete, p_gg")
    no_sphericity = {"mixed_anova, interaction, p": BROKEN}
    nothing = dict.fromkeys(complete, BROKEN)
    welch_only = nothing | {"change_t_test, last visit": EXACT}
    trials = (
        ("complete", "complete", Course(), complete),
        ("slopes", "complete, subjects drift", Course(slopes=0.5), complete | no_sphericity),
        (
            "uneven",
            "complete, SDs 1 and 2, n 16 and 8",
            Course(sds=(1, 2), sizes=(16, 8)),
            welch_only,
        ),
        ("skewed", "complete, exponential noise", Course(noise=skewed), nothing),
        ("outliers", "complete, one in 20 noises 5 SDs off", Course(noise=outlying), nothing),
        ("missing", "a fifth of the visits missing at random", Course(drop=at_random), missing),
        (
            "missing-slopes",
            "subjects drift, a fifth of the visits missing at random",
            Course(slopes=0.5, drop=at_random),
            missing,
        ),
        (
            "dropout",
            "subjects drift; who scores low stays away from then on, in both arms",
            Course(slopes=0.5, drop=partial(_after_seen, opposite=False)),
            missing | dict.fromkeys(seen_only, BROKEN),
        ),
        (
            "dropout-opposite",
            "subjects drift; the low of placebo and the high of active stay away from then on",
            Course(slopes=0.5, drop=partial(_after_seen, opposite=True)),
            missing | dict.fromkeys(seen_only, BROKEN),
        ),
        (
            "dropout-unseen",
            "as before, but the score that made them stay away was not seen",
            Course(slopes=0.5, drop=_by_unseen),
            dict.fromkeys(missing, BROKEN),
        ),
        (
            "missing-uneven",
            "SDs 1 and 2, n 16 and 8, a fifth missing at random",
            Course(sds=(1, 2), sizes=(16, 8), drop=at_random),
            dict.fromkeys(missing, BROKEN),
        ),
    )
    return tuple(
        Scenario(
            f"changes-{name}",
            SECTION,
            ("" if course.sizes != (N, N) else f"2 × {N}, ") + f"baseline and 3 visits, {words}",
            10_000 if name in ("complete", "missing") else 4_000,
            partial(_complete if course.drop is None else _missing, course),
            promises,
        )
        for name, words, course, promises in trials
    )


def fit(scores: Floats, arm: NDArray[np.str_]) -> Mmrm:
    """The mixed model of (n, n_visits) scores, NaN where missing; the first is the baseline."""
    n, later = scores.shape[0], scores.shape[1] - 1
    return mmrm(
        scores[:, 1:].ravel(),
        np.repeat(np.arange(n), later),
        np.repeat(arm, later),
        np.tile(np.array(VISITS[1 : later + 1]), n),
        np.repeat(scores[:, 0], later),
        control=ARMS[1],
    )


def _complete(course: Course, rng: np.random.Generator) -> dict[str, Outcome]:
    scores, arm = course.draw(rng)
    labels = arm.tolist()
    last = scores[:, -1], scores[:, 0], labels
    interaction = mixed_anova(scores, labels).interaction
    return {
        "ancova, last visit": ancova(*last).contrasts[0].p < 0.05,
        "mixed_anova, interaction, p": interaction.p < 0.05,
        "mixed_anova, interaction, p_gg": interaction.p_gg < 0.05,
        "change_t_test, last visit": change_t_test(*last, a=ARMS[0], b=ARMS[1]).p < 0.05,
        "mmrm, any visit": attempt(lambda: fit(scores, arm).any_visit.p < 0.05),
    }


def _missing(course: Course, rng: np.random.Generator) -> dict[str, Outcome]:
    scores, arm = course.draw(rng)
    seen, whole = np.isfinite(scores[:, -1]), np.isfinite(scores).all(axis=1)
    found: dict[str, Outcome] = dict.fromkeys(
        ("mmrm, last visit", "mmrm, any visit", "mmrm, arm × visit")
    )
    try:
        model = fit(scores, arm)
    except TableError:
        pass
    else:
        tests = {"mmrm, any visit": model.any_visit, "mmrm, arm × visit": model.interaction}
        found["mmrm, last visit"] = model.contrasts[-1].p < 0.05
        found |= {path: test.p < 0.05 for path, test in tests.items() if test is not None}
    return {
        **found,
        "ancova of the seen, last visit": attempt(
            lambda: (
                ancova(scores[seen, -1], scores[seen, 0], arm[seen].tolist()).contrasts[0].p < 0.05
            )
        ),
        "mixed_anova of the complete, p_gg": attempt(
            lambda: mixed_anova(scores[whole], arm[whole].tolist()).interaction.p_gg < 0.05
        ),
    }


def at_random(rng: np.random.Generator, scores: Floats, active: Seen) -> Seen:
    seen = rng.random(scores.shape) >= 0.2
    seen[:, 0] = True
    return seen


def _after_seen(rng: np.random.Generator, scores: Floats, active: Seen, *, opposite: bool) -> Seen:
    """From a visit on, a subject stays away with a chance that its score there decided."""
    worse = np.where(active & opposite, 1.0, -1.0)[:, None] * scores
    leaves = rng.random(scores.shape) < _chance(worse)
    left = np.zeros(scores.shape, np.bool_)
    left[:, 2:] = np.cumsum(leaves[:, 1:-1], axis=1) > 0  # D28 is seen by all
    return ~left


def _by_unseen(rng: np.random.Generator, scores: Floats, active: Seen) -> Seen:
    worse = np.where(active, 1.0, -1.0)[:, None] * scores
    leaves = rng.random(scores.shape) < _chance(worse)
    left = np.zeros(scores.shape, np.bool_)
    left[:, 2:] = np.cumsum(leaves[:, 2:], axis=1) > 0
    return ~left


def _chance(worse: Floats) -> Floats:
    """A sixth at an average score, a third at one SD worse."""
    return np.asarray(1 / (1 + np.exp(1.6 - 1.0 * worse)), np.float64)
