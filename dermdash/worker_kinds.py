"""The kinds of jobs that need more than the store: a card's answer, a report's file."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from dermdash.errors import DermdashError
from dermdash.trial.cards import find_card, keep_answer, leave_unanswered
from dermdash.trial.jobs import Job, enqueue
from dermdash.trial.kinds import KINDS, Call, Kind
from dermdash.trial.paper import CARD, REPORT
from dermdash.trial.renderings import Draft, keep_rendering
from dermdash.trial.results import ResultKey, find_result
from dermdash.trial.steps import last_step
from dermdash.trial.stored_cards import studies_of
from dermdash.trial.transaction import Transaction

if TYPE_CHECKING:
    from dermdash.reporting.cards.source import Source
    from dermdash.reporting.report import Report


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a card's question.

    step : the last step of its studies' life before it was read
    body : the content in plain values; None where the data do not answer, and ``error`` says why
    """

    key: ResultKey
    studies: tuple[int, ...]
    step: int
    body: dict[str, Any] | None = None
    title: str = ""
    error: str = ""


def prepare_card(tx: Transaction, job: Job) -> Call | None:
    from dermdash.reporting.assembly import card_key, plan_version
    from dermdash.reporting.cards.kinds import question_from_json

    card = find_card(tx, job.payload["card_id"])
    if card is None or card.question is None or job.study_id is None:
        return None
    try:
        question = question_from_json(card.question)
        inputs = question.read(_source(tx))
    except DermdashError as refusal:
        leave_unanswered(tx, card.id, str(refusal))
        return None
    plan = plan_version(tx, question.study_id)
    key = card_key(question.study_id, card.question, inputs, plan)
    found = find_result(tx, key)
    if found is not None:
        keep_answer(tx, card.id, key, found.body, _title(found.body))
        return None
    studies = studies_of(tx, job.study_id, [card.question])
    return answer_question, (inputs, card.question, Answer(key, studies, last_step(tx, studies)))


def answer_question(inputs: Any, question: Mapping[str, Any], blank: Answer) -> Answer:
    """Fill a blank answer; runs in the engine, and needs no store."""
    from dataclasses import replace

    from dermdash.reporting.assembly import answer_card

    try:
        body = answer_card(inputs, question)
    except DermdashError as refusal:
        return replace(blank, error=str(refusal))
    return replace(blank, body=body, title=_title(body))


def finish_card(tx: Transaction, job: Job, answer: Answer) -> None:
    card_id = job.payload["card_id"]
    if find_card(tx, card_id) is None:
        return
    with tx.on_behalf_of(job.by) as own:
        if last_step(tx, answer.studies) != answer.step:
            _ask_again(own, job)
        elif answer.body is None:
            leave_unanswered(own, card_id, answer.error)
        else:
            keep_answer(own, card_id, answer.key, answer.body, answer.title)


def prepare_report(tx: Transaction, job: Job) -> Call | None:
    from dermdash.reporting.assembly import assemble
    from dermdash.reporting.drafts import draft_of

    report_id = job.payload["report_id"]
    report = assemble(tx, report_id, made_by=job.by, made_at=tx.at)
    return render_draft, (report, draft_of(tx, report_id, report, job.payload["format"]))


def render_draft(report: "Report", draft: Draft) -> tuple[Draft, bytes]:
    """A report's file; runs in the engine, and needs no store."""
    from dermdash.reporting.report import render

    return draft, render(report, draft.format)


def finish_report(tx: Transaction, job: Job, rendered: tuple[Draft, bytes]) -> None:
    draft, content = rendered
    with tx.on_behalf_of(job.by) as own:
        if last_step(tx, draft.studies) != draft.step:
            _ask_again(own, job)
        else:
            keep_rendering(own, draft, content)


ALL_KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        **KINDS,
        CARD: Kind(prepare_card, finish_card),
        REPORT: Kind(prepare_report, finish_report),
    }
)


def _source(tx: Transaction) -> "Source":
    """What cards of one transaction are read from, so that each thing is read once."""
    from dermdash.reporting.cards.source import Source

    source: Source = tx.session.info.setdefault("source", Source(tx))
    return source


def _title(body: Mapping[str, Any]) -> str:
    from dermdash.reporting.stored_blocks import content_from_json

    return content_from_json(body).title


def _ask_again(tx: Transaction, job: Job) -> None:
    """Since arms were sealed or a subject erased meanwhile, and this knows nothing of it."""
    enqueue(tx, job.kind, job.key, job.payload, study_id=job.study_id)
