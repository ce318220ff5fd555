"""Who did not get as far as the analysis, and why: excluded scans, subjects who left."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from dermdash.analysis.evidence import Evidence
from dermdash.analysis.flow import Flow, of_arm
from dermdash.analysis.record import Record
from dermdash.reporting.blocks import Column, Table
from dermdash.reporting.plain_words import names
from dermdash.reporting.words import plural
from dermdash.stats.plan import POPULATIONS
from dermdash.trial.corrections import EXCLUSION_REASONS


def excluded_table(record: Record, flow: Flow) -> Table | None:
    """Why scans were excluded, counted by the kind of reason."""
    excluded = record.scans[record.scans["state"] == "excluded"]
    if excluded.empty:
        return None
    told = flow.scans[flow.scans["end"] == "excluded"].assign(
        why=[_kind_of_reason(str(reason)) for reason in excluded["reason"]]
    )
    columns = flow.columns()
    counts = told["why"].value_counts()
    rows = [
        (str(why), *((of_arm(told, name)["why"] == why).sum() for name in columns))
        for why in sorted(counts.index, key=lambda why: (-counts[why], why))
    ]
    return count_table("Excluded scans and why", "Reason", columns, rows, "")


def left_table(record: Record) -> Table | None:
    """Subjects who withdrew or were erased, when and why."""
    gone = record.subjects[record.subjects["status"] != "active"]
    if gone.empty:
        return None
    arms = arm_words(record)
    rows = tuple(
        (
            str(row["subject_id"]),
            arms.get(str(row["subject_id"])),
            str(row["status"]),
            None if pd.isna(row["withdrawn_on"]) else str(row["withdrawn_on"]),
            None if pd.isna(row["reason"]) else str(row["reason"]),
        )
        for row in gone.to_dict("records")
    )
    heads = ("Subject", "Arm", "Status", "On", "Reason")
    return Table("Subjects who left", tuple(map(Column, heads)), rows)


def population_table(record: Record, evidence: Evidence) -> Table | None:
    """Subjects outside a population, and why."""
    people = record.subjects[record.subjects["status"] != "erased"]
    outside = people[~(people["full_analysis"] & people["per_protocol"])]
    if outside.empty:
        return None
    arms = arm_words(record)
    rows = tuple(
        (
            str(row["subject_id"]),
            arms.get(str(row["subject_id"])),
            bool(row["full_analysis"]),
            bool(row["per_protocol"]),
            None if pd.isna(row["population_reason"]) else str(row["population_reason"]),
        )
        for row in outside.to_dict("records")
    )
    full, strict = int(people["full_analysis"].sum()), int(people["per_protocol"].sum())
    heads = ("Subject", "Arm", "Full analysis set", "Per-protocol set", "Reason")
    return Table(
        "Subjects outside a population",
        tuple(map(Column, heads)),
        rows,
        f"Full analysis set: {full} of {plural(len(people), 'subject')}; per-protocol set: "
        f"{strict}. The main question is asked of the {POPULATIONS[evidence.population]}.",
    )


def arm_words(record: Record) -> dict[str, str]:
    """Each subject's arm; of sides all of them, with their place."""
    words: dict[str, str] = {}
    for code, own in record.allocations.groupby("subject_id", sort=False):
        sides = zip(own["arm"], own["site"], strict=True)
        words[str(code)] = names([f"{arm} ({at})" if pd.notna(at) else arm for arm, at in sides])
    return words


def _kind_of_reason(reason: str) -> str:
    """
    >>> _kind_of_reason("motion: coughed twice"), _kind_of_reason("the lamp failed")
    ('motion', 'the lamp failed')
    """
    kind = reason.split(":", 1)[0]
    return kind if kind in EXCLUSION_REASONS else reason


def count_table(
    caption: str, head: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]], note: str
) -> Table:
    """Counts by arm, a row each; TOGETHER is called "all"."""
    counted = tuple((words, *map(int, counts)) for words, *counts in rows)
    heads = (Column(head), *(Column(name or "all", "count") for name in columns))
    return Table(caption, heads, counted, note.strip())
