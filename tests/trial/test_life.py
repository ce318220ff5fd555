"""A study's life: what is locked stays as it is, and every step is written down."""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from dermdash.errors import DesignError, InputError
from dermdash.grading.model import Model
from dermdash.identity import User
from dermdash.imaging.dej import Dej
from dermdash.settings import Settings
from dermdash.trial.blinding import seal_arms
from dermdash.trial.database import Store
from dermdash.trial.gradings import set_protocol
from dermdash.trial.life import (
    data_digest,
    lock_data,
    locked_digest,
    readiness,
    reopen,
    study_events,
    unblind,
    unblinded_at,
)
from dermdash.trial.plans import lock_plan, write_plan
from dermdash.trial.questions import blank_plan
from dermdash.trial.scans import (
    NewScan,
    exclude_scan,
    include_scan,
    scan_table,
    set_dej,
    set_reading,
    store_scan,
)
from dermdash.trial.schema import AllocationRow, CovariateRow, ScanRow, SubjectRow
from dermdash.trial.studies import (
    ArmSpec,
    SiteSpec,
    VisitSpec,
    add_arm,
    add_site,
    add_subject,
    add_visit,
    create_study,
    edit_visit,
    get_study,
    rename_arm,
    rename_study,
    set_subject,
)
from dermdash.trial.transaction import Transaction

PutScan = Callable[..., int]
SHAPE = (120, 500, 1224)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, administrators=("ada",))


@pytest.fixture
def filled(study: int, put_scan: PutScan, grade_all: Callable[[], int]) -> tuple[int, int, int]:
    """The study with two graded scans, and their ids."""
    scans = put_scan("S01", arm="active"), put_scan("S02", arm="placebo")
    grade_all()
    return study, *scans


def plan_and_lock(tx: Transaction, study: int) -> None:
    plan = replace(blank_plan(get_study(tx, study)), primary=("active", "placebo", "D28"))
    lock_plan(tx, study, write_plan(tx, study, plan))


def replace_window(tx: Transaction, scan: int) -> Any:
    from dermdash.imaging.volume import Reading

    stored = tx.session.get_one(ScanRow, scan).reading
    return replace(Reading.from_json(stored), window=(0.0, 200.0))


def store_new(tx: Transaction, study: int, scan: int) -> None:
    volume = tx.vault.store_file(io.BytesIO(b"one more"))
    new = NewScan("S01", None, "D28", "cheek", None, None, replace_window(tx, scan))
    store_scan(tx, study, volume, new, shape=SHAPE)


def subject(tx: Transaction, code: str) -> SubjectRow:
    return tx.session.scalars(select(SubjectRow).where(SubjectRow.code == code)).one()


CHANGES: dict[str, Callable[[Transaction, int, int, Model], Any]] = {
    "a subject": lambda tx, study, scan, model: add_subject(tx, study, "S09"),
    "a covariate": lambda tx, study, scan, model: set_subject(
        tx, study, "S01", covariates={"age": 40}
    ),
    "a withdrawal": lambda tx, study, scan, model: set_subject(
        tx, study, "S01", status="withdrawn", reason="moved"
    ),
    "an allocation": lambda tx, study, scan, model: set_subject(tx, study, "S01", arm="placebo"),
    "a lost allocation": lambda tx, study, scan, model: tx.session.delete(
        tx.session.scalars(select(AllocationRow)).first()
    ),
    "a lost subject": lambda tx, study, scan, model: tx.session.delete(
        tx.session.scalars(select(SubjectRow)).first()
    ),
    "an exclusion": lambda tx, study, scan, model: exclude_scan(tx, scan, "blurred"),
    "a DEJ": lambda tx, study, scan, model: set_dej(tx, scan, Dej.plane(41), source="edited"),
    "a reading": lambda tx, study, scan, model: set_reading(
        tx, scan, replace_window(tx, scan), shape=SHAPE
    ),
    "an arm": lambda tx, study, scan, model: add_arm(tx, study, ArmSpec("vehicle")),
    "an arm's name": lambda tx, study, scan, model: rename_arm(tx, 1, "vehicle"),
    "a visit": lambda tx, study, scan, model: add_visit(tx, study, VisitSpec("D56", 56)),
    "a visit's day": lambda tx, study, scan, model: edit_visit(tx, 2, VisitSpec("D28", 29)),
    "a site": lambda tx, study, scan, model: add_site(tx, study, SiteSpec("temple")),
    "a kind of covariate": lambda tx, study, scan, model: tx.session.add(
        CovariateRow(study_id=study, name="phototype", kind="category")
    ),
    "a protocol": lambda tx, study, scan, model: set_protocol(tx, study, model=model),
    "a scan": lambda tx, study, scan, model: store_new(tx, study, scan),
    "a population": lambda tx, study, scan, model: setattr(
        subject(tx, "S01"), "per_protocol", False
    ),
}
# Arms change their names when they are unblinded; the protocol here is the one that stands.
NOT_DIGESTED = {"an arm", "an arm's name", "a protocol"}


def test_a_locked_study_refuses_each_change(
    store: Store, filled: tuple[int, int, int], ada: User, model: Model
) -> None:
    """What a lock lets through changes a result after everybody has agreed on the data."""
    study, scan, _ = filled
    with store.write(by=ada) as tx:
        lock_data(tx, study)
        before = data_digest(tx, study)

    def attempt(change: Callable[..., Any]) -> str:
        try:
            with store.write(by=ada) as tx:
                change(tx, study, scan, model)
        except DesignError as refused:
            return str(refused)
        return "let through"

    sentence = "the data of Serum are locked; reopen the study, with a reason, before changing "
    for what, change in CHANGES.items():
        assert attempt(change).startswith(sentence), what
    with store.read() as tx:
        assert data_digest(tx, study) == before


def test_the_digest_knows_each_part_of_the_data(
    store: Store, filled: tuple[int, int, int], ada: User, model: Model
) -> None:
    """Two states of the data with one digest could be exchanged unseen."""
    study, scan, _ = filled
    for what, change in CHANGES.items():
        if what == "a lost subject":  # which has scans
            continue
        with store.write(by=ada) as tx:
            before = data_digest(tx, study)
            assert data_digest(tx, study) == before
            change(tx, study, scan, model)
            tx.session.flush()
            assert (data_digest(tx, study) == before) == (what in NOT_DIGESTED), what
            tx.session.rollback()


def test_what_is_no_data_goes_on_in_a_locked_study(
    store: Store, filled: tuple[int, int, int], ada: User, put_scan: PutScan
) -> None:
    """A lock that stops everything would keep the results themselves from being kept."""
    study, scan, _ = filled
    with store.write(by=ada) as tx:
        lock_data(tx, study)
        rename_study(tx, study, "Serum of spring")
        set_dej(tx, scan, Dej.plane(40), source="manual")  # the DEJ that it has: no change
        plan_and_lock(tx, study)
        other = create_study(tx, name="Other", kind="cohorts", arms=[ArmSpec("active")])
        add_subject(tx, other, "S01")  # another study is not locked


def test_the_digest_is_of_the_data_and_of_nothing_else(
    store: Store, filled: tuple[int, int, int], ada: User
) -> None:
    """A digest that moves by itself would make every unblinding a question."""
    study, scan, _ = filled
    with store.write(by=ada) as tx:
        before = data_digest(tx, study)
        exclude_scan(tx, scan, "a slip")
        include_scan(tx, scan, "no slip")
        rename_study(tx, study, "Serum II")
        plan_and_lock(tx, study)
        seal_arms(tx, study)
        assert data_digest(tx, study) == before


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
    store: Store, filled: tuple[int, int, int], ada: User
) -> None:
    """Arms that are known before data and plan are fixed cannot be forgotten again."""
    study, _, _ = filled
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
def unblinded(store: Store, filled: tuple[int, int, int], ada: User) -> int:
    study, _, _ = filled
    with store.write(by=ada) as tx:
        plan_and_lock(tx, study)
        seal_arms(tx, study)
        lock_data(tx, study)
        unblind(tx, study)
    return study


def test_data_that_changed_behind_the_lock_are_not_unblinded(
    store: Store, filled: tuple[int, int, int], ada: User
) -> None:
    """Somebody with a database tool would pass his data for those that were locked."""
    study, _, _ = filled
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
    store: Store, filled: tuple[int, int, int], ada: User
) -> None:
    """An open cohort study has data to fix, too."""
    study, scan, _ = filled
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
