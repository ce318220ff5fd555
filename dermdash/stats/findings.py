"""The nouns of a comparison: tests, effects, contrasts and checks, as every method gives them."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Effect:
    """The size of an effect with its confidence interval.

    name : ``eta_squared``, ``omega_squared``, ``partial_eta_squared``, ``hedges_g``, ``cohen_dz``
        or ``probability_of_superiority``
    level : of the interval; .90 for shares of variance, whose tests have one side, else .95
    """

    name: str
    value: float
    ci_low: float
    ci_high: float
    level: float = 0.95


@dataclass(frozen=True, slots=True)
class Test:
    """A test of a hypothesis.

    df : degrees of freedom, none, one or two; fractional where they are approximated
    epsilon_gg, p_gg : of repeated measures, Greenhouse and Geisser's correction
    """

    __test__: ClassVar = False  # no test of pytest's

    test: str
    statistic: float
    df: tuple[float, ...]
    p: float
    epsilon_gg: float | None = None
    p_gg: float | None = None


@dataclass(frozen=True, slots=True)
class Contrast:
    """A difference *a − b* with its confidence interval and test.

    ci_low, ci_high : simultaneous where the method has simultaneous intervals (Tukey, Games and
        Howell, Dunnett), else each for itself
    p_adjusted : over the contrasts of its family; equals p where there is one
    method : name of the test
    visit : where arms are compared at one of several visits
    role : ``primary`` and ``key secondary`` by a plan; all others are ``exploratory``
    note : what must be said with it, such as ``confounded with study``
    standard_error : of the difference, where arms are compared by means of one visit
    """

    a: str
    b: str
    difference: float
    ci_low: float
    ci_high: float
    p: float
    p_adjusted: float
    method: str
    statistic: float
    df: float | None = None
    effect: Effect | None = None
    visit: str | None = None
    role: str = "exploratory"
    note: str | None = None
    standard_error: float | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """A test of an assumption; ``of`` names what was tested."""

    test: str
    of: str
    statistic: float
    p: float


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another valid way to the same question.

    test : of the omnibus question, or, where ``omnibus`` is False, of the last contrast
    """

    test: Test
    contrasts: tuple[Contrast, ...] = ()
    omnibus: bool = True
