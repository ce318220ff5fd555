"""What needs me, and what can I see?"""

from pathlib import Path

from dermdash.identity import WORKER
from dermdash.trial.database import Store
from dermdash.trial.jobs import fail, take
from tests.pages.conftest import OpenPage, press, said
from tests.support.studies import add_scan, make_study


def test_an_empty_store_says_how_to_begin(open_page: OpenPage) -> None:
    """A newcomer would stand before an empty page."""
    app = open_page("start/home.py")
    assert not app.exception
    assert {"Create a study", "Add scans", "Compare groups"} <= {b.label for b in app.button}


def test_a_study_shows_its_sentence_and_its_heatmap(open_page: OpenPage, full: int) -> None:
    """A product manager could not see at a glance what a study shows."""
    app = open_page("start/home.py")
    assert not app.exception
    words = said(app)
    assert "Active scores higher: 3.0 against 1.8 of 4 (n = 2 and 2)" in words
    assert "5 of 6 scans graded" in words
    assert any("svg" in url for image in app.get("image") for url in image.value)


def test_what_waits_for_a_person_stands_first(
    open_page: OpenPage, full: int, store: Store, tmp_path: Path
) -> None:
    """A scan without a DEJ and a failed grading would wait for ever, unseen."""
    assert "1 scan waits for a DEJ" in said(open_page("start/home.py"))
    other = make_study(store, "Day cream")
    add_scan(store, other, tmp_path, "S01")
    with store.write(by=WORKER) as tx:
        fail(tx, take(tx, 1)[0].job_id, "its process died (3 times)")
    assert "1 grading failed" in said(open_page("start/home.py"))


def test_the_result_of_a_card_is_that_study_s(open_page: OpenPage, full: int, store: Store) -> None:
    """A click on one study's card would show another study."""
    make_study(store, "Another")
    app = press(open_page("start/home.py"), "See the result")
    assert not app.exception
    assert app.title[0].value == "Did the product change skin? Night cream"


def test_a_scan_is_one_click_away(open_page: OpenPage, full: int) -> None:
    """A first look at a scan would need a search."""
    app = press(open_page("start/home.py"), "Look at a scan")
    assert not app.exception
    assert app.title[0].value.startswith("S01 · D0 · cheek")


def test_progress_is_shown_while_scans_are_graded(
    open_page: OpenPage, store: Store, tmp_path: Path
) -> None:
    """A demo in the making would look like a finished, empty one."""
    study = make_study(store)
    add_scan(store, study, tmp_path, "S01")
    app = open_page("start/home.py")
    assert any("0 of 1 scans graded" in bar.text for bar in app.get("progress"))
