"""The card of *Cohorts*: do groups differ?"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from dermdash.analysis.answers import Answered
from dermdash.analysis.cohorts import Cohort, describe, group_profiles
from dermdash.analysis.levels import levels_behind
from dermdash.analysis.planned import Asked
from dermdash.reporting.blocks import Chart, Content, Figure, Paragraph, Table, table_of
from dermdash.reporting.cards.asking import ask_groups, carried
from dermdash.reporting.cards.findings import contrast_block, effect_note, opening
from dermdash.reporting.cards.ground import Ground, read_ground
from dermdash.reporting.cards.source import Source
from dermdash.reporting.cards.words import counted, depth_words, score_words
from dermdash.reporting.figures.data import DEFAULT_COLOURS, SCORE_NAMES, depth_heatmap
from dermdash.reporting.figures.data_brackets import bracket_note
from dermdash.reporting.left_out import excluded_by_arm, missing_words
from dermdash.reporting.levels import levels_sentence
from dermdash.reporting.stars import planned_brackets

ONE_VISIT = (
    "One visit at a time, baselines left aside; what the product did stands on changes since the "
    "baseline."
)


@dataclass(frozen=True, slots=True)
class Groups:
    """Arms compared at a visit, in one study or in several that are pooled.

    study_ids : the study whose plan counts, then those pooled with it
    colours : of the grades, as ``figures.data.GRADE_COLOURS`` names them
    bars : whether bars, as published, stand in the place of subjects as points
    """

    card: ClassVar[str] = "groups"
    study_ids: tuple[int, ...]
    asked: Asked
    colours: str = DEFAULT_COLOURS
    bars: bool = False

    @property
    def study_id(self) -> int:
        return self.study_ids[0]

    def read(self, source: Source) -> Ground:
        return read_ground(source, self.study_ids, self.asked)

    def answer(self, inputs: Ground) -> Content:
        cohort, answered = ask_groups(inputs, self.asked)
        profiles = group_profiles(cohort)
        named = [study.name for study in inputs.evidence.studies]
        return Content(
            "Difference between groups",
            answered.found.sentence,
            (
                *opening(inputs, self.asked, answered),
                Paragraph(describe(cohort)),
                *_one_visit(inputs),
                heatmap_figure(cohort, profiles, self.colours),
                self._beside(inputs, cohort, answered),
                contrast_block(inputs, answered),
                Paragraph(levels_sentence(levels_behind(answered.scored, answered.found)), "note"),
                *effect_note(answered.found),
                _group_table(inputs, self.asked, cohort),
                *inputs.around(missing_words(cohort, self.asked.covariates, named)),
                *carried(inputs, self, self.asked, answered),
            ),
        )

    def _beside(self, inputs: Ground, cohort: Cohort, answered: Answered) -> Figure:
        """The paper's figure 3B: points, or bars."""
        score, found = cohort.score, answered.found
        lines = planned_brackets(found, planned=answered.standing.planned, allowed=inputs.allowed)
        arguments = {
            "groups": cohort.groups,
            "arm_colours": inputs.colours,
            "score": score,
            "brackets": lines,
            "depth_um": cohort.depth_um,
        }
        over = "Whole dermis" if cohort.whole else cohort.range_name
        note = bracket_note(lines).replace("\n", "; ")
        words = (
            f"{over}: {score_words(score, cohort.depth_um)}; mean ± SD over subjects"
            + (f". Above: {note}" if note else "")
            + "."
        )
        alt = f"{describe(cohort)} {' '.join(f'{one.a} and {one.b}: {one.text}.' for one in lines)}"
        if self.bars:
            return Figure(
                "group_bars",
                arguments,
                f"{words} Bars begin at grade 1.",
                alt.strip(),
                _bars(cohort.groups),
                Chart("bars", "arm", "mean", low="low", high="high"),
            )
        return Figure(
            "subject_points",
            {"subjects": cohort.subjects, **arguments},
            f"{words} A point is a subject.",
            alt.strip(),
            cohort.subjects,
        )


def heatmap_figure(cohort: Cohort, profiles: pd.DataFrame, colours: str) -> Figure:
    """The paper's figure 3A."""
    scored = set(profiles["arm"])
    shown = [arm for arm in cohort.groups["arm"] if arm in scored]
    heatmap = depth_heatmap(profiles, shown)
    counts = zip(heatmap.groups, heatmap.n_subjects, strict=True)
    return Figure(
        "cohort_heatmap",
        {"heatmap": heatmap, "score": cohort.score, "colours": colours},
        f"Dermal quality by depth: mean {score_words(cohort.score)} over each group's subjects, "
        f"depth in µm below the DEJ (0 = DEJ); {counted(counts)}.",
        f"A column a group, depth downwards: {depth_words(profiles, 'mean', by='arm')}.",
        profiles.assign(score=cohort.score),
    )


def _one_visit(ground: Ground) -> list[Paragraph]:
    """That groups of a trial are no answer to what its product did."""
    return [] if ground.evidence.study.kind == "cohorts" else [Paragraph(ONE_VISIT, "note")]


def _group_table(ground: Ground, asked: Asked, cohort: Cohort) -> Table:
    arms = list(cohort.groups["arm"])
    excluded = excluded_by_arm(
        ground.excluded,
        ground.evidence.people,
        arms=arms,
        visit=asked.visit,
        site=asked.site,
        covariates=asked.covariates,
    )
    groups = cohort.groups
    table = pd.DataFrame(
        {
            "Arm": arms,
            "Subjects": groups["n_subjects"].to_numpy(),
            "Scans": groups["n_scans"].to_numpy(),
            "Scans excluded": excluded.to_numpy(),
            f"Mean of {SCORE_NAMES[cohort.score]}": groups["mean"].to_numpy(),
            "SD over subjects": groups["sd"].to_numpy(),
            "Missing": groups["n_missing"].to_numpy(),
            **({"Unknown": groups["n_unknown"].to_numpy()} if asked.covariates else {}),
        }
    )
    missing = f"Missing: subjects none of whose scans covers {cohort.range_name}."
    unknown = " Unknown: subjects who lack a covariate that is asked for."
    return table_of(
        table,
        f"Groups: {score_words(cohort.score, cohort.depth_um)}",
        note=missing + (unknown if asked.covariates else ""),
    )


def _bars(groups: pd.DataFrame) -> pd.DataFrame:
    """Groups with mean − SD and mean + SD; missing where one subject has no SD."""
    drawn = groups[groups["n_subjects"] > 0].reset_index(drop=True)
    sd = drawn["sd"].to_numpy(dtype=float)
    mean = drawn["mean"].to_numpy(dtype=float)
    return drawn.assign(low=np.maximum(mean - sd, 1), high=np.minimum(mean + sd, 4))
