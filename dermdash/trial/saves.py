"""What was saved of a study's roster and design, save by save, in words: read from the audit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import or_, select

from dermdash.trial.base import Base
from dermdash.trial.masking import mask_text
from dermdash.trial.parts import study_row
from dermdash.trial.roster_book import Change
from dermdash.trial.schema import (
    AllocationRow,
    ArmRow,
    AuditRow,
    CovariateRow,
    SiteRow,
    SubjectRow,
    VisitRow,
)
from dermdash.trial.transaction import Transaction

TABLES: dict[str, type[Base]] = {
    "subject": SubjectRow,
    "allocation": AllocationRow,
    "arm": ArmRow,
    "visit": VisitRow,
    "site": SiteRow,
    "covariate": CovariateRow,
}
UNSAID = {"version", "study_id", "id", "code", "label", "colour"}
OF_SUBJECTS = ("subject", "allocation")
FEW = 2  # subjects, beyond which they are counted
SHOWN = 3  # changes in a line
LOOK_BACK = 3000  # entries of the audit


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the audit, of a table of ``TABLES``."""

    audit_id: int
    table: str
    key: int
    act: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Save:
    """What one person saved at once; ``entries`` from the first to the last.

    reason : of the save, such as what it undoes
    """

    at: datetime
    by: str
    reason: str | None
    entries: tuple[Entry, ...]


@dataclass
class Names:
    """What rows of a study are called, by id, as they are now; and which rows are its own."""

    blinded: bool
    subjects: dict[int, str] = field(default_factory=dict)
    arms: dict[int, str] = field(default_factory=dict)
    sites: dict[int, str] = field(default_factory=dict)
    visits: dict[int, str] = field(default_factory=dict)
    covariates: dict[int, str] = field(default_factory=dict)
    allocations: dict[int, tuple[int, int | None]] = field(default_factory=dict)

    @classmethod
    def of(cls, tx: Transaction, study_id: int) -> "Names":
        def names(query: Any) -> dict[int, str]:
            return dict(tx.session.execute(query).all())

        allocations = tx.session.execute(
            select(AllocationRow.id, AllocationRow.subject_id, AllocationRow.site_id)
            .join(SubjectRow, SubjectRow.id == AllocationRow.subject_id)
            .where(SubjectRow.study_id == study_id)
        )
        arms, sites, visits, covariates = (
            names(select(row.id, row.name).where(row.study_id == study_id))
            for row in (ArmRow, SiteRow, VisitRow, CovariateRow)
        )
        return cls(
            study_row(tx, study_id).blinded,
            names(select(SubjectRow.id, SubjectRow.code).where(SubjectRow.study_id == study_id)),
            arms,
            sites,
            visits,
            covariates,
            {key: (subject, site) for key, subject, site in allocations},
        )

    def subject_of(self, entry: Entry) -> int | None:
        """The id of the subject that an entry is about."""
        if entry.table == "subject":
            return entry.key
        given = {**entry.before, **entry.after}
        return given.get("subject_id") or self.allocations.get(entry.key, (None, None))[0]


def recent_saves(tx: Transaction, study_id: int, *, limit: int = 8) -> list[Save]:
    """The last saves of a study's roster and design, the newest first.

    Those that did more, such as making the study or storing a scan, are not among them; nor,
    while a study is blinded, those that touched its arms.
    """
    names = Names.of(tx, study_id)
    rows = tx.session.scalars(
        select(AuditRow)
        .where(or_(*(AuditRow.entity.startswith(f"{table} ") for table in TABLES)))
        .order_by(AuditRow.id.desc())
        .limit(LOOK_BACK)
    ).all()
    if len(rows) == LOOK_BACK:
        oldest = (rows[-1].at, rows[-1].by)
        rows = [row for row in rows if (row.at, row.by) != oldest]
    saves = []
    for (at, by), group in groupby(rows, key=lambda row: (row.at, row.by)):
        of_save = list(group)
        entries = tuple(map(_entry, reversed(of_save)))
        if not all(_belongs(tx, names, study_id, entry) for entry in entries):
            continue
        if names.blinded and any(entry.table == "arm" for entry in entries):
            continue
        if _did_more(tx, of_save):
            continue
        reason = of_save[0].reason
        saves.append(Save(at, by, reason and mask_text(tx, study_id, reason), entries))
        if len(saves) == limit:
            break
    return saves


def changes_since(
    tx: Transaction, study_id: int, code: str, version: int
) -> list[tuple[datetime, str, str]]:
    """Who changed a subject since a version of it, when and what, the newest first."""
    subject_id = tx.session.scalar(
        select(SubjectRow.id).where(SubjectRow.study_id == study_id, SubjectRow.code == code)
    )
    names = Names.of(tx, study_id)
    sides = [f"allocation {key}" for key, of in names.allocations.items() if of[0] == subject_id]
    rows = tx.session.scalars(
        select(AuditRow)
        .where(AuditRow.entity == f"subject {subject_id}")
        .order_by(AuditRow.id.desc())
        .limit(50)
    ).all()
    found = []
    for row in rows:
        if (row.after or {}).get("version", 0) <= version:
            break
        beside = tx.session.scalars(
            select(AuditRow).where(AuditRow.at == row.at, AuditRow.entity.in_(sides))
        )
        entries = [_entry(row), *map(_entry, beside)]
        words = [text for entry in entries if (text := entry_words(names, entry))]
        found.append((row.at, row.by, ", ".join(words) or code))
    return found


def save_words(tx: Transaction, study_id: int, save: Save) -> str:
    """A save in a line: each change of few, and of many subjects how many there are."""
    names = Names.of(tx, study_id)
    design = [entry for entry in save.entries if entry.table not in OF_SUBJECTS]
    words = [text for entry in design if (text := entry_words(names, entry))]
    roster = [entry for entry in save.entries if entry.table in OF_SUBJECTS]
    acts = {
        act: {entry.key for entry in roster if entry.table == "subject" and entry.act == act}
        for act in ("added", "removed")
    }
    subjects = {names.subject_of(entry) for entry in roster}
    if len(subjects) <= FEW:
        words += [text for entry in roster if (text := entry_words(names, entry))]
    else:
        acts["changed"] = {key for key in subjects if key} - acts["added"] - acts["removed"]
        words += [f"{len(keys)} subjects {act}" for act, keys in acts.items() if keys]
    more = len(words) - SHOWN
    return ", ".join(words[:SHOWN]) + (f" and {more} more" if more > 0 else "")


def entry_words(names: Names, entry: Entry) -> str:
    """
    >>> names = Names(False, subjects={3: "S03"}, arms={1: "placebo", 2: "active"})
    >>> entry_words(names, Entry(1, "allocation", 7, "added", {}, {"subject_id": 3, "arm_id": 2}))
    'S03 arm active'
    """
    if entry.table == "allocation":
        subject = names.subject_of(entry)
        site_id = {**entry.before, **entry.after}.get("site_id")
        site_id = site_id or names.allocations.get(entry.key, (None, None))[1]
        at_site = f" {names.sites[site_id]}" if site_id in names.sites else ""
        known = names.subjects.get(subject or 0, "a subject")
        if names.blinded:
            return f"{known} arm{at_site}"
        arms = [names.arms.get(side.get("arm_id", 0)) for side in (entry.before, entry.after)]
        return f"{known} {Change(f'arm{at_site}', *arms)}"
    given = {**entry.before, **entry.after}
    if entry.table == "subject":
        name = entry.before.get("code") or given.get("code") or names.subjects.get(entry.key, "")
    else:
        known_names = {
            "arm": names.arms,
            "visit": names.visits,
            "site": names.sites,
            "covariate": names.covariates,
        }[entry.table]
        own = entry.before.get("name") or given.get("name") or known_names.get(entry.key, "")
        name = f"{entry.table} {own}"
    if entry.act != "changed":
        return f"{name} {entry.act}"
    changes = _changes(entry)
    return f"{name} {', '.join(map(str, changes))}" if changes else ""


def _changes(entry: Entry) -> list[Change]:
    found = []
    for column, after in entry.after.items():
        before = entry.before.get(column)
        if column == "covariates":
            old, new = before or {}, after or {}
            names = dict.fromkeys((*old, *new))
            found += [
                Change(name, old.get(name), new.get(name))
                for name in names
                if old.get(name) != new.get(name)
            ]
        elif column == "code" and entry.table == "subject":
            found.append(Change("subject_id", before, after))
        elif column not in UNSAID:
            found.append(Change(column, before, after))
    return found


def _entry(row: AuditRow) -> Entry:
    table, _, key = row.entity.partition(" ")
    return Entry(row.id, table, int(key), row.act, row.before or {}, row.after or {})


def _belongs(tx: Transaction, names: Names, study_id: int, entry: Entry) -> bool:
    given = {**entry.before, **entry.after}
    if entry.table == "allocation":
        subject_id = names.subject_of(entry)
        return subject_id in names.subjects or _was_of(tx, study_id, subject_id)
    if "study_id" in given:
        return bool(given["study_id"] == study_id)
    own: Mapping[str, Mapping[int, str]] = {
        "subject": names.subjects,
        "arm": names.arms,
        "visit": names.visits,
        "site": names.sites,
        "covariate": names.covariates,
    }
    return entry.key in own[entry.table]


def _was_of(tx: Transaction, study_id: int, subject_id: int | None) -> bool:
    """Whether a subject that is gone was the study's."""
    gone = tx.session.scalar(
        select(AuditRow.before)
        .where(AuditRow.entity == f"subject {subject_id}", AuditRow.act == "removed")
        .order_by(AuditRow.id.desc())
        .limit(1)
    )
    return (gone or {}).get("study_id") == study_id


def _did_more(tx: Transaction, rows: Sequence[AuditRow]) -> bool:
    """Whether the transaction of these entries wrote rows of other tables too.

    One writes at a time, so that all its entries stand together: others would stand between these,
    or next to them.
    """
    ids = [row.id for row in rows]
    other = [~AuditRow.entity.startswith(f"{table} ") for table in TABLES]
    query = select(AuditRow.id).where(
        AuditRow.id.between(min(ids) - 1, max(ids) + 1),
        AuditRow.at == rows[0].at,
        *other,
    )
    return tx.session.scalar(query.limit(1)) is not None
