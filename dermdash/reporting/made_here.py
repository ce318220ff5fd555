"""A standard report made in this process, for who cannot wait for a worker."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dermdash.errors import DermdashError, StoreError
from dermdash.identity import User
from dermdash.reporting.assembly import (
    answer_card,
    assemble,
    card_key,
    left_out,
    plan_version,
    standard_questions,
    standard_title,
)
from dermdash.reporting.cards.kinds import question_from_json
from dermdash.reporting.cards.source import Source
from dermdash.reporting.drafts import draft_of
from dermdash.reporting.report import Format, render
from dermdash.reporting.stored_blocks import content_from_json
from dermdash.trial.cards import add_card, keep_answer, leave_unanswered
from dermdash.trial.database import Store
from dermdash.trial.design import clean_name
from dermdash.trial.renderings import Rendering, keep_rendering
from dermdash.trial.reports import StoredReport, create_report, get_report, list_reports
from dermdash.trial.results import ResultKey, find_result
from dermdash.trial.steps import last_step
from dermdash.trial.stored_cards import studies_of
from dermdash.trial.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Made:
    """A file of a report, as it is kept.

    n_cards : that the report was asked to have; left_out : title and reason of those it has not
    """

    rendering: Rendering
    content: bytes
    n_cards: int
    left_out: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Read:
    """A question and what it is answered from; where there is no key, ``error`` says why.

    body : of the answer that is known already
    """

    question: dict[str, Any]
    inputs: Any = None
    key: ResultKey | None = None
    body: Any = None
    error: str = ""


def make_standard_report(
    store: Store,
    study_id: int,
    kind: Format,
    *,
    by: User,
    title: str | None = None,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> Made:
    """Answer a study's standard report, render it, and keep report, answers and file.

    A report of the same title and cards is answered anew rather than made again, so that one made
    each night is one report with many files.

    on_progress : called with how many cards are answered, of how many

    Raises
    ------
    DesignError
        The study is unknown, or the title is unusable.
    StoreError
        The study was blinded, or a subject of it erased, while the report was made.
    """
    with store.read() as tx:
        questions = standard_questions(tx, study_id)
        named = clean_name(title or standard_title(tx, study_id), "report")
        studies = studies_of(tx, study_id, questions)
        step, source = last_step(tx, studies), Source(tx)
        asked = [_read(source, question) for question in questions]
    answered = []
    for n_done, one in enumerate(asked):
        on_progress(n_done, len(asked))
        answered.append(_answer(one))
    on_progress(len(asked), len(asked))
    with store.write(by=by) as tx:
        _refuse_changed(tx, studies, step)
        report_id = _keep(tx, study_id, named, answered)
    with store.read() as tx:
        stored = get_report(tx, report_id)
        report = assemble(tx, report_id, made_by=str(by), made_at=tx.at)
        draft = draft_of(tx, report_id, report, kind)
    content = render(report, kind)
    with store.write(by=by) as tx:
        _refuse_changed(tx, studies, step)
        rendering = keep_rendering(tx, draft, content)
    return Made(rendering, content, len(asked), tuple(left_out(stored)))


def _read(source: Source, question: dict[str, Any]) -> _Read:
    try:
        asked = question_from_json(question)
        inputs = asked.read(source)
    except DermdashError as refusal:
        return _Read(question, error=str(refusal))
    plan = plan_version(source.tx, asked.study_id)
    key = card_key(asked.study_id, question, inputs, plan)
    found = find_result(source.tx, key)
    return _Read(question, inputs, key, None if found is None else found.body)


def _answer(asked: _Read) -> tuple[_Read, Any, str]:
    """What was asked, the answer's body, and why there is none."""
    if asked.key is None or asked.body is not None:
        return asked, asked.body, asked.error
    try:
        return asked, answer_card(asked.inputs, asked.question), ""
    except DermdashError as refusal:
        return asked, None, str(refusal)


def _keep(
    tx: Transaction, study_id: int, title: str, answered: list[tuple[_Read, Any, str]]
) -> int:
    """The report's id, its cards with the answers."""
    questions = [asked.question for asked, _, _ in answered]
    report = _same_report(tx, study_id, title, questions)
    if report is None:
        report_id = create_report(tx, study_id, title)
        cards = [add_card(tx, report_id, question, ask=False) for question in questions]
    else:
        report_id, cards = report.report_id, [card.card_id for card in report.cards]
    for card_id, (asked, body, why) in zip(cards, answered, strict=True):
        if asked.key is None or body is None:
            leave_unanswered(tx, card_id, why)
        else:
            keep_answer(tx, card_id, asked.key, body, content_from_json(body).title)
    return report_id


def _same_report(
    tx: Transaction, study_id: int, title: str, questions: list[dict[str, Any]]
) -> StoredReport | None:
    for report in list_reports(tx, study_id):
        if report.title == title and [card.question for card in report.cards] == questions:
            return report
    return None


def _refuse_changed(tx: Transaction, studies: tuple[int, ...], step: int) -> None:
    if last_step(tx, studies) != step:
        raise StoreError(
            "the study was blinded or unblinded, or a subject erased, while its report was made; "
            "make the report again"
        )
