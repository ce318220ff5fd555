"""How far each subject and each scan of a study got: each of them ends at exactly one step."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

import pandas as pd

from dermdash.analysis.answers import Answered
from dermdash.analysis.comparisons import score_scans
from dermdash.analysis.evidence import Evidence
from dermdash.analysis.levels import analysed_layers
from dermdash.analysis.planned import Asked
from dermdash.analysis.record import Record

SubjectEnd = Literal[
    "erased",
    "no arm",
    "no scan",
    "not graded",
    "outside the population",
    "depths not covered",
    "not compared",
    "analysed",
]
ScanEnd = Literal[
    "excluded",
    "no DEJ",
    "cannot tell",
    "waiting",
    "failed",
    "no arm",
    "outside the population",
    "another visit",
    "depths not covered",
    "not compared",
    "analysed",
]
SUBJECT_ENDS: tuple[SubjectEnd, ...] = get_args(SubjectEnd)
SCAN_ENDS: tuple[ScanEnd, ...] = get_args(ScanEnd)
VISIT_ENDS = ("left before", "no scan", *SCAN_ENDS)
GRADED_ENDS = SCAN_ENDS[SCAN_ENDS.index("no arm") :]
NO_ARM = "no arm yet"
TOGETHER = ""  # stands for all arms: no arm has an empty name
STATES: Mapping[str, ScanEnd] = {
    "excluded": "excluded",
    "no DEJ": "no DEJ",
    "cannot tell": "cannot tell",
    "queued": "waiting",
    "running": "waiting",
    "failed": "failed",
}


@dataclass(frozen=True, slots=True, eq=False)
class Flow:
    """Where subjects and scans ended.

    subjects : subject_id, arm, end; one row a subject. In a study of sides the arm is TOGETHER,
        since each subject is in all of them
    scans : scan_id, subject_id, arm, visit, end; one row a scan
    visits : subject_id, arm, visit, end; one row a subject (a side of it) and planned visit, with
        the end of its scan that got furthest
    arms : in their order, "no arm yet" last where somebody has none
    compared : whether the question could be answered; where not, all who are scored stand under
        "not compared"
    """

    subjects: pd.DataFrame
    scans: pd.DataFrame
    visits: pd.DataFrame
    arms: tuple[str, ...]
    compared: bool

    def columns(self, *, sides: bool = False) -> tuple[str, ...]:
        """The columns of a table by arm: the arms, and all of them together where there are more.

        sides : subjects are counted, who are in all arms
        """
        if sides:
            return (TOGETHER,)
        return (*self.arms, *((TOGETHER,) if len(self.arms) > 1 else ()))


def of_arm(table: pd.DataFrame, arm: str) -> pd.DataFrame:
    """The rows of an arm, or of all together."""
    return table if arm == TOGETHER else table[table["arm"] == arm]


def flow_of(record: Record, evidence: Evidence, asked: Asked, answered: Answered | None) -> Flow:
    """Follow every subject and every scan of a study to its end.

    evidence : of the population that is asked for
    answered : the question's answer; None where these data do not answer it
    """
    scans = _scans(record, evidence, asked, answered)
    subjects, visits = _subjects(record, evidence, asked, scans), _visits(record, scans)
    nobody = any((table["arm"] == NO_ARM).any() for table in (scans, subjects, visits))
    return Flow(
        subjects=subjects,
        scans=scans,
        visits=visits,
        arms=(*record.arms, *((NO_ARM,) if nobody else ())),
        compared=answered is not None,
    )


def _scans(
    record: Record, evidence: Evidence, asked: Asked, answered: Answered | None
) -> pd.DataFrame:
    scans = record.scans[["scan_id", "subject_id", "arm", "visit", "state"]].copy()
    counted, layers = set(evidence.layers["scan_id"]), evidence.layers
    scored = set(score_scans(layers, asked.score, depth_um=asked.depth_um)["scan_id"])
    analysed: set[int] = set()
    if answered is not None:
        analysed = set(analysed_layers(answered.scored, answered.found)["scan_id"])
    ends: list[ScanEnd] = []
    scans["arm"] = scans["arm"].fillna(NO_ARM)
    columns = [scans[name] for name in ("scan_id", "arm", "visit", "state")]
    for scan_id, arm, visit, state in zip(*columns, strict=True):
        if state in STATES:
            ends.append(STATES[state])
        elif arm == NO_ARM:
            ends.append("no arm")
        elif scan_id not in counted:
            ends.append("outside the population")
        elif asked.visit is not None and visit != asked.visit:
            ends.append("another visit")
        elif scan_id not in scored:
            ends.append("depths not covered")
        else:
            ends.append("analysed" if scan_id in analysed else "not compared")
    return scans.assign(end=pd.Series(ends, index=scans.index, dtype="str")).drop(columns="state")


def _subjects(
    record: Record, evidence: Evidence, asked: Asked, scans: pd.DataFrame
) -> pd.DataFrame:
    own = scans if asked.visit is None else scans[scans["visit"] == asked.visit]
    scanned = set(own["subject_id"])
    graded = set(own["subject_id"][own["end"].isin(GRADED_ENDS)])
    scored = set(own["subject_id"][own["end"].isin(("not compared", "analysed"))])
    analysed = set(own["subject_id"][own["end"] == "analysed"])
    arm_of = dict(zip(record.allocations["subject_id"], record.allocations["arm"], strict=True))
    inside = record.subjects["full_analysis"]
    if evidence.population == "per_protocol":
        inside = inside & record.subjects["per_protocol"]
    rows: list[tuple[str, str, SubjectEnd]] = []
    for code, status, counts in zip(
        record.subjects["subject_id"], record.subjects["status"], inside, strict=True
    ):
        arm = TOGETHER if record.sides else arm_of.get(code, NO_ARM)
        end: SubjectEnd = "analysed"
        if status == "erased":
            end = "erased"
        elif code not in arm_of:
            end = "no arm"
        elif code not in scanned:
            end = "no scan"
        elif code not in graded:
            end = "not graded"
        elif not counts:
            end = "outside the population"
        elif code not in scored:
            end = "depths not covered"
        elif code not in analysed:
            end = "not compared"
        rows.append((code, arm, end))
    return pd.DataFrame(rows, columns=["subject_id", "arm", "end"]).astype("str")


def _visits(record: Record, scans: pd.DataFrame) -> pd.DataFrame:
    places = record.places[["subject_id", "arm", "visit", "scan_id", "state"]]
    ends = dict(zip(scans["scan_id"], scans["end"], strict=True))
    none = {"withdrawn": "left before", "missing": "no scan"}
    end = [
        none[str(state)] if pd.isna(scan) else ends[int(scan)]
        for scan, state in zip(places["scan_id"], places["state"], strict=True)
    ]
    table = places.assign(arm=places["arm"].fillna(NO_ARM), end=end)
    table["rank"] = table["end"].map(VISIT_ENDS.index)
    best = table.sort_values("rank", kind="stable").drop_duplicates(
        ["subject_id", "arm", "visit"], keep="last"
    )
    return best.sort_index()[["subject_id", "arm", "visit", "end"]].reset_index(drop=True)
