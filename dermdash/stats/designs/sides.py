"""Two sides of the same subjects, treated as arms: the hemi-face design."""

import numpy as np
import pandas as pd

from dermdash.errors import TableError
from dermdash.stats.designs.answer import Answer, WithinArm, test_of
from dermdash.stats.designs.visits import compare_within
from dermdash.stats.observations import Observations
from dermdash.stats.plan import Plan
from dermdash.stats.visits import hemi_face, mean_changes, rm_anova


def compare_sides(observations: Observations, plan: Plan) -> Answer:
    """Sides at one visit: paired within subjects, each side minus those after it.

    Raises
    ------
    TableError
        One side only, fewer than two subjects with all sides, or nothing varies.
    """
    wide = observations.wide("arm")
    return compare_within(
        wide[wide.columns[::-1]],
        plan,
        design="sides",
        what="side",
        estimand=f"Mean difference in {plan.outcome} between the sides of a subject",
    )


def compare_side_changes(observations: Observations, plan: Plan) -> Answer:
    """Two sides over visits: the paired difference of their changes since the baseline.

    Raises
    ------
    TableError
        Not two sides, or too few subjects with both sides at all visits.
    """
    complete, n_subjects = _both_sides(observations)
    a, b = observations.arms
    visits = list(observations.visits)
    treated, control = complete[a].to_numpy(float), complete[b].to_numpy(float)
    contrasts = hemi_face(treated, control, visits, a=a, b=b, alpha=plan.alpha)
    last = contrasts[-1]
    lost = n_subjects - len(complete)
    return Answer(
        design="sides x visits",
        n={side: dict.fromkeys(visits, len(complete)) for side in (a, b)},
        omnibus=rm_anova(treated - control) if len(visits) > 2 else test_of(last),
        contrasts=contrasts,
        effects=() if last.effect is None else (last.effect,),
        checks=(),
        alternatives=(),
        estimand=(
            f"Mean difference between the sides of a subject in their change in {plan.outcome} "
            f"since {visits[0]}; subjects without both sides at every visit are left out."
        ),
        within_arm=tuple(
            WithinArm(visits[column], change)
            for column in range(1, len(visits))
            for side, scores in ((a, treated), (b, control))
            for change in mean_changes(
                scores[:, column], scores[:, 0], [side] * len(scores), alpha=plan.alpha
            )
        ),
        warnings=(
            (f"{lost} of {n_subjects} subjects lack a side or a visit and are left out.",)
            if lost
            else ()
        ),
    )


def _both_sides(observations: Observations) -> tuple[pd.DataFrame, int]:
    """Subjects with both sides at all visits, columns (side, visit), and how many there were."""
    if len(observations.arms) != 2:
        raise TableError(
            f"subjects have {len(observations.arms)} sides; a hemi-face study over visits "
            "compares two: leave the others out"
        )
    cells = pd.MultiIndex.from_product([observations.arms, observations.visits])
    wide = observations.table.pivot(index="subject", columns=["arm", "visit"], values="value")
    wide = wide.reindex(columns=cells)
    complete = wide[np.isfinite(wide.to_numpy(float)).all(axis=1)]
    if len(complete) < 2:
        raise TableError(
            f"{len(complete)} of {len(wide)} subjects have both sides at every visit; at least 2 "
            "are needed: add values or leave a visit out"
        )
    return complete, len(wide)
