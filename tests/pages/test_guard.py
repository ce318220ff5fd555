"""What each page opens with."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from dermdash.trial.database import Store
from tests.pages.conftest import ROOT, SHELL, OpenPage, said

PAGES = sorted(str(path.relative_to(ROOT / "pages")) for path in ROOT.glob("pages/*/*.py"))


def test_no_page_lies_flat() -> None:
    """A page directly in ``pages/`` could be reached around the gate."""
    assert not list((ROOT / "pages").glob("*.py"))


@pytest.mark.parametrize("page", PAGES)
def test_each_page_opens_on_an_empty_store(open_page: OpenPage, page: str) -> None:
    """A fresh installation would greet with an error."""
    assert not open_page(page).exception


@pytest.mark.parametrize("page", PAGES)
def test_each_page_is_drawn_once_as_it_opens(
    open_page: OpenPage, full: int, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A click in the navigation is lost where Streamlit is just starting a page again."""
    again: list[str] = []
    monkeypatch.setattr("streamlit.rerun", lambda **_: again.append(page))
    assert not open_page(page, depth_um=["10", "40"]).exception
    assert not again


@pytest.mark.parametrize("page", PAGES)
def test_a_store_of_a_newer_version_gets_one_sentence(
    open_page: OpenPage, store: Store, page: str
) -> None:
    """An older program would write into a newer database, or show a traceback."""
    with sqlite3.connect(store.settings.database) as database:
        database.execute("update alembic_version set version_num = 'from the future'")
    database.close()
    app = open_page(page)
    assert not app.exception
    assert len(app.error) == 1
    assert "written by a newer dermdash" in said(app)
    assert not app.button


def test_a_data_folder_that_is_a_file_gets_one_sentence(
    open_page: OpenPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong setting would look like a fault of the program."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("DERMDASH_HOME", str(tmp_path / "file"))
    app = open_page("start/home.py")
    assert not app.exception
    assert "is not a folder" in said(app)


def test_pages_load_no_inference_and_no_training(full: int) -> None:
    """Each click would take a second longer, and the server ten times the memory."""
    script = (
        "import sys\n"
        "from streamlit.testing.v1 import AppTest\n"
        f"for page in {PAGES!r}:\n"
        f"    app = AppTest.from_file({str(SHELL)!r}, default_timeout=60)\n"
        "    app.query_params['scan'] = '1'\n"
        f"    app.switch_page({str(ROOT / 'pages')!r} + '/' + page)\n"
        "    assert not app.run().exception, page\n"
        "print({'tensorflow', 'keras', 'ai_edge_litert', 'sklearn'} & set(sys.modules))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"
