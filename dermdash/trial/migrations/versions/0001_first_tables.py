"""The first tables.

Revision ID: 0001
Revises:
"""

from alembic import op
from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Double,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    UniqueConstraint,
    text,
)

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "audit",
        Column("id", Integer(), nullable=False),
        Column("at", DateTime(), nullable=False),
        Column("by", String(), nullable=False),
        Column("act", String(), nullable=False),
        Column("entity", String(), nullable=False),
        Column("before", JSON(), nullable=True),
        Column("after", JSON(), nullable=True),
        Column("reason", String(), nullable=True),
        PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_entity"), "audit", ["entity"], unique=False)
    op.create_table(
        "model",
        Column("digest", String(), nullable=False),
        Column("name", String(), nullable=False),
        Column("use", String(), nullable=False),
        Column("card", JSON(), nullable=False),
        Column("registered_at", DateTime(), nullable=False),
        PrimaryKeyConstraint("digest", name=op.f("pk_model")),
    )
    op.create_table(
        "study",
        Column("id", Integer(), nullable=False),
        Column("name", String(), nullable=False),
        Column("kind", String(), nullable=False),
        Column("state", String(), nullable=False),
        Column("synthetic", Boolean(), nullable=False),
        Column("created_at", DateTime(), nullable=False),
        CheckConstraint(
            "kind in ('cohorts', 'before_after', 'hemi_face')", name=op.f("ck_study_kind")
        ),
        PrimaryKeyConstraint("id", name=op.f("pk_study")),
        UniqueConstraint("name", name=op.f("uq_study_name")),
    )
    op.create_table(
        "volume",
        Column("sha256", String(), nullable=False),
        Column("bytes", Integer(), nullable=False),
        Column("place", String(), nullable=False),
        Column("stored_at", DateTime(), nullable=False),
        Column("verified_at", DateTime(), nullable=False),
        PrimaryKeyConstraint("sha256", name=op.f("pk_volume")),
    )
    op.create_table(
        "arm",
        Column("id", Integer(), nullable=False),
        Column("study_id", Integer(), nullable=False),
        Column("name", String(), nullable=False),
        Column("code", String(), nullable=False),
        Column("label", String(), nullable=False),
        Column("is_control", Boolean(), nullable=False),
        Column("colour", String(), nullable=False),
        ForeignKeyConstraint(["study_id"], ["study.id"], name=op.f("fk_arm_study_id_study")),
        PrimaryKeyConstraint("id", name=op.f("pk_arm")),
        UniqueConstraint("study_id", "name", name=op.f("uq_arm_study_id_name")),
    )
    op.create_table(
        "grading",
        Column("key", String(), nullable=False),
        Column("volume_sha256", String(), nullable=False),
        Column("reading", JSON(), nullable=False),
        Column("dej_digest", String(), nullable=False),
        Column("sampling", JSON(), nullable=False),
        Column("model_digest", String(), nullable=False),
        Column("n_layers", Integer(), nullable=False),
        Column("n_crops", Integer(), nullable=False),
        Column("grade_mean", Double(), nullable=False),
        Column("expected_grade", Double(), nullable=False),
        Column("graded_at", DateTime(), nullable=False),
        ForeignKeyConstraint(
            ["model_digest"], ["model.digest"], name=op.f("fk_grading_model_digest_model")
        ),
        ForeignKeyConstraint(
            ["volume_sha256"], ["volume.sha256"], name=op.f("fk_grading_volume_sha256_volume")
        ),
        PrimaryKeyConstraint("key", name=op.f("pk_grading")),
    )
    op.create_table(
        "protocol",
        Column("id", Integer(), nullable=False),
        Column("study_id", Integer(), nullable=False),
        Column("version", Integer(), nullable=False),
        Column("model_digest", String(), nullable=False),
        Column("sampling", JSON(), nullable=False),
        Column("author", String(), nullable=False),
        Column("at", DateTime(), nullable=False),
        ForeignKeyConstraint(
            ["model_digest"], ["model.digest"], name=op.f("fk_protocol_model_digest_model")
        ),
        ForeignKeyConstraint(["study_id"], ["study.id"], name=op.f("fk_protocol_study_id_study")),
        PrimaryKeyConstraint("id", name=op.f("pk_protocol")),
        UniqueConstraint("study_id", "version", name=op.f("uq_protocol_study_id_version")),
    )
    op.create_table(
        "site",
        Column("id", Integer(), nullable=False),
        Column("study_id", Integer(), nullable=False),
        Column("name", String(), nullable=False),
        Column("side", String(), nullable=True),
        ForeignKeyConstraint(["study_id"], ["study.id"], name=op.f("fk_site_study_id_study")),
        PrimaryKeyConstraint("id", name=op.f("pk_site")),
        UniqueConstraint("study_id", "name", name=op.f("uq_site_study_id_name")),
    )
    op.create_table(
        "subject",
        Column("id", Integer(), nullable=False),
        Column("study_id", Integer(), nullable=False),
        Column("code", String(), nullable=False),
        Column("status", String(), nullable=False),
        Column("reason", String(), nullable=True),
        Column("covariates", JSON(), nullable=False),
        CheckConstraint("status in ('active', 'withdrawn')", name=op.f("ck_subject_status")),
        ForeignKeyConstraint(["study_id"], ["study.id"], name=op.f("fk_subject_study_id_study")),
        PrimaryKeyConstraint("id", name=op.f("pk_subject")),
        UniqueConstraint("study_id", "code", name=op.f("uq_subject_study_id_code")),
    )
    op.create_index(op.f("ix_subject_study_id"), "subject", ["study_id"], unique=False)
    op.create_table(
        "visit",
        Column("id", Integer(), nullable=False),
        Column("study_id", Integer(), nullable=False),
        Column("name", String(), nullable=False),
        Column("day", Integer(), nullable=False),
        Column("is_baseline", Boolean(), nullable=False),
        ForeignKeyConstraint(["study_id"], ["study.id"], name=op.f("fk_visit_study_id_study")),
        PrimaryKeyConstraint("id", name=op.f("pk_visit")),
        UniqueConstraint("study_id", "name", name=op.f("uq_visit_study_id_name")),
    )
    op.create_table(
        "allocation",
        Column("id", Integer(), nullable=False),
        Column("subject_id", Integer(), nullable=False),
        Column("site_id", Integer(), nullable=True),
        Column("arm_id", Integer(), nullable=False),
        ForeignKeyConstraint(["arm_id"], ["arm.id"], name=op.f("fk_allocation_arm_id_arm")),
        ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_allocation_site_id_site")),
        ForeignKeyConstraint(
            ["subject_id"], ["subject.id"], name=op.f("fk_allocation_subject_id_subject")
        ),
        PrimaryKeyConstraint("id", name=op.f("pk_allocation")),
        UniqueConstraint("subject_id", "site_id", name=op.f("uq_allocation_subject_id_site_id")),
    )
    op.create_index(
        "uq_allocation_whole_subject",
        "allocation",
        ["subject_id"],
        unique=True,
        sqlite_where=text("site_id is null"),
        postgresql_where=text("site_id is null"),
    )
    op.create_table(
        "grading_array",
        Column("grading_key", String(), nullable=False),
        Column("profile", LargeBinary(), nullable=False),
        Column("probabilities", LargeBinary(), nullable=False),
        ForeignKeyConstraint(
            ["grading_key"], ["grading.key"], name=op.f("fk_grading_array_grading_key_grading")
        ),
        PrimaryKeyConstraint("grading_key", name=op.f("pk_grading_array")),
    )
    op.create_table(
        "scan",
        Column("id", Integer(), nullable=False),
        Column("subject_id", Integer(), nullable=False),
        Column("visit_id", Integer(), nullable=False),
        Column("site_id", Integer(), nullable=False),
        Column("replicate", Integer(), nullable=False),
        Column("volume_sha256", String(), nullable=False),
        Column("file_name", String(), nullable=False),
        Column("reading", JSON(), nullable=False),
        Column("spacing_source", String(), nullable=True),
        Column("nz", Integer(), nullable=False),
        Column("ny", Integer(), nullable=False),
        Column("nx", Integer(), nullable=False),
        Column("operator", String(), nullable=True),
        Column("acquired_at", DateTime(), nullable=True),
        Column("stored_at", DateTime(), nullable=False),
        Column("stored_by", String(), nullable=False),
        Column("excluded_reason", String(), nullable=True),
        Column("grading_key", String(), nullable=True),
        ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_scan_site_id_site")),
        ForeignKeyConstraint(
            ["subject_id"], ["subject.id"], name=op.f("fk_scan_subject_id_subject")
        ),
        ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_scan_visit_id_visit")),
        ForeignKeyConstraint(
            ["volume_sha256"], ["volume.sha256"], name=op.f("fk_scan_volume_sha256_volume")
        ),
        PrimaryKeyConstraint("id", name=op.f("pk_scan")),
        UniqueConstraint(
            "subject_id",
            "visit_id",
            "site_id",
            "replicate",
            name=op.f("uq_scan_subject_id_visit_id_site_id_replicate"),
        ),
    )
    op.create_index(op.f("ix_scan_grading_key"), "scan", ["grading_key"], unique=False)
    op.create_index(op.f("ix_scan_volume_sha256"), "scan", ["volume_sha256"], unique=False)
    op.create_table(
        "dej",
        Column("id", Integer(), nullable=False),
        Column("scan_id", Integer(), nullable=False),
        Column("seq", Integer(), nullable=False),
        Column("kind", String(), nullable=False),
        Column("value_um", Double(), nullable=True),
        Column("map_sha256", String(), nullable=True),
        Column("median_um", Double(), nullable=False),
        Column("source", String(), nullable=False),
        Column("editor", String(), nullable=False),
        Column("at", DateTime(), nullable=False),
        Column("digest", String(), nullable=False),
        CheckConstraint(
            "(kind = 'plane' and value_um is not null and map_sha256 is null)"
            " or (kind = 'surface' and value_um is null and map_sha256 is not null)",
            name=op.f("ck_dej_plane_or_surface"),
        ),
        CheckConstraint(
            "source in ('manual', 'file', 'detected', 'edited')", name=op.f("ck_dej_source")
        ),
        ForeignKeyConstraint(["scan_id"], ["scan.id"], name=op.f("fk_dej_scan_id_scan")),
        PrimaryKeyConstraint("id", name=op.f("pk_dej")),
        UniqueConstraint("scan_id", "seq", name=op.f("uq_dej_scan_id_seq")),
    )
    op.create_index(op.f("ix_dej_digest"), "dej", ["digest"], unique=False)
    op.create_table(
        "job",
        Column("id", Integer(), nullable=False),
        Column("kind", String(), nullable=False),
        Column("key", String(), nullable=False),
        Column("payload", JSON(), nullable=False),
        Column("study_id", Integer(), nullable=True),
        Column("scan_id", Integer(), nullable=True),
        Column("state", String(), nullable=False),
        Column("progress", Double(), nullable=False),
        Column("attempt", Integer(), nullable=False),
        Column("deaths", Integer(), nullable=False),
        Column("error", String(), nullable=True),
        Column("by", String(), nullable=False),
        Column("asked_at", DateTime(), nullable=False),
        Column("started_at", DateTime(), nullable=True),
        Column("finished_at", DateTime(), nullable=True),
        CheckConstraint(
            "state in ('queued', 'running', 'done', 'failed', 'cancelled')",
            name=op.f("ck_job_state"),
        ),
        ForeignKeyConstraint(["scan_id"], ["scan.id"], name=op.f("fk_job_scan_id_scan")),
        ForeignKeyConstraint(["study_id"], ["study.id"], name=op.f("fk_job_study_id_study")),
        PrimaryKeyConstraint("id", name=op.f("pk_job")),
    )
    op.create_index("ix_job_key", "job", ["key"], unique=False)
    op.create_index("ix_job_state_kind", "job", ["state", "kind"], unique=False)
    op.create_index(
        "uq_job_active",
        "job",
        ["kind", "key"],
        unique=True,
        sqlite_where=text("state in ('queued', 'running')"),
        postgresql_where=text("state in ('queued', 'running')"),
    )
