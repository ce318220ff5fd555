"""A study's life: what comes before each step, and that every step is written down."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import text

from dermdash.errors import DesignError, InputError
from dermdash.identity import User
from dermdash.imaging.dej import Dej
from dermdash.trial.blinding import seal_arms
from dermdash.trial.database import Store
from dermdash.trial.life import (
    lock_data,
    locked_digest,
    readiness,
    reopen,
    study_events,
    unblind,
    unblinded_at,
)
from dermdash.trial.scans import (
    exclude_scan,
    scan_table,
    set_dej,
)
from dermdash.trial.studies import (
    get_study,
)
from tests.support.plans import plan_and_lock

PutScan = Callable[..., int]
SHAPE = (120, 500, 1224)


def test_gradings_that_wait_hold_the_lock(
    store: Store, study: int, put_scan: PutScan, grade_all: Callable[[], int], ada: User
) -> None:
    """One that fails after the lock could only be mended by reopening."""
    put_scan("S01")
    put_scan("S02", dej=None, dej_source=None)
    with store.write(by=ada) as tx, pytest.raises(DesignError, match="1 gradings of Serum wait"):
        lock_data(tx, study)
    grade_all()
    with store.write(by=ada) as tx:
        ready = readiness(tx, study)
        assert (ready.graded, ready.no_dej, ready.waiting, ready.failed) == (1, 1, 0, 0)
        digest = lock_data(tx, study)  # a scan without a DEJ is said, and is no obstacle
        assert locked_digest(tx, study) == digest
        with pytest.raises(DesignError, match="locked already"):
            lock_data(tx, study)


def test_unblinding_asks_for_all_that_comes_before_it(
    store: Store, two_graded: tuple[int, int, int], ada: User
) -> None:
    """Arms that are known before data and plan are fixed cannot be forgotten again."""
    study, _, _ = two_graded
    with store.write(by=ada) as tx:
        with pytest.raises(DesignError, match="is not blinded"):
            unblind(tx, study)
        seal_arms(tx, study)
        with pytest.raises(DesignError, match="are not locked; lock them before unblinding"):
            unblind(tx, study)
        lock_data(tx, study)
        with pytest.raises(DesignError, match="no locked analysis plan"):
            unblind(tx, study)
    with store.write(by=User("bo")) as tx, pytest.raises(InputError, match="may not unblind"):
        unblind(tx, study)


@pytest.fixture
def unblinded(store: Store, two_graded: tuple[int, int, int], ada: User) -> int:
    study, _, _ = two_graded
    with store.write(by=ada) as tx:
        plan_and_lock(tx, study)
        seal_arms(tx, study)
        lock_data(tx, study)
        unblind(tx, study)
    return study


def test_data_that_changed_behind_the_lock_are_not_unblinded(
    store: Store, two_graded: tuple[int, int, int], ada: User
) -> None:
    """Somebody with a database tool would pass his data for those that were locked."""
    study, _, _ = two_graded
    with store.write(by=ada) as tx:
        plan_and_lock(tx, study)
        seal_arms(tx, study)
        lock_data(tx, study)
    with store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA query_only = 0")
        connection.execute(text("update subject set per_protocol = 0 where code = 'S01'"))
        connection.commit()
    with (
        pytest.raises(DesignError, match="not those that were locked"),
        store.write(by=ada) as tx,
    ):
        unblind(tx, study)


def test_the_steps_stand_with_who_and_when(store: Store, unblinded: int, ada: User) -> None:
    """An inspector asks for the order of lock and unblinding."""
    with store.read() as tx:
        events = study_events(tx, unblinded)
        assert [one.act for one in events] == ["unblinded", "locked", "blinded"]
        assert {one.author for one in events} == {"ada"}
        assert events[0].digest == events[1].digest
        assert events[0].plan_version == 1
        study = get_study(tx, unblinded)
        assert (study.state, study.blinded) == ("unblinded", False)
        assert [arm.name for arm in study.arms] == ["placebo", "active"]
        assert [arm.is_control for arm in study.arms] == [True, False]


def test_reopening_needs_a_reason_and_stays_visible(
    store: Store, unblinded: int, ada: User, put_scan: PutScan
) -> None:
    """Data changed after unblinding would pass for data collected blind."""
    with store.write(by=ada) as tx, pytest.raises(DesignError, match="without a reason"):
        reopen(tx, unblinded, "  ")
    with store.write(by=User("bo")) as tx, pytest.raises(InputError, match="may not reopen"):
        reopen(tx, unblinded, "a scan was forgotten")
    with store.write(by=ada) as tx:
        reopen(tx, unblinded, "a scan was  forgotten")
        assert study_events(tx, unblinded)[0].reason == "a scan was forgotten"
        assert get_study(tx, unblinded).state == "collecting"
        with pytest.raises(DesignError, match="cannot be hidden again"):
            seal_arms(tx, unblinded)
        with pytest.raises(DesignError, match="not locked; there is nothing to reopen"):
            reopen(tx, unblinded, "again")
    with store.write(by=ada) as tx:
        at = unblinded_at(tx, unblinded)
        assert at is not None
        assert tx.at - at < timedelta(minutes=5)
        scans = scan_table(tx, unblinded)
        assert scans["dej_after_unblinding"].tolist() == [False, False]
        set_dej(tx, int(scans["scan_id"][0]), Dej.plane(44), source="edited")
        assert scan_table(tx, unblinded)["dej_after_unblinding"].tolist() == [True, False]


def test_a_study_that_was_never_blinded_locks_and_reopens(
    store: Store, two_graded: tuple[int, int, int], ada: User
) -> None:
    """An open cohort study has data to fix, too."""
    study, scan, _ = two_graded
    with store.write(by=ada) as tx:
        lock_data(tx, study)
        with pytest.raises(DesignError, match="is not blinded"):
            unblind(tx, study)
        reopen(tx, study, "one scan was blurred")
        exclude_scan(tx, scan, "blurred")
        lock_data(tx, study)
        digests = [one.digest for one in study_events(tx, study) if one.act == "locked"]
        assert len(set(digests)) == 2
        assert unblinded_at(tx, study) is None
        assert not scan_table(tx, study)["dej_after_unblinding"].any()
