"""Comparisons that were computed before: found again while plan, data and software stand."""

from dataclasses import asdict
from typing import TYPE_CHECKING

import pandas as pd

from dermdash.analysis.planned import Asked
from dermdash.errors import TableError
from dermdash.stats.comparison import Comparison
from dermdash.stats.plan import Plan
from dermdash.stats.stored import comparison_from_json

if TYPE_CHECKING:
    from dermdash.trial.plans import StoredPlan
    from dermdash.trial.results import ResultKey
    from dermdash.trial.transaction import Transaction


def comparison_key(
    study_id: int,
    table: pd.DataFrame,
    plan: Plan,
    asked: Asked,
    stored: "StoredPlan | None",
) -> "ResultKey":
    """What a comparison of this table by this plan is kept under."""
    from dermdash.trial.results import ResultKey, data_digest, software_version

    return ResultKey(
        study_id=study_id,
        question={"kind": "comparison", "asked": asdict(asked), "plan": plan.to_json()},
        plan_version=None if stored is None else stored.version,
        data_digest=data_digest(table),
        software=software_version(),
    )


def recall_comparison(tx: "Transaction", key: "ResultKey") -> Comparison | None:
    """The comparison under a key; None where there is none that this version can read."""
    from dermdash.trial.results import find_result

    found = find_result(tx, key)
    if found is None:
        return None
    try:
        return comparison_from_json(found.body)
    except TableError:
        return None


def keep_comparison(tx: "Transaction", key: "ResultKey", found: Comparison) -> None:
    """Keep a comparison under its key, once."""
    from dermdash.trial.results import keep_result

    keep_result(tx, key, found.to_json())
