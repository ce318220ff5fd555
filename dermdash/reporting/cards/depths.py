"""The cards along depth: where groups, or changes since the baseline, differ."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pandas as pd

from dermdash.analysis.answers import Answered
from dermdash.analysis.cohorts import Cohort, group_profiles
from dermdash.analysis.depths import AlongDepth, arms_along_depth, changes_along_depth
from dermdash.analysis.planned import Asked, plan_for
from dermdash.reporting.blocks import Attachment, Block, Chart, Content, Figure, Paragraph, table_of
from dermdash.reporting.cards.asking import ask_changes, cohort_found
from dermdash.reporting.cards.findings import asked_note
from dermdash.reporting.cards.ground import Ground, read_ground
from dermdash.reporting.cards.named import named_by
from dermdash.reporting.cards.source import Source
from dermdash.reporting.cards.words import counted, depth_words, range_words, score_words
from dermdash.reporting.depths import (
    BAND_NOTE,
    cluster_sentence,
    depth_sentence,
    depth_table,
    subslab_table,
)
from dermdash.reporting.figures.data import DEFAULT_COLOURS, difference_of_changes
from dermdash.reporting.figures.data_depths import subjects_behind
from dermdash.reporting.figures.data_subjects import subject_heatmap
from dermdash.reporting.left_out import missing_words, short_words
from dermdash.stats.depth_findings import DepthContrast


@dataclass(frozen=True, slots=True)
class GroupDepths:
    """At which depths arms differ, in one study or in several that are pooled."""

    card: ClassVar[str] = "group_depths"
    study_ids: tuple[int, ...]
    asked: Asked
    colours: str = DEFAULT_COLOURS

    @property
    def study_id(self) -> int:
        return self.study_ids[0]

    def read(self, source: Source) -> Ground:
        return read_ground(source, self.study_ids, self.asked)

    def answer(self, inputs: Ground) -> Content:
        evidence, asked = inputs.evidence, self.asked
        cohort = cohort_found(inputs, asked)
        plan = plan_for(evidence.study, cohort.subjects, evidence.plan, asked)
        found = arms_along_depth(
            cohort.profiles, cohort.score, _scored(cohort), control=plan.control, alpha=plan.alpha
        )
        missing = missing_words(cohort, asked.covariates, [one.name for one in evidence.studies])
        return Content(
            "Groups along depth",
            _message(found),
            (
                *_findings(found, score=cohort.score),
                asked_note(inputs, asked),
                _lines(cohort, inputs),
                _subjects(cohort, self.colours),
                *inputs.around(missing),
                _numbers(found),
            ),
        )


@dataclass(frozen=True, slots=True)
class ChangeDepths:
    """At which depths changes since the baseline differ."""

    card: ClassVar[str] = "change_depths"
    study_id: int
    asked: Asked

    def read(self, source: Source) -> Ground:
        return read_ground(source, [self.study_id], self.asked)

    def answer(self, inputs: Ground) -> Content:
        answered = ask_changes(inputs, self.asked, moving=False)
        score, scored = answered.found.plan.value, answered.scored
        found = changes_along_depth(scored.profiles, score, answered.found)
        return Content(
            "Changes along depth",
            _message(found),
            (
                *_findings(found, score=score),
                asked_note(inputs, self.asked),
                *_heatmap(answered),
                *inputs.around(short_words(scored)),
                _numbers(found),
            ),
        )


def _message(found: AlongDepth) -> str:
    """The sentence of the difference that shows at the most depths."""
    clearest = max(
        found.depthwise.contrasts,
        key=lambda one: (
            int((one.p_adjusted < found.depthwise.alpha).sum()),
            -float(one.p_adjusted.min()),
        ),
    )
    return _sentence(found, clearest)


def _sentence(found: AlongDepth, contrast: DepthContrast) -> str:
    at = f"Change by {found.visit}: " if found.visit else ""
    return at + depth_sentence(contrast, found.depthwise)


def _findings(found: AlongDepth, *, score: str) -> list[Block]:
    """Each difference: its sentence, band and sub-slabs; then what holds for all of them."""
    blocks: list[Block] = []
    for contrast in found.depthwise.contrasts:
        blocks.append(Paragraph(_sentence(found, contrast), "lead"))
        blocks.append(_band(found, contrast, score=score))
        table = subslab_table(found.subslabs, contrast.a, contrast.b)
        if len(table):
            pair = f"{contrast.a} − {contrast.b}"
            note = f"Subjects: of {contrast.a} and of {contrast.b}."
            caption = f"Sub-slabs, {pair}; p adjusted by Holm over all sub-slabs"
            blocks.append(table_of(table, caption, note=note))
        blocks.append(Paragraph(cluster_sentence(contrast, found.depthwise), "note"))
    blocks.append(Paragraph(BAND_NOTE, "note"))
    blocks += [Paragraph(words, "warning") for words in found.warnings]
    return blocks


def _band(found: AlongDepth, contrast: DepthContrast, *, score: str) -> Figure:
    depthwise, change = found.depthwise, found.visit is not None
    table = depth_table(replace(depthwise, contrasts=(contrast,)))
    what = f"change by {found.visit} in " if change else ""
    band = "no band, for want of subjects"
    if np.isfinite(contrast.band_low).all():
        band = f"with a {100 * (1 - depthwise.alpha):g} % band for all depths at once"
    return Figure(
        "difference_band",
        {
            "found": replace(depthwise, contrasts=(contrast,), omnibus=None),
            "contrast": contrast,
            "score": score,
            "change": change,
        },
        f"{contrast.a} − {contrast.b}, {what}{score_words(score)}, by depth in µm below the DEJ: "
        f"mean difference, {band}; {subjects_behind(depthwise, contrast)}.",
        f"{_sentence(found, contrast)} The difference runs {depth_words(table, 'difference')}.",
        table,
        Chart("lines", "depth_um", "difference", low="band_low", high="band_high"),
    )


def _lines(cohort: Cohort, ground: Ground) -> Figure:
    """Each group's mean and SD at each depth."""
    profiles = group_profiles(cohort)
    return Figure(
        "group_lines",
        {"group_profiles": profiles, "arm_colours": ground.colours, "score": cohort.score},
        f"Groups along depth: {score_words(cohort.score)}, mean ± SD over subjects; "
        f"{counted(_counts(cohort))}.",
        f"A line a group along depth: {depth_words(profiles, 'mean', by='arm')}.",
        profiles,  # and no native chart, which would leave the SD out
    )


def _subjects(cohort: Cohort, colours: str) -> Figure:
    """A column a subject."""
    heatmap = subject_heatmap(cohort.profiles, _scored(cohort), score=cohort.score)
    return Figure(
        "subject_heatmap",
        {"heatmap": heatmap, "score": cohort.score, "colours": colours},
        f"Each subject by depth, arms side by side: {score_words(cohort.score)}, depth in µm "
        f"below the DEJ; {counted(_counts(cohort))}.",
        f"A column a subject, highest mean first within an arm; scores run "
        f"{range_words(cohort.profiles[cohort.score])}.",
        cohort.profiles,
    )


def _heatmap(answered: Answered) -> list[Figure]:
    """The difference of changes by visit and depth; nothing where no arms are compared."""
    found, lead = answered.found, answered.found.contrasts[-1]
    if lead.visit is None:
        return []
    score = found.plan.value
    heatmap = difference_of_changes(
        answered.scored.profiles, found.visits, lead.a, lead.b, score=score
    )
    grid = pd.DataFrame(heatmap.difference, heatmap.depth_um, heatmap.visits)
    table = grid.rename_axis("depth_um").reset_index().melt("depth_um", var_name="visit")
    table = table.rename(columns={"value": "difference"})[["visit", "depth_um", "difference"]]
    behind = "; ".join(f"{visit} {counts}" for visit, counts in heatmap.visit_labels())
    return [
        Figure(
            "difference_heatmap",
            {"heatmap": heatmap, "score": score},
            f"Change in {lead.a} minus change in {lead.b} by visit and depth below the DEJ (µm): "
            f"{score_words(score)}; subjects of both arms: {behind}.",
            f"A column a visit, depth downwards, on a scale centred on 0: differences run "
            f"{depth_words(table, 'difference', by='visit')}.",
            table,
        )
    ]


def _numbers(found: AlongDepth) -> Attachment:
    """Every number at every depth."""
    table = depth_table(found.depthwise)
    about = "One row a depth and difference, with its band and every p."
    return Attachment(named_by(table, "along-depth"), table, about)


def _scored(cohort: Cohort) -> Sequence[str]:
    """The arms that have a profile, in order."""
    there = set(cohort.profiles["arm"])
    return [arm for arm in cohort.groups["arm"] if arm in there]


def _counts(cohort: Cohort) -> list[tuple[str, int]]:
    return [(one.arm, one.n_subjects) for one in cohort.by_arm() if one.n_subjects]
