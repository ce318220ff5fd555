"""Numbers behind the figure of what missing scores could change."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dermdash.stats.tipping import Tipping


@dataclass(frozen=True, slots=True, eq=False)
class TippingCurve:
    """The difference a − b against delta.

    delta, difference, ci_low, ci_high, p : (n_deltas,), by rising delta
    tips_at : the delta that undoes the difference, or None
    n_imputed : subjects of a and of b
    """

    a: str
    b: str
    visit: str
    shifted: str
    delta: NDArray[np.float64]
    difference: NDArray[np.float64]
    ci_low: NDArray[np.float64]
    ci_high: NDArray[np.float64]
    p: NDArray[np.float64]
    tips_at: float | None
    n_imputed: tuple[int, int]


def tipping_curve_of(found: Tipping, *, shifted: str) -> TippingCurve:
    """Arrange a tipping analysis by delta.

    shifted : the arm whose missing scores delta is added to
    """
    order = np.argsort(found.deltas, kind="stable")
    rows = [found.contrasts[i] for i in order]
    one = found.contrasts[0]
    return TippingCurve(
        one.a,
        one.b,
        one.visit or "",
        shifted,
        np.array(found.deltas)[order],
        np.array([row.difference for row in rows]),
        np.array([row.ci_low for row in rows]),
        np.array([row.ci_high for row in rows]),
        np.array([row.p for row in rows]),
        found.tipping_delta,
        found.n_imputed,
    )
