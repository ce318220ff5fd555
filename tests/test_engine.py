"""Both engines, held to the same promises by real processes and real kills."""

import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, wait
from pathlib import Path

import psutil
import pytest

from dermdash.engine import DaskEngine, Engine, EngineLost, LocalEngine, ProcessDied, make_engine
from dermdash.errors import InputError, VolumeError
from dermdash.settings import Settings

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(params=["local", "dask"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    made = (
        LocalEngine(2)
        if request.param == "local"
        else DaskEngine(request.getfixturevalue("dask_address"))
    )
    yield made
    made.close()


def pid_of_a_process(engine: Engine) -> int:
    return engine.submit(os.getpid).result(30)


def refuse(sentence: str) -> None:
    raise VolumeError(sentence)


def test_results_come_back(engine: Engine) -> None:
    """Without this nothing is ever graded."""
    futures = [engine.submit(math.sqrt, number * number) for number in range(20)]
    assert [future.result(30) for future in futures] == list(range(20))


def test_work_runs_elsewhere_and_side_by_side(engine: Engine) -> None:
    """Two cores that grade one after the other double everybody's waiting."""
    assert engine.capacity == 2
    engine.submit(time.sleep, 0).result(30)
    begin = time.monotonic()
    wait([engine.submit(time.sleep, 0.8) for _ in range(2)], timeout=30)
    assert time.monotonic() - begin < 1.5
    assert pid_of_a_process(engine) != os.getpid()


def test_what_a_job_raises_is_raised_here(engine: Engine) -> None:
    """A refused volume must be told in its own sentence, not as a fault of the machine."""
    with pytest.raises(VolumeError, match="too small"):
        engine.submit(refuse, "too small").result(30)
    with pytest.raises(ValueError, match="invalid literal"):
        engine.submit(int, "x").result(30)


def test_a_killed_process_fails_its_own_job_only(engine: Engine) -> None:
    """One volume that crashes the reader must not fail the others' gradings."""
    bystanders = [engine.submit(time.sleep, 0.3) for _ in range(2)]
    poison = engine.submit(os._exit, 9)
    later = [engine.submit(abs, -number) for number in range(6)]
    with pytest.raises(ProcessDied, match="the process that ran it died"):
        poison.result(60)
    assert [future.result(60) for future in bystanders] == [None, None]
    assert [future.result(60) for future in later] == list(range(6))


def test_a_process_killed_while_idle_fails_nobody() -> None:
    """An out-of-memory kill between two jobs must cost no job one of its three tries."""
    engine = LocalEngine(1)
    os.kill(pid_of_a_process(engine), signal.SIGKILL)
    time.sleep(0.3)
    assert engine.submit(abs, -1).result(30) == 1
    engine.close()


def test_a_new_process_stands_in_quickly() -> None:
    """A machine that loses a core with each crash ends without any."""
    engine = LocalEngine(1)
    pid_of_a_process(engine)
    for _ in range(3):
        with pytest.raises(ProcessDied):
            engine.submit(os._exit, 1).result(30)
    begin = time.monotonic()
    assert engine.submit(abs, -1).result(30) == 1
    assert time.monotonic() - begin < 3
    engine.close()


def test_cancelled_work_gives_its_place_up(engine: Engine) -> None:
    """Somebody who cancels a long job wants the next one to run."""
    jobs: list[Future[None]] = [engine.submit(time.sleep, 3) for _ in range(4)]
    time.sleep(0.5)
    for job in jobs:
        engine.cancel(job)
    begin = time.monotonic()
    assert engine.submit(abs, -1).result(30) == 1
    # Dask cannot interrupt a thread: there, only what waits gives up its place.
    assert time.monotonic() - begin < (2 if isinstance(engine, LocalEngine) else 4)
    assert all(job.done() for job in jobs)


def test_closing_ends_what_runs() -> None:
    """A server that stops must not leave processes that keep every core busy."""
    engine = LocalEngine(2)
    pids = {pid_of_a_process(engine) for _ in range(8)}
    long = engine.submit(time.sleep, 60)
    time.sleep(0.2)
    begin = time.monotonic()
    engine.close()
    assert time.monotonic() - begin < 3
    assert long.done()
    assert not any(psutil.pid_exists(pid) for pid in pids)


def test_processes_end_with_a_killed_parent(tmp_path: Path) -> None:
    """Orphans of a killed worker would fill the memory, one set a kill."""
    script = (
        "import os, time\n"
        "from dermdash.engine import LocalEngine\n"
        "engine = LocalEngine(2)\n"
        "busy = [engine.submit(time.sleep, 60) for _ in range(2)]\n"
        "time.sleep(1.5)\n"
        "print('ready', flush=True)\n"
        "time.sleep(60)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert parent.stdout
    assert parent.stdout.readline() == "ready\n"
    children = psutil.Process(parent.pid).children(recursive=True)
    assert len(children) >= 2
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert psutil.wait_procs(children, timeout=5)[1] == []


def test_processes_yield_to_the_pages() -> None:
    """A server whose cores all grade must still answer a click."""
    engine = LocalEngine(1)
    assert psutil.Process(pid_of_a_process(engine)).nice() >= 10
    engine.close()


def test_a_job_that_wants_to_exit_is_told_like_any_other(engine: Engine) -> None:
    """A library that calls sys.exit must not leave a job running for ever."""
    if isinstance(engine, LocalEngine):
        with pytest.raises(SystemExit):
            engine.submit(sys.exit, "bye").result(30)
    assert engine.submit(abs, -1).result(30) == 1


def test_the_settings_choose_the_engine(tmp_path: Path) -> None:
    """An administrator who names a cluster must not find the work on the web server."""
    engine = make_engine(Settings(home=tmp_path, processes=3))
    assert isinstance(engine, LocalEngine)
    assert engine.capacity == 3
    engine.close()


def test_an_address_without_a_scheduler_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mistyped address must be told in one sentence, not as a time-out in a log."""
    monkeypatch.setattr("dermdash.engine.CONNECT_S", 0.5)
    with pytest.raises(EngineLost, match=r"DERMDASH_ENGINE=tcp://127\.0\.0\.1:9; start one"):
        make_engine(Settings(home=tmp_path, engine="tcp://127.0.0.1:9"))


def test_a_missing_dask_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Dask is an extra: who asks for a cluster without it must learn what to install."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r"install it with pip install 'dermdash\[cluster\]'"):
        make_engine(Settings(home=tmp_path, engine="tcp://127.0.0.1:8786"))
