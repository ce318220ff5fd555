"""From graded scans to a conclusion, as a product manager walks it in a browser."""

from pathlib import Path

from playwright.sync_api import Page, expect

from dermdash.settings import Settings
from dermdash.stats.plan import Plan
from dermdash.trial.database import open_store
from dermdash.trial.plans import lock_plan, write_plan
from tests.browser.conftest import Server
from tests.support.studies import ADA, add_scan, grade_visits, make_study

BASELINE = {"P1": 1.5, "P2": 1.8, "P3": 2.2, "P4": 2.0, "A1": 1.6, "A2": 1.9, "A3": 2.4, "A4": 2.1}
LATER = {"P1": 1.6, "P2": 1.7, "P3": 2.2, "P4": 2.1, "A1": 2.3, "A2": 2.5, "A3": 3.0, "A4": 2.8}


def test_from_the_home_page_to_a_conclusion(
    server_alone: Server, page: Page, tmp_path: Path
) -> None:
    """A product manager could not find what was concluded, how sure it is, or take it away."""
    with open_store(Settings(server_alone.home)) as store:
        study = make_study(store)
        with store.write(by=ADA) as tx:
            plan = Plan(
                "expected_grade",
                between="arm",
                within="visit",
                subject="subject_id",
                control="placebo",
                visits=("D0", "D28"),
                baseline="D0",
                primary_visit="D28",
                primary=("active", "placebo", "D28"),
            )
            lock_plan(tx, study, write_plan(tx, study, plan))
        for subject in BASELINE:
            arm = "placebo" if subject.startswith("P") else "active"
            for visit in ("D0", "D28"):
                add_scan(store, study, tmp_path, subject, arm=arm, visit=visit)
        grade_visits(store, {"D0": BASELINE, "D28": LATER})

    page.goto(server_alone.url)
    page.get_by_role("button", name="See the result").click()
    sentence = "At D28, baseline-adjusted mean expected grade was"
    expect(page.get_by_text(sentence)).to_be_visible(timeout=60_000)
    expect(page.get_by_text("Version 1 of the analysis plan, locked by Ada").first).to_be_visible()
    expect(page.get_by_text("higher in active than in placebo")).to_be_visible()
    expect(page.get_by_text("stars and claims are withheld")).to_be_visible()

    page.get_by_role("tab", name="Along depth").click()
    expect(page.get_by_text("Change by D28: active − placebo differs from 0 at")).to_be_visible()
    page.get_by_role("tab", name="Checks").click()
    expect(page.get_by_text("Other valid tests of the same question")).to_be_visible()
    page.get_by_role("tab", name="Sensitivity").click()
    expect(page.get_by_text("Sensitivity to the DEJ")).to_be_visible()
    page.get_by_role("tab", name="Code").click()
    with page.expect_download() as taken:
        page.get_by_role("button", name="Script as PY").click()
    script = taken.value.path().read_text(encoding="utf-8")
    assert "from dermdash.stats" in script

    page.get_by_role("link", name="Cohorts", exact=True).click()
    expect(page.get_by_role("heading", name="Do groups differ? Night cream")).to_be_visible()
    page.get_by_role("link", name="Planning", exact=True).click()
    expect(page.get_by_text("to enrol")).to_be_visible()
