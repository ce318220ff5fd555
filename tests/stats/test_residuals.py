"""What is looked at is what was tested: residuals of each design."""

import numpy as np
import pandas as pd
import pytest

from dermdash.errors import TableError
from dermdash.stats.ancova import ancova
from dermdash.stats.assumptions import shapiro_wilk
from dermdash.stats.comparison import compare
from dermdash.stats.plan import Plan
from dermdash.stats.residuals import residuals
from tests.support.scores import paper, trial

ARMS = Plan("score", between="arm", subject="subject_id")
POOLED = Plan("score", between="arm", subject="subject_id", block="study")
OVER_VISITS = Plan("score", between="arm", within="visit", subject="subject_id", control="placebo")
VISITS = Plan("score", within="visit", subject="subject_id")


def shapiro_of(table: pd.DataFrame, plan: Plan) -> tuple[float, float]:
    """The statistic that ``compare`` gives, and that of the residuals."""
    found = compare(table, plan)
    stated = next(check for check in found.checks if check.test == "shapiro_wilk")
    return stated.statistic, shapiro_wilk(residuals(table, plan, found.design).residual).statistic


@pytest.mark.parametrize(
    ("table", "plan"),
    [
        (paper(), ARMS),
        (paper().assign(study=["x", "y", "y"] * 12), POOLED),
        (trial(), OVER_VISITS),
        (trial(missing=3), OVER_VISITS),
        (trial().query("arm == 'active'"), VISITS),
        (trial(visits=("D0", "D28")).query("arm == 'active'"), VISITS),
    ],
    ids=[
        "arms",
        "arms of two studies",
        "arms x visits",
        "with missing visits",
        "visits",
        "two visits",
    ],
)
def test_the_plot_shows_the_residuals_that_were_tested(table: pd.DataFrame, plan: Plan) -> None:
    """The Q-Q plot would look normal beside a test that says it is not."""
    stated, shown = shapiro_of(table, plan)
    assert shown == pytest.approx(stated)


def test_arms_leave_the_distance_from_their_mean() -> None:
    """A point would stand over another arm's mean."""
    left = residuals(paper(), ARMS, "arms").table()
    assert left.groupby("group")["residual"].sum().abs().max() < 1e-9
    means = left.groupby("group")["fitted"].first().round(2).to_dict()
    assert means == {"young": 2.77, "old": 2.04, "old exposed": 1.68}


def test_changes_leave_what_ancova_leaves() -> None:
    """A point would carry another subject's name."""
    table = trial(missing=2)
    left = residuals(table, OVER_VISITS, "arms x visits")
    wide = table.pivot(index=["subject_id", "arm"], columns="visit", values="score").dropna(
        subset=["D0", "D56"]
    )
    arms = list(wide.index.get_level_values("arm"))
    fit = ancova(wide["D56"].to_numpy(), wide["D0"].to_numpy(), arms)
    shown = dict(zip(left.subject, left.residual, strict=True))
    expected = dict(zip(wide.index.get_level_values("subject_id"), fit.residuals, strict=True))
    assert shown == pytest.approx(expected)
    np.testing.assert_allclose(
        left.fitted + left.residual, [wide["D56"].droplevel(1)[s] for s in left.subject]
    )
    assert left.against == "fitted value at D56"


def test_sides_leave_their_paired_differences() -> None:
    """The halves of a face would be taken for different people."""
    rng = np.random.default_rng(4)
    rows = [
        (f"s{k}", side, visit, 2 + rng.normal(0, 0.3) + (side == "left") * (visit == "D28") * 0.3)
        for k in range(8)
        for side in ("left", "right")
        for visit in ("D0", "D28")
    ]
    table = pd.DataFrame(rows, columns=["subject_id", "arm", "visit", "score"])
    wide = table.pivot(index="subject_id", columns=["arm", "visit"], values="score")
    once = residuals(table[table["visit"] == "D28"], ARMS, "sides")
    difference = wide[("left", "D28")] - wide[("right", "D28")]
    np.testing.assert_allclose(once.residual, difference - difference.mean())
    assert once.what == "left − right, less its mean"
    over = residuals(table, Plan("score", "arm", "visit", "subject_id"), "sides x visits")
    changes = difference - (wide[("left", "D0")] - wide[("right", "D0")])
    np.testing.assert_allclose(over.residual, changes - changes.mean())
    assert over.what == "left − right by D28, less its mean"


def test_two_visits_leave_later_minus_earlier() -> None:
    """Lost: the subject who rose the most would stand at the bottom of the plot."""
    table = pd.DataFrame(
        {"subject_id": [*"abc"] * 2, "visit": ["D0"] * 3 + ["D28"] * 3, "score": [1, 1, 1, 2, 3, 7]}
    )
    left = residuals(table, Plan("score", within="visit", subject="subject_id"), "visits")
    assert left.residual.tolist() == [-2, -1, 3]
    assert left.group[0] == "D28 − D0"


def test_a_design_that_does_not_fit_the_table_is_refused() -> None:
    """Residuals of one question would be shown under another."""
    with pytest.raises(TableError, match="2 arms beside"):
        residuals(trial(), OVER_VISITS, "visits")
