"""Arms compared across studies, or other blocks: score = arm + block + error, by least squares.

Blocks take up what differs between studies for all of their subjects alike. Only arms that are
linked through blocks can be told from them: arms *a* and *b* of one block, or of two blocks that
a third arm links. All others are confounded with the block: their difference holds whatever else
differs between the blocks, and each such contrast carries that note.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dermdash.errors import TableError
from dermdash.stats.effects import standardized
from dermdash.stats.findings import Check, Contrast, Test
from dermdash.stats.groups import cleared
from dermdash.stats.largest import range_critical, range_sf
from dermdash.stats.within import ROUNDING, finite, holm_adjusted, labels_of

Floats = NDArray[np.float64]
Pairs = Sequence[tuple[str, str]]

ROOT_2 = 2**0.5  # Tukey's q over |t|


@dataclass(frozen=True, slots=True, eq=False)
class TwoWay:
    """The additive model of arm and block.

    arms, blocks : as they first appear; counts (n_arms, n_blocks) subjects
    linked : (n_arms,) arms of one number are linked through blocks
    means : (n_arms,) adjusted, from a common origin; at the mix of the blocks that are linked
    unscaled : (n_arms, n_arms) covariance of the means over the residual variance
    residuals : (n,) in the order given; sd, df : of them
    squares_cells, n_cells : deviations within arm and block, and how many of these there are
    """

    arms: tuple[str, ...]
    blocks: tuple[str, ...]
    counts: NDArray[np.int_]
    linked: tuple[int, ...]
    means: Floats
    unscaled: Floats
    residuals: Floats
    sd: float
    df: int
    squares_cells: float

    @property
    def n_cells(self) -> int:
        return int((self.counts > 0).sum())

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """All pairs of arms, the first named first."""
        return list(combinations(self.arms, 2))

    def confounded(self, a: str, b: str) -> bool:
        """Whether nothing but the block tells two arms apart."""
        return self.linked[self.arms.index(a)] != self.linked[self.arms.index(b)]

    def indirect(self, a: str, b: str) -> bool:
        """Whether two arms are linked, but no block holds both."""
        i, j = self.arms.index(a), self.arms.index(b)
        together = (self.counts[i] > 0) & (self.counts[j] > 0)
        return self.linked[i] == self.linked[j] and not together.any()

    def difference(self, a: str, b: str) -> tuple[float, float]:
        """Adjusted mean of a − that of b, and its standard error."""
        i, j = self.arms.index(a), self.arms.index(b)
        own = self.unscaled
        error = self.sd * float(own[i, i] + own[j, j] - 2 * own[i, j]) ** 0.5
        return cleared(float(self.means[i] - self.means[j]), error), error


def two_way(values: ArrayLike, arm: Sequence[str], block: Sequence[str]) -> TwoWay:
    """Fit the additive model (R: ``lm(score ~ arm + block)``).

    values, arm, block : (n_subjects,) complete

    Raises
    ------
    TableError
        Fewer than two arms, too few subjects, or nothing varies.
    """
    y = finite(values, "the values")
    arms, which_arm = _coded(arm, y.size)
    blocks, which_block = _coded(block, y.size)
    if len(arms) < 2:
        raise TableError(f"{len(arms)} arm is given; a comparison needs two or more; add arms")
    counts = np.zeros((len(arms), len(blocks)), np.int_)
    np.add.at(counts, (which_arm, which_block), 1)
    linked = _links(counts)
    design = np.column_stack(
        [np.eye(len(arms))[which_arm], _block_columns(counts, linked)[which_block]]
    )
    n, rank = design.shape
    if n - rank < 1:
        raise TableError(
            f"{n} subjects in {len(arms)} arms and {len(blocks)} blocks leave nothing to judge "
            f"chance by; at least {rank + 1} are needed; add subjects"
        )
    own = y - np.median(y)
    q, r = np.linalg.qr(design)
    back = np.linalg.inv(r)
    coefficients = back @ (q.T @ own)
    residuals = own - design @ coefficients
    residuals -= design @ (back @ (q.T @ residuals))
    squares = float(residuals @ residuals)
    if squares <= n * (ROUNDING * float(np.max(np.abs(y)))) ** 2:
        raise TableError(
            "all values within each arm and block are equal; a test needs values that vary; check "
            "whether the column holds measured values"
        )
    cell = which_arm * len(blocks) + which_block
    sizes = np.bincount(cell, minlength=counts.size)
    centres = np.bincount(cell, own, minlength=counts.size) / np.maximum(sizes, 1)
    k = len(arms)
    return TwoWay(
        arms=arms,
        blocks=blocks,
        counts=counts,
        linked=linked,
        means=coefficients[:k],
        unscaled=(back @ back.T)[:k, :k],
        residuals=residuals,
        sd=(squares / (n - rank)) ** 0.5,
        df=n - rank,
        squares_cells=float(np.sum((own - centres[cell]) ** 2)),
    )


def two_way_anova(fit: TwoWay) -> Test:
    """F of the arms, given the blocks (R: ``car::Anova(lm(score ~ arm + block))``)."""
    from scipy import stats

    k = len(fit.arms)
    apart = np.eye(k)[1:] - np.eye(k)[0]
    differences = apart @ fit.means
    covariance = apart @ fit.unscaled @ apart.T
    f = float(differences @ np.linalg.solve(covariance, differences)) / (k - 1) / fit.sd**2
    return Test("two_way_anova", f, (k - 1.0, float(fit.df)), float(stats.f.sf(f, k - 1, fit.df)))


def two_way_tukey(fit: TwoWay, *, noun: str = "block", alpha: float = 0.05) -> tuple[Contrast, ...]:
    """Adjusted differences of all pairs, by Tukey and Kramer's approximation.

    noun : what a block is called in the notes, such as study
    effect : Hedges' g by the SD of the residuals; None where one degree of freedom is left

    Source: Kramer 1956. R: ``pairs(emmeans(lm(score ~ arm + block), "arm"))``.

    >>> fit = two_way([2, 3, 4, 5, 3, 5, 5, 6], list("aabbaabb"), list("xxxxyyyy"))
    >>> one = two_way_tukey(fit)[0]
    >>> one.difference, round(one.p_adjusted, 4)
    (-1.75, 0.0335)
    """
    k = len(fit.arms)
    reach = range_critical(alpha, k, fit.df) / ROOT_2
    return tuple(
        _contrast(
            fit,
            pair,
            "two_way_tukey",
            reach,
            noun=noun,
            alpha=alpha,
            adjusted=range_sf(abs(_t(fit, pair)) * ROOT_2, k, fit.df),
        )
        for pair in fit.pairs
    )


def two_way_holm(
    fit: TwoWay, *, control: str, noun: str = "block", alpha: float = 0.05
) -> tuple[Contrast, ...]:
    """Adjusted differences *arm − control*, p by Holm; the intervals stand each for itself.

    Raises TableError where the control is no arm.
    """
    from scipy import stats

    if control not in fit.arms:
        raise TableError(f"control={control!r} is no arm; choose among {', '.join(fit.arms)}")
    reach = float(stats.t.isf(alpha / 2, fit.df))
    pairs = [(arm, control) for arm in fit.arms if arm != control]
    return holm_adjusted(
        [_contrast(fit, pair, "two_way_holm", reach, noun=noun, alpha=alpha) for pair in pairs]
    )


def arm_by_block(fit: TwoWay, *, noun: str = "block") -> Check | None:
    """Whether the arms' differences are alike in all blocks; None where it cannot be told.

    R: ``anova(lm(score ~ arm + block), lm(score ~ arm * block))``.
    """
    from scipy import stats

    df_left = int(fit.counts.sum()) - fit.n_cells
    df = fit.df - df_left
    squares = float(fit.residuals @ fit.residuals)
    if df < 1 or df_left < 1 or fit.squares_cells <= squares * ROUNDING:
        return None
    f = max(0.0, squares - fit.squares_cells) / df / (fit.squares_cells / df_left)
    return Check(
        "arm_by_block",
        f"differences between arms in each {noun}",
        f,
        float(stats.f.sf(f, df, df_left)),
    )


def _coded(names: Sequence[str], n: int) -> tuple[tuple[str, ...], NDArray[np.intp]]:
    """The names as they first appear, and each subject's by number."""
    labels = labels_of(names, n).tolist()
    known = tuple(dict.fromkeys(labels))
    numbers = {name: number for number, name in enumerate(known)}
    return known, np.array([numbers[label] for label in labels], np.intp)


def _links(counts: NDArray[np.int_]) -> tuple[int, ...]:
    """A number for each arm, the same for arms that blocks link."""
    together = (counts @ counts.T) > 0
    reach = together
    for _ in range(len(counts)):
        reach = (reach.astype(int) @ together.astype(int)) > 0
    return tuple(int(np.flatnonzero(row)[0]) for row in reach)


def _block_columns(counts: NDArray[np.int_], linked: tuple[int, ...]) -> Floats:
    """(n_blocks, n_columns): block effects that sum to 0 over the subjects that are linked."""
    columns = []
    for number in sorted(set(linked)):
        arms = [i for i, own in enumerate(linked) if own == number]
        sizes = counts[arms].sum(axis=0)
        *others, last = np.flatnonzero(sizes)
        for one in others:
            column = np.zeros(counts.shape[1])
            column[one], column[last] = 1.0, -sizes[one] / sizes[last]
            columns.append(column)
    return np.array(columns).T if columns else np.empty((counts.shape[1], 0))


def _t(fit: TwoWay, pair: tuple[str, str]) -> float:
    difference, error = fit.difference(*pair)
    return difference / error


def _contrast(
    fit: TwoWay,
    pair: tuple[str, str],
    method: str,
    reach: float,
    *,
    noun: str,
    alpha: float,
    adjusted: float | None = None,
) -> Contrast:
    from scipy import stats

    difference, error = fit.difference(*pair)
    t = difference / error
    p = 2 * float(stats.t.sf(abs(t), fit.df))
    return Contrast(
        a=pair[0],
        b=pair[1],
        difference=difference,
        ci_low=difference - reach * error,
        ci_high=difference + reach * error,
        p=p,
        p_adjusted=p if adjusted is None else adjusted,
        method=method,
        statistic=t,
        standard_error=error,
        df=float(fit.df),
        effect=standardized(t, fit.df, error / fit.sd, alpha=alpha) if fit.df > 1 else None,
        note=f"confounded with {noun}" if fit.confounded(*pair) else None,
    )
