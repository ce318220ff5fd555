"""One row a subject, groups in their order, and one true sentence."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zlib import crc32

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
from dermdash.analysis.comparisons import compare_cohort, compare_subjects
from dermdash.analysis.filters import Between, OneOf, covariates_of, matching
from dermdash.analysis.headlines import changes, headline
from dermdash.analysis.pooling import only_control, pooled_arms
from dermdash.errors import DesignError
from dermdash.grading.model import load_model
from dermdash.imaging.slab import Sampling
from dermdash.settings import Settings
from dermdash.stats.plan import Plan
from dermdash.trial.database import open_store
from dermdash.trial.protocols import append_protocol, current_protocol, register_model
from dermdash.trial.studies import Arm, Site, Study, Visit, set_subject
from tests.support.studies import ADA, add_scan, grade_queued, make_study

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


def people(**covariates: list[object]) -> pd.DataFrame:
    """Subjects S1, S2, ... as the store lists them, with these covariates."""
    n = len(next(iter(covariates.values())))
    return pd.DataFrame(
        {"study": "S", "subject_id": [f"S{k + 1}" for k in range(n)], "arm": "active", **covariates}
    )


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


def test_studies_are_pooled_as_blocks(tmp_path) -> None:  # type: ignore[no-untyped-def]
    """Lost: two subjects of one code would be one, and two studies one."""
    with open_store(Settings(tmp_path / "home")) as store:
        first, second = make_study(store, "First"), make_study(store, "Second")
        quality = {"S01": 3.2, "S02": 2.9, "S03": 1.5, "S04": 1.2}
        for study_id in (first, second):
            for subject, arm in zip(
                quality, ("active", "active", "placebo", "placebo"), strict=True
            ):
                add_scan(store, study_id, tmp_path / str(study_id), subject, arm=arm)
            grade_queued(store, quality)
        with store.write(by=ADA) as tx:
            set_subject(tx, first, "S01", covariates={"age": 30})
            set_subject(tx, second, "S02", covariates={"age": 60})
        with store.read() as tx:
            answer = cohort(tx, [first, second], visit="D0")
            older = cohort(tx, [first, second], covariates={"age": Between(50, 70)})
        assert [group.n_subjects for group in answer.by_arm()] == [4, 4]
        assert older.subjects[["study", "subject_id"]].to_numpy().tolist() == [["Second", "S02"]]
        found = compare_cohort(answer, control="placebo")
        assert (found.plan.block, found.omnibus.test) == ("study", "two_way_anova")
        assert found.n == {"active": 4, "placebo": 4}
        assert "(First 4, Second 4)" in found.estimand
        assert found.contrasts[0].note is None


def test_studies_that_were_read_otherwise_are_not_pooled(tmp_path) -> None:  # type: ignore[no-untyped-def]
    """Lost: what two models or two samplings make of skin would be taken for skin."""
    with open_store(Settings(tmp_path / "home")) as store:
        ids = [make_study(store, name) for name in ("First", "Second")]
        for study_id in ids:
            add_scan(store, study_id, tmp_path / str(study_id), "S01")
        with store.write(by=ADA) as tx:
            digest = current_protocol(tx, ids[0]).model_digest  # type: ignore[union-attr]
            append_protocol(tx, ids[1], model_digest=digest, sampling=Sampling(60, 10, 2))
        with store.read() as tx, pytest.raises(DesignError, match="needs one sampling"):
            cohort(tx, ids)
        other = replace(load_model(Path("models/phantom-v1")), digest="0" * 64)
        with store.write(by=ADA) as tx:
            register_model(tx, other)
            append_protocol(tx, ids[1], model_digest=other.digest, sampling=Sampling(70, 10, 2))
        with store.read() as tx, pytest.raises(DesignError, match="needs one model"):
            cohort(tx, ids)
        with store.read() as tx:
            cohort(tx, ids[1])
        phantoms = make_study(store, "Demo", synthetic=True)
        with store.read() as tx, pytest.raises(DesignError, match="phantoms cannot be pooled"):
            cohort(tx, [ids[0], phantoms])


def test_arms_of_pooled_studies_have_a_colour_each() -> None:
    """Lost: two arms of one colour in one figure."""
    one = study()
    other = replace(
        one,
        study_id=2,
        arms=(
            Arm(3, "vehicle", "vehicle", True, "#7f7f7f"),
            Arm(4, "serum", "serum", False, "#0072b2"),
            Arm(5, "active", "active", True, "#e69f00"),
        ),
    )
    arms = pooled_arms([one, other])
    assert [arm.name for arm in arms] == ["placebo", "active", "vehicle", "serum"]
    assert len({arm.colour for arm in arms}) == 4
    assert [arm.is_control for arm in arms] == [True, False, True, False]
    assert only_control(arms) is None
    assert only_control(one.arms) == "placebo"
