"""Pages without a browser: each starts at the shell, as the server starts it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dermdash.settings import load_settings
from dermdash.trial.database import Store, open_store
from dermdash.ui import guard
from tests.support.studies import add_scan, grade_queued, make_study

ROOT = Path(__file__).resolve().parents[2]
SHELL = ROOT / "dermdash/ui/shell.py"

OpenPage = Callable[..., AppTest]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A data folder of its own, and no store left open behind the test."""
    monkeypatch.setenv("DERMDASH_HOME", str(tmp_path / "home"))
    yield tmp_path / "home"
    guard.open_cached_store.clear()


@pytest.fixture
def store(home: Path) -> Iterator[Store]:
    with open_store(load_settings()) as opened:
        yield opened


@pytest.fixture
def open_page(home: Path) -> OpenPage:
    """Open a page by its place under ``pages/``; as somebody whose name is known, or not yet."""

    def open_at(page: str, *, name: str = "Ada", **query: str | list[str]) -> AppTest:
        app = AppTest.from_file(str(SHELL), default_timeout=60)
        app.session_state["name"] = name
        for key, value in query.items():
            app.query_params[key] = value
        app.switch_page(str(ROOT / "pages" / page))
        return app.run()

    return open_at


@pytest.fixture
def full(store: Store, tmp_path: Path) -> int:
    """A study with 4 graded scans, one without a DEJ, and one whose slab is too short."""
    study = make_study(store)
    quality = {"S01": 3.2, "S02": 2.8, "S03": 1.6, "S04": 2.0}
    for subject, arm in zip(quality, ("active", "active", "placebo", "placebo"), strict=True):
        add_scan(store, study, tmp_path, subject, arm=arm)
    grade_queued(store, quality)
    add_scan(store, study, tmp_path, "S05", arm="placebo")
    grade_queued(store, {"S05": 2.0}, depths=range(-10, 60))
    add_scan(store, study, tmp_path, "S06", arm="active", dej_um=None)
    return study


def press(app: AppTest, label: str) -> AppTest:
    """Press the button of this label."""
    return next(b for b in app.button if b.label == label).click().run()


def said(app: AppTest) -> str:
    """All that a page says, in one text, as it is read."""
    kinds: tuple[Any, ...] = (
        *(app.title, app.subheader, app.markdown, app.caption),
        *(app.error, app.info, app.warning, app.success),
    )
    words = "\n".join(str(element.value) for kind in kinds for element in kind)
    return words.replace("\\", "")


def open_tab(app: AppTest, name: str) -> AppTest:
    """The same page with another tab opened; only an open tab's content runs."""
    (key,) = [key for key in ("cohort_tab", "change_tab") if key in app.session_state]
    app.session_state[key] = name
    return app.run()
