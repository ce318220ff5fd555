"""A real Dask scheduler with real workers, as a laboratory would start them."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

SETTINGS = {
    "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1",
    "DASK_DISTRIBUTED__ADMIN__LOG_FORMAT": "%(message)s",
}


@contextmanager
def dask_cluster(folder: Path, *, workers: int = 2) -> Iterator[str]:
    """Start ``dask scheduler`` and ``dask worker`` processes on free ports; yields the address."""
    card = folder / "scheduler.json"
    common = ["--host", "127.0.0.1", "--no-dashboard"]
    with ExitStack() as stack:
        stack.enter_context(
            _running("scheduler", [*common, "--port", "0", "--scheduler-file", str(card)], folder)
        )
        address = _address(card)
        for number in range(workers):
            place = ["--nthreads", "1", "--name", f"w{number}", "--local-directory", str(folder)]
            stack.enter_context(_running("worker", [address, *common, *place], folder))
        yield address


def worker_pids(address: str) -> list[int]:
    """The processes in which the cluster's workers compute."""
    from distributed import Client

    with Client(address, set_as_default=False) as client:
        return list(client.run(os.getpid).values())


def wait_for_workers(address: str, number: int) -> None:
    from distributed import Client

    with Client(address, set_as_default=False) as client:
        client.wait_for_workers(number, timeout=60)


@contextmanager
def _running(kind: str, options: list[str], folder: Path) -> Iterator[None]:
    log = (folder / f"{kind}.log").open("ab")
    process = subprocess.Popen(
        [sys.executable, "-m", "dask", kind, *options],
        env=os.environ | SETTINGS,
        stdout=log,
        stderr=log,
    )
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        log.close()


def _address(card: Path) -> str:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if card.exists() and (text := card.read_text(encoding="utf-8")):
            return str(json.loads(text)["address"])
        time.sleep(0.05)
    raise TimeoutError("the Dask scheduler did not start within a minute")
