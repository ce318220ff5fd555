from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from dermdash.identity import WORKER, User
from dermdash.trial import database
from dermdash.trial.database import Store
from dermdash.trial.jobs import enqueue, fail, finish, job_table, queue_summary, take
from dermdash.trial.queue import count_ended, count_queued, running_jobs
from dermdash.trial.studies import create_study

PutScan = Callable[..., int]


class Clock(datetime):
    """The store's clock, moved by hand."""

    moment = datetime(2026, 1, 1, tzinfo=UTC)

    @classmethod
    def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
        return cls.moment


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> type[Clock]:
    monkeypatch.setattr(database, "datetime", Clock)
    monkeypatch.setattr(Clock, "moment", Clock.moment)
    return Clock


def test_a_grading_is_named_by_its_scan_and_a_phantom_by_its_payload(
    store: Store, put_scan: PutScan, ada: User
) -> None:
    """The queue would be a list of hashes."""
    put_scan("S01", visit="D28")
    place = {"scan": {"subject_id": "P01", "visit": "D0", "site": "cheek"}}
    with store.write(by=ada) as tx:
        enqueue(tx, "phantom", "k", place, study_id=1)
        enqueue(tx, "other", "k", {})
        rows = job_table(tx)
    assert rows.columns.tolist() == [
        "job_id",
        "kind",
        "study",
        "subject_id",
        "visit",
        "site",
        "state",
        "place",
        "progress",
        "attempt",
        "error",
        "by",
        "asked_at",
    ]
    names = rows[["kind", "study", "subject_id", "visit", "site"]].fillna("").to_numpy().tolist()
    assert names == [
        ["grading", "Serum", "S01", "D28", "cheek"],
        ["other", "", "", "", ""],
        ["quality", "Serum", "S01", "D28", "cheek"],
        ["phantom", "Serum", "P01", "D0", "cheek"],
    ]


def test_the_table_can_be_narrowed(store: Store, put_scan: PutScan, ada: User) -> None:
    """What failed could not be found among ten thousand that are done."""
    for subject in ("S1", "S2", "S3"):
        put_scan(subject)
    with store.write(by=WORKER) as tx:
        first, second = take(tx, 2)
        fail(tx, first.job_id, "broken")
        enqueue(tx, "other", "k", {})
        assert job_table(tx, ["failed"]).error.tolist() == ["broken"]
        assert job_table(tx, ["running"]).job_id.tolist() == [second.job_id]
        assert job_table(tx).state.tolist() == ["running", *["queued"] * 5, "failed"]
        assert job_table(tx).place.fillna(0).tolist() == [0, 1, 2, 3, 4, 5, 0]
        assert len(job_table(tx, study_id=1)) == 6
        other = create_study(tx, name="Other", kind="cohorts")
        enqueue(tx, "grading", "of another study", {}, study_id=other)
        assert job_table(tx, study_id=other).place.tolist() == [3]  # two go before it
        assert job_table(tx, []).empty


def test_an_empty_queue_has_nothing_left(store: Store) -> None:
    """The worker's line would speak of unknown time where nothing waits."""
    with store.read() as tx:
        summary = queue_summary(tx)
        assert job_table(tx).empty
    assert (summary.queued, summary.running, summary.failed, summary.seconds_left) == (0, 0, 0, 0)


def test_time_left_is_foretold_from_what_the_last_ones_took(
    store: Store, ada: User, clock: type[Clock]
) -> None:
    """Nobody could tell whether to wait or to go for lunch."""
    with store.write(by=ada) as tx:
        for number in range(10):
            enqueue(tx, "grading", f"{number}", {})
        assert queue_summary(tx).seconds_left is None  # nothing has ended yet
    for seconds in (4, 6, 500):  # one was slow: the median does not mind
        with store.write(by=WORKER) as tx:
            (job,) = take(tx, 1)
        clock.moment += timedelta(seconds=seconds)
        with store.write(by=WORKER) as tx:
            finish(tx, job.job_id)
    with store.write(by=WORKER) as tx:
        assert queue_summary(tx).seconds_left == 7 * 6
        take(tx, 2)
        summary = queue_summary(tx)
    assert (summary.queued, summary.running, summary.failed) == (5, 2, 0)
    assert summary.seconds_left == (5 + 1) * 6 / 2  # two run beside each other
    with store.write(by=WORKER) as tx:
        enqueue(tx, "phantom", "p", {})
        assert queue_summary(tx).seconds_left is None  # how long do phantoms take?


def test_counts_for_the_worker(store: Store, ada: User) -> None:
    """The worker would stop before the queue is empty, or never."""
    with store.write(by=ada) as tx:
        for kind in ("grading", "grading", "phantom"):
            enqueue(tx, kind, f"{count_queued(tx, ['grading', 'phantom'])}", {})
        (job,) = take(tx, 1)
        assert running_jobs(tx) == {job.job_id}
        assert (count_queued(tx, ["grading"]), count_queued(tx, ["phantom"])) == (1, 1)
        finish(tx, job.job_id)
        assert running_jobs(tx) == set()
        assert count_ended(tx) == {("grading", "done"): 1}
