"""What is known of how a study was run: one read of the store, apart from its scores."""

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Callable

    from dermdash.trial.covariates import CovariateSpec
    from dermdash.trial.life import StudyEvent
    from dermdash.trial.plans import StoredPlan
    from dermdash.trial.protocols import Protocol, RegisteredModel
    from dermdash.trial.studies import Study
    from dermdash.trial.transaction import Transaction


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """How a study was run.

    covariates : what is known of subjects, with kind and unit
    subjects : subject_id, status, reason, withdrawn_on, full_analysis, per_protocol,
        population_reason and a column a covariate, by code; one row a subject
    allocations : subject_id, site, arm; one row a subject, or one a side, whose arm is known; the
        site is missing where the arm is that of the whole subject
    scans : the columns of ``trial.scans.scan_table``, then those of ``trial.study_facts``
    places : subject_id, arm, visit, site, scan_id, state, as ``trial.completeness`` gives them
    plan : the one that counts; plans, protocols : every version, the newest first
    model : that grades by the protocol that counts
    events : the steps of the study's life, the newest first
    looks, pairs : of readers in the blinded queue, as ``reader_table`` and ``marking_pairs`` of
        ``trial.marking_pairs`` give them
    n_before_erasure : results that were given before a subject was erased
    database_id : names the store
    """

    study: "Study"
    covariates: tuple["CovariateSpec", ...]
    subjects: pd.DataFrame
    allocations: pd.DataFrame
    scans: pd.DataFrame
    places: pd.DataFrame
    plan: "StoredPlan | None"
    plans: tuple["StoredPlan", ...]
    protocol: "Protocol | None"
    protocols: pd.DataFrame
    model: "RegisteredModel | None"
    events: tuple["StudyEvent", ...]
    looks: pd.DataFrame
    pairs: pd.DataFrame
    n_before_erasure: int
    database_id: str

    @property
    def arms(self) -> tuple[str, ...]:
        """Names of the arms, codes while they are sealed, in their order."""
        return tuple(arm.name for arm in self.study.arms)

    @property
    def sides(self) -> bool:
        """Whether arms are sides of the same subjects."""
        return self.study.kind == "hemi_face"

    @property
    def graded(self) -> pd.DataFrame:
        """The scans whose grading is there and that are not excluded."""
        return self.scans[self.scans["state"] == "graded"]

    @property
    def digest(self) -> str:
        """SHA-256, in hex, of all that is known."""
        from dermdash.trial.requests import canonical_json
        from dermdash.trial.results import data_digest

        study = self.study
        parts = [
            [study.name, study.kind, study.state, study.synthetic, study.blinded],
            [[arm.name, arm.is_control, arm.target_n] for arm in study.arms],
            [[visit.name, visit.day, visit.is_baseline] for visit in study.visits],
            [[site.name, site.side] for site in study.sites],
            [[spec.name, spec.kind, spec.unit] for spec in self.covariates],
            [_of_plan(stored) for stored in self.plans],
            [self.model.digest, self.model.use, self.model.card] if self.model else None,
            [
                [one.act, one.author, one.at.isoformat(), one.reason, one.digest, one.subject_id]
                for one in self.events
            ],
            self.n_before_erasure,
            self.database_id,
            *(
                data_digest(table)
                for table in (
                    self.subjects,
                    self.allocations,
                    self.scans,
                    self.places,
                    self.protocols,
                    self.looks,
                    self.pairs,
                )
            ),
        ]
        return hashlib.sha256(canonical_json(parts).encode()).hexdigest()


def read_record(tx: "Transaction", study_id: int) -> Record:
    """Read how a study was run; without the own names of arms that are sealed.

    Raises
    ------
    DesignError
        The study is unknown.
    """
    from dermdash.trial.completeness import completeness
    from dermdash.trial.covariates import known_covariates
    from dermdash.trial.life import study_events
    from dermdash.trial.marking_pairs import marking_pairs, reader_table
    from dermdash.trial.masking import text_mask
    from dermdash.trial.plans import current_plan, plan_history
    from dermdash.trial.protocols import current_protocol, get_model, protocol_versions
    from dermdash.trial.qualities import with_quality
    from dermdash.trial.results import count_results_before_erasure
    from dermdash.trial.roster_rules import CONDUCT
    from dermdash.trial.roster_table import roster_table
    from dermdash.trial.scans import scan_table
    from dermdash.trial.store_id import database_id
    from dermdash.trial.studies import get_study
    from dermdash.trial.study_facts import allocation_table, scan_facts

    study = get_study(tx, study_id)
    hide = text_mask(tx, study_id)
    protocol = current_protocol(tx, study_id)
    covariates = known_covariates(tx, study_id)
    roster = roster_table(tx, study_id)
    own = ["subject_id", *CONDUCT, *(spec.name for spec in covariates)]
    scans = with_quality(tx, scan_table(tx, study_id), study_id)
    return Record(
        study=study,
        covariates=covariates,
        subjects=_masked(roster[own], hide),
        allocations=allocation_table(tx, study_id),
        scans=_masked(scans.merge(scan_facts(tx, study_id), on="scan_id", how="left"), hide),
        places=completeness(tx, study).places,
        plan=current_plan(tx, study_id),
        plans=plan_history(tx, study_id),
        protocol=protocol,
        protocols=_masked(protocol_versions(tx, study_id), hide),
        model=None if protocol is None else get_model(tx, protocol.model_digest),
        events=tuple(
            replace(one, reason=None if one.reason is None else hide(one.reason))
            for one in study_events(tx, study_id)
        ),
        looks=reader_table(tx, study_id),
        pairs=marking_pairs(tx, study_id),
        n_before_erasure=count_results_before_erasure(tx, study_id),
        database_id=database_id(tx),
    )


def _masked(table: pd.DataFrame, hide: "Callable[[str], str]") -> pd.DataFrame:
    """A table whose words hold no sealed arm's own name."""
    shown = table.copy()
    for name in table:
        if table[name].dtype in ("str", "object"):
            shown[name] = [hide(cell) if isinstance(cell, str) else cell for cell in table[name]]
    return shown.astype(dict(table.dtypes.items()))


def _of_plan(stored: "StoredPlan") -> list[Any]:
    locked = None if stored.locked_at is None else stored.locked_at.isoformat()
    return [
        *(stored.version, stored.plan.to_json(), stored.author, stored.at.isoformat()),
        *(stored.locked_by, locked, stored.amends, stored.graded_before, stored.sealed),
    ]
