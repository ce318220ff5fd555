"""The tab *Life* of a study: lock, unblind, reopen, the seal, and erasing a subject."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Node

from dermdash.trial.blinding import seal_arms
from dermdash.trial.database import Store
from dermdash.trial.life import lock_data, study_events
from dermdash.trial.scans import scan_table
from dermdash.trial.schema import DejRow, StudyEventRow
from dermdash.trial.studies import subject_table
from tests.pages.conftest import OpenPage, press, said
from tests.support.studies import ADA, add_scan, grade_queued, make_study

PAGE = "data/studies.py"
SEAL = "Read the seal, on record"


@pytest.fixture
def study(store: Store, tmp_path: Path) -> int:
    """Two graded scans and one without a DEJ."""
    study = make_study(store)
    add_scan(store, study, tmp_path, "S01", arm="active")
    add_scan(store, study, tmp_path, "S02", arm="placebo")
    grade_queued(store, {"S01": 3.0, "S02": 2.0})
    add_scan(store, study, tmp_path, "S03", arm="active", dej_um=None)
    return study


def pressable(app: AppTest, label: str) -> bool:
    return not next(button for button in app.button if button.label == label).disabled


def acts(store: Store, study: int) -> list[tuple[str, str]]:
    with store.read() as tx:
        return [(one.act, one.author) for one in study_events(tx, study)]


def test_a_study_is_sealed_locked_and_reopened_by_its_buttons(
    open_page: OpenPage, store: Store, study: int
) -> None:
    """The life of a trial would be a matter for whoever knows the database."""
    app = open_page(PAGE)
    told = said(app)
    assert "1 scan has no DEJ" in told, "what stands open is said before it is fixed"
    assert "2 scans are graded" in told
    assert "Without a sign-in anyone can take any name" in told
    app = press(app, "Seal the arms")
    assert not app.exception
    assert any("blinded, arms by code" in one.value for one in app.sidebar.caption)
    app = press(app, "Lock the data for good")
    assert any("data locked · blinded" in one.value for one in app.sidebar.caption)
    assert not pressable(app, "Unblind for good"), "no plan is locked"
    assert "no analysis plan is locked" in said(app)
    app = press(app, "Reopen the data")
    assert "without a reason" in said(app)
    app.text_input(key="reopen_reason").set_value("a DEJ was forgotten").run()
    app = press(app, "Reopen the data")
    assert "a DEJ was forgotten" in said(app)
    ada = "Ada (not verified)"
    assert acts(store, study) == [("reopened", ada), ("locked", ada), ("blinded", ada)]
    life = next(one.value for one in app.dataframe if "Digest" in one.value.columns)
    assert life["Did"].tolist() == ["reopened", "data locked", "arms sealed behind codes"]
    assert life["Digest"].str.len().tolist() == [0, 12, 0]


def place_of(node: Node, label: str, path: tuple[int, ...] = ()) -> tuple[int, ...]:
    """Where a button stands, as the browser counts."""
    if getattr(node, "label", None) == label:
        return path
    children = getattr(node, "children", {}).items()
    return next((p for at, child in children if (p := place_of(child, label, (*path, at)))), ())


def test_no_act_comes_to_the_place_of_the_last(
    open_page: OpenPage, store: Store, study: int
) -> None:
    """A second click on the lock would unblind: an open popover stays open at its place."""
    app = open_page(PAGE)
    places = [place_of(app._tree, "Seal the arms")]
    app = press(app, "Seal the arms")
    places += [place_of(app._tree, x) for x in ("Lock the data for good", SEAL)]
    app = press(app, "Lock the data for good")
    places += [place_of(app._tree, x) for x in ("Unblind for good", "Reopen the data")]
    assert place_of(app._tree, SEAL) == places[2]
    around = {place[:-2] for place in places}
    assert all(places)
    assert len(around) == 5


def test_the_seal_is_shown_once_and_on_record(
    open_page: OpenPage, store: Store, study: int
) -> None:
    """An arm once shown would stay on the screen for the next person."""
    with store.write(by=ADA) as tx:
        seal_arms(tx, study)
    app = press(open_page(PAGE), SEAL)
    shown = [table.value for table in app.table if "Control" in table.value.columns]
    assert {str(name) for name in shown[0]["Arm"]} == {"active", "placebo"}
    assert shown[0].index.tolist() == ["A", "B"]
    assert acts(store, study)[0] == ("seal read", "Ada (not verified)")
    app.run()
    assert not [table for table in app.table if "Control" in table.value.columns]


def test_a_member_presses_nothing_that_is_an_administrators(
    open_page: OpenPage, store: Store, study: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever opens the page could unblind the trial."""
    monkeypatch.setenv("DERMDASH_ADMINISTRATORS", "Chief")
    app = open_page(PAGE)
    assert not pressable(app, "Seal the arms")
    assert "Ada (not verified) may not blind a study; ask an administrator: Chief" in said(app)
    assert pressable(app, "Lock the data for good")
    with store.write(by=ADA) as tx:
        seal_arms(tx, study)
        lock_data(tx, study)
    app = open_page(PAGE)
    for label in ("Reopen the data", "Unblind for good", SEAL):
        assert not pressable(app, label), label


def test_a_subject_is_erased_after_its_code_was_written_again(
    open_page: OpenPage, store: Store, study: int
) -> None:
    """A slip of the finger would take a person's recordings."""
    app = open_page(PAGE)
    app.selectbox(key="erase_code").set_value("S01").run()
    assert "1 scan" in said(app)
    assert "Backups made before still hold the subject" in said(app)
    assert not pressable(app, "Erase S01 for good")
    app.text_input(key="erase_reason_S01").set_value("consent withdrawn").run()
    app.text_input(key="erase_again_S01").set_value("S01").run()
    app = press(app, "Erase S01 for good")
    assert not app.exception
    with store.read() as tx:
        assert scan_table(tx, study)["subject_id"].tolist() == ["S02", "S03"]
        people = subject_table(tx, study).set_index("subject_id")
        assert people.loc["S01", "status"] == "erased"
    assert acts(store, study) == [("erased", "Ada (not verified)")]
    life = next(one.value for one in app.dataframe if "Digest" in one.value.columns)
    assert life["Did"].tolist() == ["subject S01 erased"]


def test_a_dej_given_after_unblinding_is_flagged_on_the_results(
    open_page: OpenPage, store: Store, study: int
) -> None:
    """A reader who knew the arms would pass for one who did not."""
    with store.write(by=ADA) as tx:
        first = min(tx.session.scalars(select(DejRow.at)))
        before = first - timedelta(seconds=1)
        tx.session.add(StudyEventRow(study_id=study, act="unblinded", author="Ada", at=before))
    app = open_page("results/cohorts.py")
    app.selectbox(key=f"cohort_{study}_visit").set_value("D0").run()
    assert "2 DEJs were given after the study was unblinded" in said(app)
    with store.read() as tx:
        flagged = scan_table(tx, study).set_index("subject_id")["dej_after_unblinding"]
    assert flagged.to_dict() == {"S01": True, "S02": True, "S03": False}
