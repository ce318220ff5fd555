"""A mislabelled scan is put where it belongs, in one audited act that keeps its gradings."""

from collections.abc import Callable

import pytest

from dermdash.errors import DesignError
from dermdash.identity import User
from dermdash.trial.audit import history
from dermdash.trial.database import Store
from dermdash.trial.gradings import get_grading
from dermdash.trial.jobs import job_table
from dermdash.trial.moves import find_scan_at, move_scan, swap_scans
from dermdash.trial.scans import get_scan, scan_table

PutScan = Callable[..., int]
WHERE = ["subject_id", "visit", "site", "replicate"]


def places(store: Store) -> list[tuple[object, ...]]:
    """Of all scans, in the order of their ids."""
    with store.read() as tx:
        table = scan_table(tx).sort_values("scan_id")
    return [tuple(row) for row in table[WHERE].itertuples(index=False)]


def test_a_moved_scan_keeps_its_grading_and_says_why(
    store: Store, put_scan: PutScan, grade_all: Callable[[], int], ada: User
) -> None:
    """A slip in a label would cost the DEJ and the grading, or be mended without a trace."""
    scan_id = put_scan("S01")
    put_scan("S02", visit="D28", arm="placebo")
    grade_all()
    with store.write(by=ada) as tx:
        before = get_scan(tx, scan_id)
        move_scan(
            tx, scan_id, subject_id="S02", visit="D0", site="cheek", reason=" label \n misread "
        )
    with store.read() as tx:
        after = get_scan(tx, scan_id)
        assert (after.subject_id, after.visit, after.state) == ("S02", "D0", "graded")
        assert (after.dej_at, after.grading_key) == (before.dej_at, before.grading_key)
        assert get_grading(tx, scan_id) is not None
        assert scan_table(tx).set_index("scan_id").arm[scan_id] == "placebo"
        assert "grading" not in set(job_table(tx, ["queued"]).kind)
        last = history(tx, entity=f"scan {scan_id}").iloc[0]
    assert (last.by, last.act, last.reason) == ("ada", "changed", "label misread")
    assert set(last.after) == {"subject_id"}


def test_two_swapped_labels_are_put_right_in_one_act(
    store: Store, put_scan: PutScan, grade_all: Callable[[], int], ada: User
) -> None:
    """Neither could be moved first, since the other lies in its place."""
    one, two = put_scan("S01"), put_scan("S02", visit="D28", replicate=2)
    grade_all()
    with store.write(by=ada) as tx:
        keys = {scan: get_scan(tx, scan).grading_key for scan in (one, two)}
        swap_scans(tx, one, two, reason="labels swapped")
    assert places(store) == [("S02", "D28", "cheek", 2), ("S01", "D0", "cheek", 1)]
    with store.read() as tx:
        assert {scan: get_scan(tx, scan).grading_key for scan in (one, two)} == keys
        assert set(scan_table(tx).state) == {"graded"}
        entries = history(tx, entity="scan").query("act == 'changed' and reason.notna()")
    assert set(entries.reason) == {"labels swapped"}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"subject_id": "S02"}, "taken by second"),
        ({"subject_id": "S99"}, "S99 is unknown"),
        ({"visit": "D56"}, "visit=D56 is unknown"),
        ({"site": "chin"}, "site=chin is unknown"),
        ({"replicate": 0}, "counts from 1"),
        ({}, "lies at S01 D0 cheek replicate 1 already"),
        ({"visit": "D28", "reason": " \n"}, "without a reason"),
    ],
)
def test_a_move_that_cannot_be_meant_is_refused_whole(
    store: Store, put_scan: PutScan, ada: User, changes: dict[str, object], says: str
) -> None:
    """A correction would make a second mistake, or overwrite another scan."""
    scan_id = put_scan("S01", file_name="first.tif")
    put_scan("S02", file_name="second.tif")
    where = {"subject_id": "S01", "visit": "D0", "site": "cheek", "reason": "slip"} | changes
    with store.write(by=ada) as tx, pytest.raises(DesignError, match=says):
        move_scan(tx, scan_id, **where)  # type: ignore[arg-type]
    assert places(store) == [("S01", "D0", "cheek", 1), ("S02", "D0", "cheek", 1)]


def test_only_two_scans_of_one_study_are_swapped(
    store: Store, put_scan: PutScan, ada: User
) -> None:
    """A scan would change its study, and with it its protocol, unseen."""
    scan_id = put_scan("S01")
    with store.write(by=ada) as tx:
        with pytest.raises(DesignError, match="no two scans"):
            swap_scans(tx, scan_id, scan_id, reason="slip")
        with pytest.raises(DesignError, match="scan_id=99 is no scan"):
            swap_scans(tx, scan_id, 99, reason="slip")


def test_what_lies_at_a_place_is_found(store: Store, study: int, put_scan: PutScan) -> None:
    """The form could not offer to swap the two."""
    scan_id = put_scan("S01")
    place = {"subject_id": "S01", "visit": "D0", "site": "cheek"}
    with store.read() as tx:
        assert find_scan_at(tx, study, **place, replicate=1) == scan_id
        assert find_scan_at(tx, study, **place, replicate=2) is None
