"""Studies and their parts: made, listed, found, renamed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

import pandas as pd
from sqlalchemy import func, select, true

from dermdash.errors import DesignError
from dermdash.trial.design import ArmSpec, SiteSpec, VisitSpec, clean_name, new_name
from dermdash.trial.parts import (
    add_arm,
    add_site,
    add_visit,
    edit_visit,
    rename_arm,
    study_row,
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
    "rename_arm",
    "rename_study",
    "set_subject",
    "study_names",
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
    target_n: int | None = None


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
    """A study and its parts: arms and sites in the order of their making, visits by day.

    blinded : its arms show codes, stand in the order of these and have no ids of the store, so
        that nothing tells the order of their making; what they really are is sealed
    name_pattern : how its files are named; None before anybody said
    """

    study_id: int
    name: str
    kind: Kind
    state: str
    synthetic: bool
    created_at: datetime
    arms: tuple[Arm, ...]
    visits: tuple[Visit, ...]
    sites: tuple[Site, ...]
    blinded: bool = False
    name_pattern: str | None = None


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
    with tx.all_or_nothing():
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


def study_names(tx: Transaction) -> list[str]:
    """The names of all studies, the oldest first."""
    return list(tx.session.scalars(select(StudyRow.name).order_by(StudyRow.id)))


def list_studies(tx: Transaction, study_id: int | None = None) -> pd.DataFrame:
    """One row a study, the oldest first; or the row of one.

    Columns: ``study_id, study, kind, state, blinded, synthetic, created_at, n_subjects, n_scans,
    n_graded, n_excluded, n_failed, n_queued, n_no_dej, n_cannot_tell``. Each scan counts once:
    graded, excluded, failed, queued (or running), without a DEJ or without one that a reader could
    tell.
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
        .where(true() if study_id is None else states.c.study_id == study_id)
        .group_by(states.c.study_id)
        .subquery()
    )
    subjects = (
        select(SubjectRow.study_id, func.count().label("n_subjects"))
        .where(true() if study_id is None else SubjectRow.study_id == study_id)
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
            StudyRow.blinded,
            StudyRow.synthetic,
            StudyRow.created_at,
            *(func.coalesce(number, 0) for number in numbers),
        )
        .outerjoin(subjects, subjects.c.study_id == StudyRow.id)
        .outerjoin(counts, counts.c.study_id == StudyRow.id)
        .where(true() if study_id is None else StudyRow.id == study_id)
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
    row = study_row(tx, study_id)
    visits = select(VisitRow).where(VisitRow.study_id == study_id)
    sites = select(SiteRow).where(SiteRow.study_id == study_id).order_by(SiteRow.id)
    return Study(
        study_id=row.id,
        name=row.name,
        kind=row.kind,  # type: ignore[arg-type]  # the table's check allows no other
        state=row.state,
        synthetic=row.synthetic,
        created_at=row.created_at,
        arms=_arms(tx, row),
        visits=tuple(
            Visit(visit.id, visit.name, visit.day, visit.is_baseline)
            for visit in tx.session.scalars(visits.order_by(VisitRow.day, VisitRow.id))
        ),
        sites=tuple(Site(site.id, site.name, site.side) for site in tx.session.scalars(sites)),
        blinded=row.blinded,
        name_pattern=row.name_pattern,
    )


def _arms(tx: Transaction, study: StudyRow) -> tuple[Arm, ...]:
    arms = select(ArmRow).where(ArmRow.study_id == study.id)
    if study.blinded:
        arms = arms.order_by(func.length(ArmRow.name), ArmRow.name)
    return tuple(
        Arm(
            -place if study.blinded else arm.id,
            *(arm.name, arm.label, arm.is_control, arm.colour, arm.target_n),
        )
        for place, arm in enumerate(tx.session.scalars(arms.order_by(ArmRow.id)), start=1)
    )


def find_study(tx: Transaction, name: str) -> int | None:
    """The id of the study of this name, or None."""
    return tx.session.scalar(select(StudyRow.id).where(StudyRow.name == clean_name(name, "study")))


def rename_study(tx: Transaction, study_id: int, name: str) -> None:
    row = study_row(tx, study_id)
    others = tx.session.scalars(select(StudyRow.name).where(StudyRow.id != study_id))
    row.name = new_name(name, "study", others)
    tx.session.flush()


_COUNTED = {
    "n_graded": ("graded",),
    "n_excluded": ("excluded",),
    "n_failed": ("failed",),
    "n_queued": ("queued", "running"),
    "n_no_dej": ("no DEJ",),
    "n_cannot_tell": ("cannot tell",),
}
_STUDY_COLUMNS = {
    "study_id": "int64",
    "study": "str",
    "kind": "str",
    "state": "str",
    "blinded": "bool",
    "synthetic": "bool",
    "created_at": "datetime64[us, UTC]",
    "n_subjects": "int64",
    "n_scans": "int64",
    **dict.fromkeys(_COUNTED, "int64"),
}
