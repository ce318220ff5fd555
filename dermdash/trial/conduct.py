"""The tables of a study's conduct: its life, its seal, markings, files that wait, read-outs.

They refer to the tables of ``schema``, which names these among its own.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from dermdash.trial.base import NULL_OR_JSON, Base

STUDY_ACTS = ("blinded", "seal read", "locked", "unblinded", "reopened", "erased")
COVARIATE_KINDS = ("number", "category", "yes_no", "text")


class StudyEventRow(Base):
    """A step of a study's life; ``digest`` is that of the data as they were locked."""

    append_only = True
    __tablename__ = "study_event"
    __table_args__ = (CheckConstraint(f"act in {STUDY_ACTS}", name="act"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"), index=True)
    act: Mapped[str]
    reason: Mapped[str | None]
    digest: Mapped[str | None]
    plan_version: Mapped[int | None]
    subject_id: Mapped[int | None] = mapped_column(ForeignKey("subject.id"))
    author: Mapped[str]
    at: Mapped[datetime]


class SealedArmRow(Base):
    """What an arm really is while its study is blinded; ``arm`` then shows its code instead."""

    __tablename__ = "sealed_arm"
    arm_id: Mapped[int] = mapped_column(ForeignKey("arm.id"), primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"), index=True)
    name: Mapped[str]
    label: Mapped[str]
    is_control: Mapped[bool]
    colour: Mapped[str]
    seed: Mapped[int] = mapped_column(BigInteger)


class CovariateRow(Base):
    """What a covariate of a study's subjects is: its kind and unit."""

    __tablename__ = "covariate"
    __table_args__ = (
        UniqueConstraint("study_id", "name"),
        CheckConstraint(f"kind in {COVARIATE_KINDS}", name="kind"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"))
    name: Mapped[str]
    kind: Mapped[str]
    unit: Mapped[str | None]


class MarkingRow(Base):
    """One reader's look at a scan in the blinded queue.

    look : 2 where the same reader was asked again, without knowing it
    revision : 2 and up where the reader went back and corrected the look; the highest counts
    points : ``{"points": [[y_um, x_um, depth_um], ...]}``, through which the surface goes
    digest : of the DEJ that they make, whether or not it became the scan's
    """

    append_only = True
    __tablename__ = "marking"
    __table_args__ = (
        UniqueConstraint("scan_id", "reader", "look", "revision"),
        CheckConstraint(
            "(verdict = 'marked' and mean_um is not null and digest is not null)"
            " or (verdict = 'cannot tell' and mean_um is null and reason is not null)",
            name="verdict",
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"), index=True)
    scan_id: Mapped[int] = mapped_column(ForeignKey("scan.id"))
    reader: Mapped[str]
    look: Mapped[int]
    revision: Mapped[int] = mapped_column(default=1)
    verdict: Mapped[str]
    reason: Mapped[str | None]
    points: Mapped[dict[str, Any] | None] = mapped_column(NULL_OR_JSON)
    mean_um: Mapped[float | None]
    digest: Mapped[str | None]
    seconds: Mapped[float | None]
    at: Mapped[datetime]


class InboxFileRow(Base):
    """What a file of the inbox was found to be; known again by its size and its time."""

    audited = False
    __tablename__ = "inbox_file"
    path: Mapped[str] = mapped_column(primary_key=True)
    bytes: Mapped[int] = mapped_column(BigInteger)
    mtime_ns: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str | None] = mapped_column(index=True)
    reading: Mapped[dict[str, Any] | None] = mapped_column(NULL_OR_JSON)
    spacing_source: Mapped[str | None]
    nz: Mapped[int | None]
    ny: Mapped[int | None]
    nx: Mapped[int | None]
    problem: Mapped[str | None]
    looked_at: Mapped[datetime]


class QualityRow(Base):
    """The quality read-outs of a volume, read in one way; ``key`` is the hash of both."""

    append_only = True
    __tablename__ = "quality"
    key: Mapped[str] = mapped_column(primary_key=True)
    volume_sha256: Mapped[str] = mapped_column(ForeignKey("volume.sha256"), index=True)
    reading: Mapped[dict[str, Any]]
    body: Mapped[dict[str, Any]]
    at: Mapped[datetime]
