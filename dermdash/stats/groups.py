"""Independent arms as numbers: their sizes, means and squares, taken without loss of digits."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dermdash.errors import TableError
from dermdash.stats.within import ROUNDING, finite

Floats = NDArray[np.float64]
Groups = Mapping[str, Floats]

NOISE = 1e-12  # of a standard error


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """What tests of means need of the arms, in their order.

    names, n : (n_arms,)
    mean : (n_arms,) from a common origin, so that differences keep their digits
    squares : (n_arms,) squared deviations from the arm's mean; 0 where only rounding differs
    """

    names: tuple[str, ...]
    n: NDArray[np.int64]
    mean: Floats
    squares: Floats

    @property
    def df(self) -> int:
        """Degrees of freedom within arms."""
        return int(self.n.sum()) - self.n.size

    @property
    def variance(self) -> Floats:
        """(n_arms,) of each arm of 2 or more subjects."""
        return self.squares / (self.n - 1)

    @property
    def pooled_variance(self) -> float:
        """Of all arms together.

        Raises
        ------
        TableError
            No arm has two subjects, or nothing varies within the arms.
        """
        if self.df < 1:
            raise TableError(
                f"each of {self.n.size} arms has 1 subject; a test needs an arm of 2 or more; "
                "add subjects"
            )
        if not self.squares.any():
            raise TableError(
                "all values within each arm are equal; a test needs values that vary; check "
                "whether the column holds measured values"
            )
        return float(self.squares.sum() / self.df)

    def pooled_error(self, pair: tuple[int, int]) -> tuple[float, float]:
        """Standard error of a difference of means by the variance of all arms, and its df."""
        weight = float((1 / self.n[list(pair)]).sum())
        return (self.pooled_variance * weight) ** 0.5, float(self.df)

    def own_error(self, pair: tuple[int, int]) -> tuple[float, float]:
        """The same by the two arms' own variances, after Welch; arms of 2 or more subjects.

        Raises
        ------
        TableError
            Neither of the two varies.
        """
        n, parts = self.n[list(pair)], (self.variance / self.n)[list(pair)]
        if not parts.any():
            a, b = (self.names[i] for i in pair)
            raise TableError(
                f"all values within arm {a!r} and within arm {b!r} are equal; a test needs values "
                "that vary; check whether the column holds measured values"
            )
        df = float(parts.sum() ** 2 / (parts**2 / (n - 1)).sum())
        return float(parts.sum()) ** 0.5, df


def moments(groups: Groups, *, at_least: int = 1, largest: float | None = None) -> Moments:
    """Sizes, means and squares of the arms; raises TableError as `checked`.

    largest : absolute value by whose rounding errors nothing varies; None: the largest given
    """
    arms = checked(groups, at_least=at_least)
    everything = np.concatenate(list(arms.values()))
    origin = float(np.median(everything))
    rounding = ROUNDING * (largest or float(np.max(np.abs(everything))))
    mean, squares = [], []
    for values in arms.values():
        own = values - origin
        centre = float(own.mean())
        mean.append(centre)
        varies = np.ptp(values) > rounding
        squares.append(float(((own - centre) ** 2).sum()) if varies else 0.0)
    return Moments(
        tuple(arms),
        np.array([values.size for values in arms.values()]),
        np.array(mean),
        np.array(squares),
    )


def cleared(difference: float, error: float) -> float:
    """The difference, or 0 where nothing but rounding tells it from 0 beside its standard error.

    >>> cleared(-1.1e-16, 0.2), cleared(1e-16, 1e-16)
    (0.0, 1e-16)
    """
    return 0.0 if abs(difference) < NOISE * error else difference


def f_ratio(arms: Moments) -> tuple[float, int, float]:
    """F of the arms' means, its first degrees of freedom and p; raises as `pooled_variance`."""
    from scipy import stats

    error = arms.pooled_variance
    grand = np.average(arms.mean, weights=arms.n)
    df = arms.n.size - 1
    f = float(arms.n @ (arms.mean - grand) ** 2) / df / error
    return f, df, float(stats.f.sf(f, df, arms.df))


def checked(groups: Groups, *, at_least: int = 1) -> dict[str, Floats]:
    """The arms as finite float64 vectors.

    at_least : subjects that each arm needs

    Raises
    ------
    TableError
        Fewer than two arms, too few subjects in one, a value that is missing or no number.
    """
    if len(groups) < 2:
        raise TableError(f"{len(groups)} arm is given; a comparison needs two or more; add arms")
    arms = {name: finite(values, f"the values of arm {name!r}") for name, values in groups.items()}
    for name, values in arms.items():
        if values.size < at_least:
            raise TableError(
                f"arm {name!r} has {values.size} subjects; this test needs {at_least} in each arm; "
                "add subjects or leave the arm out"
            )
    return arms


def two(groups: Groups) -> tuple[str, str]:
    """The names of exactly two arms; raises TableError for more or fewer."""
    if len(groups) != 2:
        raise TableError(
            f"{len(groups)} arms are given; this test compares two; choose two, or compare all "
            "by ANOVA"
        )
    a, b = groups
    return a, b
