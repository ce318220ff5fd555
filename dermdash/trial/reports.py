"""Reports as they are collected: cards in order, kept with their study."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from dermdash.errors import DesignError
from dermdash.trial.cards import (
    add_card,
    add_text,
    change_card,
    drop_card,
    move_card,
    refresh_card,
    remove_card,
)
from dermdash.trial.design import clean_name
from dermdash.trial.jobs import cancel
from dermdash.trial.masking import mask_text
from dermdash.trial.paper import REPORT
from dermdash.trial.parts import study_row
from dermdash.trial.renderings import (
    Rendering,
    ask_rendering,
    list_renderings,
    read_rendering,
)
from dermdash.trial.schema import ACTIVE_STATES, JobRow, ReportRow
from dermdash.trial.store_id import database_id
from dermdash.trial.stored_cards import StoredCard, card_rows, stored_cards
from dermdash.trial.transaction import Transaction

__all__ = [
    "Rendering",
    "StoredCard",
    "StoredReport",
    "add_card",
    "add_text",
    "ask_rendering",
    "change_card",
    "create_report",
    "database_id",
    "delete_report",
    "get_report",
    "list_renderings",
    "list_reports",
    "move_card",
    "read_rendering",
    "refresh_card",
    "remove_card",
    "rename_report",
]


@dataclass(frozen=True, slots=True)
class StoredReport:
    """A report and its cards in order."""

    report_id: int
    study_id: int
    title: str
    author: str
    at: datetime
    cards: tuple[StoredCard, ...]


def create_report(tx: Transaction, study_id: int, title: str) -> int:
    """Start a report of a study, whatever the study's state, and return its id.

    Raises
    ------
    DesignError
        The study is unknown, or the title is unusable.
    """
    study_row(tx, study_id)
    named = clean_name(title, "report")
    row = ReportRow(study_id=study_id, title=named, author=tx.author, at=tx.at)
    tx.session.add(row)
    tx.session.flush()
    return row.id


def list_reports(tx: Transaction, study_id: int) -> tuple[StoredReport, ...]:
    """The reports of a study, the newest first; their results without what they show.

    ``get_report`` has the results whole.
    """
    query = select(ReportRow).where(ReportRow.study_id == study_id)
    rows = tx.session.scalars(query.order_by(ReportRow.id.desc()))
    return tuple(_stored(tx, row, bodies=False) for row in rows)


def get_report(tx: Transaction, report_id: int) -> StoredReport:
    """
    Raises
    ------
    DesignError
        The report is gone.
    """
    return _stored(tx, report_row(tx, report_id), bodies=True)


def rename_report(tx: Transaction, report_id: int, title: str) -> None:
    report_row(tx, report_id).title = clean_name(title, "report")
    tx.session.flush()


def delete_report(tx: Transaction, report_id: int) -> None:
    """Delete a report and its cards; what was rendered of it stays."""
    row = report_row(tx, report_id)
    for card in card_rows(tx, report_id):
        drop_card(tx, card)
    renderings = select(JobRow.id).where(
        JobRow.kind == REPORT,
        JobRow.key.startswith(f"{report_id}/"),
        JobRow.state.in_(ACTIVE_STATES),
    )
    for job_id in tx.session.scalars(renderings).all():
        cancel(tx, job_id)
    tx.session.delete(row)
    tx.session.flush()


def report_row(tx: Transaction, report_id: int) -> ReportRow:
    row = tx.session.get(ReportRow, report_id)
    if row is None:
        raise DesignError("the report was deleted by somebody else; load the page again")
    return row


def _stored(tx: Transaction, row: ReportRow, *, bodies: bool) -> StoredReport:
    return StoredReport(
        report_id=row.id,
        study_id=row.study_id,
        title=mask_text(tx, row.study_id, row.title),
        author=row.author,
        at=row.at,
        cards=stored_cards(tx, row, bodies=bodies),
    )
