"""Where jobs run: one process a core here, or the workers of a Dask cluster by its address.

Both forms speak `concurrent.futures` and know no store. Neither repeats a job on its own account:
when the process that ran it dies, its future holds `ProcessDied`, and the store decides.
"""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from queue import SimpleQueue
from typing import Any, Protocol, TypeVar

from dermdash.errors import DermdashError, InputError
from dermdash.settings import Settings

Result = TypeVar("Result")

NICENESS = 10  # so that pages answer at once while every core grades
CONNECT_S = 10.0


class ProcessDied(DermdashError):  # noqa: N818
    """The process that ran a job died: killed, out of memory, or crashed."""

    def __init__(self) -> None:
        super().__init__("the process that ran it died")


class EngineLost(DermdashError):  # noqa: N818
    """The engine is out of reach; what it ran has to be asked again."""


class Engine(Protocol):
    """Runs functions in other processes; functions, arguments and results are pickled."""

    @property
    def capacity(self) -> int:
        """How many calls run at the same time."""

    def submit(self, function: Callable[..., Result], /, *args: object) -> "Future[Result]":
        """Call ``function(*args)``; the future raises what that raised, or `ProcessDied`."""

    def cancel(self, future: "Future[Any]") -> None:
        """Give a call up, whether it waits or runs; nobody reads its future any more."""

    def close(self) -> None:
        """End what runs, now."""


def make_engine(settings: Settings) -> Engine:
    """The engine that ``DERMDASH_ENGINE`` names, or this machine's processes.

    Raises
    ------
    InputError
        ``distributed`` is not installed.
    EngineLost
        No scheduler answers at the address.
    """
    if settings.engine is None:
        return LocalEngine(settings.processes)
    return DaskEngine(settings.engine)


class LocalEngine:
    """One spawned process a core, each a pool of its own: a killed one fails its own job only.

    >>> engine = LocalEngine(1)
    >>> engine.submit(pow, 2, 5).result()
    32
    >>> engine.close()
    """

    def __init__(self, processes: int) -> None:
        self.capacity = processes
        self._closed = threading.Event()
        self._idle: SimpleQueue[_Process] = SimpleQueue()
        self._running: dict[Future[Any], _Process] = {}
        self._threads = ThreadPoolExecutor(processes, thread_name_prefix="engine")
        for _ in range(processes):
            self._idle.put(_Process())

    def submit(self, function: Callable[..., Result], /, *args: object) -> "Future[Result]":
        future: Future[Result] = Future()
        self._threads.submit(self._run, future, function, args)
        return future

    def cancel(self, future: "Future[Any]") -> None:
        if not future.cancel() and (process := self._running.get(future)):
            process.kill()

    def close(self) -> None:
        self._closed.set()
        for process in list(self._running.values()):
            process.kill()
        self._threads.shutdown(cancel_futures=True)
        while not self._idle.empty():
            self._idle.get().close()

    def _run(
        self, future: "Future[Any]", function: Callable[..., Any], args: Iterable[object]
    ) -> None:
        if not future.set_running_or_notify_cancel():
            return
        process = self._running[future] = self._idle.get()
        try:
            result = process.start(function, args).result()
        except BrokenProcessPool:
            if not self._closed.is_set():
                process.replace()
            future.set_exception(ProcessDied())
        except BaseException as error:
            future.set_exception(error)
        else:
            future.set_result(result)
        finally:
            del self._running[future]
            self._idle.put(process)


class _Process:
    """A pool of one process, which stands before its first call; a new pool replaces a dead one."""

    def __init__(self) -> None:
        self.replace()

    def replace(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(1, mp_context=context, initializer=_step_back)
        self._pid = self._pool.submit(os.getpid)

    def start(self, function: Callable[..., Any], args: Iterable[object]) -> "Future[Any]":
        try:
            return self._pool.submit(function, *args)
        except BrokenProcessPool:  # it died while it had nothing to do
            self.replace()
            return self._pool.submit(function, *args)

    def kill(self) -> None:
        if self._pid.exception() is None:
            os.kill(self._pid.result(), signal.SIGTERM)

    def close(self) -> None:
        self._pool.shutdown()


def _step_back() -> None:
    """In the new process: yield to the pages, leave Ctrl-C to the parent, and end with it."""
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)


class DaskEngine:
    """The workers of a running Dask scheduler; they see the data folder under the same path.

    address : ``tcp://host:port`` or ``tls://host:port``; start that scheduler with
        ``DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES=1``, or a job that kills its process holds
        up the others for longer
    """

    def __init__(self, address: str) -> None:
        try:
            import distributed
        except ModuleNotFoundError as error:
            raise InputError(
                f"DERMDASH_ENGINE={address} needs Dask; install it with "
                "pip install 'dermdash[cluster]'"
            ) from error
        self._address = address
        self._dask: Any = distributed
        try:
            self._client = self._dask.Client(address, timeout=CONNECT_S, set_as_default=False)
        except (OSError, ValueError, TypeError) as error:
            raise self._lost() from error
        self._executor = self._client.get_executor(pure=False)

    @property
    def capacity(self) -> int:
        try:
            return sum(self._client.nthreads().values())
        except (OSError, CancelledError) as error:
            raise self._lost() from error

    def submit(self, function: Callable[..., Result], /, *args: object) -> "Future[Result]":
        future: Future[Result] = Future()
        call = self._executor.submit(function, *args)
        future.add_done_callback(lambda future: future.cancelled() and call.cancel())
        call.add_done_callback(lambda call: self._settle(future, call))
        return future

    def cancel(self, future: "Future[Any]") -> None:
        future.cancel()

    def close(self) -> None:
        self._executor.shutdown(wait=False)
        self._client.close()

    def _settle(self, future: "Future[Any]", call: "Future[Any]") -> None:
        if not future.set_running_or_notify_cancel():
            return
        if call.cancelled():
            future.set_exception(self._lost())
        elif isinstance(error := call.exception(), self._dask.KilledWorker):
            future.set_exception(ProcessDied())
        elif error is not None:
            future.set_exception(error)
        else:
            future.set_result(call.result())

    def _lost(self) -> EngineLost:
        return EngineLost(
            f"no Dask scheduler answers at DERMDASH_ENGINE={self._address}; "
            "start one there, or unset DERMDASH_ENGINE to grade on this machine"
        )
