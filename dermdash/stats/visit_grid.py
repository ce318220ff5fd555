"""Long rows of subjects, arms and visits, arranged as one row a subject and one column a visit."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dermdash.errors import TableError

Floats = NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True)
class VisitGrid:
    """Outcomes of n subjects at m visits; subjects in the order of their names.

    y : (n, m); seen : (n, m), False where y is missing
    arm : (n,), index into ``arms``; baseline : (n,)
    """

    arms: tuple[str, ...]
    visits: tuple[str, ...]
    y: Floats
    seen: NDArray[np.bool_]
    arm: NDArray[np.intp]
    baseline: Floats

    def counts(self) -> dict[str, dict[str, int]]:
        """Arm -> visit -> subjects seen."""
        return {
            name: {
                visit: int(self.seen[self.arm == a, v].sum()) for v, visit in enumerate(self.visits)
            }
            for a, name in enumerate(self.arms)
        }


def arrange(
    y: ArrayLike,
    subject: Sequence[object] | NDArray[np.generic],
    arm: Sequence[object] | NDArray[np.generic],
    visit: Sequence[object] | NDArray[np.generic],
    baseline: ArrayLike,
    *,
    visits: Sequence[str] | None = None,
    arms: Sequence[str] | None = None,
) -> VisitGrid:
    """Arrange rows, and refuse what no model of arms × visits could use.

    Rows whose y is NaN are missing values; subjects without any other row take no part.
    Raises TableError as ``mmrm`` says.
    """
    values, start = _numbers(y, "outcome"), _numbers(baseline, "baseline")
    names = [_names(column) for column in (subject, arm, visit)]
    if len({len(values), len(start), *map(len, names)}) > 1:
        raise TableError(
            f"the columns have {len(values)}, {', '.join(str(len(n)) for n in names)} and "
            f"{len(start)} rows; give outcome, subject, arm, visit and baseline for each row"
        )
    arm_names = _ordered(names[1], arms, "arm")
    visit_names = _ordered(names[2], visits, "visit")
    kept = np.flatnonzero(~np.isnan(values))
    rows = [(names[0][i], names[1][i], names[2][i], i) for i in kept]
    subjects = sorted({row[0] for row in rows})
    place = {name: i for i, name in enumerate(subjects)}
    shape = len(subjects), len(visit_names)
    grid = VisitGrid(
        arms=arm_names,
        visits=visit_names,
        y=np.full(shape, np.nan),
        seen=np.zeros(shape, np.bool_),
        arm=np.full(len(subjects), -1, np.intp),
        baseline=np.full(len(subjects), np.nan),
    )
    for who, group, when, i in rows:
        n, v = place[who], visit_names.index(when)
        a = arm_names.index(group)
        if grid.seen[n, v]:
            raise TableError(
                f"subject {who!r} has two values at visit {when!r}; average them to one"
            )
        if grid.arm[n] not in (-1, a):
            raise TableError(
                f"subject {who!r} is in the arms {arm_names[grid.arm[n]]!r} and {group!r}; "
                "a subject belongs to one arm"
            )
        if np.isnan(start[i]):
            raise TableError(
                f"subject {who!r} has no baseline; give it, or leave the subject out and say so"
            )
        if not np.isnan(grid.baseline[n]) and grid.baseline[n] != start[i]:
            raise TableError(
                f"subject {who!r} has the baselines {grid.baseline[n]:g} and {start[i]:g}; "
                "give one on all its rows"
            )
        grid.y[n, v], grid.seen[n, v] = values[i], True
        grid.arm[n], grid.baseline[n] = a, start[i]
    _refuse_too_little(grid)
    return grid


def _refuse_too_little(grid: VisitGrid) -> None:
    if len(grid.arms) < 2:
        raise TableError(f"there are {len(grid.arms)} arms; a comparison of arms needs two or more")
    for name, by_visit in grid.counts().items():
        for visit, n in by_visit.items():
            if n == 0:
                raise TableError(
                    f"arm {name!r} has no value at visit {visit!r}; leave out the visit or the arm"
                )
    needed = len(grid.arms) + 2
    for v, visit in enumerate(grid.visits):
        seen = grid.seen[:, v]
        arms = np.eye(len(grid.arms))[grid.arm[seen]]
        if seen.sum() < needed:
            raise TableError(
                f"visit {visit!r} has {seen.sum()} values, and {len(grid.arms)} arms with a "
                f"baseline need {needed} or more; leave out the visit"
            )
        if _unexplained(grid.baseline[seen], arms) == 0:
            raise TableError(
                f"the baseline does not vary within the arms at visit {visit!r}; compare the "
                "visits without a baseline"
            )
        if _unexplained(grid.y[seen, v], np.column_stack([arms, grid.baseline[seen]])) == 0:
            raise TableError(
                f"the outcomes at visit {visit!r} do not vary within the arms beyond their "
                "baseline; there is nothing to estimate an error from, so check the values"
            )
    for v, w in combinations(range(len(grid.visits)), 2):
        if not (grid.seen[:, v] & grid.seen[:, w]).any():
            raise TableError(
                f"no subject has both visits {grid.visits[v]!r} and {grid.visits[w]!r}, so that "
                "their correlation is unknown; leave out one, or compare each visit by ANCOVA"
            )


def _unexplained(values: Floats, by: Floats) -> float:
    """Residual SD of values, 0 where it is rounding."""
    scale = float(np.abs(values).max())
    if scale == 0:
        return 0.0
    residual = values / scale - by @ np.linalg.lstsq(by, values / scale, rcond=None)[0]
    sd = float(residual.std())
    return sd if sd > 1e-12 else 0.0


def _numbers(values: ArrayLike, what: str) -> Floats:
    try:
        numbers = np.asarray(values, np.float64)
    except (TypeError, ValueError) as error:
        raise TableError(
            f"the {what} holds what is no number; mend or empty those cells"
        ) from error
    if numbers.ndim != 1 or np.isinf(numbers).any():
        raise TableError(f"the {what} is no column of finite numbers; mend or empty those cells")
    return numbers


def _names(values: Sequence[object] | NDArray[np.generic]) -> list[str]:
    if any(value is None or (isinstance(value, float) and np.isnan(value)) for value in values):
        raise TableError("a row has no subject, arm or visit; fill it in or leave the row out")
    return [str(value) for value in values]


def _ordered(names: list[str], order: Sequence[str] | None, what: str) -> tuple[str, ...]:
    ordered = tuple(dict.fromkeys(names if order is None else order))
    unknown = next((name for name in names if name not in ordered), None)
    if unknown is not None:
        raise TableError(
            f"{what} {unknown!r} is not among {', '.join(ordered)}; name each {what} of the rows"
        )
    return ordered
