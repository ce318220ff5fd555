"""The card of what was done otherwise than planned, or later than it should have been."""

from dataclasses import dataclass
from typing import ClassVar

from dermdash.analysis.answers import Answered
from dermdash.analysis.record import Record
from dermdash.reporting.blocks import Block, Bullets, Column, Content, Paragraph, Table, table_of
from dermdash.reporting.cards.known import Known, read_known
from dermdash.reporting.cards.source import Source
from dermdash.reporting.caveats import late_dejs_sentence
from dermdash.reporting.plans import moment, plan_table, version_table
from dermdash.reporting.words import plural
from dermdash.stats.plan import POPULATIONS

ACTS = {
    "blinded": "arms sealed behind codes",
    "seal read": "seal read",
    "locked": "data locked",
    "unblinded": "unblinded",
    "reopened": "reopened",
    "erased": "subject erased",
}


@dataclass(frozen=True, slots=True)
class Deviations:
    """Plan and conduct: versions, locks, reopenings, and what stands against the plan."""

    card: ClassVar[str] = "deviations"
    study_id: int

    def read(self, source: Source) -> Known:
        return read_known(source, self.study_id)

    def answer(self, inputs: Known) -> Content:
        record = inputs.record
        answered, why = inputs.answered()
        found = deviations(record, answered, why)
        said = f"{plural(len(found), 'deviation is', 'deviations are')} known." if found else NONE
        if record.plan is None:
            said = NO_PLAN
        blocks: list[Block] = [Paragraph(said, "lead")]
        if found:
            blocks.append(Bullets(found))
        if record.study.state == "collecting":
            blocks.append(Paragraph("The data are not locked: results may still change.", "note"))
        if record.plan is not None:
            stored = record.plan
            blocks += [
                table_of(version_table(record.plans), "Versions of the analysis plan"),
                table_of(
                    plan_table(stored.plan, sides=record.sides, sealed=stored.sealed),
                    f"The plan that counts, version {stored.version}",
                ),
            ]
        if record.events:
            blocks.append(_life(record))
        return Content("Plan and deviations", said, tuple(blocks))


NO_PLAN = "No analysis plan was written: all results are exploratory."
NONE = "No deviation from the plan is known."


def deviations(record: Record, answered: Answered | None, why: str) -> tuple[str, ...]:
    """Each in one sentence, those of the plan first.

    why : the main question is not answered, as a part of a sentence
    """
    found = [
        *_of_plan(record),
        *_of_question(record, answered, why),
        *_of_conduct(record),
    ]
    return tuple(filter(None, found))


def _of_plan(record: Record) -> list[str]:
    stored = record.plan
    if stored is None:
        return []
    if not stored.locked:
        return [f"Version {stored.version} of the plan is a draft; nothing was locked."]
    said = []
    if stored.graded_before:
        before = plural(stored.graded_before, "scan had", "scans had")
        said.append(
            f"{before} been graded before version {stored.version} of the plan was locked, so that "
            "scores could have been seen when it was fixed."
        )
    if stored.amends is not None:
        said.append(
            f"The plan was amended: version {stored.version} replaces version {stored.amends}, "
            "which had been locked before."
        )
    unblinded = [one.at for one in record.events if one.act == "unblinded"]
    if unblinded and stored.locked_at is not None and stored.locked_at > min(unblinded):
        said.append(
            f"Version {stored.version} of the plan was locked on {moment(stored.locked_at)} UTC, "
            "after the study was unblinded."
        )
    newest = record.plans[0]
    if newest.version > stored.version:
        said.append(
            f"Version {newest.version} of the plan is a draft that would amend version "
            f"{stored.version}, which counts."
        )
    return said


def _of_question(record: Record, answered: Answered | None, why: str) -> list[str]:
    """What the plan asks and the data do not answer."""
    stored = record.plan
    if stored is None or not stored.locked:
        return []
    if answered is None:
        return [f"The planned question is not answered: {why}."]
    if answered.standing.planned or record.study.blinded:
        return []
    return [f"The question is not answered as planned. {answered.standing.sentence}"]


def _of_conduct(record: Record) -> list[str]:
    said = []
    for one in record.events:
        if one.act == "reopened":
            why = (one.reason or "").rstrip(".")
            said.append(
                f"Locked data were reopened by {one.author} on {moment(one.at)} UTC: {why}."
            )
        if one.act == "seal read":
            said.append(f"The seal was read by {one.author} on {moment(one.at)} UTC.")
    protocols = len(record.protocols)
    if protocols > 1:
        graded = record.protocols["reason"].dropna()
        reasons = f" ({'; '.join(graded)})" if len(graded) else ""
        said.append(
            f"The reading protocol has {protocols} versions{reasons}; results stand on the last."
        )
    late = record.scans["dej_after_unblinding"] & (record.scans["state"] != "excluded")
    said.append(late_dejs_sentence(int(late.sum())))
    people = record.subjects
    outside = int((~people["full_analysis"] & (people["status"] != "erased")).sum())
    strict = int((people["full_analysis"] & ~people["per_protocol"]).sum())
    if outside:
        left = plural(outside, "subject is", "subjects are")
        said.append(f"{left} outside the {POPULATIONS['full_analysis']}.")
    if strict:
        left = plural(strict, "subject is", "subjects are")
        said.append(f"{left} in the full analysis set, but not per protocol.")
    erased = int((people["status"] == "erased").sum())
    if erased:
        data = plural(erased, "subject was", "subjects were")
        rest = ""
        if record.n_before_erasure:
            n = plural(record.n_before_erasure, "result was", "results were")
            rest = f", after {n} given that rest on them"
        said.append(f"{data} erased, with all data{rest}.")
    return said


def _life(record: Record) -> Table:
    rows = tuple(
        (
            f"{moment(one.at)}",
            f"{ACTS[one.act]}{f' ({one.subject_id})' if one.subject_id else ''}"
            f"{f', plan version {one.plan_version}' if one.plan_version else ''}",
            one.author,
            one.reason,
            None if one.digest is None else one.digest[:12],
        )
        for one in record.events
    )
    heads = ("When (UTC)", "What", "Who", "Why", "Digest of the data")
    return Table("The life of the study, the newest first", tuple(map(Column, heads)), rows)
