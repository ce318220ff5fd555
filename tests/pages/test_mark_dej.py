"""Where does the dermis begin? Asked of readers who do not know whose skin they see."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from streamlit.testing.v1 import AppTest

from dermdash.identity import User
from dermdash.imaging.control_points import Point
from dermdash.trial.database import Store
from dermdash.trial.marking_queue import Ask
from dermdash.trial.markings import keep_marking, set_duplicate_share
from dermdash.trial.scans import exclude_scan, get_scan, scan_table
from dermdash.trial.schema import DejRow, MarkingRow, StudyRow
from dermdash.ui import mark_acts
from tests.pages.conftest import OpenPage, press, said
from tests.support.studies import ADA, add_scan, make_study

PAGE = "data/mark_dej.py"
SUBJECTS = ("Zebra-07", "Yak-19", "Xerus-23")
Mark = Callable[..., AppTest]


@pytest.fixture(autouse=True)
def at_any_speed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mark_acts, "LEAST_S", 0.0)


@pytest.fixture
def study(store: Store, tmp_path: Path) -> int:
    """Three scans without a DEJ."""
    study_id = make_study(store, "Serum")
    for subject in SUBJECTS:
        add_scan(store, study_id, tmp_path, subject, arm="active", dej_um=None)
    return study_id


def looks(store: Store) -> list[MarkingRow]:
    with store.read() as tx:
        return list(tx.session.scalars(select(MarkingRow).order_by(MarkingRow.id)))


def set_study(store: Store, **changes: Any) -> None:
    with store.write(by=ADA) as tx:
        row = tx.session.scalars(select(StudyRow)).one()
        for name, value in changes.items():
            setattr(row, name, value)


def slider(app: AppTest, which: str) -> Any:
    """The depth's slider ("um"), or that of the crossing ("x"), of the scan that lies there now."""
    desk = app.session_state["marking_desk"]
    return app.slider(key=f"mark_um_{desk.turn}" if which == "um" else f"mark_x_{desk.laid_as}")


def accept(app: AppTest) -> AppTest:
    app = press(app, "Accept the line")
    assert not app.exception
    return app


def test_a_queue_is_worked_off_to_its_end(open_page: OpenPage, store: Store, study: int) -> None:
    """Scans without a DEJ could not be marked without knowing whose they are."""
    app = open_page(PAGE)
    assert not app.exception
    assert app.title[0].value == "Where does the dermis begin?"
    assert "1 of 3" in said(app)
    assert len(app.get("image")) == 3
    slider(app, "um").set_value(20).run()
    for label, depth in {"+1": 21, "+10": 31, "−1": 30, "−10": 20}.items():
        app = press(app, label)
        assert slider(app, "um").value == depth
    app = accept(app)
    assert "2 of 3" in said(app)
    assert slider(app, "um").value == 60  # not where the last one was
    app = accept(accept(app))
    assert "Nothing waits" in said(app)
    with store.read() as tx:
        table = scan_table(tx)
        deps = tx.session.scalars(select(DejRow)).all()
    assert sorted(table["dej_um"]) == [20, 60, 60]
    assert set(table["dej_source"]) == {"manual"}
    assert {(row.editor, row.at is not None) for row in deps} == {("Ada (not verified)", True)}
    assert "Ada (not verified)" in app.dataframe[0].value["Reader"].tolist()


def test_nothing_on_the_page_says_whose_scan_it_is(
    open_page: OpenPage, store: Store, study: int
) -> None:
    """A reader who knows the arm or the visit sees what is hoped for."""
    with store.read() as tx:
        scans = [get_scan(tx, int(scan)) for scan in scan_table(tx)["scan_id"]]
        scan = scans[0]
    app = open_page(PAGE)
    app = press(app, "Pin it")
    app = accept(app)
    app = press(app, "Back to my last scan")
    shown = everything(app)
    assert "Leave it as it was" in shown  # what is sent is really looked through
    assert "mark_unpin_0" in shown or "mark_um" in shown
    for hidden in (
        *(scan.subject_id for scan in scans),
        *(scan.file_name for scan in scans),
        *(scan.volume_sha256[:12] for scan in scans),
        *("active", "placebo", "D0", "D28", "cheek", ".tif", str(scan.path.parent)),
        f"{scan.stored_at:%Y-%m-%d}",
    ):
        assert hidden not in shown, hidden
    assert set(app.query_params) <= {"study"}
    assert all("data:image/jpeg" in str(image.proto) for image in app.get("image"))


def everything(app: AppTest) -> str:
    """All that is sent to the browser, without the pictures' own bytes."""

    def walk(block: Any) -> list[str]:
        found = []
        for child in getattr(block, "children", {}).values():
            proto = str(getattr(child, "proto", ""))
            found.append("picture" if "data:image/" in proto else proto)
            found += walk(child)
        return found

    sent = [text for part in (app.main, app.sidebar) for text in walk(part)]
    assert sent.count("picture") == 3
    return "\n".join(sent) + json.dumps(dict(app.query_params))


def test_pins_tilt_the_line_and_can_be_taken_out(
    open_page: OpenPage, store: Store, study: int
) -> None:
    """A tilted scan could only be marked at one place."""
    app = open_page(PAGE)
    slider(app, "um").set_value(30).run()
    app = press(app, "Pin it")
    slider(app, "x").set_value(700).run()
    assert slider(app, "um").value == 30
    slider(app, "um").set_value(45).run()
    app = press(app, "Pin it")
    slider(app, "x").set_value(550).run()
    assert slider(app, "um").value == 38  # half-way between the pins, rounded
    app = accept(app)
    with store.read() as tx:
        kinds = tx.session.scalars(select(DejRow.kind)).all()
    assert kinds == ["surface"]
    (row,) = looks(store)
    assert row.points is not None
    assert [point[2] for point in row.points["points"]] == [30, 45]
    app = press(app, "Pin it")
    app.button(key="mark_unpin_0").click().run()
    accept(app)
    assert [len(row.points["points"]) for row in looks(store) if row.points] == [2, 1]


def test_cannot_tell_asks_why_and_goes_on(open_page: OpenPage, store: Store, study: int) -> None:
    """A reader would have to guess."""
    app = open_page(PAGE)
    app.radio(key="mark_reason").set_value("in my own words").run()
    app = press(app, "Keep that it cannot be told")
    assert "the reason has 0 characters" in said(app)
    assert "1 of 3" in said(app)
    app.text_input(key="mark_words").set_value("a tattoo").run()
    app = press(app, "Keep that it cannot be told")
    assert "2 of 3" in said(app)
    with store.read() as tx:
        states = scan_table(tx).set_index("state")["reason"]
    assert states["cannot tell"] == "a tattoo"


def test_the_last_scan_can_be_taken_up_again(open_page: OpenPage, store: Store, study: int) -> None:
    """A slip of the key would stay, or need the scan's own page, which says whose it is."""
    app = open_page(PAGE)
    assert "Back to my last scan" not in [b.label for b in app.button]
    slider(app, "um").set_value(20).run()
    app = press(accept(app), "Back to my last scan")
    assert "Your last scan again" in said(app)
    assert slider(app, "um").value == 20
    assert "move the line instead" in said(app)  # what bears a DEJ cannot become unclear
    app = accept(press(app, "+1"))
    assert "2 of 3" in said(app)
    assert [(row.look, row.revision, row.mean_um) for row in looks(store)] == [
        (1, 1, 20),
        (1, 2, 21),
    ]
    app = press(press(app, "Back to my last scan"), "Leave it as it was")
    assert "2 of 3" in said(app)
    assert len(looks(store)) == 2


def test_a_key_held_down_accepts_no_scan_unseen(
    open_page: OpenPage, store: Store, study: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A book on the keyboard would mark a whole study at 60 µm."""
    monkeypatch.setattr(mark_acts, "LEAST_S", 1000.0)
    assert "1 of 3" in said(accept(open_page(PAGE)))
    assert looks(store) == []


def test_what_changed_meanwhile_is_said_and_the_queue_goes_on(
    open_page: OpenPage, store: Store, study: int
) -> None:
    """A scan excluded by a colleague would hold a reader up for ever."""
    app = open_page(PAGE)
    at = app.session_state["marking_desk"].ask.scan_id
    with store.write(by=ADA) as tx:
        exclude_scan(tx, at, "moved")
    app = accept(app)
    assert "excluded in the meantime" in said(app)
    assert "1 of 2" in said(app)
    assert looks(store) == []


def test_a_lost_volume_is_passed_on_without_its_name(
    open_page: OpenPage, store: Store, study: int
) -> None:
    """One damaged file would end the session, or its name say whose it is."""
    from dermdash.ui.slices import resident_volumes

    resident_volumes.clear()
    with store.read() as tx:
        for scan_id in scan_table(tx)["scan_id"]:
            get_scan(tx, int(scan_id)).path.unlink()
    app = open_page(PAGE)
    assert not app.exception
    assert "missing, damaged or too shallow" in said(app)
    assert not any(subject in said(app) for subject in SUBJECTS)
    app = press(app, "Pass it on as unreadable")
    assert [(row.verdict, row.reason) for row in looks(store)] == [
        ("cannot tell", "the file cannot be read")
    ]


def test_a_locked_study_closes_its_queue(open_page: OpenPage, store: Store, study: int) -> None:
    """Locked data would be changed, or the page be empty without a word."""
    set_study(store, state="locked")
    app = open_page(PAGE)
    assert not app.exception
    assert "The data of this study are locked: its queue is closed." in said(app)
    assert "Accept the line" not in [b.label for b in app.button]
    assert app.number_input(key="marking_share").disabled


def test_agreement_stands_where_nothing_waits(
    open_page: OpenPage, store: Store, study: int, tmp_path: Path
) -> None:
    """Readers would be asked twice, and nobody see what came of it."""
    bob = User("Bob")
    scans = [add_scan(store, study, tmp_path, f"M{i}", dej_um=None) for i in range(3)]
    with store.read() as tx:
        scans = [int(scan) for scan in scan_table(tx)["scan_id"]]
    for by, shift in ((User("Ada"), 0.0), (bob, 4.0)):
        with store.write(by=by) as tx:
            for place, scan in enumerate(scans):
                keep_marking(tx, Ask(scan, 1), [Point(0, 0, 30 + 3 * place + shift)])
    with store.write(by=ADA) as tx:
        set_duplicate_share(tx, study, 0)
    app = open_page(PAGE)
    words = said(app)
    assert "Nothing waits" in words
    assert "Ada (not verified) − Bob (not verified): over 6 pairs" in words
    assert "the mean difference is −4.0 (−4.0 to −4.0) µm" in words
    assert app.dataframe[1].value["Pairs"].tolist() == [6]
    app.number_input(key="marking_share").set_value(50).run()
    with store.read() as tx:
        assert tx.session.scalars(select(StudyRow.duplicate_share)).all() == [0.5]


def test_marking_asks_who_marks(open_page: OpenPage, store: Store, study: int) -> None:
    """A DEJ would be marked by nobody."""
    app = open_page(PAGE, name="")
    assert "Who is at work?" in said(app)
    assert not app.slider
    assert not app.get("image")


def test_another_reader_gets_a_queue_of_his_own(
    open_page: OpenPage, store: Store, study: int
) -> None:
    """A scan laid before one reader would be accepted in another's name."""
    app = open_page(PAGE)
    app.session_state["name"] = "Bob"
    app = accept(app.run())
    assert [row.reader for row in looks(store)] == ["Bob (not verified)"]
