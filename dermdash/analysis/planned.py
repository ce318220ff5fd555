"""How a study's plan meets a comparison: which plan it follows, and whether it was planned."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

import pandas as pd

from dermdash.analysis.comparisons import study_plan, subject_rows
from dermdash.analysis.filters import DEPTHS_UM, Filters, filter_words, range_name
from dermdash.errors import TableError
from dermdash.stats.comparison import Comparison, compare
from dermdash.stats.plan import POPULATIONS, ContrastKey, Plan, Population

if TYPE_CHECKING:
    from dermdash.trial.plans import StoredPlan
    from dermdash.trial.studies import Study

Status = Literal["planned", "exploratory"]
BLINDED = "blinded, arms by code; the plan's question is answered after unblinding"
SCORE_NAMES = {"expected_grade": "expected grade", "grade_mean": "mean grade"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a study, beside its plan.

    over_visits : changes are compared, else groups at ``visit``, None averaging over all visits
    arms, site : None for all of them
    covariates : what a subject must be, by name
    pooled : names of other studies that enter with this one
    population : whose scores are compared
    """

    score: str
    over_visits: bool
    visit: str | None = None
    arms: tuple[str, ...] | None = None
    site: str | None = None
    depth_um: tuple[int, int] = DEPTHS_UM
    covariates: Filters = field(default_factory=dict)
    pooled: tuple[str, ...] = ()
    population: Population = "full_analysis"


@dataclass(frozen=True, slots=True)
class Standing:
    """What a comparison may be called, and why.

    status : ``planned`` where its question was locked in the study's plan, else ``exploratory``
    sentence : the same in words, with who locked the plan and when
    stored : the plan that counts, None where none is written
    """

    status: Status
    sentence: str
    stored: "StoredPlan | None" = None

    @property
    def planned(self) -> bool:
        return self.status == "planned"


def asked_words(asked: Asked, every: Sequence[str]) -> str:
    """What is asked, in words; what narrows nothing is not said.

    every : names of all the arms

    >>> asked_words(Asked("expected_grade", over_visits=True, arms=("a",)), ["a", "b"])
    'all sites, 0–69 µm, expected grade, only a'
    """
    only = asked.arms is not None and set(every) - set(asked.arms)
    return ", ".join(
        [
            *([f"{1 + len(asked.pooled)} studies"] if asked.pooled else []),
            asked.site or "all sites",
            *([] if asked.over_visits else [asked.visit or "all visits"]),
            f"{asked.depth_um[0]}–{asked.depth_um[1]} µm",
            SCORE_NAMES.get(asked.score, asked.score),
            *([f"only {' and '.join(asked.arms or ())}"] if only else []),
            *(filter_words(name, wanted) for name, wanted in asked.covariates.items()),
            *([] if asked.population == "full_analysis" else [POPULATIONS[asked.population]]),
        ]
    )


def plan_for(
    study: "Study", table: pd.DataFrame, stored: "StoredPlan | None", asked: Asked
) -> Plan:
    """The plan that a comparison follows: the study's, else what the study's kind calls for.

    table : study, subject_id, arm, visit and the score; what is in it decides where no plan is

    Where something else is asked than was locked, the plan's choices hold (level, variances,
    control, outliers), but no contrast has a role.
    """
    if stored is not None:
        plan = stored.plan
    elif asked.over_visits:
        plan = study_plan(study, table, asked.score)
    else:
        controls = [arm.name for arm in study.arms if arm.is_control]
        control = controls[0] if len(controls) == 1 else None
        plan = Plan(asked.score, between="arm", subject="subject_id", control=control)
    if asked.arms and (plan.control not in asked.arms or len(asked.arms) < 2):
        plan = replace(plan, control=None)
    if asked.arms and len(asked.arms) < 2 and plan.within is not None:
        plan = replace(plan, between=None)
    plan = replace(
        plan,
        value=asked.score,
        score=asked.score,
        depth_um=asked.depth_um,
        population=asked.population,
    )
    if not asked.over_visits:
        pooled = table["study"].nunique() > 1
        plan = replace(
            plan if plan.within is None else _explore(plan),
            between="arm",
            within=None,
            block="study" if pooled else None,
            visits=(),
            baseline=None,
            primary_visit=asked.visit,
        )
    return plan if not _reasons(study, stored, asked) else _explore(plan)


def compare_planned(table: pd.DataFrame, plan: Plan, arms: Sequence[str]) -> Comparison:
    """Compare by a plan; where the table lacks a planned contrast, all of it explores.

    table : study, subject_id, arm, visit where the plan has visits, and the score; visits that the
        plan does not name are left out
    arms : in their order; others are left out

    Raises
    ------
    TableError
        The table does not make up the design.
    """
    if plan.within is None:
        rows = subject_rows(table, plan.value, arms)
    else:
        rows = table[table["arm"].isin(list(arms)) & table["visit"].isin(list(plan.visits))]
        order = {arm: place for place, arm in enumerate(arms)}
        rows = rows.sort_values(
            "arm", key=lambda names: names.astype("str").map(order), kind="stable"
        )
    try:
        return compare(rows, plan)
    except TableError:
        if plan.primary is None:
            raise
        return compare(rows, _explore(plan))


def standing(
    study: "Study", found: Comparison, stored: "StoredPlan | None", asked: Asked
) -> Standing:
    """Whether a comparison was planned: its plan locked, and nothing else asked than it says."""
    reasons = _reasons(study, stored, asked)
    if stored is None and not study.blinded:
        return Standing("exploratory", "Exploratory: no analysis plan was locked before looking.")
    if stored is not None and not reasons and found.plan != _followed(stored.plan, asked):
        reasons = (_not_in_data(stored.plan, found),)
    if stored is None or reasons:
        return Standing("exploratory", f"Exploratory: {'; '.join(reasons)}.", stored)
    return Standing("planned", _planned_words(stored), stored)


def _planned_words(stored: "StoredPlan") -> str:
    when = f"{stored.locked_at:%Y-%m-%d %H:%M} UTC" if stored.locked_at else ""
    parts = [f"Planned: version {stored.version} of the analysis plan, locked by "]
    parts.append(f"{stored.locked_by} on {when}")
    if stored.graded_before:
        scans = "1 scan was" if stored.graded_before == 1 else f"{stored.graded_before} scans were"
        parts.append(f", after {scans} graded")
    if stored.amends is not None:
        parts.append(f"; it amends version {stored.amends}, which had been locked before")
    return "".join(parts) + "."


def _followed(plan: Plan, asked: Asked) -> Plan:
    """A locked plan as a comparison of just what it says follows it."""
    return plan if asked.over_visits else replace(plan, primary_visit=asked.visit)


def _not_in_data(plan: Plan, found: Comparison) -> str:
    """What the plan names and the data lack."""
    there = {(one.a, one.b, one.visit or "") for one in found.contrasts}
    planned = [key for key in (plan.primary, *plan.key_secondary) if key is not None]
    lacking = [_contrast(key) for key in planned if key not in there]
    if not lacking:
        return "these data could not be compared as the plan says"
    verb = "is" if len(lacking) == 1 else "are"
    return f"the planned {' and '.join(lacking)} {verb} not in these data"


def _contrast(key: ContrastKey) -> str:
    a, b, visit = key
    return f"difference {a} − {b}" + (f" at {visit}" if visit else "")


def _reasons(study: "Study", stored: "StoredPlan | None", asked: Asked) -> tuple[str, ...]:
    """What is asked otherwise than a locked plan says; nothing where all is as planned."""
    if study.blinded:
        return (BLINDED,)
    if stored is None:
        return ("no analysis plan is written",)
    if not stored.locked:
        return (f"version {stored.version} of the analysis plan is a draft, not locked",)
    plan, found = stored.plan, []
    if asked.score != plan.value:
        found.append(
            f"by {SCORE_NAMES.get(asked.score, asked.score)}, where the plan says "
            f"{SCORE_NAMES.get(plan.value, plan.value)}"
        )
    if asked.depth_um != plan.depth_um:
        found.append(
            f"over {range_name(asked.depth_um)}, where the plan says {range_name(plan.depth_um)}"
        )
    if asked.population != plan.population:
        found.append(
            f"in the {POPULATIONS[asked.population]}, where the plan says the "
            f"{POPULATIONS[plan.population]}"
        )
    if asked.over_visits != (plan.within is not None) and len(study.visits) > 1:
        found.append(
            "changes over the visits, where the plan compares groups at one"
            if asked.over_visits
            else "groups at one visit, where the plan compares changes"
        )
    elif plan.within is None and len(study.visits) > 1 and asked.visit != plan.primary_visit:
        planned_visit = plan.primary_visit or "all visits"
        found.append(f"at {asked.visit or 'all visits'}, where the plan says {planned_visit}")
    left_out = [arm.name for arm in study.arms if asked.arms and arm.name not in asked.arms]
    if left_out:
        found.append(f"without {', '.join(left_out)}")
    if asked.site is not None and len(study.sites) > 1:
        found.append(f"at {asked.site} only, where the plan averages over the sites")
    if asked.covariates:
        found.append(f"among subjects chosen by {' and '.join(asked.covariates)}")
    if asked.pooled:
        found.append(f"pooled with {' and '.join(asked.pooled)}")
    return tuple(found)


def _explore(plan: Plan) -> Plan:
    return replace(plan, primary=None, key_secondary=())
