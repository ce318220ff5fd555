"""Workers and servers as processes of their own, so that tests can kill them."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.error import URLError
from urllib.request import urlopen

import psutil

from dermdash.settings import Settings
from dermdash.ui.server import WORKER

ROOT = Path(__file__).resolve().parents[2]


def wait_until(condition: Callable[[], object], *, seconds: float = 150, what: str = "") -> float:
    """Wait for something to become true, and return how long that took."""
    begin = time.monotonic()
    while not condition():
        if time.monotonic() - begin > seconds:
            raise TimeoutError(f"not within {seconds:g} s: {what or condition}")
        time.sleep(0.02)
    return time.monotonic() - begin


def environment(settings: Settings) -> dict[str, str]:
    given = {
        "DERMDASH_HOME": str(settings.home),
        "DERMDASH_PROCESSES": str(settings.processes),
        "DERMDASH_WORKER": settings.worker,
    }
    if settings.engine:
        given["DERMDASH_ENGINE"] = settings.engine
    return os.environ | given


def start_worker(settings: Settings) -> "subprocess.Popen[bytes]":
    """The worker as the server starts it, beside this test."""
    return subprocess.Popen(
        WORKER,
        stdin=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment(settings),
        cwd=ROOT,
        start_new_session=True,
    )


def end(process: "subprocess.Popen[bytes]") -> None:
    """End a process, if it still runs, and forget it."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            stream.close()


@contextmanager
def worker(settings: Settings) -> Iterator["subprocess.Popen[bytes]"]:
    process = start_worker(settings)
    try:
        yield process
    finally:
        end(process)


def engine_pids(pid: int) -> list[int]:
    """The processes in which a worker's local engine computes."""
    try:
        children = psutil.Process(pid).children()
        return [child.pid for child in children if "spawn_main" in " ".join(child.cmdline())]
    except psutil.NoSuchProcess:
        return []


@dataclass(frozen=True, slots=True)
class Server:
    """A running ``streamlit run app.py``."""

    process: "subprocess.Popen[bytes]"
    port: int
    log: Path

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def pid(self) -> int:
        return self.process.pid

    def worker_pid(self) -> int | None:
        """The worker beside it, if there is one now."""
        try:
            children = psutil.Process(self.pid).children()
            found = [c.pid for c in children if "dermdash.worker" in " ".join(c.cmdline())]
        except psutil.NoSuchProcess:
            return None
        return found[0] if found else None

    def healthy(self) -> bool:
        try:
            with urlopen(f"{self.url}/_stcore/health", timeout=5) as answer:
                return bool(answer.status == 200)
        except (URLError, OSError):
            return False


def start_server(
    settings: Settings,
    log: Path,
    *,
    secrets: Path | None = None,
    options: Mapping[str, str] | None = None,
) -> Server:
    """Start the app on a free port and wait until it answers."""
    port = free_port()
    given = {"server.port": str(port), "server.headless": "true"} | dict(options or {})
    if secrets is not None:
        given["secrets.files"] = str(secrets)
    flags = [part for name, value in given.items() for part in (f"--{name}", value)]
    with log.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", "app.py", *flags],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            env=environment(settings),
            cwd=ROOT,
            start_new_session=True,
        )
    server = Server(process, port, log)
    try:
        wait_until(server.healthy, what="the server answers")
    except TimeoutError:
        end(process)
        raise
    return server


@contextmanager
def server(settings: Settings, log: Path, *, secrets: Path | None = None) -> Iterator[Server]:
    running = start_server(settings, log, secrets=secrets)
    try:
        yield running
    finally:
        end(running.process)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def gone(pid: int) -> bool:
    """Whether a process is no more; a zombie is not."""
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def read(stream: IO[bytes] | None) -> str:
    assert stream is not None
    return stream.read().decode()
