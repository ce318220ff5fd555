"""A study's analysis plan: the questions fixed before looking; written in versions, locked once.

Control and questions name arms. While a study is blinded, a plan is shown without them: by the
arms' codes they would give the control away.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from dermdash.errors import DesignError
from dermdash.identity import require
from dermdash.stats.plan import ContrastKey, Plan
from dermdash.trial.parts import study_row
from dermdash.trial.questions import check_plan, contrast_keys
from dermdash.trial.schema import ArmRow, GradingRow, PlanRow, ScanRow, SubjectRow
from dermdash.trial.studies import Arm, Study, get_study
from dermdash.trial.transaction import Transaction


@dataclass(frozen=True, slots=True)
class StoredPlan:
    """A version of a study's plan, its arms and visits by the names that they have today.

    author, at : who wrote it, and when
    locked_by, locked_at : who locked it, and when; None while it is a draft
    amends : the version that was locked when this one was written; None where none was
    sealed : whether control and questions are left out, since the arms are sealed
    graded_before : the study's scans of which a grading stood when it was locked
    """

    version: int
    plan: Plan
    author: str
    at: datetime
    locked_by: str | None = None
    locked_at: datetime | None = None
    amends: int | None = None
    graded_before: int = 0
    sealed: bool = False

    @property
    def locked(self) -> bool:
        return self.locked_at is not None


def write_plan(tx: Transaction, study_id: int, plan: Plan) -> int:
    """Keep a plan as the study's next version, a draft, and return the version.

    A plan that is the newest version already is not written again. While the study is blinded,
    an administrator writes it, by the codes of the arms.

    Raises
    ------
    DesignError
        The study is unknown, or the plan does not fit it.
    InputError
        The study is blinded, and whoever writes is no administrator.
    """
    study = _as_made(tx, study_id)
    if study.blinded:
        require(tx.by, "write a plan while arms are sealed", tx.settings.administrators)
        plan = _in_order_of_making(study, plan)
    check_plan(study, plan)
    newest = next(iter(_versions(tx, study_id)), None)
    if newest is not None and newest.plan == plan:
        return newest.version
    row = PlanRow(
        study_id=study_id,
        version=1 if newest is None else newest.version + 1,
        body={
            "plan": plan.to_json(),
            "arms": {arm.name: arm.arm_id for arm in study.arms},
            "visits": {visit.name: visit.visit_id for visit in study.visits},
        },
        author=tx.author,
        at=tx.at,
    )
    tx.session.add(row)
    tx.session.flush()
    return row.version


def lock_plan(tx: Transaction, study_id: int, version: int) -> None:
    """Fix the newest version for good, with time and user.

    Raises
    ------
    DesignError
        There is no such version, it is locked already, a newer one stands, it has no primary
        question, or the study has changed so that it does not fit any more.
    """
    study = _as_made(tx, study_id)
    history = {stored.version: stored for stored in _versions(tx, study_id)}
    stored = history.get(version)
    if stored is None:
        written = ", ".join(map(str, sorted(history))) or "none yet"
        raise DesignError(
            f"plan version {version} of {study.name} is not written; it has {written}"
        )
    if stored.locked:
        raise DesignError(
            f"plan version {version} was locked by {stored.locked_by}; write a new version to "
            "change it"
        )
    if version < max(history):
        raise DesignError(
            f"plan version {version} is superseded by version {max(history)}; lock that one"
        )
    if stored.plan.primary is None:
        raise DesignError(
            f"plan version {version} has no primary question; name one before locking it"
        )
    try:
        check_plan(study, stored.plan)
    except DesignError as why:
        if not study.blinded:
            raise
        raise DesignError(
            f"plan version {version} does not fit {study.name} as it is now; an administrator "
            "writes another, or reads the seal to see why"
        ) from why
    row = tx.session.scalars(
        select(PlanRow).where(PlanRow.study_id == study_id, PlanRow.version == version)
    ).one()
    row.locked_by, row.locked_at = tx.author, tx.at
    tx.session.flush()


def current_plan(tx: Transaction, study_id: int) -> StoredPlan | None:
    """The plan that results follow: the newest locked version, else the newest; None before one."""
    history = plan_history(tx, study_id)
    locked = (stored for stored in history if stored.locked)
    return next(locked, next(iter(history), None))


def plan_history(tx: Transaction, study_id: int) -> tuple[StoredPlan, ...]:
    """All versions, the newest first; without what names arms while these are sealed."""
    versions = _versions(tx, study_id)
    return tuple(map(_sealed, versions)) if study_row(tx, study_id).blinded else versions


def _versions(tx: Transaction, study_id: int) -> tuple[StoredPlan, ...]:
    study = _as_made(tx, study_id)
    rows = tx.session.scalars(
        select(PlanRow).where(PlanRow.study_id == study_id).order_by(PlanRow.version)
    )
    history: list[StoredPlan] = []
    for row in rows:
        locked = [stored.version for stored in history if stored.locked]
        history.append(
            StoredPlan(
                version=row.version,
                plan=_with_names_of(study, row.body),
                author=row.author,
                at=row.at,
                locked_by=row.locked_by,
                locked_at=row.locked_at,
                amends=locked[-1] if locked else None,
                graded_before=_graded_before(tx, study_id, row.locked_at),
            )
        )
    return tuple(reversed(history))


def _sealed(stored: StoredPlan) -> StoredPlan:
    plan = replace(stored.plan, control=None, primary=None, key_secondary=())
    return replace(stored, plan=plan, sealed=True)


def _in_order_of_making(study: Study, plan: Plan) -> Plan:
    """A plan by codes with its pairs turned as they stand once the arms have their names again.

    Without a control a pair is taken in the order of the arms, and codes are in another.
    """
    keys = set(contrast_keys(study, plan))

    def turned(key: ContrastKey) -> ContrastKey:
        a, b, visit = key
        return (b, a, visit) if key not in keys and (b, a, visit) in keys else key

    return replace(
        plan,
        primary=None if plan.primary is None else turned(plan.primary),
        key_secondary=tuple(map(turned, plan.key_secondary)),
    )


def _as_made(tx: Transaction, study_id: int) -> Study:
    """The study with its arms in the order of their making, also while they go by codes."""
    arms = tx.session.scalars(select(ArmRow).where(ArmRow.study_id == study_id).order_by(ArmRow.id))
    own = tuple(Arm(arm.id, arm.name, arm.label, arm.is_control, arm.colour) for arm in arms)
    return replace(get_study(tx, study_id), arms=own)


def _graded_before(tx: Transaction, study_id: int, moment: datetime | None) -> int:
    """How many scans of a study had been graded, by whatever protocol, before a moment."""
    if moment is None:
        return 0
    query = (
        select(func.count(ScanRow.id.distinct()))
        .join(SubjectRow, SubjectRow.id == ScanRow.subject_id)
        .join(GradingRow, GradingRow.volume_sha256 == ScanRow.volume_sha256)
        .where(SubjectRow.study_id == study_id, GradingRow.graded_at < moment)
    )
    return tx.session.scalar(query) or 0


def _with_names_of(study: Study, body: Mapping[str, Any]) -> Plan:
    """The plan that a body holds, with arms and visits by their names of today."""
    plan = Plan.from_json(body["plan"])
    arms = _renamed(body["arms"], {arm.arm_id: arm.name for arm in study.arms})
    visits = _renamed(body["visits"], {visit.visit_id: visit.name for visit in study.visits})

    def key(contrast: ContrastKey) -> ContrastKey:
        a, b, visit = contrast
        sides = visits if plan.between is None else arms
        return sides[a], sides[b], visits[visit] if visit else ""

    return replace(
        plan,
        control=None if plan.control is None else arms[plan.control],
        visits=tuple(visits[name] for name in plan.visits),
        baseline=None if plan.baseline is None else visits[plan.baseline],
        primary_visit=None if plan.primary_visit is None else visits[plan.primary_visit],
        primary=None if plan.primary is None else key(plan.primary),
        key_secondary=tuple(map(key, plan.key_secondary)),
    )


def _renamed(ids: Mapping[str, int], names: Mapping[int, str]) -> dict[str, str]:
    return {then: names.get(number, then) for then, number in ids.items()}
