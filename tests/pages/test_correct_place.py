"""A scan with the wrong label, put right on its own page."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dermdash.trial.database import Store
from dermdash.trial.scans import scan_table
from tests.pages.conftest import OpenPage, press, said
from tests.support.studies import add_scan, make_study

PAGE = "data/scan.py"


@pytest.fixture
def two(store: Store, tmp_path: Path) -> int:
    """The first of two scans, of S01 and of S02."""
    study = make_study(store)
    first = add_scan(store, study, tmp_path, "S01")
    add_scan(store, study, tmp_path, "S02")
    return first


def move(app: AppTest, label: str, value: str, reason: str = "label misread") -> AppTest:
    field = next(f for f in app.selectbox if f.label == label)
    field.set_value(value)
    next(f for f in app.text_input if f.placeholder.startswith("the label")).set_value(reason)
    return press(app, "Move the scan")


def places(store: Store) -> list[str]:
    with store.read() as tx:
        table = scan_table(tx).sort_values("scan_id")
    return list(table["subject_id"] + " " + table["visit"])


def test_a_scan_is_moved_for_a_reason(open_page: OpenPage, two: int, store: Store) -> None:
    """A mislabelled scan would have to be deleted, and marked and graded again."""
    app = move(open_page(PAGE, scan=str(two)), "Visit", "D28", reason=" ")
    assert "without a reason" in said(app)
    assert places(store) == ["S01 D0", "S02 D0"]
    app = move(app, "Visit", "D28")
    assert not app.exception
    assert places(store) == ["S01 D28", "S02 D0"]
    assert app.title[0].value == "S01 · D28 · cheek"


def test_where_another_lies_the_two_may_be_swapped(
    open_page: OpenPage, two: int, store: Store
) -> None:
    """Two swapped labels could be put right only by way of a place that neither has."""
    app = move(open_page(PAGE, scan=str(two)), "Subject", "S02")
    assert "Were the two labels swapped?" in said(app)
    assert places(store) == ["S01 D0", "S02 D0"]
    app = press(app, "Swap the two scans")
    assert not app.exception
    assert places(store) == ["S02 D0", "S01 D0"]
