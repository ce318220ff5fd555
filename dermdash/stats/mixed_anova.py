"""Arms × visits by analysis of variance: the classical reference beside ANCOVA and MMRM."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from dermdash.errors import TableError
from dermdash.stats.findings import Test
from dermdash.stats.within import (
    ROUNDING,
    complete_table,
    contrast_scores,
    labels_of,
    refuse_constant,
    within_test,
)


@dataclass(frozen=True, slots=True)
class MixedAnova:
    """arm : between subjects; visit, interaction : within, with Greenhouse and Geisser's p.

    The interaction asks whether the arms change differently.
    """

    arm: Test
    visit: Test
    interaction: Test


def mixed_anova(table: ArrayLike, arm: Sequence[str]) -> MixedAnova:
    """Repeated measures in two or more arms, type III sums of squares (arms weigh alike).

    table : (n_subjects, n_visits) complete
    arm : (n_subjects,) names, at least two arms of at least two subjects

    Epsilon comes from the covariance pooled within arms. Effects: ``partial_eta_squared`` of each
    test's statistic and df. Raises TableError where values are missing, an arm is too small, or
    nothing varies. Source: Maxwell and Delaney 2004, ch. 12; equals R's
    ``car::Anova(lm(table ~ arm), idata, idesign, type = 3)`` with sum contrasts.

    >>> scores = [[2.1, 2.2], [2.4, 2.3], [2.0, 2.3], [2.2, 2.8], [2.1, 2.5], [2.5, 2.9]]
    >>> test = mixed_anova(scores, ["placebo"] * 3 + ["active"] * 3).interaction
    >>> f"F{test.df} = {test.statistic:.2f}, p = {test.p:.4f}"
    'F(1.0, 4.0) = 7.56, p = 0.0514'
    """
    from scipy import stats

    values = complete_table(table)
    n, k = values.shape
    labels = labels_of(arm, n)
    names, which, sizes = np.unique(labels, return_inverse=True, return_counts=True)
    g = names.size
    if g < 2:
        raise TableError(
            f"{g} arm stands in the table; a mixed analysis compares two or more; use the "
            "repeated-measures analysis of one arm"
        )
    if sizes.min() < 2:
        alone = names[sizes.argmin()]
        raise TableError(
            f"arm {str(alone)!r} has 1 complete subject; each arm needs at least 2; add subjects "
            "or leave the arm out"
        )

    levels = values.mean(axis=1)
    groups = [levels[which == i] for i in range(g)]
    spread = sum(float(np.sum((own - own.mean()) ** 2)) for own in groups)
    if spread <= n * (ROUNDING * float(np.max(np.abs(values)))) ** 2:
        raise TableError(
            "within each arm every subject has the same mean over the visits; the test needs "
            "subjects that vary; check whether the columns hold measured values"
        )
    centre = levels.mean()
    between = sum(own.size * float(own.mean() - centre) ** 2 for own in groups)
    statistic = (between / (g - 1)) / (spread / (n - g))
    arms = Test(
        test="mixed_anova",
        statistic=statistic,
        df=(g - 1.0, float(n - g)),
        p=float(stats.f.sf(statistic, g - 1, n - g)),
    )

    scores = contrast_scores(values)
    cells = np.array([scores[which == i].mean(axis=0) for i in range(g)])
    deviations = scores - cells[which]
    error = deviations.T @ deviations
    refuse_constant(error, values)
    df_error = (n - g) * (k - 1)
    unweighted = cells.mean(axis=0)
    visit = float(np.sum(unweighted**2)) * g**2 / float(np.sum(1 / sizes))
    weighted = cells - sizes @ cells / n
    interaction = float(np.sum(sizes @ weighted**2))
    return MixedAnova(
        arm=arms,
        visit=within_test("mixed_anova", visit, k - 1, error, df_error),
        interaction=within_test("mixed_anova", interaction, (g - 1) * (k - 1), error, df_error),
    )
