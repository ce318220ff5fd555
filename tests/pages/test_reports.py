"""What may I say, and to whom?"""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dermdash.analysis.planned import Asked
from dermdash.reporting.cards.changes import Changes
from dermdash.reporting.cards.question import question_to_json
from dermdash.settings import Settings
from dermdash.trial.database import Store, open_store
from dermdash.trial.erasure import erase_subject
from dermdash.trial.jobs import fail, take
from dermdash.trial.reports import (
    StoredReport,
    add_card,
    add_text,
    ask_rendering,
    change_card,
    create_report,
    delete_report,
    list_renderings,
    list_reports,
    read_rendering,
)
from dermdash.trial.scans import exclude_scan, scan_table
from tests.pages.conftest import OpenPage, open_tab, press, said
from tests.support.graded import graded_trial
from tests.support.paperwork import begin_jobs, do_jobs, end_jobs
from tests.support.reports import NASTY
from tests.support.studies import ADA

PAGE = "results/reports.py"
ASKED = Asked("expected_grade", over_visits=True)
BOTH = ("sensitivity", "repeatability")
RISES = {"placebo": (0.0, 0.1, -0.1), "active": (0.5, 0.6, 0.4)}
TABS = {
    "cohorts": {
        "Result": ("groups",),
        "Along depth": ("group_depths",),
        "Classes": ("classes",),
        "Checks": ("checks",),
        "Sensitivity": BOTH,
    },
    "before_after": {
        "Result": ("changes",),
        "Along depth": ("change_depths",),
        "Responders": ("responders",),
        "Checks": ("checks",),
        "Sensitivity": BOTH,
    },
}


@dataclass(frozen=True, slots=True)
class Made:
    """A graded trial whose report holds a result, answered, and a text."""

    home: Path
    study: int
    report: int


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Made once, and copied for each test."""
    home = tmp_path_factory.mktemp("made") / "home"
    with open_store(Settings(home)) as store:
        study = graded_trial(store, home.parent, rises=RISES)
        with store.write(by=ADA) as tx:
            report_id = create_report(tx, study, "Final result")
            add_card(tx, report_id, question_to_json(Changes(study, ASKED)))
            add_text(tx, report_id, "Dear reader", "1. Read *this*.\n\n<b>Then</b> that.")
        do_jobs(store, "card")
    return Made(home, study, report_id)


@pytest.fixture
def home(home: Path, made: Made) -> Path:
    shutil.copytree(made.home, home)
    return home


@pytest.fixture
def report(made: Made) -> int:
    return made.report


@pytest.fixture
def trial(made: Made) -> int:
    return made.study


@pytest.fixture
def bare(store: Store, made: Made) -> int:
    """The trial without its report."""
    with store.write(by=ADA) as tx:
        delete_report(tx, made.report)
    return made.study


def reports(store: Store, study: int) -> tuple[StoredReport, ...]:
    with store.read() as tx:
        return list_reports(tx, study)


def titles(store: Store, study: int) -> list[str]:
    return [card.title for card in reports(store, study)[0].cards]


def badges(app: AppTest) -> list[str]:
    words = [one.value for one in app.markdown if "-badge[" in one.value]
    known = ("Current", "Data changed since", "Being answered", "Being refreshed", "Failed")
    return [word for one in words for word in known if word in one]


def field(app: AppTest, label: str) -> AppTest:
    fields = (*app.text_input, *app.text_area)
    return next(one for one in fields if one.label == label and one.key and "card" in one.key)


def test_a_study_without_a_report_gets_one_at_a_press(
    open_page: OpenPage, store: Store, bare: int
) -> None:
    """A product manager would collect for an hour what one press gives."""
    app = open_page(PAGE)
    assert "No report of this study yet" in said(app)
    press(app, "Standard report")
    assert not app.exception
    (one,) = reports(store, bare)
    assert one.title == "Report of Night cream"
    assert one.cards
    assert set(badges(app)) == {"Being answered"}
    assert f"0 of {len(one.cards)} are ready" in str([node.proto for node in app.get("progress")])
    assert all(button.disabled for button in app.button if button.key.startswith("format_"))
    end_jobs(store, begin_jobs(store, "card", n=2))
    app.run()
    assert badges(app)[:3] == ["Current", "Current", "Being answered"]
    assert f"2 of {len(one.cards)} are ready" in str([node.proto for node in app.get("progress")])


def test_the_first_card_is_previewed_as_it_is_printed(open_page: OpenPage, report: int) -> None:
    """What is approved on the page would not be what the document says."""
    app = open_page(PAGE)
    assert not app.exception
    words = said(app)
    assert "At D28, baseline-adjusted mean expected grade was" in words
    assert "Card 1 of 2" in words
    assert badges(app) == ["Current"]
    assert len(app.get("plotly_chart")) >= 1
    assert not any(button.disabled for button in app.button if button.key.startswith("format_"))


def test_a_text_is_shown_as_written(open_page: OpenPage, report: int) -> None:
    """A letter to a client would show as a list or in bold."""
    app = open_page(PAGE)
    press(app, "**2  Dear reader**")
    assert "Card 2 of 2" in said(app)
    assert r"1\. Read \*this\*." in [one.value for one in app.markdown]
    assert r"\<b\>Then\</b\> that." in [one.value for one in app.markdown]


def test_changed_data_are_said_and_refreshed(
    open_page: OpenPage, store: Store, trial: int, report: int
) -> None:
    """A number of last month would go to print as today's."""
    with store.write(by=ADA) as tx:
        ask_rendering(tx, report, "zip")
    do_jobs(store, "report")
    with store.write(by=ADA) as tx:
        scans = scan_table(tx, trial)
        first = int(scans.loc[scans["subject_id"] == "A0", "scan_id"].iloc[0])
        exclude_scan(tx, first, "motion")
    app = open_page(PAGE)
    assert badges(app) == ["Data changed since"]
    assert "data changed after this was answered" in said(app)
    assert "1 card shows earlier data" in said(app)
    press(app, "Refresh 1 card")
    assert badges(app) == ["Being refreshed"]
    do_jobs(store, "card")
    app.run()
    assert badges(app) == ["Current"]
    assert "earlier data" not in said(app)
    ready = [node.proto.label for node in app.get("download_button")]
    assert [one.endswith(", earlier answers") for one in ready if one.startswith("ZIP, ")] == [True]


def test_cards_are_put_in_order(open_page: OpenPage, store: Store, trial: int, report: int) -> None:
    """A report would tell its story backwards."""
    app = open_page(PAGE)
    assert app.button(key="move_arrow_upward").disabled
    app.button(key="move_arrow_downward").click().run()
    assert titles(store, trial) == ["Dear reader", "Change since baseline"]
    assert "Card 2 of 2" in said(app), "the same card stays chosen"
    app.button(key="move_vertical_align_top").click().run()
    assert titles(store, trial) == ["Change since baseline", "Dear reader"]


def test_title_and_comment_are_edited_in_place(
    open_page: OpenPage, store: Store, trial: int, report: int
) -> None:
    """Words for the client would have to be written in Word, and be lost at the next refresh."""
    app = open_page(PAGE)
    field(app, "Title").set_value("The serum firms")
    field(app, "Comment").set_value("Mind the small n.")
    press(app, "Save the card")
    (card, _) = reports(store, trial)[0].cards
    assert (card.title, card.comment) == ("The serum firms", "Mind the small n.")
    assert "Mind the small n." in said(app)
    field(app, "Title").set_value("")
    press(app, "Save the card")
    assert "has no name" in said(app)
    assert titles(store, trial)[0] == "The serum firms"


def test_cards_are_added_and_removed(
    open_page: OpenPage, store: Store, trial: int, report: int
) -> None:
    """A report could only grow."""
    app = open_page(PAGE)
    app.text_input(key="text_title_2").set_value("Conclusion")
    app.text_area(key="text_2").set_value("It works.")
    press(app, "Add the text")
    assert titles(store, trial)[-1] == "Conclusion"
    assert "Card 3 of 3" in said(app)
    press(app, "Remove the card")
    assert titles(store, trial) == ["Change since baseline", "Dear reader"]
    assert "Card 1 of 2" in said(app)


def test_each_format_is_made_by_a_job_and_kept(
    open_page: OpenPage, store: Store, trial: int, report: int
) -> None:
    """The page would hang while it draws, or the file be gone after a reload."""
    app = open_page(PAGE)
    labels = [one.label for one in app.button if one.key.startswith("format_")]
    assert labels == ["PDF", "Word", "PowerPoint", "Web page", "Excel", "ZIP"]
    press(app, "Excel")
    assert "Writing Excel" in said(app)
    do_jobs(store, "report")
    for opened in (app.run(), open_page(PAGE)):
        buttons = [node.proto.label for node in opened.get("download_button")]
        assert [one for one in buttons if one.startswith("Excel, ")]
    with store.read() as tx:
        (kept,) = list_renderings(tx, trial)
        assert read_rendering(tx, kept.rendering_id)[:2] == b"PK"
    app.session_state["report_tab"] = "Rendered"
    app.run()
    assert kept.sha256[:12] in said(app)
    assert "Final result" in said(app)


def test_a_report_that_cannot_be_written_says_why(
    open_page: OpenPage, store: Store, trial: int, report: int
) -> None:
    """Somebody would wait for a file that never comes."""
    app = open_page(PAGE)
    press(app, "PDF")
    with store.write(by=ADA) as tx:
        (job,) = take(tx, 1, kinds=("report",))
        fail(tx, job.job_id, "the disk is full; free some space")
    assert "PDF was not written: the disk is full" in said(app.run())


def test_a_card_that_cannot_be_answered_says_why_and_is_left_out(
    open_page: OpenPage, store: Store, trial: int, report: int
) -> None:
    """A failed card would look like one that is still to come."""
    with store.write(by=ADA) as tx:
        add_card(
            tx,
            report,
            question_to_json(Changes(trial, Asked("expected_grade", over_visits=True, site="leg"))),
        )
    do_jobs(store, "card")
    app = open_page(PAGE)
    assert badges(app) == ["Current", "Failed"]
    assert "site 'leg' is not in Night cream" in said(app)
    assert "1 card is left out" in said(app)


def test_reports_are_begun_renamed_and_deleted(
    open_page: OpenPage, store: Store, trial: int, report: int
) -> None:
    """A study could have one report for all readers."""
    app = open_page(PAGE)
    named = next(one for one in app.text_input if one.key.startswith("new_report_title"))
    named.set_value("For the client")
    press(app, "Begin an empty report")
    assert [one.title for one in reports(store, trial)] == ["For the client", "Final result"]
    assert "This report has no cards yet" in said(app)
    assert app.button(key="format_pdf").disabled
    named = next(one for one in app.text_input if one.key.startswith("report_title"))
    assert named.value == "For the client"
    named.set_value("For the lab")
    press(app, "Rename the report")
    assert reports(store, trial)[0].title == "For the lab"
    sure = next(one for one in app.checkbox if one.key.startswith("sure_"))
    assert app.button(key="delete").disabled
    sure.check().run()
    press(app, "Delete the report for good")
    assert [one.title for one in reports(store, trial)] == ["Final result"]
    assert "Card 1 of 2" in said(app)


def test_a_report_that_somebody_else_deleted_is_left_in_peace(
    open_page: OpenPage, store: Store, trial: int, report: int
) -> None:
    """A page that was open over lunch would end in a traceback."""
    app = open_page(PAGE)
    with store.write(by=ADA) as tx:
        delete_report(tx, report)
    press(app, "Refresh")
    assert not app.exception
    assert "No report of this study yet" in said(app)


def test_who_gave_no_name_is_asked_for_it(open_page: OpenPage, store: Store, bare: int) -> None:
    """A report would have no author."""
    app = open_page(PAGE, name="")
    press(app, "Standard report")
    assert "Who is at work?" in said(app)
    assert not reports(store, bare)
    app.text_input(key="name_standard_report").set_value("Cy")
    press(app, "Remember my name")
    assert "Cy (not verified)" in said(app)
    assert not reports(store, bare), "pressed by nobody, it is to be pressed again"
    press(app, "Standard report")
    assert reports(store, bare)[0].author == "Cy (not verified)"


def test_hostile_titles_stay_titles(
    open_page: OpenPage, store: Store, trial: int, report: int
) -> None:
    """A title would run, link or break the page for everybody."""
    with store.write(by=ADA) as tx:
        for name in NASTY:
            card = add_text(tx, report, name[:80], name)
            change_card(tx, card, comment=name)
    app = open_page(PAGE)
    for number in range(len(NASTY)):
        app.button(key=f"choose_card_{number + 3}").click().run()
        assert not app.exception
        assert f"Card {number + 3} of" in said(app)
        for one in app.markdown:
            assert "<script>" not in one.value


@pytest.mark.parametrize("result", ["cohorts", "before_after"])
def test_each_result_can_be_added_to_a_report(
    open_page: OpenPage, store: Store, bare: int, result: str
) -> None:
    """A result could be looked at, and not be taken into the document."""
    app = open_page(f"results/{result}.py")
    for tab, cards in TABS[result].items():
        if tab != "Result":
            open_tab(app, tab)
        for number in range(len(cards)):
            buttons = [one for one in app.button if one.label == "Add the card"]
            assert len(buttons) == len(cards)
            buttons[number].click().run()
            assert not app.exception
        assert "Added to **Report of Night cream**" in said(app)
    (one,) = reports(store, bare)
    asked = [card.question["card"] for card in one.cards if card.question]
    assert asked == [card for cards in TABS[result].values() for card in cards]


def test_a_scan_is_added_with_the_depth_that_is_looked_at(
    open_page: OpenPage, store: Store, bare: int
) -> None:
    """The document would show another slice than the one that was talked about."""
    with store.read() as tx:
        scan = int(scan_table(tx, bare)["scan_id"][0])
    app = open_page("data/scan.py", scan=str(scan))
    app.slider(key="depth_um").set_value(31).run()
    press(app, "Add the card")
    assert not app.exception
    (card,) = reports(store, bare)[0].cards
    assert card.question is not None
    asked = card.question["asked"]
    assert (asked["scan_id"], asked["depth_um"]) == (scan, 31)


def test_a_plan_for_the_next_study_is_added(open_page: OpenPage, store: Store, bare: int) -> None:
    """How many subjects are needed could not be put before those who pay for them."""
    app = open_page("tools/planning.py")
    press(app, "Add the card")
    assert not app.exception
    (card,) = reports(store, bare)[0].cards
    assert card.question is not None
    assert card.question["card"] == "planning"


def test_a_question_is_added_as_it_stands_on_the_page(
    open_page: OpenPage, store: Store, bare: int
) -> None:
    """The report would answer another question than the page from which it was taken."""
    app = open_page("results/before_after.py")
    app.slider[0].set_value((0, 39)).run()
    press(app, "Add the card")
    do_jobs(store, "card")
    (one,) = reports(store, bare)
    (card,) = one.cards
    assert card.question is not None
    assert str(card.question).count("39") == 1
    told = open_page(PAGE)
    assert "0–39 µm" in said(told)


def test_the_report_used_last_is_offered_first(
    open_page: OpenPage, store: Store, trial: int, report: int
) -> None:
    """Cards of one talk would end in three reports."""
    with store.write(by=ADA) as tx:
        create_report(tx, trial, "Another")
    app = open_page("results/before_after.py")
    pick = next(one for one in app.selectbox if (one.key or "").startswith("add_"))
    assert pick.value == reports(store, trial)[0].report_id
    pick.set_value(report).run()
    press(app, "Add the card")
    assert len(reports(store, trial)[1].cards) == 3
    app.session_state["change_tab"] = "Checks"
    app.run()
    pick = next(one for one in app.selectbox if (one.key or "").startswith("add_"))
    assert pick.value == report


def test_what_was_erased_since_is_marked(
    open_page: OpenPage, store: Store, trial: int, report: int
) -> None:
    """A file that rests on a withdrawn subject would go out once more."""
    with store.write(by=ADA) as tx:
        ask_rendering(tx, report, "xlsx")
    do_jobs(store, "report")
    with store.write(by=ADA) as tx:
        erase_subject(tx, trial, "A0", reason="consent withdrawn")
    app = open_page(PAGE)
    assert "A subject was erased after this was answered" in said(app)
    app.session_state["report_tab"] = "Rendered"
    assert "A subject was erased since" in said(app.run())
