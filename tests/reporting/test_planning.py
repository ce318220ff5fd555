"""A plan in words, tables and curves."""

import numpy as np
import pandas as pd
import pytest

from dermdash.reporting.figures.data_power import power_curves
from dermdash.reporting.figures.screen.power import power_lines
from dermdash.reporting.planning import (
    assumption_table,
    big_number,
    method_sentences,
    other_assumptions,
    plan_sentence,
    spread_sentence,
)
from dermdash.stats.planned import Planned, plan_difference, plan_subjects
from dermdash.stats.power import Design, power
from dermdash.stats.spread import StudySd, StudySpread

TWO = Design("two_arms", sd=0.36)
SPREAD = StudySpread(
    "Serum",
    "scores within arms at D56, adjusted for D0",
    StudySd(0.2, 19, 0.24, 0.8),
    22,
    ("D0", "D56"),
    StudySd(0.41, 20, 0.48, 0.8),
    StudySd(0.43, 20, 0.5, 0.8),
    0.89,
)


@pytest.fixture
def needed() -> Planned:
    return plan_subjects(TWO, 0.36, dropout=0.1)


@pytest.fixture
def detected() -> Planned:
    return plan_difference(TWO, 12, dropout=0.1)


def test_the_number_says_what_it_counts(needed: Planned, detected: Planned) -> None:
    """Lost: subjects an arm would be taken for subjects in all, or enrolled for analysed."""
    assert big_number(needed) == ("38", "subjects to enrol, 19 in each of 2 arms")
    words = plan_sentence(needed)
    assert "With 17 subjects with a score in each arm (34 in all)" in words
    assert "t test of two arms (two-sided, alpha 0.05)" in words
    assert "a true difference of 0.36 with a chance of 81 %" in words
    assert "19 are enrolled in each arm, since 10 % may have no score" in words
    assert big_number(detected) == ("0.48", "is detectable with 24 subjects, 12 in each of 2 arms")
    assert "12 are enrolled in each arm" in plan_sentence(detected)


def test_one_group_has_no_arms() -> None:
    """Lost: a paired study would be said to have twice its subjects."""
    paired = plan_subjects(Design("paired", sd=0.36), 0.36)
    assert big_number(paired) == ("10", "subjects to enrol")
    words = plan_sentence(paired)
    assert words.startswith("With 10 subjects with a score, the paired t test")
    assert words.endswith("; nobody is expected to drop out.")


@pytest.mark.parametrize(
    ("design", "says"),
    [
        (Design("pairs", 0.36, n_arms=3, multiplicity="dunnett"), "Dunnett against the control"),
        (Design("change", 0.36, correlation=0.5), "ANCOVA of two arms, adjusted for baseline"),
        (
            Design("two_arms", 0.36, multiplicity="bonferroni", n_comparisons=3),
            "Bonferroni over 3, two-sided",
        ),
    ],
)
def test_the_sentence_names_the_test_and_its_adjustment(design: Design, says: str) -> None:
    """Lost: a plan for one comparison would be read as a plan for all."""
    assert says in plan_sentence(plan_subjects(design, 0.36))


def test_a_study_s_spread_comes_with_its_doubt() -> None:
    """Lost: an SD from a few subjects would be taken for the truth."""
    words = spread_sentence(SPREAD)
    assert "Serum, 22 subjects: SD 0.20 of the scores within arms at D56, adjusted" in words
    assert "(19 degrees of freedom; 80 % upper limit 0.24)" in words
    assert "0.41 at D0 and 0.43 at D56, their correlation 0.89" in words


def test_assumptions_have_a_source(needed: Planned, detected: Planned) -> None:
    """Lost: a protocol could not say where its SD is from, or whether it was computed."""
    table = assumption_table(needed, spread=SPREAD).set_index("Assumption")
    assert table.loc["SD of the scores within arms at D56, adjusted for D0", "Source"] == (
        "80 % upper limit of Serum"
    )
    assert table.loc["True difference", "Source"] == "would matter"
    found = assumption_table(detected).set_index("Assumption")
    assert found.loc["SD", "Source"].startswith("assumed; Breugnot 2023")
    assert found.loc["True difference", "Source"] == "computed"
    assert found.loc["Subjects enrolled, each arm", "Source"] == "given"
    change = plan_subjects(Design("change", sd=0.36, correlation=0.5), 0.36)
    assert "Correlation with baseline" in set(assumption_table(change)["Assumption"])
    paired = plan_subjects(Design("paired", sd=0.36), 0.36)
    of_two = assumption_table(paired, assumed=(0.36, 0.5)).set_index("Assumption")
    assert of_two.loc["SD of the differences", "Source"] == (
        "assumed: SD 0.36 of the scores, correlation 0.50"
    )


def test_other_assumptions_hold_the_plan_itself(needed: Planned, detected: Planned) -> None:
    """Lost: the table would contradict the large number."""
    table = other_assumptions(needed, other_sd=0.3)
    assert len(table) == 6
    row = table[(table["Difference"] == 0.36) & (table["SD"] == 0.36)].iloc[0]
    assert row["Enrol for power 80 %"] == 38
    assert row["Enrol for power 90 %"] > 38
    smaller = table[(table["Difference"] == 0.36) & (table["SD"] == 0.3)].iloc[0]
    assert smaller["Enrol for power 80 %"] < 38
    others = other_assumptions(detected)
    assert others["Enrolled, each arm"].tolist() == [9, 12, 15]
    assert others["Difference at power 80 %"][1] == pytest.approx(detected.difference)


def test_what_is_out_of_reach_is_missing() -> None:
    """Lost: a refusal in one cell would take the page down."""
    few = plan_difference(TWO, 2)
    table = other_assumptions(few)
    assert table["Difference at power 80 %"].notna().all()
    wide = other_assumptions(plan_subjects(TWO, 2.9))
    assert wide["Enrol for power 80 %"].isna().tolist() == [False, False, True]


def test_the_plan_lies_on_its_curve(needed: Planned, detected: Planned) -> None:
    """Lost: the figure would show another study than the number."""
    curves = power_curves(needed, other_sd=0.3)
    own = curves.table[curves.table["kind"] == "plan"].set_index("n_per_arm")["power"]
    assert own[17] == needed.power
    assert own.is_monotonic_increasing
    assert own.index.min() == 2
    assert own.index.max() >= 2 * needed.per_arm
    assert set(curves.table["curve"]) == {
        "difference 0.27",
        "difference 0.36",
        "difference 0.45",
        "difference 0.36, SD 0.30",
    }
    along = power_curves(detected)
    assert along.axis == "difference"
    rows = along.table[along.table["kind"] == "plan"]
    assert np.interp(detected.difference, rows["difference"], rows["power"]) == pytest.approx(
        0.8, abs=0.01
    )
    assert rows["power"].iloc[0] == pytest.approx(0.05)
    assert rows["power"].tolist() == [power(TWO, 10, d) for d in rows["difference"]]


@pytest.mark.parametrize("given", [2.9, 0.005])
def test_curves_of_extreme_plans_can_be_drawn(given: float) -> None:
    """Lost: a tiny or a huge difference would break the figure."""
    curves = power_curves(plan_subjects(TWO, given))
    assert curves.table["power"].between(0, 1).all()
    assert (curves.table["difference"] <= 3).all()
    assert power_curves(plan_difference(TWO, 2)).table["power"].between(0, 1).all()


def test_the_figure_reads_back(needed: Planned, detected: Planned) -> None:
    """Lost: units or the wrong axis; the point marked would not be the plan."""
    curves = power_curves(needed, other_sd=0.3)
    figure = power_lines(curves, score="grade_mean")
    drawn = {trace.name: trace for trace in figure.data if trace.mode == "lines"}
    table = curves.table[curves.table["curve"] == "difference 0.36"]
    assert list(drawn) == list(pd.unique(curves.table["curve"]))
    assert list(drawn["difference 0.36"].y) == pytest.approx(list(100 * table["power"]))
    point = figure.data[-1]
    assert (point.x[0], point.text[0]) == (17, "17")
    assert figure.layout.xaxis.title.text == "subjects with a score, in each arm"
    assert figure.layout.yaxis.title.text == "power: chance of p < 0.05 (%)"
    other = power_lines(power_curves(detected), score="grade_mean")
    assert other.layout.xaxis.title.text == "true difference in mean grade (1 to 4)"
    assert {trace.name for trace in other.data if trace.name} >= {"n = 10 an arm"}


def test_the_method_says_where_it_ends() -> None:
    """Lost: nobody could tell which pattern of means an F test was planned for."""
    assert "hardest to see" in " ".join(method_sentences(Design("arms", 0.36, n_arms=3)))
    assert "hardest" not in " ".join(method_sentences(Design("arms", 0.36)))
    assert "√(1 − r²)" in " ".join(method_sentences(Design("change", 0.36)))


def test_unequal_arms_are_named() -> None:
    """Lost: two to one would read as one to one, in the sentence, the table and the figure."""
    found = plan_subjects(Design("change", sd=0.36, correlation=0.5, ratio=2), 0.36, dropout=0.1)
    treated, control = found.design.treated(found.per_arm), found.per_arm
    assert treated == 2 * control
    enrolled = found.enrolled_per_arm
    assert big_number(found) == (
        str(3 * enrolled),
        f"subjects to enrol, {2 * enrolled} in the treatment, {enrolled} in the control",
    )
    words = plan_sentence(found)
    assert f"With {3 * control} subjects with a score ({treated} in the treatment, " in words
    assert f"{3 * enrolled} are enrolled ({2 * enrolled} in the treatment, {enrolled} in" in words
    table = assumption_table(found).set_index("Assumption")["Value"]
    assert table["Allocation, treatment : control"] == "2 : 1"
    assert table["Subjects with a score, treatment"] == str(treated)
    assert table["Subjects with a score, control"] == str(control)
    assert table["Subjects enrolled, treatment"] == str(2 * enrolled)
    assert table["Subjects enrolled, all"] == str(3 * enrolled)
    assert "2 subjects of the treatment for each" in method_sentences(found.design)[0]
    at_hand = plan_difference(found.design, 12)
    others = other_assumptions(at_hand)
    assert others["Enrolled, control"].tolist() == [9, 12, 15]
    figure = power_lines(power_curves(found), score="grade_mean")
    assert figure.layout.xaxis.title.text == (
        "subjects with a score, in the control; 2 of the treatment for each"
    )
    names = {trace.name for trace in power_lines(power_curves(at_hand), score="grade_mean").data}
    assert {"n = 24 and 12", "n = 18 and 9"} <= names
    rare = plan_subjects(Design("two_arms", sd=0.1, ratio=0.1), 2.0)
    assert (rare.per_arm, rare.total) == (11, 13)
    assert power_curves(rare).table["n_per_arm"].min() == 11
