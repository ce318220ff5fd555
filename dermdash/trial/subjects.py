"""The subjects of a study: a code each, a status, an arm by allocation, covariates."""

from collections.abc import Mapping
from datetime import date
from typing import Literal, get_args

import pandas as pd
from sqlalchemy import select

from dermdash.errors import DesignError
from dermdash.trial.blinding import find_sealed_arm
from dermdash.trial.covariates import Covariate, as_text, fitted_covariates
from dermdash.trial.design import clean_name, new_name
from dermdash.trial.parts import study_row
from dermdash.trial.schema import AllocationRow, ArmRow, SiteRow, StudyRow, SubjectRow
from dermdash.trial.transaction import Transaction

Status = Literal["active", "withdrawn"]


def add_subject(
    tx: Transaction,
    study_id: int,
    code: str,
    *,
    arm: str | None = None,
    covariates: Mapping[str, Covariate] | None = None,
) -> int:
    """Add a subject and return its row's id; ``code`` is a code, never a person's name.

    Raises
    ------
    DesignError
        The code is taken or unusable, or the arm unknown.
    """
    study_row(tx, study_id)
    taken = tx.session.scalars(select(SubjectRow.code).where(SubjectRow.study_id == study_id))
    row = SubjectRow(
        study_id=study_id,
        code=new_name(code, "subject_id", taken),
        covariates=fitted_covariates(tx, study_id, covariates or {}),
    )
    with tx.all_or_nothing():
        tx.session.add(row)
        tx.session.flush()
        if arm is not None:
            allocate(tx, row, find_arm(tx, study_id, arm))
    return row.id


def set_subject(
    tx: Transaction,
    study_id: int,
    code: str,
    *,
    status: Status | None = None,
    reason: str | None = None,
    withdrawn_on: date | None = None,
    arm: str | None = None,
    site: str | None = None,
    covariates: Mapping[str, Covariate | None] | None = None,
) -> None:
    """Change what is named and leave the rest.

    reason, withdrawn_on : why a subject is withdrawn, needed then, and when, where it is known
    arm, site : the arm of the subject, or of one side of it in a hemi-face study
    covariates : new values by name; None removes one

    Raises
    ------
    DesignError
    """
    row = find_subject(tx, study_id, code)
    if status is not None:
        if status not in get_args(Status):
            raise DesignError(f"status={status} is unknown; write active or withdrawn")
        if status == "withdrawn" and not (reason or "").strip():
            raise DesignError(f"subject_id={code} is withdrawn without a reason; give one")
        row.status = status
        row.reason = reason.strip() if status == "withdrawn" and reason else None
        row.withdrawn_on = withdrawn_on if status == "withdrawn" else None
        row.version += 1
    if arm is not None:
        place = None if site is None else _find_site(tx, study_id, site)
        allocate(tx, row, find_arm(tx, study_id, arm), site=place, move=True)
    if covariates is not None:
        removed = {name for name, value in covariates.items() if value is None}
        kept = {name: value for name, value in row.covariates.items() if name not in removed}
        given = {name: value for name, value in covariates.items() if value is not None}
        row.covariates = kept | fitted_covariates(tx, study_id, given)
        row.version += 1
    tx.session.flush()


def subject_table(tx: Transaction, study_id: int) -> pd.DataFrame:
    """``study, subject_id, arm, status, reason`` and a column a covariate, ordered by code.

    A subject whose sides are in different arms names them all (``active / placebo``). A truth
    value is yes or no, which nobody takes for a number.
    """
    arms = (
        select(AllocationRow.subject_id, ArmRow.name)
        .join(ArmRow, ArmRow.id == AllocationRow.arm_id)
        .join(SubjectRow, SubjectRow.id == AllocationRow.subject_id)
        .where(SubjectRow.study_id == study_id)
        .distinct()
        .order_by(ArmRow.name)
    )
    arms_of: dict[int, list[str]] = {}
    for subject_id, arm in tx.session.execute(arms).all():
        arms_of.setdefault(subject_id, []).append(arm)
    query = (
        select(
            SubjectRow.id,
            StudyRow.name,
            SubjectRow.code,
            SubjectRow.status,
            SubjectRow.reason,
            SubjectRow.covariates,
        )
        .join(StudyRow, StudyRow.id == SubjectRow.study_id)
        .where(SubjectRow.study_id == study_id)
        .order_by(SubjectRow.code)
    )
    rows = tx.session.execute(query).all()
    table = pd.DataFrame(
        {
            "study": pd.Series([row.name for row in rows], dtype="str"),
            "subject_id": pd.Series([row.code for row in rows], dtype="str"),
            "arm": pd.Series(
                [" / ".join(arms_of.get(row.id, ())) or None for row in rows], dtype="str"
            ),
            "status": pd.Series([row.status for row in rows], dtype="str"),
            "reason": pd.Series([row.reason for row in rows], dtype="str"),
        }
    )
    names = dict.fromkeys(name for row in rows for name in row.covariates)
    covariates = {
        name: pd.Series([_shown(row.covariates.get(name)) for row in rows]).infer_objects()
        for name in names
    }
    return table.assign(**covariates)


def find_subject(tx: Transaction, study_id: int, code: str) -> SubjectRow:
    name = clean_name(code, "subject_id")
    row = tx.session.scalar(
        select(SubjectRow).where(SubjectRow.study_id == study_id, SubjectRow.code == name)
    )
    if row is None:
        raise DesignError(f"subject_id={name} is unknown in this study; add the subject first")
    return row


def find_arm(tx: Transaction, study_id: int, name: str) -> ArmRow:
    study = study_row(tx, study_id)
    if study.blinded:
        return find_sealed_arm(tx, study, name)
    name = clean_name(name, "arm")
    arms = tx.session.scalars(select(ArmRow).where(ArmRow.study_id == study_id)).all()
    for arm in arms:
        if arm.name == name:
            return arm
    known = ", ".join(arm.name for arm in arms) or "none yet"
    raise DesignError(f"arm={name} is unknown in this study; its arms are: {known}")


def allocate(
    tx: Transaction,
    subject: SubjectRow,
    arm: ArmRow,
    *,
    site: SiteRow | None = None,
    move: bool = False,
) -> None:
    """Put a subject, or one side of it, in an arm.

    move : also where it is in another arm

    Raises
    ------
    DesignError
        It is in another arm; or a side is named, or not, against the study's kind.
    """
    study = tx.session.get_one(StudyRow, subject.study_id)
    if study.kind == "hemi_face" and site is None:
        which = "the sealed arm" if study.blinded else f"arm={arm.name}"
        raise DesignError(
            f"{which} of {subject.code} names no site; in a hemi-face study each side has its arm"
        )
    if study.kind != "hemi_face":
        site = None
    site_id = None if site is None else site.id
    of_subject = AllocationRow.subject_id == subject.id
    at_site = AllocationRow.site_id.is_(None) if site is None else AllocationRow.site_id == site.id
    row = tx.session.scalar(select(AllocationRow).where(of_subject, at_site))
    if row is None:
        tx.session.add(AllocationRow(subject_id=subject.id, site_id=site_id, arm_id=arm.id))
        subject.version += 1
    elif row.arm_id != arm.id:
        if not move:
            current = tx.session.get_one(ArmRow, row.arm_id)
            where = "" if site is None else f" at {site.name}"
            # Of sealed arms none is named: one that was asked for by its own name has a code.
            which = (
                f"another arm{where}"
                if study.blinded
                else f"arm {current.name}{where}, not {arm.name}"
            )
            raise DesignError(
                f"subject_id={subject.code} is in {which}; correct the arm, or change the subject's"
            )
        row.arm_id = arm.id
        subject.version += 1
    tx.session.flush()


def merge_covariates(
    tx: Transaction, subject: SubjectRow, covariates: Mapping[str, Covariate]
) -> None:
    """Add covariates that come with a scan; a known one must not change on the way.

    Raises
    ------
    DesignError
    """
    given = fitted_covariates(tx, subject.study_id, covariates)
    for name, value in given.items():
        known = subject.covariates.get(name, value)
        if known != value:
            raise DesignError(
                f"{name}={value} of subject_id={subject.code} contradicts {known}, which is "
                "stored; correct one of them"
            )
    if given.keys() - subject.covariates.keys():
        subject.covariates = subject.covariates | given
        subject.version += 1


def _shown(value: Covariate | None) -> Covariate | None:
    return as_text(value) if isinstance(value, bool) else value


def _find_site(tx: Transaction, study_id: int, name: str) -> SiteRow:
    name = clean_name(name, "site")
    row = tx.session.scalar(
        select(SiteRow).where(SiteRow.study_id == study_id, SiteRow.name == name)
    )
    if row is None:
        raise DesignError(f"site={name} is unknown in this study; add it first")
    return row
