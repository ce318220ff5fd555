"""A comparison beside the same question asked of other scores."""

from collections.abc import Sequence

import pandas as pd

from dermdash.stats.comparison import Comparison, Sensitivity
from dermdash.stats.findings import Contrast
from dermdash.stats.words import equals_p, leading, number, write_p


def other_table(found: Comparison, others: Sequence[Sensitivity]) -> pd.DataFrame:
    """One row a way to the scores: the leading difference in each, the result first."""
    lead = leading(found, found.plan)
    rows = [_row("as compared", lead, found.plan.alpha)]
    rows += [_row(other.label, _same(other, lead), found.plan.alpha) for other in others]
    return pd.DataFrame(rows)


def other_sentence(found: Comparison, other: Sensitivity) -> str:
    """What the leading difference is in other scores, and whether it falls as the result does."""
    lead = leading(found, found.plan)
    label = other.label[:1].upper() + other.label[1:]
    there = _same(other, lead)
    if there is None:
        return f"{label}: {lead.a} − {lead.b} cannot be told."
    alpha = found.plan.alpha
    same = (lead.p_adjusted < alpha) == (there.p_adjusted < alpha)
    same = same and (lead.p_adjusted >= alpha or lead.difference * there.difference > 0)
    said = (
        f"{label}: {there.a} − {there.b} is {number(there.difference)} "
        f"({100 * (1 - alpha):g} % CI {number(there.ci_low)} to {number(there.ci_high)}; "
        f"{equals_p(there.p_adjusted)})"
    )
    if same:
        return f"{said}, read as the result is."
    return f"{said}, which reads otherwise than the result: it hangs on this choice."


def _same(other: Sensitivity, lead: Contrast) -> Contrast | None:
    key = (lead.a, lead.b, lead.visit)
    return next((one for one in other.contrasts if (one.a, one.b, one.visit) == key), None)


def _row(label: str, one: Contrast | None, alpha: float) -> dict[str, object]:
    if one is None:
        return {"Scores": label}
    at = f" at {one.visit}" if one.visit else ""
    return {
        "Scores": label,
        "Difference": f"{one.a} − {one.b}{at}",
        "Estimate": one.difference,
        "CI low": one.ci_low,
        "CI high": one.ci_high,
        "p adjusted": write_p(one.p_adjusted),
        f"below {alpha:g}": one.p_adjusted < alpha,
    }
