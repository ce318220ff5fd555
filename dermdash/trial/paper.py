"""The tables of what leaves the store: reports, their cards, and what was rendered of them.

They refer to the tables of ``schema``, which names these among its own.
"""

from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from dermdash.trial.base import NULL_OR_JSON, Base

ReportFormat = Literal["pdf", "docx", "pptx", "html", "xlsx", "zip"]
REPORT_FORMATS: tuple[ReportFormat, ...] = get_args(ReportFormat)
CARD, REPORT = "card", "report"  # the kinds of jobs: to answer a card, to render a report
NEVER_AGAIN = {"sqlite_autoincrement": True}  # a page may still hold the number of what is gone


class StoreRow(Base):
    """The store itself, in one row; ``id`` stays the same in its backups."""

    append_only = True
    audited = False
    __tablename__ = "store"
    id: Mapped[str] = mapped_column(primary_key=True)


class ReportRow(Base):
    """A report as it is collected."""

    __tablename__ = "report"
    __table_args__ = NEVER_AGAIN
    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"), index=True)
    title: Mapped[str]
    author: Mapped[str]
    at: Mapped[datetime]


class CardRow(Base):
    """A card of a report: a text, or a question with the result that it shows.

    position : 1 and up in its report, without gaps
    title : empty until the first answer gives one
    error : why the question was last not answered
    answered_at : when it was last answered, or could not be
    """

    __tablename__ = "card"
    __table_args__ = (
        CheckConstraint("(question is null) <> (text is null)", name="question_or_text"),
        NEVER_AGAIN,
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"), index=True)
    position: Mapped[int]
    title: Mapped[str]
    comment: Mapped[str | None]
    text: Mapped[str | None]
    question: Mapped[dict[str, Any] | None] = mapped_column(NULL_OR_JSON)
    result_key: Mapped[str | None] = mapped_column(ForeignKey("result.key"), index=True)
    error: Mapped[str | None]
    answered_at: Mapped[datetime | None]


class RenderingRow(Base):
    """A report as a file, kept under the hash of its bytes; it outlives its report.

    report_id : of a report that may be gone
    studies : ids of all studies that it speaks of
    contents : digest of the cards that it was made of, whatever the format
    step : the last ``study_event`` that it knew of
    """

    append_only = True
    __tablename__ = "rendering"
    __table_args__ = (
        CheckConstraint(f"format in {REPORT_FORMATS}", name="format"),
        NEVER_AGAIN,
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int]
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"), index=True)
    studies: Mapped[list[int]] = mapped_column(JSON)
    title: Mapped[str]
    format: Mapped[str]
    file_name: Mapped[str]
    sha256: Mapped[str]
    bytes: Mapped[int] = mapped_column(BigInteger)
    author: Mapped[str]
    at: Mapped[datetime]
    software: Mapped[str]
    contents: Mapped[str]
    step: Mapped[int]
