"""Questions asked of a trial's scores, by its plan or without one."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd

from dermdash.analysis.planned import Asked, compare_planned, plan_for
from dermdash.stats.comparison import Comparison
from dermdash.stats.plan import Plan
from dermdash.trial.plans import StoredPlan
from dermdash.trial.questions import blank_plan
from dermdash.trial.studies import Arm, Kind, Site, Study, Visit

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
ARMS = ("placebo", "active")
CHANGES = Asked("expected_grade", over_visits=True, arms=ARMS)


def study_of(kind: Kind = "before_after", *, visits: tuple[str, ...] = ("D0", "D28")) -> Study:
    return Study(
        *(1, "Serum", kind, "collecting", False, NOW),
        arms=(Arm(1, "placebo", "", True, "#888"), Arm(2, "active", "", False, "#08f")),
        visits=tuple(Visit(k, name, 28 * k, k == 0) for k, name in enumerate(visits)),
        sites=(Site(1, "cheek", None), Site(2, "temple", None)),
    )


def scores(
    visits: tuple[str, ...] = ("D0", "D28"), *, arms: tuple[str, ...] = ARMS
) -> pd.DataFrame:
    """Eight subjects an arm; the active ones rise by half a grade a visit."""
    rng = np.random.default_rng(1)
    return pd.DataFrame(
        [
            {
                "study": "Serum",
                "subject_id": f"{arm} {subject}",
                "arm": arm,
                "visit": visit,
                "expected_grade": 2 + 0.5 * at * (arm == "active") + rng.normal(0, 0.1),
            }
            for arm in arms
            for subject in range(8)
            for at, visit in enumerate(visits)
        ]
    )


def stored_of(study: Study, *, locked: bool = True, **changes: Any) -> StoredPlan:
    plan = replace(blank_plan(study), **{"primary": ("active", "placebo", "D28"), **changes})
    return StoredPlan(
        2, plan, "ada", NOW, "ada" if locked else None, NOW if locked else None, amends=None
    )


def answered(
    study: Study, table: pd.DataFrame, stored: StoredPlan | None, asked: Asked = CHANGES
) -> tuple[Plan, Comparison]:
    plan = plan_for(study, table, stored, asked)
    arms = asked.arms or tuple(arm.name for arm in study.arms)
    return plan, compare_planned(table, plan, arms)
