"""A scenario: what is drawn, which paths are tried on it, and what each of them promises."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from dermdash.errors import TableError

Side = Literal["equal", "at most", "at least", "none", "shown"]
Outcome = bool | None
Once = Callable[[np.random.Generator], Mapping[str, Outcome]]

ERRORS = 3  # binomial standard errors that a rate may lie off its promise


@dataclass(frozen=True, slots=True)
class Promise:
    """The rate that a path should have.

    side : ``none`` where its assumptions do not hold, so that the rate is only compared;
        ``shown`` where there is nothing to compare it with
    why : of a rate other than the nominal one
    """

    rate: float = 0.05
    side: Side = "equal"
    why: str = ""

    @property
    def binding(self) -> bool:
        """Whether anything is promised."""
        return self.side not in ("none", "shown")

    def kept(self, hits: int, runs: int) -> bool:
        """Whether the rate is what was promised; true where nothing was."""
        if not self.binding:
            return True
        if not runs:
            return False
        away = self._errors(hits, runs)
        return bool(
            abs(away) <= ERRORS
            or (self.side == "at most" and away < 0)
            or (self.side == "at least" and away > 0)
        )

    def verdict(self, hits: int, runs: int) -> str:
        """What is to be said of the rate that was found; bold where a promise is not kept.

        >>> Promise().verdict(52, 1000), Promise().verdict(90, 1000)
        ('within 3 standard errors of 5 %', '**above 5 %**')
        """
        share = f"{100 * self.rate:.3g} %" + (f" ({self.why})" if self.why else "")
        if self.side == "shown":
            return self.why
        if not runs:
            return "**could not be computed**"
        away = self._errors(hits, runs)
        near, where = abs(away) <= ERRORS, "above" if away > 0 else "under"
        if self.side == "none":
            return f"outside its assumptions: {'keeps' if near else where} {share}"
        if near:
            return f"within {ERRORS} standard errors of {share}"
        return f"{where} {share}, as promised" if self.kept(hits, runs) else f"**{where} {share}**"

    def _errors(self, hits: int, runs: int) -> float:
        """How many standard errors of the promised rate the one that was found lies off.

        A promise near 0 or 1 is not held to more than one run.
        """
        variance = max(self.rate * (1 - self.rate), 1 / runs)
        return (hits / runs - self.rate) / (variance / runs) ** 0.5


EXACT = Promise()
AT_MOST = Promise(side="at most")
BROKEN = Promise(side="none")
SHOWN = Promise(side="shown")
COVERS = Promise(0.95)
COVERS_AT_LEAST = Promise(0.95, "at least")


@dataclass(frozen=True, slots=True)
class Scenario:
    """Studies drawn again and again, with several paths tried on each.

    name : for ``--only``; section : heading of the table that it stands in
    drawn : what a study is, in words
    runs : of the full command
    once : one study -> path -> whether it found something (or its interval holds the truth);
        None where it could not be computed
    promises : by path, in the order of the table
    """

    name: str
    section: str
    drawn: str
    runs: int
    once: Once
    promises: Mapping[str, Promise] = field(default_factory=dict)


def attempt(found: Callable[[], bool]) -> Outcome:
    """What was found, None where the data are refused."""
    try:
        return found()
    except TableError:
        return None
