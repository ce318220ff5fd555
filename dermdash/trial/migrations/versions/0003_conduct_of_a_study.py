"""The conduct of a study: its life, its seal, markings, files that wait, quality read-outs.

Revision ID: 0003
Revises: 0002
"""

from alembic import op
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Double,
    ForeignKeyConstraint,
    Integer,
    PrimaryKeyConstraint,
    String,
    UniqueConstraint,
    false,
    true,
)

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    _widen()
    _add_life()
    _add_observations()


def _widen() -> None:
    """New columns of tables that there are."""
    with op.batch_alter_table("study", recreate="always") as table:
        table.add_column(Column("blinded", Boolean(), nullable=False, server_default=false()))
        table.add_column(Column("name_pattern", String(), nullable=True))
        table.add_column(Column("marking_seed", BigInteger(), nullable=True))
        table.add_column(Column("duplicate_share", Double(), nullable=False, server_default="0.1"))
        table.create_check_constraint(
            op.f("ck_study_state"), "state in ('collecting', 'locked', 'unblinded')"
        )
    with op.batch_alter_table("arm") as table:
        table.add_column(Column("target_n", Integer(), nullable=True))
    with op.batch_alter_table("subject", recreate="always") as table:
        table.drop_constraint(op.f("ck_subject_status"), type_="check")
        table.create_check_constraint(
            op.f("ck_subject_status"), "status in ('active', 'withdrawn', 'erased')"
        )
        table.add_column(Column("withdrawn_on", Date(), nullable=True))
        table.add_column(Column("full_analysis", Boolean(), nullable=False, server_default=true()))
        table.add_column(Column("per_protocol", Boolean(), nullable=False, server_default=true()))
        table.add_column(Column("population_reason", String(), nullable=True))
        table.add_column(Column("version", Integer(), nullable=False, server_default="1"))
    with op.batch_alter_table("volume") as table:
        table.add_column(Column("mtime_ns", BigInteger(), nullable=True))


def _add_life() -> None:
    op.create_table(
        "study_event",
        Column("id", Integer(), nullable=False),
        Column("study_id", Integer(), nullable=False),
        Column("act", String(), nullable=False),
        Column("reason", String(), nullable=True),
        Column("digest", String(), nullable=True),
        Column("plan_version", Integer(), nullable=True),
        Column("subject_id", Integer(), nullable=True),
        Column("author", String(), nullable=False),
        Column("at", DateTime(), nullable=False),
        CheckConstraint(
            "act in ('blinded', 'seal read', 'locked', 'unblinded', 'reopened', 'erased')",
            name=op.f("ck_study_event_act"),
        ),
        ForeignKeyConstraint(
            ["study_id"], ["study.id"], name=op.f("fk_study_event_study_id_study")
        ),
        ForeignKeyConstraint(
            ["subject_id"], ["subject.id"], name=op.f("fk_study_event_subject_id_subject")
        ),
        PrimaryKeyConstraint("id", name=op.f("pk_study_event")),
    )
    op.create_index(op.f("ix_study_event_study_id"), "study_event", ["study_id"], unique=False)
    op.create_table(
        "sealed_arm",
        Column("arm_id", Integer(), nullable=False),
        Column("study_id", Integer(), nullable=False),
        Column("name", String(), nullable=False),
        Column("label", String(), nullable=False),
        Column("is_control", Boolean(), nullable=False),
        Column("colour", String(), nullable=False),
        Column("seed", BigInteger(), nullable=False),
        ForeignKeyConstraint(["arm_id"], ["arm.id"], name=op.f("fk_sealed_arm_arm_id_arm")),
        ForeignKeyConstraint(["study_id"], ["study.id"], name=op.f("fk_sealed_arm_study_id_study")),
        PrimaryKeyConstraint("arm_id", name=op.f("pk_sealed_arm")),
    )
    op.create_index(op.f("ix_sealed_arm_study_id"), "sealed_arm", ["study_id"], unique=False)
    op.create_table(
        "covariate",
        Column("id", Integer(), nullable=False),
        Column("study_id", Integer(), nullable=False),
        Column("name", String(), nullable=False),
        Column("kind", String(), nullable=False),
        Column("unit", String(), nullable=True),
        CheckConstraint(
            "kind in ('number', 'category', 'yes_no', 'text')", name=op.f("ck_covariate_kind")
        ),
        ForeignKeyConstraint(["study_id"], ["study.id"], name=op.f("fk_covariate_study_id_study")),
        PrimaryKeyConstraint("id", name=op.f("pk_covariate")),
        UniqueConstraint("study_id", "name", name=op.f("uq_covariate_study_id_name")),
    )


def _add_observations() -> None:
    op.create_table(
        "marking",
        Column("id", Integer(), nullable=False),
        Column("study_id", Integer(), nullable=False),
        Column("scan_id", Integer(), nullable=False),
        Column("reader", String(), nullable=False),
        Column("look", Integer(), nullable=False),
        Column("revision", Integer(), nullable=False),
        Column("verdict", String(), nullable=False),
        Column("reason", String(), nullable=True),
        Column("points", JSON(), nullable=True),
        Column("mean_um", Double(), nullable=True),
        Column("digest", String(), nullable=True),
        Column("seconds", Double(), nullable=True),
        Column("at", DateTime(), nullable=False),
        CheckConstraint(
            "(verdict = 'marked' and mean_um is not null and digest is not null)"
            " or (verdict = 'cannot tell' and mean_um is null and reason is not null)",
            name=op.f("ck_marking_verdict"),
        ),
        ForeignKeyConstraint(["scan_id"], ["scan.id"], name=op.f("fk_marking_scan_id_scan")),
        ForeignKeyConstraint(["study_id"], ["study.id"], name=op.f("fk_marking_study_id_study")),
        PrimaryKeyConstraint("id", name=op.f("pk_marking")),
        UniqueConstraint(
            "scan_id",
            "reader",
            "look",
            "revision",
            name=op.f("uq_marking_scan_id_reader_look_revision"),
        ),
    )
    op.create_index(op.f("ix_marking_study_id"), "marking", ["study_id"], unique=False)
    op.create_table(
        "inbox_file",
        Column("path", String(), nullable=False),
        Column("bytes", BigInteger(), nullable=False),
        Column("mtime_ns", BigInteger(), nullable=False),
        Column("sha256", String(), nullable=True),
        Column("reading", JSON(), nullable=True),
        Column("spacing_source", String(), nullable=True),
        Column("nz", Integer(), nullable=True),
        Column("ny", Integer(), nullable=True),
        Column("nx", Integer(), nullable=True),
        Column("problem", String(), nullable=True),
        Column("looked_at", DateTime(), nullable=False),
        PrimaryKeyConstraint("path", name=op.f("pk_inbox_file")),
    )
    op.create_index(op.f("ix_inbox_file_sha256"), "inbox_file", ["sha256"], unique=False)
    op.create_table(
        "quality",
        Column("key", String(), nullable=False),
        Column("volume_sha256", String(), nullable=False),
        Column("reading", JSON(), nullable=False),
        Column("body", JSON(), nullable=False),
        Column("at", DateTime(), nullable=False),
        ForeignKeyConstraint(
            ["volume_sha256"], ["volume.sha256"], name=op.f("fk_quality_volume_sha256_volume")
        ),
        PrimaryKeyConstraint("key", name=op.f("pk_quality")),
    )
    op.create_index(op.f("ix_quality_volume_sha256"), "quality", ["volume_sha256"], unique=False)
