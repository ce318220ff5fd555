"""Do independent arms differ at all? And, by name, all further tests of independent arms.

Each function takes the arms as a mapping: name -> (n,) finite values, one a subject. The order of
the arms fixes the sides of their differences and nothing else.
"""

import numpy as np
from numpy.typing import NDArray

from dermdash.errors import TableError
from dermdash.stats.arm_pairs import dunn_holm, dunnett, games_howell, tukey_hsd
from dermdash.stats.assumptions import brown_forsythe, levene, qq, shapiro_wilk
from dermdash.stats.findings import Test
from dermdash.stats.groups import Groups, checked, f_ratio, moments
from dermdash.stats.ranks import ranked
from dermdash.stats.two_arms import (
    brunner_munzel,
    mann_whitney,
    probability_of_superiority,
    t_test,
    welch_t_test,
)

__all__ = [
    "anova",
    "brown_forsythe",
    "brunner_munzel",
    "dunn_holm",
    "dunnett",
    "games_howell",
    "kruskal_wallis",
    "levene",
    "mann_whitney",
    "probability_of_superiority",
    "qq",
    "residuals",
    "shapiro_wilk",
    "t_test",
    "tukey_hsd",
    "welch_anova",
    "welch_t_test",
]


def anova(groups: Groups) -> Test:
    """One-way analysis of variance, equal variances assumed (R: ``oneway.test(var.equal = TRUE)``).

    Raises
    ------
    TableError
        Fewer than two arms, an empty one, no arm of two subjects, or nothing varies within arms.

    >>> test = anova({"young": np.array([2.9, 2.6, 3.1]), "old": np.array([2.0, 1.7, 2.3])})
    >>> round(test.statistic, 3), test.df, round(test.p, 4)
    (14.696, (1.0, 4.0), 0.0186)
    """
    arms = moments(groups)
    f, df, p = f_ratio(arms)
    return Test("anova", f, (float(df), float(arms.df)), p)


def welch_anova(groups: Groups) -> Test:
    """Welch's analysis of variance, variances free; a fractional second df (R: ``oneway.test``).

    Raises
    ------
    TableError
        Fewer than two arms, an arm of one subject, or one whose values are all equal.

    Source: Welch 1951.
    """
    from scipy import stats

    arms = moments(groups, at_least=2)
    for name, squares in zip(arms.names, arms.squares, strict=True):
        if not squares:
            raise TableError(
                f"all values of arm {name!r} are equal; Welch's ANOVA needs values that vary in "
                "each arm; leave the arm out, or read the ranks"
            )
    k = arms.n.size
    weight = arms.n / arms.variance
    share = weight / weight.sum()
    between = float(weight @ (arms.mean - share @ arms.mean) ** 2) / (k - 1)
    lack = float(((1 - share) ** 2 / (arms.n - 1)).sum())
    f = between / (1 + 2 * (k - 2) / (k**2 - 1) * lack)
    df = (float(k - 1), (k**2 - 1) / (3 * lack))
    return Test("welch_anova", f, df, float(stats.f.sf(f, *df)))


def kruskal_wallis(groups: Groups) -> Test:
    """Kruskal and Wallis' test of ranks, corrected for ties; chi-squared (R: ``kruskal.test``).

    Values that differ only by rounding errors are tied.

    Raises
    ------
    TableError
        Fewer than two arms, an empty one, or all values are equal.
    """
    from scipy import stats

    ranks = ranked(checked(groups))
    n = sum(own.size for own in ranks.ranks)
    between = sum(own.size * (own.mean() - (n + 1) / 2) ** 2 for own in ranks.ranks)
    h = float(between / ranks.variance)
    df = len(groups) - 1
    return Test("kruskal_wallis", h, (float(df),), float(stats.chi2.sf(h, df)))


def residuals(groups: Groups) -> NDArray[np.float64]:
    """(n,) values less their arm's mean, in the order of the arms; raises TableError as `anova`."""
    return np.concatenate([values - values.mean() for values in checked(groups).values()])
