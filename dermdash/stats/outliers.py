"""Values far from their cell's median: flagged by the plan's rule, never dropped."""

from dataclasses import dataclass

import numpy as np

from dermdash.stats.observations import ALONE, Observations
from dermdash.stats.plan import Plan

MAD_TO_SD = 1.4826  # of normal values
FEW = 5  # values in a cell, under which no rule can tell


@dataclass(frozen=True, slots=True)
class Outlier:
    """A flagged value; ``distance`` from the median of its cell, in scaled MADs."""

    subject: str
    arm: str | None
    visit: str | None
    value: float
    distance: float


def flag_outliers(observations: Observations, plan: Plan) -> tuple[Outlier, ...]:
    """Values further than ``plan.outlier_mads`` scaled MADs from the median of their cell.

    A cell is an arm at a visit, in one block. Cells of fewer than 5 values, or where
    half of the values are equal, have no outliers.

    Source: Iglewicz & Hoaglin 1993, How to Detect and Handle Outliers.
    """
    found = []
    cells = observations.table.groupby(["arm", "visit", "block"], sort=False)
    for (arm, visit, _), cell in cells:
        values = cell["value"].to_numpy(float)
        away = np.abs(values - np.median(values))
        scale = MAD_TO_SD * float(np.median(away))
        if len(values) < FEW or scale == 0:
            continue
        for row in np.flatnonzero(away > plan.outlier_mads * scale):
            found.append(
                Outlier(
                    str(cell["subject"].iloc[row]),
                    None if arm == ALONE else str(arm),
                    None if visit == ALONE else str(visit),
                    float(values[row]),
                    float(away[row] / scale),
                )
            )
    return tuple(found)
