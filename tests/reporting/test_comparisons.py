"""A comparison as people read it."""

import math
from dataclasses import replace

from dermdash.reporting.comparisons import (
    alternative_table,
    check_table,
    contrast_table,
    effect_sentence,
    unit_sentence,
)
from dermdash.stats.comparison import compare
from dermdash.stats.plan import Plan
from tests.support.scores import paper, trial

ARMS = Plan("score", between="arm", subject="subject_id")
BOTH = Plan("score", between="arm", within="visit", subject="subject_id", control="placebo")


def test_each_difference_is_named_by_its_sides() -> None:
    """Lost: nobody could tell from which arm which was subtracted."""
    table = contrast_table(compare(paper(), ARMS).contrasts)
    assert table["Difference"].tolist() == [
        "young − old",
        "young − old exposed",
        "old − old exposed",
    ]
    assert table["p adjusted"].tolist() == ["< .001", "< .001", ".046"]
    assert table["Effect size"].iloc[0].startswith("Hedges' g 2.0")


def test_visits_stand_first_and_empty_columns_are_left_out() -> None:
    """Lost: D28 and D56 would look alike."""
    contrasts = compare(trial(missing=2), BOTH).contrasts
    table = contrast_table(contrasts)
    assert table.columns[0] == "Visit"
    assert "Effect size" in table
    assert "Effect size" not in contrast_table([replace(one, effect=None) for one in contrasts])


def test_unbounded_intervals_are_missing() -> None:
    """Lost: an infinite interval would be printed as a number."""
    few = trial(n=3, visits=("D0", "D28"))
    plan = Plan("score", within="visit", subject="subject_id")
    found = compare(few[few["arm"] == "active"], plan)
    table = contrast_table(found.alternatives[0].contrasts)
    assert math.isnan(table["CI low"].iloc[0])


def test_other_tests_stand_beside_the_one_that_was_reported() -> None:
    """Lost: a reader could not see that a finding hangs on the test."""
    table = alternative_table(compare(paper(), ARMS))
    third = table[table["Difference"] == "old − old exposed"].set_index("Test")
    assert third["p adjusted"].to_dict()["Tukey HSD"] == ".046"
    assert third["p adjusted"].to_dict()["Games-Howell"] == ".061"
    assert third["below alpha"].tolist() == [True, False, False]


def test_sizes_checks_and_subjects_in_words() -> None:
    """Lost: an effect without its interval, or a result without its subjects."""
    found = compare(paper(), ARMS)
    assert effect_sentence(found).startswith("η² = 0.64 (90 % CI 0.4")
    assert unit_sentence(found) == "Subjects analysed: young 12, old 12, old exposed 12."
    assert check_table(found.checks)["Test"].tolist() == ["Brown-Forsythe", "Shapiro-Wilk"]
    two = compare(paper()[lambda t: t["arm"] != "old"], ARMS)
    assert "P(young > old exposed) = 0.9" in effect_sentence(two)
    visits = compare(trial(missing=2), BOTH)
    assert "placebo (D0 12, D28 12, D56 10)" in unit_sentence(visits)
