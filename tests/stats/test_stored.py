"""A kept comparison must say tomorrow what it said today."""

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dermdash.errors import TableError
from dermdash.stats.comparison import Comparison, compare
from dermdash.stats.plan import Plan
from dermdash.stats.stored import comparison_from_json


def table(
    *, arms: tuple[str, ...], visits: tuple[str, ...], n: int = 6, missing: bool = False
) -> pd.DataFrame:
    rng = np.random.default_rng(4)
    rows = [
        {
            "subject_id": f"{arm} {k}",
            "arm": arm,
            "visit": visit,
            "score": rng.normal(2 + a / 2, 0.3),
        }
        for a, arm in enumerate(arms)
        for k in range(n)
        for visit in visits
    ]
    frame = pd.DataFrame(rows)
    frame.loc[0, "score"] = 9.0  # far off, so that there is a sensitivity
    return frame.drop(index=[1]) if missing else frame


OVER = {"within": "visit", "subject": "subject_id"}
CASES = {
    "arms": (table(arms=("a", "b", "c"), visits=("D0",)), Plan("score", between="arm")),
    "few": (table(arms=("a", "b"), visits=("D0",), n=3), Plan("score", between="arm")),
    "control": (
        table(arms=("a", "b", "c"), visits=("D0",)),
        Plan("score", between="arm", control="c", primary=("a", "c", "")),
    ),
    "visits": (table(arms=("a",), visits=("D0", "D28", "D56")), Plan("score", **OVER)),
    "pair": (table(arms=("a",), visits=("D0", "D28")), Plan("score", **OVER)),
    "changes": (
        table(arms=("a", "b"), visits=("D0", "D28")),
        Plan("score", between="arm", primary=("a", "b", "D28"), **OVER),
    ),
    "mixed": (
        table(arms=("a", "b"), visits=("D0", "D28", "D56"), missing=True),
        Plan("score", between="arm", key_secondary=(), **OVER),
    ),
    "sides": (
        table(arms=("a", "b"), visits=("D0", "D28")).assign(
            subject_id=lambda t: t["subject_id"].str[2:]
        ),
        Plan("score", between="arm", **OVER),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_comparison_comes_back_as_it_was(case: str) -> None:
    """Lost: a report made from a kept result would differ from the page."""
    found = compare(*CASES[case])
    back = comparison_from_json(json.loads(json.dumps(found.to_json(), allow_nan=False)))
    assert isinstance(back, Comparison)
    assert back == found
    assert back.to_json() == found.to_json()


@pytest.mark.parametrize(
    "damage",
    [
        {"plan": {"plan_version": 99}},
        {"omnibus": None},
        {"contrasts": [{"a": "x"}]},
        {"contrasts": 3},
        {"within_arm": [{}]},
    ],
)
def test_what_another_version_kept_is_refused(damage: dict[str, Any]) -> None:
    """Lost: an update would show half of an older result as if it were whole."""
    values = compare(*CASES["arms"]).to_json()
    with pytest.raises(TableError):
        comparison_from_json({**values, **damage})
    with pytest.raises(TableError, match="compare again"):
        comparison_from_json({key: values[key] for key in values if key != "design"})
