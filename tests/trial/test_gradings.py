from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from dermdash.errors import StoreError
from dermdash.grading.profile import Grading, depth_profile, summarize
from dermdash.identity import WORKER, User
from dermdash.imaging.dej import Dej
from dermdash.trial.database import Store
from dermdash.trial.gradings import (
    GradingRequest,
    get_grading,
    get_gradings,
    has_grading,
    profiles,
    write_grading,
)
from dermdash.trial.jobs import finish, take
from dermdash.trial.scans import exclude_scan, scan_table, set_dej
from dermdash.trial.studies import ArmSpec, SiteSpec, VisitSpec, create_study

PutScan = Callable[..., int]
MakeGrading = Callable[..., Grading]


@pytest.fixture
def asked(store: Store, put_scan: PutScan) -> GradingRequest:
    """The request of one scan whose job is running."""
    put_scan()
    with store.write(by=WORKER) as tx:
        (job,) = take(tx, 1)
    return GradingRequest.from_json(job.payload["request"])


def test_a_grading_comes_back_to_the_last_bit(
    store: Store, asked: GradingRequest, make_grading: MakeGrading
) -> None:
    """Exports would differ from what was computed."""
    grading = make_grading(3)
    with store.write(by=WORKER) as tx:
        assert write_grading(tx, asked, grading)
    with store.read() as tx:
        kept = get_grading(tx, 1)
        row = scan_table(tx).iloc[0]
        assert has_grading(tx, asked.key)
    assert kept is not None
    np.testing.assert_array_equal(kept.probabilities, grading.probabilities)
    assert kept.probabilities.dtype == np.float32
    np.testing.assert_array_equal(kept.depth_um, grading.depth_um)
    assert kept.model_digest == grading.model_digest
    summary = summarize(grading)
    assert (row.grade_mean, row.expected_grade) == (summary.grade_mean, summary.expected_grade)
    assert row.n_layers == 70


def test_a_grading_is_written_once(
    store: Store, asked: GradingRequest, make_grading: MakeGrading
) -> None:
    """A second run would replace the numbers that a report was made from."""
    with store.write(by=WORKER) as tx:
        assert write_grading(tx, asked, make_grading(1))
        assert not write_grading(tx, asked, make_grading(2))
    with store.write(by=WORKER) as tx:
        assert not write_grading(tx, asked, make_grading(3))
        kept = get_grading(tx, 1)
    assert kept is not None
    np.testing.assert_array_equal(kept.probabilities, make_grading(1).probabilities)


def broken(grading: Grading, how: str) -> Grading:
    p, depth_um = grading.probabilities.copy(), grading.depth_um.copy()
    match how:
        case "nan":
            p[3, 1, 2] = np.nan
        case "not probabilities":
            p[3] *= 1.1
        case "a layer is missing":
            p, depth_um = np.delete(p, 40, axis=0), np.delete(depth_um, 40)
        case "shapes differ":
            depth_um = depth_um[:-1]
        case "too few crops":
            p = p[:, :2]
        case "empty":
            p, depth_um = p[:0], depth_um[:0]
        case "another model":
            return replace(grading, model_digest="f" * 64)
    return replace(grading, probabilities=p, depth_um=depth_um)


@pytest.mark.parametrize(
    "how",
    [
        "nan",
        "not probabilities",
        "a layer is missing",
        "shapes differ",
        "too few crops",
        "empty",
        "another model",
    ],
)
def test_an_incomplete_grading_is_never_kept(
    store: Store, asked: GradingRequest, make_grading: MakeGrading, how: str
) -> None:
    """Results would stand on numbers that no network has given."""
    with pytest.raises(StoreError, match="grade the scan again"), store.write(by=WORKER) as tx:
        write_grading(tx, asked, broken(make_grading(), how))
    with store.read() as tx:
        assert not has_grading(tx, asked.key)
        assert get_grading(tx, 1) is None


def test_a_grading_of_a_volume_that_is_gone_is_refused(
    store: Store, asked: GradingRequest, make_grading: MakeGrading
) -> None:
    """A worker that outlives a restored backup would write scores of unknown origin."""
    gone = replace(asked, volume_sha256="0" * 64)
    with pytest.raises(StoreError, match="store it again"), store.write(by=WORKER) as tx:
        write_grading(tx, gone, make_grading())


def test_grading_and_job_end_together(
    store: Store, asked: GradingRequest, make_grading: MakeGrading
) -> None:
    """A job reported as done would have no grading, or be graded twice."""

    def die_between() -> None:
        with store.write(by=WORKER) as tx:
            finish(tx, 1)
            write_grading(tx, asked, make_grading())
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        die_between()
    with store.read() as tx:
        assert scan_table(tx).state.tolist() == ["running"]
        assert not has_grading(tx, asked.key)


def test_only_the_grading_that_the_protocol_asks_for_counts(
    store: Store, put_scan: PutScan, grade_all: Callable[[], int], ada: User
) -> None:
    """An old score would be shown under a new DEJ."""
    scan_id = put_scan()
    grade_all()
    with store.write(by=ada) as tx:
        assert get_grading(tx, scan_id) is not None
        set_dej(tx, scan_id, Dej.plane(50), source="edited")
        assert get_grading(tx, scan_id) is None
        assert profiles(tx, 1).empty
        assert scan_table(tx).grade_mean.isna().all()


def test_a_study_s_gradings_are_those_of_its_scans(
    store: Store, put_scan: PutScan, grade_all: Callable[[], int], ada: User
) -> None:
    """Class shares would be of other scans, or of another study's."""
    with store.write(by=ada) as tx:
        other = create_study(
            tx,
            name="other",
            kind="cohorts",
            arms=[ArmSpec("active")],
            visits=[VisitSpec("D0", 0)],
            sites=[SiteSpec("cheek")],
        )
    scans = [put_scan("S1"), put_scan("S2", visit="D28")]
    put_scan("S3", dej=None, dej_source=None)
    put_scan("S1", study_id=other, content=b"of another study")
    grade_all()
    with store.read() as tx:
        found = get_gradings(tx, 1)
        alone = {scan: get_grading(tx, scan) for scan in scans}
    assert sorted(found) == sorted(scans)
    for scan, grading in alone.items():
        assert grading is not None
        np.testing.assert_array_equal(found[scan].probabilities, grading.probabilities)
        np.testing.assert_array_equal(found[scan].depth_um, grading.depth_um)
        assert found[scan].model_digest == grading.model_digest
    assert not np.array_equal(*(found[scan].probabilities for scan in scans))


def test_profiles_are_those_of_the_gradings(
    store: Store,
    put_scan: PutScan,
    grade_all: Callable[[], int],
    make_grading: MakeGrading,
    ada: User,
) -> None:
    """The heatmap would show other numbers than the scan's own page."""
    put_scan("S2", visit="D28")
    put_scan("S1", arm="placebo")
    excluded = put_scan("S3")
    grade_all()
    put_scan("S4")  # not yet graded
    with store.write(by=ada) as tx:
        exclude_scan(tx, excluded, "moved")
        table, with_margin = profiles(tx, 1), profiles(tx, 1, margin=True)
    assert table.columns.tolist() == [
        "scan_id",
        "study",
        "subject_id",
        "arm",
        "visit",
        "site",
        "replicate",
        "depth_um",
        "grade_mean",
        "expected_grade",
        "n_patches",
    ]
    assert table.subject_id.unique().tolist() == ["S1", "S2"]
    assert table.arm.unique().tolist() == ["placebo", "active"]
    assert table.visit.cat.categories.tolist() == ["D0", "D28"]
    reach = table.groupby("subject_id").depth_um.agg(["min", "max", "count"])
    assert reach.to_numpy().tolist() == [[0, 69, 70]] * 2
    assert len(with_margin) == 180
    expected = depth_profile(make_grading(0).slab)
    first = table[table.subject_id == "S2"]
    np.testing.assert_allclose(first.grade_mean, expected.grade_mean, rtol=1e-6)
    np.testing.assert_allclose(first.expected_grade, expected.expected_grade, rtol=1e-6)
    assert set(first.n_patches) == {3}


def test_excluded_scans_come_back_only_when_asked(
    store: Store, put_scan: PutScan, grade_all: Callable[[], int], ada: User
) -> None:
    """Nobody could say whether an exclusion made the result, or it would come back unasked."""
    put_scan("S1")
    excluded = put_scan("S2")
    never_graded = put_scan("S3", dej=None, dej_source=None)
    grade_all()
    with store.write(by=ada) as tx:
        exclude_scan(tx, excluded, "moved")
        exclude_scan(tx, never_graded, "cannot tell where the DEJ is")
        counted, all_graded = profiles(tx, 1), profiles(tx, 1, excluded=True)
    assert counted.subject_id.unique().tolist() == ["S1"]
    assert all_graded.subject_id.unique().tolist() == ["S1", "S2"]
    assert all_graded.columns.tolist() == counted.columns.tolist()


def test_a_study_without_gradings_has_empty_profiles(store: Store, ada: User) -> None:
    """The Cohorts page of a new study would break."""
    with store.write(by=ada) as tx:
        study_id = create_study(tx, name="empty", kind="cohorts")
        table = profiles(tx, study_id)
    assert table.empty
    assert {"arm", "visit", "depth_um", "expected_grade"} <= set(table.columns)
