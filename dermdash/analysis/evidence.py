"""What questions about groups and changes are answered from: one read of the store."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from dermdash.analysis.cohorts import pooled_profiles
from dermdash.analysis.pooling import pooled_arms
from dermdash.stats.plan import Population

if TYPE_CHECKING:
    from dermdash.trial.plans import StoredPlan
    from dermdash.trial.protocols import Protocol
    from dermdash.trial.studies import Arm, Study
    from dermdash.trial.transaction import Transaction


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """The graded scans of a study, or of several that are pooled, and what they stand on.

    studies : the one that is asked first; its ``plan`` and ``protocol`` count
    layers : of the population's scans that count, with the margin; one row a scan and layer, as
        ``trial.gradings.profiles`` gives them
    people : the subjects with their covariates, as ``trial.studies.subject_table`` gives them
    answered : what was computed from this already, by key; cards of one report share it
    """

    studies: tuple["Study", ...]
    plan: "StoredPlan | None"
    protocol: "Protocol | None"
    layers: pd.DataFrame
    people: pd.DataFrame
    population: Population
    answered: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def study(self) -> "Study":
        return self.studies[0]

    @property
    def arms(self) -> tuple["Arm", ...]:
        """The arms of all studies by name, each in one colour."""
        return pooled_arms(self.studies)

    @property
    def digest(self) -> str:
        """SHA-256, in hex, of all that an answer could depend on."""
        from dermdash.trial.requests import canonical_json
        from dermdash.trial.results import data_digest

        parts = [
            [[study.name, study.kind, study.blinded] for study in self.studies],
            [[arm.name, arm.is_control, arm.colour] for arm in self.arms],
            [[visit.name, visit.day] for study in self.studies for visit in study.visits],
            self.plan.plan.to_json() if self.plan else None,
            [self.plan.version, self.plan.locked] if self.plan else None,
            self.protocol.version if self.protocol else None,
            self.population,
            data_digest(self.layers),
            data_digest(self.people),
        ]
        return hashlib.sha256(canonical_json(parts).encode()).hexdigest()


def read_evidence(
    tx: "Transaction", study_ids: Sequence[int], population: Population = "full_analysis"
) -> Evidence:
    """Read what the store knows of a study, or of several to pool.

    Raises
    ------
    DesignError
        A study is unknown, or they cannot be pooled.
    """
    from dermdash.trial.plans import current_plan
    from dermdash.trial.protocols import current_protocol
    from dermdash.trial.studies import get_study, subject_table

    first = study_ids[0]
    return Evidence(
        studies=tuple(get_study(tx, one) for one in study_ids),
        plan=current_plan(tx, first),
        protocol=current_protocol(tx, first),
        layers=pooled_profiles(tx, study_ids, margin=True, population=population),
        people=pd.concat([subject_table(tx, one) for one in study_ids], ignore_index=True),
        population=population,
    )
