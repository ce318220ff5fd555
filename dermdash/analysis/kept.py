"""Answers that were computed before: found again while plan, data and software stand."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, TypeVar

import pandas as pd

from dermdash.analysis.comparisons import CELL
from dermdash.analysis.planned import Asked
from dermdash.analysis.sensitivity import Sensitivity, sensitivity_from_json
from dermdash.errors import TableError
from dermdash.stats.comparison import Comparison
from dermdash.stats.plan import Plan
from dermdash.stats.stored import comparison_from_json

if TYPE_CHECKING:
    from dermdash.trial.plans import StoredPlan
    from dermdash.trial.results import ResultKey
    from dermdash.trial.transaction import Transaction

T = TypeVar("T")


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


def sensitivity_key(of: "ResultKey", layers: pd.DataFrame, score: str) -> "ResultKey":
    """What the same comparison with the DEJ moved is kept under.

    of : the comparison's key
    layers : behind its table, with the margin, one row a scan and layer
    """
    from dermdash.trial.results import data_digest

    return replace(
        of,
        question={**of.question, "kind": "sensitivity to the DEJ"},
        data_digest=data_digest(layers[[*CELL, "scan_id", "depth_um", score]]),
    )


def recall_comparison(tx: "Transaction", key: "ResultKey") -> Comparison | None:
    """The comparison under a key; None where there is none that this version can read."""
    return _recall(tx, key, comparison_from_json)


def recall_sensitivity(tx: "Transaction", key: "ResultKey") -> Sensitivity | None:
    """The sensitivity under a key; None where there is none that this version can read."""
    return _recall(tx, key, sensitivity_from_json)


def keep_answer(tx: "Transaction", key: "ResultKey", found: Comparison | Sensitivity) -> None:
    """Keep an answer under its key, once."""
    from dermdash.trial.results import keep_result

    keep_result(tx, key, found.to_json())


def _recall(
    tx: "Transaction", key: "ResultKey", read: Callable[[Mapping[str, Any]], T]
) -> T | None:
    from dermdash.trial.results import find_result

    found = find_result(tx, key)
    if found is None:
        return None
    try:
        return read(found.body)
    except TableError:
        return None
