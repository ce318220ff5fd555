"""Who is in my study, and may I say so from a file?"""

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dermdash.identity import User
from dermdash.trial.database import Store
from dermdash.trial.roster import SubjectEdit, apply_roster, save_edits
from dermdash.trial.roster_file import read_roster
from dermdash.trial.roster_table import roster_table
from dermdash.trial.studies import find_study, get_study
from tests.pages.conftest import OpenPage, press, said
from tests.support.studies import ADA, make_study

PAGE = "data/studies.py"
ROSTER = b"subject_id;arm;age\nS01;placebo;34,5\nS02;active;50\nS03;verum;61\n"
Edit = Callable[[pd.DataFrame], pd.DataFrame]


@pytest.fixture
def study(store: Store) -> int:
    made = make_study(store)
    with store.write(by=ADA) as tx:
        text = b"subject_id,arm,age\nS01,placebo,34\nS02,active,50\n"
        apply_roster(tx, made, read_roster("r.csv", text))
    return made


def give(app: AppTest, data: bytes, *, of: str, name: str = "roster.csv") -> AppTest:
    """Upload a roster to the uploader whose key begins so."""
    uploader = next(one for one in app.file_uploader if str(one.key).startswith(of))
    uploader.upload(name, data)
    return app.run()


def verdicts(app: AppTest) -> list[list[Any]]:
    table = next(one.value for one in app.dataframe if "What it would do" in one.value)
    return table[["Subject", "Act", "What it would do"]].to_numpy().tolist()


def stored(store: Store, study: int) -> list[list[Any]]:
    with store.read() as tx:
        return roster_table(tx, study)[["subject_id", "arm", "age"]].to_numpy().tolist()


def test_a_file_is_previewed_then_applied(open_page: OpenPage, study: int, store: Store) -> None:
    """A file would change the trial before anybody saw what it does."""
    app = give(open_page(PAGE), ROSTER, of=f"roster_file_{study}")
    assert not app.exception
    assert "roster.csv: 1 to change, 1 unchanged, 1 refused" in said(app).replace("*", "")
    assert verdicts(app) == [
        [
            "S03",
            "refused",
            "arm=verum of S03 is unknown in this study; its arms are: placebo, active",
        ],
        ["S01", "change", "age 34 → 34.5"],
        ["S02", "nothing", "nothing to change"],
    ]
    assert stored(store, study)[0] == ["S01", "placebo", 34]
    app = press(app, "Apply 1 row")
    assert not app.exception
    assert "Applied roster.csv: 1 changed, 1 unchanged, 1 refused" in said(app)
    assert stored(store, study) == [["S01", "placebo", 34.5], ["S02", "active", 50]]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "is empty"),
        (b"\x89PNG\r\n\x1a\n\0\0", "no table of text"),
        (b"subject_id,visit\nS1,D0\n", "one row a subject"),
        (b"subject_id,depth_um\nS1,3\n", "covariate=depth_um is a column of every table"),
    ],
)
def test_a_file_that_is_no_roster_gets_one_sentence(
    open_page: OpenPage, study: int, data: bytes, sentence: str
) -> None:
    """A wrong file would end in a traceback."""
    app = give(open_page(PAGE), data, of=f"roster_file_{study}")
    assert not app.exception
    assert [sentence in error.value.replace("\\", "") for error in app.error] == [True]


def test_an_ambiguous_day_is_asked_for(open_page: OpenPage, study: int, store: Store) -> None:
    """3 January would become 1 March."""
    text = b"subject_id,status,reason,withdrawn_on\nS01,withdrawn,ill,03/01/2026\n"
    app = give(open_page(PAGE), text, of=f"roster_file_{study}")
    assert "3 January or 1 March" in verdicts(app)[0][2]
    (choice,) = [one for one in app.get("button_group") if "stands first" in one.label]
    choice.set_value("day first")
    app = app.run()
    assert verdicts(app)[0][2].endswith("withdrawn on 2026-01-03")


def test_a_study_begins_with_its_roster(open_page: OpenPage, store: Store) -> None:
    """Arms and subjects would be typed although the file has them."""
    app = give(open_page(PAGE), ROSTER.replace(b"verum", b"active"), of="new_study_roster")
    assert not app.exception
    assert [row[1] for row in verdicts(app)] == ["add"] * 3
    assert next(f for f in app.text_input if f.label == "Arms").value == "placebo, active"
    given = {"Name": "Night cream", "Control arm": "placebo", "Visits": "D0, D28", "Sites": "cheek"}
    for field in app.text_input:
        if field.label in given:
            field.set_value(given[field.label])
    app = press(app, "Create study")
    assert not app.exception
    with store.read() as tx:
        made = get_study(tx, find_study(tx, "Night cream") or 0)
    assert [(arm.name, arm.is_control) for arm in made.arms] == [
        ("placebo", True),
        ("active", False),
    ]
    assert [row[0] for row in stored(store, made.study_id)] == ["S01", "S02", "S03"]


def test_a_blinded_study_shows_codes_from_its_first_moment(
    open_page: OpenPage, store: Store
) -> None:
    """The arms' names would have been on a page before they were sealed."""
    app = open_page(PAGE)
    next(s for s in app.selectbox if s.label == "Design").set_value("hemi_face").run()
    given = {"Name": "Sides", "Arms": "placebo, active", "Sites": "cheek"}
    for field in app.text_input:
        if field.label in given:
            field.set_value(given[field.label])
    assert next(box for box in app.checkbox if box.label.startswith("Blinded")).value
    app = press(app, "Create study")
    assert not app.exception
    with store.read() as tx:
        made = get_study(tx, find_study(tx, "Sides") or 0)
    assert made.blinded
    assert {arm.name for arm in made.arms} == {"A", "B"}
    assert [site.side for site in made.sites] == ["left", "right"]


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> dict[str, Edit]:
    """What somebody types into the roster; an editor cannot be driven without a browser."""
    edits: dict[str, Edit] = {}
    real = st.data_editor

    def editor(data: pd.DataFrame, **options: Any) -> pd.DataFrame:
        key = str(options.get("key"))
        if not key.startswith("roster_") or "roster" not in edits:
            return real(data, **options)
        seen = edits.setdefault("seen", lambda _: data.copy())
        return edits["roster"](seen(data))

    monkeypatch.setattr(st, "data_editor", editor)
    monkeypatch.setattr("dermdash.ui.roster.touched", lambda key: "roster" in edits)
    return edits


def age_of_s01(age: float) -> Edit:
    return lambda table: table.assign(age=[age, *table["age"][1:]])


def test_the_second_of_two_is_told_and_keeps_what_was_typed(
    open_page: OpenPage, study: int, store: Store, typed: dict[str, Edit]
) -> None:
    """The later save would undo the earlier one, and neither would know."""
    app = open_page(PAGE)
    typed["roster"] = age_of_s01(36)
    app.run()
    with store.write(by=User("Grace")) as tx:
        save_edits(tx, study, [SubjectEdit("S01", {"age": 35})])
    app = app.run()
    words = said(app)
    assert "S01 was changed while you edited it. Grace (not verified) at" in words
    assert "S01 age 34 → 35" in words
    conflicts = next(one.value for one in app.dataframe if "Yours" in one.value)
    assert conflicts[["Cell", "Stored now", "Yours"]].to_numpy().tolist() == [["age", "35", "36"]]
    assert next(b for b in app.button if b.label == "Save 1 row").disabled
    del typed["seen"]
    app = press(app, "Save my cells over theirs")
    assert not app.exception
    assert stored(store, study)[0] == ["S01", "placebo", 36]


def test_a_refused_save_leaves_the_cells_as_typed(
    open_page: OpenPage, study: int, store: Store, typed: dict[str, Edit]
) -> None:
    """All that was typed would be lost with the one cell that is wrong."""
    app = open_page(PAGE)
    typed["roster"] = lambda table: table.assign(
        status=["withdrawn", *table["status"][1:]], age=[70.0, *table["age"][1:]]
    )
    app = press(app.run(), "Save 1 row")
    assert "S01 is withdrawn without a reason" in said(app)
    assert "Save 1 row" in [b.label for b in app.button]
    assert stored(store, study)[0] == ["S01", "placebo", 34]


def test_a_result_says_who_is_outside_its_population(
    open_page: OpenPage, full: int, store: Store
) -> None:
    """A subject would be left out of a result, and nobody would see it."""
    never = {"full_analysis": False, "population_reason": "never treated"}
    late = {"per_protocol": False, "population_reason": "came late"}
    with store.write(by=ADA) as tx:
        save_edits(tx, full, [SubjectEdit("S01", never), SubjectEdit("S03", late)])
    app = open_page("results/cohorts.py")
    app = next(one for one in app.selectbox if one.label == "Visit").set_value("D0").run()
    assert not app.exception
    assert "1 subject outside the full analysis set (active 1)" in said(app)
    (population,) = [one for one in app.get("button_group") if one.label == "Population"]
    population.set_value("per_protocol")
    app = app.run()
    assert not app.exception
    assert "2 subjects outside the per-protocol set (active 1, placebo 1)" in said(app)
    assert any("per-protocol set" in str(one.value) for one in app.caption)
