"""One true sentence on what a study shows."""

import pytest

from dermdash.analysis.cohorts import cohort_of, describe, group_profiles
from dermdash.analysis.headlines import changes, headline
from tests.support.cohorts import ARMS, profile, stacked, study


def test_changes_are_later_minus_baseline_of_subjects_with_both() -> None:
    """A change would have the wrong sign, or a subject without a baseline would count."""
    table = stacked(
        profile("S1", "active", 2.0),
        profile("S1", "active", 2.5, visit="D28"),
        profile("S2", "active", 4.0, visit="D28"),
    )
    change = changes(table, arms=ARMS, baseline="D0", later="D28")
    assert change["subject_id"].tolist() == ["S1"]
    assert change["change"].tolist() == [pytest.approx(0.5)]


def test_the_sentence_names_both_sides() -> None:
    """A manager would read a number without knowing of what."""
    table = stacked(profile("S1", "active", 3.0), profile("S2", "placebo", 1.5))
    assert headline(study(), table) == ("Active scores higher: 3.0 against 1.5 of 4 (n = 1 and 1)")
    assert describe(cohort_of(table, arms=ARMS)) == (
        "Placebo 1.50 (n = 1), active 3.00 (n = 1): expected grade of 4, "
        "mean ± SD over subjects, 0 to 69 µm."
    )


def test_equal_groups_are_said_to_be_alike() -> None:
    """ "2.5 against 2.5" would be called higher."""
    table = stacked(profile("S1", "active", 2.5), profile("S2", "placebo", 2.501))
    assert headline(study(), table) == "Placebo and active score alike, 2.50 of 4 (n = 1 and 1)"
    close = stacked(profile("S1", "active", 2.52), profile("S2", "placebo", 2.48))
    assert "2.52 against 2.48" in headline(study(), close)


def test_the_sentence_of_a_trial_is_the_difference_of_changes() -> None:
    """ "Active rose, placebo did not" would stand for a comparison that was not made."""
    after = {"S1": 2.6, "S2": 2.4, "S3": 2.1, "S4": 1.9}
    arm = {"S1": "active", "S2": "active", "S3": "placebo", "S4": "placebo"}
    scans = [profile(s, arm[s], 2.0) for s in after]
    scans += [profile(s, arm[s], score, visit="D28") for s, score in after.items()]
    assert headline(study("before_after"), stacked(*scans)) == (
        "D0 to D28, active rose 0.50 more than placebo (+0.50 against +0.00, n = 2 and 2)"
    )


def test_nothing_graded_says_nothing() -> None:
    """A sentence would be made up."""
    empty = stacked(profile("S1", "active", 2.0)).iloc[:0]
    assert headline(study(), empty) == ""
    assert describe(cohort_of(empty, arms=ARMS)) == ""
    assert group_profiles(cohort_of(empty, arms=ARMS)).empty
