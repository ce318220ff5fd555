"""Studies of which claims can be offered: known changes, plan and data locked, a model for skin."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd

from dermdash.analysis.evidence import Evidence
from dermdash.imaging.slab import Sampling
from dermdash.reporting.claims.ground import OTHER, Conduct, Ground
from dermdash.stats.plan import Plan
from dermdash.trial.plans import StoredPlan
from dermdash.trial.protocols import Protocol
from dermdash.trial.questions import blank_plan
from dermdash.trial.studies import Study
from tests.support.trials import VISITS, profiles_of, study_of

TWO = ("D0", "D56")  # visits: enough for most tests, and quick
NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
PRIMARY = ("active", "placebo", "D56")
VALIDATED = Protocol(
    1, "f" * 64, "skin-v2", "validated by the readers of three centres", Sampling(), 1, "ada", NOW
)
DEMONSTRATION = replace(VALIDATED, model_name="phantom-v1", model_use="demonstration")


def scans_of(
    rises: Mapping[str, float],
    *,
    n: int = 16,
    noise: float = 0.1,
    seed: int = 0,
    visits: Sequence[str] = VISITS,
    sides: bool = False,
) -> list[tuple[str, str, str, float]]:
    """Scans of ``n`` subjects an arm, each with noise, whose arms rise from first to last visit.

    rises : arm -> true change by the last visit, along a line
    sides : the same ``n`` subjects have a side in each arm
    """
    rng = np.random.default_rng(seed)
    own = rng.normal(2.2, 0.3, n)
    scans = []
    for place, (arm, rise) in enumerate(rises.items()):
        baselines = own if sides else rng.normal(2.2, 0.3, n)
        for number, baseline in enumerate(baselines):
            subject = f"S{number:02d}" if sides else f"{'PABCDE'[place]}{number:02d}"
            for at, visit in enumerate(visits):
                value = baseline + rise * at / (len(visits) - 1) + rng.normal(0, noise)
                scans.append((subject, arm, visit, float(value)))
    return scans


def plan_of(study: Study, **changes: Any) -> StoredPlan:
    """The locked plan of a study, its primary question at the last visit."""
    asked = {"primary": PRIMARY, "responder_threshold": 0.5, **changes}
    plan: Plan = replace(blank_plan(study), **asked)
    return StoredPlan(1, plan, "ada", NOW, "ada", NOW)


def ground_of(
    scans: Sequence[tuple[str, str, str, float]] | None = None,
    *,
    profiles: pd.DataFrame | None = None,
    study: Study | None = None,
    stored: StoredPlan | str | None = "planned",
    protocol: Protocol | None = VALIDATED,
    per_protocol: pd.DataFrame | None = None,
    every: pd.DataFrame | None = None,
    n_excluded: int = 0,
    conduct: Conduct | None = None,
    **plan: Any,
) -> Ground:
    """A study of which claims can be offered where nothing else is given; 0.8 is its true effect.

    stored : "planned" for the locked plan of the study, with the changes in ``plan``
    """
    study = study or study_of()
    study = replace(study, state="locked") if study.state == "collecting" else study
    if profiles is None:
        profiles = profiles_of(scans or scans_of({"placebo": 0.0, "active": 0.8}))
    kept = plan_of(study, **plan) if isinstance(stored, str) else stored
    population = kept.plan.population if kept else "full_analysis"
    people = profiles[["study", "subject_id", "arm"]].drop_duplicates(ignore_index=True)
    evidence = Evidence((study,), kept, protocol, profiles, people, population)
    other = replace(
        evidence,
        layers=profiles if per_protocol is None else per_protocol,
        population=OTHER[population],
    )
    everything = profiles if every is None else every
    return Ground(evidence, other, everything, n_excluded, conduct or Conduct())


def quick(**more: Any) -> Ground:
    """Two visits, a clear effect: both sentences are offered."""
    study = more.pop("study", None) or study_of(visits=TWO)
    scans = more.pop("scans", None) or scans_of({"placebo": 0.0, "active": 0.8}, visits=TWO)
    return ground_of(
        profiles=profiles_of(scans, visits=TWO),
        study=study,
        **more,
    )
