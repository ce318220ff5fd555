"""The card of how well a study's score repeats."""

from dataclasses import dataclass
from typing import ClassVar

from dermdash.analysis.planned import Asked
from dermdash.analysis.repeats import repeats_of
from dermdash.reporting.blocks import Content, Paragraph, table_of
from dermdash.reporting.cards.ground import Ground, read_ground
from dermdash.reporting.cards.layers import layers_asked
from dermdash.reporting.cards.percent import share_block
from dermdash.reporting.cards.source import Source
from dermdash.reporting.cards.words import score_words
from dermdash.reporting.figures.data import SCORE_NAMES
from dermdash.reporting.repeatability import (
    component_table,
    measure_table,
    repeatability_sentence,
)


@dataclass(frozen=True, slots=True)
class Repeatability:
    """From which change on a subject has changed beyond error, by a study's repeated scans.

    asked : of groups all scans of the study tell, of changes those that are compared
    """

    card: ClassVar[str] = "repeatability"
    study_id: int
    asked: Asked

    def read(self, source: Source) -> Ground:
        return read_ground(source, [self.study_id], self.asked)

    def answer(self, inputs: Ground) -> Content:
        score, depth_um = self.asked.score, self.asked.depth_um
        found = repeats_of(
            inputs.evidence.study, layers_asked(inputs, self.asked), score, depth_um=depth_um
        )
        sentence = repeatability_sentence(
            found.found, found.sdc, basis=found.basis, outcome=SCORE_NAMES[score]
        )
        return Content(
            "Repeatability",
            sentence,
            (
                Paragraph(sentence, "lead"),
                *(Paragraph(words, "warning") for words in found.found.warnings),
                table_of(
                    measure_table(found.found, found.sdc, scans_a_visit=found.scans_a_visit),
                    f"Error of {score_words(score, depth_um)}, in its own units; 95 % CI",
                ),
                share_block(
                    component_table(found.found),
                    "Where a scan's variance comes from; 95 % CI",
                    forms=dict.fromkeys(("Variance", "CI low", "CI high", "SD"), "number"),
                ),
                *inputs.around(),
            ),
        )
