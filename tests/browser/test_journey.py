"""From nothing to a depth profile, as a person walks it in a browser."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from dermdash.imaging.phantom import make_phantom, write_phantom
from dermdash.settings import Settings
from dermdash.trial.database import open_store
from dermdash.trial.scans import scan_table
from tests.browser.conftest import Server
from tests.support.studies import add_scan, make_study, write_small

FULL = (300, 500, 1224)
GRADED_WITHIN_MS = 120_000


@pytest.fixture(scope="module")
def volumes(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Three TIFF volumes of full size, 184 MB each, named by subject, visit and site."""
    folder = tmp_path_factory.mktemp("volumes")
    paths = []
    for number in range(3):
        path = folder / f"S0{number + 1}_D0_cheek-left.tif"
        write_phantom(path, make_phantom(quality=2.5, shape=FULL, dej_um=60, seed=number))
        paths.append(path)
    return paths


def test_a_first_study_from_upload_to_profile(
    server: Server, page: Page, volumes: list[Path]
) -> None:
    """A newcomer could not get from a file to its profile, or lose work on the way."""
    page.goto(server.url)
    page.get_by_role("button", name="Create a study").click()
    page.get_by_label("Your name").fill("Ada")
    page.get_by_role("button", name="Remember my name").click()
    expect(page.get_by_text("You: Ada (not verified)")).to_be_visible()

    page.get_by_label("Name", exact=True).fill("Night cream")
    page.get_by_label("Arms", exact=True).fill("placebo, active")
    page.get_by_label("Visits", exact=True).fill("D0, D28")
    page.get_by_role("button", name="Create study").click()
    expect(page.get_by_role("heading", name="Night cream")).to_be_visible()

    page.get_by_role("button", name="Add scans").click()
    expect(page.get_by_role("heading", name="Add scans to Night cream")).to_be_visible()
    before = server.memory_mb()
    _upload(page, volumes[0])
    expect(page.get_by_text("1 ready", exact=True)).to_be_visible(timeout=60_000)
    _one_depth(page, 60)
    page.get_by_role("button", name="Store and grade 1 scan").click()
    expect(page.get_by_text("Stored 1 scan")).to_be_visible()

    page.get_by_role("link", name="See the scans").click()
    expect(page.get_by_text("graded 1")).to_be_visible(timeout=GRADED_WITHIN_MS)
    _first_row(page)
    expect(page.get_by_role("heading", name="S01 · D0 · cheek-left")).to_be_visible()
    expect(page.get_by_text(re.compile(r"over 70 µm of dermis"))).to_be_visible()
    expect(page.get_by_text("DEMONSTRATION MODEL").first).to_be_visible()
    expect(page.get_by_text("Patch 1 at 20 µm")).to_be_visible()
    _click_a_grade(page)
    expect(page.get_by_text(re.compile(r"Patch 2 at 3\d µm: grade [1-4]"))).to_be_visible()

    page.reload()
    expect(page.get_by_role("heading", name="S01 · D0 · cheek-left")).to_be_visible()
    expect(page.get_by_text("You: Ada (not verified)")).to_be_visible()

    page.get_by_role("link", name="Add scans").click()
    _upload(page, volumes[0])
    expect(page.get_by_text("0 ready, 1 already stored")).to_be_visible(timeout=60_000)
    for volume in volumes[1:]:
        _upload(page, volume)
    expect(page.get_by_text("2 ready, 1 already stored")).to_be_visible(timeout=60_000)
    grown_mb = server.memory_mb() - before
    assert grown_mb < 100


def _upload(page: Page, path: Path) -> None:
    page.get_by_test_id("stFileUploaderDropzoneInput").first.set_input_files(path)


def _click_a_grade(page: Page) -> None:
    """Click the middle of the layer-by-patch map: the second patch, half-way down the slab."""
    drawn = page.locator(".js-plotly-plot").last.locator(".nsewdrag")
    drawn.hover()
    page.wait_for_timeout(500)  # until the figure knows what lies under the pointer
    drawn.click()


def _one_depth(page: Page, depth_um: int) -> None:
    page.get_by_text("DEJ of many files at once").click()
    page.get_by_label("One depth for all rows without one (µm)").fill(str(depth_um))
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Use this depth").click()


def _write(page: Page, table: Locator, text: str, *, x: int) -> None:
    """Type into a cell of the second row, at a person's pace."""
    page.wait_for_timeout(1000)
    table.dblclick(position={"x": x, "y": 90})
    page.wait_for_timeout(500)  # until the cell's field is open
    page.keyboard.type(text, delay=40)
    page.keyboard.press("Enter")


def _first_row(page: Page) -> None:
    """Click a cell of the table's first row; the table is drawn on a canvas."""
    table = page.get_by_test_id("stDataFrame").first
    table.click(position={"x": 120, "y": 55})


def test_bad_files_are_answered_in_the_page_and_a_cell_mends_a_row(
    server: Server, page: Page, tmp_path: Path
) -> None:
    """One bad file would hold up the others, or nothing could be mended before it is stored."""
    with open_store(Settings(server.home)) as store:
        study_id = make_study(store)
        add_scan(store, study_id, tmp_path, "S01", dej_um=None)
    nameless = write_small(tmp_path / "holiday.tif", seed=7)
    hostile = tmp_path / "![x](http:__evil)_D0_cheek.tif"
    hostile.write_bytes(b"no image at all")
    page.goto(f"{server.url}/add_scans")
    page.get_by_label("Your name").fill("<b>Ada</b>")
    page.get_by_role("button", name="Remember my name").click()
    expect(page.get_by_text("You: <b>Ada</b> (not verified)")).to_be_visible()
    page.get_by_test_id("stFileUploaderDropzoneInput").first.set_input_files([nameless, hostile])
    expect(page.get_by_text("0 ready, 2 need you")).to_be_visible()

    # The cells under "Subject" and "Visit" of the second row, which are drawn on a canvas.
    table = page.get_by_test_id("stDataFrame").last
    _write(page, table, "S02", x=655)
    expect(table.locator("canvas table").first).to_contain_text("the visit is missing")
    _write(page, table, "D0", x=790)
    expect(page.get_by_text("1 ready, 1 needs you")).to_be_visible()
    page.get_by_role("button", name="Store 1 scan").click()
    expect(page.get_by_text("Stored 1 scan")).to_be_visible()
    with open_store(Settings(server.home)) as store, store.read() as tx:
        assert scan_table(tx)["subject_id"].tolist() == ["S01", "S02"]
