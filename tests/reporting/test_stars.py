"""Stars: on planned questions only, and only where the model may carry them."""

import numpy as np
import pandas as pd
import pytest

from dermdash.reporting.stars import may_claim, planned_brackets, planned_table, star_marks
from dermdash.stats.comparison import Comparison, compare
from dermdash.stats.findings import Contrast
from dermdash.stats.plan import Plan


def contrast(p: float, *, role: str = "primary", note: str | None = None) -> Contrast:
    return Contrast("a", "b", 0.5, 0.1, 0.9, p / 2, p, "t_test", 2.0, role=role, note=note)


def test_only_the_planned_have_stars() -> None:
    """Lost: one of twenty looks would carry a star by chance."""
    found = [
        contrast(0.004),
        contrast(0.03, role="key secondary"),
        contrast(1e-6, role="exploratory"),
    ]
    marks = star_marks(found, alpha=0.05, planned=True, allowed=True)
    assert marks == ["**", "*", ""]
    assert star_marks(found, alpha=0.05, planned=False, allowed=True) == ["", "", ""]
    assert star_marks(found, alpha=0.05, planned=True, allowed=False) == ["", "", ""]


@pytest.mark.parametrize(
    ("p", "alpha", "mark"),
    [
        (0.0499, 0.05, "*"),
        (0.05, 0.05, "ns"),
        (0.00999, 0.05, "**"),
        (0.0009, 0.05, "***"),
        (0.03, 0.01, "ns"),
        (0.07, 0.1, "ns"),
    ],
)
def test_stars_are_decided_on_the_adjusted_p_and_the_plans_level(
    p: float, alpha: float, mark: str
) -> None:
    """Lost: a star would stand beside a difference that the plan calls unsettled."""
    assert star_marks([contrast(p)], alpha=alpha, planned=True, allowed=True) == [mark]


def test_a_difference_confounded_with_its_study_has_none() -> None:
    """Lost: a difference between two studies would pass for one between arms."""
    found = [contrast(1e-6, note="confounded with study")]
    assert star_marks(found, alpha=0.05, planned=True, allowed=True) == [""]


@pytest.mark.parametrize(
    ("synthetic", "use", "allowed"),
    [
        (True, "demonstration", True),
        (False, "demonstration", False),
        (False, "demonstration only", False),
        (False, "validated by A. Lovelace, 2026-01-01", True),
        (False, None, False),
        (True, None, False),
    ],
)
def test_real_scans_by_a_demonstration_model_carry_none(
    synthetic: bool, use: str | None, allowed: bool
) -> None:
    """Lost: numbers of a model for trying would be claimed of a product."""
    assert may_claim(synthetic=synthetic, model_use=use) is allowed


@pytest.fixture
def found() -> Comparison:
    rng = np.random.default_rng(0)
    table = pd.DataFrame(
        {"arm": list("abc") * 8, "score": np.tile([1.0, 2.0, 2.1], 8) + rng.normal(0, 0.2, 24)}
    )
    return compare(table, Plan("score", between="arm", primary=("a", "b", "")))


def test_a_table_has_roles_where_planned_and_stars_where_allowed(found: Comparison) -> None:
    """Lost: a table that is taken away would not say which difference was the question."""
    table = planned_table(found, planned=True, allowed=True)
    assert table["Role"].tolist() == ["primary", "exploratory", "exploratory"]
    assert table["Stars"].tolist() == ["***", "", ""]
    assert "Stars" not in planned_table(found, planned=True, allowed=False)
    assert "Role" not in planned_table(found, planned=False, allowed=True)


def test_a_bracket_carries_stars_behind_its_p(found: Comparison) -> None:
    """Lost: a figure would mark what its table calls exploratory."""
    shown = planned_brackets(found, planned=True, allowed=True)
    assert shown[0].text.endswith(" ***")
    assert all("*" not in one.text for one in shown[1:])
    explored = planned_brackets(found, planned=False, allowed=True)
    assert all("*" not in one.text for one in explored)
