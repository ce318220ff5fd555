"""The parts of a study: arms, visits and sites, added, changed and taken away."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, select

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
from dermdash.trial.schema import (
    AllocationRow,
    ArmRow,
    ScanRow,
    SiteRow,
    StudyRow,
    VisitRow,
)
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
        target_n=_checked_target(arm),
    )
    return _add(tx, row)


def rename_arm(tx: Transaction, arm_id: int, name: str) -> None:
    row = tx.session.get(ArmRow, arm_id)
    if row is None:
        raise DesignError(f"arm_id={arm_id} is no arm; choose one of the study's")
    others = select(ArmRow.name).where(ArmRow.study_id == row.study_id, ArmRow.id != arm_id)
    row.name = row.label = new_name(name, "arm", tx.session.scalars(others))
    tx.session.flush()


def set_arms(
    tx: Transaction,
    study_id: int,
    arms: Sequence[tuple[int | None, ArmSpec]],
    *,
    removed: Sequence[int] = (),
) -> None:
    """Change arms by their ids, add those of None, take the removed ones away.

    While they are sealed only their targets change, and they are known by their codes.

    Raises
    ------
    DesignError
        A name is taken or unusable, subjects are in an arm that would go, or the arms are sealed.
    """
    with tx.all_or_nothing():
        known = {row.id: row for row in _rows(tx, ArmRow, study_id)}
        if study_row(tx, study_id).blinded:
            _set_targets(tx, {row.name: row for row in known.values()}, [arm for _, arm in arms])
            return
        _remove(tx, known, removed)
        for key, arm in arms:
            if key is None:
                add_arm(tx, study_id, arm)
                continue
            row = _own(known, key, "arm")
            if arm.name != row.name:
                rename_arm(tx, key, arm.name)
            row.target_n = _checked_target(arm)
            if arm.is_control != row.is_control:
                n_coloured = sum(not o.is_control for o in known.values() if o is not row)
                row.is_control = arm.is_control
                row.colour = arm_colour(n_coloured, is_control=arm.is_control)
            tx.session.flush()


def _set_targets(tx: Transaction, by_code: dict[str, ArmRow], arms: Sequence[ArmSpec]) -> None:
    for arm in arms:
        row = by_code.get(arm.name)
        if row is None or arm.is_control:
            raise DesignError(
                f"arm={arm.name} is not one of the codes {', '.join(sorted(by_code))}, and sealed "
                "arms take a target only; unblind the study before changing them"
            )
        row.target_n = _checked_target(arm)
    tx.session.flush()


def set_visits(
    tx: Transaction,
    study_id: int,
    visits: Sequence[tuple[int | None, VisitSpec]],
    *,
    removed: Sequence[int] = (),
) -> None:
    """Change, add and remove visits, as ``set_arms`` does with arms.

    Raises
    ------
    DesignError
        A name is taken or unusable, scans are of a visit that would go, or a visit would lie
        before the baseline.
    """
    with tx.all_or_nothing():
        known = {row.id: row for row in _rows(tx, VisitRow, study_id)}
        _remove(tx, known, removed)
        for key, visit in visits:
            # The baseline moves by being taken away first.
            if key is not None and not visit.is_baseline:
                _own(known, key, "visit").is_baseline = False
        for key, visit in visits:
            row = VisitRow(study_id=study_id) if key is None else _own(known, key, "visit")
            tx.session.add(_checked_visit(tx, row, visit))
            tx.session.flush()
        _check_baseline(tx, study_id)


def set_sites(
    tx: Transaction,
    study_id: int,
    sites: Sequence[tuple[int | None, SiteSpec]],
    *,
    removed: Sequence[int] = (),
) -> None:
    """Change, add and remove sites, as ``set_arms`` does with arms.

    Raises
    ------
    DesignError
        A name is taken or unusable, or scans or arms are of a site that would go.
    """
    with tx.all_or_nothing():
        known = {row.id: row for row in _rows(tx, SiteRow, study_id)}
        _remove(tx, known, removed)
        for key, site in sites:
            if key is None:
                add_site(tx, study_id, site)
                continue
            row = _own(known, key, "site")
            row.name = new_name(
                site.name, "site", [other.name for other in known.values() if other is not row]
            )
            row.side = clean_name(site.side, "side") if site.side else None
            tx.session.flush()


def add_visit(tx: Transaction, study_id: int, visit: VisitSpec) -> int:
    study_row(tx, study_id)
    with tx.all_or_nothing():
        visit_id = _add(tx, _checked_visit(tx, VisitRow(study_id=study_id), visit))
        _check_baseline(tx, study_id)
    return visit_id


def edit_visit(tx: Transaction, visit_id: int, visit: VisitSpec) -> None:
    """Change a visit's name, its day and whether it is the baseline."""
    row = tx.session.get(VisitRow, visit_id)
    if row is None:
        raise DesignError(f"visit_id={visit_id} is no visit; choose one of the study's")
    with tx.all_or_nothing():
        _checked_visit(tx, row, visit)
        tx.session.flush()
        _check_baseline(tx, row.study_id)


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
    with tx.session.no_autoflush:
        others = [other for other in _rows(tx, VisitRow, row.study_id) if other is not row]
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


def _check_baseline(tx: Transaction, study_id: int) -> None:
    """Refuse a visit before the baseline: changes count from the first visit."""
    visits = _rows(tx, VisitRow, study_id)
    baseline = next((visit for visit in visits if visit.is_baseline), None)
    early = min(visits, key=lambda visit: visit.day, default=None)
    if baseline is not None and early is not None and early.day < baseline.day:
        raise DesignError(
            f"visit={early.name} (day {early.day}) lies before the baseline {baseline.name} "
            f"(day {baseline.day}), from which changes count; make {early.name} the baseline, or "
            "correct a day"
        )


def _checked_target(arm: ArmSpec) -> int | None:
    if arm.target_n is not None and not 0 < arm.target_n <= 100_000:
        raise DesignError(
            f"target={arm.target_n} of {arm.name} counts no subjects; write 1 or more"
        )
    return arm.target_n


def _remove(
    tx: Transaction,
    known: "dict[int, ArmRow] | dict[int, VisitRow] | dict[int, SiteRow]",
    removed: Sequence[int],
) -> None:
    """Take parts away; refuses one that something stands on."""
    for row in [row for key, row in known.items() if key in removed]:
        for noun, query in _standing_on(row).items():
            if tx.session.scalar(query.limit(1)) is not None:
                raise DesignError(
                    f"{row.name} cannot be removed: there are {noun} of it; move them first"
                )
        tx.session.delete(row)
        known.pop(row.id)
    tx.session.flush()


def _standing_on(row: ArmRow | VisitRow | SiteRow) -> dict[str, Select[Any]]:
    match row:
        case ArmRow():
            return {"subjects": select(AllocationRow.id).where(AllocationRow.arm_id == row.id)}
        case VisitRow():
            return {"scans": select(ScanRow.id).where(ScanRow.visit_id == row.id)}
    return {
        "scans": select(ScanRow.id).where(ScanRow.site_id == row.id),
        "arms": select(AllocationRow.id).where(AllocationRow.site_id == row.id),
    }


def _rows(tx: Transaction, table: Any, study_id: int) -> list[Any]:
    """A study's rows of a table, in the order of their making."""
    query = select(table).where(table.study_id == study_id).order_by(table.id)
    return list(tx.session.scalars(query))


def _own(known: dict[int, Any], key: int, noun: str) -> Any:
    if key not in known:
        raise DesignError(f"the {noun} was removed by somebody else; load the page again")
    return known[key]
