"""The card of *Before / after*: did the product change skin more than the control?"""

from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from dermdash.analysis.answers import Answered
from dermdash.analysis.cohorts import count_unknown, select
from dermdash.analysis.comparisons import changes_by_visit
from dermdash.analysis.levels import levels_behind
from dermdash.analysis.planned import Asked
from dermdash.reporting.blocks import Chart, Content, Figure, Paragraph, names_of, table_of, written
from dermdash.reporting.cards.asking import ask_changes, carried
from dermdash.reporting.cards.findings import contrast_block, opening
from dermdash.reporting.cards.ground import Ground, read_ground
from dermdash.reporting.cards.source import Source
from dermdash.reporting.cards.words import counted, range_words, score_words
from dermdash.reporting.figures.data import interval_name, people
from dermdash.reporting.left_out import short_words, unknown_words
from dermdash.reporting.levels import levels_sentence


@dataclass(frozen=True, slots=True)
class Changes:
    """Arms compared over the visits of a study."""

    card: ClassVar[str] = "changes"
    study_id: int
    asked: Asked

    def read(self, source: Source) -> Ground:
        return read_ground(source, [self.study_id], self.asked)

    def answer(self, inputs: Ground) -> Content:
        answered = ask_changes(inputs, self.asked)
        changes = changes_by_visit(inputs.evidence.study, answered.scored, answered.found)
        return Content(
            "Change since baseline",
            answered.found.sentence,
            (
                *opening(inputs, self.asked, answered),
                change_figure(inputs, answered, changes),
                _subject_figure(inputs, answered),
                contrast_block(inputs, answered),
                table_of(
                    _within_arm(changes, answered.found.visits[0]),
                    f"Mean change within each arm since {answered.found.visits[0]}: "
                    f"{score_words(answered.found.plan.value)}",
                    note="Description only: a change within an arm has no control, so it says "
                    "nothing of the product; the differences between arms do.",
                ),
                Paragraph(levels_sentence(levels_behind(answered.scored, answered.found)), "note"),
                *inputs.around([*short_words(answered.scored), *left_unknown(inputs, self.asked)]),
                *carried(inputs, self, self.asked, answered),
            ),
        )


def left_unknown(ground: Ground, asked: Asked) -> list[str]:
    """Who is left out since what subjects are chosen by is not known of them, by arm."""
    if not asked.covariates:
        return []
    evidence = ground.evidence
    arms = tuple(arm.name for arm in evidence.arms) if asked.arms is None else asked.arms
    layers = select(evidence.layers, arms=arms, site=asked.site)
    unknown = count_unknown(layers, evidence.people, asked.covariates, arms)
    return unknown_words({str(arm): int(n) for arm, n in unknown.items()}, asked.covariates)


def change_figure(ground: Ground, answered: Answered, changes: pd.DataFrame) -> Figure:
    """Each arm's mean change by visit."""
    found = answered.found
    level, first = interval_name(found.plan.alpha), found.visits[0]
    score = score_words(found.plan.value, found.plan.depth_um)
    ends = changes.sort_values("day").groupby("arm", sort=False).tail(1)
    rows = ends[["arm", "mean", "visit"]].itertuples(index=False, name=None)
    by_arm = changes.groupby("arm", sort=False, observed=True)["n"]
    behind = [f"{arm} {people(counts)}" for arm, counts in by_arm]
    return Figure(
        "change_lines",
        {
            "changes": changes,
            "arm_colours": ground.colours,
            "score": found.plan.value,
            "alpha": found.plan.alpha,
        },
        f"Change since {first} by visit: {score}; each arm's mean with {level} (description); "
        f"{names_of(behind)}.",
        "A line an arm over the visits: "
        + names_of([f"{arm} {written(mean, 'score')} by {visit}" for arm, mean, visit in rows])
        + ".",
        changes,
        Chart("lines", "day", "mean", series="arm", low="ci_low", high="ci_high"),
    )


def _subject_figure(ground: Ground, answered: Answered) -> Figure:
    """A line a subject."""
    found = answered.found
    lines = answered.scored.with_days(ground.evidence.study)
    score = found.plan.value
    counts = lines.groupby("arm", sort=False, observed=True)["subject_id"].nunique()
    return Figure(
        "subject_lines",
        {
            "cells": lines,
            "arm_colours": ground.colours,
            "score": score,
            "depth_um": found.plan.depth_um,
        },
        f"Subjects, a line each: {score_words(score, found.plan.depth_um)}, by visit; "
        f"{counted([(str(arm), int(n)) for arm, n in counts.items()])}.",
        f"A line a subject over the visits, in the colour of its arm; scores run "
        f"{range_words(lines[score])}.",
        lines,
    )


def _within_arm(changes: pd.DataFrame, first: str) -> pd.DataFrame:
    """One row an arm and later visit."""
    later = changes[changes["visit"] != first]
    columns = ["arm", "visit", "mean", "ci_low", "ci_high", "n"]
    names = ["Arm", "Visit", "Mean change", "CI low", "CI high", "Subjects"]
    return later[columns].set_axis(names, axis=1)
