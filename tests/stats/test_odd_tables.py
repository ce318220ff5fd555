"""Tables that people have, and that no example shows: odd names, ties, constants, many visits."""

import json

import numpy as np
import pandas as pd
import pytest

from dermdash.errors import TableError
from dermdash.stats.comparison import Comparison, compare
from dermdash.stats.plan import Plan
from tests.support.scores import trial, with_moments

NAMES = ("=cmd|x", "C(arm)", "0", "'a' \"b\"", "a+b", "🧴 serum", "-1", "study", "arm:x")
ARMS = Plan("score", between="arm", subject="subject_id")
POOLED = Plan("score", between="arm", subject="subject_id", block="study")


def arms_of(groups: dict[str, list[float]], *, study: str = "one") -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"study": study, "arm": arm, "subject_id": f"{study} {arm} {n}", "score": value}
            for arm, values in groups.items()
            for n, value in enumerate(values)
        ]
    )


def whole(found: Comparison) -> dict[str, object]:
    """A comparison as JSON, which must hold no NaN."""
    text = json.dumps(found.to_json(), allow_nan=False)
    assert found.sentence
    assert "nan" not in found.sentence.casefold().split()
    return dict(json.loads(text))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("plan", [ARMS, POOLED])
def test_a_name_is_a_name_in_one_study_and_in_several(name: str, plan: Plan) -> None:
    """Lost: an arm or a study called like a formula would be computed."""
    groups = {name: with_moments(2.0, 0.3, 6).tolist(), "b": with_moments(2.6, 0.3, 7).tolist()}
    table = arms_of(groups, study=name)
    if plan is POOLED:
        table = pd.concat([table, arms_of(groups, study="other")])
    found = compare(table, plan)
    (one,) = found.contrasts
    assert (one.a, one.b) == (name.strip(), "b")
    assert one.difference == pytest.approx(-0.6)
    whole(found)


@pytest.mark.parametrize("plan", [ARMS, POOLED])
def test_scores_that_are_nearly_all_ties(plan: Plan) -> None:
    """Lost: hard grades of few patches, where each test of ranks divides by its ties."""
    groups = {"a": [2, 2, 2, 3], "b": [2, 2, 3, 3], "c": [3, 3, 3, 3]}
    tables = [arms_of(groups, study=study) for study in ("one", "two")]  # type: ignore[arg-type]
    found = compare(pd.concat(tables) if plan is POOLED else tables[0], plan)
    assert len(found.contrasts) == 3
    whole(found)


@pytest.mark.parametrize("plan", [ARMS, POOLED])
def test_an_arm_in_which_nothing_varies(plan: Plan) -> None:
    """Lost: a variance of 0 would make an infinite t."""
    groups = {"even": [2.0] * 5, "b": [2.1, 2.6, 2.4, 2.9, 2.2]}
    tables = [arms_of(groups, study=study) for study in ("one", "two")]
    found = compare(pd.concat(tables) if plan is POOLED else tables[0], plan)
    assert np.isfinite(found.omnibus.statistic)
    whole(found)


@pytest.mark.parametrize(
    "groups", [{"a": [2.0] * 4, "b": [3.0] * 4}, {"a": [2.0] * 4, "b": [2.0] * 4}]
)
@pytest.mark.parametrize("plan", [ARMS, POOLED])
def test_constants_are_refused(groups: dict[str, list[float]], plan: Plan) -> None:
    """Lost: two copied columns would differ beyond all doubt."""
    table = pd.concat([arms_of(groups, study=study) for study in ("one", "two")])
    table = table[table["study"] == "one"] if plan is ARMS else table
    with pytest.raises(TableError, match="are equal; a test needs values that vary"):
        compare(table, plan)


@pytest.mark.parametrize("between", ["arm", None])
def test_ten_visits(between: str | None) -> None:
    """Lost: a long study would be refused, or take minutes."""
    names = tuple(f"D{7 * week}" for week in range(10))
    table = trial(visits=names, n=14)
    if between is None:
        table = table[table["arm"] == "active"]
    plan = Plan("score", between=between, within="visit", subject="subject_id")
    found = compare(table, plan)
    assert found.visits == names
    whole(found)


def test_more_visits_than_subjects() -> None:
    """Lost: a pilot study followed closely would end in a singular matrix."""
    names = tuple(f"D{week}" for week in range(10))
    plan = Plan("score", between="arm", within="visit", subject="subject_id")
    found = compare(trial(visits=names, n=4, missing=1), plan)
    assert [c.method for c in found.contrasts] == ["ancova"] * 9
    assert any("mixed model is left out" in warning for warning in found.warnings)
    whole(found)


def test_one_of_everything() -> None:
    """Lost: the first subject of a new study would end in a traceback."""
    lone = arms_of({"a": [2.0]})
    for table, plan, words in (
        (lone, ARMS, "one arm, 'a'"),
        (arms_of({"a": [2.0], "b": [3.0]}), ARMS, "has 1 subject"),
        (arms_of({"a": [2.0, 2.1], "b": [3.0]}), ARMS, "'b' has 1 subject"),
        (pd.concat([lone, arms_of({"a": [2.5]}, study="two")]), POOLED, "one arm, 'a'"),
        (pd.concat([lone, arms_of({"b": [2.5]}, study="two")]), POOLED, "has 1 subject"),
        (lone.iloc[:0], ARMS, "no row of the table"),
        (lone.iloc[:0], POOLED, "no row of the table"),
        (lone.assign(study=None), POOLED, "no row|without"),
    ):
        with pytest.raises(TableError, match=words):
            compare(table, plan)


def test_rows_without_a_study_are_counted() -> None:
    """Lost: subjects of no known study would be left out in silence."""
    table = pd.concat(
        [
            arms_of({"a": [2.0, 2.2, 2.3], "b": [2.5, 2.9, 3.0]}, study=name)
            for name in ("x", "y", "")
        ]
    )
    found = compare(table, POOLED)
    assert found.n == {"a": 6, "b": 6}
    assert found.dropped == {"without a block": 6}
