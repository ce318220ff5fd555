"""Studies with all that can happen to subjects and scans, as a report's cards read them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from dermdash.analysis.evidence import Evidence
from dermdash.analysis.record import Record
from dermdash.reporting.cards.known import Known
from dermdash.trial.states import SCAN_STATES
from dermdash.trial.studies import Kind, Study
from tests.support.trials import study_of

VISITS = ("D0", "D28")
SIDES = ("cheek-left", "cheek-right")


@dataclass(frozen=True)
class OneScan:
    """A scan of a subject; last_um : the deepest layer that is graded."""

    visit: str
    state: str = "graded"
    last_um: int = 79
    site: str = "cheek"
    reason: str | None = None


@dataclass(frozen=True)
class OneSubject:
    """A volunteer; arm : None where it is not known; of sides the arm of the left."""

    arm: str | None = "active"
    scans: tuple[OneScan, ...] = (OneScan("D0"), OneScan("D28"))
    status: str = "active"
    full_analysis: bool = True
    per_protocol: bool = True
    covariates: dict[str, Any] = field(default_factory=dict)


def known_of(
    subjects: Sequence[OneSubject], *, kind: Kind = "before_after", seed: int = 0
) -> Known:
    """What the cards of a study would read, its scores random."""
    sites = SIDES if kind == "hemi_face" else ("cheek",)
    study = study_of(kind, visits=VISITS, sites=sites)
    people = pd.DataFrame(
        [
            {
                "subject_id": f"S{number:02d}",
                "status": one.status,
                "reason": None if one.status == "active" else "left",
                "withdrawn_on": None,
                "full_analysis": one.full_analysis and one.status != "erased",
                "per_protocol": one.full_analysis and one.per_protocol and one.status != "erased",
                "population_reason": None,
                **one.covariates,
            }
            for number, one in enumerate(subjects)
        ],
        columns=[
            *("subject_id", "status", "reason", "withdrawn_on", "full_analysis", "per_protocol"),
            "population_reason",
            *(subjects[0].covariates if subjects else ()),
        ],
    ).astype({"full_analysis": bool, "per_protocol": bool})
    scans, layers = _scans(subjects, study, seed)
    record = Record(
        study=study,
        covariates=(),
        subjects=people,
        allocations=_allocations(subjects, kind),
        scans=scans,
        places=_places(subjects, scans, study),
        plan=None,
        plans=(),
        protocol=None,
        protocols=pd.DataFrame({"reason": pd.Series([], dtype="str")}),
        model=None,
        events=(),
        looks=pd.DataFrame(columns=["reader", "marked", "cannot_tell", "twice", "seconds"]),
        pairs=pd.DataFrame(columns=["reader_a", "reader_b"]),
        n_before_erasure=0,
        database_id="0",
    )
    evidence = Evidence((study,), None, None, layers, people, "full_analysis")
    return Known(record, evidence)


@st.composite
def studies(draw: st.DrawFn) -> Known:
    """A study of any kind in which anything has happened."""
    kind: Kind = draw(st.sampled_from(["before_after", "cohorts", "hemi_face"]))
    sites = SIDES if kind == "hemi_face" else ("cheek",)
    scan = st.builds(
        OneScan,
        visit=st.sampled_from(VISITS),
        state=st.sampled_from([*SCAN_STATES, "graded", "graded"]),
        last_um=st.sampled_from([79, 79, 40]),
        site=st.sampled_from(sites),
    )
    subject = st.builds(
        OneSubject,
        arm=st.sampled_from(["active", "placebo", "active", "placebo", None]),
        scans=st.lists(scan, max_size=4).map(tuple),
        status=st.sampled_from(["active", "active", "withdrawn"]),
        full_analysis=st.sampled_from([True, True, False]),
    )
    erased = st.just(OneSubject(scans=(), status="erased"))
    subjects = draw(st.lists(subject | erased, max_size=8))
    return known_of(subjects, kind=kind)


def arm_at(subject: OneSubject, site: str) -> str | None:
    """The arm of a scan's place: of sides the right one is in the other arm."""
    if subject.arm is None or site not in SIDES or site == SIDES[0]:
        return subject.arm
    return "placebo" if subject.arm == "active" else "active"


def _allocations(subjects: Sequence[OneSubject], kind: Kind) -> pd.DataFrame:
    sites: Sequence[str | None] = SIDES if kind == "hemi_face" else (None,)
    rows = [
        (f"S{number:02d}", site, arm_at(one, site or ""))
        for number, one in enumerate(subjects)
        if one.arm is not None
        for site in sites
    ]
    return pd.DataFrame(rows, columns=["subject_id", "site", "arm"]).astype("str")


def _scans(
    subjects: Sequence[OneSubject], study: Study, seed: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    rng = np.random.default_rng(seed)
    rows, layers = [], []
    for number, one in enumerate(subjects):
        level = rng.normal(2.3, 0.3)
        for scan in one.scans:
            arm = arm_at(one, scan.site)
            row = {
                "scan_id": len(rows) + 1,
                "study": study.name,
                "subject_id": f"S{number:02d}",
                "arm": arm,
                "visit": scan.visit,
                "site": scan.site,
                "replicate": 1,
            }
            rows.append(row | {"state": scan.state, "reason": scan.reason})
            if scan.state == "graded" and one.full_analysis:
                depth_um = np.arange(-10, scan.last_um + 1)
                score = level + rng.normal(0, 0.2)
                layers.append(
                    pd.DataFrame(
                        row
                        | {"depth_um": depth_um, "expected_grade": score, "grade_mean": score}
                        | {"n_patches": 3}
                    )
                )
    columns = ["scan_id", "study", "subject_id", "arm", "visit", "site", "replicate"]
    scans = pd.DataFrame(rows, columns=[*columns, "state", "reason"])
    scans = scans.assign(
        quality="green",
        dej_um=15.0,
        dej_source="manual",
        n_layers=70,
        expected_grade=2.0,
        grade_mean=2.0,
        dej_after_unblinding=False,
        dej_editor="Ada",
        dej_kind="plane",
        graded_at=pd.Timestamp("2026-01-02", tz="UTC"),
    )
    profile = [*columns, "depth_um", "expected_grade", "grade_mean", "n_patches"]
    table = pd.concat(layers, ignore_index=True) if layers else pd.DataFrame(columns=profile)
    names = dict.fromkeys(("study", "subject_id", "arm", "site"), "category")
    table = table.astype(dict.fromkeys(names, "str") | {"scan_id": "int64"}).astype(names)
    table["visit"] = pd.Categorical(table["visit"], categories=list(VISITS), ordered=True)
    numbers = ("expected_grade", "grade_mean", "depth_um", "n_patches")
    return scans, table.astype(dict.fromkeys(numbers, "float64")).astype({"depth_um": "int16"})


def _places(subjects: Sequence[OneSubject], scans: pd.DataFrame, study: Study) -> pd.DataFrame:
    rows = []
    for number, one in enumerate(subjects):
        for visit in VISITS:
            for site in (where.name for where in study.sites):
                own = scans[
                    (scans["subject_id"] == f"S{number:02d}")
                    & (scans["visit"] == visit)
                    & (scans["site"] == site)
                ]
                at = (f"S{number:02d}", arm_at(one, site), visit, site)
                state = "missing" if one.status == "active" else "withdrawn"
                rows += [(*at, row.scan_id, row.state) for row in own.itertuples()] or [
                    (*at, None, state)
                ]
    columns = ["subject_id", "arm", "visit", "site", "scan_id", "state"]
    table = pd.DataFrame(rows, columns=columns)
    return table.astype({"scan_id": "Int64", "arm": "str"})
