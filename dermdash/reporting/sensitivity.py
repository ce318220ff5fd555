"""How a result moves with the DEJ, in words, for pages and reports alike."""

from dermdash.analysis.sensitivity import Sensitivity
from dermdash.reporting.figures.data import SCORE_NAMES
from dermdash.stats.words import equals_p, leading, number


def difference_name(moved: Sensitivity) -> str:
    """The difference that is followed while the DEJ moves, with its visit and score."""
    lead = leading(moved.found, moved.found.plan)
    where = f" at {lead.visit}" if lead.visit else ""
    return f"{lead.a} − {lead.b}{where}, {SCORE_NAMES[moved.found.plan.value]}"


def shift_sentence(moved: Sensitivity) -> str:
    """Between which values the difference stays, and whether it falls on one side of alpha."""
    table = moved.table()
    known = table.dropna(subset=["difference"])
    if known.empty:
        return "At no shift of the DEJ are there subjects enough to compare."
    low, high = (number(edge) for edge in (known["difference"].min(), known["difference"].max()))
    first, last = int(known["shift_um"].min()), int(known["shift_um"].max())
    alpha = moved.found.plan.alpha
    below = int((known["p_adjusted"] < alpha).sum())
    sides = {0: "at none", len(known): "at all"}.get(below, f"at {below}")
    lies = f"is {low}" if low == high else f"lies between {low} and {high}"
    return (
        f"With the DEJ taken {_way(first)} to {_way(last)}, {difference_name(moved)}, {lies}; p is "
        f"below {alpha:g} {sides} of {len(known)} shifts (largest "
        f"{equals_p(float(known['p_adjusted'].max()))})."
    )


def short_margin_sentence(moved: Sensitivity) -> str:
    """What is missing at a shift, and at how many shifts nothing can be told."""
    table = moved.table()
    unknown = int(table["difference"].isna().sum())
    words = "Scans whose margin is too short for a shift are missing there."
    if unknown:
        words += f" At {unknown} of {len(table)} shifts too few subjects are left."
    return words


def _way(shift_um: int) -> str:
    return f"{abs(shift_um)} µm {'higher' if shift_um < 0 else 'deeper'}"
