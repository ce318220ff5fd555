"""Where a scan belongs: subject, visit and site of a study, found or made."""

from dataclasses import dataclass

from sqlalchemy import select

from dermdash.errors import DesignError
from dermdash.stats.days import parse_day
from dermdash.trial.design import ArmSpec, SiteSpec, VisitSpec, clean_name
from dermdash.trial.parts import add_arm, add_site, add_visit, study_row
from dermdash.trial.schema import ArmRow, SiteRow, SubjectRow, VisitRow
from dermdash.trial.subjects import add_subject, allocate, find_arm, find_subject
from dermdash.trial.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Place:
    subject: SubjectRow
    visit: VisitRow
    site: SiteRow

    def __str__(self) -> str:
        return f"{self.subject.code} {self.visit.name} {self.site.name}"


def find_place(
    tx: Transaction,
    study_id: int,
    *,
    subject_id: str,
    arm: str | None,
    visit: str,
    site: str,
    create_missing: bool,
) -> Place:
    """The place of these names, with the subject in this arm.

    create_missing : make what the study lacks; a new visit's day is read from its name

    Raises
    ------
    DesignError
        A name is unknown or unusable, a new visit holds no day, or the subject is in another arm.
    """
    study_row(tx, study_id)
    if create_missing:
        _make_missing(tx, study_id, subject_id=subject_id, arm=arm, visit=visit, site=site)
    subject = find_subject(tx, study_id, subject_id)
    found_visit = _find_visit(tx, study_id, visit)
    found_site = _find_site(tx, study_id, site)
    if found_visit is None:
        raise DesignError(f"visit={visit} is unknown in this study; add it first")
    if found_site is None:
        raise DesignError(f"site={site} is unknown in this study; add it first")
    if arm is not None:
        allocate(tx, subject, find_arm(tx, study_id, arm), site=found_site)
    return Place(subject, found_visit, found_site)


def _make_missing(
    tx: Transaction, study_id: int, *, subject_id: str, arm: str | None, visit: str, site: str
) -> None:
    if not _has(tx, SubjectRow, study_id, subject_id):
        add_subject(tx, study_id, subject_id)
    sealed = study_row(tx, study_id).blinded
    if arm is not None and not sealed and not _has(tx, ArmRow, study_id, arm):
        add_arm(tx, study_id, ArmSpec(arm))
    if _find_visit(tx, study_id, visit) is None:
        add_visit(tx, study_id, _new_visit(tx, study_id, visit))
    if _find_site(tx, study_id, site) is None:
        add_site(tx, study_id, SiteSpec(site))


def _new_visit(tx: Transaction, study_id: int, name: str) -> VisitSpec:
    day = parse_day(name)
    if day is None:
        raise DesignError(
            f"visit={name} holds no day; name it by its day, as D28, or add it to the study first"
        )
    visits = tx.session.scalars(select(VisitRow).where(VisitRow.study_id == study_id)).all()
    for other in visits:
        if other.day == day:
            raise DesignError(
                f"visit={name} falls on day {day}, which is {other.name} in this study; "
                f"write {other.name}"
            )
    is_baseline = day == 0 and not any(other.is_baseline for other in visits)
    return VisitSpec(name, day, is_baseline)


def _has(tx: Transaction, table: type[SubjectRow] | type[ArmRow], study_id: int, name: str) -> bool:
    if table is SubjectRow:
        query = select(SubjectRow.id).where(
            SubjectRow.study_id == study_id, SubjectRow.code == clean_name(name, "subject_id")
        )
    else:
        query = select(ArmRow.id).where(
            ArmRow.study_id == study_id, ArmRow.name == clean_name(name, "arm")
        )
    return tx.session.scalar(query) is not None


def _find_visit(tx: Transaction, study_id: int, name: str) -> VisitRow | None:
    return tx.session.scalar(
        select(VisitRow).where(
            VisitRow.study_id == study_id, VisitRow.name == clean_name(name, "visit")
        )
    )


def _find_site(tx: Transaction, study_id: int, name: str) -> SiteRow | None:
    return tx.session.scalar(
        select(SiteRow).where(
            SiteRow.study_id == study_id, SiteRow.name == clean_name(name, "site")
        )
    )
