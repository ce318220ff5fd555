"""The cards of a report as they are read: what each shows, and what became of asking."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import select

from dermdash.trial.blinding import blinded_studies
from dermdash.trial.masking import mask_values, text_mask
from dermdash.trial.paper import CARD
from dermdash.trial.results import StoredResult, get_result, result_heads
from dermdash.trial.schema import ACTIVE_STATES, CardRow, JobRow, ReportRow, StudyRow
from dermdash.trial.transaction import Transaction

CardState = Literal["answered", "waiting", "failed", "sealed"]
SEALED = "it was answered before the study was blinded, and speaks of arms by their names"


@dataclass(frozen=True, slots=True)
class StoredCard:
    """A card as it is kept; while a study is blinded, without the names of its arms.

    question : in plain values; None for a text
    result : what it shows, the last answer also while another is waited for
    error : one sentence, where the state is ``failed`` or ``sealed``
    """

    card_id: int
    position: int
    title: str
    comment: str
    question: dict[str, Any] | None
    text: str
    result: StoredResult | None
    state: CardState
    error: str | None = None


def stored_cards(
    tx: Transaction, report: ReportRow, *, bodies: bool = True
) -> tuple[StoredCard, ...]:
    """The cards of a report in order.

    bodies : with what they show; else their results are without it
    """
    rows = card_rows(tx, report.id)
    keys = {row.result_key for row in rows if row.result_key is not None}
    found: Mapping[str, StoredResult | None]
    found = {key: get_result(tx, key) for key in keys} if bodies else result_heads(tx, keys)
    jobs, blinded = last_jobs(tx, rows), blinded_studies(tx)
    cards = []
    for row in rows:
        closed = blinded & set(studies_of(tx, report.study_id, [row.question]))
        result = None if row.result_key is None else found.get(row.result_key)
        if closed - {report.study_id}:
            result = None  # what is blinded cannot be pooled, so it was pooled before
        state, error = _state(row, result, jobs.get(str(row.id)))
        card = StoredCard(
            card_id=row.id,
            position=row.position,
            title=row.title or _kind_name(row.question),
            comment=row.comment or "",
            question=row.question,
            text=row.text or "",
            result=result,
            state=state,
            error=error,
        )
        for study_id in closed:
            card = _masked(tx, study_id, card)
        cards.append(card)
    return tuple(cards)


def studies_of(
    tx: Transaction, study_id: int, questions: Sequence[Mapping[str, Any] | None]
) -> tuple[int, ...]:
    """The studies that questions are about: the one that they are asked in, then pooled ones."""
    names = {name for question in questions for name in _pooled(question)}
    if not names:
        return (study_id,)
    query = select(StudyRow.id).where(StudyRow.name.in_(names), StudyRow.id != study_id)
    return study_id, *tx.session.scalars(query.order_by(StudyRow.id))


def card_rows(tx: Transaction, report_id: int) -> list[CardRow]:
    query = select(CardRow).where(CardRow.report_id == report_id)
    return list(tx.session.scalars(query.order_by(CardRow.position, CardRow.id)))


def last_jobs(tx: Transaction, rows: Sequence[CardRow]) -> dict[str, JobRow]:
    """The last job of each card, by its key."""
    keys = [str(row.id) for row in rows]
    query = select(JobRow).where(JobRow.kind == CARD, JobRow.key.in_(keys))
    return {job.key: job for job in tx.session.scalars(query.order_by(JobRow.id))}


def _masked(tx: Transaction, study_id: int, card: StoredCard) -> StoredCard:
    """The card without the names of a blinded study's arms."""
    mask = text_mask(tx, study_id)
    return replace(
        card,
        title=mask(card.title),
        comment=mask(card.comment),
        text=mask(card.text),
        error=None if card.error is None else mask(card.error),
        question=None if card.question is None else mask_values(tx, study_id, card.question),
    )


def _state(
    row: CardRow, result: StoredResult | None, job: JobRow | None
) -> tuple[CardState, str | None]:
    state: CardState = "failed"
    error = row.error
    if row.question is None:
        state = "answered"
    elif job is not None and job.state in ACTIVE_STATES:
        state, error = "waiting", None
    elif job is not None and job.state != "done" and _later(job.asked_at, row.answered_at):
        error = job.error
    elif error is None and row.result_key is None:
        error = "it was not answered yet; refresh it"
    elif error is None:
        state, error = ("sealed", SEALED) if result is None else ("answered", None)
    return state, error


def _later(one: datetime, other: datetime | None) -> bool:
    return other is None or one > other


def _kind_name(question: Mapping[str, Any] | None) -> str:
    """
    >>> _kind_name({"card": "before_after"})
    'Before after'
    """
    return str((question or {}).get("card", "card")).replace("_", " ").capitalize()


def _pooled(values: Any) -> Iterator[str]:
    """Names under ``pooled``, wherever they stand in plain values."""
    match values:
        case Mapping():
            for key, value in values.items():
                yield from _texts(value) if key == "pooled" else _pooled(value)
        case list():
            for value in values:
                yield from _pooled(value)


def _texts(values: Any) -> Iterator[str]:
    match values:
        case str():
            yield values
        case Mapping():
            for value in values.values():
                yield from _texts(value)
        case list():
            for value in values:
                yield from _texts(value)
