"""Whose changes, over which depths: the filters of *Did the product change skin?*"""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dermdash.trial.database import Store
from dermdash.trial.scans import exclude_scan
from dermdash.trial.studies import set_subject
from tests.pages.conftest import OpenPage, open_tab, said
from tests.pages.filters import chosen, depths, in_address, pick, summary
from tests.support.plans import lock
from tests.support.studies import ADA, add_scan, grade_visits, make_study

PAGE = "results/before_after.py"
TABS = ("Result", "Along depth", "Responders", "Checks", "Sensitivity", "Code", "Subjects")
BASELINE = {"P1": 1.5, "P2": 1.8, "P3": 2.2, "P4": 2.0, "A1": 1.6, "A2": 1.9, "A3": 2.4, "A4": 2.1}
LATER = {"P1": 1.6, "P2": 1.7, "P3": 2.2, "P4": 2.1, "A1": 2.3, "A2": 2.5, "A3": 3.0, "A4": 2.8}
AGES = {"P1": 31, "P2": 35, "P3": 52, "P4": 66, "A1": 33, "A2": 41, "A3": 48}  # A4's is not known
THIRTY = {"value": "grade_mean", "score": "grade_mean", "depth_um": (0, 29)}
YOUNGER = ("P1", "P2", "P3", "A1", "A2", "A3")  # up to 52


def make(
    store: Store, folder: Path, name: str = "Night cream", *, subjects: Sequence[str] = (*BASELINE,)
) -> int:
    """Four subjects an arm, or some of them, at two visits."""
    study = make_study(store, name)
    for subject in subjects:
        arm = "placebo" if subject.startswith("P") else "active"
        for visit in ("D0", "D28"):
            add_scan(store, study, folder / name, subject, arm=arm, visit=visit)
    grade_visits(store, {"D0": BASELINE, "D28": LATER})
    with store.write(by=ADA) as tx:
        for subject, age in AGES.items():
            if subject in subjects:
                set_subject(tx, study, subject, covariates={"age": age})
    return study


def of_age(app: AppTest, study: int, low: float, high: float) -> AppTest:
    """The page of the subjects of these ages."""
    app = pick(app, f"change_{study}_by", ["age"])
    return app.slider(key=f"change_{study}_between_age").set_value((low, high)).run()


def shown(app: AppTest) -> tuple[str, list[object], list[str], list[str]]:
    """Words, tables, figures and the digest of the script's table: what a tab tells of subjects."""
    # Said of the study, whoever is chosen.
    of_all = (summary(app), "1 scan is excluded (placebo 1).")
    words = [line for line in said(app).splitlines() if not line.endswith((*of_all, "not known."))]
    tables = [
        frame.value.drop(columns="study", errors="ignore").to_dict() for frame in app.dataframe
    ]
    figures = [str(chart.proto.spec) for chart in app.get("plotly_chart")]
    scripts = re.findall(r"comparison-[0-9a-f]{8}", " ".join(code.value for code in app.code))
    return "\n".join(words), tables, figures, scripts


def test_every_tab_is_about_the_subjects_that_are_chosen(
    open_page: OpenPage, store: Store, tmp_path: Path
) -> None:
    """Lost: a tab would quietly be about other subjects than the result above it.

    A study that holds the chosen subjects alone says and draws the same on every tab.
    """
    whole = make(store, tmp_path)
    make(store, tmp_path, "Only them", subjects=YOUNGER)
    with store.write(by=ADA) as tx:
        exclude_scan(tx, _scan(store, whole, "P4", "D28"), "moved")
    filtered = of_age(open_page(PAGE, study="Night cream"), whole, 31.0, 52.0)
    assert "1 subject of active left out: age not known" in said(filtered)
    assert "age 31–52" in summary(filtered)
    alone = open_page(PAGE, study="Only them")
    for tab in TABS:
        filtered, alone = open_tab(filtered, tab), open_tab(alone, tab)
        assert not filtered.exception
        ours, theirs = shown(filtered), shown(alone)
        assert ours[0].replace("Night cream", "Only them") == theirs[0], tab
        assert ours[1:] == theirs[1:], tab
    assert in_address(filtered) == {"study", f"score_{whole}", f"depth_um_{whole}"}


def _scan(store: Store, study: int, subject: str, visit: str) -> int:
    from dermdash.trial.scans import scan_table

    with store.read() as tx:
        scans = scan_table(tx, study)
    (scan,) = scans.query(f"subject_id == '{subject}' and visit == '{visit}'")["scan_id"]
    return int(scan)


def test_one_arm_alone_is_its_own_change(open_page: OpenPage, store: Store, tmp_path: Path) -> None:
    """Lost: leaving an arm out would end in an error, or keep its subjects on some tabs."""
    study = make(store, tmp_path)
    lock(store, study, primary=("active", "placebo", "D28"))
    app = pick(open_page(PAGE), f"change_{study}_arms", ["active"])
    assert not app.exception
    words = said(app)
    assert "only active" in summary(app)
    assert "EXPLORATORY" in words
    assert "Without placebo" in words
    assert app.dataframe[0].value["Difference"].tolist() == ["D28 − D0"]
    for tab in TABS:
        app = open_tab(app, tab)
        assert not app.exception, tab
    assert set(app.dataframe[0].value["arm"]) == {"active"}


def test_a_filter_that_leaves_too_few_says_so(
    open_page: OpenPage, store: Store, tmp_path: Path
) -> None:
    """Lost: an empty figure would pass for no change."""
    study = make(store, tmp_path)
    app = of_age(open_page(PAGE), study, 42.0, 47.0)
    assert not app.exception
    assert "no scan of Night cream is graded under these filters" in said(app)
    app = depths(open_page(PAGE)).set_value((30, 30)).run()
    assert "30 to 30 µm is no depth range; choose two depths" in said(app)


def test_scans_that_end_above_the_depths_asked_for_are_said_to(
    open_page: OpenPage, store: Store, tmp_path: Path
) -> None:
    """Lost: who graded every scan would be told to grade them."""
    study = make_study(store)
    for subject, arm in {"P1": "placebo", "A1": "active"}.items():
        add_scan(store, study, tmp_path, subject, arm=arm)
    grade_visits(store, {"D0": BASELINE}, depths=range(-10, 40))
    words = said(open_page(PAGE))
    assert "no graded scan of Night cream covers the depths that are asked" in words
    assert "ends at 39 µm under the DEJ; choose a shallower range" in words


def test_a_page_opens_as_planned_and_a_filter_explores(
    open_page: OpenPage, store: Store, tmp_path: Path
) -> None:
    """Lost: the planned result would have to be looked for, or a chosen group pass for planned."""
    study = make(store, tmp_path)
    lock(store, study, primary=("active", "placebo", "D28"), responder_threshold=0.45, **THIRTY)
    app = open_page(PAGE)
    assert not app.exception
    assert "0–29 µm, mean grade" in summary(app)
    assert "Threshold of the analysis plan: +0.45" in said(open_tab(app, "Responders"))
    words = said(open_tab(app, "Result"))
    assert "PLANNED" in words
    assert "after 16 scans were graded" in words
    explored = said(of_age(app, study, 31.0, 66.0))
    assert "EXPLORATORY" in explored
    assert "Among subjects chosen by age" in explored


@pytest.mark.parametrize("results", [PAGE, "results/cohorts.py"])
def test_each_study_opens_on_its_own_plan(
    open_page: OpenPage, store: Store, tmp_path: Path, results: str
) -> None:
    """Lost: another study's depths would stay in place, and its result be called planned."""
    first, second = make(store, tmp_path), make(store, tmp_path, "Day cream")
    make(store, tmp_path, "No plan")
    lock(store, first, primary=("active", "placebo", "D28"), **THIRTY)
    lock(store, second, primary=("active", "placebo", "D28"), depth_um=(10, 49))
    app = open_page(results, study="Night cream")
    for name, range_um, score in (
        ("Night cream", (0, 29), "grade_mean"),
        ("Day cream", (10, 49), "expected_grade"),
        ("No plan", (0, 69), "expected_grade"),
        ("Night cream", (0, 29), "grade_mean"),
    ):
        app = app.selectbox(key="study").set_value(name).run()
        assert not app.exception
        assert (depths(app).value, chosen(app, "score_")) == (range_um, score)


def test_what_the_address_says_comes_before_the_plan(
    open_page: OpenPage, store: Store, tmp_path: Path
) -> None:
    """Lost: a link to an exploratory result would show the planned one in its place."""
    study = make(store, tmp_path)
    lock(store, study, primary=("active", "placebo", "D28"), **THIRTY)
    app = open_page(PAGE, **{f"depth_um_{study}_plan1": ["10", "49"]})
    assert "10–49 µm, mean grade" in summary(app)
    assert "Over 10 to 49 µm, where the plan says 0 to 29 µm" in said(app)


def test_an_amended_plan_is_opened_on(open_page: OpenPage, store: Store, tmp_path: Path) -> None:
    """Lost: the range of a superseded plan would stay in place until the browser is closed."""
    study = make(store, tmp_path)
    lock(store, study, primary=("active", "placebo", "D28"), **THIRTY)
    app = open_page(PAGE)
    assert depths(app).value == (0, 29)
    lock(store, study, primary=("active", "placebo", "D28"), depth_um=(0, 39))
    app = app.run()
    assert "0–39 µm, expected grade" in summary(app)
    assert "PLANNED" in said(app)
    assert "amends version 1" in said(app)
