"""The card of *Before / after*: did the product change skin more than the control?"""

from dataclasses import dataclass
from typing import ClassVar

from dermdash.analysis.answers import Answered, answer_changes
from dermdash.analysis.comparisons import changes_by_visit
from dermdash.analysis.evidence import Evidence
from dermdash.analysis.planned import Asked
from dermdash.reporting.blocks import Block, Chart, Content, Figure, Paragraph, table_of
from dermdash.reporting.cards.source import Source
from dermdash.reporting.comparisons import unit_sentence
from dermdash.reporting.figures.data import interval_name
from dermdash.reporting.stars import may_claim, planned_table


@dataclass(frozen=True, slots=True)
class Changes:
    """Arms compared over the visits of a study."""

    card: ClassVar[str] = "changes"
    study_id: int
    asked: Asked

    def read(self, source: Source) -> Evidence:
        return source.evidence([self.study_id], self.asked.population)

    def answer(self, inputs: Evidence) -> Content:
        answered = answer_changes(inputs, self.asked)
        found = answered.found
        return Content(
            "Change since baseline",
            found.sentence,
            (
                Paragraph(found.sentence, "lead"),
                Paragraph(answered.standing.sentence, "note"),
                *_figures(inputs, answered),
                table_of(
                    planned_table(
                        found, planned=answered.standing.planned, allowed=_allowed(inputs)
                    ),
                    f"Differences, later minus baseline, with {interval_name(found.plan.alpha)}",
                ),
                Paragraph(unit_sentence(found), "note"),
            ),
        )


def _figures(inputs: Evidence, answered: Answered) -> list[Block]:
    found, study = answered.found, inputs.study
    changes = changes_by_visit(study, answered.scored, found)
    level = interval_name(found.plan.alpha)
    return [
        Figure(
            draw="change_lines",
            arguments={
                "changes": changes,
                "arm_colours": {arm.name: arm.colour for arm in inputs.arms},
                "score": found.plan.value,
                "alpha": found.plan.alpha,
            },
            caption=f"Change since {found.visits[0]}: each arm's mean with {level} (description).",
            alt=found.sentence,
            data=changes,
            chart=Chart("lines", "day", "mean", series="arm", low="ci_low", high="ci_high"),
        )
    ]


def _allowed(inputs: Evidence) -> bool:
    """Whether scans and model may carry stars."""
    use = inputs.protocol.model_use if inputs.protocol else None
    return may_claim(synthetic=inputs.study.synthetic, model_use=use)
