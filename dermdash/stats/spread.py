"""The SD a study is planned with: what an earlier study gives, and how large it may really be."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dermdash.errors import TableError


@dataclass(frozen=True, slots=True)
class StudySd:
    """The SD within arms that a study gives, and how large it may be.

    upper : limit that the true SD stays under with the given confidence; plan with it, since half
        of all small studies underestimate the SD
    """

    sd: float
    df: int
    upper: float
    confidence: float


@dataclass(frozen=True, slots=True)
class StudySpread:
    """The spread that an earlier study gives to a plan, and what it is made of.

    of : what the SD is of, as "scores within arms at D0"
    sd : to plan with; for a comparison adjusted for baseline what the adjustment leaves, so that
        the design's ``correlation`` is 0
    n_subjects : behind it
    baseline, later, correlation : SDs within arms at the visits named, and the correlation of the
        scores within arms; None where the study has one visit, or the design uses one
    """

    study: str
    of: str
    sd: StudySd
    n_subjects: int
    visits: tuple[str, ...] = ()
    baseline: StudySd | None = None
    later: StudySd | None = None
    correlation: float | None = None


def sd_of_study(groups: Mapping[str, NDArray[np.float64]], *, confidence: float = 0.8) -> StudySd:
    """Pooled SD within arms of an earlier study, with its upper limit (Browne 1995).

    groups : name -> one value a subject

    >>> found = sd_of_study({"active": np.array([1.0, 2.0, 3.0]), "placebo": np.array([2.0, 4.0])})
    >>> round(found.sd, 4), found.df, round(found.upper, 4)
    (1.1547, 3, 1.9948)

    Raises TableError where no arm has two subjects, all values are equal or one is missing.
    """
    values = {name: np.asarray(group, float) for name, group in groups.items()}
    for name, group in values.items():
        if group.ndim != 1 or not np.isfinite(group).all():
            raise TableError(f"arm {name!r} holds values that are not numbers; leave them out")
    df = sum(max(len(group) - 1, 0) for group in values.values())
    if df < 1:
        raise TableError(
            f"{len(values)} arms with at most one subject have no SD; give two or more"
        )
    squares = sum(float(np.square(g - g.mean()).sum()) for g in values.values() if len(g))
    if squares <= 1e-20 * max(float(np.square(g).sum()) for g in values.values()):
        raise TableError("All values within an arm are equal, so the SD is 0; check the scores")
    sd = math.sqrt(squares / df)
    return StudySd(sd, df, sd_upper_limit(sd, df, confidence=confidence), confidence)


def sd_upper_limit(sd: float, df: int, *, confidence: float = 0.8) -> float:
    """The SD that the true one stays under with the given confidence, for normal scores.

    df : subjects less arms that the SD was estimated from

    >>> round(sd_upper_limit(0.35, 11), 3)
    0.439
    """
    from scipy.special import chdtri

    if not (math.isfinite(sd) and sd > 0) or df < 1 or not 0.5 <= confidence < 1:
        raise TableError(
            f"sd={sd} with df={df} at confidence={confidence} has no upper limit; "
            "give sd above 0, df from 1 and a confidence from 0.5 to below 1"
        )
    return sd * math.sqrt(df / chdtri(df, confidence))


def sd_of_change(sd: float, correlation: float) -> float:
    """SD of a subject's difference of two scores with equal SDs.

    >>> round(sd_of_change(0.35, 0.5), 3)
    0.35
    """
    if not (math.isfinite(sd) and sd > 0):
        raise TableError(f"sd={sd} is no spread of scores; give a number above 0")
    if not -1 < correlation < 1:
        raise TableError(
            f"correlation={correlation} must lie between -1 and 1; give that of a subject's two "
            "scores"
        )
    return sd * math.sqrt(2 * (1 - correlation))


def correlation_of_study(
    baseline: Mapping[str, NDArray[np.float64]], later: Mapping[str, NDArray[np.float64]]
) -> float:
    """Correlation of two scores of the same subjects, pooled within arms.

    baseline, later : name -> one value a subject, in the same order

    >>> one, two = np.array([1.0, 2.0, 3.0]), np.array([1.0, 3.0, 2.0])
    >>> round(correlation_of_study({"a": one, "b": one}, {"a": one + 9, "b": two}), 3)
    0.75

    Raises TableError where a score does not vary or the two are not of the same subjects.
    """
    if {arm: len(v) for arm, v in baseline.items()} != {arm: len(v) for arm, v in later.items()}:
        raise TableError("baseline and later visit are not of the same subjects; pair them first")
    sd_of_study(baseline), sd_of_study(later)
    x, y = (
        np.concatenate([values[arm] - np.mean(values[arm]) for arm in baseline if len(values[arm])])
        for values in (baseline, later)
    )
    return float(np.clip(x @ y / math.sqrt((x @ x) * (y @ y)), -1, 1))


def sd_after_baseline(later: StudySd, correlation: float) -> StudySd:
    """SD of the later scores that is left after adjusting for baseline: ANCOVA's residual SD.

    correlation : of `correlation_of_study`, which costs one degree of freedom

    >>> left = sd_after_baseline(StudySd(0.4, 21, 0.46, 0.8), 0.6)
    >>> round(left.sd, 4), left.df
    (0.3279, 20)

    Raises TableError where the baseline explains all, or no degree of freedom is left.
    """
    df = later.df - 1
    if df < 1 or not abs(correlation) < 1 - 1e-9:
        raise TableError(
            f"a correlation of {correlation:g} with {later.df} degrees of freedom leaves no spread "
            "to plan with; use a study of more subjects"
        )
    sd = later.sd * math.sqrt((1 - correlation**2) * later.df / df)
    return StudySd(sd, df, sd_upper_limit(sd, df, confidence=later.confidence), later.confidence)
