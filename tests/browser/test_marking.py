"""The DEJ marked by keys, as a reader does it two hundred times."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from dermdash.settings import Settings
from dermdash.trial.database import open_store
from dermdash.trial.scans import scan_table
from tests.browser.conftest import Server
from tests.support.studies import add_scan, make_study

KEYS = 14
CHANGED = "before => document.querySelectorAll('.st-key-marking img')[2].src !== before"


def test_each_key_moves_the_line_once(server_alone: Server, page: Page, tmp_path: Path) -> None:
    """A key that is lost, or counted twice, is a depth that nobody chose."""
    with open_store(Settings(server_alone.home)) as store:
        study = make_study(store)
        for subject in ("S01", "S02"):
            add_scan(store, study, tmp_path, subject, dej_um=None)
    page.goto(f"{server_alone.url}/mark_dej")
    page.get_by_label("Your name").fill("Ada")
    page.get_by_role("button", name="Remember my name").click()
    expect(page.get_by_text("1 of 2")).to_be_visible()

    section = page.locator(".st-key-marking img").nth(2)
    for _ in range(KEYS):  # meanwhile the worker's line asks for itself every two seconds
        before = section.get_attribute("src")
        page.keyboard.press("ArrowLeft")
        page.wait_for_function(CHANGED, arg=before)
        page.wait_for_timeout(150)
    depth = page.locator(".st-key-mark_um").get_by_text("46", exact=True)
    expect(depth.first).to_be_visible()

    box = section.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 0.25 * box["width"], box["y"] + 0.305 * box["height"])
    expect(page.get_by_text(re.compile(r"Crossing at x = (199|200) µm"))).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_text("2 of 2")).to_be_visible()
    with open_store(Settings(server_alone.home)) as store, store.read() as tx:
        assert scan_table(tx)["dej_um"].dropna().between(29, 32).tolist() == [True]
