"""What stands behind a comparison: the subjects it analysed, and their scans."""

import pandas as pd

from dermdash.analysis.comparisons import Scored
from dermdash.stats.comparison import Comparison
from dermdash.stats.levels import Levels, count_levels

ALL_CELLS = ("visits", "sides", "sides x visits")  # designs that analyse complete subjects only


def levels_behind(scored: Scored, found: Comparison) -> Levels:
    """Count the subjects that a comparison analysed, and their scans, layers and patches.

    scored : what was compared; found : the comparison of it

    Subjects whom the design leaves out (no baseline, a side missing) are not counted.
    """
    return count_levels(analysed_layers(scored, found), _arms(scored, found))


def analysed_layers(scored: Scored, found: Comparison) -> pd.DataFrame:
    """The layers of the scans that a comparison rests on, one row a scan and layer."""
    layers, arms = scored.profiles, _arms(scored, found)
    layers = layers[layers["arm"].astype("str").isin(arms)]
    if found.plan.within is not None:
        layers = layers[layers["visit"].astype("str").isin(found.visits)]
    analysed = _analysed(scored.table, found, arms)
    return layers[layers["subject_id"].astype("str").isin(analysed)]


def _arms(scored: Scored, found: Comparison) -> list[str]:
    if found.plan.between is not None:
        return list(found.arms)
    return [str(arm) for arm in scored.table["arm"].unique()]


def _analysed(table: pd.DataFrame, found: Comparison, arms: list[str]) -> set[str]:
    """The subjects whom the design of a comparison keeps."""
    cells = table[table["arm"].astype("str").isin(arms)].astype(
        {"subject_id": "str", "arm": "str", "visit": "str"}
    )
    if found.design == "arms x visits":
        first = cells[cells["visit"] == found.visits[0]]["subject_id"]
        later = cells[cells["visit"].isin(found.visits[1:])]["subject_id"]
        return set(first) & set(later)
    if found.design not in ALL_CELLS:
        return set(cells["subject_id"])
    key = {"visits": ["visit"], "sides": ["arm"]}.get(found.design, ["arm", "visit"])
    wanted = {"visits": len(found.visits), "sides": len(arms)}.get(
        found.design, len(found.visits) * len(arms)
    )
    have = cells.drop_duplicates(["subject_id", *key]).groupby("subject_id").size()
    return set(have.index[have == wanted])
