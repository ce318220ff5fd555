"""Do groups differ?"""

from pathlib import Path

import pytest

from dermdash.trial.database import Store
from tests.pages.conftest import OpenPage, open_tab, press, said
from tests.support.studies import add_scan, grade_queued, make_study

PAGE = "results/cohorts.py"


@pytest.fixture
def at_baseline(full: int) -> dict[str, object]:
    """The full study has scans at D0 only; its page opens on the last visit."""
    return {f"cohort_{full}_visit": "D0"}


def test_the_answer_is_a_sentence_two_figures_and_a_table(open_page: OpenPage, full: int) -> None:
    """The groups' difference would have to be read off a figure."""
    app = open_page(PAGE)
    app.selectbox(key=f"cohort_{full}_visit").set_value("D0").run()
    assert not app.exception
    words = said(app)
    assert "whether expected grade differs: active − placebo is 1.20 (95 % CI" in words
    assert "Placebo 1.80 ± 0.28 (n = 2), active 3.00 ± 0.28 (n = 2)" in words
    assert "expected grade of 4, mean ± SD over subjects, 0 to 69 µm" in words
    assert len(app.get("plotly_chart")) == 2
    assert app.dataframe[0].value["Difference"].tolist() == ["active − placebo"]
    table = app.dataframe[1].value
    assert table["n_subjects"].tolist() == [2, 2]


@pytest.mark.parametrize(
    ("tab", "charts"),
    [
        ("Along depth", 1),
        ("Classes", 2),
        ("Checks", 2),
        ("Sensitivity", 1),
        ("Code", 0),
        ("Subjects", 1),
    ],
)
def test_each_tab_opens(open_page: OpenPage, full: int, tab: str, charts: int) -> None:
    """A tab would end in a traceback on the first study that is not the demo."""
    app = open_page(PAGE)
    app.selectbox(key=f"cohort_{full}_visit").set_value("D0").run()
    app = open_tab(app, tab)
    assert not app.exception
    assert len(app.get("plotly_chart")) == charts


def test_a_subject_whose_slab_is_too_short_is_counted_as_missing(
    open_page: OpenPage, full: int
) -> None:
    """A score over 60 um would be averaged with scores over 70."""
    app = open_page(PAGE)
    app.selectbox(key=f"cohort_{full}_visit").set_value("D0").run()
    words = said(app)
    assert "1 subject of placebo missing: 0 to 69 µm not covered" in words
    assert "1 of 6 scans of the study are not graded" in words


def test_real_scans_of_a_demonstration_model_withhold_claims(
    open_page: OpenPage, full: int
) -> None:
    """Numbers of a model for trying would be put on a product."""
    app = open_page(PAGE)
    app.selectbox(key=f"cohort_{full}_visit").set_value("D0").run()
    assert "stars and claims are withheld" in said(app)
    assert "SYNTHETIC" not in said(app)


def test_a_synthetic_study_is_marked(open_page: OpenPage, store: Store, tmp_path: Path) -> None:
    """Phantoms would pass for people."""
    study = make_study(store, "Demo", synthetic=True)
    add_scan(store, study, tmp_path, "S01", visit="D28")
    grade_queued(store, {"S01": 3.0})
    app = open_page(PAGE)
    assert not app.exception
    assert "SYNTHETIC" in said(app)
    assert "withheld" not in said(app)


def test_without_graded_scans_the_page_says_what_is_missing(open_page: OpenPage, full: int) -> None:
    """An empty figure would look like a result."""
    app = open_page(PAGE)
    assert not app.exception
    assert "No graded scan of Night cream covers 0 to 69 µm" in said(app)
    assert app.dataframe[0].value["graded_arms"].tolist() == [2]


def test_arms_can_be_chosen(open_page: OpenPage, full: int) -> None:
    """Three arms could not be compared two by two."""
    app = open_page(PAGE)
    app.selectbox(key=f"cohort_{full}_visit").set_value("D0").run()
    app.get("button_group")[0].set_value(["active"]).run()
    assert not app.exception
    assert app.dataframe[0].value["arm"].tolist() == ["active"]


def test_without_a_study_the_page_says_what_to_do(open_page: OpenPage) -> None:
    """A newcomer would see an empty figure."""
    app = press(open_page(PAGE), "Create your first study")
    assert app.title[0].value == "Your first study"
