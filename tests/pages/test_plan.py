"""The tab *Plan* of a study: what is fixed before looking."""

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from dermdash.trial.audit import history
from dermdash.trial.database import Store
from dermdash.trial.plans import StoredPlan, lock_plan, plan_history, write_plan
from dermdash.trial.questions import blank_plan
from dermdash.trial.studies import (
    ArmSpec,
    Kind,
    VisitSpec,
    add_visit,
    create_study,
    get_study,
    rename_arm,
)
from tests.pages.conftest import OpenPage, press, said
from tests.support.studies import ADA, make_study

PAGE = "data/studies.py"


def plans(store: Store, study: int) -> tuple[StoredPlan, ...]:
    with store.read() as tx:
        return plan_history(tx, study)


def planned(store: Store, study: int, *, lock: bool = True) -> None:
    with store.write(by=ADA) as tx:
        plan = replace(blank_plan(get_study(tx, study)), primary=("active", "placebo", "D28"))
        version = write_plan(tx, study, plan)
        if lock:
            lock_plan(tx, study, version)


def field(app: AppTest, kind: str, label: str):
    return next(one for one in app.get(kind) if one.label == label)


def labels(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


def test_a_plan_is_written_and_shown_in_words(open_page: OpenPage, store: Store) -> None:
    """Lost: the questions of a trial could not be written down before looking."""
    study = make_study(store)
    app = open_page(PAGE)
    assert not app.exception
    assert "No analysis plan is written, so all results are exploratory" in said(app)
    field(app, "number_input", "Alpha, two-sided").set_value(0.01)
    field(app, "number_input", "Responder from a change of").set_value(0.3)
    field(app, "slider", "Depth range, µm under the DEJ").set_value((0, 39))
    app = press(app, "Save version 1")
    assert not app.exception
    (stored,) = plans(store, study)
    assert (stored.plan.alpha, stored.plan.depth_um) == (0.01, (0, 39))
    assert stored.plan.responder_threshold == 0.3
    assert stored.plan.primary == ("active", "placebo", "D28")
    assert stored.author == "Ada (not verified)"
    assert "Version 1 is a draft by Ada (not verified)" in said(app)
    words = dict(app.table[0].value["Fixed as"])
    assert words["Primary question"] == "change in active − change in placebo at D28"
    assert words["Endpoint"].startswith("expected grade (1 to 4), 0 to 39 µm")
    assert words["Responders"] == "a rise of at least 0.30 since the baseline"
    assert "99 % intervals" in words["Level"]


def test_who_presses_first_and_gives_a_name_then_is_heard(
    open_page: OpenPage, store: Store
) -> None:
    """Lost: a name that is asked for by a button would be asked for ever, and nothing saved."""
    study = make_study(store)
    app = press(open_page(PAGE, name=""), "Save version 1")
    asked = next(one for one in app.text_input if one.key == "name_plan")
    asked.set_value("Ben")
    remember = [b for b in app.button if b.label == "Remember my name"]
    app = next(b for b in remember if "who_plan" in b.key).click().run()
    assert not app.exception
    app = press(app, "Save version 1")
    (stored,) = plans(store, study)
    assert stored.author == "Ben (not verified)"


def test_a_plan_is_locked_after_it_was_confirmed(open_page: OpenPage, store: Store) -> None:
    """Lost: a slip of the finger would fix a plan for good, or nothing could."""
    study = make_study(store)
    planned(store, study, lock=False)
    app = open_page(PAGE, name="Bo")
    assert "can never be changed" in said(app)
    app = press(app, "Lock version 1 for good")
    assert not app.exception
    (stored,) = plans(store, study)
    assert stored.locked_by == "Bo (not verified)"
    assert "Version 1 was locked by Bo (not verified) on" in said(app)
    assert "No scan had been graded by then" in said(app)
    assert not any(label.startswith("Lock version") for label in labels(app))
    with store.read() as tx:
        assert history(tx, entity="plan", limit=1)["by"].tolist() == ["Bo (not verified)"]


def test_a_version_after_the_lock_shows_as_an_amendment(open_page: OpenPage, store: Store) -> None:
    """Lost: a plan changed after looking would pass for the first one."""
    study = make_study(store)
    planned(store, study)
    app = open_page(PAGE)
    assert field(app, "button", "Save version 2").disabled
    field(app, "number_input", "Alpha, two-sided").set_value(0.01)
    app = app.run()
    assert "A new version will show as an amendment" in said(app)
    app = press(app, "Save version 2")
    assert "until it is locked, results follow version 1" in said(app)
    app = press(app, "Lock version 2 for good")
    assert not app.exception
    assert "It amends version 1, which had been locked before it was written" in said(app)
    versions = next(one.value for one in app.dataframe if "Version" in one.value)
    assert versions["Version"].tolist() == [2, 1]
    assert versions["State"].tolist() == [
        "locked by Ada (not verified), amends version 1",
        "locked by Ada (not verified)",
    ]
    newest, first = plans(store, study)
    assert (newest.plan.alpha, first.plan.alpha) == (0.01, 0.05)


def test_a_name_is_asked_before_a_plan_is_saved(open_page: OpenPage, store: Store) -> None:
    """Lost: a plan would be fixed by nobody."""
    study = make_study(store)
    app = press(open_page(PAGE, name=""), "Save version 1")
    assert not app.exception
    assert "Who is at work?" in said(app)
    assert plans(store, study) == ()


@pytest.mark.parametrize(
    ("design", "question"),
    [
        (("cohorts", ("young", "old"), ("D0",)), "young − old at D0"),
        (("before_after", ("cream",), ("D0", "D28")), "D28 − D0"),
        (("hemi_face", ("left", "right"), ("D0", "D28")), "change in left − change in right"),
    ],
)
def test_each_design_has_its_questions(
    open_page: OpenPage,
    store: Store,
    design: tuple[Kind, tuple[str, ...], tuple[str, ...]],
    question: str,
) -> None:
    """Lost: only one kind of study could be planned."""
    kind, arms, visits = design
    with store.write(by=ADA) as tx:
        study = create_study(
            tx,
            name="S",
            kind=kind,
            arms=[ArmSpec(arm) for arm in arms],
            visits=[VisitSpec(v, 28 * k, is_baseline=k == 0) for k, v in enumerate(visits)],
        )
    app = press(open_page(PAGE), "Save version 1")
    assert not app.exception
    assert app.table[0].value["Fixed as"]["Primary question"].startswith(question)
    app = press(app, "Lock version 1 for good")
    assert not app.exception
    assert plans(store, study)[0].locked


def test_key_secondary_questions_keep_their_order(open_page: OpenPage, store: Store) -> None:
    """Lost: a fixed sequence would be tested in another order than was fixed."""
    with store.write(by=ADA) as tx:
        study = create_study(
            tx,
            name="S",
            kind="before_after",
            arms=[ArmSpec("placebo", is_control=True), ArmSpec("low"), ArmSpec("high")],
            visits=[VisitSpec("D0", 0, is_baseline=True), VisitSpec("D28", 28)],
        )
        add_visit(tx, study, VisitSpec("D56", 56))
    app = open_page(PAGE)
    secondary = field(app, "multiselect", "Key secondary questions, in their order")
    assert "low − placebo at D56" not in secondary.options  # the primary one
    wanted = [("high", "placebo", "D28"), ("high", "placebo", "D56")]
    secondary.set_value(wanted)
    field(app, "button_group", "Tested").set_value("fixed_sequence")
    app = press(app.run(), "Save version 1")
    assert not app.exception
    (stored,) = plans(store, study)
    assert stored.plan.primary == ("low", "placebo", "D56")
    assert stored.plan.key_secondary == tuple(wanted)
    assert stored.plan.secondary == "fixed_sequence"
    words = app.table[0].value["Fixed as"]["Key secondary questions"].replace("\\", "")
    assert words.startswith("high − placebo at D28, then high − placebo at D56: in this order")


def test_a_study_with_nothing_to_compare_says_so(open_page: OpenPage, store: Store) -> None:
    """Lost: the tab would end in an error before the first arm is there."""
    with store.write(by=ADA) as tx:
        create_study(tx, name="Bare", kind="cohorts")
    app = open_page(PAGE)
    assert not app.exception
    assert "No plan yet: Bare has nothing to compare" in said(app)


def test_hostile_names_are_shown_as_written(open_page: OpenPage, store: Store) -> None:
    """Lost: an arm's name could put pictures or links on colleagues' pages."""
    study = make_study(store)
    planned(store, study, lock=False)
    name = "=cmd|x ![x](http://evil) :red[y] $z$"
    with store.write(by=ADA) as tx:
        rename_arm(tx, get_study(tx, study).arms[1].arm_id, name)
    app = open_page(PAGE)
    assert not app.exception
    shown = app.table[0].value["Fixed as"]["Primary question"]
    assert shown.replace("\\", "") == f"change in {name} − change in placebo at D28"
    assert "\\[" in shown
    app = press(app, "Lock version 1 for good")
    assert not app.exception
    assert plans(store, study)[0].locked
