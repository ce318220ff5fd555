"""The card of checks: other valid tests, assumptions, residuals, values far off."""

from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from dermdash.analysis.answers import Answered
from dermdash.analysis.planned import Asked
from dermdash.errors import TableError
from dermdash.reporting.blocks import Block, Content, Figure, Paragraph, table_of
from dermdash.reporting.cards.asking import ask
from dermdash.reporting.cards.findings import asked_note, effect_note
from dermdash.reporting.cards.ground import Ground, read_ground
from dermdash.reporting.cards.source import Source
from dermdash.reporting.cards.words import range_words
from dermdash.reporting.comparisons import (
    NO_OUTLIERS,
    OUTLIERS,
    agreement_sentence,
    alternative_table,
    check_table,
    contrast_table,
    fragile_sentence,
    outlier_table,
)
from dermdash.reporting.figures.data_residuals import quantile_plot
from dermdash.stats.comparison import Comparison
from dermdash.stats.residuals import residuals


@dataclass(frozen=True, slots=True)
class Checks:
    """Whether a comparison's assumptions hold, and whether other valid tests agree.

    study_ids : of groups several may be pooled, of changes there is one
    """

    card: ClassVar[str] = "checks"
    study_ids: tuple[int, ...]
    asked: Asked

    @property
    def study_id(self) -> int:
        return self.study_ids[0]

    def read(self, source: Source) -> Ground:
        return read_ground(source, self.study_ids, self.asked)

    def answer(self, inputs: Ground) -> Content:
        answered = ask(inputs, self.asked)
        found = answered.found
        fragile = fragile_sentence(found)
        return Content(
            "Checks",
            agreement_sentence(found),
            (
                Paragraph(agreement_sentence(found), "lead"),
                asked_note(inputs, self.asked),
                *([Paragraph(fragile, "warning")] if fragile else []),
                table_of(
                    alternative_table(found),
                    "Other valid tests of the same question; p adjusted for all differences",
                ),
                *_assumptions(found),
                *effect_note(found),
                *_residuals(inputs, answered),
                *_outliers(found),
            ),
        )


def _assumptions(found: Comparison) -> list[Block]:
    table = check_table(found.checks)
    if table.empty:
        return [Paragraph("No assumption of this design could be tested.", "note")]
    return [table_of(table, "Assumptions, tested to look at, never as a gate")]


def _residuals(ground: Ground, answered: Answered) -> list[Block]:
    """What the model leaves unexplained."""
    found = answered.found
    try:
        left = residuals(answered.rows, found.plan, found.design)
        plot = quantile_plot(left.residual)
    except TableError as refusal:
        return [Paragraph(f"No residuals: {refusal}.", "note")]
    points = pd.DataFrame(
        {
            "quantile": plot.quantile,
            "residual": plot.residual,
            "line": plot.line,
            "low": plot.low,
            "high": plot.high,
        }
    )
    n, spread = f"n = {len(left.residual)}", range_words(left.residual)
    outside = int((~points["residual"].between(points["low"], points["high"])).sum())
    return [
        Figure(
            "qq_plot",
            {"plot": plot},
            f"Residuals ({left.what}) in order against the quantiles of a normal distribution, in "
            f"grades, to look at, never as a gate; band: 95 % of normal samples, point by point; "
            f"{n}.",
            f"Points along a line: residuals {spread}; {outside} of {len(points)} lie outside the "
            "band.",
            points,
        ),
        Figure(
            "residual_plot",
            {"left": left, "colours": ground.colours},
            f"Residuals ({left.what}) against {left.against}, in grades; a colour a group; {n}.",
            f"A cloud of points around 0, a colour a group; residuals {spread}.",
            left.table(),
        ),
    ]


def _outliers(found: Comparison) -> list[Block]:
    """Values far off, and the differences without them."""
    if not found.outliers:
        return [Paragraph(NO_OUTLIERS, "note")]
    return [
        table_of(outlier_table(found.outliers), OUTLIERS),
        *(
            table_of(contrast_table(other.contrasts), f"Sensitivity: {other.label}")
            for other in found.sensitivity
        ),
    ]
