"""Studies and their parts: made, listed, found, renamed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

import pandas as pd
from sqlalchemy import func, select

from dermdash.errors import DesignError
from dermdash.trial.design import (
    ArmSpec,
    SiteSpec,
    VisitSpec,
    arm_code,
    arm_colour,
    clean_name,
    new_name,
    parse_day,
)
from dermdash.trial.schema import ArmRow, SiteRow, StudyRow, SubjectRow, VisitRow
from dermdash.trial.states import scan_states
from dermdash.trial.subjects import add_subject, set_subject, subject_table
from dermdash.trial.transaction import Transaction

__all__ = [
    "Arm",
    "ArmSpec",
    "Site",
    "SiteSpec",
    "Study",
    "Visit",
    "VisitSpec",
    "add_arm",
    "add_site",
    "add_subject",
    "add_visit",
    "create_study",
    "edit_visit",
    "find_study",
    "get_study",
    "list_studies",
    "parse_day",
    "rename_arm",
    "rename_study",
    "set_subject",
    "subject_table",
]

Kind = Literal["cohorts", "before_after", "hemi_face"]


@dataclass(frozen=True, slots=True)
class Arm:
    arm_id: int
    name: str
    label: str
    is_control: bool
    colour: str


@dataclass(frozen=True, slots=True)
class Visit:
    visit_id: int
    name: str
    day: int
    is_baseline: bool


@dataclass(frozen=True, slots=True)
class Site:
    site_id: int
    name: str
    side: str | None


@dataclass(frozen=True, slots=True)
class Study:
    """A study and its parts: arms and sites in the order of their making, visits by day."""

    study_id: int
    name: str
    kind: Kind
    state: str
    synthetic: bool
    created_at: datetime
    arms: tuple[Arm, ...]
    visits: tuple[Visit, ...]
    sites: tuple[Site, ...]


def create_study(
    tx: Transaction,
    *,
    name: str,
    kind: Kind,
    synthetic: bool = False,
    arms: Sequence[ArmSpec] = (),
    visits: Sequence[VisitSpec] = (),
    sites: Sequence[SiteSpec] = (),
) -> int:
    """Make a study with its parts and return its id.

    Raises
    ------
    DesignError
        A name is taken or unusable, or the kind is unknown.
    """
    if kind not in get_args(Kind):
        raise DesignError(f"kind={kind} is unknown; choose one of {', '.join(get_args(Kind))}")
    study = StudyRow(
        name=new_name(name, "study", tx.session.scalars(select(StudyRow.name))),
        kind=kind,
        synthetic=synthetic,
        created_at=tx.at,
    )
    tx.session.add(study)
    tx.session.flush()
    for arm in arms:
        add_arm(tx, study.id, arm)
    for visit in visits:
        add_visit(tx, study.id, visit)
    for site in sites:
        add_site(tx, study.id, site)
    return study.id


def list_studies(tx: Transaction) -> pd.DataFrame:
    """One row a study, the oldest first.

    Columns: ``study_id, study, kind, state, synthetic, created_at, n_subjects, n_scans, n_graded,
    n_excluded, n_failed, n_queued, n_no_dej``. Each scan counts once: graded, excluded, failed,
    queued (or running) or without a DEJ.
    """
    states = scan_states()
    counts = (
        select(
            states.c.study_id,
            func.count().label("n_scans"),
            *(
                func.count().filter(states.c.state.in_(names)).label(label)
                for label, names in _COUNTED.items()
            ),
        )
        .group_by(states.c.study_id)
        .subquery()
    )
    subjects = (
        select(SubjectRow.study_id, func.count().label("n_subjects"))
        .group_by(SubjectRow.study_id)
        .subquery()
    )
    numbers = (subjects.c.n_subjects, counts.c.n_scans, *(counts.c[label] for label in _COUNTED))
    query = (
        select(
            StudyRow.id,
            StudyRow.name,
            StudyRow.kind,
            StudyRow.state,
            StudyRow.synthetic,
            StudyRow.created_at,
            *(func.coalesce(number, 0) for number in numbers),
        )
        .outerjoin(subjects, subjects.c.study_id == StudyRow.id)
        .outerjoin(counts, counts.c.study_id == StudyRow.id)
        .order_by(StudyRow.id)
    )
    return tx.frame(query, _STUDY_COLUMNS)


def get_study(tx: Transaction, study_id: int) -> Study:
    """A study with its parts.

    Raises
    ------
    DesignError
        There is none of this id.
    """
    row = _study(tx, study_id)
    arms = select(ArmRow).where(ArmRow.study_id == study_id).order_by(ArmRow.id)
    visits = select(VisitRow).where(VisitRow.study_id == study_id)
    sites = select(SiteRow).where(SiteRow.study_id == study_id).order_by(SiteRow.id)
    return Study(
        study_id=row.id,
        name=row.name,
        kind=row.kind,  # type: ignore[arg-type]  # the table's check allows no other
        state=row.state,
        synthetic=row.synthetic,
        created_at=row.created_at,
        arms=tuple(
            Arm(arm.id, arm.name, arm.label, arm.is_control, arm.colour)
            for arm in tx.session.scalars(arms)
        ),
        visits=tuple(
            Visit(visit.id, visit.name, visit.day, visit.is_baseline)
            for visit in tx.session.scalars(visits.order_by(VisitRow.day, VisitRow.id))
        ),
        sites=tuple(Site(site.id, site.name, site.side) for site in tx.session.scalars(sites)),
    )


def find_study(tx: Transaction, name: str) -> int | None:
    """The id of the study of this name, or None."""
    return tx.session.scalar(select(StudyRow.id).where(StudyRow.name == clean_name(name, "study")))


def rename_study(tx: Transaction, study_id: int, name: str) -> None:
    row = _study(tx, study_id)
    others = tx.session.scalars(select(StudyRow.name).where(StudyRow.id != study_id))
    row.name = new_name(name, "study", others)
    tx.session.flush()


def add_arm(tx: Transaction, study_id: int, arm: ArmSpec) -> int:
    """Add an arm; controls are grey, others take the next colour of Okabe and Ito."""
    _study(tx, study_id)
    arms = tx.session.scalars(select(ArmRow).where(ArmRow.study_id == study_id)).all()
    name = new_name(arm.name, "arm", [other.name for other in arms])
    n_coloured = sum(not other.is_control for other in arms)
    row = ArmRow(
        study_id=study_id,
        name=name,
        label=name,
        code=arm_code(len(arms)),
        is_control=arm.is_control,
        colour=arm_colour(n_coloured, is_control=arm.is_control),
    )
    return _add(tx, row)


def rename_arm(tx: Transaction, arm_id: int, name: str) -> None:
    row = tx.session.get(ArmRow, arm_id)
    if row is None:
        raise DesignError(f"arm_id={arm_id} is no arm; choose one of the study's")
    others = select(ArmRow.name).where(ArmRow.study_id == row.study_id, ArmRow.id != arm_id)
    row.name = row.label = new_name(name, "arm", tx.session.scalars(others))
    tx.session.flush()


def add_visit(tx: Transaction, study_id: int, visit: VisitSpec) -> int:
    _study(tx, study_id)
    return _add(tx, _checked_visit(tx, VisitRow(study_id=study_id), visit))


def edit_visit(tx: Transaction, visit_id: int, visit: VisitSpec) -> None:
    """Change a visit's name, its day and whether it is the baseline."""
    row = tx.session.get(VisitRow, visit_id)
    if row is None:
        raise DesignError(f"visit_id={visit_id} is no visit; choose one of the study's")
    _checked_visit(tx, row, visit)
    tx.session.flush()


def add_site(tx: Transaction, study_id: int, site: SiteSpec) -> int:
    _study(tx, study_id)
    taken = tx.session.scalars(select(SiteRow.name).where(SiteRow.study_id == study_id))
    side = None if site.side is None else clean_name(site.side, "side")
    name = new_name(site.name, "site", taken)
    return _add(tx, SiteRow(study_id=study_id, name=name, side=side))


def _study(tx: Transaction, study_id: int) -> StudyRow:
    row = tx.session.get(StudyRow, study_id)
    if row is None:
        raise DesignError(f"study_id={study_id} is no study; choose one that is listed")
    return row


def _checked_visit(tx: Transaction, row: VisitRow, visit: VisitSpec) -> VisitRow:
    """The row with the visit's name and day, one baseline a study at most."""
    others = [
        other
        for other in tx.session.scalars(select(VisitRow).where(VisitRow.study_id == row.study_id))
        if other is not row
    ]
    if isinstance(visit.day, bool) or not isinstance(visit.day, int) or abs(visit.day) > 36500:
        raise DesignError(f"day={visit.day} of {visit.name} is not a whole number of days")
    baseline = next((other for other in others if other.is_baseline), None)
    if visit.is_baseline and baseline is not None:
        raise DesignError(f"{baseline.name} is the baseline already; a study has one")
    row.name = new_name(visit.name, "visit", [other.name for other in others])
    row.day, row.is_baseline = visit.day, visit.is_baseline
    return row


def _add(tx: Transaction, row: ArmRow | VisitRow | SiteRow) -> int:
    tx.session.add(row)
    tx.session.flush()
    return row.id


_COUNTED = {
    "n_graded": ("graded",),
    "n_excluded": ("excluded",),
    "n_failed": ("failed",),
    "n_queued": ("queued", "running"),
    "n_no_dej": ("no DEJ",),
}
_STUDY_COLUMNS = {
    "study_id": "int64",
    "study": "str",
    "kind": "str",
    "state": "str",
    "synthetic": "bool",
    "created_at": "datetime64[us, UTC]",
    "n_subjects": "int64",
    "n_scans": "int64",
    **dict.fromkeys(_COUNTED, "int64"),
}
