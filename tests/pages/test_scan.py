"""Do I believe this score?"""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dermdash.trial.audit import history
from dermdash.trial.database import Store
from dermdash.trial.jobs import job_table
from dermdash.trial.scans import get_scan, scan_table
from tests.pages.conftest import OpenPage, press, said
from tests.support.studies import add_scan, make_study

PAGE = "data/scan.py"


def scan_of(store: Store, subject: str) -> int:
    with store.read() as tx:
        table = scan_table(tx)
    return int(table.loc[table["subject_id"] == subject, "scan_id"].iloc[0])


def open_scan(open_page: OpenPage, store: Store, subject: str, *, name: str = "Ada") -> AppTest:
    app = open_page(PAGE, name=name, scan=str(scan_of(store, subject)))
    assert not app.exception
    return app


def test_without_scans_the_page_says_what_to_do(open_page: OpenPage, store: Store) -> None:
    """An empty page would look broken."""
    assert "No study yet" in said(open_page(PAGE))
    make_study(store)
    app = press(open_page(PAGE), "Add scans")
    assert app.title[0].value == "Add scans to Night cream"


def test_all_scans_stand_in_a_table_with_state_and_filters(
    open_page: OpenPage, full: int, store: Store
) -> None:
    """One scan among hundreds could not be found."""
    app = open_page(PAGE)
    assert not app.exception
    table = app.dataframe[0].value
    assert table["state"].tolist() == ["graded"] * 5 + ["no DEJ"]
    app.text_input(key="subject_filter").set_value("s06").run()
    assert app.dataframe[0].value["subject_id"].tolist() == ["S06"]
    assert "1 of 6 scans" in said(app)


def test_a_graded_scan_shows_its_score_slices_profile_and_patch(
    open_page: OpenPage, full: int, store: Store
) -> None:
    """A score would have to be believed unseen."""
    app = open_scan(open_page, store, "S01")
    words = said(app)
    assert app.title[0].value == "S01 · D0 · cheek"
    assert "Mean grade 3.00** of 4, expected grade 3.20, over 70 µm of dermis" in words
    assert "DEJ at 15 µm, one depth (manual)" in words
    assert "DEMONSTRATION MODEL" in words
    assert len(app.get("plotly_chart")) == 2
    assert "**Patch 1 at 20 µm: grade 3**" in words
    captions = [caption for image in app.get("image") for caption in image.captions]
    assert any(caption.startswith("B-scan") for caption in captions)
    assert any(caption.startswith("En face at 20 µm") for caption in captions)
    assert any(caption.startswith("What spoke for grade 3") for caption in captions)


def test_the_depth_chosen_moves_slices_and_patch_together(
    open_page: OpenPage, full: int, store: Store
) -> None:
    """Slice, profile and patch would show three different depths."""
    app = open_scan(open_page, store, "S01")
    app = press(app, "+10")
    assert "**Patch 1 at 30 µm: grade 3**" in said(app)
    app.slider(key="depth_um").set_value(-12).run()
    assert not app.exception
    assert "Patch 1" not in said(app)  # above the DEJ nothing was graded there


@pytest.mark.parametrize("scan", ["999", "-1", "x", "1 or 1=1", "1e3", "²", ""])
def test_an_unknown_scan_in_the_address_falls_back_to_the_table(
    open_page: OpenPage, full: int, scan: str
) -> None:
    """An old or mistyped link would end in a traceback."""
    app = open_page(PAGE, scan=scan)
    assert not app.exception
    assert app.title[0].value == "Scans of Night cream"


def test_the_dej_is_marked_by_hand_and_the_scan_queued(
    open_page: OpenPage, full: int, store: Store
) -> None:
    """Scans without a DEJ could never be graded."""
    app = open_scan(open_page, store, "S06")
    app.slider(key="marked_um").set_value(20).run()
    app = press(app, "+1 µm")
    app = press(app, "Set the DEJ to 21 µm and grade")
    assert not app.exception
    with store.read() as tx:
        scan = get_scan(tx, scan_of(store, "S06"))
        jobs = job_table(tx, ("queued",))
        who = history(tx, entity="dej")["by"].iloc[0]
    assert scan.dej is not None
    assert (scan.dej.depth_um, scan.dej_source, scan.state) == (21.0, "manual", "queued")
    assert jobs[jobs["kind"] == "grading"]["subject_id"].tolist() == ["S06"]
    assert who == "Ada (not verified)"
    assert any("Waiting, place 1 in line" in bar.text for bar in app.get("progress"))


def test_a_wrong_dej_is_corrected_and_the_old_one_kept(
    open_page: OpenPage, full: int, store: Store
) -> None:
    """A wrong line would stay, or vanish without a trace."""
    app = open_scan(open_page, store, "S01")
    app.toggle(key="correcting").set_value(True).run()
    app.slider(key="marked_um").set_value(18).run()
    app = press(app, "Set the DEJ to 18 µm and grade")
    assert not app.exception
    with store.read() as tx:
        scan = get_scan(tx, scan_of(store, "S01"))
        markings = history(tx, entity="dej")
    assert (scan.dej_source, scan.state) == ("edited", "queued")
    assert len(markings) == 6


def test_a_dej_that_leaves_no_dermis_is_refused_in_one_sentence(
    open_page: OpenPage, full: int, store: Store
) -> None:
    """A slip of the mouse would be graded."""
    app = open_scan(open_page, store, "S06")
    app.slider(key="marked_um").set_value(95).run()
    app = press(app, "Set the DEJ to 95 µm and grade")
    assert not app.exception
    assert len(app.error) == 1
    assert "at least 20 are needed" in said(app)


def test_marking_asks_who_marks(open_page: OpenPage, full: int, store: Store) -> None:
    """A DEJ would be marked by nobody."""
    app = open_scan(open_page, store, "S06", name="")
    assert "Who is at work?" in said(app)
    assert not app.slider


def test_a_scan_is_excluded_with_a_reason_only(
    open_page: OpenPage, full: int, store: Store
) -> None:
    """Scans could be left out of a trial without saying why."""
    app = press(open_scan(open_page, store, "S01"), "Exclude the scan")
    assert "a reason is needed; choose one of blurred, motion" in said(app)
    reasons = next(f for f in app.selectbox if f.label == "Reason")
    reasons.set_value("other")
    app = press(app, "Exclude the scan")
    assert "another reason is needed in words" in said(app)
    next(f for f in app.selectbox if f.label == "Reason").set_value("motion")
    next(f for f in app.text_input if f.label == "In words").set_value("coughed")
    app = press(app, "Exclude the scan")
    assert "**Excluded**: motion: coughed" in said(app)
    app = press(app, "Take the scan into the results again")
    assert "taken back without a reason" in said(app)
    why = next(f for f in app.text_input if f.label == "Why it counts after all")
    why.set_value("sharp enough")
    app = press(app, "Take the scan into the results again")
    scan_id = scan_of(store, "S01")
    with store.read() as tx:
        assert get_scan(tx, scan_id).state == "graded"
        reasons = history(tx, entity=f"scan {scan_id}")["reason"].dropna().tolist()
    assert reasons == ["sharp enough", "motion: coughed"]


def test_a_volume_lost_from_the_vault_gets_one_sentence(
    open_page: OpenPage, full: int, store: Store
) -> None:
    """A damaged disk would look like a fault of the program."""
    with store.read() as tx:
        get_scan(tx, scan_of(store, "S01")).path.unlink()
    app = open_scan(open_page, store, "S01")
    assert len(app.error) >= 1
    assert "Mean grade" in said(app)


def test_a_failed_grading_says_why(open_page: OpenPage, store: Store, tmp_path: Path) -> None:
    """A scan that failed would just stay without a score."""
    from dermdash.identity import WORKER
    from dermdash.trial.jobs import fail, take

    add_scan(store, make_study(store), tmp_path, "S01")
    with store.write(by=WORKER) as tx:
        fail(tx, take(tx, 1)[0].job_id, "the file is damaged; copy it again")
    assert "failed**: the file is damaged; copy it again" in said(
        open_scan(open_page, store, "S01")
    )
