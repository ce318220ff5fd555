import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import insert, select, text, update

from dermdash.errors import StoreError
from dermdash.identity import User
from dermdash.imaging.dej import Dej
from dermdash.trial.audit import history
from dermdash.trial.database import Store
from dermdash.trial.jobs import enqueue, set_progress, take
from dermdash.trial.scans import exclude_scan, set_dej
from dermdash.trial.schema import AuditRow, Base, DejRow, GradingRow, StudyRow
from dermdash.trial.studies import create_study, rename_study, set_subject

PutScan = Callable[..., int]


def test_every_row_of_every_table_is_recorded(
    store: Store,
    put_scan: PutScan,
    grade_all: Callable[[], int],
    keep_answer: Callable[[], None],
    *,
    keep_conduct: Callable[[], None],
    keep_paper: Callable[[], None],
) -> None:
    """A function that forgets the audit would change a trial without a trace."""
    put_scan()
    grade_all()
    keep_answer()
    keep_conduct()
    keep_paper()
    with store.read() as tx:
        audit = history(tx)
        for table in Base.metadata.sorted_tables:
            # What is found again by looking, and what is made with its table.
            if table.name in ("audit", "inbox_file", "store"):
                continue
            rows = tx.session.execute(text(f"select count(*) from {table.name}")).scalar()
            added = audit[audit.entity.str.startswith(f"{table.name} ") & (audit.act == "added")]
            assert len(added) == rows > 0, table.name


def test_a_change_names_who_when_what_and_why(store: Store, study: int) -> None:
    """An inspector asks who changed what, and gets no answer."""
    bo = User("bo")
    with store.write(by=bo, reason="typing error") as tx:
        rename_study(tx, study, "Serum II")
        at = tx.at
    with store.read() as tx:
        (row,) = history(tx, entity=f"study {study}", limit=1).to_dict("records")
    assert row["by"] == "bo (not verified)"
    assert row["at"] == at
    assert row["act"] == "changed"
    assert row["before"] == {"name": "Serum"}
    assert row["after"] == {"name": "Serum II"}
    assert row["reason"] == "typing error"


def test_the_reason_of_an_exclusion_is_recorded(store: Store, put_scan: PutScan, ada: User) -> None:
    """The reason would be lost when the scan is included again."""
    scan_id = put_scan()
    with store.write(by=ada) as tx:
        exclude_scan(tx, scan_id, "moved during the scan")
        rename_study(tx, 1, "Other")
    with store.read() as tx:
        excluded = history(tx, entity=f"scan {scan_id}", limit=1)
        renamed = history(tx, entity="study 1", limit=1)
    assert excluded.reason.tolist() == ["moved during the scan"]
    assert renamed.reason.isna().all()


def test_arrays_are_not_copied_into_the_audit(
    store: Store, put_scan: PutScan, grade_all: Callable[[], int]
) -> None:
    """The audit would be larger than all gradings together."""
    put_scan()
    grade_all()
    with store.read() as tx:
        (row,) = history(tx, entity="grading_array").to_dict("records")
    assert set(row["after"]) == {"grading_key"}


def test_progress_leaves_no_trace_but_states_do(store: Store, ada: User) -> None:
    """A hundred rows a grading would bury the few that matter."""
    with store.write(by=ada) as tx:
        job_id = enqueue(tx, "phantom", "k", {})
        take(tx, 1)
    with store.write(by=ada) as tx:
        for percent in range(100):
            set_progress(tx, job_id, percent / 100)
    with store.read() as tx:
        assert len(history(tx, entity=f"job {job_id}")) == 2


def test_a_write_that_fails_leaves_no_audit_row(store: Store, study: int, ada: User) -> None:
    """The audit would tell of a change that was never made."""

    def failing() -> None:
        with store.write(by=ada) as tx:
            rename_study(tx, study, "Other")
            raise KeyError("the page broke")

    with pytest.raises(KeyError):
        failing()
    with store.read() as tx:
        assert len(history(tx, entity=f"study {study}")) == 1


def test_no_write_can_pass_by_the_audit(store: Store, study: int, ada: User) -> None:
    """One bulk update would change a hundred rows without a trace."""
    statements: list[Any] = [
        update(StudyRow).values(name="x"),
        insert(StudyRow.__table__).values(name="x"),
        StudyRow.__table__.delete(),
    ]
    for statement in statements:
        with pytest.raises(TypeError, match="audit"), store.write(by=ada) as tx:
            tx.session.execute(statement)


@pytest.mark.parametrize("table", [DejRow, GradingRow, AuditRow])
def test_written_facts_cannot_be_changed_or_removed(
    store: Store,
    put_scan: PutScan,
    grade_all: Callable[[], int],
    ada: User,
    table: type[Base],
) -> None:
    """A grading or a marking could be corrected after the fact, and nobody could tell."""
    put_scan()
    grade_all()

    def remove() -> None:
        with store.write(by=ada) as tx:
            tx.session.delete(tx.session.scalars(select(table).limit(1)).one())

    def change() -> None:
        with store.write(by=ada) as tx:
            row = tx.session.scalars(select(table).limit(1)).one()
            name = "by" if table is AuditRow else "dej_digest" if table is GradingRow else "source"
            setattr(row, name, "edited")

    for tamper in (remove, change):
        with pytest.raises(StoreError, match="cannot be changed"):
            tamper()


def test_histories_of_one_and_of_eleven_are_kept_apart(store: Store, ada: User) -> None:
    """The history of study 1 would show what happened to study 11."""
    with store.write(by=ada) as tx:
        for number in range(11):
            create_study(tx, name=f"study {number}", kind="cohorts")
    with store.read() as tx:
        assert len(history(tx, entity="study 1")) == 1
        assert len(history(tx, entity="study")) == 11
        assert history(tx, entity="site").empty


def test_what_is_recorded_is_plain_json(store: Store, put_scan: PutScan, ada: User) -> None:
    """The audit could not be exported or read by another program."""
    scan_id = put_scan(covariates={"age": 31})
    with store.write(by=ada) as tx:
        set_dej(tx, scan_id, Dej.plane(50), source="edited")
        set_subject(tx, 1, "S01", covariates={"age": 32})
    with store.read() as tx:
        audit = history(tx)
        json.dumps([audit.before.tolist(), audit.after.tolist()], allow_nan=False)
        changed = history(tx, entity="subject 1", limit=1).iloc[0]
    assert changed.before["covariates"] == {"age": 31}
    assert changed.after["covariates"] == {"age": 32}
