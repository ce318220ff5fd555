"""How many subjects?"""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dermdash.trial.database import Store
from tests.pages.conftest import OpenPage, press, said
from tests.support.studies import add_scan, grade_visits, make_study

PAGE = "tools/planning.py"
BASELINE = {"P1": 1.5, "P2": 1.8, "P3": 2.2, "P4": 2.0, "A1": 1.6, "A2": 1.9, "A3": 2.4, "A4": 2.1}
LATER = {"P1": 1.8, "P2": 1.7, "P3": 2.2, "P4": 2.5, "A1": 2.6, "A2": 2.5, "A3": 3.0, "A4": 2.8}


@pytest.fixture
def trial(store: Store, tmp_path: Path) -> int:
    """Four subjects an arm, at two visits."""
    study = make_study(store, "Night <b>cream")
    for subject in BASELINE:
        arm = "placebo" if subject.startswith("P") else "active"
        for visit in ("D0", "D28"):
            add_scan(store, study, tmp_path, subject, arm=arm, visit=visit)
    grade_visits(store, {"D0": BASELINE, "D28": LATER})
    return study


def number_of(app: AppTest) -> tuple[str, str]:
    return app.header[0].value, app.subheader[0].value


def enter(app: AppTest, key: str, value: float) -> AppTest:
    return app.number_input(key=f"plan_{key}").set_value(value).run()


def test_without_a_study_the_paper_s_numbers_answer(open_page: OpenPage) -> None:
    """A newcomer could not plan before there are data."""
    app = open_page(PAGE)
    assert not app.exception
    assert number_of(app) == ("38", "subjects to enrol, 19 in each of 2 arms")
    words = said(app)
    assert "Breugnot 2023: whole-dermis SDs 0.33, 0.36 and 0.37" in words
    assert "observed effect" not in words
    assert len(app.get("plotly_chart")) == 1
    assert app.dataframe[0].value["Enrol for power 80 %"].tolist()[1] == 38


@pytest.mark.parametrize(
    ("design", "number", "counts", "test"),
    [
        ("Two arms", "38", "19 in each of 2 arms", "t test of two arms"),
        ("Several arms", "75", "25 in each of 3 arms", "Tukey over all pairs"),
        ("Paired", "12", "subjects to enrol", "paired t test"),
        ("Change against a control", "32", "16 in each of 2 arms", "ANCOVA of two arms"),
    ],
)
def test_each_design_has_its_own_answer(
    open_page: OpenPage, design: str, number: str, counts: str, test: str
) -> None:
    """A paired study would be planned as two groups."""
    app = press(open_page(PAGE), design)
    assert not app.exception
    assert not app.error
    assert app.header[0].value == number
    assert counts in app.subheader[0].value
    assert test in said(app)


def test_the_detectable_difference_of_subjects_at_hand(open_page: OpenPage) -> None:
    """With a budget for 12 an arm nobody could tell what they will show."""
    app = open_page(PAGE)
    app.get("button_group")[0].set_value("difference").run()
    enter(app, "dropout", 0.0)
    assert not app.exception
    assert number_of(app) == (
        "0.43",
        "is detectable with 24 subjects, 12 in each of 2 arms",
    )
    enter(app, "enrolled", 100)
    assert app.header[0].value == "0.14"


def test_comparisons_that_are_many_need_more(open_page: OpenPage) -> None:
    """Three endpoints would be planned as one."""
    app = open_page(PAGE)
    app.selectbox(key="plan_for_two_arms").set_value(
        "several (visits, endpoints), Bonferroni"
    ).run()
    enter(app, "n_comparisons", 3)
    assert int(app.header[0].value) > 38
    assert "Bonferroni over 3" in said(app)


def test_a_study_gives_its_spread_and_never_its_effect(open_page: OpenPage, trial: int) -> None:
    """The next trial would be planned for an effect that chance has made large."""
    app = press(open_page(PAGE), "Change against a control")
    assumed = app.header[0].value
    app.selectbox(key="plan_source").set_value("Night <b>cream").run()
    assert not app.exception
    words = said(app)
    assert "Night <b>cream, 8 subjects: SD" in words
    assert "of the scores within arms at D28, adjusted for D0 (5 degrees of freedom" in words
    assert "their correlation" in words
    assert "the power of an observed effect is its p-value in other words" in words
    assert "DEMONSTRATION MODEL" in said(app)
    assert app.number_input(key="plan_difference").value == 0.36
    cautious = app.header[0].value
    app.get("button_group")[-1].set_value("estimate").run()
    assert int(app.header[0].value) < int(cautious)
    assert assumed != cautious
    table = str(app.table[0].value)
    assert "\\<b\\>" in table
    press(app, "Two arms")
    assert "scores within arms at D0 (6 degrees of freedom" in said(app)


def test_a_study_of_one_visit_says_nothing_of_changes(
    open_page: OpenPage, store: Store, tmp_path: Path
) -> None:
    """An SD between people would stand for one within them."""
    study = make_study(store)
    for subject in BASELINE:
        add_scan(store, study, tmp_path, subject)
    grade_visits(store, {"D0": BASELINE})
    app = press(open_page(PAGE), "Paired")
    app.selectbox(key="plan_source").set_value("Night cream").run()
    assert not app.exception
    assert len(app.error) == 1
    assert not app.header


@pytest.mark.parametrize(
    ("design", "key", "value", "says"),
    [
        ("Two arms", "sd", 0.0, "give a number above 0"),
        ("Two arms", "sd", 36.0, "wider than the scale"),
        ("Two arms", "difference", 0.0, "the smallest one that would matter"),
        ("Two arms", "difference", 5.0, "wider than the scale"),
        ("Two arms", "difference", 0.0001, "more than 100,000"),
        ("Two arms", "alpha", 0.0, "between 0 and 1"),
        ("Two arms", "power", 1.0, "must lie between alpha"),
        ("Two arms", "dropout", 1.0, "no share"),
        ("Several arms", "n_arms", 1, "give 2 to 50"),
        ("Several arms", "n_arms", 10**6, "give 2 to 50"),
        ("Paired", "correlation", 1.0, "between -1 and 1"),
        ("Change against a control", "correlation", -1.0, "between -1 and 1"),
        ("Change against a control", "n_change", 0, "give 2 to 50"),
    ],
)
def test_what_cannot_be_gets_one_sentence(
    open_page: OpenPage, design: str, key: str, value: float, says: str
) -> None:
    """A slip of the finger would end in a traceback, or in a number."""
    app = enter(press(open_page(PAGE), design), key, value)
    assert not app.exception
    assert len(app.error) == 1
    assert says in said(app)
    assert not app.header


def test_a_plan_is_a_link(open_page: OpenPage) -> None:
    """A colleague who opens the address would see another number than the one that was sent."""
    app = press(open_page(PAGE), "Change against a control")
    assert "change" in app.query_params["plan_design"]
    app.get("button_group")[0].set_value("difference").run()
    for key, value in (("ratio", 2.0), ("enrolled", 20), ("dropout", 0.2), ("alpha", 0.01)):
        enter(app, key, value)
    enter(app, "correlation", 0.7)
    app.selectbox(key="plan_for_change").set_value("several (visits, endpoints), Bonferroni").run()
    enter(app, "n_comparisons", 4)
    number, counts = number_of(app)
    assert counts == "is detectable with 60 subjects, 40 in the treatment, 20 in the control"
    words = said(app)
    other = open_page(
        PAGE,
        plan_design="change",
        plan_asked="Detectable difference",
        plan_ratio="2",
        plan_enrolled="20",
        plan_dropout="0.2",
        plan_alpha="0.01",
        plan_correlation="0.7",
        plan_for_change="several (visits, endpoints), Bonferroni",
        plan_n_comparisons="4",
    )
    assert not other.exception
    assert number_of(other) == (number, counts)
    assert said(other) == words
    press(other, "Two arms")
    assert "two_arms" in other.query_params["plan_design"]


def test_a_link_names_the_study_of_the_spread(open_page: OpenPage, trial: int) -> None:
    """The one who opens it would plan with the paper's SD in place of the study's."""
    app = press(open_page(PAGE), "Change against a control")
    app.selectbox(key="plan_source").set_value("Night <b>cream").run()
    app.get("button_group")[-1].set_value("estimate").run()
    app.get("button_group")[1].set_value("grade_mean").run()
    address = {
        "plan_design": "change",
        "plan_source": "from Night <b>cream",
        "plan_limit": "estimate",
        "cohort_score": "mean grade",
    }
    other = open_page(PAGE, **address)
    assert not other.exception
    assert number_of(other) == number_of(app)
    assert said(other) == said(app)
    kept = [*other.number_input, *other.selectbox, *other.get("button_group")]
    asked = [one for one in kept if not (one.key or "").startswith("add_")]  # to a report
    assert not [one for one in asked if one.proto.query_param_key == ""]


@pytest.mark.parametrize(
    "address",
    [
        {"plan_design": "<script>"},
        {"plan_alpha": "nan"},
        {"plan_sd": "inf"},
        {"plan_difference": "nan"},
        {"plan_power": "-inf"},
        {"plan_dropout": "nan"},
        {"plan_ratio": "nan"},
        {"plan_ratio": "0"},
        {"plan_asked": "difference", "plan_enrolled": "nan"},
        {"plan_asked": "difference", "plan_enrolled": "1e400"},
        {"plan_asked": "difference", "plan_enrolled": "-3"},
        {"plan_asked": "both"},
        {"plan_design": "arms", "plan_n_arms": "nan"},
        {"plan_design": "arms", "plan_n_arms": "99999999999999999999"},
        {"plan_design": "arms", "plan_for_arms": "all", "plan_n_arms": "2.5"},
        {"plan_source": "from nothing"},
    ],
)
def test_an_address_that_nobody_wrote(open_page: OpenPage, address: dict[str, str]) -> None:
    """A broken link would end in a traceback."""
    app = open_page(PAGE, **address)
    assert not app.exception
    assert len(app.header) + len(app.error) == 1


def test_arms_of_unequal_size(open_page: OpenPage) -> None:
    """Two to one would be planned as one to one, and the trial end too small."""
    app = enter(open_page(PAGE), "ratio", 2.0)
    assert number_of(app) == ("45", "subjects to enrol, 30 in the treatment, 15 in the control")
    words = said(app)
    assert "39 subjects with a score (26 in the treatment, 13 in the control)" in words
    assert "2 subjects of the treatment for each of the control" in words
    assert "treatment : control" in str(app.table[0].value).replace("\\", "")
    assert "treatment" in str(app.get("plotly_chart")[0].proto.spec)
    app.get("button_group")[0].set_value("difference").run()
    assert [one.label for one in app.number_input if one.key == "plan_enrolled"] == [
        "Subjects enrolled in the control"
    ]
    press(app, "Several arms")
    assert "plan_ratio" not in [one.key for one in app.number_input]
    assert not app.error
    change = enter(press(app, "Change against a control"), "n_change", 3)
    assert "plan_ratio" not in [one.key for one in change.number_input]
    assert not change.error
