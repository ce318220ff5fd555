"""What the tests of a design say, before it is put into words."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from dermdash.errors import TableError
from dermdash.stats.findings import Alternative, Check, Contrast, Effect, Test
from dermdash.stats.visits import MeanChange

Found = TypeVar("Found")
Counts = dict[str, int] | dict[str, dict[str, int]]


@dataclass(frozen=True, slots=True)
class WithinArm:
    """The mean change of an arm from the baseline to a visit: description, never a result."""

    visit: str
    change: MeanChange


@dataclass(frozen=True, slots=True)
class Answer:
    """A design with its tests.

    n : subjects that were analysed, by cell
    estimand : population, endpoint, visit and what missing values mean, in words
    """

    design: str
    n: Counts
    omnibus: Test
    contrasts: tuple[Contrast, ...]
    effects: tuple[Effect, ...]
    checks: tuple[Check, ...]
    alternatives: tuple[Alternative, ...]
    estimand: str
    within_arm: tuple[WithinArm, ...] = ()
    warnings: tuple[str, ...] = ()


class Beside:
    """Collects what stands beside the primary tests; what cannot be computed becomes a warning."""

    def __init__(self) -> None:
        self.warnings: list[str] = []

    def attempt(self, what: str, compute: Callable[[], Found]) -> Found | None:
        """The result of ``compute``, or None with the reason kept."""
        try:
            return compute()
        except TableError as refusal:
            self.warnings.append(f"{what} is left out: {refusal}.")
            return None


def test_of(contrast: Contrast) -> Test:
    """The test of a contrast, where a question has one contrast only."""
    df = () if contrast.df is None else (contrast.df,)
    return Test(contrast.method, contrast.statistic, df, contrast.p)
