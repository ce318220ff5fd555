"""Pairs of looks: evidence that stands for itself, and tells nobody whose scans they were."""

from collections.abc import Callable, Sequence

import pytest

from dermdash.identity import User
from dermdash.imaging.control_points import Point
from dermdash.trial.database import Store
from dermdash.trial.marking_pairs import marking_pairs, reader_table
from dermdash.trial.marking_queue import Ask
from dermdash.trial.markings import keep_cannot_tell, keep_marking, open_queue
from dermdash.trial.scans import exclude_scan

PutScan = Callable[..., int]
ANN, BOB = User("Ann", verified=True), User("Bob", verified=True)


def look(
    store: Store, by: User, scan: int, number: int, *depths: float, correct: bool = False
) -> None:
    """A look with a depth at the left edge, and another at the right edge where there are two."""
    ends: Sequence[Point] = [Point(0, x, d) for x, d in zip((0, 1223), depths, strict=False)]
    with store.write(by=by) as tx:
        keep_marking(tx, Ask(scan, number), ends, seconds=10.0 * number, correct=correct)


@pytest.fixture
def scans(put_scan: PutScan, store: Store, study: int, ada: User) -> list[int]:
    with store.write(by=ada) as tx:
        open_queue(tx, study)
    return [put_scan(f"S{i:02}", dej=None, dej_source=None) for i in range(4)]


def test_pairs_are_signed_and_of_whole_surfaces(store: Store, study: int, scans: list[int]) -> None:
    """Lost: a tilt that cancels in the mean would pass for agreement, or a sign be turned."""
    look(store, ANN, scans[0], 1, 40)
    look(store, ANN, scans[0], 2, 43)  # the second look less the first: +3
    look(store, BOB, scans[0], 1, 30, 50)  # the same mean as Ann's first, tilted
    with store.read() as tx:
        pairs = marking_pairs(tx, study).set_index(["reader_a", "look_a", "reader_b", "look_b"])
    again = pairs.loc[("Ann", 2, "Ann", 1)]
    assert (again["difference_um"], again["distance_um"]) == pytest.approx((3, 3))
    between = pairs.loc[("Ann", 1, "Bob", 1)]
    assert between["difference_um"] == pytest.approx(0, abs=0.01)
    assert between["distance_um"] == pytest.approx(5, abs=0.1)
    assert len(pairs) == 2


def test_a_corrected_look_counts_as_corrected(store: Store, study: int, scans: list[int]) -> None:
    """Lost: a slip would be measured as disagreement."""
    look(store, ANN, scans[0], 1, 40)
    look(store, ANN, scans[0], 1, 45, correct=True)
    look(store, BOB, scans[0], 1, 45)
    with store.read() as tx:
        assert marking_pairs(tx, study)["difference_um"].tolist() == pytest.approx([0])


def test_what_is_excluded_or_unclear_makes_no_pair(
    store: Store, study: int, scans: list[int]
) -> None:
    """Lost: agreement would be counted over scans that do not count."""
    for scan in scans[:2]:
        look(store, ANN, scan, 1, 40)
    look(store, BOB, scans[0], 1, 45)
    with store.write(by=BOB) as tx:
        keep_cannot_tell(tx, Ask(scans[1], 1), "too dark")
        exclude_scan(tx, scans[0], "moved")
    with store.read() as tx:
        assert marking_pairs(tx, study).empty
        table = reader_table(tx, study)
    assert table.to_numpy().tolist() == [["Ann", 2, 0, 0, 10.0], ["Bob", 1, 1, 0, 10.0]]


def test_pairs_stand_in_no_order_of_the_scans(store: Store, study: int, scans: list[int]) -> None:
    """Lost: the first pair would be the first subject, and a reader unblinded by a file."""
    for place, scan in enumerate(scans):
        look(store, ANN, scan, 1, 40 + place)
        look(store, BOB, scan, 1, 40)
    orders = set()
    for seed in range(8):
        with store.write(by=ANN) as tx:
            from dermdash.trial.parts import study_row

            study_row(tx, study).marking_seed = seed
        with store.read() as tx:
            pairs = marking_pairs(tx, study)
        assert set(pairs.columns).isdisjoint({"scan_id", "subject_id", "visit", "file_name"})
        orders.add(tuple(pairs["difference_um"].round()))
    assert len(orders) > 1


def test_an_unmarked_study_has_no_pairs_and_no_readers(store: Store, study: int) -> None:
    """Lost: a fresh study would break its page."""
    with store.read() as tx:
        assert marking_pairs(tx, study).empty
        assert reader_table(tx, study).empty
