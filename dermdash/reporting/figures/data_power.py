"""Numbers behind the power curves, without a drawing library."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from dermdash.stats.planned import WIDEST, Planned
from dermdash.stats.power import power
from dermdash.stats.words import number

AROUND = (0.75, 1.0, 1.25)  # of what was planned, to show how much hangs on it
POINTS = 50


@dataclass(frozen=True, slots=True, eq=False)
class PowerCurves:
    """Power around a plan.

    axis : what runs along x, ``n_per_arm`` (of the control, where ratio is not 1) or ``difference``
    table : curve (its label), kind (``plan``, ``around`` or ``other sd``), n_per_arm, difference,
        sd, power; one row a point
    at : x and power of the plan
    """

    axis: Literal["n_per_arm", "difference"]
    table: pd.DataFrame
    at: tuple[float, float]
    power_asked: float
    alpha: float
    n_arms: int
    ratio: float


def power_curves(planned: Planned, *, other_sd: float | None = None) -> PowerCurves:
    """Power against subjects where they were asked for, else against the difference.

    other_sd : another SD the same plan is shown with, such as the estimate beside its upper limit
    """
    by_size = planned.asked == "subjects"
    if by_size:
        top = max(2 * planned.per_arm, 5 * planned.design.fewest)
        along = np.unique(
            np.linspace(planned.design.fewest, top, POINTS).round().astype(int)
        ).astype(float)
        others = [round(share * planned.difference, 10) for share in AROUND]
        others = [other for other in others if other <= WIDEST]
    else:
        along = np.linspace(0, 2 * planned.difference, POINTS)
        others = [max(round(share * planned.per_arm), planned.design.fewest) for share in AROUND]
    curves = [(planned.design.sd, other) for other in dict.fromkeys(others)]
    if other_sd is not None:
        curves.append((other_sd, planned.difference if by_size else planned.per_arm))
    rows = []
    for sd, other in curves:
        design = replace(planned.design, sd=sd)
        kind, label = _labelled(planned, sd, other)
        for x in along:
            n, difference = (int(x), other) if by_size else (int(other), float(x))
            rows.append((label, kind, n, difference, sd, power(design, n, difference)))
    columns = ["curve", "kind", "n_per_arm", "difference", "sd", "power"]
    return PowerCurves(
        "n_per_arm" if by_size else "difference",
        pd.DataFrame(rows, columns=columns),
        (planned.per_arm if by_size else planned.difference, planned.power),
        planned.power_asked,
        planned.design.alpha,
        planned.design.n_arms,
        planned.design.ratio,
    )


def size_title(curves: PowerCurves) -> str:
    """What is counted along the axis of subjects."""
    if curves.ratio != 1:
        return f"subjects with a score, in the control; {curves.ratio:g} of the treatment for each"
    return "subjects with a score" + (", in each arm" if curves.n_arms > 1 else "")


def _labelled(planned: Planned, sd: float, other: float) -> tuple[str, str]:
    by_size = planned.asked == "subjects"
    size = f"{other:g}" if planned.design.n_arms == 1 else f"{other:g} an arm"
    if planned.design.ratio != 1:
        size = f"{planned.design.treated(int(other))} and {other:g}"
    label = f"difference {number(other)}" if by_size else f"n = {size}"
    if sd != planned.design.sd:
        return "other sd", f"{label}, SD {number(sd)}"
    at_plan = other == (round(planned.difference, 10) if by_size else planned.per_arm)
    return ("plan" if at_plan else "around"), label
