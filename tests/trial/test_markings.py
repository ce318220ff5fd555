"""What becomes of a look: a scan's DEJ, or evidence of agreement; never one for the other."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from dermdash.errors import DejError, DesignError
from dermdash.identity import User
from dermdash.imaging.control_points import Point
from dermdash.imaging.dej import Dej
from dermdash.trial.audit import history
from dermdash.trial.database import Store
from dermdash.trial.jobs import job_table
from dermdash.trial.marking_queue import Ask
from dermdash.trial.markings import (
    duplicate_share,
    keep_cannot_tell,
    keep_marking,
    last_look,
    marking_queue,
    open_queue,
    queue_is_open,
    set_duplicate_share,
)
from dermdash.trial.scans import Scan, exclude_scan, get_scan, set_dej
from dermdash.trial.schema import DejRow, MarkingRow, StudyRow

PutScan = Callable[..., int]
BOB = User("Bob")
HERE = (Point(250, 612, 40.0),)


def scan_of(store: Store, scan_id: int) -> Scan:
    with store.read() as tx:
        return get_scan(tx, scan_id)


def markings(store: Store) -> list[tuple[str, int, int, str]]:
    with store.read() as tx:
        rows = tx.session.scalars(select(MarkingRow).order_by(MarkingRow.id))
        return [(row.reader, row.look, row.revision, row.verdict) for row in rows]


@pytest.fixture
def blank(put_scan: PutScan) -> int:
    return put_scan("S01", dej=None, dej_source=None)


def test_the_first_marking_becomes_the_dej_and_is_graded(
    store: Store, blank: int, ada: User
) -> None:
    """A morning of marking would leave every scan without a score."""
    with store.write(by=ada) as tx:
        assert keep_marking(tx, Ask(blank, 1), HERE, seconds=12.34)
    scan = scan_of(store, blank)
    assert scan.dej is not None
    assert (scan.dej.depth_um, scan.dej_source, scan.dej_editor) == (40, "manual", "ada")
    assert (scan.state, scan.dej_at is not None) == ("queued", True)
    with store.read() as tx:
        assert "grading" in job_table(tx, ("queued",))["kind"].tolist()
        row = tx.session.scalars(select(MarkingRow)).one()
        assert (row.mean_um, row.seconds, row.digest) == (40, 12.3, scan.dej.digest)
        assert history(tx, entity="marking")["by"].tolist() == ["ada"]


def test_second_looks_and_other_readers_change_no_dej(store: Store, blank: int, ada: User) -> None:
    """The DEJ would be whoever's came last."""
    with store.write(by=ada) as tx:
        keep_marking(tx, Ask(blank, 1), HERE)
        assert not keep_marking(tx, Ask(blank, 2), [Point(250, 612, 44.0)])
    with store.write(by=BOB) as tx:
        assert not keep_marking(tx, Ask(blank, 1), [Point(0, 0, 50.0), Point(0, 900, 60.0)])
    scan = scan_of(store, blank)
    assert scan.dej is not None
    assert (scan.dej.depth_um, scan.dej_editor, scan.dej_source) == (40, "ada", "manual")
    assert [who[:2] for who in markings(store)] == [
        ("ada", 1),
        ("ada", 2),
        ("Bob (not verified)", 1),
    ]


def test_a_tilted_marking_is_stored_as_the_surface_that_was_seen(
    store: Store, blank: int, ada: User
) -> None:
    """Three pins would be graded as one depth."""
    pins = [Point(0, 0, 40.0), Point(0, 1223, 50.0), Point(499, 0, 45.0)]
    with store.write(by=ada) as tx:
        keep_marking(tx, Ask(blank, 1), pins)
        found = last_look(tx, 1, "ada")
    scan = scan_of(store, blank)
    assert scan.dej is not None
    assert scan.dej.map_um is not None
    assert scan.dej.map_um[0, -1] == pytest.approx(50, abs=0.01)
    assert found is not None
    assert (found.points, found.bears_dej) == (tuple(pins), True)


def test_a_dej_from_elsewhere_is_not_moved_by_a_late_look(
    store: Store, blank: int, ada: User
) -> None:
    """A scan laid out before its DEJ came by file would lose it."""
    with store.write(by=BOB) as tx:
        set_dej(tx, blank, Dej.plane(30), source="file")
    with store.write(by=ada) as tx:
        assert not keep_marking(tx, Ask(blank, 1), HERE)
    scan = scan_of(store, blank)
    assert scan.dej is not None
    assert (scan.dej.depth_um, scan.dej_source) == (30, "file")


def test_cannot_tell_gives_no_dej_and_shows(store: Store, blank: int, ada: User) -> None:
    """A guess would be graded, or the scan wait for ever."""
    with store.write(by=ada) as tx:
        keep_cannot_tell(tx, Ask(blank, 1), "  too   dark ")
    scan = scan_of(store, blank)
    assert (scan.dej, scan.state, scan.reason) == (None, "cannot tell", "too dark")
    with store.write(by=BOB) as tx:
        assert keep_marking(tx, Ask(blank, 1), HERE)
    assert scan_of(store, blank).state == "queued"


@pytest.mark.parametrize("reason", ["", "   ", "x" * 201])
def test_cannot_tell_asks_for_a_reason(store: Store, blank: int, ada: User, reason: str) -> None:
    """Nobody could learn why scans fail."""
    with pytest.raises(DesignError, match="reason"), store.write(by=ada) as tx:
        keep_cannot_tell(tx, Ask(blank, 1), reason)
    assert markings(store) == []


def test_the_same_look_is_kept_once(store: Store, blank: int, ada: User) -> None:
    """A double click, or two windows, would count a look twice."""
    with store.write(by=ada) as tx:
        keep_marking(tx, Ask(blank, 1), HERE)
    for act in (
        lambda tx: keep_marking(tx, Ask(blank, 1), HERE),
        lambda tx: keep_cannot_tell(tx, Ask(blank, 1), "dark"),
    ):
        with pytest.raises(DesignError, match="marked this scan already"), store.write(by=ada) as t:
            act(t)
    with pytest.raises(DesignError, match="before the first"), store.write(by=BOB) as tx:
        keep_marking(tx, Ask(blank, 2), HERE)
    assert len(markings(store)) == 1


def test_the_last_look_can_be_corrected_and_both_are_kept(
    store: Store, blank: int, ada: User
) -> None:
    """A slip would stay, or vanish without a trace."""
    with store.write(by=ada) as tx:
        keep_marking(tx, Ask(blank, 1), HERE)
    with store.write(by=ada) as tx:
        assert keep_marking(tx, Ask(blank, 1), [Point(0, 0, 47.0)], correct=True)
    scan = scan_of(store, blank)
    assert scan.dej is not None
    assert (scan.dej.depth_um, scan.dej_source) == (47, "edited")
    assert [row[2] for row in markings(store)] == [1, 2]
    with store.read() as tx:
        assert len(tx.session.scalars(select(DejRow)).all()) == 2
        assert marking_of(tx, "ada") == [47]


def marking_of(tx: object, reader: str) -> list[float | None]:
    from dermdash.trial.markings import last_revisions

    rows = tx.session.scalars(last_revisions(1)).all()  # type: ignore[attr-defined]
    return [row.mean_um for row in rows if row.reader == reader]


def test_a_corrected_second_look_moves_no_dej(store: Store, blank: int, ada: User) -> None:
    """The back door would move what the front door does not."""
    with store.write(by=ada) as tx:
        keep_marking(tx, Ask(blank, 1), HERE)
        keep_marking(tx, Ask(blank, 2), [Point(0, 0, 44.0)])
        assert not keep_marking(tx, Ask(blank, 2), [Point(0, 0, 50.0)], correct=True)
    scan = scan_of(store, blank)
    assert scan.dej is not None
    assert scan.dej.depth_um == 40


def test_a_correction_after_somebody_moved_the_dej_moves_it_no_more(
    store: Store, blank: int, ada: User
) -> None:
    """A correction on the scan's own page would be undone unseen."""
    with store.write(by=ada) as tx:
        keep_marking(tx, Ask(blank, 1), HERE)
    with store.write(by=BOB) as tx:
        set_dej(tx, blank, Dej.plane(33), source="edited")
    with store.write(by=ada) as tx:
        assert not keep_marking(tx, Ask(blank, 1), [Point(0, 0, 47.0)], correct=True)
    scan = scan_of(store, blank)
    assert scan.dej is not None
    assert scan.dej.depth_um == 33


def test_a_dej_cannot_be_taken_back_by_not_telling(store: Store, blank: int, ada: User) -> None:
    """A graded scan would say that nobody knows where its dermis begins."""
    with store.write(by=ada) as tx:
        keep_marking(tx, Ask(blank, 1), HERE)
    with pytest.raises(DesignError, match="from this look already"), store.write(by=ada) as tx:
        keep_cannot_tell(tx, Ask(blank, 1), "dark", correct=True)
    with pytest.raises(DesignError, match="no look of yours"), store.write(by=BOB) as tx:
        keep_marking(tx, Ask(blank, 1), HERE, correct=True)


def test_a_depth_outside_the_volume_keeps_nothing(store: Store, blank: int, ada: User) -> None:
    """Half a marking would be left behind."""
    with pytest.raises(DejError), store.write(by=ada) as tx:
        keep_marking(tx, Ask(blank, 1), [Point(0, 0, 110.0)])
    assert markings(store) == []
    assert scan_of(store, blank).state == "no DEJ"


def test_the_queue_of_a_study(store: Store, study: int, put_scan: PutScan, ada: User) -> None:
    """The seed would be drawn anew, excluded scans asked for, or scans with a DEJ."""
    scans = [put_scan(f"S0{i}", dej=None, dej_source=None) for i in range(1, 5)]
    put_scan("S09")  # came with its DEJ
    with store.write(by=ada) as tx:
        assert not queue_is_open(tx, study)
        with pytest.raises(DesignError, match="never opened"):
            marking_queue(tx, study, "ada")
        open_queue(tx, study)
        seed = tx.session.get_one(StudyRow, study).marking_seed
        exclude_scan(tx, scans[0], "moved")
    with store.write(by=ada) as tx:
        open_queue(tx, study)
        assert tx.session.get_one(StudyRow, study).marking_seed == seed
        queue = marking_queue(tx, study, "ada")
        assert (queue.done, queue.waiting) == (0, 3)
        assert queue.ask is not None
        assert queue.ask.scan_id in scans[1:]
        keep_marking(tx, queue.ask, HERE)
        assert marking_queue(tx, study, "ada").ask == queue.after
        assert marking_queue(tx, study, "Bob").waiting == 2


def test_an_excluded_scan_is_refused_while_it_lies_before_a_reader(
    store: Store, blank: int, ada: User
) -> None:
    """A look at what was excluded meanwhile would count."""
    with store.write(by=ada) as tx:
        exclude_scan(tx, blank, "moved")
    with pytest.raises(DesignError, match="excluded in the meantime"), store.write(by=ada) as tx:
        keep_marking(tx, Ask(blank, 1), HERE)
    assert markings(store) == []


def test_the_queue_of_a_locked_study_is_closed(
    store: Store, study: int, blank: int, ada: User
) -> None:
    """Data that are locked would go on changing."""
    with store.write(by=ada) as tx:
        tx.session.get_one(StudyRow, study).state = "locked"
    with store.read() as tx:
        queue = marking_queue(tx, study, "ada")
        assert (queue.ask, queue.waiting) == (None, 0)
    with pytest.raises(DesignError, match="its queue is closed"), store.write(by=ada) as tx:
        keep_marking(tx, Ask(blank, 1), HERE)


@pytest.mark.parametrize("share", [-0.1, 0.51, 1.0, float("nan")])
def test_only_half_may_come_twice(store: Store, study: int, ada: User, share: float) -> None:
    """Readers would see the same scans for ever, or the queue never end."""
    with store.write(by=ada) as tx:
        with pytest.raises(DesignError, match="share"):
            set_duplicate_share(tx, study, share)
        assert duplicate_share(tx, study) == 0.1
        set_duplicate_share(tx, study, 0.25)
    with store.read() as tx:
        assert duplicate_share(tx, study) == 0.25
