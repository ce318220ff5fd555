"""Two independent arms: by means, by ranks, and by the chance that one's subject scores higher."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from dermdash.errors import TableError
from dermdash.stats.effects import hedges_g
from dermdash.stats.findings import Contrast, Effect, Test
from dermdash.stats.groups import Groups, Moments, checked, cleared, moments, two
from dermdash.stats.ranks import (
    chances_of_u,
    exact,
    hodges_lehmann,
    mid_ranks,
    ranked,
    settled,
    u_sd,
)

Floats = NDArray[np.float64]


def t_test(groups: Groups, *, alpha: float = 0.05) -> Contrast:
    """Student's t test of the first arm − the second, variances equal (R: ``var.equal = TRUE``).

    Raises
    ------
    TableError
        Not two arms, fewer than 3 subjects in all, or nothing varies within the arms.

    >>> test = t_test({"a": np.array([5.0, 6, 7, 9]), "b": np.array([3.0, 4, 6, 5])})
    >>> test.difference, round(test.statistic, 4), test.df, round(test.p, 4)
    (2.25, 2.1019, 6.0, 0.0803)
    """
    two(groups)
    arms, pair = moments(groups), (0, 1)
    return mean_contrast(groups, arms, pair, arms.pooled_error(pair), method="t_test", alpha=alpha)


def welch_t_test(groups: Groups, *, alpha: float = 0.05) -> Contrast:
    """Welch's t test of the first arm − the second, variances free (R: ``t.test``).

    The effect is Hedges' g by the pooled SD, as in `t_test`.

    Raises
    ------
    TableError
        Not two arms, an arm of one subject, or nothing varies within the arms.
    """
    two(groups)
    arms, pair = moments(groups, at_least=2), (0, 1)
    of_pair = arms.own_error(pair)
    return mean_contrast(groups, arms, pair, of_pair, method="welch_t_test", alpha=alpha)


def mann_whitney(groups: Groups, *, alpha: float = 0.05) -> Contrast:
    """Mann and Whitney's test of the first arm against the second (R: ``wilcox.test``).

    Exact for fewer than 50 subjects in each arm without ties; otherwise normal, with ties and
    continuity allowed for.

    statistic : U of the first arm, the pairs in which its subject scores higher, ties half
    difference, ci_low, ci_high : Hodges and Lehmann's shift with Moses' interval, which is
        infinite where the arms are too small for the level (3 against 3)
    effect : `probability_of_superiority`

    Raises
    ------
    TableError
        Not two arms, an empty one, or all values are equal.
    """
    from scipy.stats import norm

    a, b = two(groups)
    arms = checked(groups)
    ranks = ranked(arms)
    m, n = (own.size for own in ranks.ranks)
    u = float(ranks.ranks[0].sum()) - m * (m + 1) / 2
    if exact(ranks):
        chances = chances_of_u(m, n)
        extreme = int(min(u, m * n - u))
        p = min(1.0, 2 * float(chances[: extreme + 1].sum()))
    else:
        p = 2 * float(norm.sf(max(0.0, abs(u - m * n / 2) - 0.5) / u_sd(ranks)))
    shift = hodges_lehmann(arms[a], arms[b], alpha=alpha)
    return Contrast(
        a=a,
        b=b,
        difference=shift.median,
        ci_low=shift.ci_low,
        ci_high=shift.ci_high,
        p=p,
        p_adjusted=p,
        method="mann_whitney",
        statistic=u,
        effect=probability_of_superiority(groups, alpha=alpha),
    )


def brunner_munzel(groups: Groups, *, alpha: float = 0.05) -> tuple[Test, Effect]:
    """Brunner and Munzel's test that neither arm tends to score higher; spreads may differ.

    statistic : t, positive where the first arm tends to score higher
    Returns the test and its `probability_of_superiority`.

    Raises
    ------
    TableError
        Not two arms, an arm of one subject, or arms that do not overlap: then the test has no
        variance, and Mann and Whitney's answers.

    Source: Brunner & Munzel 2000; Neubert & Brunner 2007. R: ``lawstat::brunner.munzel.test``,
    which names the chance that the second arm scores higher.
    """
    from scipy import stats

    a, b = two(groups)
    arms = checked(groups, at_least=2)
    chance, error, df = _superiority(arms[a], arms[b])
    if error == 0:
        raise TableError(
            f"arms {a!r} and {b!r} do not overlap; Brunner and Munzel's test needs arms that do; "
            "read Mann and Whitney's"
        )
    t = (chance - 0.5) / error
    test = Test("brunner_munzel", t, (df,), 2 * float(stats.t.sf(abs(t), df)))
    return test, probability_of_superiority(groups, alpha=alpha)


def probability_of_superiority(groups: Groups, *, alpha: float = 0.05) -> Effect:
    """Chance that a subject of the first arm scores higher than one of the second, ties half.

    ci_low, ci_high : Brunner and Munzel's, cut to 0..1; where arms do not overlap, or one has a
        single subject, Newcombe's fifth method, which needs no variance (Stat Med 2006;25:559)

    Raises
    ------
    TableError
        Not two arms, or an empty one.

    >>> effect = probability_of_superiority({"a": np.array([3.0, 4, 5]), "b": np.array([1.0, 2])})
    >>> effect.value, round(effect.ci_low, 3), effect.ci_high
    (1.0, 0.439, 1.0)
    """
    from scipy import stats

    a, b = two(groups)
    arms = checked(groups, at_least=1)
    chance, error, df = _superiority(arms[a], arms[b])
    if error > 0:
        half = float(stats.t.isf(alpha / 2, df)) * error
        low, high = max(0.0, chance - half), min(1.0, chance + half)
    else:
        low, high = _newcombe(chance, arms[a].size, arms[b].size, alpha)
    return Effect("probability_of_superiority", chance, low, high, 1 - alpha)


def _superiority(a: Floats, b: Floats) -> tuple[float, float, float]:
    """The chance, its standard error (0 where there is none) and Satterthwaite's df."""
    a, b = settled(a, b)
    m, n = a.size, b.size
    overall = mid_ranks(a, b).ranks
    places = [
        both - mid_ranks(own).ranks[0] for both, own in zip(overall, (a, b), strict=True)
    ]  # of each subject among the other arm's, from 0 to its size
    chance = float(places[0].mean()) / n
    if min(m, n) < 2:
        return chance, 0.0, 0.0
    parts = np.array([places[0].var(ddof=1) / n**2 / m, places[1].var(ddof=1) / m**2 / n])
    if not parts.any():
        return chance, 0.0, 0.0
    df = parts.sum() ** 2 / (parts**2 / np.array([m - 1, n - 1])).sum()
    return chance, float(parts.sum() ** 0.5), float(df)


def _newcombe(chance: float, m: int, n: int, alpha: float) -> tuple[float, float]:
    """Where the squared distance from the chance is z² times the variance there."""
    from scipy.optimize import brentq
    from scipy.stats import norm

    z = float(norm.isf(alpha / 2))
    more = (m + n) / 2 - 1

    def excess(theta: float) -> float:
        spread = 1 + more * ((1 - theta) / (2 - theta) + theta / (1 + theta))
        return float((chance - theta) ** 2 - z**2 * theta * (1 - theta) * spread / (m * n))

    inside = 1e-12
    low = 0.0 if chance == 0 else float(brentq(excess, 0.0, chance - inside))
    high = 1.0 if chance == 1 else float(brentq(excess, chance + inside, 1.0))
    return low, high


def mean_contrast(
    groups: Groups,
    arms: Moments,
    pair: tuple[int, int],
    of_pair: tuple[float, float],
    *,
    method: str,
    alpha: float,
    critical: float | None = None,
    family: Callable[[float], float] | None = None,
) -> Contrast:
    """The difference of two arms' means by t, with Hedges' g where the two arms alone have one.

    of_pair : its standard error and degrees of freedom
    critical : errors that the interval reaches; None: Student's
    family : |t| -> the chance that the largest of the family exceeds it; None: there is one
    """
    from scipy import stats

    i, j = pair
    error, df = of_pair
    a, b = arms.names[i], arms.names[j]
    difference = cleared(float(arms.mean[i] - arms.mean[j]), error)
    t = difference / error
    half = error * (float(stats.t.isf(alpha / 2, df)) if critical is None else critical)
    p = 2 * float(stats.t.sf(abs(t), df))
    sizable = arms.n[i] + arms.n[j] >= 4 and arms.squares[[i, j]].any()
    return Contrast(
        a=a,
        b=b,
        difference=difference,
        ci_low=difference - half,
        ci_high=difference + half,
        p=p,
        p_adjusted=p if family is None else family(abs(t)),
        method=method,
        statistic=t,
        standard_error=error,
        df=float(df),
        effect=hedges_g(groups[a], groups[b], alpha=alpha) if sizable else None,
    )
