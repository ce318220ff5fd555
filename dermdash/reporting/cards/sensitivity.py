"""The card of sensitivity: the DEJ moved, scores missing, other depths, excluded scans back."""

from dataclasses import dataclass
from hashlib import sha256
from typing import ClassVar

import pandas as pd

from dermdash.analysis.answers import Answered
from dermdash.analysis.missing import tip
from dermdash.analysis.other_scores import as_compared, ask_of_others
from dermdash.analysis.planned import Asked
from dermdash.errors import TableError
from dermdash.reporting.blocks import Block, Chart, Content, Figure, Paragraph, table_of
from dermdash.reporting.cards.asking import ask
from dermdash.reporting.cards.findings import asked_note
from dermdash.reporting.cards.ground import Ground, read_ground
from dermdash.reporting.cards.source import Source
from dermdash.reporting.cards.words import score_words
from dermdash.reporting.figures.data import SCORE_NAMES, interval_name
from dermdash.reporting.figures.data_tipping import tipping_curve_of
from dermdash.reporting.missing import imputed_sentence, tipping_sentence, tipping_table
from dermdash.reporting.other_scores import other_sentence, other_table
from dermdash.reporting.sensitivity import difference_name, shift_sentence, short_margin_sentence


@dataclass(frozen=True, slots=True, eq=False)
class WithExcluded:
    """ground : of the question; every : its layers with those of the excluded scans that were
    graded, None where studies are pooled
    """

    ground: Ground
    every: pd.DataFrame | None

    @property
    def digest(self) -> str:
        """SHA-256, in hex, of both."""
        from dermdash.trial.results import data_digest

        every = "" if self.every is None else data_digest(self.every)
        return sha256(f"{self.ground.digest} {every}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """What could change a comparison of groups, or of changes.

    study_ids : of groups several may be pooled, of changes there is one
    """

    card: ClassVar[str] = "sensitivity"
    study_ids: tuple[int, ...]
    asked: Asked

    @property
    def study_id(self) -> int:
        return self.study_ids[0]

    def read(self, source: Source) -> WithExcluded:
        from dermdash.trial.gradings import profiles

        ground = read_ground(source, self.study_ids, self.asked)
        if len(self.study_ids) > 1:
            return WithExcluded(ground, None)
        every = profiles(
            source.tx, self.study_id, margin=True, excluded=True, population=self.asked.population
        )
        return WithExcluded(ground, every)

    def answer(self, inputs: WithExcluded) -> Content:
        ground, asked = inputs.ground, self.asked
        answered = ask(ground, asked)
        sentence = shift_sentence(answered.moved)
        return Content(
            "Sensitivity",
            sentence,
            (
                Paragraph(sentence, "lead"),
                Paragraph(f"The result: {answered.found.sentence}"),
                _shifts(answered),
                Paragraph(short_margin_sentence(answered.moved), "note"),
                *(_missing(answered) if asked.over_visits else []),
                *_other_scores(inputs, asked, answered),
                asked_note(ground, asked),
            ),
        )


def _shifts(answered: Answered) -> Figure:
    """The leading difference against the shift of the DEJ."""
    moved = answered.moved
    alpha, difference, table = moved.found.plan.alpha, difference_name(moved), moved.table()
    known = table.dropna(subset=["difference"])
    at_zero = int(table.loc[table["shift_um"] == 0, "n_subjects"].max())
    return Figure(
        "sensitivity_curve",
        {"shifts": table, "difference": difference, "alpha": alpha},
        f"{difference}, against the shift of the DEJ in µm (0 is the DEJ as marked, above 0 "
        f"deeper), with {interval_name(alpha)}; subjects with a score at 0: {at_zero}.",
        shift_sentence(moved),
        table,
        Chart("lines", "shift_um", "difference", low="ci_low", high="ci_high")
        if len(known) > 1
        else None,
    )


def _missing(answered: Answered) -> list[Block]:
    """At which delta missing later scores would tip the difference; or why that is not asked."""
    found = answered.found
    try:
        missing = tip(answered.scored, found)
    except TableError as refusal:
        return [Paragraph(f"Sensitivity to missing scores is not asked: {refusal}.", "note")]
    score, level = found.plan.value, interval_name(missing.alpha)
    words = tipping_sentence(
        missing.tipping, shifted=missing.shifted, outcome=SCORE_NAMES[score], alpha=missing.alpha
    )
    curve = tipping_curve_of(missing.tipping, shifted=missing.shifted)
    return [
        Paragraph(words, "lead"),
        Figure(
            "tipping_curve",
            {"curve": curve, "score": score, "alpha": missing.alpha},
            f"{curve.a} − {curve.b} at {curve.visit}, {score_words(score)}, with {level}, against "
            f"delta: how far the missing scores of {missing.shifted} are moved; imputed: "
            f"{curve.n_imputed[0]} of {curve.a}, {curve.n_imputed[1]} of {curve.b}.",
            words,
            tipping_table(missing.tipping),
            Chart("lines", "delta", "difference", low="ci_low", high="ci_high"),
        ),
        Paragraph(imputed_sentence(missing.shifted, missing.n_without_baseline), "note"),
    ]


def _other_scores(inputs: WithExcluded, asked: Asked, answered: Answered) -> list[Block]:
    """The result over the depths common to all scans, and with excluded scans back."""
    if inputs.every is None:
        return [Paragraph(POOLED, "note")]
    ground, found = inputs.ground, answered.found
    arms = answered.arms
    if asked.over_visits:
        arms = tuple(arm.name for arm in ground.evidence.arms) if asked.arms is None else asked.arms
    compared, every, excluded = as_compared(
        (answered.layers, inputs.every, ground.excluded),
        found,
        arms=arms,
        visit=asked.visit,
        site=asked.site,
        covariates=asked.covariates,
        people=ground.evidence.people,
    )
    others = ask_of_others(
        compared,
        every,
        found.plan.value,
        answered.again,
        n_excluded=len(excluded),
        depth_um=found.plan.depth_um,
    )
    blocks: list[Block] = [Paragraph(other_sentence(found, one)) for one in others.sensitivity]
    blocks += [Paragraph(words, "note") for words in others.notes]
    if others.sensitivity:
        blocks.append(
            table_of(
                other_table(found, others.sensitivity),
                "The same question of other scores: other depths, excluded scans",
            )
        )
    return blocks


POOLED = (
    "Pooled studies: other depths, excluded scans and repeatability are asked of each study alone."
)
