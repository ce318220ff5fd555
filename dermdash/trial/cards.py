"""The cards of a report: put in order, titled, commented, and answered by jobs."""

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from dermdash.errors import DesignError
from dermdash.trial.design import clean_name
from dermdash.trial.jobs import cancel, enqueue
from dermdash.trial.paper import CARD
from dermdash.trial.results import ResultKey, StoredResult, keep_result
from dermdash.trial.schema import ACTIVE_STATES, CardRow, ReportRow
from dermdash.trial.stored_cards import card_rows, last_jobs
from dermdash.trial.transaction import Transaction

COMMENT_LENGTH, TEXT_LENGTH, CARDS = 2_000, 20_000, 100


def add_card(
    tx: Transaction,
    report_id: int,
    question: Mapping[str, Any],
    title: str = "",
    *,
    ask: bool = True,
) -> int:
    """Add a question as a report's last card, ask a job to answer it, and return the card's id.

    title : where it is empty, the first answer gives one
    ask : False where whoever adds it answers it

    Raises
    ------
    DesignError
        The report is gone or full, or the title is unusable.
    """
    named = clean_name(title, "card") if title else ""
    row = _append(tx, report_id, title=named, question=dict(question))
    if ask:
        _ask(tx, row)
    return row.id


def add_text(tx: Transaction, report_id: int, title: str, text: str) -> int:
    """Add a text as a report's last card and return the card's id.

    Raises
    ------
    DesignError
        The report is gone or full, the title is unusable, or the text is empty or too long.
    """
    named, words = clean_name(title, "card"), _checked_text(text)
    return _append(tx, report_id, title=named, text=words).id


def change_card(
    tx: Transaction,
    card_id: int,
    *,
    title: str | None = None,
    comment: str | None = None,
    text: str | None = None,
) -> None:
    """Change a card's words; what is None stays, and an empty comment takes it away.

    Raises
    ------
    DesignError
        The card is gone, it is no text, or the words are unusable.
    """
    row = card_row(tx, card_id)
    if text is not None and row.text is None:
        raise DesignError("this card shows a result and has no text; write a comment to it")
    if title is not None:
        row.title = clean_name(title, "card")
    if comment is not None:
        row.comment = clean_text(comment, "comment", COMMENT_LENGTH) or None
    if text is not None:
        row.text = _checked_text(text)
    tx.session.flush()


def move_card(tx: Transaction, card_id: int, position: int) -> None:
    """Put a card at a position, 1 for the first; beyond either end it is the first or the last."""
    row = card_row(tx, card_id)
    others = [other for other in card_rows(tx, row.report_id) if other is not row]
    place = min(max(position, 1), len(others) + 1) - 1
    _number([*others[:place], row, *others[place:]])
    tx.session.flush()


def remove_card(tx: Transaction, card_id: int) -> None:
    """Take a card out of its report, and stop what would answer it."""
    row = card_row(tx, card_id)
    others = [other for other in card_rows(tx, row.report_id) if other is not row]
    drop_card(tx, row)
    _number(others)
    tx.session.flush()


def refresh_card(tx: Transaction, card_id: int) -> None:
    """Ask for another answer, of today's data; the last one shows until it is there."""
    row = card_row(tx, card_id)
    if row.question is None:
        raise DesignError("this card is a text and asks nothing; change its words instead")
    _ask(tx, row)


def find_card(tx: Transaction, card_id: int) -> CardRow | None:
    """The row of a card, for what answers it; None where the card was removed."""
    return tx.session.get(CardRow, card_id)


def keep_answer(
    tx: Transaction, card_id: int, key: ResultKey, body: Mapping[str, Any], title: str
) -> StoredResult:
    """Keep an answer and let a card show it; one without a title takes that of the answer."""
    row = card_row(tx, card_id)
    result = keep_result(tx, key, body)
    row.result_key, row.error, row.answered_at = key.digest, None, tx.at
    row.title = row.title or title
    tx.session.flush()
    return result


def leave_unanswered(tx: Transaction, card_id: int, why: str) -> None:
    """Write down, in one sentence, why a card could not be answered; its last answer stays."""
    row = card_row(tx, card_id)
    row.error, row.answered_at = why, tx.at
    tx.session.flush()


def card_row(tx: Transaction, card_id: int) -> CardRow:
    """
    Raises
    ------
    DesignError
        The card is gone.
    """
    row = find_card(tx, card_id)
    if row is None:
        raise DesignError("the card was removed by somebody else; load the page again")
    return row


def drop_card(tx: Transaction, row: CardRow) -> None:
    """Delete a card and stop its job; the others keep their positions."""
    job = last_jobs(tx, [row]).get(str(row.id))
    if job is not None and job.state in ACTIVE_STATES:
        cancel(tx, job.id)
    tx.session.delete(row)
    tx.session.flush()


def clean_text(text: str, noun: str, longest: int) -> str:
    """Words of several lines as they are kept: composed, without control characters.

    Raises
    ------
    DesignError
        They are too long.

    >>> clean_text("  Hello,\\r\\n\\tworld\\0 ", "comment", 80)
    'Hello,\\n world'
    """
    lines = unicodedata.normalize("NFC", str(text)).replace("\r\n", "\n").replace("\r", "\n")
    plain = lines.replace("\t", " ")
    kept = "".join(
        letter
        for letter in plain
        if letter == "\n" or unicodedata.category(letter) not in ("Cc", "Cs", "Co")
    ).strip()
    if len(kept) > longest:
        raise DesignError(f"the {noun} has {len(kept)} characters; write at most {longest}")
    return kept


def _checked_text(text: str) -> str:
    words = clean_text(text, "text", TEXT_LENGTH)
    if not words:
        raise DesignError("the card has no text; write some")
    return words


def _append(tx: Transaction, report_id: int, **parts: Any) -> CardRow:
    if tx.session.get(ReportRow, report_id) is None:
        raise DesignError("the report was deleted by somebody else; load the page again")
    others = card_rows(tx, report_id)
    if len(others) >= CARDS:
        raise DesignError(f"the report has {len(others)} cards; start another report for more")
    _number(others)
    row = CardRow(report_id=report_id, position=len(others) + 1, **parts)
    tx.session.add(row)
    tx.session.flush()
    return row


def _number(rows: Sequence[CardRow]) -> None:
    for position, row in enumerate(rows, start=1):
        row.position = position


def _ask(tx: Transaction, row: CardRow) -> int:
    report = tx.session.get_one(ReportRow, row.report_id)
    return enqueue(tx, CARD, str(row.id), {"card_id": row.id}, study_id=report.study_id)
