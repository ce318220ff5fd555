"""Is my study complete and ready?"""

import re

import pytest

from dermdash.trial.audit import history
from dermdash.trial.database import Store
from dermdash.trial.studies import find_study, get_study, list_studies
from tests.pages.conftest import OpenPage, press, said
from tests.support.studies import make_study


def fill(app, *, name: str, arms: str = "", control: str = "", visits: str = ""):
    """Fill in the form of five fields and press its button."""
    given = {"Name": name, "Arms": arms, "Control arm": control, "Visits": visits}
    for field in app.text_input:
        if field.label in given:
            field.set_value(given[field.label])
    return press(app, "Create study")


def test_a_study_is_created_with_its_arms_and_visits(open_page: OpenPage, store: Store) -> None:
    """The way into the product would be shut."""
    app = fill(
        open_page("data/studies.py"),
        name="Night cream",
        arms="active, placebo",
        control="placebo",
        visits="D28, D0",
    )
    assert not app.exception
    assert app.title[0].value == "Night cream"
    with store.read() as tx:
        study = get_study(tx, find_study(tx, "Night cream") or 0)
        who = history(tx, entity=f"study {study.study_id}")["by"]
    assert [(arm.name, arm.is_control) for arm in study.arms] == [
        ("active", False),
        ("placebo", True),
    ]
    assert [(visit.name, visit.is_baseline) for visit in study.visits] == [
        ("D0", True),
        ("D28", False),
    ]
    assert list(who) == ["Ada (not verified)"]


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"name": ""}, "has no name"),
        ({"name": "Night cream"}, "exists already"),
        ({"name": "New", "visits": "soon"}, "visit=soon holds no day"),
        ({"name": "New", "arms": "a, b", "control": "c"}, "control 'c' is not one of the arms"),
        ({"name": "New", "arms": "a, A"}, "differs from a only in case"),
    ],
)
def test_a_form_that_cannot_be_used_gets_one_sentence(
    open_page: OpenPage, store: Store, form: dict[str, str], sentence: str
) -> None:
    """A slip of the pen would make a wrong study, or a traceback."""
    make_study(store)
    app = fill(open_page("data/studies.py"), **form)
    assert not app.exception
    assert len(app.error) == 1
    assert sentence in said(app)
    with store.read() as tx:
        assert list(list_studies(tx)["study"]) == ["Night cream"]


def test_a_name_is_asked_before_the_first_entry(open_page: OpenPage, store: Store) -> None:
    """An entry would be made by nobody."""
    app = open_page("data/studies.py", name="")
    assert "Create study" not in [b.label for b in app.button]
    app.text_input[0].set_value("  Ada\n Lovelace ")
    app = press(app, "Remember my name")
    assert "You: Ada Lovelace (not verified)" in said(app)
    assert "Create study" in [b.label for b in app.button]


def test_an_empty_name_is_asked_again(open_page: OpenPage) -> None:
    """Blanks would count as a person."""
    app = open_page("data/studies.py", name="")
    app.text_input[0].set_value("   ")
    app = press(app, "Remember my name")
    assert "A name is needed" in said(app)


def test_four_counts_and_the_next_step(open_page: OpenPage, full: int) -> None:
    """Nobody could tell whether the study is complete."""
    app = open_page("data/studies.py")
    assert not app.exception
    assert {metric.label: str(metric.value) for metric in app.metric} == {
        "Subjects": "6",
        "Scans": "6",
        "Graded": "5 of 6",
        "Excluded": "0",
    }
    assert "1 scan waits for a DEJ" in said(app)
    assert "Mark the DEJ" in [b.label for b in app.button]


def test_what_is_missing_stands_in_the_matrix(open_page: OpenPage, full: int) -> None:
    """A missing visit would be noticed when the trial is over."""
    matrix = open_page("data/studies.py").dataframe[0].value
    assert matrix["D0"].tolist() == ["graded"] * 5 + ["no DEJ"]
    assert set(matrix["D28"]) == {"missing"}


def test_a_study_is_renamed_and_stays_chosen(open_page: OpenPage, full: int, store: Store) -> None:
    """A typing error in a study's name would stay for ever."""
    app = open_page("data/studies.py")
    next(f for f in app.text_input if f.label == "Name of the study").set_value("Day cream")
    app = press(app, "Rename study")
    assert not app.exception
    assert app.title[0].value == "Day cream"


def test_hostile_names_are_shown_as_written(open_page: OpenPage, store: Store) -> None:
    """A study's name could put pictures, links or colours on colleagues' pages."""
    name = "<img src=x onerror=alert(1)> ![x](http://evil) :red[x] **y** $z$"
    make_study(store, name)
    app = open_page("data/studies.py")
    assert not app.exception
    assert app.title[0].value.replace("\\", "") == name
    assert not re.search(r"(?<!\\)[<\[*:$!]", app.title[0].value)
