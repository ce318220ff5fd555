"""The card that opens a report: what was studied, what was found, how sure that is."""

from dataclasses import dataclass
from typing import ClassVar

from dermdash.analysis.answers import Answered
from dermdash.reporting.blocks import Block, Bullets, Content, Paragraph
from dermdash.reporting.cards.known import Known, read_known
from dermdash.reporting.cards.source import Source
from dermdash.reporting.left_out import PENDING
from dermdash.reporting.plain_words import (
    design_sentence,
    meaning_sentences,
    measure_sentence,
    numbers_sentence,
    other_answers,
    plain_answer,
    standing_sentence,
    sure_sentences,
)
from dermdash.reporting.words import plural

MOST = 12  # differences in a list that is still read


@dataclass(frozen=True, slots=True)
class Summary:
    """A study in plain words."""

    card: ClassVar[str] = "summary"
    study_id: int

    def read(self, source: Source) -> Known:
        return read_known(source, self.study_id)

    def answer(self, inputs: Known) -> Content:
        answered, why = inputs.answered(moved=True)
        if answered is None:
            said, more = f"The main question cannot be answered yet: {why}.", ""
        else:
            said, more = plain_answer(answered.found)
        return Content(
            "Summary",
            said,
            (
                *warnings_of(inputs),
                Paragraph(f"{said} {more}".strip(), "lead"),
                *_study(inputs, answered),
                *(() if answered is None else _result(answered)),
                Paragraph("What it does not mean:"),
                Bullets(meaning_sentences(inputs.record, answered.found if answered else None)),
            ),
        )


def warnings_of(known: Known) -> tuple[Paragraph, ...]:
    """What must be seen before any number."""
    record = known.record
    said = []
    if record.study.synthetic:
        said.append(
            "SYNTHETIC: these scans were computed, nobody was scanned. The numbers show what the "
            "software does, and say nothing of skin or of a product."
        )
    elif not known.allowed and record.protocol is not None:
        said.append(
            f"DEMONSTRATION MODEL: {record.protocol.model_name} was not validated on skin. Its "
            "scores of real scans mean nothing yet, and support no claim."
        )
    if record.study.blinded:
        said.append("BLINDED: arms stand by their codes.")
    pending = int(record.scans["state"].isin(PENDING).sum())
    if pending:
        wait = "waits" if pending == 1 else "wait"
        said.append(
            f"INTERIM: {pending} of {plural(len(record.scans), 'scan')} {wait} for a grading, and "
            "what follows may change."
        )
    return tuple(Paragraph(one, "warning") for one in said)


def _study(known: Known, answered: Answered | None) -> tuple[Block, ...]:
    found = None if answered is None else answered.found
    return (
        Paragraph(f"What was studied. {design_sentence(known.record)}"),
        Paragraph(f"What was measured. {measure_sentence(known.asked)}"),
        Paragraph(f"On how many. {numbers_sentence(known.record, found)}"),
    )


def _result(answered: Answered) -> tuple[Block, ...]:
    found = answered.found
    others = other_answers(found)
    more: tuple[Block, ...] = ()
    if others:
        left = f"; {len(others) - MOST} more stand with the results" if len(others) > MOST else ""
        more = (Paragraph(f"The other differences{left}:"), Bullets(others[:MOST]))
    return (
        Paragraph(f"In the words of the statistics. {found.sentence}"),
        *more,
        Paragraph(f"Planned or not. {standing_sentence(answered.standing)}"),
        Paragraph(f"How sure. {' '.join(sure_sentences(answered))}"),
        *(Paragraph(warning, "note") for warning in found.warnings),
    )
