"""One row a subject, groups in their order, and one true sentence."""

from datetime import UTC, datetime
from zlib import crc32

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dermdash.analysis.cohorts import (
    DEPTH_STOP_UM,
    cohort,
    cohort_of,
    describe,
    group_profiles,
)
from dermdash.analysis.headlines import changes, headline
from dermdash.errors import DesignError
from dermdash.settings import Settings
from dermdash.trial.database import open_store
from dermdash.trial.studies import Arm, Site, Study, Visit
from tests.support.studies import add_scan, grade_queued, make_study

ARMS = ["placebo", "active"]


def profile(
    subject: str,
    arm: str,
    score: float,
    *,
    visit: str = "D0",
    site: str = "cheek",
    n_layers: int = DEPTH_STOP_UM,
) -> pd.DataFrame:
    """One scan as the store gives it: names as categories, one row a layer."""
    return pd.DataFrame(
        {
            "scan_id": crc32(f"{subject} {visit} {site}".encode()),
            "study": "S",
            "subject_id": subject,
            "arm": arm,
            "visit": visit,
            "site": site,
            "replicate": 1,
            "depth_um": np.arange(n_layers, dtype=np.int16),
            "grade_mean": round(score),
            "expected_grade": score,
            "n_patches": 3,
        }
    )


def stacked(*scans: pd.DataFrame) -> pd.DataFrame:
    names = ["study", "subject_id", "arm", "visit", "site"]
    return pd.concat(scans, ignore_index=True).astype(dict.fromkeys(names, "category"))


def study(kind: str = "cohorts") -> Study:
    return Study(
        study_id=1,
        name="S",
        kind=kind,  # type: ignore[arg-type]
        state="collecting",
        synthetic=False,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        arms=(
            Arm(1, "placebo", "placebo", True, "#7f7f7f"),
            Arm(2, "active", "active", False, "#0072b2"),
        ),
        visits=(Visit(1, "D0", 0, True), Visit(2, "D28", 28, False)),
        sites=(Site(1, "cheek", None),),
    )


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
def test_the_order_of_rows_does_not_matter(rows: list[tuple[str, float]], random: object) -> None:
    """A result would depend on the order in which scans came in."""
    scans = [profile(f"S{n}", arm, score, n_layers=70) for n, (arm, score) in enumerate(rows)]
    table = stacked(*scans)
    shuffled = table.sample(frac=1, random_state=random.randrange(2**31))  # type: ignore[attr-defined]
    first, second = cohort_of(table, arms=ARMS), cohort_of(shuffled, arms=ARMS)
    pd.testing.assert_frame_equal(first.groups, second.groups)
    assert int(first.groups["n_subjects"].sum()) == len(rows)


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


def test_a_cohort_is_read_from_the_store(tmp_path) -> None:  # type: ignore[no-untyped-def]
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
