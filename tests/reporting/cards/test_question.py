"""A card's question outlives the session: asked again it gives the same answer, or says why not."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dermdash.analysis.filters import Between, OneOf
from dermdash.analysis.planned import Asked
from dermdash.errors import DesignError, StoreError
from dermdash.reporting.cards.changes import Changes
from dermdash.reporting.cards.kinds import question_from_json
from dermdash.reporting.cards.question import question_to_json
from dermdash.reporting.cards.source import Source
from dermdash.reporting.stored_blocks import content_to_json
from dermdash.settings import Settings
from dermdash.trial.corrections import exclude_scan
from dermdash.trial.database import Store, open_store
from dermdash.trial.scans import scan_table
from dermdash.trial.subjects import set_subject
from tests.support.graded import graded_trial
from tests.support.studies import ADA

ASKED = Asked("expected_grade", over_visits=True)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(Settings(tmp_path / "home", processes=1)) as opened:
        yield opened


def answer(store: Store, question: Changes) -> tuple[str, dict[str, Any]]:
    """The digest of what was read, and the card as it is kept."""
    with store.read() as tx:
        inputs = question.read(Source(tx))
    return inputs.digest, content_to_json(question.answer(inputs))


def test_a_question_survives_the_store() -> None:
    asked = replace(
        ASKED, arms=("a", "b"), covariates={"age": Between(25, 61), "type": OneOf(("II", "III"))}
    )
    question = Changes(3, asked)
    text = json.dumps(question_to_json(question), allow_nan=False)
    assert question_from_json(json.loads(text)) == question


@pytest.mark.parametrize("values", [{}, {"card": "gone", "asked": {}}, {"card": "changes"}])
def test_what_another_version_asked_is_refused_in_one_sentence(values: dict[str, Any]) -> None:
    with pytest.raises(StoreError, match="add it again"):
        question_from_json(values)


def test_the_same_data_give_the_same_card(store: Store, tmp_path: Path) -> None:
    """Lost: a card made by a job would differ from the page that it was added from."""
    question = Changes(graded_trial(store, tmp_path), ASKED)
    assert answer(store, question) == answer(store, question)


def test_an_exclusion_or_a_covariate_changes_the_digest(store: Store, tmp_path: Path) -> None:
    """Lost: a report would go out with numbers that its study does not give any more."""
    study = graded_trial(store, tmp_path)
    question = Changes(study, ASKED)
    digest, _ = answer(store, question)
    with store.write(by=ADA) as tx:
        scan = int(scan_table(tx, study)["scan_id"].iloc[0])
        exclude_scan(tx, scan, "moved")
    later, _ = answer(store, question)
    assert later != digest
    with store.write(by=ADA) as tx:
        set_subject(tx, study, "A1", covariates={"age": 44})
    assert answer(store, question)[0] not in (digest, later)


def test_what_is_asked_by_a_name_that_is_gone_is_refused(store: Store, tmp_path: Path) -> None:
    study = graded_trial(store, tmp_path)
    with pytest.raises(DesignError, match="arm 'vehicle' is not in Night cream"):
        answer(store, Changes(study, replace(ASKED, arms=("active", "vehicle"))))
