"""The matrix that opens a study: what is there, what is missing, and the way to each."""

import pytest
from streamlit.testing.v1 import AppTest

from dermdash.trial.database import Store
from dermdash.trial.scans import exclude_scan
from dermdash.trial.studies import set_subject
from dermdash.ui.completeness_parts import TINTS, tinted
from tests.pages.conftest import OpenPage, said
from tests.support.studies import ADA


def click_page(row: int, column: str) -> None:
    """The place of a cell, as if it had been clicked."""
    from dermdash.trial.completeness import completeness
    from dermdash.trial.studies import get_study
    from dermdash.ui.completeness_parts import show_place
    from dermdash.ui.guard import guard as enter

    access = enter()
    with access.read() as tx:
        found = completeness(tx, get_study(tx, 1))
    show_place(found, f"S0{row}", column)


def test_the_matrix_opens_the_study(open_page: OpenPage, full: int, store: Store) -> None:
    """Nobody could tell at a glance what a study still lacks, or for which arm."""
    with store.write(by=ADA) as tx:
        exclude_scan(tx, 1, "motion")
        set_subject(tx, full, "S02", status="withdrawn", reason="moved away")
    app = open_page("data/studies.py")
    assert not app.exception
    assert "6 of 11 expected scans present" in said(app)
    assert "Expected: each subject at every visit." in said(app)
    table, arms = app.dataframe[0].value, app.dataframe[1].value
    assert table["subject_id"].tolist()[:2] == ["S01", "S02 · withdrawn"]
    assert table["D0"].tolist() == ["excluded"] + ["graded"] * 4 + ["no DEJ"]
    assert table["D28"].tolist() == ["missing", "withdrawn"] + ["missing"] * 4
    assert arms.loc["Scans expected"].to_dict() == {"placebo": 6, "active": 5}
    assert arms.loc["excluded"].to_dict() == {"placebo": 0, "active": 1}
    assert "Subjects planned" not in arms.index
    app.button_group(key="matrix_states").set_value(["no DEJ"]).run()
    assert app.dataframe[0].value["subject_id"].tolist() == ["S06"]


def test_every_state_has_its_own_tint() -> None:
    """A failed scan among good ones would not stand out."""
    import pandas as pd

    cells = pd.DataFrame({"D0": ["2 graded", "1 graded, 1 failed", "missing", "withdrawn"]})
    styles = tinted(cells)["D0"].tolist()
    assert TINTS["graded"][1] in styles[0]
    assert TINTS["failed"][1] in styles[1]
    assert "background" not in styles[2] + styles[3]
    assert len({tint for _, tint in TINTS.values()}) == len(TINTS)


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [(1, "D28", "S01 · D28** is missing: no scan of day 28"), (1, "arm", "Choose a cell")],
)
def test_a_click_says_what_is_missing(
    full: int, home: object, row: int, column: str, words: str
) -> None:
    """A hole in the matrix would lead nowhere."""
    app = AppTest.from_function(click_page, args=(row, column), default_timeout=60).run()
    assert not app.exception
    assert words in said(app)
    assert [b.label for b in app.button] == (["Add scans"] if column == "D28" else [])
