"""A study's analysis plan in words, for pages and reports alike."""

from collections.abc import Sequence
from datetime import datetime

import pandas as pd

from dermdash.reporting.figures.data import SCORE_NAMES
from dermdash.stats.plan import POPULATIONS, Plan
from dermdash.stats.words import number
from dermdash.trial.plans import StoredPlan
from dermdash.trial.questions import write_contrast

NAMING_ARMS = ("Primary question", "Key secondary questions", "Compared", "Tests")
SEALED = "sealed with the arms until unblinding"


def plan_table(plan: Plan, *, sides: bool = False, sealed: bool = False) -> pd.DataFrame:
    """One row a choice: what is fixed, and as what.

    sides : arms are sides of the same subjects
    sealed : the plan is shown without what names arms, and so says nothing of them
    """
    rows = {
        "Primary question": _primary(plan),
        "Key secondary questions": _secondary(plan),
        "Endpoint": _endpoint(plan),
        "Population": f"the {POPULATIONS[plan.population]}, as the roster says",
        "Unit": "the subject; scans of one subject are averaged before any test",
        "Compared": _compared(plan),
        "Tests": chosen_tests(plan, sides=sides),
        "Level": f"two-sided alpha {plan.alpha:g}, {100 * (1 - plan.alpha):g} % intervals",
        "Values far off": (
            f"flagged beyond {plan.outlier_mads:g} scaled MADs from the median of their group; "
            "kept in every result, left out in a sensitivity beside it"
        ),
    }
    if plan.within is not None:
        rows["Responders"] = _responders(plan)
        rows["Withdrawals"] = _withdrawals(plan)
    if sealed:
        rows |= dict.fromkeys(NAMING_ARMS, SEALED)
    return pd.DataFrame({"Choice": list(rows), "Fixed as": list(rows.values())})


def version_table(history: Sequence[StoredPlan]) -> pd.DataFrame:
    """One row a version, the newest first."""
    newest = max((stored.version for stored in history), default=0)
    return pd.DataFrame(
        {
            "Version": [stored.version for stored in history],
            "Primary question": [_asked_first(stored) for stored in history],
            "Written by": [stored.author for stored in history],
            "Written (UTC)": [moment(stored.at) for stored in history],
            "State": [_state(stored, newest) for stored in history],
            "Locked (UTC)": [
                moment(stored.locked_at) if stored.locked_at else "" for stored in history
            ],
        }
    )


def _asked_first(stored: StoredPlan) -> str:
    if stored.sealed:
        return SEALED
    return write_contrast(stored.plan.primary) if stored.plan.primary else "open"


def state_sentence(stored: StoredPlan) -> str:
    """Whether a version is a draft or locked, by whom and when; what it amends."""
    amends = (
        f" It amends version {stored.amends}, which had been locked before it was written."
        if stored.amends
        else ""
    )
    version = f"Version {stored.version}"
    if stored.locked_at is None:
        until = (
            f"results follow version {stored.amends}"
            if stored.amends
            else "all results are exploratory"
        )
        written = f"{stored.author}, {moment(stored.at)} UTC"
        return f"{version} is a draft by {written}: until it is locked, {until}.{amends}"
    n = stored.graded_before
    graded = f"{n or 'No'} scan{'s' if n > 1 else ''} had been graded by then"
    locked = f"{stored.locked_by} on {moment(stored.locked_at)} UTC"
    return f"{version} was locked by {locked}. {graded}.{amends}"


def moment(at: datetime) -> str:
    """
    >>> moment(datetime(2026, 3, 1, 9, 5))
    '2026-03-01 09:05'
    """
    return f"{at:%Y-%m-%d %H:%M}"


def chosen_tests(plan: Plan, *, sides: bool = False) -> str:
    """The tests that a plan's design calls for."""
    if sides:
        return "paired t tests of the differences between a subject's sides; Wilcoxon beside them"
    if plan.within is not None:
        if plan.between is None:
            return "paired t test; repeated-measures ANOVA with Holm over pairs for more visits"
        return (
            "ANCOVA of the visit's score on the baseline; a mixed model (MMRM) where visits are "
            "missing"
        )
    against = "Dunnett" if plan.control is not None else "Tukey HSD"
    if plan.equal_variances:
        return f"ANOVA and {against}, equal variances assumed; Welch and ranks beside them"
    return "Welch's ANOVA and Games-Howell, unequal variances; ANOVA and ranks beside them"


def _primary(plan: Plan) -> str:
    if plan.primary is None:
        return "open"
    more = "change in " if plan.within is not None and plan.between is not None else ""
    a, b, visit = plan.primary
    at = visit or (plan.primary_visit if plan.within is None else None)
    return f"{more}{a} − {more}{b}" + (f" at {at}" if at else "")


def _secondary(plan: Plan) -> str:
    if not plan.key_secondary:
        return "none; whatever else is looked at is exploratory"
    named = [write_contrast(key) for key in plan.key_secondary]
    if plan.secondary == "fixed_sequence":
        steps = ", then ".join(named)
        return f"{steps}: in this order after the primary one, up to the first that fails"
    return f"{'; '.join(named)}: after the primary one, adjusted by Holm"


def _endpoint(plan: Plan) -> str:
    first, last = plan.depth_um
    return f"{SCORE_NAMES[plan.score]} (1 to 4), {first} to {last} µm under the DEJ"


def _compared(plan: Plan) -> str:
    control = f"each arm with the control, {plan.control}" if plan.control else "all pairs of arms"
    if plan.within is None:
        return control + (f", at {plan.primary_visit}" if plan.primary_visit else "")
    visits = ", ".join(plan.visits)
    baseline = f"{visits}; changes since {plan.baseline or plan.visits[0]}"
    return baseline if plan.between is None else f"{control}, over {baseline}"


def _responders(plan: Plan) -> str:
    if plan.responder_threshold is None:
        return "no threshold is fixed"
    way = "rise" if plan.responder_threshold > 0 else "fall"
    return f"a {way} of at least {number(abs(plan.responder_threshold))} since the baseline"


def _withdrawals(plan: Plan) -> str:
    if plan.delta is None:
        return "missing visits taken as missing at random; no delta is fixed"
    return (
        f"missing visits taken as missing at random; in the sensitivity up to "
        f"{number(abs(plan.delta))} worse than expected"
    )


def _state(stored: StoredPlan, newest: int) -> str:
    if stored.locked_at is not None:
        amends = f", amends version {stored.amends}" if stored.amends else ""
        return f"locked by {stored.locked_by}{amends}"
    if stored.version < newest:
        return "superseded, never locked"
    return f"draft, to amend version {stored.amends}" if stored.amends else "draft"
