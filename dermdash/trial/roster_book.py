"""A study's roster in memory: each subject as one row, and what a change of it would write.

Loaded once, so that a file of thousands of rows asks the store as little as one of ten.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from dermdash.errors import DesignError
from dermdash.trial.blinding import find_sealed_arm
from dermdash.trial.covariates import CovariateSpec, fit, list_covariates, plain_value
from dermdash.trial.design import clean_name
from dermdash.trial.parts import study_row
from dermdash.trial.roster_rules import (
    BLANK,
    CONDUCT,
    LABELS,
    Row,
    differ,
    said,
    settle_population,
    settle_status,
)
from dermdash.trial.schema import AllocationRow, ArmRow, SiteRow, StudyRow, SubjectRow
from dermdash.trial.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Change:
    """One cell of the roster that becomes another."""

    column: str
    before: Any
    after: Any

    def __str__(self) -> str:
        """
        >>> str(Change("age", 34, 35)), str(Change("arm", None, "placebo"))
        ('age 34 → 35', 'arm placebo')
        """
        label = LABELS.get(self.column, self.column.replace("arm_", "arm "))
        shown = [said(value) for value in (self.before, self.after)]
        return f"{label} {shown[1]}" if self.before is None else f"{label} {' → '.join(shown)}"


@dataclass
class RosterBook:
    """The subjects of a study by code, with what they may be.

    places : the sites behind each column of arms; [None] behind ``arm``, which is of whole subjects
    """

    tx: Transaction
    study: StudyRow
    arms: dict[str, ArmRow]
    places: dict[str, list[SiteRow | None]]
    covariates: dict[str, CovariateSpec]
    subjects: dict[str, SubjectRow] = field(default_factory=dict)
    allocations: dict[int, dict[int | None, AllocationRow]] = field(default_factory=dict)
    folded: dict[str, str] = field(default_factory=dict)
    _arms_to_be: list[tuple[SubjectRow, int | None, ArmRow | None]] = field(default_factory=list)

    @classmethod
    def load(cls, tx: Transaction, study_id: int) -> "RosterBook":
        study = study_row(tx, study_id)
        arms = tx.session.scalars(
            select(ArmRow).where(ArmRow.study_id == study_id).order_by(ArmRow.id)
        )
        sites = tx.session.scalars(
            select(SiteRow).where(SiteRow.study_id == study_id).order_by(SiteRow.id)
        ).all()
        subjects = tx.session.scalars(
            select(SubjectRow).where(SubjectRow.study_id == study_id).order_by(SubjectRow.code)
        ).all()
        book = cls(
            tx,
            study,
            {arm.name: arm for arm in arms},
            arm_places(study.kind, sites),
            {spec.name: spec for spec in list_covariates(tx, study_id)},
            {row.code: row for row in subjects},
        )
        book.folded = {code.casefold(): code for code in book.subjects}
        for row in tx.session.scalars(
            select(AllocationRow)
            .join(SubjectRow, SubjectRow.id == AllocationRow.subject_id)
            .where(SubjectRow.study_id == study_id)
        ):
            book.allocations.setdefault(row.subject_id, {})[row.site_id] = row
        return book

    def row(self, subject: SubjectRow) -> Row:
        """The subject's cells by column; those of covariates last, missing ones left out."""
        return {
            "subject_id": subject.code,
            **{column: self._arm(subject, sites) for column, sites in self.places.items()},
            **{column: getattr(subject, column) for column in CONDUCT},
            **subject.covariates,
        }

    def put(self, code: str | None, values: Mapping[str, Any]) -> list[Change]:
        """Change a subject as told, or add one; ``write`` then writes its arms.

        code : by which it is known; None adds the one that ``values`` name
        values : by column; what is not named stays

        Raises
        ------
        DesignError
            A value is none of its column's, or contradicts another.
        """
        subject = None if code is None else self.find(code)
        if subject is not None and subject.status == "erased":
            raise DesignError(f"{subject.code} was erased; what is left of it cannot be changed")
        before = (
            {"subject_id": None} | dict.fromkeys(self.places) | BLANK
            if subject is None
            else self.row(subject)
        )
        given = self._fitted(values)
        after = self._settled(before, given, subject)
        changes = [
            Change(column, before.get(column), value)
            for column, value in after.items()
            if differ(before.get(column), value)
        ]
        if not changes:
            return []
        if subject is None:
            subject = SubjectRow(study_id=self.study.id, code="", covariates={}, version=0)
            self.tx.session.add(subject)
        self._write(subject, after, changes)
        return changes

    def write(self) -> None:
        """Write what was put."""
        self.tx.session.flush()
        for subject, site_id, arm in self._arms_to_be:
            of_subject = self.allocations.setdefault(subject.id, {})
            row = of_subject.get(site_id)
            if arm is None:
                if row is not None:
                    self.tx.session.delete(of_subject.pop(site_id))
            elif row is None:
                row = AllocationRow(subject_id=subject.id, site_id=site_id, arm_id=arm.id)
                of_subject[site_id] = row
                self.tx.session.add(row)
            else:
                row.arm_id = arm.id
        self._arms_to_be.clear()
        self.tx.session.flush()

    def find(self, code: str) -> SubjectRow:
        name = clean_name(code, "subject_id")
        if name not in self.subjects:
            raise DesignError(f"subject_id={name} is unknown in this study; add the subject first")
        return self.subjects[name]

    def _arm(self, subject: SubjectRow, sites: list[SiteRow | None]) -> str | None:
        """The arm of a subject or side; all of them where its sites are in several."""
        own = self.allocations.get(subject.id or 0, {})
        rows = [own.get(None if site is None else site.id) for site in sites]
        names = {arm.id: arm.name for arm in self.arms.values()}
        found = dict.fromkeys(names[row.arm_id] for row in rows if row is not None)
        return " / ".join(found) or None

    def _fitted(self, values: Mapping[str, Any]) -> Row:
        """The values, each as its column keeps it."""
        given: Row = {}
        for column, value in values.items():
            if column in BLANK or column in self.places:
                text = plain_value(column, value) if isinstance(value, str) else value
                given[column] = None if text == "" else text
            elif column in self.covariates:
                given[column] = fit(self.covariates[column], value)
            else:
                raise DesignError(f"column {column!r} is unknown in this study; declare it first")
        return given

    def _settled(self, before: Row, given: Row, subject: SubjectRow | None) -> Row:
        """The whole row with what follows from what was given; refuses contradictions."""
        after = before | given
        after["subject_id"] = self._free(after["subject_id"], subject)
        code = after["subject_id"]
        for column in given.keys() & self.places.keys():
            if after[column] is not None and after[column] != before[column]:
                after[column] = self._find_arm(after[column], code)
        sides = [after[column] for column in self.places]
        if len(sides) > 1 and len(self.arms) > 1 and None not in sides and len(set(sides)) == 1:
            raise DesignError(
                f"both sides of {code} are in {sides[0]}; in a hemi-face study they are in two arms"
            )
        settle_status(after, given, before, self.tx.at.date())
        settle_population(after, given)
        return after

    def _find_arm(self, name: str, code: str) -> str:
        """The arm of this name; of sealed arms, its code."""
        if name in self.arms:
            return name
        if self.study.blinded:
            return find_sealed_arm(self.tx, self.study, name).name
        known = ", ".join(self.arms) or "none yet"
        raise DesignError(f"arm={name} of {code} is unknown in this study; its arms are: {known}")

    def _free(self, code: Any, subject: SubjectRow | None) -> str:
        name = clean_name(code or "", "subject_id")
        other = self.folded.get(name.casefold())
        if other is None or (subject is not None and other == subject.code):
            return name
        if other == name:
            raise DesignError(f"subject_id={name} exists already; choose another code")
        raise DesignError(f"subject_id={name} differs from {other} only in case; write {other}")

    def _write(self, subject: SubjectRow, after: Row, changes: Iterable[Change]) -> None:
        if subject.code != after["subject_id"]:
            self.subjects.pop(subject.code, None)
        for change in changes:
            if change.column in self.places:
                for site in self.places[change.column]:
                    arm = self.arms.get(change.after) if change.after else None
                    self._arms_to_be.append((subject, None if site is None else site.id, arm))
            elif change.column in CONDUCT:
                setattr(subject, change.column, change.after)
        subject.code = after["subject_id"]
        covariates = {
            name: value
            for name, value in after.items()
            if name not in BLANK and name not in self.places and value is not None
        }
        subject.covariates = covariates
        subject.version += 1
        self.subjects[subject.code] = subject
        self.folded[subject.code.casefold()] = subject.code


def arm_places(kind: str, sites: Iterable[SiteRow]) -> dict[str, list[SiteRow | None]]:
    """The columns of arms: one of whole subjects; in a hemi-face study one a side.

    A side is a site by itself where not all sites have one.
    """
    if kind != "hemi_face":
        return {"arm": [None]}
    known = list(sites)
    by_side = all(site.side for site in known)
    places: dict[str, list[SiteRow | None]] = {}
    for site in known:
        places.setdefault(f"arm_{site.side if by_side else site.name}", []).append(site)
    return places
