"""Averages within a subject: replicates of a place first, then its visits and sites."""

from collections.abc import Sequence

import pandas as pd

RULE = (
    "Replicates of one visit and site are averaged first, then sites (and visits, where several "
    "are asked), each with the same weight however often it was scanned."
)
PLACE = ("visit", "site")


def mean_by(table: pd.DataFrame, keys: Sequence[str], columns: Sequence[str]) -> pd.DataFrame:
    """One row a combination of keys: each visit and site weighs the same.

    table : one row a scan, or one a scan and layer with ``depth_um`` among the keys; visits and
        sites that are no keys and no columns of the table are not told apart

    >>> scans = pd.DataFrame({"subject_id": ["S1"] * 3, "site": ["left", "left", "right"],
    ...     "score": [2.0, 3.0, 4.0]})
    >>> mean_by(scans, ["subject_id"], ["score"])["score"].tolist()
    [3.25]
    """
    keys, columns = list(keys), list(columns)
    place = [name for name in PLACE if name in table and name not in keys]
    if place:
        grouped = table.groupby([*keys, *place], observed=True, dropna=False)
        table = grouped[columns].mean().reset_index()
    return table.groupby(keys, observed=True, as_index=False)[columns].mean()
