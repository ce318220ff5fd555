"""One primary question, and what may be said after it."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from dermdash.errors import TableError
from dermdash.stats.comparison import compare
from dermdash.stats.findings import Contrast
from dermdash.stats.multiplicity import as_planned, assign_roles
from dermdash.stats.plan import Plan
from tests.support.scores import paper, trial

ARMS = Plan("score", between="arm", subject="subject_id")
BOTH = Plan("score", between="arm", within="visit", subject="subject_id", control="placebo")
FIRST, SECOND, THIRD = ("a", "p", "D7"), ("a", "p", "D28"), ("a", "p", "D56")


def family(*p: float) -> tuple[Contrast, ...]:
    """Differences at D7, D28, ... with these p-values."""
    visits = ("D7", "D28", "D56", "D84")
    return tuple(
        Contrast("a", "p", 0.3, 0.1, 0.5, one, one, "ancova", 2.1, visit=visit)
        for one, visit in zip(p, visits, strict=False)
    )


def planned(secondary: str, *keys: tuple[str, str, str]) -> Plan:
    primary, *others = keys
    return replace(
        BOTH,
        primary=primary,
        key_secondary=tuple(others),
        secondary=secondary,  # type: ignore[arg-type]
    )


def test_only_planned_contrasts_are_findings() -> None:
    """Lost: the smallest of many p-values would be sold as the answer."""
    plan = Plan(
        "score",
        between="arm",
        within="visit",
        subject="subject_id",
        control="placebo",
        primary=("active", "placebo", "D56"),
        key_secondary=(("active", "placebo", "D28"),),
    )
    found = compare(trial(), plan)
    roles = {c.visit: c.role for c in found.contrasts}
    assert roles == {"D28": "key secondary", "D56": "primary"}
    last, first = found.contrasts[1], found.contrasts[0]
    assert last.p_adjusted == last.p
    assert first.p_adjusted == max(first.p, last.p)
    assert {c.role for c in compare(trial(), BOTH).contrasts} == {"exploratory"}
    with pytest.raises(TableError, match="active − placebo at D99 is not in the table"):
        compare(trial(), Plan(**{**_fields(plan), "primary": ("active", "placebo", "D99")}))


def test_a_planned_contrast_of_arms_stands_for_itself() -> None:
    """Lost: a star would stand beside an interval that covers 0, or the reverse."""
    plan = Plan(**{**_fields(ARMS), "primary": ("old", "old exposed", "")})
    found = compare(paper(), plan)
    (one,) = [c for c in found.contrasts if c.role == "primary"]
    assert (one.method, one.p_adjusted) == ("t_test", one.p)
    assert (one.p < 0.05) == (one.ci_low > 0 or one.ci_high < 0)
    assert one.df == 33
    others = [c for c in found.contrasts if c.role == "exploratory"]
    assert {c.method for c in others} == {"tukey_hsd"}
    welch = {d.other: d.other_p for d in found.fragile if d.a == "old"}
    assert "games_howell" not in welch


def _fields(plan: Plan) -> dict[str, object]:
    return {name: getattr(plan, name) for name in plan.__dataclass_fields__}


@pytest.mark.parametrize(
    ("p", "secondary", "adjusted"),
    [
        ((0.01, 0.02, 0.03), "holm", (0.01, 0.04, 0.04)),
        ((0.01, 0.02, 0.03), "fixed_sequence", (0.01, 0.02, 0.03)),
        ((0.01, 0.06, 0.001), "holm", (0.01, 0.06, 0.01)),
        ((0.01, 0.06, 0.001), "fixed_sequence", (0.01, 0.06, 0.06)),
        ((0.2, 0.001, 0.002), "holm", (0.2, 0.2, 0.2)),
        ((0.2, 0.001, 0.002), "fixed_sequence", (0.2, 0.2, 0.2)),
    ],
)
def test_the_order_of_the_questions_is_paid_for(
    p: tuple[float, ...], secondary: str, adjusted: tuple[float, ...]
) -> None:
    """Lost: a secondary finding would stand although the primary, or the one before it, failed."""
    plan = planned(secondary, FIRST, SECOND, THIRD)
    found = assign_roles(family(*p, 0.04), plan)
    assert tuple(c.p_adjusted for c in found[:3]) == pytest.approx(adjusted)
    assert [c.role for c in found] == ["primary", "key secondary", "key secondary", "exploratory"]
    assert found[3].p_adjusted == 0.04


def test_an_alternative_may_lack_planned_contrasts() -> None:
    """Lost: a test that has no answer at one visit would be no alternative at the others."""
    plan = planned("holm", FIRST, SECOND, THIRD)
    found = as_planned(family(0.01, 0.02, 0.03)[:2], plan)
    assert [(c.p_adjusted, c.role) for c in found] == [(0.01, "primary"), (0.02, "key secondary")]
    late = as_planned(family(0.5, 0.02, 0.03)[1:], plan)
    assert [c.p_adjusted for c in late] == [0.04, 0.04]
    with pytest.raises(TableError, match="a − p at D56 is not in the table"):
        assign_roles(family(0.01, 0.02), plan)


def test_a_planned_contrast_has_students_interval() -> None:
    """Lost: the interval would pay for contrasts that the p-value does not pay for.

    R 4.2: ``confint(pairs(emmeans(aov(score ~ arm), "arm"), adjust = "none"))``.
    """
    keys = (("young", "old", ""), ("old", "old exposed", ""))
    plan = replace(ARMS, primary=("young", "old exposed", ""), key_secondary=keys)
    known = {
        0.05: [(0.4362, 1.024), (0.7962, 1.384), (0.0662, 0.654)],
        0.1: [(0.486, 0.974), (0.846, 1.334), (0.116, 0.604)],
    }
    for alpha, intervals in known.items():
        found = compare(paper(), replace(plan, alpha=alpha)).contrasts
        assert {c.method for c in found} == {"t_test"}
        for one, interval in zip(found, intervals, strict=True):
            assert (one.ci_low, one.ci_high) == pytest.approx(interval, abs=5e-4)


def test_a_difference_of_nothing_has_students_interval_too() -> None:
    """Lost: two arms with one mean would keep the wider interval of all pairs."""
    table = pd.DataFrame({"arm": [*"aaabbbccc"], "score": [1, 2, 3, 3, 2, 1, 0, 2, 4]})
    found = compare(table, Plan("score", between="arm", primary=("a", "b", "")))
    first = found.contrasts[0]
    error = np.sqrt(2.0 * 2 / 3)  # pooled variance (2 + 2 + 8) / 6 = 2; qt(.975, 6) = 2.446912
    assert (first.difference, first.method) == (0, "t_test")
    assert (first.ci_low, first.ci_high) == pytest.approx((-2.446912 * error, 2.446912 * error))
