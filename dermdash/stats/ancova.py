"""Arms compared at a later visit, each subject's baseline taken into account."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dermdash.errors import TableError
from dermdash.stats.effects import standardized
from dermdash.stats.findings import Check, Contrast, Test
from dermdash.stats.regression import ParallelLines, parallel_lines
from dermdash.stats.two_arms import welch_t_test
from dermdash.stats.within import ROUNDING, holm_adjusted, labels_of, paired_differences


@dataclass(frozen=True, slots=True)
class AdjustedMean:
    """Mean of an arm at the later visit, had its baseline been the mean of all subjects."""

    arm: str
    n: int
    mean: float
    ci_low: float
    ci_high: float


@dataclass(frozen=True, slots=True)
class Ancova:
    """Baseline-adjusted comparison of arms at one later visit.

    contrasts : adjusted differences a − b, ``p_adjusted`` by Holm over them
    omnibus : F of the arms, given the baseline
    means : adjusted, arms as they first appear
    baseline : mean of all subjects, where the adjusted means stand
    slope, slope_ci : rise of the later score per unit of baseline, common to the arms
    residual_sd, df : of the subjects around the arms' parallel lines
    equal_slopes : test that the lines are parallel; None where an arm's baselines do not vary or
        too few subjects are left to tell
    residuals : (n_subjects,) in the order given
    """

    contrasts: tuple[Contrast, ...]
    omnibus: Test
    means: tuple[AdjustedMean, ...]
    baseline: float
    slope: float
    slope_ci: tuple[float, float]
    residual_sd: float
    df: int
    equal_slopes: Check | None
    residuals: NDArray[np.float64]


def ancova(
    later: ArrayLike,
    baseline: ArrayLike,
    arm: Sequence[str],
    *,
    reference: str | None = None,
    pairs: Sequence[tuple[str, str]] | None = None,
    visit: str | None = None,
    alpha: float = 0.05,
) -> Ancova:
    """Later score on arm and baseline, lines parallel: t tests of the adjusted differences.

    later, baseline, arm : (n_subjects,) complete, at least two arms of at least two subjects
    reference : the control; contrasts are each other arm − reference
    pairs : (a, b) to contrast instead; without both, all pairs, ``a`` the arm that appears first
    visit : name that the contrasts carry

    The intervals stand each for itself. The effect is Hedges' g: the adjusted difference in
    standard deviations of the later scores within arms (not of the residuals, which a good
    baseline would shrink), its interval from the noncentral t of the adjusted test; None where one
    degree of freedom is left.
    Raises TableError where values are missing, arms too small or unknown, baselines all equal, or
    nothing is left to chance. Source: Fisher 1932; Maxwell and Delaney 2004, ch. 9; equals R's
    ``emmeans(lm(later ~ arm + baseline), "arm")``.

    >>> result = ancova(
    ...     [2.4, 2.9, 2.6, 3.1, 2.1, 2.7, 2.3, 2.6],
    ...     [2.0, 2.4, 2.3, 2.6, 2.0, 2.5, 2.3, 2.4],
    ...     ["active"] * 4 + ["placebo"] * 4,
    ...     reference="placebo",
    ... )
    >>> one = result.contrasts[0]
    >>> f"{one.a} − {one.b} = {one.difference:.3f} ({one.ci_low:.3f} to {one.ci_high:.3f})"
    'active − placebo = 0.295 (0.130 to 0.460)'
    """
    from scipy import stats

    lines = parallel_lines(later, baseline, arm)
    reach = float(stats.t.isf(alpha / 2, lines.df))
    chosen = _pairs(lines.arms, reference, pairs)
    means = []
    for i, name in enumerate(lines.arms):
        mean, error = lines.adjusted_mean(i)
        half = reach * error
        means.append(AdjustedMean(name, int(lines.sizes[i]), mean, mean - half, mean + half))
    half = reach * lines.sd / lines.within_xx**0.5
    g = len(lines.arms)
    f = (lines.squares_arm / (g - 1)) / lines.sd**2
    return Ancova(
        contrasts=holm_adjusted([_contrast(lines, a, b, visit, alpha) for a, b in chosen]),
        omnibus=Test(
            test="ancova",
            statistic=f,
            df=(g - 1.0, float(lines.df)),
            p=float(stats.f.sf(f, g - 1, lines.df)),
        ),
        means=tuple(means),
        baseline=lines.baseline,
        slope=lines.slope,
        slope_ci=(lines.slope - half, lines.slope + half),
        residual_sd=lines.sd,
        df=lines.df,
        equal_slopes=_equal_slopes(lines),
        residuals=lines.residuals,
    )


def change_t_test(
    later: ArrayLike,
    baseline: ArrayLike,
    arm: Sequence[str],
    *,
    a: str,
    b: str,
    visit: str | None = None,
    alpha: float = 0.05,
) -> Contrast:
    """Welch's t test of the mean change *later − baseline* in arm ``a`` minus that in arm ``b``.

    The simple companion of `ancova`: unbiased, less powerful, and fooled where the arms differ at
    baseline by chance. Raises TableError as `ancova`.
    """
    changes = paired_differences(later, baseline)
    labels = labels_of(arm, changes.size)
    _pairs(tuple(dict.fromkeys(labels.tolist())), None, [(a, b)])
    groups = {name: changes[labels == name] for name in (a, b)}
    largest = max(np.max(np.abs(np.asarray(own, np.float64))) for own in (later, baseline))
    if all(np.ptp(own) <= ROUNDING * largest for own in groups.values()):
        raise TableError(
            f"all changes within {a!r} and within {b!r} are equal; a t-test needs changes that "
            "vary; check whether the columns hold measured values"
        )
    return replace(welch_t_test(groups, alpha=alpha), visit=visit)


def _pairs(
    arms: tuple[str, ...], reference: str | None, pairs: Sequence[tuple[str, str]] | None
) -> Sequence[tuple[str, str]]:
    if reference is not None and pairs is not None:
        raise TableError(
            f"reference={reference!r} and pairs are both given; contrasts follow one of them; "
            "leave one out"
        )
    if pairs is None:
        if reference is None:
            return list(combinations(arms, 2))
        pairs = [(name, reference) for name in arms if name != reference]
    named = {name for pair in pairs for name in pair} | ({reference} - {None})
    for name in sorted(str(name) for name in named):
        if name not in arms:
            raise TableError(
                f"arm {name!r} has no complete subject; a contrast needs both arms; choose among "
                f"{', '.join(repr(arm) for arm in arms)}"
            )
    for a, b in pairs:
        if a == b:
            raise TableError(f"arm {a!r} stands against itself; a contrast needs two arms")
    return pairs


def _contrast(lines: ParallelLines, a: str, b: str, visit: str | None, alpha: float) -> Contrast:
    from scipy import stats

    difference, error = lines.difference(lines.arms.index(a), lines.arms.index(b))
    t = difference / error
    half = float(stats.t.isf(alpha / 2, lines.df)) * error
    p = 2 * float(stats.t.sf(abs(t), lines.df))
    return Contrast(
        a=a,
        b=b,
        difference=difference,
        ci_low=difference - half,
        ci_high=difference + half,
        p=p,
        p_adjusted=p,
        method="ancova",
        statistic=t,
        df=float(lines.df),
        effect=(
            standardized(t, lines.df, error / lines.spread_within, alpha=alpha)
            if lines.df > 1
            else None
        ),
        visit=visit,
    )


def _equal_slopes(lines: ParallelLines) -> Check | None:
    from scipy import stats

    parts = lines.own_slopes()
    if parts is None:
        return None
    squares, df, left, df_left = parts
    f = (squares / df) / (left / df_left)
    return Check(
        test="equal_slopes",
        of="slopes of the later score on baseline",
        statistic=f,
        p=float(stats.f.sf(f, df, df_left)),
    )
