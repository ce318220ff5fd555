"""Reports put together: questions into kept answers, kept answers into what is rendered."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from dermdash.errors import DermdashError
from dermdash.reporting.blocks import Block, Bullets, Content, Paragraph
from dermdash.reporting.cards.kinds import question_from_json
from dermdash.reporting.cards.question import question_to_json
from dermdash.reporting.cards.source import Source
from dermdash.reporting.report import ACCENT, Brand, Report
from dermdash.reporting.stars import DEMONSTRATION
from dermdash.reporting.stored_blocks import content_from_json, content_to_json
from dermdash.settings import Settings
from dermdash.trial.plans import current_plan
from dermdash.trial.protocols import current_protocol, get_model, protocol_versions
from dermdash.trial.reports import StoredCard, StoredReport, add_card, create_report, get_report
from dermdash.trial.results import ResultKey, software_version
from dermdash.trial.stored_cards import studies_of
from dermdash.trial.studies import get_study
from dermdash.trial.transaction import Transaction

STALE = (
    "The study's data changed after this was answered ({made}); it shows what was found then, not "
    "what the data say now."
)
ERASED = (
    "A subject was erased after this was answered ({made}); it still rests on that subject's data."
)


def card_key(
    study_id: int, question: Mapping[str, Any], inputs: Any, plan_version: int | None
) -> ResultKey:
    """What a card's answer is kept under.

    question : as ``question_to_json`` gives it; inputs : what it read
    """
    return ResultKey(study_id, question, plan_version, inputs.digest, software_version())


def answer_card(inputs: Any, question: Mapping[str, Any]) -> dict[str, Any]:
    """A card's content as plain values, from what its question read: no store, no widget.

    Raises
    ------
    DermdashError
        These data do not answer the question.
    """
    return content_to_json(question_from_json(question).answer(inputs))


def is_current(source: Source, card: StoredCard) -> bool:
    """Whether today's data and plan are those that a card's answer was given of.

    A text always is; a card without an answer never.
    """
    if card.question is None:
        return True
    if card.result is None:
        return False
    key = card.result.key
    try:
        inputs = question_from_json(key.question).read(source)
    except DermdashError:  # what it asks about is gone
        return False
    plan = plan_version(source.tx, key.study_id)
    return bool(inputs.digest == key.data_digest and plan == key.plan_version)


def plan_version(tx: Transaction, study_id: int) -> int | None:
    """The version of the plan that a study's results follow; None before one."""
    plan = current_plan(tx, study_id)
    return None if plan is None else plan.version


def standard_report(tx: Transaction, study_id: int, *, title: str | None = None) -> int:
    """Start the report that needs no collecting, ask for its answers, and return its id.

    Raises
    ------
    DesignError
        The study is unknown, or the title is unusable.
    """
    report_id = create_report(tx, study_id, title or standard_title(tx, study_id))
    for question in standard_questions(tx, study_id):
        add_card(tx, report_id, question)
    return report_id


def standard_title(tx: Transaction, study_id: int) -> str:
    """What a standard report is called."""
    return f"Report of {get_study(tx, study_id).name}"[:80].strip()


def standard_questions(tx: Transaction, study_id: int) -> list[dict[str, Any]]:
    """The questions of a standard report in order, in plain values."""
    from dermdash.reporting.cards.standard import standard_questions as standard

    return [question_to_json(one) for one in standard(tx, study_id)]


def assemble(tx: Transaction, report_id: int, *, made_by: str, made_at: datetime) -> Report:
    """A report as it is rendered, of the answers that its cards show.

    A card whose answer is older than the data says so. Cards without an answer are left out, and a
    section before the provenance names them with the reason.

    made_by : as the audit names people; made_at : UTC

    Raises
    ------
    DesignError
        The report is gone.
    """
    stored, source = get_report(tx, report_id), Source(tx)
    contents, left_out, stale = [], [], False
    for card in stored.cards:
        old = card.result is not None and not is_current(source, card)
        content, why = printed_content(card, old=old)
        if content is None:
            left_out.append((card.title, why))
        else:
            contents.append(content)
            stale |= old
    if left_out:
        contents.append(_left_out(left_out))
    studies = report_studies(tx, stored)
    return Report(
        title=stored.title,
        studies=tuple(get_study(tx, one).name for one in studies),
        mark=_mark(tx, studies, stale=stale),
        contents=tuple(contents),
        provenance=_provenance(source, studies),
        made_by=made_by,
        made_at=made_at,
        software=software_version(),
        brand=brand_of(tx.settings),
    )


def report_studies(tx: Transaction, report: StoredReport) -> tuple[int, ...]:
    """The studies that a report speaks of, its own first."""
    return studies_of(tx, report.study_id, [card.question for card in report.cards])


def brand_of(settings: Settings) -> Brand:
    """Whose reports this installation makes."""
    return Brand(settings.company, settings.logo, settings.accent or ACCENT)


def left_out(report: StoredReport) -> list[tuple[str, str]]:
    """The cards that a report is rendered without, and why, in a sentence."""
    found = [(card.title, printed_content(card)) for card in report.cards]
    return [(title, why) for title, (content, why) in found if content is None]


def printed_content(card: StoredCard, *, old: bool = False) -> tuple[Content | None, str]:
    """What a card shows with its author's words, else why it shows nothing."""
    if card.question is None:
        texts = [Paragraph(part) for part in _paragraphs(card.text)]
        return Content(card.title, card.title, (*texts, *_comment(card))), ""
    if card.result is None or card.state in ("failed", "sealed"):
        return None, card.error or "it is not answered yet"
    try:
        content = content_from_json(card.result.body)
    except DermdashError as refusal:
        return None, str(refusal)
    made = f"{card.result.at:%Y-%m-%d %H:%M} UTC"
    notes = [ERASED.format(made=made)] if card.result.erased_since else []
    notes += [STALE.format(made=made)] if old and not notes else []
    first, rest = _after_lead(content.blocks)
    warnings = [Paragraph(note, "warning") for note in notes]
    blocks = (*warnings, *first, *_comment(card), *rest)
    return replace(content, title=card.title, blocks=blocks), ""


def _comment(card: StoredCard) -> list[Paragraph]:
    return [Paragraph(part) for part in _paragraphs(card.comment)]


def _paragraphs(text: str) -> list[str]:
    """
    >>> _paragraphs("One line\\nof two.\\n\\nAnother.")
    ['One line of two.', 'Another.']
    """
    parts = text.split("\n\n")
    return [" ".join(part.split()) for part in parts if part.strip()]


def _after_lead(blocks: tuple[Block, ...]) -> tuple[tuple[Block, ...], tuple[Block, ...]]:
    """The blocks up to the first leading sentence, and the others."""
    for place, block in enumerate(blocks):
        if isinstance(block, Paragraph) and block.style == "lead":
            return blocks[: place + 1], blocks[place + 1 :]
    return (), blocks


def _left_out(cards: list[tuple[str, str]]) -> Content:
    n = len(cards)
    said = f"{n} section{' has' if n == 1 else 's have'} no answer."
    points = tuple(f"{title}: {why}" for title, why in cards)
    return Content("Left out", said, (Paragraph(said, "lead"), Bullets(points)))


def _mark(tx: Transaction, studies: tuple[int, ...], *, stale: bool) -> str:
    """What must stand on every page.

    stale : whether a card shows an earlier answer, which an earlier model may have given
    """
    every = [get_study(tx, one) for one in studies]
    used = [use for one in studies for use in _model_uses(tx, one, every=stale)]
    words = {
        "SYNTHETIC": any(study.synthetic for study in every),
        "DEMONSTRATION MODEL": any(use.startswith(DEMONSTRATION) for use in used),
        "BLINDED: ARMS BY CODE": any(study.blinded for study in every),
    }
    return " · ".join(word for word, holds in words.items() if holds)


def _model_uses(tx: Transaction, study_id: int, *, every: bool) -> list[str]:
    """What the model of a study may be used for; with ``every``, all models that it ever had."""
    if every:
        digests = protocol_versions(tx, study_id)["model_digest"].unique()
        return [get_model(tx, digest).use for digest in digests]
    protocol = current_protocol(tx, study_id)
    return [] if protocol is None else [protocol.model_use]


def _provenance(source: Source, studies: tuple[int, ...]) -> Content:
    """What all of it stands on; that of pooled studies after the report's own."""
    from dermdash.reporting.cards.provenance import Provenance

    every = [Provenance(one) for one in studies]
    own, *others = [one.answer(one.read(source)) for one in every]
    blocks = own.blocks
    for study_id, other in zip(studies[1:], others, strict=True):
        name = get_study(source.tx, study_id).name
        blocks += (Paragraph(f"{name}, which is pooled with it:"), *other.blocks)
    return replace(own, blocks=blocks)
