"""Responders in words, tables and points."""

import numpy as np
import pandas as pd
import pytest

from dermdash.reporting.figures.data_responders import responder_points_of
from dermdash.reporting.figures.screen.responders import responder_points
from dermdash.reporting.responders import (
    change_table,
    missing_sentence,
    responder_sentence,
    share_difference_table,
    share_table,
)
from dermdash.stats.responders import Responders, paired_responders, responders

COLOURS = {"active": "#e69f00", "placebo": "#808080", "a <b>": "#e69f00"}


def arm(n_yes: int, n_no: int, n_missing: int = 0) -> list[float]:
    return [0.5] * n_yes + [0.0] * n_no + [float("nan")] * n_missing


def words(found: Responders) -> str:
    return responder_sentence(found, baseline="D0", visit="D56", outcome="expected grade")


def test_a_clear_difference_in_one_sentence() -> None:
    """Lost: a product manager would read a share without the control's."""
    found = responders({"active": arm(9, 3), "placebo": arm(1, 11)}, 0.2, control="placebo")
    assert words(found) == (
        "More subjects rose by at least 0.20 in expected grade from D0 to D56 in active than in "
        "placebo: 9 of 12 (75 %) in active against 1 of 12 (8 %) in placebo, a difference of +67 "
        "percentage points (95 % CI +28 to +84; Fisher's exact test, p = .003)."
    )


def test_what_is_not_settled_is_not_said() -> None:
    """Lost: "67 % improved" would be claimed where chance explains it."""
    found = responders({"active": arm(8, 4), "placebo": arm(5, 7)}, 0.2, control="placebo")
    said = words(found)
    assert said.startswith("The data do not settle whether more subjects rose by at least 0.20")
    assert "8 of 12 (67 %) in active against 5 of 12 (42 %) in placebo" in said


def test_fewer_responders_are_called_fewer() -> None:
    """Lost: a product that does worse would read like one that does better."""
    found = responders({"active": arm(1, 11), "placebo": arm(9, 3)}, 0.2, control="placebo")
    assert words(found).startswith("Fewer subjects rose")
    assert "a difference of −67 percentage points" in words(found)


def test_without_a_control_nothing_is_compared() -> None:
    """Lost: a share alone would pass for an effect."""
    said = words(responders({"active": arm(8, 4)}, 0.2))
    assert said.startswith("8 of 12 (67 %) rose by at least 0.20")
    assert "without a control" in said


def test_sides_and_falls_are_named() -> None:
    """Lost: a paired test would be reported as Fisher's, a fall as a rise."""
    left, right = -np.array(arm(6, 1)), -np.array(arm(1, 6))
    said = words(paired_responders(left, right, -0.2, a="left", b="right"))
    assert "fell by at least 0.20" in said
    assert "McNemar's exact test" in said


def test_the_missing_are_counted_as_no_response() -> None:
    """Lost: those who left would drop out of the denominator in silence."""
    found = responders({"active": arm(3, 1, 2), "placebo": arm(1, 3)}, 0.2)
    none = responders({"active": arm(3, 3), "placebo": arm(1, 3)}, 0.2)
    assert missing_sentence(found, none) == (
        "With the 2 missing changes counted as no response: active 3 of 6 (50 %), placebo 1 of 4 "
        "(25 %); active − placebo +25 points, p = .571."
    )
    assert missing_sentence(none, None) == ""


def test_tables_hold_percent_and_points() -> None:
    """Lost: a share of .75 would be read as less than 1 %."""
    found = responders({"active": arm(9, 3, 1), "placebo": arm(1, 11)}, 0.2, control="placebo")
    shares = share_table(found.shares)
    assert shares["Share (%)"].tolist() == pytest.approx([75, 100 / 12])
    assert shares["Missing"].tolist() == [1, 0]
    differences = share_difference_table(found.contrasts)
    assert differences["Estimate (points)"][0] == pytest.approx(100 * (9 / 12 - 1 / 12))
    assert differences["p"][0] == ".003"
    assert share_difference_table(()).empty


def changes_of(**arms: list[float]) -> pd.DataFrame:
    rows = [
        {"subject_id": f"{arm}{n}", "arm": arm, "change": change}
        for arm, changes in arms.items()
        for n, change in enumerate(changes)
    ]
    return pd.DataFrame(rows)


def test_points_are_full_where_the_threshold_is_reached() -> None:
    """Lost: the figure would show other responders than the table."""
    changes = changes_of(active=[0.2, 0.19, float("nan")], placebo=[0.5])
    found = responders({"active": [0.2, 0.19, float("nan")], "placebo": [0.5]}, 0.2)
    points = responder_points_of(changes, found, sdc=0.4)
    figure = responder_points(points, COLOURS, score="expected_grade", visit="D56")
    assert [list(trace.y) for trace in figure.data] == [[0.2, 0.19], [0.5]]
    assert list(figure.data[0].marker.symbol) == ["circle", "circle-open"]
    under = ["active<br>1 of 2 responded", "placebo<br>1 of 1 responded"]
    assert list(figure.layout.xaxis.ticktext) == under
    assert figure.layout.yaxis.title.text == "change in expected grade by D56"
    bands = [(shape.y0, shape.y1) for shape in figure.layout.shapes]
    assert bands == [(-0.4, 0.4), (0, 0), (0.2, 0.2)]
    assert change_table(changes, found)["responded"].tolist() == [True, False, pd.NA, True]


def test_an_arm_cannot_write_markup() -> None:
    """Lost: a name from a file would run as code in a colleague's browser."""
    found = responders({"a <b>": [0.5]}, 0.2)
    points = responder_points_of(changes_of(**{"a <b>": [0.5]}), found)
    figure = responder_points(points, COLOURS, score="grade_mean", visit="<i>D1")
    assert "<b>" not in figure.to_json().replace("\\u003c", "<")
    assert "<i>" not in figure.to_json().replace("\\u003c", "<")


@pytest.mark.parametrize("threshold", [0.2, -0.2])
def test_all_and_none_read_well(threshold: float) -> None:
    """Lost: the extremes would break the sentence."""
    found = responders({"a": [threshold] * 3, "b": [0.0] * 3}, threshold)
    assert "3 of 3 (100 %) in a against 0 of 3 (0 %) in b" in words(found)
    same = responders({"a": [0.0] * 3, "b": [0.0] * 3}, threshold)
    assert "a difference of 0 percentage points" in words(same)


def test_the_finding_is_said_not_the_largest_difference() -> None:
    """Lost: an arm of three subjects with a wide difference would hide a clear one."""
    changes = {"serum": arm(30, 10), "cream": arm(3, 0), "placebo": arm(10, 30)}
    found = responders(changes, 0.2, control="placebo")
    serum, cream = found.contrasts
    assert abs(cream.difference) > abs(serum.difference)
    assert words(found).startswith("More subjects rose by at least 0.20")
    assert "in serum than in placebo: 30 of 40" in words(found)
    more = {**changes, "cream": arm(3, 0, 1), "serum": arm(30, 10, 1)}
    said = missing_sentence(
        responders(more, 0.2, control="placebo"),
        responders({**changes, "cream": arm(3, 1), "serum": arm(30, 11)}, 0.2, control="placebo"),
    )
    assert "; serum − placebo +48 points" in said


def test_a_threshold_keeps_its_digits() -> None:
    """Lost: who rose by .123 would be said to have missed "at least 0.12"."""
    assert "rose by at least 0.125 in" in words(responders({"a": arm(1, 1)}, 0.125))
    assert "fell by at least 0.30 in" in words(responders({"a": arm(1, 1)}, -0.3))
    assert "rose by at least 0.005 in" in words(responders({"a": arm(1, 1)}, 0.005))


def test_the_level_is_the_plan_s() -> None:
    """Lost: an interval of 99 % would be called one of 95 %."""
    found = responders({"a": arm(5, 3), "b": arm(2, 6)}, 0.2, alpha=0.01)
    said = responder_sentence(found, baseline="D0", visit="D56", outcome="grade", alpha=0.01)
    assert "(99 % CI " in said
    one = responders({"a": arm(5, 3)}, 0.2, alpha=0.01)
    said = responder_sentence(one, baseline="D0", visit="D56", outcome="grade", alpha=0.01)
    assert "(99 % CI " in said
    clear = responders({"a": arm(8, 1), "b": arm(2, 6)}, 0.2, alpha=0.01)
    assert 0.01 < clear.contrasts[0].p < 0.05
    said = responder_sentence(clear, baseline="D0", visit="D56", outcome="grade", alpha=0.01)
    assert said.startswith("The data do not settle")
