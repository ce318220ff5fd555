"""Which arms differ from which: every pair, or each arm from one control.

Contrasts stand in the order of the arms, *a − b* with a before b, and against a control always
*treatment − control*. ``p`` is of the contrast alone; ``p_adjusted`` is the method's own, over all
its contrasts, as are the intervals (not Dunn's, which stand each for itself).
"""

from itertools import combinations

from dermdash.errors import TableError
from dermdash.stats.findings import Contrast
from dermdash.stats.groups import Groups, checked, moments
from dermdash.stats.largest import dunnett_critical, dunnett_sf, range_critical, range_sf
from dermdash.stats.ranks import hodges_lehmann, ranked
from dermdash.stats.two_arms import mean_contrast, probability_of_superiority
from dermdash.stats.within import holm_adjusted

ROOT_2 = 2**0.5  # Tukey's q over |t|


def tukey_hsd(groups: Groups, *, alpha: float = 0.05) -> tuple[Contrast, ...]:
    """Tukey's honest significant differences, Tukey and Kramer's where sizes differ.

    statistic : t by the variance pooled over all arms; Tukey's q is |t| times √2
    effect : Hedges' g by the SD pooled over the two arms; None where they have too few subjects
        (3) or do not vary

    Raises
    ------
    TableError
        Fewer than two arms, an empty one, no arm of two subjects, or nothing varies within arms.

    Source: Tukey 1953; Kramer 1956; Hayter 1984. R: ``TukeyHSD``.
    """
    arms = moments(groups)
    k = arms.n.size
    pairs = list(combinations(range(k), 2))
    df = arms.pooled_error(pairs[0])[1]
    critical = range_critical(alpha, k, df) / ROOT_2
    return tuple(
        mean_contrast(
            groups,
            arms,
            pair,
            arms.pooled_error(pair),
            method="tukey_hsd",
            alpha=alpha,
            critical=critical,
            family=lambda t: range_sf(t * ROOT_2, k, df),
        )
        for pair in pairs
    )


def games_howell(groups: Groups, *, alpha: float = 0.05) -> tuple[Contrast, ...]:
    """Games and Howell's differences of each pair, variances free.

    statistic, df : Welch's t and its fractional degrees of freedom
    effect : Hedges' g by the SD pooled over the two arms, as in `tukey_hsd`

    Raises
    ------
    TableError
        Fewer than two arms, an arm of one subject, or two arms in which nothing varies.

    Source: Games & Howell 1976. R: ``rstatix::games_howell_test``.
    """
    arms = moments(groups, at_least=2)
    k = arms.n.size

    def contrast(pair: tuple[int, int]) -> Contrast:
        of_pair = arms.own_error(pair)
        df = of_pair[1]
        return mean_contrast(
            groups,
            arms,
            pair,
            of_pair,
            method="games_howell",
            alpha=alpha,
            critical=range_critical(alpha, k, df) / ROOT_2,
            family=lambda t: range_sf(t * ROOT_2, k, df),
        )

    return tuple(contrast(pair) for pair in combinations(range(k), 2))


def dunnett(groups: Groups, *, control: str, alpha: float = 0.05) -> tuple[Contrast, ...]:
    """Dunnett's comparison of each arm with the control; by integration, so nothing is random.

    statistic : t by the variance pooled over all arms

    Raises
    ------
    TableError
        The control is no arm; else as `tukey_hsd`.

    Source: Dunnett 1955. R: ``multcomp::glht(mcp(arm = "Dunnett"))``, ``DescTools::DunnettTest``.
    """
    if control not in groups:
        raise TableError(
            f"control={control!r} is no arm of the table; it has "
            f"{', '.join(repr(name) for name in groups)}; name one of them"
        )
    arms = moments(groups)
    at = arms.names.index(control)
    pairs = [(i, at) for i in range(arms.n.size) if i != at]
    df = arms.pooled_error(pairs[0])[1]
    sizes, n_control = tuple(int(arms.n[i]) for i, _ in pairs), int(arms.n[at])
    critical = dunnett_critical(alpha, sizes, n_control, df)
    return tuple(
        mean_contrast(
            groups,
            arms,
            pair,
            arms.pooled_error(pair),
            method="dunnett",
            alpha=alpha,
            critical=critical,
            family=lambda t: dunnett_sf(t, sizes, n_control, df),
        )
        for pair in pairs
    )


def dunn_holm(groups: Groups, *, alpha: float = 0.05) -> tuple[Contrast, ...]:
    """Dunn's comparison of mean ranks, each pair, ties allowed for, p adjusted by Holm.

    statistic : z of the difference of mean ranks among all arms
    difference, ci_low, ci_high : Hodges and Lehmann's shift of the two arms alone, in the score's
        unit, with Moses' interval, not adjusted; infinite where the arms are too small for it
        (3 against 3). As z ranks all arms together, its sign can differ from a shift near 0
    effect : the two arms' probability of superiority

    Raises
    ------
    TableError
        Fewer than two arms, an empty one, or all values are equal.

    Source: Dunn 1964; Holm 1979. R: ``rstatix::dunn_test``.
    """
    from scipy.stats import norm

    arms = checked(groups)
    ranks = ranked(arms)
    found = []
    for (a, ranks_a), (b, ranks_b) in combinations(zip(arms, ranks.ranks, strict=True), 2):
        error = (ranks.variance * (1 / ranks_a.size + 1 / ranks_b.size)) ** 0.5
        z = float(ranks_a.mean() - ranks_b.mean()) / error
        p = 2 * float(norm.sf(abs(z)))
        shift = hodges_lehmann(arms[a], arms[b], alpha=alpha)
        found.append(
            Contrast(
                a=a,
                b=b,
                difference=shift.median,
                ci_low=shift.ci_low,
                ci_high=shift.ci_high,
                p=p,
                p_adjusted=p,
                method="dunn_holm",
                statistic=z,
                effect=probability_of_superiority({a: arms[a], b: arms[b]}, alpha=alpha),
            )
        )
    return holm_adjusted(found)
