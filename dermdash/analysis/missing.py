"""What missing later scores could change: the delta at which a difference would tip."""

from dataclasses import dataclass, replace

import numpy as np

from dermdash.analysis.changes import question_visit, scores_at
from dermdash.analysis.comparisons import Scored
from dermdash.errors import TableError
from dermdash.stats.comparison import Comparison
from dermdash.stats.findings import Contrast
from dermdash.stats.tipping import Tipping, delta_adjusted
from dermdash.stats.words import leading

LIMIT = 1.5  # half of the way from grade 1 to 4: no missing score is that far from expected
STEPS = 30


@dataclass(frozen=True, slots=True)
class Missing:
    """A difference between arms at a visit, with missing scores made worse step by step.

    tipping : of the difference a − b of the comparison, whichever arm is shifted
    shifted : the arm whose missing scores are moved against the finding
    n_without_baseline : subjects who were never scored before; they are not imputed
    alpha : level of the difference by itself, the plan's shared with the other arms
    """

    visit: str
    tipping: Tipping
    shifted: str
    n_without_baseline: int
    alpha: float


def tip(
    scored: Scored, found: Comparison, *, limit: float | None = None, imputations: int = 200
) -> Missing:
    """At which delta would missing later scores undo the leading difference of a comparison?

    scored : one value a subject, arm and visit; found : their comparison by arms over visits
    limit : the largest delta tried; None takes the plan's, else 1.5

    Delta moves the missing scores of arm a against the finding; those of arm b where a misses
    none. Other arms and everything else are imputed as expected (missing at random).

    Raises
    ------
    TableError
        No arms were compared over visits, the limit is not above 0, or no score is missing in
        either arm.
    """
    if found.design != "arms x visits":
        raise TableError(
            f"{found.design} were compared, not arms over visits, and scores are imputed by arm: "
            "compare two arms with a baseline and a later visit"
        )
    limit = limit if limit is not None else abs(found.plan.delta or LIMIT)
    if not (np.isfinite(limit) and limit > 0):
        raise TableError(f"limit={limit:g} is no worsening; give a number above 0, such as {LIMIT}")
    visit = question_visit(found)
    lead = _at(found, visit)
    pairs = scores_at(scored, found, visit)
    table = pairs[pairs["baseline"].notna()]
    missing = table.groupby("arm")["later"].agg(lambda values: int(values.isna().sum()))
    shifted = next((arm for arm in (lead.a, lead.b) if missing.get(arm, 0)), None)
    if shifted is None:
        raise TableError(
            f"no {visit} score of {lead.a} or {lead.b} is missing; there is nothing to impute: "
            "read the comparison as it stands"
        )
    other = lead.b if shifted == lead.a else lead.a
    alpha = _own_level(lead, found.plan.alpha)
    against = np.sign(lead.difference or 1.0) * (-1 if shifted == lead.a else 1)
    tipping = delta_adjusted(
        table["later"].to_numpy(float),
        table["baseline"].to_numpy(float),
        table["arm"].tolist(),
        [round(float(against * part * limit / STEPS), 6) + 0.0 for part in range(STEPS + 1)],
        a=shifted,
        b=other,
        seed=found.plan.seed,
        imputations=imputations,
        visit=visit,
        alpha=alpha,
    )
    if shifted != lead.a:
        tipping = _turned(tipping)
    return Missing(visit, tipping, shifted, len(pairs) - len(table), alpha)


def _at(found: Comparison, visit: str) -> Contrast:
    """The contrast to speak of at a visit."""
    lead = leading(found, found.plan)
    if lead.visit == visit:
        return lead
    at_visit = [one for one in found.contrasts if one.visit == visit]
    return max(at_visit, key=lambda one: abs(one.difference))


def _own_level(lead: Contrast, alpha: float) -> float:
    """The level at which a difference's own p says what its adjusted one says at ``alpha``."""
    return alpha * lead.p / lead.p_adjusted if lead.p_adjusted > lead.p else alpha


def _turned(tipping: Tipping) -> Tipping:
    """The difference b − a as a − b."""
    return replace(
        tipping,
        contrasts=tuple(
            replace(
                one,
                a=one.b,
                b=one.a,
                difference=-one.difference,
                ci_low=-one.ci_high,
                ci_high=-one.ci_low,
                statistic=-one.statistic,
            )
            for one in tipping.contrasts
        ),
        n_imputed=(tipping.n_imputed[1], tipping.n_imputed[0]),
    )
