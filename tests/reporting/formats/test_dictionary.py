"""The data dictionary: what each column of a report's tidy tables holds."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from dermdash.reporting.blocks import Attachment, Figure
from dermdash.reporting.cards.baseline import Baseline
from dermdash.reporting.cards.classes import Classes
from dermdash.reporting.cards.depths import ChangeDepths
from dermdash.reporting.cards.participants import Participants
from dermdash.reporting.cards.provenance import Provenance
from dermdash.reporting.cards.source import Source
from dermdash.reporting.cards.standard import groups_asked
from dermdash.reporting.columns import COLUMNS
from dermdash.reporting.formats.dictionary import OWN, UNKNOWN, holds, unit
from dermdash.settings import Settings
from dermdash.trial.database import Store, open_store
from dermdash.trial.subjects import set_subject
from tests.support.graded import graded_trial
from tests.support.paperwork import CHANGES
from tests.support.studies import ADA


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(Settings(tmp_path / "home", processes=1)) as opened:
        yield opened


def test_what_the_cards_hand_out_is_described(store: Store, tmp_path: Path) -> None:
    """Lost: the dictionary would call our own columns unknown, next to covariates."""
    study = graded_trial(store, tmp_path)
    with store.write(by=ADA) as tx:
        set_subject(tx, study, "A0", covariates={"smoker": "no"})
    with store.read() as tx:
        source = Source(tx)
        groups = groups_asked(source.record(study), CHANGES)
        questions = (
            Participants(study),
            Baseline(study),
            ChangeDepths(study, CHANGES),
            Classes((study,), groups),
            Provenance(study),
        )
        contents = [question.answer(question.read(source)) for question in questions]
    frames = [block.data for content in contents for block in content.of(Figure)]
    attached = [block.content for content in contents for block in content.of(Attachment)]
    frames += [frame for frame in attached if isinstance(frame, pd.DataFrame)]
    assert len(frames) >= 7
    columns = {str(column) for frame in frames for column in frame}
    assert {column for column in columns if holds(column) == UNKNOWN} <= {"smoker"}


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ("depth_um", "µm"),
        ("expected_grade", "grade, 1 to 4"),
        ("class_share_2", "0 to 1"),
        ("n_layers", "whole number"),
        ("p_adjusted", "0 to 1"),
        ("day", "days"),
        ("mean", ""),
        ("age", ""),  # a covariate: nobody told us whether in years
        ("their_um", ""),
    ],
)
def test_units_are_said_of_our_columns_only(column: str, expected: str) -> None:
    """Lost: a covariate that is spelled like ours would be given a unit that nobody measured."""
    assert unit(column) == expected


def test_every_description_is_one_of_words() -> None:
    """Lost: a column would be described by nothing, or by a whole page."""
    for name in (*OWN, *COLUMNS):
        assert 8 < len(holds(name)) < 140, name
        assert not holds(name).endswith("."), name
