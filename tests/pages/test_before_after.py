"""Did the product change skin more than the control?"""

from pathlib import Path

import pytest

from dermdash.trial.database import Store
from tests.pages.conftest import OpenPage, open_tab, said
from tests.pages.filters import depths
from tests.support.studies import add_scan, grade_visits, make_study

PAGE = "results/before_after.py"
BASELINE = {"P1": 1.5, "P2": 1.8, "P3": 2.2, "P4": 2.0, "A1": 1.6, "A2": 1.9, "A3": 2.4, "A4": 2.1}
LATER = {"P1": 1.6, "P2": 1.7, "P3": 2.2, "P4": 2.1, "A1": 2.3, "A2": 2.5, "A3": 3.0, "A4": 2.8}


@pytest.fixture
def trial(store: Store, tmp_path: Path) -> int:
    """Four subjects an arm; the active ones rise by some .65."""
    study = make_study(store)
    for subject in BASELINE:
        arm = "placebo" if subject.startswith("P") else "active"
        for visit in ("D0", "D28"):
            add_scan(store, study, tmp_path, subject, arm=arm, visit=visit)
    grade_visits(store, {"D0": BASELINE, "D28": LATER})
    return study


def test_the_answer_is_the_difference_between_the_arms(open_page: OpenPage, trial: int) -> None:
    """A within-arm change would be taken for the product's effect."""
    app = open_page(PAGE)
    assert not app.exception
    words = said(app)
    assert "At D28, baseline-adjusted mean expected grade was" in words
    assert "higher in active than in placebo (95 % CI" in words
    assert len(app.get("plotly_chart")) == 2
    assert "EXPLORATORY" in words
    table = app.dataframe[0].value
    assert table["Difference"].tolist() == ["active − placebo"]
    assert table["Test"].tolist() == ["ANCOVA"]
    assert "Subjects analysed: active 4, placebo 4" in words


def test_scans_still_to_be_graded_make_it_an_interim_look(
    open_page: OpenPage, store: Store, trial: int, tmp_path: Path
) -> None:
    """A result that changes with the next scan would be taken for the study's."""
    assert "interim" not in said(open_page(PAGE))
    add_scan(store, trial, tmp_path, "A5", arm="active")
    app = open_page(PAGE)
    assert "1 of 17 scans of the study are not graded: this is an interim look" in said(app)
    add_scan(store, trial, tmp_path, "A6", arm="active")
    grade_visits(store, {"D0": {"A5": 2.0, "A6": 2.0}}, depths=range(-10, 60))
    assert "2 visits of active missing: depths not covered" in said(open_page(PAGE))


@pytest.mark.parametrize(
    ("tab", "words", "charts"),
    [
        ("Along depth", "Change by D28: active − placebo differs from 0 at", 2),
        ("Responders", "rose by at least", 1),
        ("Checks", "Other valid tests of the same question", 2),
        ("Sensitivity", "Sensitivity to the DEJ", 1),
        ("Code", "Run it yourself", 0),
        ("Subjects", "", 0),
    ],
)
def test_each_tab_opens(open_page: OpenPage, trial: int, tab: str, words: str, charts: int) -> None:
    """A tab would end in a traceback on the first study that is not the demo."""
    app = open_tab(open_page(PAGE), tab)
    assert not app.exception
    assert words in said(app)
    assert len(app.get("plotly_chart")) == charts


def test_real_scans_of_a_demonstration_model_withhold_claims(
    open_page: OpenPage, trial: int
) -> None:
    """Numbers of a model for trying would be put on a product."""
    assert "stars and claims are withheld" in said(open_page(PAGE))


def test_a_study_that_is_not_graded_says_so(open_page: OpenPage, store: Store) -> None:
    """An empty figure would look like a result."""
    make_study(store)
    app = open_page(PAGE)
    assert not app.exception
    assert "Nothing can be concluded yet: no scan of Night cream is graded" in said(app)


def test_without_a_study_the_page_leads_on(open_page: OpenPage, store: Store) -> None:
    """A newcomer would stand before a blank page."""
    app = open_page(PAGE)
    assert not app.exception
    assert "No study yet" in said(app)


def test_one_visit_leads_to_the_cohorts(open_page: OpenPage, store: Store, tmp_path: Path) -> None:
    """A change would be looked for where there is none."""
    study = make_study(store)
    for subject in BASELINE:
        arm = "placebo" if subject.startswith("P") else "active"
        add_scan(store, study, tmp_path, subject, arm=arm)
    grade_visits(store, {"D0": BASELINE})
    app = open_page(PAGE)
    assert not app.exception
    assert "a change needs a baseline and a later visit" in said(app)


def test_a_depth_range_is_followed(open_page: OpenPage, trial: int) -> None:
    """A score over other depths would be labelled as that of the whole dermis."""
    app = open_page(PAGE)
    depths(app).set_value((0, 39)).run()
    assert not app.exception
    assert "At D28, baseline-adjusted mean expected grade was" in said(app)
    app = open_tab(app, "Subjects")
    assert "0 to 39" in str(app.dataframe[0].proto)
    for tab in ("Sensitivity", "Responders", "Code"):
        assert not open_tab(app, tab).exception
