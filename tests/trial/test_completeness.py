"""Which scans a study should have, and which it has."""

import dataclasses
from collections.abc import Callable
from datetime import UTC, date, datetime

import pandas as pd
from sqlalchemy import select

from dermdash.identity import User
from dermdash.trial.completeness import (
    PLACE_STATES,
    Completeness,
    completeness,
    count_by_arm,
    matrix,
)
from dermdash.trial.database import Store
from dermdash.trial.jobs import take
from dermdash.trial.qualities import write_quality
from dermdash.trial.scans import exclude_scan
from dermdash.trial.schema import ArmRow, MarkingRow, SubjectRow
from dermdash.trial.studies import (
    ArmSpec,
    SiteSpec,
    Study,
    VisitSpec,
    add_site,
    add_subject,
    create_study,
    get_study,
    set_subject,
)
from tests.support.studies import GOOD

PutScan = Callable[..., int]


def read(store: Store, study_id: int) -> tuple[Completeness, Study]:
    with store.read() as tx:
        study = get_study(tx, study_id)
        return completeness(tx, study), study


def test_each_place_has_its_state(
    store: Store, study: int, put_scan: PutScan, grade_all: Callable[[], int], ada: User
) -> None:
    """A missing visit would be noticed when the trial is over."""
    put_scan("S01")
    put_scan("S01", replicate=2)
    excluded = put_scan("S02", arm="placebo")
    grade_all()
    put_scan("S01", visit="D28")
    unclear = put_scan("S02", arm="placebo", visit="D28", dej=None)
    put_scan("S03", dej=None)
    with store.write(by=ada) as tx:
        exclude_scan(tx, excluded, "motion")
        add_subject(tx, study, "S04")
        unsure = {"reader": "ada", "look": 1, "verdict": "cannot tell", "reason": "dark"}
        tx.session.add(MarkingRow(study_id=study, scan_id=unclear, at=tx.at, **unsure))
    found, parts = read(store, study)
    table = matrix(found, parts).set_index("subject_id")
    assert table["D0"].to_dict() == {
        "S01": "2 graded",
        "S02": "excluded",
        "S03": "no DEJ",
        "S04": "missing",
    }
    assert table["D28"].tolist() == ["queued", "cannot tell", "missing", "missing"]
    assert table["arm"].fillna("").tolist() == ["active", "placebo", "active", ""]
    places = found.places.set_index(["subject_id", "visit"])
    assert places["reason"].dropna().tolist() == ["motion", "dark"]
    assert places.loc[[("S04", "D0")], "scan_id"].isna().all()
    assert set(found.places["state"]) <= set(PLACE_STATES)
    assert len(found.places) == 4 * 2 + 1  # a row a place, and one for the replicate

    counts = count_by_arm(found, parts).set_index("arm")
    assert counts.index.tolist() == ["placebo", "active", "no arm yet"]
    assert counts["n_expected"].tolist() == [2, 4, 2]
    assert counts["n_present"].tolist() == [2, 3, 0]
    assert counts["n_scans"].tolist() == [2, 4, 0]
    assert counts["n_missing"].tolist() == [0, 1, 2]
    assert counts["n_excluded"].tolist() == [1, 0, 0]
    assert counts["n_cannot_tell"].tolist() == [1, 0, 0]
    assert counts["target_subjects"].isna().all()


def test_nobody_waits_for_who_left(store: Store, study: int, put_scan: PutScan, ada: User) -> None:
    """A withdrawn subject's later visits would stand as missing for ever; its gaps would not."""
    for name in ("S01", "S02", "S03"):
        put_scan(name, visit="D28" if name == "S02" else "D0")
    with store.write(by=ada) as tx:
        for name in ("S01", "S02"):
            set_subject(tx, study, name, status="withdrawn", reason="moved away")
        add_subject(tx, study, "S04")
        set_subject(tx, study, "S04", status="withdrawn", reason="never came")
    table = matrix(*read(store, study)).set_index("subject_id")
    assert table["D0"].tolist() == ["queued", "missing", "queued", "withdrawn"]
    assert table["D28"].tolist() == ["withdrawn", "queued", "missing", "withdrawn"]
    counts = count_by_arm(*read(store, study)).set_index("arm")
    assert counts.loc["active", ["n_withdrawn", "n_not_due", "n_expected"]].tolist() == [2, 1, 5]


def test_the_day_of_leaving_decides_where_days_are_known(
    store: Store, study: int, put_scan: PutScan, ada: User
) -> None:
    """A visit that was missed before somebody left would not count as missed."""
    for name in ("S01", "S02"):
        put_scan(name, acquired_at=datetime(2026, 3, 1, 9, tzinfo=UTC))  # D28 falls on 29 March
    with store.write(by=ada) as tx:
        for name, left_on in (("S01", date(2026, 3, 28)), ("S02", date(2026, 3, 29))):
            set_subject(tx, study, name, status="withdrawn", reason="moved away")
            row = tx.session.scalar(select(SubjectRow).where(SubjectRow.code == name))
            assert row is not None
            row.withdrawn_on = left_on
    assert matrix(*read(store, study))["D28"].tolist() == ["withdrawn", "missing"]


def test_each_subject_is_expected_at_its_own_site_only_where_all_have_one(
    store: Store, study: int, put_scan: PutScan, ada: User
) -> None:
    """Half of a study of two sites would seem missing, or half of another's gaps be hidden."""
    with store.write(by=ada) as tx:
        add_site(tx, study, SiteSpec("forearm"))
    put_scan("S01")
    found, parts = read(store, study)
    assert found.sites == ("cheek", "forearm")
    assert list(matrix(found, parts))[3:] == [
        "D0 cheek",
        "D0 forearm",
        "D28 cheek",
        "D28 forearm",
    ]
    put_scan("S02", site="forearm")
    with store.write(by=ada) as tx:
        add_subject(tx, study, "S03")
    found, parts = read(store, study)
    assert found.sites == ()
    assert list(matrix(found, parts))[3:] == ["D0", "D28"]
    assert len(found.places) == 3 * 2
    assert found.places[found.places["subject_id"] == "S03"]["site"].isna().all()
    put_scan("S02", visit="D28")
    found, parts = read(store, study)
    assert found.sites == ("cheek", "forearm")
    assert len(found.places) == 3 * 2 * 2


def test_both_sides_are_expected_and_each_counts_in_its_arm(
    store: Store, put_scan: PutScan, ada: User
) -> None:
    """A side that was never scanned would not be missed, or be missed in the other arm."""
    with store.write(by=ada) as tx:
        split = create_study(
            tx,
            name="Sides",
            kind="hemi_face",
            arms=[ArmSpec("vehicle", is_control=True), ArmSpec("serum")],
            visits=[VisitSpec("D0", 0, is_baseline=True)],
            sites=[SiteSpec("left", "left"), SiteSpec("right", "right")],
        )
        for arm in tx.session.scalars(select(ArmRow).where(ArmRow.study_id == split)):
            arm.target_n = 12
    put_scan("S01", study_id=split, site="left", arm="serum")
    put_scan("S02", study_id=split, site="right", arm="serum")
    with store.write(by=ada) as tx:
        set_subject(tx, split, "S01", arm="vehicle", site="right")
    found, parts = read(store, split)
    table = matrix(found, parts).set_index("subject_id")
    assert table["D0 left"].tolist() == ["queued", "missing"]
    assert table["arm"].tolist() == ["serum / vehicle", "serum"]
    counts = count_by_arm(found, parts).set_index("arm")
    assert counts["n_subjects"].to_dict() == {"vehicle": 1, "serum": 2, "no arm yet": 1}
    assert counts["n_missing"].to_dict() == {"vehicle": 1, "serum": 0, "no arm yet": 1}
    assert counts["target_subjects"].fillna(0).to_dict() == {
        "vehicle": 12,
        "serum": 12,
        "no arm yet": 0,
    }


def test_a_study_without_subjects_or_sites_has_an_empty_matrix(store: Store, ada: User) -> None:
    """The first page of a new study would end in a traceback, and so would an odd name."""
    with store.write(by=ada) as tx:
        bare = create_study(tx, name="Bare", kind="cohorts")
    found, parts = read(store, bare)
    assert found.places.empty
    assert matrix(found, parts).empty
    assert count_by_arm(found, parts).empty
    with store.write(by=ada) as tx:
        planned = create_study(tx, name="Planned", kind="cohorts", visits=[VisitSpec("arm", 0)])
        add_subject(tx, planned, "S01")
    found, parts = read(store, planned)
    assert matrix(found, parts)["visit arm"].tolist() == ["missing"]
    assert isinstance(found.places["scan_id"].dtype, pd.Int64Dtype)


def test_doubtful_volumes_are_marked_unless_excluded(
    store: Store, study: int, put_scan: PutScan, ada: User
) -> None:
    """A blurred or cut volume would stand among the good ones, unseen."""
    good = dataclasses.replace(GOOD, signal_to_um=115.0)
    qualities = {
        "S01": good,
        "S02": dataclasses.replace(good, black_layers=(1,)),
        "S03": dataclasses.replace(good, contrast=5.0),
        "S04": dataclasses.replace(good, contrast=5.0),
    }
    for name, quality in qualities.items():
        last = put_scan(name)
        with store.write(by=ada) as tx:
            (job,) = take(tx, 1, kinds=("quality",))
            write_quality(tx, job.payload["volume_sha256"], job.payload["reading"], quality)
    with store.write(by=ada) as tx:
        exclude_scan(tx, last, "blurred")
    found, parts = read(store, study)
    assert matrix(found, parts)["D0"].tolist() == [
        "queued",
        "queued (amber)",
        "queued (red)",
        "excluded",
    ]
