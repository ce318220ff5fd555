"""The card of *Planning*: how many subjects would a study need?"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import ClassVar

from dermdash.analysis.wanted import Wanted, plan_wanted, read_spread
from dermdash.reporting.blocks import Block, Chart, Content, Figure, Form, Paragraph, table_of
from dermdash.reporting.cards.source import Source
from dermdash.reporting.figures.data import SCORE_NAMES
from dermdash.reporting.figures.data_power import PowerCurves, power_curves, size_title
from dermdash.reporting.planning import (
    NOT_OBSERVED,
    assumed_sentence,
    assumption_table,
    big_number,
    method_sentences,
    other_assumptions,
    plan_sentence,
    spread_sentence,
)
from dermdash.reporting.stars import DEMONSTRATION
from dermdash.stats.planned import Planned
from dermdash.stats.spread import StudySpread


@dataclass(frozen=True, slots=True)
class SpreadRead:
    """What a study says of the spread, None where it is assumed; source : what that study is."""

    spread: StudySpread | None
    source: str = ""

    @property
    def digest(self) -> str:
        """SHA-256, in hex, of both."""
        return sha256(f"{self.spread!r} {self.source}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Planning:
    """A plan for a next study, in the report of this one.

    wanted : all that was entered
    """

    card: ClassVar[str] = "planning"
    study_id: int
    wanted: Wanted

    @property
    def study_ids(self) -> tuple[int, ...]:
        """The report's own study, and the one that the spread is from."""
        source = self.wanted.spread.study_id
        return tuple(dict.fromkeys([self.study_id, *([] if source is None else [source])]))

    def read(self, source: Source) -> SpreadRead:
        from dermdash.trial.protocols import current_protocol
        from dermdash.trial.studies import get_study

        spread = read_spread(source.tx, self.wanted.spread, self.wanted.question)
        study_id = self.wanted.spread.study_id
        if spread is None or study_id is None:
            return SpreadRead(None)
        protocol = current_protocol(source.tx, study_id)
        said = []
        if get_study(source.tx, study_id).synthetic:
            said.append(SYNTHETIC)
        if protocol is not None and protocol.model_use.startswith(DEMONSTRATION):
            said.append(NOT_VALIDATED)
        return SpreadRead(spread, " ".join(said))

    def answer(self, inputs: SpreadRead) -> Content:
        wanted, spread = self.wanted, inputs.spread
        planned = plan_wanted(wanted, spread)
        figure, counts = big_number(planned)
        other_sd = wanted.spread.other_sd(spread)
        others = other_assumptions(planned, other_sd=other_sd)
        return Content(
            "How many subjects",
            f"{figure} {counts}.",
            (
                Paragraph(f"{figure} {counts}.", "lead"),
                Paragraph(plan_sentence(planned)),
                *_spread(inputs, wanted),
                _curves(power_curves(planned, other_sd=other_sd), wanted, planned),
                table_of(others, "Had other things been assumed", forms=_forms(others.columns)),
                table_of(
                    assumption_table(
                        planned,
                        spread=spread,
                        cautious=wanted.spread.cautious,
                        assumed=(wanted.spread.sd, wanted.spread.correlation),
                    ),
                    "Assumptions for the protocol, with their source",
                ),
                *(Paragraph(words, "note") for words in method_sentences(planned.design)),
            ),
        )


SYNTHETIC = "The scans of that study are SYNTHETIC: phantoms, not skin."
NOT_VALIDATED = "They were graded by a DEMONSTRATION MODEL that was not validated on skin."


def _spread(inputs: SpreadRead, wanted: Wanted) -> list[Block]:
    """Where the spread is from."""
    if inputs.spread is None:
        return [Paragraph(assumed_sentence(wanted.question), "note")]
    words = f"{spread_sentence(inputs.spread)} {NOT_OBSERVED} {inputs.source}"
    return [Paragraph(words.rstrip(), "note")]


def _curves(curves: PowerCurves, wanted: Wanted, planned: Planned) -> Figure:
    score = SCORE_NAMES[wanted.spread.score]
    along = size_title(curves) if curves.axis == "n_per_arm" else f"true difference in {score}"
    labels = curves.table["curve"].drop_duplicates()
    figure, counts = big_number(planned)
    return Figure(
        "power_lines",
        {"curves": curves, "score": wanted.spread.score},
        f"Power (chance to find a true difference in {score}, two-sided alpha "
        f"{curves.alpha:g}) against {along}; asked for: {100 * curves.power_asked:g} %.",
        f"{len(labels)} rising curves ({'; '.join(labels)}); the plan, {figure} {counts}, lies at "
        f"a power of {100 * planned.power:.1f} %.",
        curves.table,
        Chart("lines", curves.axis, "power", series="curve"),
    )


def _forms(columns: Iterable[str]) -> dict[str, Form]:
    """Numbers of subjects are whole, differences and SDs scores."""
    return {
        str(name): "score" if str(name).startswith(("Difference", "SD")) else "count"
        for name in columns
    }
