"""The worker under real kills: nothing stored is lost, nothing graded twice, nobody held up."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest

from dermdash.engine import EngineLost
from dermdash.errors import VolumeError
from dermdash.grading.model import find_model
from dermdash.imaging.phantom.recipe import Recipe
from dermdash.pipeline import grade_file
from dermdash.settings import Settings
from dermdash.trial import jobs
from dermdash.trial.audit import history
from dermdash.trial.database import Store, open_store
from dermdash.trial.gradings import get_grading
from dermdash.trial.jobs import job_table, queue_summary
from dermdash.trial.kinds import KINDS, Call, Kind
from dermdash.trial.phantoms import PhantomScan, request_phantom
from dermdash.trial.protocols import current_protocol
from dermdash.trial.scans import get_scan, scan_table
from dermdash.trial.studies import create_study
from dermdash.trial.transaction import Transaction
from dermdash.worker import WorkDone, work
from tests.support.cluster import wait_for_workers, worker_pids
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
from tests.support.scans import ADA, store_scans, write_volumes

SCANS = 10
KILLS = 5
REASON = "the process that ran it died"


@pytest.fixture(scope="module")
def volumes(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write_volumes(tmp_path_factory.mktemp("volumes"), SCANS)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", processes=2)


@pytest.fixture(params=["local", "dask"])
def any_settings(request: pytest.FixtureRequest, settings: Settings) -> Settings:
    """The same store with each of the engines."""
    if request.param == "local":
        return settings
    address = request.getfixturevalue("dask_address")
    wait_for_workers(address, 2)
    return replace(settings, engine=address)


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    with open_store(settings) as opened:
        yield opened


@pytest.fixture
def any_store(any_settings: Settings) -> Iterator[Store]:
    with open_store(any_settings) as opened:
        yield opened


def states(store: Store) -> dict[str, int]:
    with store.read() as tx:
        return dict(scan_table(tx)["state"].value_counts())


def graded(store: Store) -> int:
    return states(store).get("graded", 0)


def assert_graded_once_and_rightly(store: Store, scan_ids: list[int]) -> None:
    """Every scan has its grading, equal to an undisturbed one, written exactly once."""
    assert states(store) == {"graded": len(scan_ids)}
    model = find_model(None, store.settings.model_folders)
    with store.read() as tx:
        written = history(tx, entity="grading", limit=10_000)
        assert set(job_table(tx)["state"]) == {"done"}
        for scan_id in scan_ids[:2]:
            scan, grading = get_scan(tx, scan_id), get_grading(tx, scan_id)
            protocol = current_protocol(tx, scan.study_id)
            assert grading is not None
            assert scan.dej is not None
            assert protocol is not None
            expected = grade_file(
                scan.path, scan.reading, scan.dej, protocol.sampling, model.folder
            )
            assert grading.model_digest == expected.model_digest
            np.testing.assert_array_equal(grading.probabilities, expected.probabilities)
    assert list(written["act"]) == ["added"] * len(scan_ids)
    assert written["entity"].is_unique


def computing(settings: Settings, worker_pid: int) -> list[int]:
    """The processes in which an engine computes now."""
    return worker_pids(settings.engine) if settings.engine else engine_pids(worker_pid)


def with_calls(calls: dict[int, Call]) -> dict[str, Kind]:
    """The kinds of jobs, with another call in the place of some scans' gradings."""

    def prepare(tx: Transaction, job: jobs.Job) -> Call | None:
        return calls.get(job.scan_id or 0) or KINDS["grading"].prepare(tx, job)

    return dict(KINDS) | {"grading": replace(KINDS["grading"], prepare=prepare)}


def job_of(store: Store, scan_id: int) -> dict[str, object]:
    with store.read() as tx:
        subject = get_scan(tx, scan_id).subject_id
        table = job_table(tx)
    return dict(table[table["subject_id"] == subject].iloc[0])


def test_what_is_queued_is_graded(any_store: Store, volumes: list[Path]) -> None:
    """This is what the worker is for, whichever engine computes."""
    ids = store_scans(any_store, volumes[:3])
    seen: list[tuple[WorkDone, int]] = []
    done = work(any_store, once=True, on_change=lambda done, left: seen.append((done, left)))
    assert done == WorkDone(graded=3)
    assert seen[-1] == (WorkDone(graded=3), 0)
    assert_graded_once_and_rightly(any_store, ids)
    assert work(any_store, once=True) == WorkDone()


def test_a_stored_grading_is_not_made_again(store: Store, volumes: list[Path]) -> None:
    """A minute of grading for an answer that lies in the store is a minute lost."""
    store_scans(store, volumes[:1])
    with store.write(by=ADA) as tx:
        (job,) = jobs.take(tx, 1)
        jobs.give_back(tx, job.job_id, "test")
    assert work(store, once=True) == WorkDone(graded=1)
    with store.write(by=ADA) as tx:
        jobs.enqueue(tx, "grading", "asked a second time", job.payload, study_id=job.study_id)
    assert work(store, once=True) == WorkDone(cached=1)
    with store.read() as tx:
        assert len(history(tx, entity="grading")) == 1


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


def test_what_is_wrong_with_a_file_is_told_in_its_sentence(
    any_store: Store, volumes: list[Path]
) -> None:
    """A user who reads "failed" needs to know what to mend."""
    ids = store_scans(any_store, volumes[:2])
    with any_store.read() as tx:
        path = get_scan(tx, ids[0]).path
    path.write_bytes(b"not a volume")
    assert work(any_store, once=True) == WorkDone(graded=1, failed=1)
    error = str(job_of(any_store, ids[0])["error"])
    with pytest.raises(VolumeError) as told:
        grade_file_again(any_store, ids[0])
    assert error == str(told.value)


def grade_file_again(store: Store, scan_id: int) -> None:
    with store.read() as tx:
        scan = get_scan(tx, scan_id)
        protocol = current_protocol(tx, scan.study_id)
    assert scan.dej is not None
    assert protocol is not None
    model = find_model(None, store.settings.model_folders)
    grade_file(scan.path, scan.reading, scan.dej, protocol.sampling, model.folder)


def test_what_nobody_foresaw_is_one_sentence_and_a_log(
    store: Store, volumes: list[Path], caplog: pytest.LogCaptureFixture
) -> None:
    """A fault of the program must be found in the log, and must not end the worker."""
    ids = store_scans(store, volumes[:4])
    odd = {ids[0]: (int, ("x",)), ids[1]: (sys.exit, ("bye",)), ids[2]: (abs, (-1,))}
    assert work(store, once=True, kinds=with_calls(odd)) == WorkDone(graded=1, failed=3)
    error = str(job_of(store, ids[0])["error"])
    assert error.startswith("the program failed on it (ValueError); logs/worker.log")
    assert "invalid literal for int() with base 10: 'x'" in caplog.text
    assert "Traceback" in caplog.text


def test_a_job_that_cannot_be_prepared_fails_alone(store: Store, volumes: list[Path]) -> None:
    """A model folder that was removed must not keep other studies from being graded."""
    ids = store_scans(store, volumes[:2])

    def refuse(tx: Transaction, job: jobs.Job) -> Call | None:
        if job.scan_id == ids[0]:
            raise KeyError("request")
        return KINDS["grading"].prepare(tx, job)

    kinds = dict(KINDS) | {"grading": replace(KINDS["grading"], prepare=refuse)}
    assert work(store, once=True, kinds=kinds) == WorkDone(graded=1, failed=1)


def test_a_running_job_is_cancelled_and_its_place_taken(store: Store, volumes: list[Path]) -> None:
    """Who cancels a long job wants its core for the next."""
    alone = replace(store, settings=replace(store.settings, processes=1))
    ids = store_scans(alone, volumes[:2])
    kinds = with_calls({ids[0]: (time.sleep, (120,))})
    stop = threading.Event()
    at_work = threading.Thread(target=work, args=(alone,), kwargs={"kinds": kinds, "stop": stop})
    at_work.start()
    try:
        wait_until(lambda: job_of(alone, ids[0])["state"] == "running")
        with alone.write(by=ADA) as tx:
            assert jobs.cancel(tx, int(str(job_of(alone, ids[0])["job_id"])))
        wait_until(lambda: graded(alone) == 1, seconds=30, what="the next job runs")
    finally:
        stop.set()
        at_work.join(30)
    assert not at_work.is_alive()
    assert job_of(alone, ids[0])["state"] == "cancelled"


def test_a_cancelled_waiting_job_never_runs(store: Store, volumes: list[Path]) -> None:
    """What was cancelled must not come back as a result."""
    ids = store_scans(store, volumes[:2])
    with store.write(by=ADA) as tx:
        jobs.cancel(tx, int(str(job_of(store, ids[1])["job_id"])))
    assert work(store, once=True) == WorkDone(graded=1)
    assert states(store) == {"graded": 1, "failed": 1}


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


def phantom_scan(subject: str, seed: int, reason: str | None = None) -> PhantomScan:
    recipe = Recipe(quality=(3.0, 2.0), shape=(84, 400, 400), dej_um=10, seed=seed)
    return PhantomScan(recipe, subject, "young", "D0", "cheek", exclude_reason=reason)


def test_phantoms_become_graded_scans(any_store: Store) -> None:
    """The demo studies are made by the worker, phantom by phantom, while the app is usable."""
    with any_store.write(by=ADA) as tx:
        study_id = create_study(tx, name="Demo", kind="cohorts", synthetic=True)
        for scan in (phantom_scan("S1", 1), phantom_scan("S2", 2, "moved")):
            request_phantom(tx, study_id, scan)
            assert PhantomScan.from_json(scan.to_json()) == scan
    assert work(any_store, once=True) == WorkDone(graded=1)
    with any_store.read() as tx:
        table = scan_table(tx, study_id)
    assert list(table["state"]) == ["graded", "excluded"]
    assert list(table["file_name"]) == ["S1_D0_cheek.tif", "S2_D0_cheek.tif"]
    assert set(table["dej_source"]) == {"file"}
    assert list(any_store.vault.incoming.iterdir()) == []


def test_a_refused_phantom_leaves_no_file(store: Store) -> None:
    """Files that no scan names would fill the disk, and nobody could tell what they are."""
    with store.write(by=ADA) as tx:
        study_id = create_study(tx, name="Demo", kind="cohorts", synthetic=True)
        request_phantom(tx, study_id, phantom_scan("S1", 1))
    assert work(store, once=True) == WorkDone(graded=1)
    before = sorted(store.vault.folder.glob("*/*"))
    with store.write(by=ADA) as tx:
        request_phantom(tx, study_id, phantom_scan("S1", 2))
    assert work(store, once=True) == WorkDone(failed=1)
    with store.read() as tx:
        (error,) = job_table(tx, ["failed"])["error"]
    assert "S1 D0 cheek replicate 1 is taken by S1_D0_cheek.tif" in error
    assert [path for path in store.vault.folder.glob("??/*") if path not in before] == []


def test_an_engine_out_of_reach_is_told(
    store: Store, settings: Settings, volumes: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the cluster down, jobs must wait in the queue and the reason be told."""
    monkeypatch.setattr("dermdash.engine.CONNECT_S", 0.5)
    store_scans(store, volumes[:1])
    away = replace(store, settings=replace(settings, engine="tcp://127.0.0.1:9"))
    with pytest.raises(EngineLost, match="no Dask scheduler answers"):
        work(away, once=True)
    assert states(store) == {"queued": 1}


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
