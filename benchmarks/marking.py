"""From key to picture on *Mark DEJ*, with volumes of full size, in a real browser."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.measure import Measure
from benchmarks.pages import BROWSER
from dermdash.imaging.phantom import make_phantom
from dermdash.imaging.readers import write_tiff
from dermdash.imaging.volume import read_volume
from dermdash.settings import Settings
from dermdash.trial.database import Store, open_store
from dermdash.trial.scans import NewScan, store_scan
from dermdash.ui.guard import COOKIE
from tests.support.processes import end, free_port, server, wait_until
from tests.support.studies import ADA, make_study

FULL = (300, 500, 1224)
KEYS, SCANS = 30, 4
PAUSE_MS = 150  # a reader looks before the next key
PRESS = """async ([key, picture]) => {
    const shown = () => document.querySelectorAll('.st-key-marking img')[picture].src;
    const before = shown(), start = performance.now();
    for (const kind of ['keydown', 'keyup'])
        document.body.dispatchEvent(new KeyboardEvent(kind, {key, code: key, bubbles: true}));
    while (shown() === before) {
        if (performance.now() - start > 30000) throw new Error('no picture came');
        await new Promise(requestAnimationFrame);
    }
    return performance.now() - start;
}"""


def marking() -> Iterator[Measure]:
    """Keys that move the line, keys that move a bent surface, and the key that accepts it."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        raise SystemExit("no chromium is installed (apt-get install chromium)")
    with TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        settings = Settings(folder / "home", worker="external")
        with open_store(settings) as store:
            _store_volumes(store, folder)
        browser = playwright.chromium.launch(executable_path=chromium, args=list(BROWSER))
        with _bare(folder) as address:
            bare = _keys(_opened(browser, address), 0)
        with server(settings, folder / "server.log") as running:
            page = _opened(browser, f"{running.url}/mark_dej")
            plane = _keys(page, 2)
            yield Measure("key to picture, median of 30", median(plane), "s", at_most=0.3)
            yield Measure("key to picture, slowest of 30", max(plane), "s")
            yield Measure("a bare page's key", median(bare), "s")
            yield Measure("key to picture / bare page", median(plane) / median(bare), "x")
            _pin_four(page)
            bent = _keys(page, 2)
            yield Measure("key to picture, bent surface", median(bent), "s", at_most=0.3)
            following = [_next(page) for _ in range(SCANS - 1)]
            yield Measure("accept to the next scan", median(following), "s")
        browser.close()


def _opened(browser: Browser, address: str) -> Page:
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.context.add_cookies([{"name": COOKIE, "value": "Ada", "url": address}])
    page.goto(address)
    page.locator(".st-key-marking img").last.wait_for(timeout=60_000)
    page.wait_for_timeout(3000)
    return page


def _keys(page: Page, picture: int) -> list[float]:
    """Seconds from a key to the picture that it changed; the first does not count."""
    taken = []
    for _ in range(KEYS + 1):
        taken.append(page.evaluate(PRESS, ["ArrowRight", picture]) / 1000)
        page.wait_for_timeout(PAUSE_MS)
    return taken[1:]


def _pin_four(page: Page) -> None:
    """Pin the line at four places, so that the surface bends."""
    for key in ("Home", "End", "Home", "End"):
        axis = "mark_x" if page.locator("[class*=st-key-mark_unpin_]").count() < 2 else "mark_y"
        page.locator(f".st-key-{axis} input").first.focus()
        page.keyboard.press(key)
        page.wait_for_timeout(1500)
        page.evaluate("document.activeElement.blur()")
        for shortcut in ("ArrowLeft", "p"):
            page.keyboard.press(shortcut)
            page.wait_for_timeout(1000)


def _next(page: Page) -> float:
    page.wait_for_timeout(2000)  # in which the next volume is made ready
    return float(page.evaluate(PRESS, ["Enter", 2])) / 1000


def _store_volumes(store: Store, folder: Path) -> None:
    """One phantom and its mirror images, without a DEJ."""
    voxels = make_phantom(quality=2.5, shape=FULL, dej_um=60, seed=0).volume
    turns = [(slice(None, None, y), slice(None, None, x)) for y in (1, -1) for x in (1, -1)]
    study = make_study(store)
    for number, (y, x) in enumerate(turns[:SCANS]):
        path = folder / f"S{number}.tif"
        write_tiff(path, np.ascontiguousarray(voxels[:, y, x]), spacing_um=(1.0, 1.0, 1.0))
        volume = read_volume(path)
        new = NewScan(
            subject_id=path.stem,
            arm="active",
            visit="D0",
            site="cheek",
            dej=None,
            dej_source=None,
            reading=volume.reading,
            file_name=path.name,
        )
        stored = store.vault.store_file(path, move=True)
        with store.write(by=ADA) as tx:
            store_scan(tx, study, stored, new, shape=volume.shape)


@contextmanager
def _bare(folder: Path) -> Iterator[str]:
    """A server of ``bare_page.py``."""
    port = free_port()
    script = Path(__file__).with_name("bare_page.py")
    with (folder / "bare.log").open("wb") as log:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "streamlit", "run", str(script)),
                *("--server.port", str(port), "--server.headless", "true"),
            ],
            stdout=log,
            stderr=log,
            env=os.environ.copy(),
            start_new_session=True,
        )
    try:
        wait_until(lambda: b"URL" in (folder / "bare.log").read_bytes(), what="the bare page")
        yield f"http://localhost:{port}"
    finally:
        end(process)
