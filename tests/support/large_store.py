"""A store of many scans, written row by row without files: large, and there in seconds."""

import hashlib
from datetime import UTC, datetime
from typing import Any

import numpy as np
from sqlalchemy import insert

from dermdash.identity import User
from dermdash.imaging.quality import QUALITY_VERSION
from dermdash.imaging.slab import Sampling
from dermdash.trial.database import Store
from dermdash.trial.qualities import quality_key
from dermdash.trial.schema import (
    AllocationRow,
    ArmRow,
    DejRow,
    GradingArrayRow,
    GradingRow,
    JobRow,
    ModelRow,
    ProtocolRow,
    QualityRow,
    ScanRow,
    SiteRow,
    StudyRow,
    SubjectRow,
    VisitRow,
    VolumeRow,
)

VISITS = tuple(f"D{day}" for day in (0, 14, 28, 42, 56))
SIDES = ("left", "right")
SUBJECTS = 10
SCANS = SUBJECTS * len(VISITS) * len(SIDES)  # of each study
AT = datetime(2026, 1, 1, tzinfo=UTC)
READING = {"axes": "zyx", "spacing_um": [1.0, 1.0, 1.0], "window": [0.0, 255.0]}
DEPTHS = np.arange(70, dtype=np.float32)

Rows = dict[type[Any], list[dict[str, Any]]]


def fill(store: Store, *, n_scans: int) -> None:
    """Studies of 100 scans each, graded and read, but for one scan that waits in each."""
    with store.write(by=User("fill")) as tx:
        connection = tx.session.connection()
        model = {"digest": "m" * 64, "name": "m", "use": "demonstration", "card": {}}
        connection.execute(insert(ModelRow), [model | {"registered_at": AT}])
        for number in range(1, n_scans // SCANS + 1):
            for table, rows in _study(number).items():
                connection.execute(insert(table), rows)


def _study(number: int) -> Rows:
    sampling = Sampling(margin_um=10, crops=1).to_json()
    rows: Rows = {
        StudyRow: [
            {
                "id": number,
                "name": f"Study {number:03d}",
                "kind": "before_after",
                "state": "collecting",
                "synthetic": False,
                "created_at": AT,
                "blinded": False,
                "duplicate_share": 0.1,
            }
        ],
        ArmRow: [
            {
                "id": 2 * number + place,
                "study_id": number,
                "name": name,
                "code": "AB"[place],
                "label": name,
                "is_control": not place,
                "colour": "#0072b2",
            }
            for place, name in enumerate(("placebo", "active"))
        ],
        VisitRow: [
            {
                "id": 10 * number + place,
                "study_id": number,
                "name": name,
                "day": int(name[1:]),
                "is_baseline": not place,
            }
            for place, name in enumerate(VISITS)
        ],
        SiteRow: [
            {"id": 10 * number + place, "study_id": number, "name": name, "side": name}
            for place, name in enumerate(SIDES)
        ],
        ProtocolRow: [
            {
                "study_id": number,
                "version": 1,
                "model_digest": "m" * 64,
                "sampling": sampling,
                "author": "fill",
                "at": AT,
            }
        ],
        SubjectRow: [],
        AllocationRow: [],
        **{table: [] for table in _OF_SCANS},
    }
    for subject in range(SUBJECTS):
        subject_id = number * SUBJECTS + subject
        rows[SubjectRow].append(
            {
                "id": subject_id,
                "study_id": number,
                "code": f"S{subject:03d}",
                "status": "active",
                "covariates": {},
                "full_analysis": True,
                "per_protocol": True,
                "version": 1,
            }
        )
        rows[AllocationRow].append(
            {"subject_id": subject_id, "site_id": None, "arm_id": 2 * number + subject % 2}
        )
        places = ((visit, side) for visit in range(len(VISITS)) for side in range(len(SIDES)))
        for place, (visit, side) in enumerate(places):
            scan_id = subject_id * 10 + place
            at = {"visit_id": 10 * number + visit, "site_id": 10 * number + side}
            _add_scan(rows, scan_id, number, {"subject_id": subject_id, **at})
    return rows


_OF_SCANS = (VolumeRow, ScanRow, DejRow, GradingRow, GradingArrayRow, QualityRow, JobRow)


def _add_scan(rows: Rows, scan_id: int, study_id: int, place: dict[str, int]) -> None:
    sha256 = hashlib.sha256(f"volume {scan_id}".encode()).hexdigest()
    key = hashlib.sha256(f"grading {scan_id}".encode()).hexdigest()
    graded = scan_id % SCANS != 0
    volume = {"sha256": sha256, "bytes": 1, "place": sha256, "stored_at": AT, "verified_at": AT}
    rows[VolumeRow].append(volume)
    rows[ScanRow].append(
        {
            "id": scan_id,
            **place,
            "replicate": 1,
            "volume_sha256": sha256,
            "file_name": f"{scan_id}.tif",
            "reading": READING,
            "nz": 300,
            "ny": 500,
            "nx": 1224,
            "stored_at": AT,
            "stored_by": "fill",
            "grading_key": key,
        }
    )
    rows[DejRow].append(
        {
            "scan_id": scan_id,
            "seq": 1,
            "kind": "plane",
            "value_um": 60.0,
            "median_um": 60.0,
            "source": "manual",
            "editor": "fill",
            "at": AT,
            "digest": "d" * 64,
        }
    )
    about = {"key": key, "study_id": study_id, "scan_id": scan_id, "by": "fill", "asked_at": AT}
    counts = {"progress": 1.0, "attempt": 1, "deaths": 0}
    ended = {"state": "done" if graded else "queued", "finished_at": AT if graded else None}
    started = {"started_at": ended["finished_at"]}
    rows[JobRow].append({"kind": "grading", "payload": {}, **about, **counts, **ended, **started})
    rows[QualityRow].append(
        {
            "key": quality_key(sha256, READING),
            "volume_sha256": sha256,
            "reading": READING,
            "body": _QUALITY,
            "at": AT,
        }
    )
    if not graded:
        return
    score = 1.5 + scan_id % 17 / 10
    profile = np.column_stack(
        [DEPTHS, *(np.full_like(DEPTHS, value) for value in (score, 0.3, score, 3))]
    )
    rows[GradingRow].append(
        {
            "key": key,
            "volume_sha256": sha256,
            "reading": READING,
            "dej_digest": "d" * 64,
            "sampling": {},
            "model_digest": "m" * 64,
            "n_layers": 70,
            "n_crops": 1,
            "grade_mean": score,
            "expected_grade": score,
            "graded_at": AT,
        }
    )
    blob = profile.astype("<f4").tobytes()
    rows[GradingArrayRow].append({"grading_key": key, "profile": blob, "probabilities": blob})


_QUALITY = {
    "saturated_high": 0.01,
    "saturated_low": 0.0,
    "black_layers": [],
    "repeated_layers": [],
    "signal_from_um": 0.0,
    "signal_to_um": 250.0,
    "contrast": 90.0,
    "mean_grey": 80.0,
    "depth_um": 299.0,
    "layer_step_um": 1.0,
    "version": QUALITY_VERSION,
}
