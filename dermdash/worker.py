"""The one process beside the app: takes jobs, hands them to the engine, writes what comes back.

One worker a store, held by a lock that the system drops when its holder dies. So whatever is
marked as running when a worker starts is an orphan and is queued again. The worker computes
nothing itself and is the only one that writes results.
"""

import logging
import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager
from dataclasses import dataclass
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from filelock import Timeout

from dermdash.engine import Engine, EngineLost, ProcessDied, make_engine
from dermdash.errors import DermdashError
from dermdash.identity import WORKER
from dermdash.settings import load_settings
from dermdash.trial import jobs
from dermdash.trial.database import Store, open_store
from dermdash.trial.jobs import Job
from dermdash.trial.kinds import Call, Kind
from dermdash.trial.queue import count_ended, count_queued, running_jobs
from dermdash.trial.renderings import report_vault
from dermdash.trial.transaction import Transaction
from dermdash.worker_kinds import ALL_KINDS

LOG = logging.getLogger("dermdash.worker")
PULSE_S = 0.25  # how often the queue is looked at
Ended = Counter[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class WorkDone:
    """What came of the jobs: gradings made, gradings that were there already, failures."""

    graded: int = 0
    cached: int = 0
    failed: int = 0


def work(
    store: Store,
    *,
    once: bool = False,
    kinds: Mapping[str, Kind] = ALL_KINDS,
    on_change: Callable[[WorkDone, int], None] | None = None,
    stop: threading.Event | None = None,
) -> WorkDone:
    """Run what is queued.

    once : return when nothing is left; where another worker holds the store, wait for its queue
    on_change : called with what is done and how many jobs are left, after each change
    stop : ends the work early; what runs is queued again

    Raises
    ------
    StoreError
        The store refuses; what came back is computed again by the next worker.
    EngineLost
        The Dask scheduler does not answer.
    """
    shift = Shift(store, kinds, on_change)
    stop = stop or threading.Event()
    with _lock(shift, once=once, stop=stop) as held:
        if held:
            store.vault.sweep(everything=True)
            report_vault(store.settings).sweep()
            with _orphans_queued(store), _engine(store) as engine:
                LOG.info("at work on %s with %s", store.settings.home, type(engine).__name__)
                while not stop.is_set() and (shift.step(engine) or not once):
                    if not shift.running:
                        stop.wait(PULSE_S)
    return shift.done


class Shift:
    """A worker's time at one store: what runs now, and what came of the rest."""

    def __init__(
        self,
        store: Store,
        kinds: Mapping[str, Kind],
        on_change: Callable[[WorkDone, int], None] | None,
    ) -> None:
        self.running: dict[Future[Any], Job] = {}
        self.store, self._kinds, self._on_change = store, kinds, on_change
        self._cached = 0
        self._before = self._ended()

    @property
    def done(self) -> WorkDone:
        ended = self._ended() - self._before
        failed = sum(count for (_, state), count in ended.items() if state == "failed")
        failed -= ended["quality", "failed"]  # of a file that fails its grading too
        return WorkDone(ended["grading", "done"] - self._cached, self._cached, failed)

    @property
    def left(self) -> int:
        with self.store.read() as tx:
            return count_queued(tx, self._kinds) + len(running_jobs(tx))

    def step(self, engine: Engine) -> bool:
        """Wait a pulse for what runs, keep the engine busy, write what came; False at the end."""
        ended = wait(self.running, PULSE_S, FIRST_COMPLETED).done if self.running else ()
        came = [(future, self.running.pop(future)) for future in ended]
        with self.store.read() as tx:
            queued, wanted = count_queued(tx, self._kinds), running_jobs(tx)
        for future, job in list(self.running.items()):
            if job.job_id not in wanted:
                LOG.info("%s %s is cancelled", job.kind, job.job_id)
                engine.cancel(future)
                del self.running[future]
        if queued:
            self._hand_out(engine)
        for future, job in came:
            self._take_in(future, job)
        if (came or queued) and self._on_change:
            self._on_change(self.done, self.left)
        return bool(queued or came or self.running)

    def _hand_out(self, engine: Engine) -> None:
        free = engine.capacity - len(self.running)
        if free < 1:
            return
        with self.store.write(by=WORKER) as tx:
            taken = jobs.take(tx, free, kinds=self._kinds)
            calls = [self._prepare(tx, job) for job in taken]
        for job, call in zip(taken, calls, strict=True):
            if call is not None:
                function, args = call
                self.running[engine.submit(function, *args)] = job

    def _prepare(self, tx: Transaction, job: Job) -> Call | None:
        try:
            call = self._kinds[job.kind].prepare(tx, job)
        except Exception as error:
            jobs.fail(tx, job.job_id, _sentence(error, job))
            return None
        if call is None:
            self._cached += jobs.finish(tx, job.job_id) and job.kind == "grading"
        return call

    def _take_in(self, future: "Future[Any]", job: Job) -> None:
        """Write what came of a job; what was cancelled meanwhile is dropped."""
        try:
            result = future.result()
            with self.store.write(by=WORKER) as tx:
                if wanted := jobs.finish(tx, job.job_id):
                    self._kinds[job.kind].finish(tx, job, result)
            if wanted:
                self._settle(job)
            LOG.info("%s %s is done", job.kind, job.job_id)
        except ProcessDied as error:
            LOG.warning("%s %s: %s (attempt %s)", job.kind, job.job_id, error, job.attempt)
            with self.store.write(by=WORKER) as tx:
                jobs.give_back(tx, job.job_id, str(error))
        except EngineLost:
            raise
        except (Exception, SystemExit) as error:
            with self.store.write(by=WORKER) as tx:
                jobs.fail(tx, job.job_id, _sentence(error, job))

    def _settle(self, job: Job) -> None:
        """Tidy up after what is committed; a failure of this takes nothing back."""
        try:
            self._kinds[job.kind].settle(job)
        except OSError as error:
            LOG.warning("%s %s is done, but: %s", job.kind, job.job_id, error)

    def _ended(self) -> Ended:
        with self.store.read() as tx:
            return Counter(count_ended(tx))


def _sentence(error: BaseException, job: Job) -> str:
    """What the user is told; what nobody foresaw goes to the log with all its details."""
    if isinstance(error, DermdashError):
        LOG.warning("%s %s failed: %s", job.kind, job.job_id, error)
        return str(error)
    LOG.error("%s %s failed", job.kind, job.job_id, exc_info=error)
    return (
        f"the program failed on it ({type(error).__name__}); "
        "logs/worker.log in the data folder holds the details"
    )


@contextmanager
def _lock(shift: Shift, *, once: bool, stop: threading.Event) -> Iterator[bool]:
    """Become the store's worker. False: another one is, and has done all there was, or `stop`."""
    lock = jobs.worker_lock(shift.store.settings)
    waits = False
    while not stop.is_set():
        try:
            lock.acquire()
        except Timeout:
            if not waits:
                LOG.warning("another worker holds this store; waiting for it")
            waits = True
            if once and not shift.left:
                break
            continue
        try:
            yield True
        finally:
            lock.release()
        return
    yield False


@contextmanager
def _orphans_queued(store: Store) -> Iterator[None]:
    """Queue again what a dead worker left running, and in the end what this one leaves."""
    _recover(store)
    try:
        yield
    finally:
        _recover(store)


def _recover(store: Store) -> None:
    with store.read() as tx:
        orphans = running_jobs(tx)
    if orphans:
        with store.write(by=WORKER) as tx:
            LOG.info("%s jobs are queued again", jobs.recover(tx))


@contextmanager
def _engine(store: Store) -> Iterator[Engine]:
    engine = make_engine(store.settings)
    try:
        yield engine
    finally:
        engine.close()


def main() -> int:
    """The worker beside the app; it ends when its standard input does, or by SIGTERM."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, frame: stop.set())
    threading.Thread(target=_stop_with_input, args=(stop,), daemon=True).start()
    try:
        settings = load_settings()
        log_to(settings.home / "logs")
        with open_store(settings) as store:
            work(store, stop=stop)
    except DermdashError as error:
        LOG.error("%s", error)
        return 2
    return 0


def log_to(folder: Path) -> None:
    """Log to standard error and to ``worker.log``, which keeps its last megabytes."""
    folder.mkdir(parents=True, exist_ok=True)
    file = RotatingFileHandler(folder / "worker.log", maxBytes=1 << 20, backupCount=3)
    LOG.setLevel(logging.INFO)
    logging.basicConfig(
        format="%(asctime)s %(name)s %(levelname)s %(message)s",
        handlers=[file, logging.StreamHandler()],
    )


def _stop_with_input(stop: threading.Event) -> None:
    """The app holds the other end: it closes when the app ends, however it ends."""
    while os.read(sys.stdin.fileno(), 1024):
        pass
    stop.set()


if __name__ == "__main__":
    sys.exit(main())
