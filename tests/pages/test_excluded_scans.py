"""What excluded scans would change, on *Do groups differ?*"""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dermdash.trial.database import Store
from dermdash.trial.scans import exclude_scan
from dermdash.trial.studies import set_subject
from tests.pages.conftest import OpenPage, open_tab, said
from tests.support.studies import ADA, add_scan, grade_visits, make_study

BASELINE = {"P1": 1.5, "P2": 1.8, "P3": 2.2, "A1": 2.6, "A2": 2.9, "A3": 2.4}


@pytest.fixture
def study(store: Store, tmp_path: Path) -> int:
    """Six subjects at two visits; A3 is excluded at both, P3 at the later one."""
    made = make_study(store)
    scans = {
        (subject, visit): add_scan(
            store,
            made,
            tmp_path,
            subject,
            arm="placebo" if subject.startswith("P") else "active",
            visit=visit,
        )
        for subject in BASELINE
        for visit in ("D0", "D28")
    }
    grade_visits(store, {"D0": BASELINE, "D28": BASELINE | {"A3": 1.0}})
    with store.write(by=ADA) as tx:
        for place in (("A3", "D0"), ("A3", "D28"), ("P3", "D28")):
            exclude_scan(tx, scans[place], "moved")
        for number, subject in enumerate(BASELINE):
            set_subject(tx, made, subject, covariates={"age": 30 + number})
    return made


def sensitivity(app: AppTest) -> str:
    app = open_tab(app, "Sensitivity")
    assert not app.exception
    return said(app)


def test_those_of_the_visit_come_back(open_page: OpenPage, study: int) -> None:
    """Lost: scans of another visit would be said to be back, or nobody see what they did."""
    app = open_page("results/cohorts.py")
    app.selectbox(key=f"cohort_{study}_visit").set_value("D0").run()
    words = sensitivity(app)
    assert "With 1 excluded scan back (6 subjects, 6 scans): active − placebo is 0.80" in words
    assert "All scans cover 0 to 69 µm" in words
    app.selectbox(key=f"cohort_{study}_visit").set_value("D28").run()
    words = sensitivity(app)
    assert "With 2 excluded scans back (6 subjects, 6 scans): active − placebo is 0.33" in words


def test_they_are_counted_by_arm_in_each_table(open_page: OpenPage, study: int) -> None:
    """Lost: an arm could lose its worst scans, and nobody see it."""
    app = open_page("results/cohorts.py")
    app.selectbox(key=f"cohort_{study}_visit").set_value("D28").run()
    assert "3 scans are excluded (active 2, placebo 1)" in said(app)
    groups = next(t.value for t in app.dataframe if "n_excluded" in t.value)
    assert dict(zip(groups["arm"], groups["n_excluded"], strict=True)) == {
        "placebo": 1,
        "active": 1,
    }


def test_those_of_other_subjects_stay_out(open_page: OpenPage, study: int) -> None:
    """Lost: a subject who was filtered out would come back with the excluded scans."""
    app = open_page("results/cohorts.py")
    app.selectbox(key=f"cohort_{study}_visit").set_value("D0").run()
    (by,) = [one for one in app.get("button_group") if one.key == f"cohort_{study}_by"]
    by.set_value(["age"])
    app.run()
    app.slider(key=f"cohort_{study}_between_age").set_value((30.0, 34.0)).run()
    assert "No scan is excluded." in sensitivity(app)
