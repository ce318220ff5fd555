"""The tables of the store, one class each.

    study ─┬─ arm ─────── allocation ─┐ sealed_arm
           ├─ visit ──────┐           │
           ├─ site ───────┤           │
           ├─ subject ────┴─ scan ─┬─ dej, marking
           │                       └─ volume ─┬─ grading ─ grading_array
           ├─ covariate                       └─ quality
           ├─ protocol ─ model
           ├─ plan ─── result ─┐
           ├─ report ───────── card
           ├─ rendering
           ├─ study_event
           └─ job                              inbox_file, audit, store

Of append-only tables no row, once written, is ever changed. The rest of the program meets frozen
dataclasses and frames, not these rows.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from dermdash.trial.base import NULL_OR_JSON, Base, unique_where
from dermdash.trial.conduct import (
    COVARIATE_KINDS,
    STUDY_ACTS,
    CovariateRow,
    InboxFileRow,
    MarkingRow,
    QualityRow,
    SealedArmRow,
    StudyEventRow,
)
from dermdash.trial.paper import REPORT_FORMATS, CardRow, RenderingRow, ReportRow, StoreRow

__all__ = [
    "COVARIATE_KINDS",
    "REPORT_FORMATS",
    "STUDY_ACTS",
    "CardRow",
    "CovariateRow",
    "InboxFileRow",
    "MarkingRow",
    "QualityRow",
    "RenderingRow",
    "ReportRow",
    "SealedArmRow",
    "StoreRow",
    "StudyEventRow",
]

ACTIVE_STATES = ("queued", "running")
JOB_STATES = (*ACTIVE_STATES, "done", "failed", "cancelled")
STUDY_KINDS = ("cohorts", "before_after", "hemi_face")
STUDY_STATES = ("collecting", "locked", "unblinded")
SUBJECT_STATUSES = ("active", "withdrawn", "erased")
DEJ_SOURCES = ("manual", "file", "detected", "edited")


class StudyRow(Base):
    __tablename__ = "study"
    __table_args__ = (
        CheckConstraint(f"kind in {STUDY_KINDS}", name="kind"),
        CheckConstraint(f"state in {STUDY_STATES}", name="state"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    state: Mapped[str] = mapped_column(default="collecting")
    synthetic: Mapped[bool]
    created_at: Mapped[datetime]
    blinded: Mapped[bool] = mapped_column(default=False)
    name_pattern: Mapped[str | None]
    marking_seed: Mapped[int | None] = mapped_column(BigInteger)
    duplicate_share: Mapped[float] = mapped_column(default=0.1)


class ArmRow(Base):
    __tablename__ = "arm"
    __table_args__ = (UniqueConstraint("study_id", "name"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"))
    name: Mapped[str]
    code: Mapped[str]
    label: Mapped[str]
    is_control: Mapped[bool]
    colour: Mapped[str]
    target_n: Mapped[int | None]


class VisitRow(Base):
    __tablename__ = "visit"
    __table_args__ = (UniqueConstraint("study_id", "name"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"))
    name: Mapped[str]
    day: Mapped[int]
    is_baseline: Mapped[bool]


class SiteRow(Base):
    __tablename__ = "site"
    __table_args__ = (UniqueConstraint("study_id", "name"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"))
    name: Mapped[str]
    side: Mapped[str | None]


class SubjectRow(Base):
    __tablename__ = "subject"
    __table_args__ = (
        UniqueConstraint("study_id", "code"),
        CheckConstraint(f"status in {SUBJECT_STATUSES}", name="status"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"), index=True)
    code: Mapped[str]
    status: Mapped[str] = mapped_column(default="active")
    reason: Mapped[str | None]
    covariates: Mapped[dict[str, Any]]
    withdrawn_on: Mapped[date | None]
    full_analysis: Mapped[bool] = mapped_column(default=True)
    per_protocol: Mapped[bool] = mapped_column(default=True)
    population_reason: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)


class AllocationRow(Base):
    """Which arm a subject is in; with a site, which arm that side of the subject is in."""

    __tablename__ = "allocation"
    __table_args__ = (
        UniqueConstraint("subject_id", "site_id"),
        unique_where("uq_allocation_whole_subject", "subject_id", where="site_id is null"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"))
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    arm_id: Mapped[int] = mapped_column(ForeignKey("arm.id"))


class VolumeRow(Base):
    """A volume's file, kept once by content.

    place : in the vault; absolute where the file was registered where it lies
    mtime_ns : of a file outside the vault when its content was last hashed; else missing
    """

    __tablename__ = "volume"
    sha256: Mapped[str] = mapped_column(primary_key=True)
    bytes: Mapped[int]
    place: Mapped[str]
    stored_at: Mapped[datetime]
    verified_at: Mapped[datetime]
    mtime_ns: Mapped[int | None] = mapped_column(BigInteger)


class ScanRow(Base):
    __tablename__ = "scan"
    __table_args__ = (UniqueConstraint("subject_id", "visit_id", "site_id", "replicate"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"))
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"))
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    replicate: Mapped[int]
    volume_sha256: Mapped[str] = mapped_column(ForeignKey("volume.sha256"), index=True)
    file_name: Mapped[str]
    reading: Mapped[dict[str, Any]]
    spacing_source: Mapped[str | None]
    nz: Mapped[int]
    ny: Mapped[int]
    nx: Mapped[int]
    operator: Mapped[str | None]
    acquired_at: Mapped[datetime | None]
    stored_at: Mapped[datetime]
    stored_by: Mapped[str]
    excluded_reason: Mapped[str | None]
    grading_key: Mapped[str | None] = mapped_column(index=True)


class DejRow(Base):
    """One marking of a scan's DEJ; the highest ``seq`` counts."""

    append_only = True
    __tablename__ = "dej"
    __table_args__ = (
        UniqueConstraint("scan_id", "seq"),
        CheckConstraint(
            "(kind = 'plane' and value_um is not null and map_sha256 is null)"
            " or (kind = 'surface' and value_um is null and map_sha256 is not null)",
            name="plane_or_surface",
        ),
        CheckConstraint(f"source in {DEJ_SOURCES}", name="source"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    scan_id: Mapped[int] = mapped_column(ForeignKey("scan.id"))
    seq: Mapped[int]
    kind: Mapped[str]
    value_um: Mapped[float | None]
    map_sha256: Mapped[str | None]
    median_um: Mapped[float]
    source: Mapped[str]
    editor: Mapped[str]
    at: Mapped[datetime]
    digest: Mapped[str] = mapped_column(index=True)


class ModelRow(Base):
    __tablename__ = "model"
    digest: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    use: Mapped[str]
    card: Mapped[dict[str, Any]]
    registered_at: Mapped[datetime]


class ProtocolRow(Base):
    """A study's reading protocol; the highest ``version`` counts."""

    append_only = True
    __tablename__ = "protocol"
    __table_args__ = (UniqueConstraint("study_id", "version"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"))
    version: Mapped[int]
    model_digest: Mapped[str] = mapped_column(ForeignKey("model.digest"))
    sampling: Mapped[dict[str, Any]]
    author: Mapped[str]
    at: Mapped[datetime]


class PlanRow(Base):
    """A version of a study's analysis plan; ``locked_by`` and ``locked_at`` are filled once."""

    append_only = True
    filled_once = frozenset({"locked_by", "locked_at"})
    __tablename__ = "plan"
    __table_args__ = (
        UniqueConstraint("study_id", "version"),
        CheckConstraint("(locked_by is null) = (locked_at is null)", name="locked"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"))
    version: Mapped[int]
    body: Mapped[dict[str, Any]]
    author: Mapped[str]
    at: Mapped[datetime]
    locked_by: Mapped[str | None] = mapped_column(active_history=True)
    locked_at: Mapped[datetime | None] = mapped_column(active_history=True)


class ResultRow(Base):
    """An answer as it was given; ``key`` is the hash of all that it depends on."""

    append_only = True
    __tablename__ = "result"
    __table_args__ = (
        ForeignKeyConstraint(["study_id", "plan_version"], ["plan.study_id", "plan.version"]),
    )
    key: Mapped[str] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"), index=True)
    question: Mapped[dict[str, Any]]
    plan_version: Mapped[int | None]
    data_digest: Mapped[str]
    software: Mapped[str]
    body: Mapped[dict[str, Any]]
    author: Mapped[str]
    at: Mapped[datetime]


class GradingRow(Base):
    """A finished grading, written once; ``key`` is the hash of all that it depends on."""

    append_only = True
    __tablename__ = "grading"
    key: Mapped[str] = mapped_column(primary_key=True)
    volume_sha256: Mapped[str] = mapped_column(ForeignKey("volume.sha256"))
    reading: Mapped[dict[str, Any]]
    dej_digest: Mapped[str]
    sampling: Mapped[dict[str, Any]]
    model_digest: Mapped[str] = mapped_column(ForeignKey("model.digest"))
    n_layers: Mapped[int]
    n_crops: Mapped[int]
    grade_mean: Mapped[float]
    expected_grade: Mapped[float]
    graded_at: Mapped[datetime]


class GradingArrayRow(Base):
    """The arrays of a grading, apart from it so that ``grading`` stays narrow."""

    append_only = True
    __tablename__ = "grading_array"
    grading_key: Mapped[str] = mapped_column(ForeignKey("grading.key"), primary_key=True)
    profile: Mapped[bytes]
    probabilities: Mapped[bytes]


class JobRow(Base):
    """Something asked of the worker, and what came of it."""

    __tablename__ = "job"
    __table_args__ = (
        CheckConstraint(f"state in {JOB_STATES}", name="state"),
        unique_where("uq_job_active", "kind", "key", where=f"state in {ACTIVE_STATES}"),
        Index("ix_job_key", "key"),
        Index("ix_job_state_kind", "state", "kind"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    key: Mapped[str]
    payload: Mapped[dict[str, Any]]
    study_id: Mapped[int | None] = mapped_column(ForeignKey("study.id"))
    scan_id: Mapped[int | None] = mapped_column(ForeignKey("scan.id"))
    state: Mapped[str]
    progress: Mapped[float] = mapped_column(default=0.0)
    attempt: Mapped[int] = mapped_column(default=0)
    deaths: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None]
    by: Mapped[str]
    asked_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class AuditRow(Base):
    """Who did what to which row, and what it was before and after."""

    append_only = True
    __tablename__ = "audit"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    by: Mapped[str]
    act: Mapped[str]
    entity: Mapped[str] = mapped_column(index=True)
    before: Mapped[dict[str, Any] | None] = mapped_column(NULL_OR_JSON)
    after: Mapped[dict[str, Any] | None] = mapped_column(NULL_OR_JSON)
    reason: Mapped[str | None]
