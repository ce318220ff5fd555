"""What a page says is what its card says: a report is collected from what was looked at."""

from pathlib import Path

import pytest

from dermdash.analysis.planned import Asked
from dermdash.reporting.blocks import Content, Paragraph, Table
from dermdash.reporting.cards.changes import Changes
from dermdash.reporting.cards.depths import ChangeDepths
from dermdash.reporting.cards.groups import Groups
from dermdash.reporting.cards.question import Question
from dermdash.reporting.cards.repeatability import Repeatability
from dermdash.reporting.cards.responders import Responders
from dermdash.reporting.cards.sensitivity import Sensitivity
from dermdash.trial.corrections import exclude_scan
from dermdash.trial.database import Store
from dermdash.trial.scans import scan_table
from dermdash.ui.responder_parts import USUAL_THRESHOLD
from tests.pages.conftest import OpenPage, open_tab, said
from tests.support.cards import CHANGES, answer
from tests.support.graded import graded_trial
from tests.support.studies import ADA

OWN = ("Asked of ", "Size of the whole effect: ", "The result: ")  # what a card says beside


@pytest.fixture
def trial(store: Store, tmp_path: Path) -> int:
    """A trial of two arms, a later scan of one subject excluded."""
    study = graded_trial(store, tmp_path)
    with store.write(by=ADA) as tx:
        scans = scan_table(tx, study)
        at = (scans["visit"] == "D28") & (scans["subject_id"] == "A1")
        exclude_scan(tx, int(scans.loc[at, "scan_id"].iloc[0]), "moved")
    return study


def sentences(content: Content) -> list[str]:
    """All that a card says in words, without what only a card must say."""
    words = [one.text for one in content.of(Paragraph)]
    words += [one.note for one in content.of(Table) if one.note.startswith("Difference between")]
    return [one for one in words if not one.startswith(OWN)]


def unsaid(content: Content, page: str) -> list[str]:
    """What a page does not say; a badge says whether a result was planned."""
    plain = page.replace("**", "").replace("\n", " ").casefold()
    return [
        one
        for one in sentences(content)
        if one.removeprefix("Exploratory: ").casefold().rstrip(".") not in plain
    ]


def test_before_after_says_what_its_cards_say(
    open_page: OpenPage, store: Store, trial: int
) -> None:
    """Lost: a report would say more, or less, than was seen on the page."""
    app = open_page("results/before_after.py")
    tabs: dict[str, tuple[Question, ...]] = {
        "Result": (Changes(trial, CHANGES),),
        "Along depth": (ChangeDepths(trial, CHANGES),),
        "Responders": (Responders(trial, CHANGES, USUAL_THRESHOLD),),
        "Sensitivity": (Sensitivity((trial,), CHANGES), Repeatability(trial, CHANGES)),
    }
    for tab, questions in tabs.items():
        shown = said(open_tab(app, tab))
        assert not app.exception
        for question in questions:
            card = answer(store, question)
            assert unsaid(card, shown) == [], tab
            assert len(unsaid(card, "")) >= 2


def test_cohorts_says_what_its_card_says(open_page: OpenPage, store: Store, trial: int) -> None:
    app = open_page("results/cohorts.py")
    shown = said(app)
    asked = Asked("expected_grade", over_visits=False, visit="D28")
    missing = unsaid(answer(store, Groups((trial,), asked)), shown)
    assert [one for one in missing if "what the product did stands on" not in one] == []
