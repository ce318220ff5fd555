"""How the cards of a comparison open, and its table of differences."""

from dermdash.analysis.answers import Answered
from dermdash.analysis.planned import Asked
from dermdash.reporting.blocks import Block, Paragraph, Table, table_of
from dermdash.reporting.cards.ground import Ground
from dermdash.reporting.comparisons import INTERVALS, effect_sentence, looked_at
from dermdash.reporting.figures.data import interval_name
from dermdash.reporting.stars import LEGEND, planned_table
from dermdash.stats.comparison import Comparison


def opening(ground: Ground, asked: Asked, answered: Answered) -> list[Block]:
    """The answer, what to beware of, whether it was planned, and what was asked."""
    found = answered.found
    return [
        Paragraph(found.sentence, "lead"),
        *(Paragraph(words, "warning") for words in found.warnings),
        Paragraph(answered.standing.sentence, "note"),
        asked_note(ground, asked),
    ]


def asked_note(ground: Ground, asked: Asked) -> Paragraph:
    """Of which studies, and of which of their scans."""
    named = " and ".join(study.name for study in ground.evidence.studies)
    return Paragraph(f"Asked of {named}: {ground.summary(asked)}.", "note")


def effect_note(found: Comparison) -> list[Block]:
    """How large the whole effect is; nothing where the design gives no size."""
    sizes = effect_sentence(found)
    return [Paragraph(f"Size of the whole effect: {sizes}.", "note")] if sizes else []


def contrast_block(ground: Ground, answered: Answered) -> Table:
    """The differences, with roles and stars as far as these are allowed."""
    found, planned = answered.found, answered.standing.planned
    table = planned_table(found, planned=planned, allowed=ground.allowed)
    legend = f" {LEGEND}" if "Stars" in table.columns else ""
    several = f" {INTERVALS}" if len(found.contrasts) > 1 else ""
    return table_of(
        table,
        f"Differences a − b, with {interval_name(found.plan.alpha)}",
        note=f"{looked_at(found, answered.standing.sentence)}{several}{legend}",
    )
