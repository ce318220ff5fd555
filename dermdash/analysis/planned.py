"""How a study's plan meets a comparison: which plan it follows, and whether it was planned."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import pandas as pd

from dermdash.analysis.comparisons import study_plan
from dermdash.errors import TableError
from dermdash.stats.comparison import Comparison, compare
from dermdash.stats.plan import Plan

if TYPE_CHECKING:
    from dermdash.trial.plans import StoredPlan
    from dermdash.trial.studies import Study

Status = Literal["planned", "exploratory"]
SLAB_UM = (0, 69)
SCORE_NAMES = {"expected_grade": "expected grade", "grade_mean": "mean grade"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a study, beside its plan.

    arms : None for all; visit : at which arms are compared, None for changes over the visits, or
        for groups averaged over their visits
    site : None averages over all
    """

    score: str
    arms: tuple[str, ...] | None = None
    visit: str | None = None
    site: str | None = None
    depth_um: tuple[int, int] = SLAB_UM
    over_visits: bool = True


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
    arms = asked.arms or tuple(arm.name for arm in study.arms)
    if plan.control not in arms or len(arms) < 2:
        plan = replace(plan, control=None)
    plan = replace(plan, value=asked.score, score=asked.score, depth_um=asked.depth_um)
    if not asked.over_visits and plan.within is not None:
        plan = replace(_explore(plan), between="arm", within=None, visits=(), baseline=None)
    return plan if not _reasons(study, stored, asked) else _explore(plan)


def compare_planned(study: "Study", table: pd.DataFrame, plan: Plan) -> Comparison:
    """Compare by a plan; a planned contrast that the table lacks leaves the others exploratory.

    table : study, subject_id, arm, visit where the plan has visits, and the score; one row a
        subject and cell; visits that the plan does not name are left out

    Raises
    ------
    TableError
        The table does not make up the design.
    """
    order = {arm.name: place for place, arm in enumerate(study.arms)}
    if plan.within is not None and plan.visits:
        table = table[table[plan.within].isin(list(plan.visits))]
    keys = [name for name in ("subject_id", plan.between, plan.within) if name is not None]
    cells = table.groupby(keys, observed=True, as_index=False)[[plan.value]].mean()
    if plan.between is not None:
        cells = cells.sort_values(
            plan.between, key=lambda arms: arms.astype("str").map(order), kind="stable"
        )
    try:
        return compare(cells, plan)
    except TableError:
        if plan.primary is None:
            raise
        return compare(cells, _explore(plan))


def standing(
    study: "Study", found: Comparison, stored: "StoredPlan | None", asked: Asked
) -> Standing:
    """Whether a comparison was planned: its plan locked, and nothing else asked than it says."""
    reasons = _reasons(study, stored, asked)
    if stored is None:
        return Standing("exploratory", "Exploratory: no analysis plan was locked before looking.")
    if not reasons and not any(one.role == "primary" for one in found.contrasts):
        a, b, visit = stored.plan.primary or ("", "", "")
        where = f" at {visit}" if visit else ""
        reasons = (f"the planned difference {a} − {b}{where} is not in these data",)
    if reasons:
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


def _reasons(study: "Study", stored: "StoredPlan | None", asked: Asked) -> tuple[str, ...]:
    """What is asked otherwise than a locked plan says; nothing where all is as planned."""
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
        found.append(f"over {_um(asked.depth_um)}, where the plan says {_um(plan.depth_um)}")
    if asked.over_visits != (plan.within is not None) and len(study.visits) > 1:
        found.append(
            "changes over the visits, where the plan compares groups at one"
            if asked.over_visits
            else "groups at one visit, where the plan compares changes"
        )
    elif plan.within is None and len(study.visits) > 1 and asked.visit != plan.primary_visit:
        found.append(f"at {asked.visit or 'all visits'}, where the plan says {plan.primary_visit}")
    left_out = [arm.name for arm in study.arms if asked.arms and arm.name not in asked.arms]
    if left_out:
        found.append(f"without {', '.join(left_out)}")
    if asked.site is not None and len(study.sites) > 1:
        found.append(f"at {asked.site} only, where the plan averages over the sites")
    return tuple(found)


def _um(depth_um: tuple[int, int]) -> str:
    return f"{depth_um[0]} to {depth_um[1]} µm"


def _explore(plan: Plan) -> Plan:
    return replace(plan, primary=None, key_secondary=())
