"""Each subject before and after: the scores that a comparison over visits speaks of."""

import pandas as pd

from dermdash.analysis.comparisons import Scored
from dermdash.errors import TableError
from dermdash.stats.comparison import Comparison
from dermdash.stats.words import leading


def question_visit(found: Comparison) -> str:
    """The visit that a comparison speaks of: the planned one, else the last.

    Raises
    ------
    TableError
        No visits were compared.
    """
    if len(found.visits) < 2 or found.plan.within is None:
        raise TableError(
            "groups were compared once, and nobody changed; a change needs a baseline and a later "
            "visit"
        )
    if found.plan.primary_visit in found.visits[1:]:
        return str(found.plan.primary_visit)
    return leading(found, found.plan).visit or found.visits[-1]


def scores_at(scored: Scored, found: Comparison, visit: str) -> pd.DataFrame:
    """Each subject's score at the baseline and at a visit.

    Columns: subject_id, arm, baseline, later; arms in their order. A subject who is known at any
    visit has a row; what is not scored is missing.

    Raises
    ------
    TableError
        The visit is not a later one of the comparison.
    """
    if visit not in found.visits[1:]:
        raise TableError(
            f"visit {visit!r} is no later visit of the comparison; choose one of "
            f"{', '.join(found.visits[1:]) or 'none'}"
        )
    names = ["subject_id", "arm", "visit"]
    cells = scored.table[[*names, found.plan.value]].astype(dict.fromkeys(names, "str"))
    known = pd.concat([cells[names], scored.short[names].astype("str")])
    if found.plan.between is not None:
        known = known[known["arm"].isin(found.arms)]
    wide = cells.pivot(index=["subject_id", "arm"], columns="visit", values=found.plan.value)
    wide = wide.reindex(pd.MultiIndex.from_frame(known[["subject_id", "arm"]].drop_duplicates()))
    first = found.visits[0]
    wide = wide.reindex(columns=[first, visit]).reset_index()
    pairs = wide.rename(columns={first: "baseline", visit: "later"}).rename_axis(columns=None)
    order = {arm: place for place, arm in enumerate(found.arms)}
    pairs["place"] = pairs["arm"].map(order).fillna(0)
    pairs = pairs.sort_values(["place", "subject_id"], ignore_index=True)
    return pairs.drop(columns="place")
