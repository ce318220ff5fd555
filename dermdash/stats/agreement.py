"""How far two looks at the same things agree: limits of agreement and intraclass correlation.

Bland & Altman 1999, Stat Methods Med Res 8:135 (parallel readings, one pair a thing); Shrout &
Fleiss 1979, Psychol Bull 86:420; intervals of ICC(2,1) by McGraw & Wong 1996, Psychol Methods
1:30.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dermdash.errors import TableError
from dermdash.stats.findings import Effect

FEWEST = 5  # pairs; the limits of fewer are too wide to say anything
ALIKE = 1e-12  # of the scale: what is less than this is rounding

Form = Literal["icc_1_1", "icc_2_1"]


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of agreement of paired differences *a − b*.

    mean : ``mean_difference``, by Student's t
    sd : of the differences
    lower, upper : ``limit_of_agreement``, mean ± 1.96 sd, each with its own interval
    """

    n: int
    mean: Effect
    sd: float
    lower: Effect
    upper: Effect

    @property
    def sd_of_one(self) -> float:
        """Standard deviation of one look, were both equally exact: sd / √2."""
        return self.sd / 2**0.5


def limits_of_agreement(a: ArrayLike, b: ArrayLike, *, alpha: float = 0.05) -> Limits:
    """Bland and Altman's limits of agreement between two looks at the same things.

    a, b : (n,) in one unit; the difference is a − b

    >>> found = limits_of_agreement([60, 62, 58, 71, 65], [61, 60, 59, 70, 66])
    >>> round(found.mean.value, 2), round(found.lower.value, 2), round(found.upper.value, 2)
    (0.0, -2.77, 2.77)

    Raises
    ------
    TableError
        There are under five pairs, or a value is missing.
    """
    from scipy.stats import norm, t

    pairs = _pairs(a, b, alpha)
    differences = pairs[:, 0] - pairs[:, 1]
    n = len(differences)
    mean, sd = float(differences.mean()), float(differences.std(ddof=1))
    if sd <= ALIKE * max(float(np.abs(pairs).max()), 1.0):
        sd = 0.0
    z, quantile = float(norm.isf(alpha / 2)), float(t.isf(alpha / 2, n - 1))
    level = 1 - alpha
    of_mean = quantile * sd / n**0.5
    of_limit = quantile * sd * (1 / n + z**2 / (2 * (n - 1))) ** 0.5

    def limit(value: float) -> Effect:
        return Effect("limit_of_agreement", value, value - of_limit, value + of_limit, level)

    return Limits(
        n=n,
        mean=Effect("mean_difference", mean, mean - of_mean, mean + of_mean, level),
        sd=sd,
        lower=limit(mean - z * sd),
        upper=limit(mean + z * sd),
    )


def icc(ratings: ArrayLike, form: Form, *, alpha: float = 0.05) -> Effect:
    """Intraclass correlation of single looks.

    ratings : (n, k), a thing a row, a look a column
    form : ``icc_1_1`` for looks that are exchangeable, such as one reader's repeats; ``icc_2_1``,
        absolute agreement, for readers who have names and stand for others: a reader who is
        always deeper counts as disagreement

    >>> found = icc([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8],
    ...              [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], "icc_2_1")
    >>> round(found.value, 2), round(found.ci_low, 2), round(found.ci_high, 2)
    (0.29, 0.02, 0.76)

    Raises
    ------
    TableError
        There are under five things or two looks, a value is missing, or all values are equal.
    """
    table = np.asarray(ratings, float)
    _check(table, alpha)
    n, k = table.shape
    squares = _mean_squares(table)
    if form == "icc_1_1":
        value, low, high = _one_way(squares, n, k, alpha)
    else:
        value, low, high = _two_way(squares, n, k, alpha)
    return Effect(form, value, low, high, 1 - alpha)


@dataclass(frozen=True, slots=True)
class _MeanSquares:
    """Of things, of looks, of the error beside both, and of all within a thing."""

    things: float
    looks: float
    error: float
    within: float


def _mean_squares(table: NDArray[np.float64]) -> _MeanSquares:
    n, k = table.shape
    centred = table - table.mean()
    rows, columns = centred.mean(axis=1), centred.mean(axis=0)
    error = centred - rows[:, None] - columns
    within = centred - rows[:, None]
    return _MeanSquares(
        things=k * float(rows @ rows) / (n - 1),
        looks=n * float(columns @ columns) / (k - 1),
        error=float(np.square(error).sum()) / ((n - 1) * (k - 1)),
        within=float(np.square(within).sum()) / (n * (k - 1)),
    )


def _one_way(ms: _MeanSquares, n: int, k: int, alpha: float) -> tuple[float, float, float]:
    from scipy.stats import f

    value = (ms.things - ms.within) / (ms.things + (k - 1) * ms.within)
    if ms.within <= ALIKE * ms.things:
        return 1.0, 1.0, 1.0
    ratio = ms.things / ms.within
    low = ratio / float(f.isf(alpha / 2, n - 1, n * (k - 1)))
    high = ratio * float(f.isf(alpha / 2, n * (k - 1), n - 1))
    return value, (low - 1) / (low + k - 1), (high - 1) / (high + k - 1)


def _two_way(ms: _MeanSquares, n: int, k: int, alpha: float) -> tuple[float, float, float]:
    from scipy.stats import f

    spread = ms.things + (k - 1) * ms.error + k * (ms.looks - ms.error) / n
    value = (ms.things - ms.error) / spread
    if ms.within <= ALIKE * ms.things:
        return 1.0, 1.0, 1.0
    # Satterthwaite's degrees of freedom, both parts multiplied by the error's square so that an
    # error of 0 (one reader always so much deeper) divides nothing.
    a = k * value * ms.looks
    b = (n * (1 + (k - 1) * value) - k * value) * ms.error
    parts = (n - 1) * a**2 + b**2
    df = max((k - 1) * (n - 1) * (a + b) ** 2 / parts, 1.0) if parts > 0 else float(n - 1)
    looks = k * ms.looks + (k * n - k - n) * ms.error
    upper = float(f.isf(alpha / 2, n - 1, df))
    lower = float(f.isf(alpha / 2, df, n - 1))
    low = n * (ms.things - upper * ms.error) / (upper * looks + n * ms.things)
    high = n * (lower * ms.things - ms.error) / (looks + n * lower * ms.things)
    # Far below 0 the approximation may leave its own estimate out.
    return value, min(low, value), max(high, value)


def _pairs(a: ArrayLike, b: ArrayLike, alpha: float) -> NDArray[np.float64]:
    first, second = np.asarray(a, float), np.asarray(b, float)
    if first.shape != second.shape or first.ndim != 1:
        raise TableError(
            f"{first.size} and {second.size} depths are no pairs; give two of each thing"
        )
    pairs = np.column_stack([first, second])
    _check(pairs, alpha, constant=True)
    return pairs


def _check(table: NDArray[np.float64], alpha: float, *, constant: bool = False) -> None:
    if not 0 < alpha < 1:
        raise TableError(f"alpha={alpha} is no error rate; give one between 0 and 1")
    if table.ndim != 2 or table.shape[1] < 2:
        raise TableError("one look cannot agree with itself; give two or more of each thing")
    if len(table) < FEWEST:
        few = "1 pair is" if len(table) == 1 else f"{len(table)} pairs are"
        raise TableError(f"{few} too few; agreement needs {FEWEST} or more")
    if not np.isfinite(table).all():
        raise TableError("a look is missing or not a number; leave its thing out")
    if not constant and np.ptp(table) <= ALIKE * max(float(np.abs(table).max()), 1.0):
        raise TableError(f"all looks are {table.flat[0]:g}; correlation needs things that differ")
