import subprocess
import sys
from collections.abc import Callable

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import IntegrityError

from dermdash.errors import DesignError
from dermdash.identity import WORKER, User
from dermdash.trial.database import Store
from dermdash.trial.jobs import (
    MAX_DEATHS,
    cancel,
    enqueue,
    fail,
    finish,
    give_back,
    job_table,
    recover,
    retry,
    set_progress,
    take,
)
from dermdash.trial.schema import JobRow
from dermdash.trial.transaction import Transaction

PutScan = Callable[..., int]


def states(tx: Transaction) -> list[str]:
    return job_table(tx).sort_values("job_id").state.tolist()


def test_a_job_is_asked_for_once_at_a_time(store: Store, ada: User) -> None:
    """A double click would grade a scan twice."""
    with store.write(by=ada) as tx:
        first = enqueue(tx, "grading", "k", {"a": 1})
        assert enqueue(tx, "grading", "k", {"a": 1}) == first
        assert enqueue(tx, "phantom", "k", {}) != first
        take(tx, 9)
        assert enqueue(tx, "grading", "k", {}) == first  # running
        finish(tx, first)
        assert enqueue(tx, "grading", "k", {}) != first  # done: asked again


def test_the_database_itself_holds_one_active_job_a_key(store: Store, ada: User) -> None:
    """Two processes that look at the same moment would both queue it."""
    row = {"kind": "grading", "key": "k", "payload": {}, "by": "ada", "progress": 0.0}
    row |= {"attempt": 0, "deaths": 0}
    with store.engine.execution_options(begin="BEGIN IMMEDIATE").begin() as connection:
        for state in ("done", "failed", "cancelled", "done", "running"):
            values = row | {"state": state, "asked_at": _now(store)}
            connection.execute(insert(JobRow.__table__), values)
        with pytest.raises(IntegrityError, match="UNIQUE"):
            connection.execute(
                insert(JobRow.__table__), row | {"state": "queued", "asked_at": _now(store)}
            )
        with pytest.raises(IntegrityError, match="CHECK"):
            connection.execute(
                insert(JobRow.__table__), row | {"state": "lost", "asked_at": _now(store)}
            )


def _now(store: Store) -> object:
    with store.read() as tx:
        return tx.at


def test_gradings_go_before_phantoms_then_the_oldest(store: Store, ada: User) -> None:
    """The first study of the demo would be finished last."""
    for kind, key in [("phantom", "p1"), ("grading", "g1"), ("phantom", "p2"), ("grading", "g2")]:
        with store.write(by=ada) as tx:
            enqueue(tx, kind, key, {"key": key})
    with store.write(by=WORKER) as tx:
        assert job_table(tx).place.tolist() == [1, 2, 3, 4]
        foreseen = job_table(tx).job_id.tolist()
        taken = take(tx, 3)
        assert [job.key for job in taken] == ["g1", "g2", "p1"]
        assert [job.job_id for job in taken] == foreseen[:3]
        assert [(job.attempt, job.payload["key"], job.by) for job in taken[:1]] == [
            (1, "g1", "ada")
        ]
        assert [job.key for job in take(tx, 3)] == ["p2"]
        assert take(tx, 3) == []
        assert job_table(tx).place.isna().all()


def test_a_worker_takes_only_its_kinds(store: Store, ada: User) -> None:
    """A worker that cannot make phantoms would take and lose them."""
    with store.write(by=ada) as tx:
        enqueue(tx, "phantom", "p", {})
        enqueue(tx, "grading", "g", {})
        assert [job.key for job in take(tx, 9, kinds=("phantom",))] == ["p"]


def test_two_takers_never_take_the_same_job(store: Store, ada: User) -> None:
    """A volume would be graded by two processes at once."""
    with store.write(by=ada) as tx:
        for number in range(60):
            enqueue(tx, "grading", f"{number}", {})
    command = [sys.executable, "-c", TAKER, str(store.settings.home)]
    takers = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(2)]
    taken = [taker.communicate(timeout=120)[0].split() for taker in takers]
    assert sorted(taken[0] + taken[1]) == sorted(str(number).encode() for number in range(60))


TAKER = """
import sys
from pathlib import Path
from dermdash.identity import WORKER
from dermdash.settings import Settings
from dermdash.trial.database import open_store
from dermdash.trial.jobs import take
with open_store(Settings(Path(sys.argv[1]))) as store:
    while True:
        with store.write(by=WORKER) as tx:
            jobs = take(tx, 1)
        if not jobs:
            break
        print(jobs[0].key)
"""


def test_a_job_whose_process_dies_runs_again_twice(store: Store, ada: User) -> None:
    """A poisonous volume would kill processes for ever, or one bad moment lose a grading."""
    with store.write(by=ada) as tx:
        job_id = enqueue(tx, "grading", "k", {})
    for death in range(1, MAX_DEATHS + 1):
        with store.write(by=WORKER) as tx:
            (job,) = take(tx, 1)
            assert job.attempt == death
            assert give_back(tx, job_id, "its process was killed by signal 9")
            row = job_table(tx).iloc[0]
        assert row.state == ("queued" if death < MAX_DEATHS else "failed")
        assert "its process was killed by signal 9" in row.error
    assert "3 times" in row.error
    with store.write(by=WORKER) as tx:
        assert take(tx, 1) == []


def test_a_job_that_was_given_back_waits_behind_nobody_for_ever(store: Store, ada: User) -> None:
    """A poisonous volume would hold up the scans behind it until it has failed."""
    with store.write(by=ada) as tx:
        poison = enqueue(tx, "grading", "poison", {})
        enqueue(tx, "grading", "good", {})
    with store.write(by=WORKER) as tx:
        (job,) = take(tx, 1)
        assert job.job_id == poison
    with store.write(by=WORKER) as tx:
        give_back(tx, poison, "killed")
        assert [job.key for job in take(tx, 1)] == ["good"]


def test_what_a_dead_worker_left_is_queued_again(store: Store, ada: User) -> None:
    """Scans would stay running for ever after a crash."""
    with store.write(by=ada) as tx:
        for key in "abc":
            enqueue(tx, "grading", key, {})
        take(tx, 2)
    with store.write(by=WORKER) as tx:
        assert recover(tx) == 2
        assert states(tx) == ["queued"] * 3
        assert [job.attempt for job in take(tx, 3)] == [2, 2, 1]
    for _ in range(2 * MAX_DEATHS):  # a restart is not the job's fault
        with store.write(by=WORKER) as tx:
            recover(tx)
            take(tx, 3)
            assert states(tx) == ["running"] * 3


def test_only_running_jobs_end(store: Store, ada: User) -> None:
    """A result that comes after its job was cancelled would bring it back to life."""
    with store.write(by=ada) as tx:
        job_id = enqueue(tx, "grading", "k", {})
        ends = (
            lambda: finish(tx, job_id),
            lambda: fail(tx, job_id, "x"),
            lambda: give_back(tx, job_id, "x"),
            lambda: finish(tx, 99),
        )
        assert not any(end() for end in ends)
        assert states(tx) == ["queued"]
        assert cancel(tx, job_id)
        assert not cancel(tx, job_id)
        assert not any(end() for end in ends)
        assert states(tx) == ["cancelled"]


def test_a_running_job_can_be_cancelled(store: Store, ada: User) -> None:
    """A wrong import of a hundred volumes could not be stopped."""
    with store.write(by=ada) as tx:
        job_id = enqueue(tx, "grading", "k", {})
        take(tx, 1)
        assert cancel(tx, job_id)
        assert not finish(tx, job_id)
        assert job_table(tx).error.tolist() == ["cancelled by ada"]


def test_a_failed_job_can_be_tried_again(store: Store, ada: User) -> None:
    """After mending the disk everything would have to be imported again."""
    with store.write(by=ada) as tx:
        job_id = enqueue(tx, "grading", "k", {})
    for _ in range(MAX_DEATHS):
        with store.write(by=WORKER) as tx:
            take(tx, 1)
            give_back(tx, job_id, "killed")
    with store.write(by=User("bo", verified=True)) as tx:
        assert retry(tx, job_id) == job_id
        assert retry(tx, job_id) == job_id  # a double click
        row = job_table(tx).iloc[0]
        assert (row.state, row.attempt, row.by) == ("queued", 0, "bo")
        assert job_table(tx).error.isna().all()
    with store.write(by=WORKER) as tx:
        take(tx, 1)
        assert give_back(tx, job_id, "killed")
        assert states(tx) == ["queued"]  # three new lives
        take(tx, 1)
        finish(tx, job_id)
        with pytest.raises(DesignError, match="nothing to try again"):
            retry(tx, job_id)


def test_trying_again_what_was_asked_anew_adds_nothing(store: Store, ada: User) -> None:
    """The unique key would end in a traceback."""
    with store.write(by=ada) as tx:
        old = enqueue(tx, "grading", "k", {})
        cancel(tx, old)
        new = enqueue(tx, "grading", "k", {})
        assert new != old
        assert retry(tx, old) == new


@pytest.mark.parametrize("job_id", [0, 99])
def test_a_job_that_is_not_there_is_said(store: Store, ada: User, job_id: int) -> None:
    """A button on an old page would end in a traceback."""
    with store.write(by=ada) as tx:
        with pytest.raises(DesignError, match="no job"):
            cancel(tx, job_id)
        with pytest.raises(DesignError, match="no job"):
            retry(tx, job_id)


def test_progress_is_a_share(store: Store, ada: User) -> None:
    """A progress bar would break on 101 %."""
    with store.write(by=ada) as tx:
        job_id = enqueue(tx, "phantom", "k", {})
        set_progress(tx, job_id, 0.5)  # not yet running
        assert job_table(tx).progress.tolist() == [0]
        take(tx, 1)
        for given, shown in [(0.5, 0.5), (1.2, 1), (-1, 0)]:
            set_progress(tx, job_id, given)
            assert job_table(tx).progress.tolist() == [shown]


def test_nothing_is_queued_for_nobody(store: Store) -> None:
    """A job without a name would break the audit."""
    with store.read() as tx, pytest.raises(TypeError, match="only reads"):
        enqueue(tx, "grading", "k", {})
    with store.read() as tx:
        assert tx.session.execute(text("select count(*) from job")).scalar() == 0
