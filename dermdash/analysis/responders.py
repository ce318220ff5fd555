"""Who changed by at least a threshold from the baseline to a visit, an arm beside the other."""

from dataclasses import dataclass

import pandas as pd

from dermdash.analysis.changes import question_visit, scores_at
from dermdash.analysis.comparisons import Scored
from dermdash.stats.comparison import Comparison
from dermdash.stats.responders import Responders, paired_responders, responders


@dataclass(frozen=True, slots=True, eq=False)
class Response:
    """Responders at a visit.

    changes : subject_id, arm, change, *later − baseline*, missing where a visit is
    found : of the subjects with a change
    missing_as_none : the same with each missing change counted as no response; None where no
        change is missing, or where sides are compared
    """

    baseline: str
    visit: str
    changes: pd.DataFrame
    found: Responders
    missing_as_none: Responders | None


def respond(
    scored: Scored,
    found: Comparison,
    threshold: float,
    *,
    visit: str | None = None,
    smallest_detectable_change: float | None = None,
) -> Response:
    """Count who changed by at least a threshold.

    scored : one value a subject, arm and visit; found : their comparison over visits
    threshold : in units of the score; below 0 for who fell by at least as much
    visit : None takes the planned one, else the last
    smallest_detectable_change : of a subject's score, as ``repeats_of`` gives it

    Raises
    ------
    TableError
        No visits were compared, the visit is not among the later ones, the threshold is 0 or no
        number, or an arm has no change.
    """
    visit = visit or question_visit(found)
    pairs = scores_at(scored, found, visit)
    changes = pairs.assign(change=pairs["later"] - pairs["baseline"]).drop(
        columns=["baseline", "later"]
    )
    missing = bool(changes["change"].isna().any())
    alpha, sdc = found.plan.alpha, smallest_detectable_change
    if found.design == "sides x visits":
        a, b = found.arms
        sides = changes.pivot(index="subject_id", columns="arm", values="change")
        compared = paired_responders(
            sides[a], sides[b], threshold, a=a, b=b, smallest_detectable_change=sdc, alpha=alpha
        )
        return Response(found.visits[0], visit, changes, compared, None)
    control = found.plan.control

    def count(table: pd.DataFrame) -> Responders:
        by_arm = {arm: of_arm["change"] for arm, of_arm in table.groupby("arm", sort=False)}
        return responders(
            {str(arm): values.to_numpy(float) for arm, values in by_arm.items()},
            threshold,
            control=control,
            smallest_detectable_change=sdc,
            alpha=alpha,
        )

    answered = count(changes)
    none = count(changes.fillna({"change": 0.0})) if missing else None
    return Response(found.visits[0], visit, changes, answered, none)
