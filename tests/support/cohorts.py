"""Scans, subjects and a study as the store gives them, small enough to check by eye."""

from datetime import UTC, datetime
from zlib import crc32

import numpy as np
import pandas as pd

from dermdash.analysis.cohorts import DEPTH_STOP_UM
from dermdash.trial.studies import Arm, Site, Study, Visit

ARMS = ["placebo", "active"]


def profile(
    subject: str,
    arm: str,
    score: float,
    *,
    visit: str = "D0",
    site: str = "cheek",
    n_layers: int = DEPTH_STOP_UM,
) -> pd.DataFrame:
    """One scan as the store gives it: names as categories, one row a layer."""
    return pd.DataFrame(
        {
            "scan_id": crc32(f"{subject} {visit} {site}".encode()),
            "study": "S",
            "subject_id": subject,
            "arm": arm,
            "visit": visit,
            "site": site,
            "replicate": 1,
            "depth_um": np.arange(n_layers, dtype=np.int16),
            "grade_mean": round(score),
            "expected_grade": score,
            "n_patches": 3,
        }
    )


def stacked(*scans: pd.DataFrame) -> pd.DataFrame:
    names = ["study", "subject_id", "arm", "visit", "site"]
    return pd.concat(scans, ignore_index=True).astype(dict.fromkeys(names, "category"))


def study(kind: str = "cohorts") -> Study:
    return Study(
        study_id=1,
        name="S",
        kind=kind,  # type: ignore[arg-type]
        state="collecting",
        synthetic=False,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        arms=(
            Arm(1, "placebo", "placebo", True, "#7f7f7f"),
            Arm(2, "active", "active", False, "#0072b2"),
        ),
        visits=(Visit(1, "D0", 0, True), Visit(2, "D28", 28, False)),
        sites=(Site(1, "cheek", None),),
    )


def people(**covariates: list[object]) -> pd.DataFrame:
    """Subjects S1, S2, ... as the store lists them, with these covariates."""
    n = len(next(iter(covariates.values())))
    return pd.DataFrame(
        {"study": "S", "subject_id": [f"S{k + 1}" for k in range(n)], "arm": "active", **covariates}
    )
