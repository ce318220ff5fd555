"""What claims are judged by: the plan's own question, and what could speak against its answer."""

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from dermdash.analysis.evidence import Evidence
from dermdash.analysis.planned import Asked
from dermdash.stats.plan import Population

if TYPE_CHECKING:
    from dermdash.reporting.cards.source import Source
    from dermdash.trial.life import StudyEvent
    from dermdash.trial.plans import StoredPlan

OTHER: dict[Population, Population] = {
    "full_analysis": "per_protocol",
    "per_protocol": "full_analysis",
}


@dataclass(frozen=True, slots=True)
class Conduct:
    """How a study was run, as far as claims hang on it.

    sealed_when_locked : the plan was locked while the arms went by codes
    dejs_after_unblinding : scans that stand on a DEJ which was given after unblinding
    reopened_after_unblinding : how often the data were reopened when the arms were known
    n_models : that the reading protocol named in turn
    """

    sealed_when_locked: bool = False
    dejs_after_unblinding: int = 0
    reopened_after_unblinding: int = 0
    n_models: int = 1


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """A study as claims see it.

    evidence : of the plan's population; other : of the other population
    every : layers of the plan's population with those of excluded scans; n_excluded : such scans,
        graded or not
    """

    evidence: Evidence
    other: Evidence
    every: pd.DataFrame
    n_excluded: int = 0
    conduct: Conduct = field(default_factory=Conduct)

    @property
    def asked(self) -> Asked:
        """The plan's own question; where no plan is written, that of the study's kind."""
        stored = self.evidence.plan
        if stored is None:
            return Asked("expected_grade", over_visits=True, population=self.evidence.population)
        return Asked(
            stored.plan.value,
            over_visits=True,
            depth_um=stored.plan.depth_um,
            population=self.evidence.population,
        )

    @property
    def digest(self) -> str:
        """SHA-256, in hex, of all that claims could depend on."""
        from dermdash.trial.requests import canonical_json
        from dermdash.trial.results import data_digest

        study, stored = self.evidence.study, self.evidence.plan
        protocol = self.evidence.protocol
        parts = [
            self.evidence.digest,
            self.other.digest,
            data_digest(self.every),
            self.n_excluded,
            [study.state, study.synthetic, study.kind, [site.name for site in study.sites]],
            [protocol.model_use, protocol.model_name] if protocol else None,
            [
                *(stored.locked_by, str(stored.locked_at), stored.amends),
                *(stored.graded_before, stored.sealed),
            ]
            if stored
            else None,
            [
                self.conduct.sealed_when_locked,
                self.conduct.dejs_after_unblinding,
                self.conduct.reopened_after_unblinding,
                self.conduct.n_models,
            ],
        ]
        return hashlib.sha256(canonical_json(parts).encode()).hexdigest()


def read_ground(source: "Source", study_id: int) -> Ground:
    """Read what the store knows of a study's claims.

    Raises
    ------
    DesignError
        The study is unknown.
    """
    from dermdash.trial.gradings import profiles
    from dermdash.trial.life import count_dejs_after_unblinding, study_events
    from dermdash.trial.plans import current_plan
    from dermdash.trial.protocols import protocol_versions
    from dermdash.trial.scan_table import scan_table

    tx = source.tx
    stored = current_plan(tx, study_id)
    population: Population = stored.plan.population if stored else "full_analysis"
    evidence = source.evidence([study_id], population)
    scans = scan_table(tx, study_id)
    n_excluded = int((scans["state"] == "excluded").sum())
    every = evidence.layers
    if n_excluded:
        every = profiles(tx, study_id, margin=True, excluded=True, population=population)
    return Ground(
        evidence,
        source.evidence([study_id], OTHER[population]),
        every,
        n_excluded,
        conduct_of(
            study_events(tx, study_id),
            stored,
            n_dejs=count_dejs_after_unblinding(tx, study_id),
            n_models=protocol_versions(tx, study_id)["model_digest"].nunique(),
        ),
    )


def conduct_of(
    events: "tuple[StudyEvent, ...]",
    stored: "StoredPlan | None",
    *,
    n_dejs: int = 0,
    n_models: int = 1,
) -> Conduct:
    """What a study's steps, the newest first, say of its plan and its data."""
    sealed, unblinded, reopened = False, False, 0
    locked_at = stored.locked_at if stored else None
    for event in reversed(events):
        if event.act in ("blinded", "unblinded"):
            unblinded = unblinded or event.act == "unblinded"
            if locked_at is not None and event.at <= locked_at:
                sealed = event.act == "blinded"
        elif event.act == "reopened" and unblinded:
            reopened += 1
    return Conduct(sealed, n_dejs, reopened, n_models)
