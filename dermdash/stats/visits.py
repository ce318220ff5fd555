"""Visits of the same subjects: paired differences, repeated measures, changes as description.

A table is ``(n_subjects, n_visits)``, complete, its columns in order of day. A difference is
*later − earlier*; in a hemi-face design *treated side − control side*. The side or the visit that
is subtracted is ``b``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dermdash.errors import TableError
from dermdash.stats.effects import cohen_dz
from dermdash.stats.findings import Contrast, Test
from dermdash.stats.within import (
    ROUNDING,
    complete_table,
    contrast_scores,
    holm_adjusted,
    labels_of,
    paired_differences,
    refuse_constant,
    within_test,
)


@dataclass(frozen=True, slots=True)
class MeanChange:
    """The mean change of one arm: description only, hence without a p-value.

    ci_low, ci_high : t interval; None where the arm has one subject
    sd : of the changes; None where the arm has one subject
    """

    arm: str
    n: int
    mean: float
    ci_low: float | None
    ci_high: float | None
    sd: float | None


def paired_t_test(
    later: ArrayLike,
    earlier: ArrayLike,
    *,
    a: str = "later",
    b: str = "earlier",
    visit: str | None = None,
    alpha: float = 0.05,
) -> Contrast:
    """The mean of the differences *later − earlier* of the same subjects, against 0.

    later, earlier : (n_subjects,) finite, one subject a place

    The effect is Cohen's dz, in standard deviations of the differences. Also the test of a
    hemi-face design at one visit: the treated side as ``later``, the control side as ``earlier``.
    Raises TableError where fewer than two subjects have both, or all differences are equal.
    Source: Student 1908.

    >>> sides = paired_t_test([2.4, 2.9, 2.2, 2.6], [2.1, 2.5, 2.3, 2.2], a="D28", b="D0")
    >>> f"{sides.difference:+.2f}, t({sides.df:.0f}) = {sides.statistic:.3f}, p = {sides.p:.4f}"
    '+0.25, t(3) = 2.100, p = 0.1265'
    """
    differences = paired_differences(later, earlier)
    return _one_sample(differences, _largest(later, earlier), a=a, b=b, visit=visit, alpha=alpha)


def paired_contrasts(
    table: ArrayLike, names: Sequence[str], *, alpha: float = 0.05
) -> tuple[Contrast, ...]:
    """Paired t-tests of every pair of visits, ``p_adjusted`` by Holm over the pairs.

    names : of the visits, in order of day; ``a`` is the later of a pair
    The intervals stand each for itself. Raises TableError as `paired_t_test`.
    """
    values = complete_table(table, names)
    contrasts = [
        paired_t_test(values[:, j], values[:, i], a=names[j], b=names[i], alpha=alpha)
        for i, j in combinations(range(len(names)), 2)
    ]
    return holm_adjusted(contrasts)


def hemi_face(
    treated: ArrayLike,
    control: ArrayLike,
    names: Sequence[str],
    *,
    a: str = "treated",
    b: str = "control",
    alpha: float = 0.05,
) -> tuple[Contrast, ...]:
    """The paired difference of changes at each later visit: treated − control, since the first.

    treated, control : (n_subjects, n_visits) scores of the two sides, the same subject in a row;
        the first visit is the baseline
    names : of the visits, in order of day
    ``p_adjusted`` is Holm's over the later visits. With one visit only, `paired_t_test` of the
    two sides. Raises TableError as `paired_t_test`, and where the two tables differ in shape.
    """
    sides = complete_table(treated, names), complete_table(control, names)
    if sides[0].shape != sides[1].shape:
        raise TableError(
            f"the side {a!r} has {len(sides[0])} subjects and {b!r} has {len(sides[1])}; "
            "a hemi-face comparison needs both sides of each subject; leave the others out"
        )
    between = sides[0] - sides[1]
    changes = between[:, 1:] - between[:, :1]
    contrasts = [
        _one_sample(changes[:, j], _largest(*sides), a=a, b=b, visit=name, alpha=alpha)
        for j, name in enumerate(names[1:])
    ]
    return holm_adjusted(contrasts)


def rm_anova(table: ArrayLike) -> Test:
    """Do the means of the visits differ? One-way repeated measures, all subjects at all visits.

    table : (n_subjects, n_visits) complete, at least 2 × 2

    F has (k − 1, (n − 1)(k − 1)) degrees of freedom; ``p_gg`` multiplies both by Greenhouse and
    Geisser's epsilon, 1/(k − 1) to 1 (exactly 1 for two visits, where F is the square of the
    paired t). The effect: ``partial_eta_squared(test.statistic, *test.df)``.
    Raises TableError where the table is incomplete or the visits differ by the same steps in
    every subject. Source: Greenhouse and Geisser 1959; Maxwell and Delaney 2004, ch. 11.

    >>> test = rm_anova([[2.1, 2.4, 2.8], [2.5, 2.9, 2.7], [2.3, 2.2, 2.6], [2.2, 2.6, 3.0]])
    >>> f"F{test.df} = {test.statistic:.3f}, p = {test.p:.4f}, corrected {test.p_gg:.4f}"
    'F(2.0, 6.0) = 6.429, p = 0.0322, corrected 0.0367'
    """
    values = complete_table(table)
    n, k = values.shape
    scores = contrast_scores(values)
    deviations = scores - scores.mean(axis=0)
    error = deviations.T @ deviations
    refuse_constant(error, values)
    between = n * float(np.sum(scores.mean(axis=0) ** 2))
    return within_test("rm_anova", between, k - 1, error, (n - 1) * (k - 1))


def mean_changes(
    later: ArrayLike, earlier: ArrayLike, arm: Sequence[str], *, alpha: float = 0.05
) -> tuple[MeanChange, ...]:
    """The mean change *later − earlier* within each arm, arms as they first appear.

    later, earlier, arm : (n_subjects,)
    No test: "active changed significantly, placebo did not" happens in one trial of four without
    any difference between the arms. Raises TableError where values are missing.
    """
    from scipy import stats

    changes = paired_differences(later, earlier, at_least=1)
    labels = labels_of(arm, changes.size)
    found = []
    for name in dict.fromkeys(labels.tolist()):
        own = changes[labels == name]
        n, mean = own.size, float(own.mean())
        if n == 1:
            found.append(MeanChange(name, n, mean, None, None, None))
            continue
        sd = float(own.std(ddof=1))
        half = float(stats.t.isf(alpha / 2, n - 1)) * sd / n**0.5
        found.append(MeanChange(name, n, mean, mean - half, mean + half, sd))
    return tuple(found)


def residuals(table: ArrayLike) -> NDArray[np.float64]:
    """What subject and visit leave unexplained: (n_subjects, n_visits), rows and columns sum to 0.

    For the Shapiro-Wilk test and the Q-Q plot beside `rm_anova`.
    """
    values = complete_table(table)
    centred = values - values.mean(axis=1, keepdims=True)
    return np.asarray(centred - centred.mean(axis=0), np.float64)


def _largest(*values: ArrayLike) -> float:
    return max(float(np.max(np.abs(np.asarray(own, np.float64)))) for own in values)


def _one_sample(
    differences: NDArray[np.float64],
    largest: float,
    *,
    a: str,
    b: str,
    visit: str | None,
    alpha: float,
) -> Contrast:
    """Mean of the differences against 0; ``largest`` value they came from tells rounding."""
    from scipy import stats

    n = differences.size
    mean, sd = float(differences.mean()), float(differences.std(ddof=1))
    if sd <= ROUNDING * largest:
        raise TableError(
            f"all {n} differences {a} − {b} equal {mean:g}; a paired t-test needs differences "
            "that vary; check whether the two columns hold measured values"
        )
    error = sd / n**0.5
    t = mean / error
    p = 2 * float(stats.t.sf(abs(t), n - 1))
    half = float(stats.t.isf(alpha / 2, n - 1)) * error
    return Contrast(
        a=a,
        b=b,
        difference=mean,
        ci_low=mean - half,
        ci_high=mean + half,
        p=p,
        p_adjusted=p,
        method="paired_t_test",
        statistic=t,
        df=n - 1.0,
        effect=cohen_dz(differences, alpha=alpha),
        visit=visit,
    )
