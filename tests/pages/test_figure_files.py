"""Every figure of every page can be taken away, and says what it is of wherever it goes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dermdash.reporting.figures import print as printed
from dermdash.trial.database import Store
from dermdash.ui import figure_parts
from tests.pages.conftest import OpenPage, open_tab
from tests.support.studies import add_scan, grade_visits, make_study

BASELINE = {"P1": 1.5, "P2": 1.8, "P3": 2.2, "P4": 2.0, "A1": 1.6, "A2": 1.9, "A3": 2.4}
LATER = {"P1": 1.6, "P2": 1.7, "P3": 2.2, "A1": 2.3, "A2": 2.5, "A3": 3.0}
MARK = "SYNTHETIC · DEMONSTRATION MODEL"
TABS = {  # how many figures stand on each
    "results/cohorts.py": {
        "Result": 2,
        "Along depth": 2,
        "Classes": 2,
        "Checks": 2,
        "Sensitivity": 1,
        "Subjects": 1,
    },
    "results/before_after.py": {
        "Result": 2,
        "Along depth": 2,
        "Responders": 1,
        "Checks": 2,
        "Sensitivity": 2,
    },
}


@pytest.fixture
def phantoms(store: Store, tmp_path: Path) -> int:
    """A synthetic trial; one subject of placebo misses the later visit."""
    study = make_study(store, synthetic=True)
    for visit, scores in (("D0", BASELINE), ("D28", LATER)):
        for subject in scores:
            arm = "placebo" if subject.startswith("P") else "active"
            add_scan(store, study, tmp_path, subject, arm=arm, visit=visit)
    grade_visits(store, {"D0": BASELINE, "D28": LATER})
    return study


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, bytes]]:
    """Kind, mark and bytes of each file that a page offers, drawn as at a click."""
    files: list[tuple[str, str, bytes]] = []

    def note(file: Callable[..., bytes], draw: Any, kind: str, mark: str) -> Callable[[], bytes]:
        files.append((kind, mark, file(draw, kind, mark)))
        return lambda: files[-1][2]

    monkeypatch.setattr(figure_parts, "partial", note)
    monkeypatch.setattr(printed.style, "DOTS_PER_INCH", 30)  # quick, and none is looked at
    return files


def assert_all_taken(app: AppTest, offered: list[tuple[str, str, bytes]], charts: int) -> None:
    assert not app.exception
    assert len(app.get("plotly_chart")) == charts
    assert [(kind, mark) for kind, mark, _ in offered] == [("png", MARK), ("svg", MARK)] * charts
    for kind, _, file in offered:
        assert file.startswith(b"\x89PNG") if kind == "png" else b"<svg" in file


@pytest.mark.parametrize("place", TABS)
def test_each_figure_of_a_result(
    open_page: OpenPage, phantoms: int, offered: list[tuple[str, str, bytes]], place: str
) -> None:
    """Lost: a figure could be looked at only, or a phantom's pass for skin in a report."""
    app = open_page(place)
    for tab, charts in TABS[place].items():
        offered.clear()
        assert_all_taken(open_tab(app, tab), offered, charts)


def test_each_figure_of_a_scan(
    open_page: OpenPage, phantoms: int, offered: list[tuple[str, str, bytes]]
) -> None:
    """Lost: the profile that a score is believed by could not be shown to anybody."""
    assert_all_taken(open_page("data/scan.py", scan="1"), offered, 2)


def test_the_curve_of_a_plan_from_a_study(
    open_page: OpenPage, phantoms: int, offered: list[tuple[str, str, bytes]]
) -> None:
    """Lost: a number of subjects from the spread of phantoms would go into a protocol as skin's."""
    app = open_page("tools/planning.py")
    assert [mark for _, mark, _ in offered] == [""] * 2
    app.selectbox(key="plan_source").set_value("Night cream")
    offered.clear()
    assert_all_taken(app.run(), offered, 1)
