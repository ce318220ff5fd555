"""A card that is kept as JSON shows later what it showed when it was made."""

import json

import pytest

from dermdash.analysis.wanted import SpreadWanted, Wanted
from dermdash.reporting.blocks import Attachment, Figure
from dermdash.reporting.cards.changes import Changes
from dermdash.reporting.cards.checks import Checks
from dermdash.reporting.cards.classes import Classes
from dermdash.reporting.cards.depths import ChangeDepths, GroupDepths
from dermdash.reporting.cards.groups import Groups
from dermdash.reporting.cards.kinds import CARDS, question_from_json
from dermdash.reporting.cards.one_scan import OneScan
from dermdash.reporting.cards.planning import Planning
from dermdash.reporting.cards.question import Question, question_to_json
from dermdash.reporting.cards.repeatability import Repeatability
from dermdash.reporting.cards.responders import Responders
from dermdash.reporting.cards.sensitivity import Sensitivity
from dermdash.reporting.figures import print as printed
from dermdash.reporting.figures import screen
from dermdash.reporting.stored_blocks import content_from_json, content_to_json
from tests.reporting.cards.conftest import Known
from tests.reporting.cards.test_groups import AT_D0
from tests.support.cards import CHANGES

PLAN = Wanted("subjects", "two_arms", "none", 2, 1, 1.0, SpreadWanted(), 0.36, 0.05, 0.8, 0.1)


def questions(known: Known) -> dict[str, Question]:
    return {
        "groups": Groups((known.cohorts,), AT_D0),
        "bars": Groups((known.cohorts,), AT_D0, bars=True),
        "changes": Changes(known.trial, CHANGES),
        "group_depths": GroupDepths((known.cohorts,), AT_D0),
        "change_depths": ChangeDepths(known.trial, CHANGES),
        "classes": Classes((known.cohorts,), AT_D0),
        "responders": Responders(known.trial, CHANGES, 0.5),
        "checks": Checks((known.trial,), CHANGES),
        "sensitivity": Sensitivity((known.trial,), CHANGES),
        "repeatability": Repeatability(known.trial, CHANGES),
        "planning": Planning(known.trial, PLAN),
        "scan": OneScan(known.trial, 1),
    }


NAMES = (
    "groups",
    "bars",
    "changes",
    "group_depths",
    "change_depths",
    "classes",
    "responders",
    "checks",
    "sensitivity",
    "repeatability",
    "planning",
    "scan",
)


@pytest.mark.parametrize("name", NAMES)
def test_a_kept_card_draws_the_same_figures(known: Known, name: str) -> None:
    """Lost: a report rendered again would differ from the one that was sent."""
    question = questions(known)[name]
    content = known.card(question)
    text = json.dumps(content_to_json(content), allow_nan=False)
    back = content_from_json(json.loads(text))
    assert (back.title, back.message) == (content.title, content.message)
    assert json.dumps(content_to_json(back), allow_nan=False) == text
    drawn = set()
    for one, other in zip(content.of(Figure), back.of(Figure), strict=True):
        assert other.data.equals(one.data)
        assert other.on(screen) is not None
        if one.draw not in drawn:  # a figure a pair of arms is drawn by one function
            assert printed.save(other.on(printed), "svg") == printed.save(one.on(printed), "svg")
        drawn.add(one.draw)
    for one, other in zip(content.of(Attachment), back.of(Attachment), strict=True):
        same = one.content == other.content if isinstance(one.content, str) else None
        assert same if same is not None else other.content.equals(one.content)


@pytest.mark.parametrize("name", NAMES)
def test_each_figure_says_what_is_seen(known: Known, name: str) -> None:
    """Lost: whoever cannot see a figure, or has it alone, would know neither unit nor n."""
    content = known.card(questions(known)[name])
    for figure in content.of(Figure):
        assert figure.caption.endswith(".")
        assert figure.alt.endswith(".")
        assert len(figure.data)
        if figure.chart is not None:
            own = figure.chart
            columns = (own.x, own.y, own.series, own.low, own.high)
            assert {column for column in columns if column} <= set(figure.data.columns)
    assert "nan" not in " ".join(figure.caption for figure in content.of(Figure))


@pytest.mark.parametrize("name", NAMES)
def test_a_question_is_asked_again_from_what_is_kept(known: Known, name: str) -> None:
    """Lost: a card could not be refreshed."""
    question = questions(known)[name]
    values = json.loads(json.dumps(question_to_json(question), allow_nan=False))
    assert question_from_json(values) == question
    assert CARDS[question.card] is type(question)
