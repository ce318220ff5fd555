"""What a comparison may be called: planned where its question was locked, else exploratory."""

from dataclasses import replace
from typing import Any

import pytest

from dermdash.analysis.filters import Between, OneOf
from dermdash.analysis.planned import Asked, compare_planned, standing
from dermdash.errors import TableError
from dermdash.trial.plans import StoredPlan
from dermdash.trial.questions import blank_plan
from dermdash.trial.studies import Arm, Visit
from tests.support.asked import ARMS, CHANGES, NOW, answered, scores, stored_of, study_of


def test_a_question_that_was_locked_is_planned() -> None:
    """Lost: the one result of the trial would read like a chance find."""
    study, table = study_of(), scores()
    stored = stored_of(study, alpha=0.01)
    plan, found = answered(study, table, stored)
    assert (plan, found.plan.alpha) == (stored.plan, 0.01)
    assert [one.role for one in found.contrasts] == ["primary"]
    said = standing(study, found, stored, CHANGES)
    assert said.planned
    assert said.sentence == (
        "Planned: version 2 of the analysis plan, locked by ada on 2026-03-01 09:30 UTC."
    )


def test_what_was_looked_at_before_the_lock_is_said() -> None:
    """Lost: a plan fixed after looking, or changed since, would pass for one fixed before."""
    study = study_of()
    stored = replace(stored_of(study), graded_before=32, amends=1)
    _, found = answered(study, scores(), stored)
    sentence = standing(study, found, stored, CHANGES).sentence
    assert sentence.endswith(
        "UTC, after 32 scans were graded; it amends version 1, which had been locked before."
    )


def test_without_a_plan_all_is_exploratory() -> None:
    """Lost: stars would stand on questions that the data suggested."""
    study, table = study_of(), scores()
    plan, found = answered(study, table, None)
    assert (plan.within, plan.control, plan.primary) == ("visit", "placebo", None)
    said = standing(study, found, None, CHANGES)
    assert (said.status, said.stored) == ("exploratory", None)
    assert said.sentence == "Exploratory: no analysis plan was locked before looking."


def test_a_draft_plans_nothing_but_its_choices_hold() -> None:
    """Lost: a plan could be written, looked at, and bent before it is locked."""
    study, table = study_of(), scores()
    stored = stored_of(study, locked=False, alpha=0.01)
    plan, found = answered(study, table, stored)
    assert (plan.alpha, plan.primary) == (0.01, None)
    assert {one.role for one in found.contrasts} == {"exploratory"}
    said = standing(study, found, stored, CHANGES)
    assert not said.planned
    assert "version 2 of the analysis plan is a draft, not locked" in said.sentence


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"depth_um": (0, 19)}, "over 0 to 19 µm, where the plan says 0 to 69 µm"),
        ({"site": "cheek"}, "at cheek only"),
        (
            {"covariates": {"age": Between(30, 50), "phototype": OneOf(("II",))}},
            "among subjects chosen by age and phototype",
        ),
        ({"pooled": ("Other",)}, "pooled with Other"),
        ({"over_visits": False, "visit": "D28"}, "groups at one visit, where the plan compares"),
    ],
)
def test_another_question_than_the_locked_one_explores(changes: dict[str, Any], words: str) -> None:
    """Lost: filters could be turned until stars appear."""
    study, table, asked = study_of(), scores(), replace(CHANGES, **changes)
    stored = stored_of(study)
    if not asked.over_visits:
        table = table[table["visit"] == asked.visit]
    _, found = answered(study, table, stored, asked)
    said = standing(study, found, stored, asked)
    assert {one.role for one in found.contrasts} == {"exploratory"}
    assert not said.planned
    assert words in said.sentence


def test_another_score_explores() -> None:
    """Lost: of two scores, the one that shows something would be called planned."""
    study, asked = study_of(), replace(CHANGES, score="grade_mean")
    stored, table = stored_of(study), scores().rename(columns={"expected_grade": "grade_mean"})
    plan, found = answered(study, table, stored, asked)
    assert (plan.value, plan.score, plan.primary) == ("grade_mean", "grade_mean", None)
    said = standing(study, found, stored, asked)
    assert "by mean grade, where the plan says expected grade" in said.sentence


def test_cohorts_are_planned_at_their_visit() -> None:
    """Lost: groups could be compared at whichever visit suits."""
    study = study_of("cohorts")
    stored = stored_of(study, primary=("active", "placebo", ""), equal_variances=False)
    assert stored.plan.primary_visit == "D0"
    for visit, planned in (("D0", True), ("D28", False), (None, False)):
        asked = Asked("expected_grade", over_visits=False, visit=visit, arms=ARMS)
        table = scores() if visit is None else scores().query(f"visit == '{visit}'")
        plan, found = answered(study, table, stored, asked)
        assert found.omnibus.test == "welch_anova"
        assert standing(study, found, stored, asked).planned is planned
        assert plan.control == "placebo"


def test_an_arm_left_out_explores_and_needs_no_control() -> None:
    """Lost: leaving the control out would end in an error, or in stars."""
    study = study_of("cohorts", visits=("D0",))
    study = replace(study, arms=(*study.arms, Arm(3, "vehicle", "", False, "#0f8")))
    stored = stored_of(study, primary=("active", "placebo", ""))
    asked = Asked("expected_grade", over_visits=False, visit="D0", arms=("active", "vehicle"))
    table = scores(("D0",), arms=("placebo", "active", "vehicle"))
    plan, found = answered(study, table, stored, asked)
    assert (plan.control, found.arms) == (None, ("active", "vehicle"))
    assert "without placebo" in standing(study, found, stored, asked).sentence


def test_a_planned_contrast_that_the_data_lack_leaves_the_rest_exploratory() -> None:
    """Lost: before the last visit is in, the page would show an error only."""
    study = study_of(visits=("D0", "D28", "D56"))
    stored = stored_of(study, primary=("active", "placebo", "D56"))
    _, found = answered(study, scores(), stored)
    assert [one.visit for one in found.contrasts] == ["D28"]
    said = standing(study, found, stored, CHANGES)
    assert not said.planned
    assert "the planned difference active − placebo at D56 is not in these data" in said.sentence


def test_a_key_secondary_that_the_data_lack_is_the_one_that_is_named() -> None:
    """Lost: the page would deny the primary difference that stands right above."""
    study = study_of(visits=("D0", "D28", "D56"))
    stored = stored_of(
        study,
        primary=("active", "placebo", "D28"),
        primary_visit="D28",
        key_secondary=(("active", "placebo", "D56"),),
    )
    _, found = answered(study, scores(), stored)
    said = standing(study, found, stored, CHANGES)
    assert not said.planned
    assert said.sentence == (
        "Exploratory: the planned difference active − placebo at D56 is not in these data."
    )


@pytest.mark.parametrize(
    "change",
    [{"alpha": 0.1}, {"equal_variances": False}, {"outlier_mads": 9.0}, {"baseline": None}],
)
def test_a_comparison_by_other_choices_is_not_the_planned_one(change: dict[str, Any]) -> None:
    """Lost: a level or a rule turned until stars appear would be called planned."""
    study, table = study_of(), scores()
    stored = stored_of(study)
    found = compare_planned(table, replace(stored.plan, **change), ARMS)
    assert any(one.role == "primary" for one in found.contrasts)
    assert not standing(study, found, stored, CHANGES).planned


def test_one_arm_of_a_planned_trial_is_its_own_change() -> None:
    """Lost: whoever looks at one arm would read an error."""
    study, asked = study_of(), replace(CHANGES, arms=("active",))
    plan, found = answered(study, scores(), stored_of(study), asked)
    assert (plan.between, plan.control, found.design) == (None, None, "visits")
    assert {one.role for one in found.contrasts} == {"exploratory"}
    said = standing(study, found, stored_of(study), asked)
    assert said.sentence == "Exploratory: without placebo."


def test_visits_that_the_plan_does_not_name_are_left_out() -> None:
    """Lost: a visit added later would change the planned model, or break it."""
    study = study_of()
    stored = stored_of(study)
    later = replace(study, visits=(*study.visits, Visit(9, "D56", 56, False)))
    _, found = answered(later, scores(("D0", "D28", "D56")), stored)
    assert found.visits == ("D0", "D28")
    assert standing(later, found, stored, CHANGES).planned


def test_what_cannot_be_compared_says_why() -> None:
    """Lost: a study whose later visits are not in would end in a traceback."""
    study = study_of()
    with pytest.raises(TableError, match="one visit"):
        answered(study, scores(("D0",)), stored_of(study))


@pytest.mark.parametrize("written", [True, False])
def test_by_codes_nothing_is_planned(written: bool) -> None:
    """Codes have no control, and an order of codes would pass for treatment against control."""
    arms = (Arm(-1, "A", "A", False, "#08f"), Arm(-2, "B", "B", False, "#fa0"))
    study = replace(study_of(), arms=arms, blinded=True)
    plan = replace(blank_plan(study), primary=None)
    stored = StoredPlan(1, plan, "ada", NOW, "ada", NOW, sealed=True) if written else None
    asked = replace(CHANGES, arms=("A", "B"))
    _, found = answered(study, scores(arms=("A", "B")), stored, asked)
    now = standing(study, found, stored, asked)
    assert not now.planned
    assert now.sentence == (
        "Exploratory: blinded, arms by code; the plan's question is answered after unblinding."
    )
    assert (found.plan.control, found.plan.primary) == (None, None)
