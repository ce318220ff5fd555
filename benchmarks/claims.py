"""How often a sentence about a product that does nothing is offered, through the whole path."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from benchmarks.measure import Measure
from dermdash.reporting.claims.claims import claims_from
from dermdash.trial.studies import Kind
from tests.support.claims import ground_of, scans_of
from tests.support.trials import VISITS, profiles_of, study_of

TRIALS = 400
ALPHA = 0.05
SE = sqrt(ALPHA * (1 - ALPHA) / TRIALS)


@dataclass(frozen=True, slots=True)
class Trial:
    """Trials of one kind: 16 subjects an arm or on both sides, a visit in eight missing or none.

    effect : true change of the active arm by the last visit
    """

    words: str
    kind: Kind
    missing: float
    effect: float


KINDS = (
    Trial("before / after, nothing differs", "before_after", 0.0, 0.0),
    Trial("before / after, a visit in eight missing, nothing differs", "before_after", 1 / 8, 0.0),
    Trial("hemi-face, nothing differs", "hemi_face", 0.0, 0.0),
)


def claims(*, trials: int = TRIALS) -> Iterator[Measure]:
    """Share of trials in which any sentence is offered; at most alpha and three of its errors."""
    for kind in KINDS:
        rate = float(np.mean([offered(kind, seed) > 0 for seed in range(trials)]))
        yield Measure(f"{kind.words}: trials with a claim", rate, "", at_most=ALPHA + 3 * SE)


def offered(trial: Trial, seed: int, *, visits: Sequence[str] = VISITS) -> int:
    """How many sentences one trial offers: a primary question, a key secondary one, and shares.

    visits : the key secondary question is the middle one, where there is one
    """
    sides = trial.kind == "hemi_face"
    rng = np.random.default_rng([seed, 7])
    scans = scans_of(
        {"placebo": 0.2, "active": 0.2 + trial.effect},
        noise=0.15,
        seed=seed,
        sides=sides,
        visits=visits,
    )
    seen = [scan for scan in scans if scan[2] == "D0" or rng.random() >= trial.missing]
    sites = ("cheek-left", "cheek-right") if sides else ("cheek",)
    ground = ground_of(
        profiles=profiles_of(seen, visits=visits),
        study=study_of(trial.kind, sites=sites, visits=visits),
        key_secondary=tuple(("active", "placebo", visit) for visit in visits[1:-1]),
        responder_threshold=0.45,
    )
    return len(claims_from(ground).offered)
