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
    if not (math.isfinite(sd) and sd > 0 and -1 < correlation < 1):
        raise TableError(
            f"sd={sd} must lie above 0 and correlation={correlation} between -1 and 1; mend them"
        )
    return sd * math.sqrt(2 * (1 - correlation))
