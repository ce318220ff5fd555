"""Arms under codes: sealed while a study is blinded, put back when it is unblinded.

While a study is blinded, ``arm`` itself holds the codes, so that every query, export, script and
plan shows them without knowing of it. What the arms really are lies in ``sealed_arm``, which
nobody reads but the functions here.
"""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count, islice
from random import Random

from sqlalchemy import func, select

from dermdash.errors import DesignError
from dermdash.identity import may, require
from dermdash.trial.design import ARM_COLOURS, arm_code, clean_name
from dermdash.trial.locked import acting
from dermdash.trial.paper import CARD, REPORT
from dermdash.trial.parts import study_row
from dermdash.trial.schema import (
    ACTIVE_STATES,
    AllocationRow,
    ArmRow,
    JobRow,
    ScanRow,
    SealedArmRow,
    StudyEventRow,
    StudyRow,
    SubjectRow,
)
from dermdash.trial.transaction import Transaction

HIDDEN = "(sealed)"
SEALED_ARMS = (
    "the arms of {study} are sealed and go by their codes; an administrator allocates, reads the "
    "seal, or unblinds"
)


@dataclass(frozen=True, slots=True)
class RealArm:
    """What stands behind a code."""

    code: str
    name: str
    is_control: bool


def seal_arms(tx: Transaction, study_id: int, *, seed: int | None = None) -> None:
    """Put the arms of a study under codes that tell nothing of them.

    seed : of the drawing, kept in the seal; None draws it too

    Raises
    ------
    InputError
        Whoever asks is no administrator.
    DesignError
        The study has fewer than two arms, is not collecting, is blinded or was unblinded, or
        scans with arms by their names are still being made.
    """
    require(tx.by, "blind a study", tx.settings.administrators)
    study = study_row(tx, study_id)
    arms = tx.session.scalars(
        select(ArmRow).where(ArmRow.study_id == study_id).order_by(ArmRow.id)
    ).all()
    _check_sealable(tx, study, len(arms))
    seed = secrets.randbits(62) if seed is None else seed
    real = {arm.name.casefold() for arm in arms}
    unlike = (code for code in map(arm_code, count()) if code.casefold() not in real)
    codes = list(islice(unlike, len(arms)))
    drawn = Random(seed).sample(codes, len(codes))
    with acting(tx, "sealing"):
        for arm in arms:
            tx.session.add(
                SealedArmRow(
                    arm_id=arm.id,
                    study_id=study_id,
                    name=arm.name,
                    label=arm.label,
                    is_control=arm.is_control,
                    colour=arm.colour,
                    seed=seed,
                )
            )
        for arm, code in zip(arms, drawn, strict=True):
            arm.name = arm.label = arm.code = code
            arm.is_control = False
            arm.colour = ARM_COLOURS[codes.index(code) % len(ARM_COLOURS)]
        study.blinded = True
        _write_down(tx, study_id, "blinded")


def unseal_arms(tx: Transaction, study_id: int) -> None:
    """Put the arms' own names, labels and colours back; a part of unblinding, which checks first.

    Each arm's ``code`` stays the one that it went by.
    """
    study = study_row(tx, study_id)
    sealed = tx.session.scalars(select(SealedArmRow).where(SealedArmRow.study_id == study_id)).all()
    with acting(tx, "sealing"):
        for seal in sealed:
            arm = tx.session.get_one(ArmRow, seal.arm_id)
            arm.name, arm.label = seal.name, seal.label
            arm.is_control, arm.colour = seal.is_control, seal.colour
            tx.session.delete(seal)
        study.blinded = False


def read_seal(tx: Transaction, study_id: int) -> tuple[RealArm, ...]:
    """What the codes stand for, by code; that it was read is written down, with the reader.

    Raises
    ------
    InputError
        Whoever asks is no administrator.
    DesignError
        The study is not blinded.
    """
    require(tx.by, "read the seal", tx.settings.administrators)
    study = study_row(tx, study_id)
    if not study.blinded:
        raise DesignError(f"{study.name} is not blinded; its arms go by their own names")
    rows = tx.session.execute(
        select(ArmRow.name, SealedArmRow.name, SealedArmRow.is_control)
        .join(SealedArmRow, SealedArmRow.arm_id == ArmRow.id)
        .where(ArmRow.study_id == study_id)
        .order_by(func.length(ArmRow.name), ArmRow.name)
    ).all()
    _write_down(tx, study_id, "seal read")
    tx.session.flush()
    return tuple(RealArm(code, name, is_control) for code, name, is_control in rows)


def find_sealed_arm(tx: Transaction, study: StudyRow, name: str) -> ArmRow:
    """The arm of a blinded study by its code or, for an administrator, by its own name.

    Whoever is none gets one and the same refusal for every name that is no code, right or wrong,
    so that asking tells nothing.

    Raises
    ------
    DesignError
    """
    name = clean_name(name, "arm")
    arms = tx.session.scalars(
        select(ArmRow)
        .where(ArmRow.study_id == study.id)
        .order_by(func.length(ArmRow.name), ArmRow.name)
    ).all()
    for arm in arms:
        if arm.name == name:
            return arm
    if not may(tx.by, "allocate arms that are sealed", tx.settings.administrators):
        raise DesignError(SEALED_ARMS.format(study=study.name))
    seal = tx.session.scalar(
        select(SealedArmRow).where(SealedArmRow.study_id == study.id, SealedArmRow.name == name)
    )
    if seal is None:
        codes = ", ".join(arm.name for arm in arms)
        raise DesignError(
            f"arm={name} is no arm of {study.name}, by its own name or by a code ({codes}); "
            "correct it"
        )
    return tx.session.get_one(ArmRow, seal.arm_id)


def tell_tales(tx: Transaction, study_id: int) -> list[str]:
    """What would still tell the arms apart once they are sealed, in words with numbers."""
    arms = tx.session.scalars(select(ArmRow).where(ArmRow.study_id == study_id)).all()
    names = _either([text for arm in arms for text in (arm.name, arm.label)])
    files = tx.session.scalars(
        select(ScanRow.file_name)
        .join(SubjectRow, SubjectRow.id == ScanRow.subject_id)
        .where(SubjectRow.study_id == study_id)
    )
    told = sum(names is not None and names.search(name) is not None for name in files)
    sizes = tx.session.scalars(
        select(func.count(AllocationRow.subject_id.distinct()))
        .join(ArmRow, ArmRow.id == AllocationRow.arm_id)
        .where(ArmRow.study_id == study_id)
        .group_by(ArmRow.id)
    ).all()
    targets = [arm.target_n for arm in arms]
    tales = []
    if told:
        tales.append(
            f"{told} file names hold an arm's name, which is hidden where they are shown, but "
            "not from whoever sees the files"
        )
    if len(set(targets)) > 1:
        tales.append("the arms' target numbers differ, and tell them apart")
    if len(sizes) > 1 and max(sizes) >= 1.5 * min(sizes):
        tales.append(
            f"arms of {min(sizes)} and {max(sizes)} subjects are told apart by their size, "
            "whatever they are called"
        )
    return tales


def scans_on_the_way(tx: Transaction, study_id: int) -> int:
    """How many scans are being made or stored by jobs."""
    query = select(func.count()).where(
        JobRow.study_id == study_id,
        JobRow.scan_id.is_(None),
        JobRow.kind.not_in((CARD, REPORT)),
        JobRow.state.in_(ACTIVE_STATES),
    )
    return tx.session.scalar(query) or 0


def blinded_studies(tx: Transaction) -> frozenset[int]:
    """The ids of the studies whose arms are sealed now."""
    return frozenset(tx.session.scalars(select(StudyRow.id).where(StudyRow.blinded)))


def sealed_names(tx: Transaction, study_id: int | None = None) -> re.Pattern[str] | None:
    """Finds a sealed arm's own name within a text; None where nothing is sealed.

    study_id : None for the names of all blinded studies
    """
    query = select(SealedArmRow.name, SealedArmRow.label)
    if study_id is not None:
        query = query.where(SealedArmRow.study_id == study_id)
    return _either([text for row in tx.session.execute(query) for text in row])


def _either(names: Sequence[str]) -> re.Pattern[str] | None:
    """Finds any of the names as a word of its own, whatever its case."""
    longest_first = sorted(set(names), key=len, reverse=True)
    words = "|".join(map(re.escape, longest_first))
    return re.compile(rf"(?<![^\W_])(?:{words})(?![^\W_])", re.IGNORECASE) if words else None


def _check_sealable(tx: Transaction, study: StudyRow, n_arms: int) -> None:
    if study.blinded:
        raise DesignError(f"{study.name} is blinded already; its arms go by codes")
    if n_arms < 2:
        raise DesignError(
            f"{study.name} has {n_arms or 'no'} arm{'' if n_arms == 1 else 's'}, and nothing to "
            "hide; give it its arms first"
        )
    unblinded = select(StudyEventRow.id).where(
        StudyEventRow.study_id == study.id, StudyEventRow.act == "unblinded"
    )
    if tx.session.scalar(unblinded.limit(1)) is not None:
        raise DesignError(
            f"{study.name} was unblinded, and what was seen cannot be hidden again; go on with "
            "its arms by their names"
        )
    if study.state != "collecting":
        raise DesignError(f"the data of {study.name} are locked; reopen the study to blind it")
    if n := scans_on_the_way(tx, study.id):
        raise DesignError(
            f"{n} scans of {study.name} are still on the way, for arms by their names; wait until "
            "they are stored"
        )


def _write_down(tx: Transaction, study_id: int, act: str) -> None:
    tx.session.add(StudyEventRow(study_id=study_id, act=act, author=tx.author, at=tx.at))
