"""Parallel regression lines, one an arm: the arithmetic under the analysis of covariance."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dermdash.errors import TableError
from dermdash.stats.within import ROUNDING, finite, labels_of


@dataclass(frozen=True, slots=True)
class ParallelLines:
    """Least squares of y on arm and x, one slope for all arms, in closed form.

    arms : as they first appear; which (n,) : each subject's arm by number; sizes (g,)
    x, y : (n,) around the means of their arms; means_x, means_y (g,)
    baseline : mean x of all subjects
    sd, df : of the residuals, n − g − 1
    squares_arm : sum of squares of the arms beyond the baseline
    """

    arms: tuple[str, ...]
    which: NDArray[np.intp]
    sizes: NDArray[np.int_]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    means_x: NDArray[np.float64]
    means_y: NDArray[np.float64]
    baseline: float
    slope: float
    residuals: NDArray[np.float64]
    sd: float
    df: int
    squares_arm: float

    @property
    def within_xx(self) -> float:
        """Sum of squares of x within the arms."""
        return float(np.sum(self.x**2))

    @property
    def spread_within(self) -> float:
        """Standard deviation of y pooled within the arms, the baseline not taken out."""
        return float(np.sqrt(np.sum(self.y**2) / (self.y.size - len(self.arms))))

    def adjusted_mean(self, i: int) -> tuple[float, float]:
        """Mean of arm i at the common baseline, and its standard error."""
        away = float(self.means_x[i]) - self.baseline
        variance = 1 / float(self.sizes[i]) + away**2 / self.within_xx
        return float(self.means_y[i]) - self.slope * away, self.sd * variance**0.5

    def difference(self, i: int, j: int) -> tuple[float, float]:
        """Adjusted mean of arm i − that of arm j, and its standard error."""
        apart = float(self.means_x[i] - self.means_x[j])
        variance = 1 / self.sizes[i] + 1 / self.sizes[j] + apart**2 / self.within_xx
        raw = float(self.means_y[i] - self.means_y[j])
        return raw - self.slope * apart, self.sd * float(variance) ** 0.5

    def own_slopes(self) -> tuple[float, int, float, int] | None:
        """(squares, df) that one slope an arm explains more, (squares, df) then left; or None."""
        g = len(self.arms)
        xx = np.bincount(self.which, self.x**2)
        limit = self.x.size * (ROUNDING * float(np.max(np.abs(self.means_x)))) ** 2
        df_left = self.x.size - 2 * g
        if df_left < 1 or xx.min() <= limit:
            return None
        slopes = np.bincount(self.which, self.x * self.y) / xx
        left = float(np.sum((self.y - slopes[self.which] * self.x) ** 2))
        if left <= self.y.size * (ROUNDING * float(np.max(np.abs(self.means_y)))) ** 2:
            return None
        return float(np.sum(xx * (slopes - self.slope) ** 2)), g - 1, left, df_left


def parallel_lines(later: ArrayLike, baseline: ArrayLike, arm: Sequence[str]) -> ParallelLines:
    """Fit the lines; raises TableError where that cannot be done or leaves nothing to chance."""
    y, x = finite(later, "the later values"), finite(baseline, "the baselines")
    if x.size != y.size:
        raise TableError(
            f"{y.size} later values stand against {x.size} baselines; each subject needs both; "
            "leave the others out"
        )
    labels = labels_of(arm, y.size)
    arms = tuple(dict.fromkeys(labels.tolist()))
    g = len(arms)
    if g < 2:
        raise TableError(
            f"{g} arm stands in the table; baseline-adjusted differences need two or more; "
            "compare the visits of one arm instead"
        )
    which = np.array([arms.index(label) for label in labels.tolist()], np.intp)
    sizes = np.bincount(which)
    if sizes.min() < 2:
        raise TableError(
            f"arm {arms[int(sizes.argmin())]!r} has 1 complete subject; each arm needs at least "
            "2; add subjects or leave the arm out"
        )
    df = int(y.size - g - 1)
    if df < 1:
        raise TableError(
            f"{y.size} subjects in {g} arms leave nothing to judge chance by; baseline-adjusted "
            f"differences need at least {g + 2}; add subjects"
        )
    means_x, means_y = (np.bincount(which, v) / sizes for v in (x, y))
    within_x, within_y = x - means_x[which], y - means_y[which]
    xx = float(np.sum(within_x**2))
    if xx <= x.size * (ROUNDING * float(np.max(np.abs(x)))) ** 2:
        raise TableError(
            "within each arm all baselines are equal; an adjustment needs baselines that vary; "
            "compare the later scores or the changes instead"
        )
    slope = float(np.sum(within_x * within_y)) / xx
    residuals = within_y - slope * within_x
    left = float(np.sum(residuals**2))
    scale = float(np.max(np.abs(y)) + abs(slope) * np.max(np.abs(x)))
    if left <= y.size * (ROUNDING * scale) ** 2:
        raise TableError(
            "the later scores lie exactly on parallel lines over the baselines; the test needs "
            "subjects that vary; check whether the columns hold measured values"
        )
    return ParallelLines(
        arms=arms,
        which=which,
        sizes=sizes,
        x=within_x,
        y=within_y,
        means_x=means_x,
        means_y=means_y,
        baseline=float(x.mean()),
        slope=slope,
        residuals=residuals,
        sd=(left / df) ** 0.5,
        df=df,
        squares_arm=_squares_of_arms(sizes, means_x, means_y, slope, xx),
    )


def _squares_of_arms(
    sizes: NDArray[np.int_],
    means_x: NDArray[np.float64],
    means_y: NDArray[np.float64],
    slope: float,
    xx: float,
) -> float:
    """Sum of squares of the arms beyond one line through all subjects, without cancellation.

    The arms' adjusted means scatter; what a shift of the common slope explains is taken away.
    """
    away = means_x - sizes @ means_x / sizes.sum()
    adjusted = means_y - slope * means_x
    adjusted = adjusted - sizes @ adjusted / sizes.sum()
    crossed = float(np.sum(sizes * away * adjusted))
    total = xx + float(np.sum(sizes * away**2))
    return max(0.0, float(np.sum(sizes * adjusted**2)) - crossed**2 / total)
