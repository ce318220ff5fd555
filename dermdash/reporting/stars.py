"""Stars: which results may carry them, and which ones they are."""

from collections.abc import Sequence

import pandas as pd

from dermdash.reporting.comparisons import contrast_table
from dermdash.reporting.figures.data import Bracket, brackets
from dermdash.reporting.figures.data_brackets import STAR_NOTE
from dermdash.stats.comparison import Comparison
from dermdash.stats.findings import Contrast
from dermdash.stats.words import stars

DEMONSTRATION = "demonstration"
PLANNED = ("primary", "key secondary")
LEGEND = f"{STAR_NOTE}."


def may_claim(*, synthetic: bool, model_use: str | None) -> bool:
    """Whether scores by a model of this use may carry stars and claims.

    model_use : as on the model's card; None where no model is named yet

    >>> may_claim(synthetic=False, model_use="demonstration")
    False
    >>> may_claim(synthetic=True, model_use="demonstration")
    True
    """
    if model_use is None:
        return False
    return synthetic or not model_use.startswith(DEMONSTRATION)


def star_marks(
    contrasts: Sequence[Contrast], *, alpha: float, planned: bool, allowed: bool
) -> list[str]:
    """The stars of each contrast, on its unrounded adjusted p; "" where it may carry none.

    planned : whether the plan was locked, and nothing else is asked than it says
    allowed : whether the model may carry claims, as ``may_claim`` says

    Only the primary and the key secondary contrasts have stars, or ``ns``; exploratory ones never.
    """
    return [
        (stars(one.p_adjusted) if one.p_adjusted < alpha else "ns")
        if planned and allowed and not one.note and one.role in PLANNED
        else ""
        for one in contrasts
    ]


def planned_table(found: Comparison, *, planned: bool, allowed: bool) -> pd.DataFrame:
    """The contrasts as people read them, with the role of each and, where it may be, its stars."""
    table = contrast_table(found.contrasts)
    if not planned:
        return table
    roles = [one.role for one in found.contrasts]
    table.insert(list(table.columns).index("Estimate"), "Role", roles)
    if allowed:
        marks = star_marks(found.contrasts, alpha=found.plan.alpha, planned=True, allowed=True)
        table.insert(list(table.columns).index("p adjusted") + 1, "Stars", marks)
    return table


def planned_brackets(found: Comparison, *, planned: bool, allowed: bool) -> list[Bracket]:
    """A bracket a contrast: its p, and behind it the stars where it may carry them."""
    marks = star_marks(found.contrasts, alpha=found.plan.alpha, planned=planned, allowed=allowed)
    starred = {
        (one.a, one.b): mark for one, mark in zip(found.contrasts, marks, strict=True) if mark
    }
    return [
        Bracket(one.a, one.b, f"{one.text} {starred.get((one.a, one.b), '')}".strip())
        for one in brackets(found.contrasts)
    ]
