"""Intervals of shares and of their differences, that behave with few subjects too."""

from math import sqrt
from typing import Literal

from dermdash.errors import TableError

Interval = tuple[float, float]


def share_interval(
    count: int,
    n: int,
    *,
    method: Literal["wilson", "clopper_pearson"] = "wilson",
    alpha: float = 0.05,
) -> Interval:
    """Interval of a share ``count / n``: Wilson's score (1927), or Clopper and Pearson's (1934).

    >>> [round(limit, 4) for limit in share_interval(81, 263)]  # Newcombe 1998
    [0.2553, 0.3662]
    """
    from scipy.stats import binomtest

    if not 0 <= count <= n or n < 1:
        raise TableError(f"{count} of {n} is no share; give 0 to n of at least 1")
    if not 0 < alpha < 1:
        raise TableError(f"alpha={alpha:g} is no error rate; give one between 0 and 1")
    named: Literal["exact", "wilson"] = "exact" if method == "clopper_pearson" else "wilson"
    found = binomtest(count, n).proportion_ci(1 - alpha, method=named)
    return float(found.low), float(found.high)


def difference_interval(
    count_a: int, n_a: int, count_b: int, n_b: int, *, alpha: float = 0.05
) -> Interval:
    """Interval of the difference of two independent shares.

    Source: Newcombe 1998, Stat Med 17:873, method 10.

    >>> [round(limit, 4) for limit in difference_interval(56, 70, 48, 80)]
    [0.0524, 0.3339]
    """
    return _square_and_add((count_a, n_a), (count_b, n_b), phi=0.0, alpha=alpha)


def paired_difference_interval(
    both: int, only_a: int, only_b: int, neither: int, *, alpha: float = 0.05
) -> Interval:
    """Interval of the difference *a − b* of two shares of the same subjects.

    Source: Newcombe 1998, Stat Med 17:2635, method 10 (phi with its continuity correction).

    >>> [round(limit, 3) for limit in paired_difference_interval(14, 5, 0, 22)]
    [0.011, 0.226]
    """
    n = both + only_a + only_b + neither
    margins = (both + only_a) * (only_b + neither) * (both + only_b) * (only_a + neither)
    covariance = float(both * neither - only_a * only_b)
    if covariance > 0:
        covariance = max(covariance - n / 2, 0.0)
    phi = covariance / sqrt(margins) if margins else 0.0
    return _square_and_add((both + only_a, n), (both + only_b, n), phi=phi, alpha=alpha)


def _square_and_add(
    of_a: tuple[int, int], of_b: tuple[int, int], *, phi: float, alpha: float
) -> Interval:
    low_a, high_a = share_interval(*of_a, alpha=alpha)
    low_b, high_b = share_interval(*of_b, alpha=alpha)
    a, b = of_a[0] / of_a[1], of_b[0] / of_b[1]

    def reach(from_a: float, from_b: float) -> float:
        return sqrt(max(from_a**2 - 2 * phi * from_a * from_b + from_b**2, 0.0))

    low, high = a - b - reach(a - low_a, high_b - b), a - b + reach(high_a - a, b - low_b)
    return max(low, -1.0), min(high, 1.0)
