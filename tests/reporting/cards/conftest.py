"""Studies whose results are known, stored once for all tests of cards that only read them."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from dermdash.reporting.blocks import Content
from dermdash.reporting.cards.question import Question
from dermdash.settings import Settings
from dermdash.trial.database import Store, open_store
from tests.support.cards import answer
from tests.support.graded import graded_trial
from tests.support.reported import graded_cohorts, graded_sides


@dataclass(frozen=True)
class Known:
    """A store with a trial, three cohorts, a hemi-face study, more cohorts of the same codes, and a
    trial of one arm, by their ids.

    home : its data folder, to be copied by who writes
    """

    store: Store
    home: Path
    trial: int
    cohorts: int
    sides: int
    second: int
    alone: int
    _cards: dict[str, Content] = field(default_factory=dict)

    def card(self, question: Question) -> Content:
        """The card, answered once for all tests; of what is not written to."""
        key = repr(question)
        if key not in self._cards:
            self._cards[key] = answer(self.store, question)
        return self._cards[key]


@pytest.fixture(scope="session")
def known(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Known]:
    """To be read only."""
    folder = tmp_path_factory.mktemp("known")
    with open_store(settings_in(folder)) as store:
        yield Known(
            store,
            folder / "home",
            graded_trial(store, folder),
            graded_cohorts(store, folder),
            graded_sides(store, folder),
            graded_cohorts(store, folder, name="Second"),
            graded_trial(store, folder, rises={"active": (0.5, 0.6, 0.4)}, name="Alone"),
        )


@pytest.fixture
def copied(known: Known, tmp_path: Path) -> Iterator[Known]:
    """A copy of it, to be written to."""
    shutil.copytree(known.home, tmp_path / "home")
    with open_store(settings_in(tmp_path)) as store:
        ids = (known.trial, known.cohorts, known.sides, known.second, known.alone)
        yield Known(store, tmp_path / "home", *ids)


def settings_in(folder: Path) -> Settings:
    return Settings(folder / "home", processes=1, administrators=("Ada",))
