"""What a row of a roster may say: its status, its populations, and the words for its cells."""

from datetime import date
from typing import Any

from dermdash.errors import DesignError

Row = dict[str, Any]
CONDUCT = (
    "status",
    "reason",
    "withdrawn_on",
    "full_analysis",
    "per_protocol",
    "population_reason",
)
LABELS = {
    "subject_id": "code",
    "withdrawn_on": "withdrawn on",
    "full_analysis": "full analysis set",
    "per_protocol": "per protocol",
    "population_reason": "reason of the population",
    "reason": "reason of withdrawal",
    "is_control": "control",
    "is_baseline": "baseline",
    "target_n": "subjects wanted",
}
BLANK: Row = {
    "subject_id": None,
    "status": "active",
    "reason": None,
    "withdrawn_on": None,
    "full_analysis": True,
    "per_protocol": True,
    "population_reason": None,
}
FLAGS = ("full_analysis", "per_protocol")


def differ(one: Any, other: Any) -> bool:
    """Whether two cells are unlike: 1 is no yes, and 34 is 34.0."""
    return isinstance(one, bool) != isinstance(other, bool) or one != other


def said(value: Any) -> str:
    """A cell in words.

    >>> said(True), said(None), said(date(2026, 3, 1))
    ('yes', 'nothing', '2026-03-01')
    """
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def settle_status(after: Row, given: Row, before: Row, today: date) -> None:
    code, status = after["subject_id"], after["status"]
    if status not in ("active", "withdrawn"):
        raise DesignError(f"status={status} of {code} is unknown; write active or withdrawn")
    if status == "withdrawn":
        if not after["reason"]:
            raise DesignError(f"subject_id={code} is withdrawn without a reason; give one")
        if after["withdrawn_on"] is not None and after["withdrawn_on"] > today:
            raise DesignError(
                f"withdrawn_on={after['withdrawn_on']} of {code} lies in the future; correct it"
            )
        return
    for column in ("reason", "withdrawn_on"):
        if given.get(column) is not None and given[column] != before.get(column):
            raise DesignError(
                f"{column}={said(given[column])[:40]} of {code}, who is active; "
                "set the status to withdrawn, or take it away"
            )
        after[column] = None


def settle_population(after: Row, given: Row) -> None:
    code = after["subject_id"]
    for column in ("full_analysis", "per_protocol"):
        if not isinstance(after[column], bool):
            raise DesignError(f"{column}={after[column]} of {code} is neither; write yes or no")
    if not after["full_analysis"] and after["per_protocol"]:
        if given.get("per_protocol"):
            raise DesignError(
                f"{code} is per protocol but not in the full analysis set; the per-protocol set is "
                "part of it"
            )
        after["per_protocol"] = False
    if after["full_analysis"] and after["per_protocol"]:
        if given.get("population_reason") and "per_protocol" not in given:
            raise DesignError(f"{code} is in both populations; a reason needs one set to no")
        after["population_reason"] = None
    elif not after["population_reason"]:
        raise DesignError(f"{code} is left out of a population without a reason; give one")
