from collections.abc import Callable

import numpy as np
import pytest

from dermdash.errors import DejError, DesignError
from dermdash.identity import User
from dermdash.imaging.dej import Dej
from dermdash.trial.database import Store
from dermdash.trial.scans import (
    find_dej,
    get_scan,
    scan_table,
    set_dej,
)

PutScan = Callable[..., int]
SURFACE = np.linspace(30, 50, 500 * 1224, dtype=np.float32).reshape(500, 1224)


def n_scans(store: Store) -> int:
    with store.read() as tx:
        return len(scan_table(tx))


@pytest.mark.parametrize("depth_um", [0.5, 99.5, 119, 5000])
def test_a_dej_that_does_not_fit_is_refused(
    store: Store, put_scan: PutScan, ada: User, depth_um: float
) -> None:
    """The worker would fail much later, when nobody looks."""
    with pytest.raises(DejError):
        put_scan(dej=Dej.plane(depth_um))
    scan_id = put_scan(dej=None)
    with pytest.raises(DejError), store.write(by=ada) as tx:
        set_dej(tx, scan_id, Dej.plane(depth_um), source="manual")
    with store.read() as tx:
        assert scan_table(tx).state.tolist() == ["no DEJ"]


def test_a_map_of_another_shape_is_refused(store: Store, put_scan: PutScan) -> None:
    """Each column would be graded under another column's DEJ."""
    with pytest.raises(DejError):
        put_scan(dej=Dej.surface(SURFACE.T))
    assert n_scans(store) == 0


def test_markings_are_kept_and_the_last_counts(
    store: Store, put_scan: PutScan, ada: User, grade_all: Callable[[], int]
) -> None:
    """It could not be told who moved a DEJ, nor what a score stood on before."""
    scan_id = put_scan(dej=Dej.plane(40))
    with store.read() as tx:
        first = get_scan(tx, scan_id)
    grade_all()
    with store.write(by=ada) as tx:
        set_dej(tx, scan_id, Dej.plane(45), source="edited")
    with store.read() as tx:
        second = get_scan(tx, scan_id)
        assert first.dej is not None
        assert find_dej(tx, first.dej.digest).depth_um == 40
    assert second.dej is not None
    assert second.dej.depth_um == 45
    assert second.state == "queued"
    assert second.grading_key != first.grading_key
    with store.write(by=ada) as tx:  # back again: the grading is still there
        set_dej(tx, scan_id, Dej.plane(40), source="edited")
        third = get_scan(tx, scan_id)
    assert (third.state, third.grading_key) == ("graded", first.grading_key)


def test_a_dej_that_comes_with_a_second_import_is_taken(
    store: Store, put_scan: PutScan, ada: User
) -> None:
    """Scans stored before they were marked could never be marked by a table."""
    scan_id = put_scan(dej=None, content=b"a")
    assert put_scan(dej=Dej.plane(40), content=b"a") == scan_id
    with store.write(by=ada) as tx:
        assert get_scan(tx, scan_id).state == "queued"
        set_dej(tx, scan_id, Dej.plane(45), source="edited")
    assert put_scan(dej=Dej.plane(40), content=b"a") == scan_id  # known: nothing changes
    with store.read() as tx:
        scan = get_scan(tx, scan_id)
    assert scan.dej is not None
    assert scan.dej.depth_um == 45
    with pytest.raises(DesignError, match="another DEJ"):
        put_scan(dej=Dej.plane(50), content=b"a")
