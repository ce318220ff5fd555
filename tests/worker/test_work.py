"""What the worker does with each job, good or bad."""

import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from dermdash.engine import EngineLost
from dermdash.errors import VolumeError
from dermdash.grading.model import find_model
from dermdash.imaging.phantom.recipe import Recipe
from dermdash.pipeline import grade_file
from dermdash.settings import Settings
from dermdash.trial import jobs
from dermdash.trial.audit import history
from dermdash.trial.database import Store
from dermdash.trial.jobs import job_table
from dermdash.trial.kinds import KINDS, Call
from dermdash.trial.phantoms import PhantomScan, request_phantom
from dermdash.trial.protocols import current_protocol
from dermdash.trial.scans import get_scan, scan_table
from dermdash.trial.studies import create_study
from dermdash.trial.transaction import Transaction
from dermdash.worker import WorkDone, work
from tests.support.gradings import (
    assert_graded_once_and_rightly,
    graded,
    job_of,
    states,
    with_calls,
)
from tests.support.processes import (
    wait_until,
)
from tests.support.scans import ADA, store_scans


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
