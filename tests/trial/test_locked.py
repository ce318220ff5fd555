"""What a lock fixes: each change of the data is refused, and told by the digest."""

import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from dermdash.errors import DesignError
from dermdash.grading.model import Model
from dermdash.identity import User
from dermdash.imaging.dej import Dej
from dermdash.trial.blinding import seal_arms
from dermdash.trial.database import Store
from dermdash.trial.digest import data_digest
from dermdash.trial.gradings import set_protocol
from dermdash.trial.life import (
    lock_data,
)
from dermdash.trial.scans import (
    NewScan,
    exclude_scan,
    include_scan,
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
    rename_arm,
    rename_study,
    set_subject,
)
from dermdash.trial.transaction import Transaction
from tests.support.plans import plan_and_lock

PutScan = Callable[..., int]
SHAPE = (120, 500, 1224)


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


NOT_DIGESTED = {"an arm", "an arm's name", "a protocol"}


def test_a_locked_study_refuses_each_change(
    store: Store, two_graded: tuple[int, int, int], ada: User, model: Model
) -> None:
    """What a lock lets through changes a result after everybody has agreed on the data."""
    study, scan, _ = two_graded
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
    store: Store, two_graded: tuple[int, int, int], ada: User, model: Model
) -> None:
    """Two states of the data with one digest could be exchanged unseen."""
    study, scan, _ = two_graded
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


def test_the_digest_is_of_the_data_and_of_nothing_else(
    store: Store, two_graded: tuple[int, int, int], ada: User
) -> None:
    """A digest that moves by itself would make every unblinding a question."""
    study, scan, _ = two_graded
    with store.write(by=ada) as tx:
        before = data_digest(tx, study)
        exclude_scan(tx, scan, "a slip")
        include_scan(tx, scan, "no slip")
        rename_study(tx, study, "Serum II")
        plan_and_lock(tx, study)
        seal_arms(tx, study)
        assert data_digest(tx, study) == before


def test_what_is_no_data_goes_on_in_a_locked_study(
    store: Store, two_graded: tuple[int, int, int], ada: User, put_scan: PutScan
) -> None:
    """A lock that stops everything would keep the results themselves from being kept."""
    study, scan, _ = two_graded
    with store.write(by=ada) as tx:
        lock_data(tx, study)
        rename_study(tx, study, "Serum of spring")
        set_dej(tx, scan, Dej.plane(40), source="manual")  # the DEJ that it has: no change
        plan_and_lock(tx, study)
        other = create_study(tx, name="Other", kind="cohorts", arms=[ArmSpec("active")])
        add_subject(tx, other, "S01")  # another study is not locked
