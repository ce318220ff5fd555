"""A real server and a real browser; without Chromium skipped, under CI a failure."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Page, expect

ROOT = Path(__file__).resolve().parents[2]
START_S = 60
expect.set_options(timeout=30_000)  # a busy machine is slow, not wrong


@dataclass(frozen=True, slots=True)
class Server:
    """``streamlit run app.py`` on a data folder of its own."""

    url: str
    home: Path
    process: psutil.Process

    def memory_mb(self) -> float:
        """Resident memory of the server's own process, without its worker."""
        return float(self.process.memory_info().rss) / 1e6


@pytest.fixture(scope="session")
def base_url() -> None:
    """Each server has its own; the plugin's fixture is deprecated by pytest."""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, object]) -> dict[str, object]:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sentence = "no chromium is installed (apt-get install chromium): journeys are not walked"
        if os.environ.get("CI"):
            pytest.fail(sentence)
        pytest.skip(sentence)
    arguments = (
        "--no-sandbox --disable-dev-shm-usage --disable-background-networking "
        "--disable-component-update --disable-sync"
    )
    return {
        **browser_type_launch_args,
        "executable_path": chromium,
        "args": arguments.split(),
    }


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, object]) -> dict[str, object]:
    return {**browser_context_args, "viewport": {"width": 1440, "height": 900}}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with _served(tmp_path) as running:
        yield running


@pytest.fixture
def server_alone(tmp_path: Path) -> Iterator[Server]:
    """Without a worker, so that only the test grades."""
    with _served(tmp_path, DERMDASH_WORKER="external") as running:
        yield running


@contextmanager
def _served(tmp_path: Path, **environ: str) -> Iterator[Server]:
    home = tmp_path / "home"
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        port = probe.getsockname()[1]
    log = (tmp_path / "server.log").open("wb")
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "streamlit", "run", "app.py"),
            *("--server.port", str(port), "--server.headless", "true"),
        ],
        cwd=ROOT,
        env={**os.environ, "DERMDASH_HOME": str(home), **environ},
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    url = f"http://localhost:{port}"
    try:
        _wait_until_up(url, process)
        yield Server(url, home, psutil.Process(process.pid))
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)
        log.close()
    assert b"Traceback" not in (tmp_path / "server.log").read_bytes()


@pytest.fixture
def page(page: Page) -> Page:
    page.set_default_timeout(30_000)
    return page


def _wait_until_up(url: str, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        assert process.poll() is None, "the server ended while it was starting"
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"the server did not answer in {START_S} s")
