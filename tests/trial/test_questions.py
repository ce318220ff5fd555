"""Which questions a study's design has, and which plans it cannot carry out."""

import json
from dataclasses import replace
from typing import Any

import pytest

from dermdash.errors import DesignError
from dermdash.identity import User
from dermdash.stats.plan import Plan
from dermdash.trial.database import Store
from dermdash.trial.questions import blank_plan, check_plan, contrast_keys
from dermdash.trial.studies import ArmSpec, Kind, Study, VisitSpec, create_study, get_study

VISITS = (VisitSpec("D0", 0, is_baseline=True), VisitSpec("D28", 28), VisitSpec("D56", 56))


@pytest.fixture
def make(store: Store, ada: User):
    def study(
        kind: Kind, *arms: str, control: str | None = None, visits: tuple[VisitSpec, ...] = VISITS
    ) -> Study:
        with store.write(by=ada) as tx:
            specs = [ArmSpec(arm, is_control=arm == control) for arm in arms]
            return get_study(tx, create_study(tx, name="S", kind=kind, arms=specs, visits=visits))

    return study


def test_arms_over_visits_have_a_contrast_an_arm_and_later_visit(make: Any) -> None:
    """Lost: the question of the trial could not be chosen."""
    study = make("before_after", "placebo", "low", "high", control="placebo")
    plan = blank_plan(study)
    assert (plan.between, plan.within, plan.control) == ("arm", "visit", "placebo")
    assert (plan.baseline, plan.primary_visit) == ("D0", "D56")
    assert contrast_keys(study, plan) == (
        ("low", "placebo", "D28"),
        ("high", "placebo", "D28"),
        ("low", "placebo", "D56"),
        ("high", "placebo", "D56"),
    )


def test_cohorts_have_a_contrast_a_pair(make: Any) -> None:
    """Lost: groups that nobody named a control would have no question."""
    study = make("cohorts", "young", "old", "older", visits=VISITS[:1])
    plan = blank_plan(study)
    assert (plan.within, plan.control, plan.primary_visit) == (None, None, "D0")
    assert contrast_keys(study, plan) == (
        ("young", "old", ""),
        ("young", "older", ""),
        ("old", "older", ""),
    )


def test_one_arm_is_compared_over_its_visits(make: Any) -> None:
    """Lost: a study without a control could fix nothing beforehand."""
    study = make("before_after", "active")
    plan = blank_plan(study)
    assert (plan.between, plan.control) == (None, None)
    assert contrast_keys(study, plan) == (
        ("D28", "D0", ""),
        ("D56", "D0", ""),
        ("D56", "D28", ""),
    )


@pytest.mark.parametrize(
    ("kind", "arms", "visits"),
    [
        ("cohorts", (), VISITS[:1]),
        ("cohorts", ("young",), VISITS),
        ("before_after", ("active",), VISITS[:1]),
        ("before_after", (), ()),
    ],
)
def test_a_study_that_compares_nothing_has_no_plan(
    make: Any, kind: str, arms: tuple[str, ...], visits: tuple[VisitSpec, ...]
) -> None:
    """Lost: an empty form would be saved as a plan."""
    study = make(kind, *arms, visits=visits)
    with pytest.raises(DesignError, match="nothing to compare"):
        blank_plan(study)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"value": "age", "score": "age"}, "score='age' is not kept"),
        ({"value": "grade_mean"}, "score='grade_mean' is not kept"),
        ({"subject": "scan_id"}, "subject='scan_id' is not how S is built"),
        ({"within": None, "visits": ()}, "within=None is not how S is built"),
        ({"visits": ("D0",)}, "do not fit S"),
        ({"visits": ()}, "do not fit S"),
        ({"visits": ("D0", "D90")}, "visit 'D90' does not fit S"),
        ({"control": "vehicle"}, "control 'vehicle' does not fit S"),
        ({"baseline": "D90"}, "baseline 'D90' does not fit S"),
        ({"primary_visit": "D0"}, "primary visit 'D0' does not fit S; choose one of D28, D56"),
        ({"primary": ("placebo", "active", "D56")}, "placebo − active at D56 is no contrast"),
        ({"primary": ("active", "placebo", "")}, "active − placebo is no contrast"),
        ({"primary": ("=1+1", "placebo", "D56")}, "is no contrast of S; choose one of active"),
        ({"key_secondary": (("active", "placebo", "D28"),)}, "name the primary question"),
        (
            {
                "primary": ("active", "placebo", "D56"),
                "key_secondary": (("active", "placebo", "D56"),),
            },
            "active − placebo at D56 is asked twice",
        ),
        ({"depth_um": (0, 90)}, "ends below the slab"),
        ({"outlier_mads": 0.0}, "outlier_mads=0 flags"),
        ({"outlier_mads": float("nan")}, "outlier_mads=nan flags"),
        ({"responder_threshold": 0.0}, "responder threshold 0 is no change"),
        ({"responder_threshold": float("inf")}, "responder threshold inf is no change"),
        ({"responder_threshold": float("nan")}, "responder threshold nan is no change"),
        ({"delta": float("nan")}, "delta=nan is no change"),
        ({"delta": 20.0}, "delta=20 is no change"),
    ],
)
def test_a_plan_that_the_study_cannot_carry_out_is_refused(
    make: Any, changes: dict[str, Any], words: str
) -> None:
    """Lost: a plan would be locked that no data can ever answer."""
    study = make("before_after", "placebo", "active", control="placebo")
    check_plan(study, blank_plan(study))
    with pytest.raises(DesignError, match=words) as refusal:
        check_plan(study, replace(blank_plan(study), **changes))
    assert "\n" not in str(refusal.value)


def test_every_contrast_that_is_offered_may_be_planned(make: Any) -> None:
    """Lost: the form would offer what saving refuses."""
    study = make("before_after", "placebo", "low", "high", control="placebo")
    blank = blank_plan(study)
    for control in (None, "placebo", "high"):
        plan = replace(blank, control=control)
        keys = contrast_keys(study, plan)
        check_plan(study, replace(plan, primary=keys[0], key_secondary=keys[1:]))


def test_a_plan_of_a_table_is_none_of_a_study(make: Any) -> None:
    """Lost: a plan for another table would be locked on a study."""
    study = make("cohorts", "young", "old")
    with pytest.raises(DesignError, match="subject=None is not how S is built"):
        check_plan(study, Plan("expected_grade", between="arm"))
    json.dumps(blank_plan(study).to_json(), allow_nan=False)
