"""What a study's design can ask: its default plan, its contrasts, and which plans fit it."""

import math
from itertools import combinations
from typing import Literal, get_args

from dermdash.errors import DesignError
from dermdash.stats.plan import ContrastKey, Plan
from dermdash.trial.studies import Study

Score = Literal["expected_grade", "grade_mean"]

DEEPEST_UM = 69  # the last layer of a slab
WIDEST = 3.0  # between two scores from 1 to 4


def blank_plan(study: Study) -> Plan:
    """The plan that a study's design calls for, its questions still open.

    Arms are compared at one visit in cohorts; over visits elsewhere, where there are several.

    Raises
    ------
    DesignError
        The study has one arm and one visit.
    """
    visits = tuple(visit.name for visit in study.visits)
    over_visits = study.kind != "cohorts" and len(visits) > 1
    several_arms = len(study.arms) > 1
    if not (over_visits or several_arms):
        raise DesignError(
            f"{study.name} has nothing to compare: give it another arm, or a later visit"
        )
    controls = [arm.name for arm in study.arms if arm.is_control]
    baselines = [visit.name for visit in study.visits if visit.is_baseline]
    return Plan(
        "expected_grade",
        between="arm" if several_arms else None,
        within="visit" if over_visits else None,
        subject="subject_id",
        control=controls[0] if several_arms and len(controls) == 1 else None,
        visits=visits if over_visits else (),
        baseline=baselines[0] if over_visits and baselines else None,
        primary_visit=(visits[-1] if over_visits else visits[0]) if visits else None,
    )


def contrast_keys(study: Study, plan: Plan) -> tuple[ContrastKey, ...]:
    """The contrasts that a comparison by this plan has: a, b and the visit, "" where it has none.

    Arms are taken in the order of the study, the control last; visits in the order of their days,
    the baseline first.
    """
    visits = _first(plan.baseline, [v.name for v in study.visits if v.name in plan.visits])
    if plan.between is None:
        return tuple((later, earlier, "") for earlier, later in combinations(visits, 2))
    arms = [arm.name for arm in study.arms if arm.name != plan.control]
    pairs = (
        list(combinations(arms, 2)) if plan.control is None else [(a, plan.control) for a in arms]
    )
    return tuple((a, b, visit) for visit in visits[1:] or [""] for a, b in pairs)


def check_plan(study: Study, plan: Plan) -> None:
    """Refuse a plan that this study cannot carry out.

    Raises
    ------
    DesignError
        It names another design, arm, visit, score or contrast, or a number out of range.
    """
    blank = blank_plan(study)
    _check_design(study, plan, blank)
    _check_numbers(plan)
    keys = contrast_keys(study, plan)
    asked = [key for key in (plan.primary, *plan.key_secondary) if key is not None]
    for key in asked:
        if key not in keys:
            raise DesignError(
                f"{write_contrast(key)} is no contrast of {study.name}; choose one of "
                f"{', '.join(map(write_contrast, keys))}"
            )
        if asked.count(key) > 1:
            raise DesignError(f"{write_contrast(key)} is asked twice; ask each question once")
    if plan.key_secondary and plan.primary is None:
        raise DesignError(
            "key secondary questions are tested after the primary one; name the primary question"
        )


def write_contrast(key: ContrastKey) -> str:
    """
    >>> write_contrast(("active", "placebo", "D56")), write_contrast(("D28", "D0", ""))
    ('active − placebo at D56', 'D28 − D0')
    """
    a, b, visit = key
    return f"{a} − {b}" + (f" at {visit}" if visit else "")


def _check_design(study: Study, plan: Plan, blank: Plan) -> None:
    if plan.value not in get_args(Score) or plan.score != plan.value:
        raise DesignError(
            f"score={plan.value!r} is not kept; choose one of {', '.join(get_args(Score))}"
        )
    for role in ("between", "within", "subject", "block"):
        wanted, given = getattr(blank, role), getattr(plan, role)
        if given != wanted:
            raise DesignError(
                f"{role}={given!r} is not how {study.name} is built; the plan needs {wanted!r}"
            )
    if bool(plan.visits) != bool(plan.within) or len(plan.visits) == 1:
        raise DesignError(
            f"visits={plan.visits} do not fit {study.name}; name a baseline and later visits where "
            "changes are compared, and none elsewhere"
        )
    arms = tuple(arm.name for arm in study.arms)
    visits = tuple(visit.name for visit in study.visits)
    later = _first(plan.baseline, list(plan.visits))[1:] if plan.within else list(visits)
    for what, value, names in (
        ("control", plan.control, arms),
        *(("visit", visit, visits) for visit in plan.visits),
        ("baseline", plan.baseline, plan.visits),
        ("primary visit", plan.primary_visit, later),
    ):
        if value is not None and value not in names:
            raise DesignError(
                f"{what} {value!r} does not fit {study.name}; choose one of "
                f"{', '.join(names) or 'none yet'}"
            )


def _check_numbers(plan: Plan) -> None:
    if plan.depth_um[1] > DEEPEST_UM:
        raise DesignError(
            f"depth_um={plan.depth_um} ends below the slab; its layers are 0 to {DEEPEST_UM} µm"
        )
    if not (math.isfinite(plan.outlier_mads) and plan.outlier_mads > 0):
        raise DesignError(
            f"outlier_mads={plan.outlier_mads:g} flags nothing or all; choose one such as 3.5"
        )
    threshold, delta = plan.responder_threshold, plan.delta
    if threshold is not None and not 0 < abs(threshold) <= WIDEST:
        raise DesignError(
            f"responder threshold {threshold:g} is no change of a score from 1 to 4; give the "
            "least change that counts, such as 0.3"
        )
    if delta is not None and not abs(delta) <= WIDEST:
        raise DesignError(
            f"delta={delta:g} is no change of a score from 1 to 4; give one such as 0.5"
        )


def _first(name: str | None, names: list[str]) -> list[str]:
    return names if name not in names else [name, *(other for other in names if other != name)]
