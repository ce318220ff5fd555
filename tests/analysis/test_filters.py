"""Which subjects are meant by what is known of them, and over which depths."""

import pytest

from dermdash.analysis.cohorts import cohort_of
from dermdash.analysis.filters import Between, OneOf, covariates_of, matching
from dermdash.errors import DesignError
from tests.support.cohorts import people, profile, stacked


@pytest.mark.parametrize("depth_um", [(30, 30), (40, 20), (-5, 20), (0, 70)])
def test_what_is_no_depth_range_is_refused(depth_um: tuple[int, int]) -> None:
    """Lost: a mean over nothing."""
    with pytest.raises(DesignError, match="is no depth range; choose two depths from 0 to 69"):
        cohort_of(stacked(profile("S1", "active", 2.0)), arms=["active"], depth_um=depth_um)


def test_subjects_are_chosen_by_what_is_known_of_them() -> None:
    """Lost: an age range would take in those whose age nobody wrote down."""
    table = stacked(*(profile(f"S{k}", "active", float(k)) for k in (1, 2, 3, 4)))
    known = people(age=[25, 40, None, 41.5], phototype=["II", "III", "II", None])
    for covariates, who, unknown in (
        ({"age": Between(30, 41.5)}, ["S2", "S4"], 1),
        ({"phototype": OneOf(("II",))}, ["S1", "S3"], 1),
        ({"age": Between(20, 30), "phototype": OneOf(("II", "III"))}, ["S1"], 2),
        ({"age": Between(90, 99)}, [], 1),
        ({}, ["S1", "S2", "S3", "S4"], 0),
    ):
        answer = cohort_of(table, arms=["active"], covariates=covariates, people=known)
        assert answer.subjects["subject_id"].tolist() == who
        (group,) = answer.by_arm()
        assert (group.n_unknown, group.n_missing) == (unknown, 0)


def test_what_can_be_chosen_is_what_is_there() -> None:
    """Lost: a range over text, or a choice among a hundred ages."""
    known = people(
        age=[25, 40], bmi=[20.5, None], smokes=[True, False], code=[1, "1a"], empty=[None, None]
    )
    assert covariates_of(known) == {
        "age": Between(25, 40),
        "bmi": Between(20.5, 20.5),
        "smokes": OneOf(("False", "True")),
        "code": OneOf(("1", "1a")),
    }
    with pytest.raises(DesignError, match="'weight' is not known; the subjects have: age"):
        matching(known, {"weight": Between(50, 60)})
    with pytest.raises(DesignError, match="'smokes' holds text"):
        matching(known, {"smokes": Between(0, 1)})
    for own in ("arm", "subject_id", "study"):
        with pytest.raises(DesignError, match="is not known"):
            matching(known, {own: OneOf(("active",))})
