"""Which subjects, over which depths, of which studies: the filters of *Do groups differ?*"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from dermdash.trial.database import Store
from dermdash.trial.studies import ArmSpec, SiteSpec, VisitSpec, create_study, set_subject
from tests.pages.conftest import OpenPage, open_tab, said
from tests.pages.filters import depths, in_address, pick, summary
from tests.support.plans import lock
from tests.support.studies import ADA, add_scan, grade_queued

PAGE = "results/cohorts.py"
PAIR = {"young": (3.1, 2.7, 2.9), "old": (1.8, 2.2, 1.9)}


def make(
    store: Store,
    folder: Path,
    groups: Mapping[str, Sequence[float]],
    *,
    name: str = "Ageing",
    ages: Mapping[str, float] | None = None,
    n_layers: Mapping[str, int] | None = None,
    visits: int = 1,
) -> int:
    """A study of cohorts with a graded scan a subject: S1, S2, ... in the order given.

    ages, n_layers : of the subjects that are not like the others
    """
    with store.write(by=ADA) as tx:
        study = create_study(
            tx,
            name=name,
            kind="cohorts",
            arms=tuple(ArmSpec(arm) for arm in groups),
            visits=tuple(VisitSpec(f"D{day}", day, is_baseline=day == 0) for day in range(visits)),
            sites=(SiteSpec("cheek"),),
        )
    arms = [arm for arm, scores in groups.items() for _ in scores]
    quality = dict(
        zip(
            [f"S{n + 1}" for n in range(len(arms))],
            [score for scores in groups.values() for score in scores],
            strict=True,
        )
    )
    for subject, arm in zip(quality, arms, strict=True):
        add_scan(store, study, folder / name, subject, arm=arm)
        grade_queued(store, quality, depths=range(-10, (n_layers or {}).get(subject, 80)))
    if ages:
        with store.write(by=ADA) as tx:
            for subject, age in ages.items():
                set_subject(tx, study, subject, covariates={"age": age, "skin": f"type {age % 3}"})
    return study


def test_a_depth_range_is_followed_everywhere(
    open_page: OpenPage, store: Store, tmp_path: Path
) -> None:
    """Lost: a score over 20 to 40 um would be labelled as that of the whole dermis."""
    make(store, tmp_path, PAIR, n_layers={"S1": 35})
    app = open_page(PAGE)
    assert "1 subject of young missing: 0 to 69 µm not covered" in said(app)
    depths(app).set_value((5, 30)).run()
    assert not app.exception
    words = said(app)
    assert "mean ± SD over subjects, 5 to 30 µm" in words
    assert "**5 to 30 µm**, mean ± SD" in words
    assert "69" not in words.replace("layers 0 to 69 µm under the DEJ", "what was graded")
    assert "(n = 3), old" in words
    depths(app).set_value((40, 69)).run()
    assert "1 subject of young missing: 40 to 69 µm not covered" in said(app)


def test_the_address_brings_score_and_depths(
    open_page: OpenPage, store: Store, tmp_path: Path
) -> None:
    """Lost: a link to a colleague would show another result."""
    study = make(store, tmp_path, PAIR)
    chosen = {f"depth_um_{study}": ["10", "50"], f"score_{study}": "mean grade"}
    app = open_page(PAGE, **chosen)
    assert not app.exception
    assert "mean grade of 4, mean ± SD over subjects, 10 to 50 µm" in said(app)
    assert "10–50 µm, mean grade" in summary(app)


def test_an_address_out_of_range_is_put_right(
    open_page: OpenPage, store: Store, tmp_path: Path
) -> None:
    """Lost: a mistyped link would end in a traceback."""
    study = make(store, tmp_path, PAIR)
    for odd in (["500", "900"], ["x", "y"], ["60", "20"]):
        app = open_page(PAGE, **{f"depth_um_{study}": odd, "pooled": "No such study"})
        assert not app.exception
        assert "of 4, mean ± SD over subjects" in said(app) or "is no depth range" in said(app)


def test_a_range_of_nothing_is_refused(open_page: OpenPage, store: Store, tmp_path: Path) -> None:
    """Lost: both ends of the slider on one depth would divide by nothing."""
    make(store, tmp_path, PAIR)
    app = open_page(PAGE)
    depths(app).set_value((30, 30)).run()
    assert not app.exception
    assert "30 to 30 µm is no depth range; choose two depths" in said(app)


def test_subjects_are_filtered_by_age_and_any_covariate(
    open_page: OpenPage, store: Store, tmp_path: Path
) -> None:
    """Lost: an age effect could not be told from a group's."""
    ages = {"S1": 25, "S2": 31, "S3": 28, "S4": 66, "S5": 61}  # S6's is not known
    study = make(store, tmp_path, PAIR, ages=ages)
    app = open_page(PAGE)
    key = f"cohort_{study}"
    pick(app, f"{key}_by", ["age"])
    assert "1 subject of old left out: age not known" in said(app)
    app.slider(key=f"{key}_between_age").set_value((25.0, 61.0)).run()
    assert not app.exception
    assert open_tab(app, "Subjects").dataframe[-1].value["subject_id"].tolist() == [
        *("S1", "S2", "S3", "S5")
    ]
    open_tab(app, "Result")
    assert "age 25–61" in summary(app)
    pick(app, f"{key}_by", ["skin"])
    app.multiselect(key=f"{key}_one_of_skin").set_value(["type 1"]).run()
    assert open_tab(app, "Subjects").dataframe[-1].value["subject_id"].tolist() == [
        *("S1", "S2", "S3", "S5")
    ]
    open_tab(app, "Result")
    assert in_address(app) == {"study", f"score_{study}", f"depth_um_{study}"}


def test_a_filter_that_leaves_nobody_says_so(
    open_page: OpenPage, store: Store, tmp_path: Path
) -> None:
    """Lost: an empty figure would pass for no difference."""
    ages = {"S1": 25, "S2": 31, "S3": 28, "S4": 66, "S5": 61, "S6": 70}
    study = make(store, tmp_path, PAIR, ages=ages)
    app = open_page(PAGE)
    pick(app, f"cohort_{study}_by", ["age"])
    app.slider(key=f"cohort_{study}_between_age").set_value((40.0, 50.0)).run()
    assert not app.exception
    words = said(app)
    assert "No graded scan of Ageing covers 0 to 69 µm under these filters" in words
    assert "age 40–50" in words
    app.slider(key=f"cohort_{study}_between_age").set_value((25.0, 50.0)).run()
    assert not app.exception
    assert "No test: the table has one arm, 'young'" in said(app)


def test_studies_are_pooled_as_blocks(open_page: OpenPage, store: Store, tmp_path: Path) -> None:
    """Lost: what differs between two studies would be taken for what differs between groups."""
    study = make(store, tmp_path, PAIR)
    lower = {arm: [score - 0.5 for score in scores] for arm, scores in PAIR.items()}
    make(store, tmp_path, lower, name="Second site")
    app = open_page(PAGE)
    app.multiselect(key="pooled").set_value(["Second site"]).run()
    assert not app.exception
    words = said(app)
    assert "Mean expected grade was 0.93 higher in young than in old" in words
    assert "Difference in mean expected grade between arms within a study" in words
    assert "(Ageing 6, Second site 6)" in words
    assert "confounded" not in words
    assert "2 studies" in summary(app)
    assert "rearrangements of the subjects within their study" in said(open_tab(app, "Along depth"))
    subjects = open_tab(app, "Subjects").dataframe[-1].value
    assert set(subjects["study"]) == {"Ageing", "Second site"}
    assert in_address(app) == {"study", "pooled", f"score_{study}", f"depth_um_{study}"}


def test_groups_of_two_studies_are_called_confounded(
    open_page: OpenPage, store: Store, tmp_path: Path
) -> None:
    """Lost: two devices would be compared, and two groups be believed to differ."""
    make(store, tmp_path, {"young": PAIR["young"]}, name="Here")
    make(store, tmp_path, {"old": PAIR["old"]}, name="There")
    app = open_page(PAGE)
    assert "No test: the table has one arm, 'young'" in said(app)
    app.multiselect(key="pooled").set_value(["There"]).run()
    assert not app.exception
    words = said(app)
    assert "This difference is confounded with study." in words
    assert "is part of their difference and cannot be told from it" in words
    table = app.dataframe[0].value
    assert table["Note"].tolist() == ["confounded with study"]


def test_phantoms_are_not_offered_beside_people(
    open_page: OpenPage, store: Store, full: int, tmp_path: Path
) -> None:
    """Lost: synthetic scans would count as subjects."""
    with store.write(by=ADA) as tx:
        demo = create_study(
            tx,
            name="Demo",
            kind="cohorts",
            synthetic=True,
            arms=(ArmSpec("young"),),
            visits=(VisitSpec("D0", 0),),
            sites=(SiteSpec("cheek"),),
        )
    add_scan(store, demo, tmp_path, "P1", arm="young")
    grade_queued(store, {"P1": 3.0})
    app = open_page(PAGE)
    assert [one for one in app.multiselect if one.key == "pooled"] == []


@pytest.mark.parametrize(
    ("groups", "words"),
    [
        ({"=cmd|x": (2.1, 2.5, 2.3), "C(arm)": (3.1, 2.9, 3.3)}, "lower in =cmd|x than in C(arm)"),
        ({"0": (2.1, 2.5, 2.3), "a+b": (3.1, 2.9, 3.3)}, "lower in 0 than in a+b"),
        ({"'a' \"b\"": (2.1, 2.5, 2.3), "🧴": (3.1, 2.9, 3.3)}, "lower in 'a' \"b\" than in 🧴"),
        ({"<b>x</b>": (2.1, 2.5, 2.3), "$y$ :red[z]": (3.1, 2.9, 3.3)}, "in <b>x</b> than in $y$"),
        ({"only": (2.1, 2.5, 2.3)}, "No test: the table has one arm, 'only'"),
        ({"a": (2.1, 2.5, 2.3), "b": (3.0,)}, "No test: arm 'b' has 1 subject"),
        ({"a": (2.5, 2.5, 2.5), "b": (3.5, 3.5, 3.5)}, "are equal; a test needs values that vary"),
        ({"a": (2.5, 2.5, 2.5), "b": (2.5, 2.5, 2.5)}, "are equal; a test needs values that vary"),
        ({"a": (2.0, 2.0, 3.0, 2.0), "b": (2.0, 3.0, 3.0, 3.0)}, "the data do not settle whether"),
        ({"a": (2.0, 2.0, 2.0), "b": (2.5, 3.0, 3.5)}, "Welch's test is left out|differ"),
    ],
)
def test_odd_groups_are_compared_or_refused_in_one_sentence(
    open_page: OpenPage,
    store: Store,
    tmp_path: Path,
    groups: dict[str, tuple[float, ...]],
    words: str,
) -> None:
    """Lost: a traceback or a NaN would stand where an answer was expected."""
    make(store, tmp_path, groups)
    app = open_page(PAGE)
    assert not app.exception
    shown = said(app).casefold()
    assert any(part.casefold() in shown for part in words.split("|" if "Welch" in words else "\0"))
    assert "nan" not in shown.split()


def test_ten_visits_can_be_chosen_from(open_page: OpenPage, store: Store, tmp_path: Path) -> None:
    """Lost: a long study's later visits would be out of reach."""
    study = make(store, tmp_path, PAIR, visits=10)
    app = open_page(PAGE)
    assert len(app.selectbox(key=f"cohort_{study}_visit").options) == 10
    app.selectbox(key=f"cohort_{study}_visit").set_value("D9").run()
    assert not app.exception
    assert "No graded scan of Ageing covers 0 to 69 µm" in said(app)


def test_groups_open_at_the_planned_visit(
    open_page: OpenPage, store: Store, tmp_path: Path
) -> None:
    """Lost: the planned comparison would have to be looked for among the visits."""
    study = make(store, tmp_path, PAIR, visits=3)
    lock(store, study, primary=("young", "old", ""), primary_visit="D1", depth_um=(10, 49))
    app = open_page(PAGE)
    assert not app.exception
    assert app.selectbox(key=f"cohort_{study}_visit_plan1").value == "D1"
    assert depths(app).value == (10, 49)
    app.selectbox(key=f"cohort_{study}_visit_plan1").set_value("D0").run()
    assert "At D0, where the plan says D1" in said(app)


def test_arms_that_are_left_out_are_named(
    open_page: OpenPage, store: Store, tmp_path: Path
) -> None:
    """Lost: a comparison of two of three groups would read like one of all."""
    study = make(store, tmp_path, {**PAIR, "middle": (2.4, 2.6, 2.2)})
    app = open_page(PAGE)
    assert "only" not in summary(app)
    app = pick(app, f"cohort_{study}_arms", ["young", "old"])
    assert not app.exception
    assert "only young and old" in summary(app)
