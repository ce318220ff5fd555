"""Responders, repeatability and missing scores on a page of their own."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dermdash.settings import load_settings
from dermdash.trial.database import open_store
from dermdash.trial.scans import exclude_scan
from dermdash.ui import guard
from tests.support.studies import ADA, add_scan, grade_visits, make_study

NAN = float("nan")
CHANGES = {
    "placebo": [0.05, -0.1, 0.25, 0.0, -0.05, 0.12, NAN],
    "active": [0.3, 0.25, 0.45, 0.1, 0.5, 0.38, NAN],
}


def words_of(app: AppTest) -> str:
    assert not app.exception
    kinds = (*app.markdown, *app.caption, *app.info, *app.warning)
    return "\n".join(str(element.value) for element in kinds).replace("\\", "")


def responder_page(changes: dict[str, list[float]]) -> None:
    from dermdash.ui.responder_parts import show_responders
    from tests.support.trials import changing, compared, profiles_of, study_of

    layers = profiles_of(changing(changes))
    study = study_of(arms=list(changes), control="placebo" if "placebo" in changes else None)
    show_responders(study, *compared(layers, study), layers, name="Trial", mark="SYNTHETIC")


def run(page, *args: object) -> AppTest:  # type: ignore[no-untyped-def]
    return AppTest.from_function(page, args=args, default_timeout=60).run()


def test_responders_are_counted_as_asked() -> None:
    """Lost: a threshold would be typed, and another one counted."""
    app = run(responder_page, CHANGES)
    words = words_of(app)
    assert "5 of 6 (83 %) in active against 1 of 6 (17 %) in placebo" in words
    assert "1 of 7 subjects of active have no change and are left out." in words
    assert "counted as no response: active 5 of 7 (71 %), placebo 1 of 7 (14 %)" in words
    assert "lies under the smallest detectable change" in words
    assert len(app.get("plotly_chart")) == 1
    assert app.dataframe[0].value["Responders"].tolist() == [5, 1]
    app.number_input(key="responder_threshold").set_value(0.4).run()
    assert "2 of 6 (33 %) in active against 0 of 6 (0 %) in placebo" in words_of(app)


def test_a_threshold_of_0_is_refused_in_words() -> None:
    """Lost: everybody would respond to nothing, or the page would break."""
    app = run(responder_page, CHANGES)
    app.number_input(key="responder_threshold").set_value(0.0).run()
    assert "threshold 0 does not say who responded" in words_of(app)
    assert app.number_input(key="responder_threshold").value == 0
    assert not app.get("plotly_chart")


def test_one_arm_without_repeats_says_what_it_lacks() -> None:
    """Lost: a share without control and without error would pass for a result."""
    app = run(responder_page, {"active": [0.3, 0.1, 0.4, 0.2]})
    words = words_of(app)
    assert "3 of 4 (75 %) rose by at least 0.20" in words
    assert "without a control" in words
    assert "smallest detectable change is not known, for want of repeated scans" in words


def repeatability_page(changes: dict[str, list[float]]) -> None:
    from dermdash.ui.repeatability_parts import show_repeatability
    from tests.support.trials import SCORE, changing, profiles_of, study_of

    show_repeatability(study_of(), profiles_of(changing(changes)), SCORE, name="Trial")


def test_repeatability_from_the_control_arm() -> None:
    """Lost: nobody would know which change is more than error."""
    app = run(repeatability_page, CHANGES)
    words = words_of(app)
    assert "has changed beyond measurement error once it differs by 0." in words
    assert "visits of placebo, the control: 13 scans of 7 subjects" in words
    assert "1 subject has one scan only" in words
    assert len(app.dataframe) == 2


def test_no_repeats_say_what_to_scan() -> None:
    """Lost: an empty tab."""
    app = run(repeatability_page, {"active": [0.3, 0.2, 0.1]})
    words = words_of(app)
    assert "Repeatability is not known: no subject of Trial was scanned twice" in words
    assert "scan ten subjects or more twice at one visit" in words


def missing_page(changes: dict[str, list[float]]) -> None:
    from dermdash.ui.missing_parts import show_levels, show_missing
    from tests.support.trials import changing, compared, profiles_of

    scored, found = compared(profiles_of(changing(changes)))
    show_levels(scored, found)
    show_missing(scored, found, name="Trial", mark="SYNTHETIC")


def test_missing_scores_show_where_they_would_tip() -> None:
    """Lost: a result that hangs on who left would look safe."""
    app = run(missing_page, CHANGES)
    words = words_of(app)
    assert "12 subjects (active 6; placebo 6), the n of every test; within them 24 scans" in words
    assert "With the missing D56 scores (1 of active, 1 of placebo) as expected" in words
    assert len(app.get("plotly_chart")) == 1


def test_nothing_missing_is_said() -> None:
    """Lost: an empty figure."""
    app = run(missing_page, {"placebo": [0.0, 0.1, 0.05], "active": [0.4, 0.5, 0.3]})
    assert "Not asked: no D56 score of active or placebo is missing" in words_of(app)


def other_scores_page() -> None:
    from dermdash.analysis.comparisons import compare_study, score_study
    from dermdash.trial.gradings import profiles
    from dermdash.trial.studies import get_study
    from dermdash.ui.guard import guard as enter
    from dermdash.ui.missing_parts import show_other_scores

    access = enter()
    with access.read() as tx:
        study = get_study(tx, 1)
        scored = score_study(tx, 1, "expected_grade")
        layers = profiles(tx, 1, margin=True)
    show_other_scores(
        access,
        study,
        layers,
        compare_study(study, scored, "expected_grade"),
        lambda other: compare_study(study, other, "expected_grade"),
        arms=("placebo", "active"),
        site="cheek",
        name="Night cream",
    )


def test_excluded_scans_come_back_beside_the_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lost: nobody could see what an exclusion did."""
    monkeypatch.setenv("DERMDASH_HOME", str(tmp_path / "home"))
    first = {"P1": 1.5, "P2": 1.8, "P3": 2.2, "A1": 1.6, "A2": 1.9, "A3": 2.4}
    last = {"P1": 1.6, "P2": 1.7, "P3": 2.2, "A1": 2.3, "A2": 2.5, "A3": 3.0}
    with open_store(load_settings()) as store:
        study = make_study(store)
        scans = [
            add_scan(store, study, tmp_path, subject, arm=arm, visit=visit)
            for subject in first
            for arm in ("placebo" if subject.startswith("P") else "active",)
            for visit in ("D0", "D28")
        ]
        grade_visits(store, {"D0": first, "D28": last})
        with store.write(by=ADA) as tx:
            exclude_scan(tx, scans[-1], "moved")
    app = run(other_scores_page)
    guard.open_cached_store.clear()
    words = words_of(app)
    assert "With 1 excluded scan back (6 subjects, 12 scans): active − placebo is" in words
    assert "All scans cover 0 to 69 µm" in words
    assert app.dataframe[0].value["Scores"].tolist()[0] == "as compared"
