"""The plan: what is fixed before looking must come back as it was."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dermdash.errors import TableError
from dermdash.stats.plan import Plan

names = st.text(min_size=1, max_size=12)
keys = st.tuples(names, names, st.one_of(st.just(""), names))


@given(
    st.builds(
        Plan,
        st.just("score"),
        between=st.just("arm"),
        within=st.sampled_from([None, "visit"]),
        subject=st.just("subject_id"),
        control=st.one_of(st.none(), names),
        visits=st.lists(names, max_size=4).map(tuple),
        primary=st.one_of(st.none(), keys),
        key_secondary=st.lists(keys, max_size=3).map(tuple),
        secondary=st.sampled_from(["holm", "fixed_sequence"]),
        equal_variances=st.booleans(),
        alpha=st.floats(0.001, 0.4),
        responder_threshold=st.one_of(st.none(), st.floats(0, 3)),
        depth_um=st.tuples(st.integers(0, 30), st.integers(31, 69)),
    )
)
def test_a_plan_comes_back_as_it_was_written(plan: Plan) -> None:
    """Lost: a locked plan would differ from the one that was locked."""
    assert Plan.from_json(json.loads(json.dumps(plan.to_json()))) == plan


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"between": None}, "nothing is compared"),
        ({"within": "visit", "subject": None}, "compared within subjects"),
        ({"between": "score"}, "hold one twice"),
        ({"alpha": 5.0}, "alpha=5.0 is no level"),
        ({"alpha": float("nan")}, "alpha=nan is no level"),
        ({"between": None, "within": "visit", "control": "placebo"}, "a control is an arm"),
        ({"secondary": "bonferroni"}, "secondary='bonferroni' is unknown"),
        ({"depth_um": (40, 20)}, "is no range"),
        ({"value": ""}, "names no value"),
    ],
)
def test_plans_that_make_no_sense_are_refused(changes: dict[str, object], words: str) -> None:
    """Lost: a slip in a plan would come out as another analysis."""
    fields = {"value": "score", "between": "arm", "subject": "subject_id", **changes}
    with pytest.raises(TableError, match=words):
        Plan(**fields)  # type: ignore[arg-type]


def test_a_plan_of_another_version_is_refused() -> None:
    """Lost: what a newer version planned would be carried out by halves."""
    plan = Plan("score", between="arm").to_json()
    with pytest.raises(TableError, match="plan_version=2 is not 1"):
        Plan.from_json({**plan, "plan_version": 2})
    with pytest.raises(TableError, match="which is unknown"):
        Plan.from_json({**plan, "stars": True})
