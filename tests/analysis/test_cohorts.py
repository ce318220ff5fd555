"""One row a subject, and groups in their order."""

from pathlib import Path
from random import Random

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dermdash.analysis.cohorts import (
    DEPTH_STOP_UM,
    Cohort,
    cohort,
    cohort_of,
    describe,
    group_profiles,
)
from dermdash.analysis.comparisons import compare_subjects
from dermdash.errors import DesignError
from dermdash.settings import Settings
from dermdash.stats.plan import Plan
from dermdash.trial.database import open_store
from tests.support.cohorts import ARMS, profile, stacked
from tests.support.studies import add_scan, grade_queued, make_study


def test_scans_of_a_subject_are_averaged_before_subjects_are_counted() -> None:
    """A subject scanned three times would count three times."""
    table = stacked(
        profile("S1", "active", 2.0, site="left"),
        profile("S1", "active", 4.0, site="right"),
        profile("S2", "active", 1.0),
    )
    answer = cohort_of(table, arms=["active"])
    assert answer.subjects.set_index("subject_id")["expected_grade"].to_dict() == {
        "S1": pytest.approx(3.0),
        "S2": pytest.approx(1.0),
    }
    (group,) = answer.by_arm()
    assert (group.mean, group.n_subjects, group.n_scans) == (pytest.approx(2.0), 2, 3)
    assert group.sd == pytest.approx(np.sqrt(2))


def test_groups_keep_the_order_asked_for() -> None:
    """Control and treatment would change sides with their spelling."""
    table = stacked(profile("S1", "active", 2.0), profile("S2", "placebo", 3.0))
    for arms in (ARMS, ARMS[::-1]):
        answer = cohort_of(table, arms=arms)
        assert [group.arm for group in answer.by_arm()] == arms
        assert list(dict.fromkeys(group_profiles(answer)["arm"])) == arms


def test_a_short_slab_is_missing_and_counted() -> None:
    """A profile falling with depth would score higher for being cut short."""
    table = stacked(
        profile("S1", "active", 2.0), profile("S2", "active", 4.0, n_layers=DEPTH_STOP_UM - 1)
    )
    (group,) = cohort_of(table, arms=["active"]).by_arm()
    assert (group.mean, group.n_subjects, group.n_missing) == (2.0, 1, 1)


def test_a_subject_with_one_whole_scan_is_not_missing() -> None:
    """A failed second scan would cost the subject."""
    table = stacked(
        profile("S1", "active", 2.0, site="left"),
        profile("S1", "active", 4.0, site="right", n_layers=30),
    )
    (group,) = cohort_of(table, arms=["active"]).by_arm()
    assert (group.mean, group.n_subjects, group.n_scans, group.n_missing) == (2.0, 1, 1, 0)


def test_layers_beyond_the_slab_do_not_count() -> None:
    """The margin, graded for another purpose, would move every score."""
    table = stacked(profile("S1", "active", 2.0, n_layers=80))
    table.loc[table["depth_um"] >= DEPTH_STOP_UM, "expected_grade"] = 4.0
    (group,) = cohort_of(table, arms=["active"]).by_arm()
    assert group.mean == pytest.approx(2.0)


def test_an_arm_without_subjects_stays_in_the_table() -> None:
    """A group that is still empty would vanish from the result."""
    placebo, active = cohort_of(stacked(profile("S1", "active", 2.0)), arms=ARMS).by_arm()
    assert (placebo.n_subjects, placebo.n_missing, np.isnan(placebo.mean)) == (0, 0, True)
    assert active.n_subjects == 1


@given(
    st.lists(st.tuples(st.sampled_from(ARMS), st.floats(1, 4)), min_size=1, max_size=8),
    st.randoms(),
)
def test_the_order_of_rows_does_not_matter(rows: list[tuple[str, float]], random: Random) -> None:
    """A result would depend on the order in which scans came in."""
    scans = [profile(f"S{n}", arm, score, n_layers=70) for n, (arm, score) in enumerate(rows)]
    table = stacked(*scans)
    shuffled = table.sample(frac=1, random_state=random.randrange(2**31))
    first, second = cohort_of(table, arms=ARMS), cohort_of(shuffled, arms=ARMS)
    pd.testing.assert_frame_equal(first.groups, second.groups)
    assert int(first.groups["n_subjects"].sum()) == len(rows)


def test_a_cohort_is_read_from_the_store(tmp_path: Path) -> None:
    """What is analysed would not be what is stored."""
    with open_store(Settings(tmp_path / "home")) as store:
        study_id = make_study(store)
        add_scan(store, study_id, tmp_path, "S01", arm="active")
        add_scan(store, study_id, tmp_path, "S02", arm="placebo")
        grade_queued(store, {"S01": 3.25, "S02": 1.5})
        with store.read() as tx:
            placebo, active = cohort(tx, study_id, visit="D0", site="cheek").by_arm()
            assert placebo.mean == pytest.approx(1.5)
            assert active.mean == pytest.approx(3.25)
            hard = cohort(tx, study_id, arms=["active"], score="grade_mean").by_arm()
            assert [group.mean for group in hard] == [3.0]
            for wrong in ({"arms": ["other"]}, {"visit": "D99"}, {"site": "nose"}):
                with pytest.raises(DesignError, match="is not in study 'Night cream'"):
                    cohort(tx, study_id, **wrong)  # type: ignore[arg-type]


def test_a_depth_range_is_another_score() -> None:
    """Lost: what differs at 20 to 40 um only would drown in the whole dermis."""
    rising = profile("S1", "active", 2.0)
    rising["expected_grade"] = np.where(rising["depth_um"].between(20, 40), 3.5, 2.0)
    short = profile("S2", "active", 2.0, n_layers=41)
    table = stacked(rising, short, profile("S3", "active", 4.0, n_layers=30))
    answer = cohort_of(table, arms=["active"], depth_um=(20, 40))
    assert answer.subjects["expected_grade"].tolist() == [pytest.approx(3.5), pytest.approx(2.0)]
    assert answer.profiles["depth_um"].unique().tolist() == list(range(20, 41))
    (group,) = answer.by_arm()
    assert (group.n_subjects, group.n_missing) == (2, 1)
    assert describe(answer).endswith("mean ± SD over subjects, 20 to 40 µm.")
    assert compare_plan(answer).depth_um == (20, 40)


def compare_plan(answer: Cohort) -> Plan:
    """The plan behind a comparison of a cohort that is widened to two arms."""
    other = answer.subjects.assign(arm="placebo", subject_id=["S8", "S9"])
    scores = answer.score
    subjects = pd.concat([answer.subjects, other.assign(**{scores: [1.0, 1.5]})])
    found = compare_subjects(subjects, scores, ARMS, depth_um=answer.depth_um)
    return found.plan


def test_a_subject_with_no_layer_of_the_range_is_missing_too() -> None:
    """Lost: whoever was scanned least deep would vanish uncounted."""
    table = stacked(profile("S1", "active", 2.0), profile("S2", "active", 2.0, n_layers=40))
    (group,) = cohort_of(table, arms=["active"], depth_um=(50, 69)).by_arm()
    assert (group.n_subjects, group.n_missing) == (1, 1)
