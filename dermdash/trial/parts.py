"""The parts of a study: arms, visits and sites, added and changed."""

from sqlalchemy import select

from dermdash.errors import DesignError
from dermdash.trial.design import (
    ArmSpec,
    SiteSpec,
    VisitSpec,
    arm_code,
    arm_colour,
    clean_name,
    new_name,
    side_of,
)
from dermdash.trial.schema import ArmRow, SiteRow, StudyRow, VisitRow
from dermdash.trial.transaction import Transaction


def add_arm(tx: Transaction, study_id: int, arm: ArmSpec) -> int:
    """Add an arm; controls are grey, others take the next colour of Okabe and Ito."""
    study_row(tx, study_id)
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
    study_row(tx, study_id)
    return _add(tx, _checked_visit(tx, VisitRow(study_id=study_id), visit))


def edit_visit(tx: Transaction, visit_id: int, visit: VisitSpec) -> None:
    """Change a visit's name, its day and whether it is the baseline."""
    row = tx.session.get(VisitRow, visit_id)
    if row is None:
        raise DesignError(f"visit_id={visit_id} is no visit; choose one of the study's")
    _checked_visit(tx, row, visit)
    tx.session.flush()


def add_site(tx: Transaction, study_id: int, site: SiteSpec) -> int:
    study_row(tx, study_id)
    taken = tx.session.scalars(select(SiteRow.name).where(SiteRow.study_id == study_id))
    side = site.side or side_of(site.name)
    side = None if side is None else clean_name(side, "side")
    name = new_name(site.name, "site", taken)
    return _add(tx, SiteRow(study_id=study_id, name=name, side=side))


def study_row(tx: Transaction, study_id: int) -> StudyRow:
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
