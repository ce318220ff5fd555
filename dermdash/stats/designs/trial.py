"""Subjects of several arms over visits: who has a baseline, and who was seen when."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from dermdash.errors import TableError
from dermdash.stats.observations import Observations
from dermdash.stats.plan import Plan

LEAST = 2  # subjects an arm at a visit, under which it is not compared there by itself


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """Subjects with a baseline and at least one later visit, a row each.

    scores : (n_subjects, n_visits), the baseline first, NaN where missing
    arm : (n_subjects,)
    """

    scores: NDArray[np.float64]
    subject: NDArray[np.str_]
    arm: NDArray[np.str_]
    arms: tuple[str, ...]
    visits: tuple[str, ...]
    control: str | None
    alpha: float

    @property
    def baseline(self) -> NDArray[np.float64]:
        return self.scores[:, 0]

    @property
    def complete(self) -> NDArray[np.bool_]:
        return np.asarray(np.isfinite(self.scores).all(axis=1))

    def seen(self, visit: int) -> NDArray[np.bool_]:
        return np.asarray(np.isfinite(self.scores[:, visit]))

    def n_seen(self, visit: int) -> dict[str, int]:
        """Subjects of each arm at a visit."""
        arm = self.arm[self.seen(visit)]
        return {name: int(np.sum(arm == name)) for name in self.arms}

    def compared(self, visit: int) -> NDArray[np.bool_]:
        """(n_subjects,): seen at a visit, in an arm of which enough were."""
        enough = [name for name, n in self.n_seen(visit).items() if n >= LEAST]
        return self.seen(visit) & np.isin(self.arm, enough)

    def pairs(self, visit: int) -> list[tuple[str, str]]:
        """The arms a and b of each contrast at a visit that has enough subjects of both."""
        n = self.n_seen(visit)
        return [
            (a, b)
            for a, b in combinations(self.arms, 2)
            if min(n[a], n[b]) >= LEAST and self.control in (None, b)
        ]


def trial_of(observations: Observations, plan: Plan) -> tuple[Trial, list[str]]:
    """The subjects who can be analysed, and sentences on who cannot.

    Raises
    ------
    TableError
        One arm or visit only, or an arm without two such subjects.
    """
    arms, visits = observations.arms, observations.visits
    if len(arms) < 2:
        raise TableError(f"the table has one arm, {arms[0]!r}; leave the column of the arms out")
    if len(visits) < 2:
        raise TableError(f"the table has one visit, {visits[0]!r}; changes need a later one")
    wide = observations.wide("visit")
    with_baseline = wide[wide[visits[0]].notna()]
    used = with_baseline[with_baseline[list(visits[1:])].notna().any(axis=1)]
    warnings = []
    for lost, what in (
        (len(wide) - len(with_baseline), f"no value at the baseline, {visits[0]},"),
        (len(with_baseline) - len(used), "no value after the baseline"),
    ):
        if lost:
            have = "subject has" if lost == 1 else "subjects have"
            warnings.append(f"{lost} {have} {what} and cannot be analysed.")
    labels = used.index.get_level_values("arm").astype(str)
    for arm in arms:
        n = int((labels == arm).sum())
        if n < LEAST:
            raise TableError(
                f"arm {arm!r} has {n} subjects with {visits[0]} and a later visit; at least "
                f"{LEAST} are needed: add values or leave the arm out"
            )
    # arms in their order, the control last, as within-arm changes are listed
    order = np.argsort([arms.index(arm) for arm in labels], kind="stable")
    return (
        Trial(
            scores=used.to_numpy(float)[order],
            subject=np.asarray(used.index.get_level_values("subject").astype(str))[order],
            arm=np.asarray(labels)[order],
            arms=arms,
            visits=visits,
            control=plan.control,
            alpha=plan.alpha,
        ),
        warnings,
    )
