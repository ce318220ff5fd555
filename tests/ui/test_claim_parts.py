"""Claims on a page are the card's own: what is offered, what is not, and why."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dermdash.reporting.cards.claims import Claims
from dermdash.reporting.cards.source import Source
from dermdash.settings import Settings
from dermdash.trial.database import Store, open_store
from dermdash.ui import claim_parts
from tests.support.graded import graded_trial


def page(home: str, study_id: int) -> None:
    from pathlib import Path

    from dermdash.settings import Settings
    from dermdash.trial.database import open_store
    from dermdash.trial.studies import get_study
    from dermdash.ui.claim_parts import show_claims
    from dermdash.ui.guard import Access

    with open_store(Settings(Path(home), processes=1)) as store:
        access = Access(store, None)
        with access.read() as tx:
            study = get_study(tx, study_id)
        show_claims(access, study)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    claim_parts._answered.clear()
    with open_store(Settings(tmp_path / "home", processes=1)) as opened:
        yield opened


def test_the_page_says_what_the_card_says(store: Store, tmp_path: Path) -> None:
    """Lost: a report would offer a sentence that its page withholds."""
    rises = {"placebo": (0.0, 0.1, -0.1), "active": (0.5, 0.65, 0.4)}
    study = graded_trial(store, tmp_path, rises=rises)
    with store.read() as tx:
        card = Claims(study)
        content = card.answer(card.read(Source(tx)))
    app = AppTest.from_function(
        page, args=(str(tmp_path / "home"), study), default_timeout=60
    ).run()
    assert not app.exception
    shown = " ".join(str(one.value) for one in app.markdown)
    assert content.message.split(";")[0] in shown.replace("\\", "")
    assert "Not offered, and why" in shown
    reasons = " ".join(map(str, app.table[0].value.to_numpy().ravel()))
    assert "exploratory" in reasons
    assert "no true zero" in reasons
