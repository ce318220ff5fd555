"""The card of who took part: how far each subject and each scan got, and why not further."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import pandas as pd

from dermdash.analysis.filters import range_name
from dermdash.analysis.flow import (
    GRADED_ENDS,
    SCAN_ENDS,
    SUBJECT_ENDS,
    Flow,
    flow_of,
    of_arm,
)
from dermdash.reporting.blocks import Attachment, Block, Column, Content, Paragraph, Table
from dermdash.reporting.cards.known import Known, read_known
from dermdash.reporting.cards.source import Source
from dermdash.reporting.cards.who_left import (
    arm_words,
    count_table,
    excluded_table,
    left_table,
    population_table,
)
from dermdash.reporting.words import plural
from dermdash.stats.plan import POPULATIONS

QUIET = ("erased", "no arm")  # steps that are told only where somebody was lost


@dataclass(frozen=True, slots=True)
class Participants:
    """Subjects and scans from enrolment to analysis, by arm."""

    card: ClassVar[str] = "participants"
    study_id: int

    def read(self, source: Source) -> Known:
        return read_known(source, self.study_id)

    def answer(self, inputs: Known) -> Content:
        record = inputs.record
        answered, why = inputs.answered()
        flow = flow_of(record, inputs.evidence, inputs.asked, answered)
        said = _sentence(inputs, flow)
        blocks: list[Block] = [Paragraph(said, "lead")]
        if answered is None:
            blocks.append(Paragraph(f"Nobody is analysed yet: {why}.", "note"))
        blocks += [_subject_table(inputs, flow), _visit_table(inputs, flow)]
        blocks += [_scan_table(inputs, flow)]
        tables = excluded_table(record, flow), left_table(record)
        blocks += filter(None, (*tables, population_table(record, inputs.evidence)))
        blocks += [
            Attachment("subjects", _subjects(inputs, flow), "One row a subject: where it ended."),
            Attachment("scans", _scans(inputs, flow), "One row a scan: where it ended, and why."),
        ]
        return Content("Participants and flow", said, tuple(blocks))


def _sentence(known: Known, flow: Flow) -> str:
    record, ends = known.record, flow.subjects["end"]
    enrolled = plural(len(ends), "subject was enrolled", "subjects were enrolled")
    if not len(ends):
        return "No subject is enrolled yet."
    analysed = int((ends == "analysed").sum())
    scans = plural(len(record.scans), "scan was stored", "scans were stored")
    excluded = int((flow.scans["end"] == "excluded").sum())
    left = int((record.subjects["status"] == "withdrawn").sum())
    reached = f"{analysed} are analysed" if analysed != 1 else "1 is analysed"
    return (
        f"{enrolled}{f', {left} withdrew' if left else ''}; {reached}. {scans}"
        f"{f', {excluded} of them excluded' if excluded else ''}."
    )


def _subject_table(known: Known, flow: Flow) -> Table:
    """Each step with who is left, and between two steps who was lost."""
    at = f" at {known.asked.visit}" if known.asked.visit else ""
    population = POPULATIONS[known.evidence.population]
    depths = range_name(known.asked.depth_um)
    lost: Mapping[str, tuple[str, str]] = {
        "erased": ("consent withdrawn, all data erased", "With data"),
        "no arm": ("no arm yet", "Allocated to an arm"),
        "no scan": (f"no scan stored{at}", f"Scanned{at}"),
        "not graded": (f"no scan graded that counts{at}", f"Graded{at}"),
        "outside the population": (f"outside the {population}", f"In the {population}"),
        "depths not covered": (f"no scan covers {depths}", f"Scored over {depths}"),
        "not compared": ("not in the comparison (a visit, or a side, is missing)", "Analysed"),
    }
    columns = flow.columns(sides=known.record.sides)
    rows: list[tuple[Any, ...]] = []
    left = {name: int(of_arm(flow.subjects, name).shape[0]) for name in columns}
    rows.append(("Enrolled", *left.values()))
    ends = [end for end in SUBJECT_ENDS[:-1] if flow.compared or end != "not compared"]
    for end in ends:
        words, reached = lost[end]
        gone = {name: int((of_arm(flow.subjects, name)["end"] == end).sum()) for name in columns}
        left = {name: left[name] - gone[name] for name in columns}
        if any(gone.values()):
            rows.append((f"− {words}", *gone.values()))
        if any(gone.values()) or end not in QUIET:
            rows.append((reached, *left.values()))
    return count_table(
        "Subjects from enrolment to analysis",
        "Step",
        columns,
        rows,
        "Each row is the one above it without the subjects between them. "
        + (
            "Sides of one subject are in different arms, so subjects are counted once."
            if known.record.sides
            else ""
        ),
    )


def _visit_table(known: Known, flow: Flow) -> Table:
    heads = {
        "Left before": ("left before",),
        "No scan": ("no scan",),
        "Scan not graded": ("excluded", "no DEJ", "cannot tell", "waiting", "failed"),
        "Outside the population": ("no arm", "outside the population"),
        "Not asked for": ("another visit",),
        "Depths not covered": ("depths not covered",),
        "Scored, not compared": ("not compared",),
        "Analysed": ("analysed",),
    }
    shown = {
        head: ends
        for head, ends in heads.items()
        if head == "Analysed" or flow.visits["end"].isin(ends).any()
    }
    what = "Sides" if known.record.sides else "Subjects"
    rows: list[tuple[Any, ...]] = []
    for visit in known.record.study.visits:
        for arm in flow.arms:
            own = flow.visits[(flow.visits["visit"] == visit.name) & (flow.visits["arm"] == arm)]
            if own.empty and arm not in known.record.arms:
                continue
            counts = [int(own["end"].isin(ends).sum()) for ends in shown.values()]
            rows.append((visit.name, arm, len(own), *counts))
    numbers = tuple(Column(head, "count") for head in (what, *shown))
    return Table(
        f"{what} at each visit",
        (Column("Visit"), Column("Arm"), *numbers),
        tuple(rows),
        "Of several scans at a visit the one that got furthest counts; the columns add up to "
        f"{what.lower()}.",
    )


def _scan_table(known: Known, flow: Flow) -> Table:
    population = POPULATIONS[known.evidence.population]
    words = {
        "excluded": "Excluded",
        "no DEJ": "Not graded: no DEJ is marked",
        "cannot tell": "Not graded: no reader could tell the DEJ",
        "waiting": "Not graded: waiting or running",
        "failed": "Not graded: failed",
        "no arm": "Graded, arm not known",
        "outside the population": f"Graded, subject outside the {population}",
        "another visit": f"Graded, at a visit other than {known.asked.visit}",
        "depths not covered": f"Graded, {range_name(known.asked.depth_um)} not covered",
        "not compared": "Scored, subject not compared",
        "analysed": "Scored and analysed",
    }
    columns = flow.columns()
    rows = [
        (words[end], *((of_arm(flow.scans, name)["end"] == end).sum() for name in columns))
        for end in SCAN_ENDS
        if end == "analysed" or (flow.scans["end"] == end).any()
    ]
    stored = ("Stored", *(len(of_arm(flow.scans, name)) for name in columns))
    graded = flow.scans[flow.scans["end"].isin(GRADED_ENDS)]
    of_them = ("of them graded", *(len(of_arm(graded, name)) for name in columns))
    return count_table(
        "Scans",
        "State",
        columns,
        [*rows, stored, of_them],
        'Each scan stands in one row; they add up to "Stored".',
    )


def _subjects(known: Known, flow: Flow) -> pd.DataFrame:
    """One row a subject, with all that the roster says of it."""
    record = known.record
    arms = arm_words(record)
    ends = flow.subjects.set_index("subject_id")["end"]
    table = record.subjects.copy()
    table.insert(1, "arm", [arms.get(code) for code in table["subject_id"]])
    days = [None if pd.isna(day) else str(day) for day in table["withdrawn_on"]]
    return table.assign(
        end=table["subject_id"].map(ends), withdrawn_on=pd.Series(days, dtype="str")
    )


def _scans(known: Known, flow: Flow) -> pd.DataFrame:
    kept = ["scan_id", "subject_id", "arm", "visit", "site", "replicate", "state", "reason"]
    more = ["quality", "dej_um", "dej_source", "n_layers", "expected_grade", "grade_mean"]
    table = known.record.scans[[*kept, *more]].drop(columns="scan_id")
    return table.assign(end=flow.scans["end"].to_numpy())
