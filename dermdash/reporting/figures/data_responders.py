"""Numbers behind the figure of responders: each subject's change beside the threshold."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dermdash.reporting.figures.data import spread
from dermdash.stats.responders import Responders


@dataclass(frozen=True, slots=True, eq=False)
class ArmChanges:
    """The changes of an arm's subjects, missing ones left out.

    subject_id, change, offset : (n_subjects,); offset keeps like changes from covering each other
    """

    arm: str
    subject_id: tuple[str, ...]
    change: NDArray[np.float64]
    offset: NDArray[np.float64]
    n_responders: int


def responded(arm: ArmChanges) -> str:
    """What stands under an arm's name.

    >>> responded(ArmChanges("active", ("S1", "S2"), np.array([0.3, 0]), np.zeros(2), 1))
    '1 of 2 responded'
    """
    return f"{arm.n_responders} of {len(arm.change)} responded"


@dataclass(frozen=True, slots=True, eq=False)
class ResponderPoints:
    """Changes, threshold and error on one scale around 0.

    sdc : smallest detectable change of a subject, None where it is not known
    reach : half of the axis, with room around the furthest of all
    """

    threshold: float
    arms: tuple[ArmChanges, ...]
    sdc: float | None
    reach: float


def responder_points_of(
    changes: pd.DataFrame, found: Responders, *, sdc: float | None = None
) -> ResponderPoints:
    """Arrange changes (subject_id, arm, change) by arm, in the order of the shares."""
    arms = []
    for share in found.shares:
        rows = changes[(changes["arm"] == share.arm) & changes["change"].notna()]
        arms.append(
            ArmChanges(
                share.arm,
                tuple(rows["subject_id"]),
                rows["change"].to_numpy(float),
                spread(rows["change"]),
                share.n_responders,
            )
        )
    furthest = max(
        [abs(found.threshold), sdc or 0.0, *(float(np.abs(arm.change).max()) for arm in arms)]
    )
    return ResponderPoints(found.threshold, tuple(arms), sdc, 1.15 * furthest)
