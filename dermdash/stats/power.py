"""How many subjects a study needs, and what a given number of them can detect.

Everything here is asked before the data: a difference that would matter, the SD that is expected.
The power of a difference that was observed is only its p-value in other words (Hoenig & Heisey
2001) and is not offered: after the study its confidence interval says what was learned.

All tests are two-sided and the SD is that of one subject's score. Arms are of equal size, but that
two may be of unequal size; "in each arm" then means in the control.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from dermdash.errors import TableError
from dermdash.stats.noncentral import imbalance, missed_by_f
from dermdash.stats.simultaneous import dunnett_critical_value, tukey_critical_value

Question = Literal["two_arms", "arms", "pairs", "paired", "change"]
Multiplicity = Literal["none", "bonferroni", "tukey", "dunnett"]

MAX_SUBJECTS = 100_000
MAX_RATIO = 10.0


@dataclass(frozen=True, slots=True)
class Design:
    """What will be tested, and how the scores spread.

    question : ``two_arms`` (t-test), ``arms`` (do any of several arms differ: F test), ``pairs``
        (one pair among several arms, their pooled variance), ``paired`` (two visits or two sides
        of the same subjects), ``change`` (two arms' later visit, adjusted for baseline: ANCOVA)
    sd : of the scores within an arm; for ``paired`` of the differences (see
        `spread.sd_of_change`); for ``change`` of the later visit's scores, before adjusting
    n_arms : of the study; 1 only for ``paired``
    correlation : between baseline and the later visit within an arm; for ``change`` only
    multiplicity : ``tukey`` all pairs of the arms, ``dunnett`` each arm against one control,
        ``bonferroni`` over ``n_comparisons`` (pairs, visits or endpoints); for ``change`` the
        first two are taken at the error's degrees of freedom, without the covariate's imbalance
    ratio : subjects of the treatment for each one of the control, for two arms

    Raises TableError where these contradict one another.
    """

    question: Question
    sd: float
    n_arms: int = 2
    correlation: float = 0.0
    multiplicity: Multiplicity = "none"
    n_comparisons: int = 1
    alpha: float = 0.05
    ratio: float = 1.0

    def __post_init__(self) -> None:
        if self.question not in get_args(Question):
            raise TableError(
                f"question={self.question!r} cannot be planned; choose {get_args(Question)}"
            )
        if self.multiplicity not in get_args(Multiplicity):
            raise TableError(
                f"multiplicity={self.multiplicity!r} is unknown; choose {get_args(Multiplicity)}"
            )
        if not (math.isfinite(self.sd) and self.sd > 0):
            raise TableError(f"sd={self.sd} is no spread of scores; give a number above 0")
        if not 0 < self.alpha < 1:
            raise TableError(f"alpha={self.alpha} is no error rate; give one between 0 and 1")
        if not -1 < self.correlation < 1:
            raise TableError(
                f"correlation={self.correlation} must lie between -1 and 1; "
                "give that of baseline and later visit within an arm"
            )
        if self.correlation and self.question != "change":
            raise TableError(
                f"correlation={self.correlation} is used for the question 'change' only; "
                "for paired scores give the SD of the differences"
            )
        low, high = {"two_arms": (2, 2), "paired": (1, 1)}.get(self.question, (2, 50))
        arms = 1 if self.question == "paired" and self.n_arms == 2 else self.n_arms
        if not low <= arms <= high:
            raise TableError(
                f"n_arms={self.n_arms} does not fit the question {self.question!r}; "
                f"give {low if low == high else f'{low} to {high}'}"
            )
        object.__setattr__(self, "n_arms", arms)
        if self.multiplicity in ("tukey", "dunnett") and self.question not in ("pairs", "change"):
            raise TableError(
                f"multiplicity={self.multiplicity!r} is for comparisons of two arms among several; "
                "ask 'pairs' or 'change', or choose 'bonferroni'"
            )
        if self.n_comparisons < 1 or (self.multiplicity != "bonferroni" and self.n_comparisons > 1):
            raise TableError(
                f"n_comparisons={self.n_comparisons} does not fit multiplicity="
                f"{self.multiplicity!r}; give it with 'bonferroni', 1 or more"
            )
        if not 1 / MAX_RATIO <= self.ratio <= MAX_RATIO:
            raise TableError(
                f"ratio={self.ratio:g} of treatment to control cannot be planned; give "
                f"{1 / MAX_RATIO:g} to {MAX_RATIO:g}"
            )
        if self.ratio != 1 and (self.question not in ("two_arms", "change") or arms != 2):
            raise TableError(
                f"ratio={self.ratio:g} is for two arms, a treatment and its control; give 1"
            )

    @property
    def fewest(self) -> int:
        """The least subjects of each arm, or of the control, that leave two in any."""
        return max(2, math.floor(1 / self.ratio + 1e-9) + 1)

    def treated(self, n_control: int) -> int:
        """Subjects of the treatment beside so many of the control, rounded up.

        >>> Design("two_arms", sd=1, ratio=1.5).treated(7)
        11
        """
        return math.ceil(self.ratio * n_control - 1e-9)

    def total(self, n_per_arm: int) -> int:
        """Subjects of all arms."""
        return n_per_arm * (self.n_arms - 1) + self.treated(n_per_arm)

    def after_dropout(self, enrolled_per_arm: int, dropout: float) -> int:
        """Subjects in each arm with a score, so many that the treatment has its share too."""
        left, treated = (
            math.floor(n * (1 - dropout) + 1e-9)
            for n in (enrolled_per_arm, self.treated(enrolled_per_arm))
        )
        return min(left, math.floor(treated / self.ratio + 1e-9))


@dataclass(frozen=True, slots=True)
class SampleSize:
    """Subjects needed; ``enrolled`` counts those who will drop out.

    per_arm, enrolled_per_arm : in each arm, of unequal ones in the control (of ``paired``: in all)
    power : that ``per_arm`` gives, at least the one asked for
    """

    per_arm: int
    total: int
    enrolled_per_arm: int
    enrolled_total: int
    power: float


def power(design: Design, n_per_arm: int, difference: float) -> float:
    """The chance that the test of a true difference gives p < alpha.

    n_per_arm : subjects with data in each arm, 2 or more; of unequal arms in the control
    difference : of two means, in units of the score, its sign without meaning; for ``arms`` of the
        largest and the smallest mean with the others halfway, the pattern hardest to see (see
        `equivalent_difference` for another)

    Noncentral F with both tails (as G*Power; R's power.t.test with ``strict = TRUE``). ``change``
    takes the expectation over the chance imbalance of the baselines, which is exact for normal
    scores (Shieh 2020, Psychometrika 85:101).

    >>> round(power(Design("two_arms", sd=1), 12, 1.2), 4)
    0.8021
    """
    if n_per_arm < 2 or n_per_arm != int(n_per_arm):
        raise TableError(f"n_per_arm={n_per_arm} is too few for a test; give a whole number from 2")
    treated = design.treated(n_per_arm)
    if treated < 2:
        raise TableError(
            f"{n_per_arm} subjects of the control leave {treated} of the treatment at "
            f"{design.ratio:g} : 1; a test needs 2; give more"
        )
    if not math.isfinite(difference):
        raise TableError(f"difference={difference} is not a number; give one in units of the score")
    df1 = design.n_arms - 1 if design.question == "arms" else 1
    df2 = design.total(n_per_arm) - design.n_arms - (design.question == "change")
    counts = n_per_arm if design.question == "paired" else 1 / (1 / n_per_arm + 1 / treated)
    noncentrality = counts * (difference / design.sd) ** 2
    critical = _critical_f(design, df1, df2)
    if design.question == "change":
        kept, weights = imbalance(df2 + 1)
        left = 1 - design.correlation**2
        missed = float(weights @ missed_by_f(df1, df2, noncentrality / left * kept, critical))
    else:
        missed = float(missed_by_f(df1, df2, np.array(noncentrality), critical))
    if math.isnan(missed):
        raise TableError(
            f"alpha={design.alpha:g} is out of reach of {n_per_arm} subjects an arm; give more "
            "subjects, or a larger alpha"
        )
    return 1 - missed


def subjects_needed(
    design: Design, difference: float, *, power: float = 0.8, dropout: float = 0.0
) -> SampleSize:
    """The smallest number of subjects that detects a difference with the power asked for.

    dropout : share of the enrolled who will have no score at the primary visit, 0 to below 1

    >>> plan = subjects_needed(Design("two_arms", sd=0.36), 0.36, dropout=0.1)
    >>> plan.per_arm, plan.enrolled_per_arm, plan.enrolled_total
    (17, 19, 38)

    Raises TableError for a difference of 0, or one that would need more than 100,000 an arm.
    """
    _check_power(design, power)
    if not 0 <= dropout < 1:
        raise TableError(f"dropout={dropout} is no share of subjects; give one from 0 to below 1")
    if not difference:
        raise TableError("difference=0 cannot be detected; give the smallest one that would matter")
    high = design.fewest
    low = high - 1
    while (reached := _power(design, high, difference)) < power:
        if high >= MAX_SUBJECTS:
            raise TableError(
                f"difference={difference} would need more than {MAX_SUBJECTS:,} subjects an arm at "
                f"sd={design.sd}; plan for a larger difference"
            )
        low, high = high, min(2 * high, MAX_SUBJECTS)
    while high - low > 1:
        middle = (low + high) // 2
        if (at_middle := _power(design, middle, difference)) < power:
            low = middle
        else:
            high, reached = middle, at_middle
    enrolled = math.ceil(high / (1 - dropout) - 1e-9)
    while design.after_dropout(enrolled, dropout) < high:
        enrolled += 1
    return SampleSize(high, design.total(high), enrolled, design.total(enrolled), reached)


def detectable_difference(design: Design, n_per_arm: int, *, power: float = 0.8) -> float:
    """The true difference, in units of the score, that is detected with the power asked for.

    >>> round(detectable_difference(Design("paired", sd=1), 12), 4)
    0.8887
    """
    from scipy.optimize import brentq

    _check_power(design, power)
    high = design.sd
    while _power(design, n_per_arm, high) < power:
        high *= 2
    found = brentq(lambda d: _power(design, n_per_arm, d) - power, 0, high, xtol=1e-12 * high)
    return float(found)


def power_curve(
    design: Design, sizes: Sequence[int], differences: Sequence[float]
) -> NDArray[np.float64]:
    """Power as (n_differences, n_sizes), for curves and for a table."""
    return np.array([[power(design, n, d) for n in sizes] for d in differences])


def equivalent_difference(means: Sequence[float]) -> float:
    """The ``difference`` of the question ``arms`` that stands for these expected means.

    The difference of two extreme means, others halfway, which is as hard to see as these.

    >>> round(equivalent_difference([2.77, 2.04, 1.68]), 3)
    1.111
    """
    values = np.asarray(means, float)
    if values.ndim != 1 or len(values) < 2 or not np.isfinite(values).all():
        raise TableError(f"means={list(means)} must be two or more numbers; give one an arm")
    return float(np.sqrt(2 * np.square(values - values.mean()).sum()))


def _check_power(design: Design, power: float) -> None:
    if not design.alpha < power < 1:
        raise TableError(f"power={power} must lie between alpha={design.alpha} and 1; mostly 0.8")


def _critical_f(design: Design, df1: int, df2: int) -> float:
    from scipy.special import fdtri

    if design.multiplicity == "tukey":
        return tukey_critical_value(design.n_arms, df2, alpha=design.alpha) ** 2 / 2
    if design.multiplicity == "dunnett":
        return dunnett_critical_value(design.n_arms - 1, df2, alpha=design.alpha) ** 2
    return float(fdtri(df1, df2, 1 - design.alpha / design.n_comparisons))


_power = power  # where the name is the argument that is asked for
