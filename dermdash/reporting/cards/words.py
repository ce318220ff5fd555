"""Phrases of captions and of what stands for a figure where it cannot be seen."""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dermdash.analysis.filters import range_name
from dermdash.reporting.blocks import names_of, written
from dermdash.reporting.figures.data import SCORE_NAMES

SCALE = "1, coarse, to 4, reticulated"


def score_words(score: str, depth_um: tuple[int, int] | None = None) -> str:
    """
    >>> score_words("expected_grade", (0, 69))
    'expected grade (1, coarse, to 4, reticulated), 0 to 69 µm under the DEJ'
    """
    words = f"{SCORE_NAMES[score]} ({SCALE})"
    return words if depth_um is None else f"{words}, {range_name(depth_um)} under the DEJ"


def counted(counts: Mapping[str, int] | Iterable[tuple[str, int]]) -> str:
    """
    >>> counted({"young": 12, "old": 11})
    'n = 12 young and 11 old'
    """
    pairs = counts.items() if isinstance(counts, Mapping) else counts
    return f"n = {names_of([f'{n} {name}' for name, n in pairs])}"


def depth_words(table: pd.DataFrame, value: str, *, by: str | None = None) -> str:
    """From where to where values run along depth.

    table : depth_um and the value, and the column ``by`` whose values run each for itself

    >>> rows = pd.DataFrame({"arm": ["a", "a"], "depth_um": [0, 69], "mean": [3.0, 2.0]})
    >>> depth_words(rows, "mean", by="arm")
    'a from 3.00 at 0 µm to 2.00 at 69 µm'
    """
    known = table.dropna(subset=[value]).sort_values("depth_um", kind="stable")
    parts = known.groupby(by, sort=False, observed=True) if by else [("", known)]
    said = []
    for name, rows in parts:
        if rows.empty:
            continue
        ends = rows[["depth_um", value]].iloc[[0, -1]].itertuples(index=False, name=None)
        first, last = (f"{written(float(at), 'score')} at {depth:g} µm" for depth, at in ends)
        said.append(f"{name} from {first} to {last}".strip())
    return names_of(said)


def range_words(values: "pd.Series[float] | NDArray[np.float64]") -> str:
    """
    >>> range_words(np.array([0.5, -0.25]))
    'from −0.25 to 0.50'
    """
    known = np.asarray(values, dtype=float)
    known = known[np.isfinite(known)]
    if not known.size:
        return "not known"
    low, high = (written(float(edge), "score") for edge in (known.min(), known.max()))
    return f"from {low} to {high}"
