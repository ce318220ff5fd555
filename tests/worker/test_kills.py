"""The worker under real kills: nothing stored is lost, nothing graded twice, nobody held up."""

import os
import random
import signal
import time
from pathlib import Path

from dermdash.settings import Settings
from dermdash.trial import jobs
from dermdash.trial.database import Store
from dermdash.trial.scans import scan_table
from dermdash.worker import WorkDone, work
from tests.support.cluster import worker_pids
from tests.support.gradings import (
    assert_graded_once_and_rightly,
    graded,
    job_of,
    states,
    with_calls,
)
from tests.support.processes import (
    engine_pids,
    gone,
    wait_until,
    worker,
)
from tests.support.scans import ADA, store_scans

KILLS = 5
REASON = "the process that ran it died"


def computing(settings: Settings, worker_pid: int) -> list[int]:
    """The processes in which an engine computes now."""
    return worker_pids(settings.engine) if settings.engine else engine_pids(worker_pid)


def test_engine_processes_killed_at_random(any_store: Store, volumes: list[Path]) -> None:
    """A machine short of memory kills processes: every scan must be graded all the same."""
    moments = random.Random(5)
    ids = store_scans(any_store, volumes)
    kills = 0
    with worker(any_store.settings) as running:
        while (seen := graded(any_store)) < len(ids):
            wait_until(lambda seen=seen: graded(any_store) > seen, what="the next grading")
            time.sleep(moments.uniform(0, 0.25))
            if kills < KILLS and graded(any_store) < len(ids) - 2:
                pids = computing(any_store.settings, running.pid)
                os.kill(moments.choice(pids), signal.SIGKILL)
                kills += 1
    assert kills >= 2
    assert work(any_store, once=True).failed == 0  # what comes behind the gradings
    assert_graded_once_and_rightly(any_store, ids)


def test_workers_killed_at_random(any_store: Store, volumes: list[Path]) -> None:
    """Who pulls the plug must find what was reported as done, and the rest done later."""
    moments = random.Random(11)
    ids = store_scans(any_store, volumes)
    reported: set[int] = set()
    kills = 0
    while (seen := graded(any_store)) < len(ids):
        with worker(any_store.settings) as running:
            wait_until(lambda seen=seen: graded(any_store) > seen, what="the next grading")
            time.sleep(moments.uniform(0, 0.3))
            orphans = engine_pids(running.pid)
            with any_store.read() as tx:
                table = scan_table(tx)
            assert reported <= set(table["scan_id"][table["state"] == "graded"])
            reported = set(table["scan_id"][table["state"] == "graded"])
            running.kill()
        kills += 1
        wait_until(lambda pids=orphans: all(map(gone, pids)), seconds=10, what="orphans end")
    assert kills >= 2
    assert work(any_store, once=True).failed == 0
    assert_graded_once_and_rightly(any_store, ids)


def test_a_deadly_volume_fails_and_holds_up_nobody(any_store: Store, volumes: list[Path]) -> None:
    """One poisonous file must not keep a study from being graded."""
    ids = store_scans(any_store, volumes[:5])
    done = work(any_store, once=True, kinds=with_calls({ids[0]: (os._exit, (9,))}))
    assert done == WorkDone(graded=4, failed=1)
    assert states(any_store) == {"graded": 4, "failed": 1}
    job = job_of(any_store, ids[0])
    assert (job["state"], job["attempt"]) == ("failed", 3)
    assert job["error"] == f"{REASON} (3 times)"
    with any_store.write(by=ADA) as tx:
        jobs.retry(tx, int(str(job["job_id"])))
    assert work(any_store, once=True) == WorkDone(graded=1)
    assert states(any_store) == {"graded": 5}
