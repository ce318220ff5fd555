"""First paint and clicks on a real server in a real browser, idle and while it grades; memory."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import psutil
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.measure import Measure
from dermdash.imaging.dej import Dej
from dermdash.settings import Settings
from dermdash.trial.database import Store, open_store
from dermdash.trial.queue import queue_summary
from dermdash.trial.scans import scan_table, set_dej
from tests.support.processes import Server, engine_pids, server, wait_until
from tests.support.scans import ADA, DEJ_UM, store_scans, write_volumes

VISITS = (
    ("Studies", "Kills"),
    ("Queue", "What is being worked on?"),
    ("Home", "Studies at a glance"),
)
SCANS, ROUNDS, PAINTS = 60, 6, 5
BROWSER = ("--no-sandbox", "--disable-dev-shm-usage")
CLICK = """async ([link, title]) => {
    const shown = () => [...document.querySelectorAll('h1')].some(h => h.innerText.includes(title));
    const links = [...document.querySelectorAll('[data-testid=stSidebarNavLink]')];
    const start = performance.now();
    links.find(a => a.innerText.includes(link)).click();
    while (!shown()) await new Promise(requestAnimationFrame);
    return performance.now() - start;
}"""
PAINT = """async title => {
    const shown = () => [...document.querySelectorAll('h1')].some(h => h.innerText.includes(title));
    while (!shown()) await new Promise(requestAnimationFrame);
    return performance.now();
}"""


def pages() -> Iterator[Measure]:
    """Medians over visits of three pages; memory while every core grades."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        raise SystemExit("no chromium is installed (apt-get install chromium)")
    with TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        settings = Settings(folder / "home")
        with open_store(settings) as store:
            store_scans(store, write_volumes(folder, SCANS))
            browser = playwright.chromium.launch(executable_path=chromium, args=list(BROWSER))
            with server(settings, folder / "server.log") as running:
                wait_until(lambda: _left(store) == 0, seconds=300, what="the first gradings")
                yield Measure("first paint", median(_paints(browser, running)), "s")
                page = browser.new_page(viewport={"width": 1440, "height": 900})
                page.goto(running.url)
                page.evaluate(PAINT, VISITS[-1][1])
                _clicks(page)
                yield Measure("click to render, idle", median(_clicks(page)), "s")
                _mark_again(store)
                taken = _clicks(page)
                if _left(store) == 0:
                    raise SystemExit("the gradings ended before the clicks; raise SCANS")
                yield Measure("click to render while grading", median(taken), "s", at_most=0.2)
                yield Measure("slowest click while grading", max(taken), "s")
                yield from _memory(running)
            browser.close()


def _paints(browser: Browser, running: Server) -> Iterator[float]:
    """Seconds from a new visitor's address to the page's title."""
    for _ in range(PAINTS):
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(running.url)
        yield page.evaluate(PAINT, VISITS[-1][1]) / 1000
        page.close()


def _clicks(page: Page) -> list[float]:
    """Seconds from a click in the navigation to the other page's title."""
    taken = []
    for _ in range(ROUNDS):
        for link, title in VISITS:
            taken.append(page.evaluate(CLICK, [link, title]) / 1000)
            page.wait_for_timeout(300)
    return taken


def _mark_again(store: Store) -> None:
    """Move each DEJ, so that each scan has a grading to make."""
    with store.write(by=ADA) as tx:
        for scan_id in scan_table(tx)["scan_id"]:
            set_dej(tx, int(scan_id), Dej.plane(DEJ_UM - 1), source="edited")


def _left(store: Store) -> int:
    with store.read() as tx:
        summary = queue_summary(tx)
    return summary.queued + summary.running


def _memory(running: Server) -> Iterator[Measure]:
    worker = running.worker_pid()
    yield Measure("memory of the server", _resident_mb(running.pid), "MB")
    if worker is not None:
        yield Measure("memory of the worker", _resident_mb(worker), "MB")
        engine = [_resident_mb(pid) for pid in engine_pids(worker)]
        yield Measure("memory of one engine process", max(engine, default=0.0), "MB")


def _resident_mb(pid: int) -> float:
    return float(psutil.Process(pid).memory_info().rss) / 1e6
