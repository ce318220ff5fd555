"""What repeated measures share: complete tables, contrasts of visits, epsilon, Holm."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dermdash.errors import TableError
from dermdash.stats.findings import Contrast, Test

ROUNDING = 64 * float(np.finfo(np.float64).eps)  # of the largest value; below, steps are equal


def numbers(values: ArrayLike, what: str, ndim: int = 1) -> NDArray[np.float64]:
    """Values as float64, gaps as NaN; raises TableError naming `what` for text or a wrong shape."""
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise TableError(
            f"{what} hold something that is no number; a test needs numbers; check the column"
        ) from None
    if array.ndim != ndim:
        raise TableError(
            f"{what} have {array.ndim} dimensions; a test needs {ndim}; reshape the values"
        )
    return array


def finite(values: ArrayLike, what: str, ndim: int = 1) -> NDArray[np.float64]:
    """As `numbers`, and raises TableError where one is missing or infinite."""
    array = numbers(values, what, ndim)
    missing = int(np.sum(~np.isfinite(array)))
    if missing:
        raise TableError(
            f"{missing} of {what} are missing or infinite; the test needs complete subjects; "
            "leave those subjects out, and count them"
        )
    return array


def complete_table(values: ArrayLike, names: Sequence[str] | None = None) -> NDArray[np.float64]:
    """A table (n_subjects, n_visits) of at least 2 × 2 finite numbers; raises TableError."""
    table = finite(values, "the table's values", 2)
    n, k = table.shape
    if names is not None and len(names) != k:
        raise TableError(
            f"{len(names)} names stand for {k} visits; each visit needs one; check the columns"
        )
    if n < 2 or k < 2:
        raise TableError(
            f"the table has {n} complete subjects and {k} visits; repeated measures need at "
            "least 2 of each; add scans, or compare arms at one visit"
        )
    return table


def paired_differences(
    later: ArrayLike, earlier: ArrayLike, *, at_least: int = 2
) -> NDArray[np.float64]:
    """*later − earlier* of (n_subjects,) values each; raises TableError where they do not pair."""
    x, y = finite(later, "the later values"), finite(earlier, "the earlier values")
    if x.size != y.size:
        raise TableError(
            f"{x.size} later values stand against {y.size} earlier ones; a paired test needs "
            "both of each subject; leave the others out"
        )
    if x.size < at_least:
        raise TableError(
            f"{x.size} subjects have both values; a paired test needs at least {at_least}; "
            "add subjects"
        )
    return x - y


def labels_of(arm: Sequence[str], n: int) -> NDArray[np.object_]:
    """Names of the arms of n subjects as an array; raises TableError where one is missing.

    Of objects, since numpy's own strings take "a" and "a\\0" for one name.
    """
    names = list(arm)
    for place, name in enumerate(names, start=1):
        if not isinstance(name, str):
            raise TableError(
                f"the arm of subject {place} of {len(names)} is {name!r}; an arm is a name; fill "
                "it in or leave the subject out"
            )
    labels = np.array(names, dtype=np.object_)
    if labels.size != n:
        raise TableError(
            f"{labels.size} arms stand for {n} subjects; each subject has one; check the columns"
        )
    return labels


def contrast_scores(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Orthonormal (Helmert) contrasts of the visits: (n, k) -> (n, k − 1)."""
    from scipy.linalg import helmert

    centred = values - values.mean(axis=1, keepdims=True)
    return np.asarray(centred @ helmert(values.shape[1]).T, np.float64)


def refuse_constant(error: NDArray[np.float64], values: NDArray[np.float64]) -> None:
    """Raise TableError where the subjects' courses are parallel up to rounding."""
    if np.trace(error) <= (ROUNDING * np.max(np.abs(values))) ** 2 * values.size:
        raise TableError(
            "every subject changes by the same steps from visit to visit; the test needs changes "
            "that vary between subjects; check whether the columns hold measured values"
        )


def greenhouse_geisser(error: NDArray[np.float64]) -> float:
    """Epsilon from the (k − 1, k − 1) sums of squares and products of orthonormal contrasts.

    tr(S)² / ((k − 1) tr(S²)), the same for S and any multiple of it.

    >>> greenhouse_geisser(np.eye(3))
    1.0
    """
    return min(1.0, float(np.trace(error) ** 2 / (len(error) * np.sum(error**2))))


def within_test(
    name: str, squares: float, df: int, error: NDArray[np.float64], df_error: int
) -> Test:
    """F of sums of squares within subjects, with its corrected p."""
    from scipy import stats

    statistic = (squares / df) / (float(np.trace(error)) / df_error)
    epsilon = greenhouse_geisser(error)
    return Test(
        test=name,
        statistic=statistic,
        df=(float(df), float(df_error)),
        p=float(stats.f.sf(statistic, df, df_error)),
        epsilon_gg=epsilon,
        p_gg=float(stats.f.sf(statistic, df * epsilon, df_error * epsilon)),
    )


def holm(p: Sequence[float]) -> tuple[float, ...]:
    """P-values adjusted by Holm 1979, in the order given.

    >>> holm([0.01, 0.04, 0.03])
    (0.03, 0.06, 0.06)
    """
    values = np.asarray(p, np.float64)
    order = np.argsort(values, kind="stable")
    steps = np.maximum.accumulate(values[order] * np.arange(values.size, 0, -1))
    out = np.empty_like(values)
    out[order] = np.minimum(steps, 1.0)
    return tuple(float(value) for value in out)


def holm_adjusted(contrasts: Sequence[Contrast]) -> tuple[Contrast, ...]:
    """The contrasts as one family: ``p_adjusted`` by Holm."""
    together = holm([contrast.p for contrast in contrasts])
    return tuple(replace(c, p_adjusted=p) for c, p in zip(contrasts, together, strict=True))
