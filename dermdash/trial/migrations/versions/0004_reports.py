"""Reports, their cards and what was rendered of them; the store's own id.

Revision ID: 0004
Revises: 0003
"""

from uuid import uuid4

from alembic import op
from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Integer,
    PrimaryKeyConstraint,
    String,
)

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    store = op.create_table(
        "store",
        Column("id", String(), nullable=False),
        PrimaryKeyConstraint("id", name=op.f("pk_store")),
    )
    op.bulk_insert(store, [{"id": str(uuid4())}])
    op.create_table(
        "report",
        Column("id", Integer(), nullable=False),
        Column("study_id", Integer(), nullable=False),
        Column("title", String(), nullable=False),
        Column("author", String(), nullable=False),
        Column("at", DateTime(), nullable=False),
        ForeignKeyConstraint(["study_id"], ["study.id"], name=op.f("fk_report_study_id_study")),
        PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_report_study_id"), "report", ["study_id"], unique=False)
    op.create_table(
        "card",
        Column("id", Integer(), nullable=False),
        Column("report_id", Integer(), nullable=False),
        Column("position", Integer(), nullable=False),
        Column("title", String(), nullable=False),
        Column("comment", String(), nullable=True),
        Column("text", String(), nullable=True),
        Column("question", JSON(), nullable=True),
        Column("result_key", String(), nullable=True),
        Column("error", String(), nullable=True),
        Column("answered_at", DateTime(), nullable=True),
        CheckConstraint(
            "(question is null) <> (text is null)", name=op.f("ck_card_question_or_text")
        ),
        ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_card_report_id_report")),
        ForeignKeyConstraint(
            ["result_key"], ["result.key"], name=op.f("fk_card_result_key_result")
        ),
        PrimaryKeyConstraint("id", name=op.f("pk_card")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_card_report_id"), "card", ["report_id"], unique=False)
    op.create_index(op.f("ix_card_result_key"), "card", ["result_key"], unique=False)
    op.create_table(
        "rendering",
        Column("id", Integer(), nullable=False),
        Column("report_id", Integer(), nullable=False),
        Column("study_id", Integer(), nullable=False),
        Column("studies", JSON(), nullable=False),
        Column("title", String(), nullable=False),
        Column("format", String(), nullable=False),
        Column("file_name", String(), nullable=False),
        Column("sha256", String(), nullable=False),
        Column("bytes", BigInteger(), nullable=False),
        Column("author", String(), nullable=False),
        Column("at", DateTime(), nullable=False),
        Column("software", String(), nullable=False),
        Column("contents", String(), nullable=False),
        Column("step", Integer(), nullable=False),
        CheckConstraint(
            "format in ('pdf', 'docx', 'pptx', 'html', 'xlsx', 'zip')",
            name=op.f("ck_rendering_format"),
        ),
        ForeignKeyConstraint(["study_id"], ["study.id"], name=op.f("fk_rendering_study_id_study")),
        PrimaryKeyConstraint("id", name=op.f("pk_rendering")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_rendering_study_id"), "rendering", ["study_id"], unique=False)
