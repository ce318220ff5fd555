"""Analysis plans, and the results that were given.

Revision ID: 0002
Revises: 0001
"""

from alembic import op
from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Integer,
    PrimaryKeyConstraint,
    String,
    UniqueConstraint,
)

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "plan",
        Column("id", Integer(), nullable=False),
        Column("study_id", Integer(), nullable=False),
        Column("version", Integer(), nullable=False),
        Column("body", JSON(), nullable=False),
        Column("author", String(), nullable=False),
        Column("at", DateTime(), nullable=False),
        Column("locked_by", String(), nullable=True),
        Column("locked_at", DateTime(), nullable=True),
        CheckConstraint("(locked_by is null) = (locked_at is null)", name=op.f("ck_plan_locked")),
        ForeignKeyConstraint(["study_id"], ["study.id"], name=op.f("fk_plan_study_id_study")),
        PrimaryKeyConstraint("id", name=op.f("pk_plan")),
        UniqueConstraint("study_id", "version", name=op.f("uq_plan_study_id_version")),
    )
    op.create_table(
        "result",
        Column("key", String(), nullable=False),
        Column("study_id", Integer(), nullable=False),
        Column("question", JSON(), nullable=False),
        Column("plan_version", Integer(), nullable=True),
        Column("data_digest", String(), nullable=False),
        Column("software", String(), nullable=False),
        Column("body", JSON(), nullable=False),
        Column("author", String(), nullable=False),
        Column("at", DateTime(), nullable=False),
        ForeignKeyConstraint(["study_id"], ["study.id"], name=op.f("fk_result_study_id_study")),
        ForeignKeyConstraint(
            ["study_id", "plan_version"],
            ["plan.study_id", "plan.version"],
            name=op.f("fk_result_study_id_plan_version_plan"),
        ),
        PrimaryKeyConstraint("key", name=op.f("pk_result")),
    )
    op.create_index(op.f("ix_result_study_id"), "result", ["study_id"], unique=False)
