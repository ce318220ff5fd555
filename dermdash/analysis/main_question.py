"""The one question that a study is there to answer: as its plan says, else as its kind does."""

from dataclasses import replace
from typing import TYPE_CHECKING

from dermdash.analysis.answers import (
    Answered,
    answer_changes,
    answer_groups,
    cohort_asked,
    unmoved,
)
from dermdash.analysis.evidence import Evidence
from dermdash.analysis.planned import Asked
from dermdash.analysis.sensitivity import FRAGILE_UM, shift_dej

if TYPE_CHECKING:
    from dermdash.trial.plans import StoredPlan
    from dermdash.trial.studies import Study


def main_question(study: "Study", stored: "StoredPlan | None") -> Asked:
    """What is asked of a study before anything else.

    stored : its plan; where none is written, arms are compared over the visits, in cohorts at the
        first one
    """
    if stored is not None:
        plan = stored.plan
        over_visits = plan.within is not None
        return Asked(
            plan.value,
            over_visits=over_visits,
            visit=None if over_visits else plan.primary_visit,
            depth_um=plan.depth_um,
            population=plan.population,
        )
    visits = [visit.name for visit in study.visits]
    over_visits = study.kind != "cohorts" and len(visits) > 1
    visit = None if over_visits or not visits else visits[0]
    return Asked("expected_grade", over_visits=over_visits, visit=visit)


def answer(evidence: Evidence, asked: Asked, *, moved: bool = True) -> Answered:
    """The question answered, groups or changes.

    moved : also with the DEJ taken 5 µm higher and deeper, so that what is fragile is known

    Raises
    ------
    DesignError
        No scan is graded under the filters, or the study has no such visit, site or arm.
    TableError
        The graded scans do not make up the design.
    """
    keeper = unmoved()
    if asked.over_visits:
        answered = answer_changes(evidence, asked, keeper=keeper)
    else:
        answered = answer_groups(evidence, asked, cohort_asked(evidence, asked), keeper=keeper)
    if not moved:
        return answered
    found = answered.found
    shifted = shift_dej(
        answered.layers,
        found.plan.value,
        found,
        answered.again,
        depth_um=found.plan.depth_um,
        shifts_um=(-FRAGILE_UM, 0, FRAGILE_UM),
    )
    return replace(answered, moved=shifted)
