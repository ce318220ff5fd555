"""The card of responders: who changed by at least a threshold."""

from dataclasses import dataclass
from typing import ClassVar

from dermdash.analysis.answers import Answered
from dermdash.analysis.changes import question_visit
from dermdash.analysis.planned import Asked
from dermdash.analysis.repeats import known_repeats
from dermdash.analysis.responders import Response, respond
from dermdash.errors import TableError
from dermdash.reporting.blocks import (
    Attachment,
    Block,
    Content,
    Figure,
    Paragraph,
    names_of,
    table_of,
)
from dermdash.reporting.cards.asking import ask_changes
from dermdash.reporting.cards.findings import asked_note
from dermdash.reporting.cards.ground import Ground, read_ground
from dermdash.reporting.cards.named import named_by
from dermdash.reporting.cards.percent import share_block
from dermdash.reporting.cards.source import Source
from dermdash.reporting.cards.words import score_words
from dermdash.reporting.figures.data import SCORE_NAMES, interval_name
from dermdash.reporting.figures.data_responders import responded, responder_points_of
from dermdash.reporting.left_out import short_words
from dermdash.reporting.responders import (
    SDC_UNKNOWN,
    THRESHOLD_OPEN,
    change_table,
    responder_notes,
    responder_sentence,
    share_difference_table,
    share_table,
    threshold_words,
)
from dermdash.stats.findings import Effect

POINTS = ("Estimate (points)", "CI low", "CI high")


@dataclass(frozen=True, slots=True)
class Responders:
    """Subjects who changed by at least a threshold since the baseline, arm by arm.

    threshold : where the plan fixes none; below 0 for who fell by at least as much
    """

    card: ClassVar[str] = "responders"
    study_id: int
    asked: Asked
    threshold: float | None = None

    def read(self, source: Source) -> Ground:
        return read_ground(source, [self.study_id], self.asked)

    def answer(self, inputs: Ground) -> Content:
        answered = ask_changes(inputs, self.asked, moving=False)
        found, score = answered.found, answered.found.plan.value
        planned = found.plan.responder_threshold
        threshold = self.threshold if planned is None else planned
        if threshold is None:
            raise TableError(
                f"no least change that counts is fixed for {inputs.evidence.study.name}; write a "
                "responder threshold into its plan, or choose one"
            )
        repeats = known_repeats(inputs.evidence.study, answered.layers, score, found.plan.depth_um)
        sdc = repeats.sdc if repeats else None
        visit = question_visit(found)
        answer = respond(answered.scored, found, threshold, visit=visit)
        words = responder_sentence(
            answer.found,
            baseline=answer.baseline,
            visit=answer.visit,
            outcome=SCORE_NAMES[score],
            alpha=found.plan.alpha,
        )
        fixed = THRESHOLD_OPEN if planned is None else threshold_words(planned, visit)
        return Content(
            "Responders",
            words,
            (
                Paragraph(words, "lead"),
                *_notes(answer, sdc),
                Paragraph(fixed, "note"),
                asked_note(inputs, self.asked),
                *_blocks(inputs, answered, answer, sdc),
                *inputs.around(short_words(answered.scored)),
            ),
        )


def _notes(answer: Response, sdc: Effect | None) -> list[Block]:
    return [
        Paragraph(words, "note" if words == SDC_UNKNOWN else "warning")
        for words in responder_notes(answer, sdc)
    ]


def _blocks(
    ground: Ground, answered: Answered, answer: Response, sdc: Effect | None
) -> list[Block]:
    """The figure, the shares and their differences, and each subject's change."""
    found = answered.found
    level, score = interval_name(found.plan.alpha), found.plan.value
    changes = change_table(answer.changes, answer.found)
    points = responder_points_of(changes, answer.found, sdc=sdc.value if sdc else None)
    counts = names_of([f"{arm.arm} {responded(arm)}" for arm in points.arms])
    differences = share_difference_table(answer.found.contrasts)
    if len(differences):
        differences[list(POINTS)] = differences[list(POINTS)].round() + 0.0
    about = "One row a subject: arm, change, and whether it reaches the threshold."
    return [
        Figure(
            "responder_points",
            {
                "points": points,
                "arm_colours": ground.colours,
                "score": score,
                "visit": answer.visit,
            },
            f"Each subject's change by {answer.visit}: "
            f"{score_words(score, found.plan.depth_um)}; full where it reaches the threshold"
            + ("; shaded: may be error" if sdc else "")
            + f"; {counts}.",
            f"A point a subject's change, an arm beside the other: {counts}.",
            changes,
        ),
        share_block(share_table(answer.found.shares), f"Responders of each arm, Wilson's {level}"),
        *(
            [
                table_of(
                    differences,
                    f"Differences between arms, in percentage points, Newcombe's {level}",
                    forms=dict.fromkeys(POINTS, "number"),
                )
            ]
            if len(differences)
            else []
        ),
        Attachment(named_by(changes, "responders"), changes, about),
    ]
