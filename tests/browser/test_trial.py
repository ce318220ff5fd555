"""A whole trial as it is walked in a browser, from its roster to its unblinding."""

import re
import shutil
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Error, Locator, Page, expect

from dermdash.settings import Settings
from dermdash.trial.database import Store, open_store
from dermdash.trial.scans import scan_table
from dermdash.trial.studies import find_study, get_study
from tests.browser.conftest import Server
from tests.support.studies import write_small

STUDY = "Night cream"
SUBJECTS = [f"S{number:02}" for number in range(1, 11)]
VISITS = ("D0", "D28", "D56")
LAST, SWAPPED, DOUBLE = "S10", "S05", "S99"
GRADED_WITHIN_MS = 120_000


@pytest.fixture
def roster(tmp_path: Path) -> Path:
    """Ten subjects, every other one on the product, as a spreadsheet of Central Europe saves it."""
    rows = [
        f"{code};{('Aloe', 'Vehicle')[number % 2]};{30 + number},5"
        for number, code in enumerate(SUBJECTS)
    ]
    path = tmp_path / "roster.csv"
    path.write_text("\n".join(["subject_id;arm;age", *rows]), encoding="cp1252")
    return path


def fill_inbox(inbox: Path) -> None:
    """29 volumes, two under each other's name, and one of them twice; the last visit was missed."""
    inbox.mkdir(parents=True, exist_ok=True)
    for number, code in enumerate(SUBJECTS):
        for place, visit in enumerate(VISITS):
            if (code, visit) != (LAST, "D56"):
                path = inbox / f"acme7_{code}_{visit}_cheek.tif"
                write_small(path, seed=10 * number + place, shape=(140, 400, 400))
    shutil.copy(inbox / "acme7_S09_D0_cheek.tif", inbox / f"acme7_{DOUBLE}_D0_cheek.tif")
    one, other = (inbox / f"acme7_{SWAPPED}_{visit}_cheek.tif" for visit in ("D0", "D28"))
    aside = one.rename(inbox / "aside")
    other.rename(one)
    aside.rename(other)


@pytest.mark.timeout(600)
def test_a_trial_from_roster_to_unblinding(server: Server, page: Page, roster: Path) -> None:
    """A trial could not be run to its end, or somebody would learn what only the seal knows."""
    store = open_store(Settings(server.home))
    page.goto(f"{server.url}/studies")
    _be(page, "Ada")
    _begin(page, roster)
    _plan_and_seal(page)
    assert _arms(store) == ["A", "B"]

    fill_inbox(server.home / "inbox")
    _press(page.get_by_role("link", name="Add scans"))
    _take_in(page)
    _mark(page, most=20)
    _press(page.get_by_role("button", name="Change name"))
    _be(page, "Ben")
    _mark(page)

    _press(page.get_by_role("link", name="Studies"))
    expect(page.get_by_text("29 of 29", exact=True)).to_be_visible(timeout=GRADED_WITHIN_MS)
    before = _scores(store)
    _swap(page, server, store)
    after = _scores(store)
    assert before[SWAPPED, "D0"] == after[SWAPPED, "D28"]  # its grading went with it
    assert before[SWAPPED, "D28"] == after[SWAPPED, "D0"]
    _exclude(page, server, store)
    _withdraw(page, server, roster.parent)
    _is_blind(page, server)
    _lock_and_unblind(page, server)
    assert _arms(store) == ["Aloe", "Vehicle"]
    store.close()


def _be(page: Page, name: str) -> None:
    page.get_by_label("Your name").fill(name)
    _press(page.get_by_role("button", name="Remember my name"))
    expect(page.get_by_text(f"You: {name} (not verified)")).to_be_visible()


def _begin(page: Page, roster: Path) -> None:
    """The study from its roster."""
    _press(page.get_by_text("Begin with a roster file"))
    page.get_by_test_id("stFileUploaderDropzoneInput").first.set_input_files(roster)
    expect(page.get_by_text("roster.csv: 10 to add.")).to_be_visible()
    expect(page.get_by_label("Arms", exact=True)).to_have_count(1)
    expect(page.get_by_label("Arms", exact=True)).to_have_value("Aloe, Vehicle")
    _fill(page, "Name", STUDY)
    _choose(page, page.get_by_label("Design"), "Before and after, with a control")
    _fill(page, "Control arm", "Vehicle")
    _fill(page, "Visits", ", ".join(VISITS))
    _fill(page, "Sites", "cheek")
    expect(page.get_by_text("roster.csv: 10 to add.")).to_be_visible()
    _settle(page)
    blinded = page.get_by_role("checkbox", name="Blinded: arms are shown by code")
    expect(blinded).to_have_count(1)
    expect(blinded).to_be_checked()
    _press(page.get_by_text("Blinded: arms are shown by code until unblinding"))
    expect(blinded).not_to_be_checked()  # for now: the plan is written first
    _press(page.get_by_role("button", name="Create study"))
    expect(page.get_by_role("heading", name=STUDY)).to_be_visible()


def _plan_and_seal(page: Page) -> None:
    """The question is fixed while the arms still have their names; then they have codes."""
    _tab(page, "Plan")
    _press(page.get_by_role("button", name="Save version 1"))
    _press(page.get_by_role("button", name="Lock version 1"))
    _press(page.get_by_role("button", name="Lock version 1 for good"))
    expect(page.get_by_text(re.compile("locked by Ada"))).to_be_visible()
    _tab(page, "Life")
    _press(page.get_by_role("button", name="Blind the arms"))
    _press(page.get_by_role("button", name="Seal the arms"))
    expect(page.get_by_text("BLINDED: ARMS BY CODE").first).to_be_visible()


def _take_in(page: Page) -> None:
    """Mark the parts of one name, untick the double, store the rest."""
    for part, role in (("acme7", "ignored"), ("S01", "subject")):
        _choose(page, page.get_by_label(part, exact=True), role)
    expect(page.get_by_text("fits 30 of 30 names")).to_be_visible()
    _press(page.get_by_role("button", name="Read all names so"))
    expect(page.get_by_text("28 ready, 2 need you", exact=True)).to_be_visible(timeout=60_000)
    table = page.get_by_test_id("stDataFrame").last
    table.click(position={"x": 30, "y": 88})
    expect(page.get_by_text("29 ready", exact=True)).to_be_visible()
    _press(page.get_by_role("button", name="Store 29 scans"))
    expect(page.get_by_text("Stored 29 scans")).to_be_visible(timeout=60_000)


def _mark(page: Page, *, most: int = 99) -> None:
    """Accept line after line by key, until nothing waits or the reader has had enough."""
    _press(page.get_by_role("link", name="Mark DEJ"))
    place = page.get_by_text(re.compile(r"^\d+ of \d+$|^Nothing waits"))
    for number in range(1, most + 1):
        expect(place.filter(has_text=re.compile(f"^{number} of|^Nothing"))).to_be_visible()
        expect(place).to_have_count(1)
        if "Nothing" in place.inner_text():
            return
        page.wait_for_timeout(700)  # nobody judges a scan in less
        page.keyboard.press("Enter")
    expect(place.filter(has_text=f"{most + 1} of")).to_be_visible()


def _open_scan(page: Page, server: Server, store: Store, subject: str, visit: str) -> None:
    with store.read() as tx:
        table = scan_table(tx).set_index(["subject_id", "visit"])
    page.goto(f"{server.url}/scan?scan={table.loc[(subject, visit), 'scan_id']}")
    expect(page.get_by_role("heading", name=f"{subject} · {visit} · cheek")).to_be_visible()


def _swap(page: Page, server: Server, store: Store) -> None:
    """Two tubes had each other's label."""
    _open_scan(page, server, store, SWAPPED, "D0")
    _press(page.get_by_text("Correct the place"))
    _choose(page, page.get_by_label("Visit", exact=True).last, "D28")
    page.get_by_label("Reason", exact=True).first.fill("labels swapped at the bench")
    _press(page.get_by_role("button", name="Move the scan"))
    _press(page.get_by_role("button", name="Swap the two scans"))
    expect(page.get_by_role("heading", name=f"{SWAPPED} · D28 · cheek")).to_be_visible()


def _exclude(page: Page, server: Server, store: Store) -> None:
    _open_scan(page, server, store, "S03", "D28")
    _press(page.get_by_text("Exclude from the results"))
    _choose(page, page.get_by_label("Reason", exact=True).last, "blurred")
    _press(page.get_by_role("button", name="Exclude the scan"))
    expect(page.get_by_text("Left out: blurred")).to_be_visible()


def _withdraw(page: Page, server: Server, tmp: Path) -> None:
    """A volunteer moved away before the last visit: one row of a roster says so."""
    page.goto(f"{server.url}/studies")
    expect(page.get_by_text("29 of 30 expected scans present.")).to_be_visible()
    row = tmp / "withdrawn.csv"
    row.write_text("subject_id,status,reason,withdrawn_on\nS10,withdrawn,moved away,2026-04-01\n")
    _tab(page, "Roster")
    _press(page.get_by_text("Import a roster file"))
    page.get_by_test_id("stFileUploaderDropzoneInput").first.set_input_files(row)
    _press(page.get_by_role("button", name="Apply 1 row"))
    _tab(page, "Completeness")
    expect(page.get_by_text("29 of 29 expected scans present.")).to_be_visible()


def _is_blind(page: Page, server: Server) -> None:
    """What the browser got, on every page, holds neither name."""
    for place in ("", "studies", "add_scans", "mark_dej", "scan", "cohorts", "before_after"):
        page.goto(f"{server.url}/{place}")
        expect(page.get_by_text("You: Ben")).to_be_visible()
        page.wait_for_timeout(2000)
        assert not re.search("Aloe|Vehicle", page.content()), place


def _lock_and_unblind(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/studies")
    _tab(page, "Life")
    _press(page.get_by_role("button", name="Lock the data"))
    _press(page.get_by_role("button", name="Lock the data for good"))
    expect(page.get_by_text("data locked", exact=False).first).to_be_visible()
    _press(page.get_by_role("button", name="Unblind"))
    _press(page.get_by_role("button", name="Unblind for good"))
    expect(page.get_by_text(re.compile("with version 1 of the plan"))).to_be_visible()
    page.goto(f"{server.url}/before_after")
    expect(page.get_by_text(re.compile("Aloe")).first).to_be_visible()


def _settle(page: Page) -> None:
    """Wait until the page is drawn as it stays."""
    page.wait_for_timeout(300)
    expect(page.get_by_test_id("stStatusWidget")).to_be_hidden()


def _press(one: Locator) -> None:
    """Click where the page is drawn as it stays: for a moment a redraw shows things twice."""
    _settle(one.page)
    expect(one).to_have_count(1)
    one.click()


def _choose(page: Page, field: Locator, name: str) -> None:
    """Open a list and choose from it; again where the page moved under the pointer."""
    option = page.get_by_role("option", name=name, exact=True)
    for _ in range(5):
        _press(field)
        with suppress(Error):
            option.click(timeout=3000)
            return
        page.keyboard.press("Escape")
    raise AssertionError(f"the list never opened on {name}")


def _tab(page: Page, name: str) -> None:
    _press(page.get_by_role("tab", name=name, exact=True))


def _fill(page: Page, label: str, text: str) -> None:
    field = page.get_by_label(label, exact=True)
    field.fill(text)
    field.press("Tab")


def _arms(store: Store) -> list[str]:
    with store.read() as tx:
        study_id = find_study(tx, STUDY)
        assert study_id is not None
        return sorted(arm.name for arm in get_study(tx, study_id).arms)


def _scores(store: Store) -> dict[tuple[str, str], float]:
    with store.read() as tx:
        table = scan_table(tx).set_index(["subject_id", "visit"])
    return dict(table["expected_grade"])
