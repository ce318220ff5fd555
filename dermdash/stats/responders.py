"""Who improved by at least a threshold fixed before looking: shares, differences, exact tests.

A share alone says little: with no effect at all, and changes that vary by an SD of .35, 28 % still
"improve by at least .2". So arms stand side by side, and a threshold under the smallest detectable
change gives a warning.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dermdash.errors import TableError
from dermdash.stats.findings import Contrast
from dermdash.stats.shares import (
    difference_interval,
    paired_difference_interval,
    share_interval,
)
from dermdash.stats.within import holm, numbers

SLACK = 1e-9  # 2.3 − 2.1 is .19999999999999973, and reaches .2


@dataclass(frozen=True, slots=True)
class Share:
    """The responders of an arm, with Wilson's interval.

    n : subjects with a change
    n_missing : subjects without, left out
    """

    arm: str
    n_responders: int
    n: int
    n_missing: int
    share: float
    ci_low: float
    ci_high: float


@dataclass(frozen=True, slots=True)
class Responders:
    """Shares of responders and their differences *a − b* (Newcombe's intervals).

    contrasts : methods ``fisher_exact`` (independent arms; ``statistic`` is the number of
        responders in a) or ``mcnemar_exact`` (sides of the same subjects; ``statistic`` is the
        number of subjects where only a responds)
    """

    threshold: float
    shares: tuple[Share, ...]
    contrasts: tuple[Contrast, ...]
    warnings: tuple[str, ...]


def responders(
    changes: Mapping[str, ArrayLike],
    threshold: float,
    *,
    control: str | None = None,
    smallest_detectable_change: float | None = None,
    alpha: float = 0.05,
) -> Responders:
    """Compare the shares of responders of independent arms, by Fisher's exact test.

    changes : arm -> (n_subjects,) *later − earlier*, NaN where missing
    threshold : > 0, a responder changed by at least this; < 0, fell by at least this
    control : each other arm is compared with this one only, as *arm − control*
    smallest_detectable_change : of one subject, SDC = 1.96 √2 SEM

    p_adjusted is Holm's over the pairs. One arm gives its share, and no contrast.
    Raises TableError where the threshold is 0, or an arm has no change.

    >>> found = responders({"serum": [0.3, 0.5, 0.1, 0.4], "placebo": [0.0, 0.3, -0.1, 0.1]}, 0.2)
    >>> [f"{share.n_responders}/{share.n}" for share in found.shares], found.contrasts[0].difference
    (['3/4', '1/4'], 0.5)
    """
    _check(threshold, smallest_detectable_change)
    if control is not None and control not in changes:
        raise TableError(f"control {control} is no arm; choose one of {', '.join(changes)}")
    answers = {arm: _answers(values, threshold, arm) for arm, values in changes.items()}
    shares = tuple(_share(arm, *found, alpha=alpha) for arm, found in answers.items())
    by_arm = {share.arm: share for share in shares}
    pairs = (
        list(combinations(by_arm, 2))
        if control is None
        else [(arm, control) for arm in by_arm if arm != control]
    )
    contrasts = [_fisher(by_arm[a], by_arm[b], alpha=alpha) for a, b in pairs]
    adjusted = holm([contrast.p for contrast in contrasts]) if contrasts else ()
    return Responders(
        threshold=threshold,
        shares=shares,
        contrasts=tuple(
            replace(contrast, p_adjusted=p) for contrast, p in zip(contrasts, adjusted, strict=True)
        ),
        warnings=_warnings(threshold, smallest_detectable_change, shares),
    )


def paired_responders(
    changes_a: ArrayLike,
    changes_b: ArrayLike,
    threshold: float,
    *,
    a: str,
    b: str,
    smallest_detectable_change: float | None = None,
    alpha: float = 0.05,
) -> Responders:
    """Compare the shares of responders of two sides of the same subjects, by McNemar's exact test.

    changes_a, changes_b : (n_subjects,) *later − earlier*, a subject in the same place of both;
        NaN where missing: then the subject is left out of both sides

    Only for hemi-face designs: two visits of one arm have no control. Raises TableError as
    :func:`responders` does, or where the sides differ in length.
    """
    _check(threshold, smallest_detectable_change)
    side_a = numbers(changes_a, f"the changes of {a}")
    side_b = numbers(changes_b, f"the changes of {b}")
    if side_a.size != side_b.size:
        raise TableError(
            f"{a} has {side_a.size} changes and {b} {side_b.size}; each subject needs both, in the "
            "same place; leave a missing change empty"
        )
    both = ~(np.isnan(side_a) | np.isnan(side_b))
    yes_a, _ = _answers(side_a[both], threshold, f"{a} with {b}")
    yes_b, _ = _answers(side_b[both], threshold, f"{b} with {a}")
    n_missing = int((~both).sum())
    shares = tuple(
        _share(side, yes, n_missing, alpha=alpha) for side, yes in ((a, yes_a), (b, yes_b))
    )
    table = (
        int((yes_a & yes_b).sum()),
        int((yes_a & ~yes_b).sum()),
        int((~yes_a & yes_b).sum()),
        int((~yes_a & ~yes_b).sum()),
    )
    _, only_a, only_b, _ = table
    low, high = paired_difference_interval(*table, alpha=alpha)
    p = _mcnemar_p(only_a, only_b)
    contrast = Contrast(
        a=a,
        b=b,
        difference=(only_a - only_b) / sum(table),
        ci_low=low,
        ci_high=high,
        p=p,
        p_adjusted=p,
        method="mcnemar_exact",
        statistic=float(only_a),
    )
    warnings = _warnings(threshold, smallest_detectable_change, shares[:1])
    return Responders(threshold, shares, (contrast,), warnings)


def _check(threshold: float, smallest_detectable_change: float | None) -> None:
    if not np.isfinite(threshold) or threshold == 0:
        raise TableError(
            f"threshold {threshold:g} does not say who responded; give the least change that counts"
        )
    sdc = smallest_detectable_change
    if sdc is not None and not (np.isfinite(sdc) and sdc > 0):
        raise TableError(f"smallest detectable change {sdc:g} must be above 0; leave it out")


def _answers(values: ArrayLike, threshold: float, arm: str) -> tuple[NDArray[np.bool_], int]:
    changes = numbers(values, f"the changes of {arm}")
    if np.isinf(changes).any():
        raise TableError(f"{arm} has an infinite change; changes must be finite; check the scores")
    present = changes[~np.isnan(changes)]
    if present.size == 0:
        raise TableError(f"{arm} has no subject with a change; a share needs one; leave it out")
    up = present if threshold > 0 else -present
    return up >= abs(threshold) - SLACK, changes.size - present.size


def _share(arm: str, yes: NDArray[np.bool_], n_missing: int, *, alpha: float) -> Share:
    count, n = int(yes.sum()), yes.size
    return Share(arm, count, n, n_missing, count / n, *share_interval(count, n, alpha=alpha))


def _fisher(a: Share, b: Share, *, alpha: float) -> Contrast:
    from scipy.stats import fisher_exact

    table = np.array([[share.n_responders, share.n - share.n_responders] for share in (a, b)])
    p = min(float(fisher_exact(table).pvalue), 1.0)
    low, high = difference_interval(a.n_responders, a.n, b.n_responders, b.n, alpha=alpha)
    return Contrast(
        a=a.arm,
        b=b.arm,
        difference=a.share - b.share,
        ci_low=low,
        ci_high=high,
        p=p,
        p_adjusted=p,
        method="fisher_exact",
        statistic=float(a.n_responders),
    )


def _mcnemar_p(only_a: int, only_b: int) -> float:
    from scipy.stats import binomtest

    discordant = only_a + only_b
    return float(binomtest(only_a, discordant, 0.5).pvalue) if discordant else 1.0


def _warnings(
    threshold: float, smallest_detectable_change: float | None, shares: tuple[Share, ...]
) -> tuple[str, ...]:
    said = [
        f"{share.n_missing} of {share.n + share.n_missing} subjects of {share.arm} have no change "
        "and are left out."
        for share in shares
        if share.n_missing
    ]
    if smallest_detectable_change is not None and abs(threshold) < smallest_detectable_change:
        from scipy.special import ndtr, ndtri

        passed = ndtr(-ndtri(0.975) * abs(threshold) / smallest_detectable_change)
        said.append(
            f"The threshold {threshold:g} lies under the smallest detectable change "
            f"{smallest_detectable_change:g}: about {passed:.0%} would respond by measurement "
            "error alone."
        )
    return tuple(said)
