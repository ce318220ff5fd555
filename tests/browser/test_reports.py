"""From results to documents in hand, as a product manager collects and sends them."""

import hashlib
import re
from contextlib import suppress
from pathlib import Path

from playwright.sync_api import Download, Error, Locator, Page, expect

from dermdash.settings import Settings
from dermdash.trial.database import Store, open_store
from dermdash.trial.reports import list_renderings
from dermdash.trial.scans import scan_table
from tests.browser.conftest import Server
from tests.support.graded import graded_trial
from tests.support.processes import worker

RISES = {"placebo": (0.0, 0.1, -0.1, 0.05), "active": (0.5, 0.6, 0.4, 0.55)}
FORMATS = {
    "PDF": b"%PDF",
    "Word": b"PK",
    "PowerPoint": b"PK",
    "Web page": b"<!doctype html>",
    "Excel": b"PK",
    "ZIP": b"PK",
}
BUSY_MS = 120_000  # for what the worker does on a machine that does other things, too


def test_from_three_pages_to_six_documents(
    server_alone: Server, page: Page, tmp_path: Path
) -> None:
    """What was concluded could not leave the program, or would leave it out of date."""
    settings = Settings(server_alone.home, worker="external")
    with open_store(settings) as store:
        study = graded_trial(store, tmp_path, rises=RISES)
        with worker(settings):
            _collect(page, server_alone)
            _render(page, store, study)
            _change_the_data(page, server_alone, store, study)


def _collect(page: Page, server: Server) -> None:
    """A card from each of three pages; the first asks who is at work."""
    page.goto(f"{server.url}/before_after")
    _press(page.get_by_role("button", name="Add to report"))
    _press(page.get_by_role("button", name="Add the card"))
    page.get_by_label("Your name").fill("Ada")
    _press(page.get_by_role("button", name="Remember my name"))
    expect(page.get_by_text("You: Ada (not verified)")).to_be_visible()
    for name in ("Before / after", "Cohorts", "Planning"):
        _press(page.get_by_role("link", name=name, exact=True))
        _press(page.get_by_role("button", name="Add to report"))
        _press(page.get_by_role("button", name="Add the card"))
        expect(page.get_by_text("Added to Report of Night cream")).to_be_visible()
    _press(page.get_by_role("link", name="Open the report"))
    expect(_badges(page, "Current")).to_have_count(3, timeout=BUSY_MS)


def _render(page: Page, store: Store, study: int) -> None:
    """Each format, downloaded, is what the store keeps, also after the page is loaded again."""
    ready = {name: page.get_by_role("button", name=re.compile(rf"^{name}, \d")) for name in FORMATS}
    for name in FORMATS:
        _ask_for(page, name, ready[name])
    for button in ready.values():
        expect(button).to_be_visible(timeout=BUSY_MS)
    taken = {name: _bytes(_download(page, button)) for name, button in ready.items()}
    for name, content in taken.items():
        assert content.startswith(FORMATS[name]), name
    with store.read() as tx:
        kept = {one.sha256 for one in list_renderings(tx, study)}
    assert {hashlib.sha256(content).hexdigest() for content in taken.values()} == kept

    page.reload()
    expect(ready["PDF"]).to_be_visible()
    assert _bytes(_download(page, ready["PDF"])) == taken["PDF"]
    _press(page.get_by_role("tab", name="Rendered"))
    short = hashlib.sha256(taken["ZIP"]).hexdigest()[:12]
    expect(page.get_by_text(short)).to_be_visible()
    expect(page.get_by_role("button", name="Fetch")).to_have_count(6)


def _change_the_data(page: Page, server: Server, store: Store, study: int) -> None:
    """One scan is left out: two cards say so until they are refreshed; the plan stands."""
    with store.read() as tx:
        scans = scan_table(tx, study)
    later = scans[(scans["subject_id"] == "A0") & (scans["visit"] == "D28")]
    page.goto(f"{server.url}/scan?scan={later['scan_id'].iloc[0]}")
    _press(page.get_by_text("Exclude from the results"))
    _choose_first(page, page.get_by_role("combobox", name="Reason"))
    _press(page.get_by_role("button", name="Exclude the scan"))
    expect(page.get_by_text("Left out:")).to_be_visible()

    _press(page.get_by_role("link", name="Reports", exact=True))
    expect(_badges(page, "Data changed since")).to_have_count(2)
    expect(_badges(page, "Current")).to_have_count(1)
    _press(page.get_by_role("button", name="Refresh 2 cards"))
    expect(_badges(page, "Current")).to_have_count(3, timeout=BUSY_MS)
    expect(_badges(page, "Data changed since")).to_have_count(0)
    expect(page.get_by_text("active 3, placebo 4").first).to_be_visible()


def _ask_for(page: Page, name: str, ready: Locator) -> None:
    """Press the button of a format; again where the page moved under the pointer."""
    writing = page.get_by_text(re.compile(rf"Writing .*{name}"))
    for _ in range(3):
        _press(page.get_by_role("button", name=name, exact=True))
        with suppress(AssertionError):
            expect(writing.or_(ready).first).to_be_visible(timeout=10_000)
            return
    raise AssertionError(f"{name} was never written")


def _press(one: Locator) -> None:
    """Click where the page is drawn as it stays: for a moment a redraw shows things twice."""
    one.page.wait_for_timeout(300)
    expect(one.page.get_by_test_id("stStatusWidget")).to_be_hidden()
    expect(one).to_have_count(1)
    one.click()


def _choose_first(page: Page, field: Locator) -> None:
    """Open a list and take its first entry; again where the page moved under the pointer."""
    for _ in range(5):
        _press(field)
        with suppress(Error):
            page.get_by_role("option").first.click(timeout=3000)
            return
        page.keyboard.press("Escape")
    raise AssertionError("the list never opened")


def _badges(page: Page, words: str) -> Locator:
    return page.locator(".stMarkdownBadge").filter(has_text=words)


def _download(page: Page, button: Locator) -> Download:
    with page.expect_download() as taken:
        _press(button)
    return taken.value


def _bytes(download: Download) -> bytes:
    return download.path().read_bytes()
