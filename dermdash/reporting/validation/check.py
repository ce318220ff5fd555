"""One row of a validation: what was tried, what should come out, and what came out."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

Area = Literal["statistics", "grading", "store", "reports"]


@dataclass(frozen=True, slots=True)
class Check:
    """What a validation found.

    expected, found, tolerance : as they are printed; tolerance "" where it must be the same
    source : where the expected answer comes from
    """

    area: Area
    what: str
    expected: str
    found: str
    tolerance: str
    passed: bool
    source: str


@dataclass(frozen=True, slots=True)
class Case:
    """A calculation with a known answer.

    expected : what the source prints; run : the numbers of this installation, in the same order
    tolerance : relative, of each number; sources that print fewer digits allow more
    """

    what: str
    expected: tuple[float, ...]
    run: Callable[[], Sequence[float]]
    tolerance: float
    source: str


def try_case(case: Case) -> Check:
    """Whether this installation gives the case's answer; an error is a failed check.

    >>> try_case(Case("1 + 1", (2.0,), lambda: (1 + 1,), 1e-9, "arithmetic")).passed
    True
    """

    def compare() -> tuple[str, bool]:
        found = [float(number) for number in case.run()]
        near = len(found) == len(case.expected) and all(
            math.isclose(one, other, rel_tol=case.tolerance, abs_tol=1e-12)
            for one, other in zip(found, case.expected, strict=True)
        )
        return _numbers(found), near

    return tried(
        "statistics",
        case.what,
        _numbers(case.expected),
        compare,
        tolerance=f"{case.tolerance:.0e}".replace("-", "−"),
        source=case.source,
    )


def tried(
    area: Area,
    what: str,
    expected: str,
    run: Callable[[], tuple[str, bool]],
    *,
    source: str,
    tolerance: str = "",
) -> Check:
    """A check of whatever ``run`` finds: its words, and whether they are as expected.

    What it raises is found too, and fails the check: a validation goes on to its end.
    """
    try:
        found, passed = run()
    except Exception as fault:  # whatever an installation lacks is what is looked for
        found, passed = f"{type(fault).__name__}: {' '.join(str(fault).split())[:300]}", False
    return Check(area, what, expected, found, tolerance, passed, source)


def _numbers(values: Sequence[float]) -> str:
    """
    >>> _numbers([1.18046237440255, -0.0023])
    '1.1804624, −0.0023'
    """
    return ", ".join(f"{value:.8g}" for value in values).replace("-", "−")
