"""The worker as a process: it starts, waits, idles and ends as a server needs it."""

import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from dermdash.settings import Settings
from dermdash.trial import jobs
from dermdash.trial.database import Store
from dermdash.trial.jobs import queue_summary
from dermdash.worker import WorkDone, work
from tests.support.gradings import assert_graded_once_and_rightly, graded, job_of
from tests.support.processes import (
    ROOT,
    end,
    engine_pids,
    environment,
    gone,
    start_worker,
    wait_until,
    worker,
)
from tests.support.scans import store_scans


def test_the_worker_ends_politely(store: Store, settings: Settings, volumes: list[Path]) -> None:
    """An update of the machine must leave nothing marked as running and no process behind."""
    store_scans(store, volumes)
    running = start_worker(settings)
    wait_until(lambda: graded(store) >= 1, what="a first grading")
    pids = engine_pids(running.pid)
    begin = time.monotonic()
    running.terminate()
    assert running.wait(15) == 0
    assert time.monotonic() - begin < 10
    end(running)
    with store.read() as tx:
        assert queue_summary(tx).running == 0
    assert pids
    wait_until(lambda: all(map(gone, pids)), seconds=5, what="no process left behind")
    assert "at work on" in (settings.home / "logs" / "worker.log").read_text(encoding="utf-8")


def test_the_worker_ends_with_its_server(store: Store, settings: Settings) -> None:
    """A worker that outlives a killed server would keep the next server's worker out."""
    running = start_worker(settings)
    wait_until(lambda: jobs.worker_alive(settings), what="the worker is there")
    assert running.stdin is not None
    running.stdin.close()
    assert running.wait(15) == 0
    assert not jobs.worker_alive(settings)
    end(running)


def test_an_idle_worker_is_quick_and_costs_nothing(
    store: Store, settings: Settings, volumes: list[Path]
) -> None:
    """A scan that waits for seconds feels broken; a server that idles at full power is."""
    with worker(settings) as running:
        wait_until(lambda: jobs.worker_alive(settings) and len(engine_pids(running.pid)) == 2)
        time.sleep(1.5)
        here = psutil.Process(running.pid)
        family = [here, *here.children(recursive=True)]
        before = sum(sum(one.cpu_times()[:2]) for one in family)
        time.sleep(3)
        assert sum(sum(one.cpu_times()[:2]) for one in family) - before < 0.15
        (scan_id,) = store_scans(store, volumes[:1])
        begin = time.monotonic()
        wait_until(lambda: job_of(store, scan_id)["state"] != "queued")
        assert time.monotonic() - begin < 2
        wait_until(lambda: graded(store) == 1)
        loaded = Path(f"/proc/{running.pid}/maps").read_text(encoding="utf-8")
        assert "tensorflow" not in loaded
        for pid in engine_pids(running.pid):
            loaded = Path(f"/proc/{pid}/maps").read_text(encoding="utf-8")
            assert not [name for name in ("sqlite", "sqlalchemy", "tensorflow/") if name in loaded]


def test_a_second_worker_waits_for_the_first(
    store: Store, settings: Settings, volumes: list[Path], caplog: pytest.LogCaptureFixture
) -> None:
    """Two workers on one store would grade twice; `work --once` must still end when all is done."""
    with worker(settings):
        wait_until(lambda: jobs.worker_alive(settings), what="the worker is there")
        ids = store_scans(store, volumes[:4])
        done = work(store, once=True)
    assert done == WorkDone(graded=4)
    assert caplog.messages == ["another worker holds this store; waiting for it"]
    assert_graded_once_and_rightly(store, ids)


def test_a_broken_store_is_told_in_one_sentence(settings: Settings) -> None:
    """An administrator reads the worker's last line, not a traceback."""
    settings.home.mkdir()
    settings.database.write_bytes(b"not a database, by no means" * 100)
    ended = subprocess.run(
        [sys.executable, "-m", "dermdash.worker"],
        env=environment(settings),
        cwd=ROOT,
        stdin=subprocess.PIPE,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode == 2
    assert "is not a database" in ended.stderr
    assert "Traceback" not in ended.stderr
