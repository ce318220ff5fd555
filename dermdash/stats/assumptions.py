"""What tests of means assume: equal variances, normal residuals. To read, never as a gate."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dermdash.errors import TableError
from dermdash.stats.findings import Check
from dermdash.stats.groups import Groups, checked, f_ratio, moments
from dermdash.stats.within import ROUNDING, finite

Floats = NDArray[np.float64]
SHAPIRO_MAX = 5000  # Royston 1995


def brown_forsythe(groups: Groups) -> Check:
    """Brown and Forsythe's test of equal variances: ANOVA of the distances from the medians.

    Raises
    ------
    TableError
        Fewer than two arms, no arm of 3 subjects, or distances that do not vary.

    R: ``car::leveneTest``.
    """
    return _equal_variances("brown_forsythe", groups, lambda values: float(np.median(values)))


def levene(groups: Groups) -> Check:
    """Levene's test of equal variances: ANOVA of the distances from the means.

    Raises TableError as `brown_forsythe`. R: ``car::leveneTest(center = mean)``.
    """
    return _equal_variances("levene", groups, lambda values: float(values.mean()))


def shapiro_wilk(values: ArrayLike, *, of: str = "residuals") -> Check:
    """Shapiro and Wilk's test of normality (R: ``shapiro.test``).

    Raises
    ------
    TableError
        Fewer than 3 values or more than 5000, or they do not vary.
    """
    from scipy import stats

    x = finite(values, f"the {of}")
    if not 3 <= x.size <= SHAPIRO_MAX:
        raise TableError(
            f"{x.size} {of} are given; Shapiro and Wilk's test takes 3 to {SHAPIRO_MAX}; look at "
            "the Q-Q plot"
        )
    if np.ptp(x) <= ROUNDING * np.max(np.abs(x)):
        raise TableError(
            f"all {of} are equal; Shapiro and Wilk's test needs values that vary; check the column"
        )
    w, p = stats.shapiro((x - np.median(x)) / np.ptp(x))
    return Check("shapiro_wilk", of, float(w), float(p))


def qq(values: ArrayLike) -> tuple[Floats, Floats]:
    """Normal quantiles and the values in order, each (n,) (R: ``qqnorm``).

    >>> qq([3.0, 1.0, 2.0])[0].round(3).tolist()
    [-0.869, 0.0, 0.869]
    """
    from scipy.special import ndtri

    x = np.sort(finite(values, "the residuals"))
    offset = 3 / 8 if x.size <= 10 else 1 / 2
    return np.asarray(ndtri((np.arange(1, x.size + 1) - offset) / (x.size + 1 - 2 * offset))), x


def _equal_variances(test: str, groups: Groups, centre: Callable[[Floats], float]) -> Check:
    arms = checked(groups)
    largest = max(float(np.max(np.abs(values))) for values in arms.values())
    distances = {name: np.abs(values - centre(values)) for name, values in arms.items()}
    of_arms = moments(distances, largest=largest)
    if not of_arms.squares.any():
        raise TableError(
            "within each arm all values lie equally far from its middle; a test of variances needs "
            "an arm of 3 or more; compare the standard deviations by eye"
        )
    f, _, p = f_ratio(of_arms)
    return Check(test, "variances", f, p)
