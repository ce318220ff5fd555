"""A question asked of a study, answered: by its plan, with the DEJ moved, planned or not.

Pages keep what is computed here and find it again; a report's cards compute it anew. Both give the
same numbers, since everything random has its seed in the plan.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import pandas as pd

from dermdash.analysis.cohorts import Cohort, cohort_of, select
from dermdash.analysis.comparisons import Scored, score_cells, subject_rows
from dermdash.analysis.evidence import Evidence
from dermdash.analysis.filters import DEPTHS_UM, check_depth
from dermdash.analysis.kept import comparison_key, sensitivity_key
from dermdash.analysis.planned import (
    SCORE_NAMES,
    Asked,
    Standing,
    asked_words,
    compare_planned,
    plan_for,
    standing,
)
from dermdash.analysis.sensitivity import Sensitivity, shift_dej
from dermdash.errors import DesignError, TableError
from dermdash.stats.comparison import Comparison

if TYPE_CHECKING:
    from dermdash.trial.results import ResultKey

T = TypeVar("T", Comparison, Sensitivity)
Keep = Callable[["ResultKey", Callable[[], T]], T]


@dataclass(frozen=True, slots=True)
class Keeper:
    """How answers are kept: each takes a key and what computes the answer where none is kept."""

    comparison: Callable[["ResultKey", Callable[[], Comparison]], Comparison]
    sensitivity: Callable[["ResultKey", Callable[[], Sensitivity]], Sensitivity]


ANEW = Keeper(lambda _, compute: compute(), lambda _, compute: compute())


def sharing(evidence: Evidence) -> Keeper:
    """Answers each question once for all who ask of this evidence."""

    def share(key: "ResultKey", compute: Callable[[], T]) -> T:
        if key.digest not in evidence.answered:
            evidence.answered[key.digest] = compute()
        found: T = evidence.answered[key.digest]
        return found

    return Keeper(share, share)


def unmoved() -> Keeper:
    """Answers a comparison and leaves its DEJ where it is: fragility to it is not known."""
    compared: list[Comparison] = []

    def compare(_: "ResultKey", compute: Callable[[], Comparison]) -> Comparison:
        compared.append(compute())
        return compared[-1]

    return Keeper(compare, lambda _, __: Sensitivity((), compared[-1]))


@dataclass(frozen=True, slots=True, eq=False)
class Answered:
    """A comparison with all that is said of it.

    table : what was compared; layers : behind it, with the margin, one row a scan and layer
    scored : the layers' scores over the depths that are asked for
    standing : planned or exploratory, and why
    """

    moved: Sensitivity
    standing: Standing
    table: pd.DataFrame
    layers: pd.DataFrame
    scored: Scored
    asked: Asked
    arms: tuple[str, ...]

    @property
    def found(self) -> Comparison:
        return self.moved.found

    @property
    def rows(self) -> pd.DataFrame:
        """The rows that were compared: a subject's own mean where there are no visits."""
        if self.found.plan.within is not None:
            return self.table
        return subject_rows(self.table, self.found.plan.value, self.found.arms)

    def again(self, scored: Scored) -> Comparison:
        """The same question asked of other scores."""
        return compare_planned(scored.table, self.found.plan, self.arms)


def cohort_asked(evidence: Evidence, asked: Asked) -> Cohort:
    """The subjects whose groups are asked for.

    Raises
    ------
    DesignError
        The studies have no such arm, visit, site or covariate, or the depths are no range.
    """
    _check_names(evidence, asked)
    inside = evidence.layers["depth_um"].between(*DEPTHS_UM)
    return cohort_of(
        evidence.layers[inside],
        arms=_arms(evidence, asked),
        visit=asked.visit,
        site=asked.site,
        score="grade_mean" if asked.score == "grade_mean" else "expected_grade",
        depth_um=asked.depth_um,
        covariates=asked.covariates,
        people=evidence.people,
    )


def answer_groups(
    evidence: Evidence, asked: Asked, cohort: Cohort, *, keeper: Keeper = ANEW
) -> Answered:
    """Arms compared over the subjects of a cohort, as ``cohort_asked`` gives it.

    Raises
    ------
    TableError
        There are not two arms of two subjects.
    """
    layers = select(
        evidence.layers,
        arms=_arms(evidence, asked),
        visit=asked.visit,
        site=asked.site,
        covariates=asked.covariates,
        people=evidence.people,
    )
    arms = tuple(cohort.groups["arm"][cohort.groups["n_subjects"] > 0])
    scored = score_cells(layers, asked.score, depth_um=asked.depth_um)
    return _answer(evidence, asked, cohort.subjects, scored, layers, arms=arms, keeper=keeper)


def answer_changes(evidence: Evidence, asked: Asked, *, keeper: Keeper = ANEW) -> Answered:
    """Arms compared over the visits of a study.

    Raises
    ------
    DesignError
        No scan is graded under the filters, the depths are no range, or the study has no such arm,
        site or covariate.
    TableError
        The graded scans do not make up the design.
    """
    check_depth(asked.depth_um)
    _check_names(evidence, asked)
    arms = _arms(evidence, asked)
    layers = select(
        evidence.layers,
        arms=arms,
        site=asked.site,
        covariates=asked.covariates,
        people=evidence.people,
    )
    scored = score_cells(layers, asked.score, depth_um=asked.depth_um)
    if scored.table.empty:
        raise DesignError(_why_empty(evidence, asked, layers))
    return _answer(evidence, asked, scored.table, scored, layers, arms=arms, keeper=keeper)


def _answer(
    evidence: Evidence,
    asked: Asked,
    table: pd.DataFrame,
    scored: Scored,
    layers: pd.DataFrame,
    *,
    arms: tuple[str, ...],
    keeper: Keeper,
) -> Answered:
    study, stored = evidence.study, evidence.plan
    plan = plan_for(study, table, stored, asked)

    def again(scored: Scored) -> Comparison:
        return compare_planned(scored.table, plan, arms)

    key = comparison_key(study.study_id, table, plan, asked, stored)
    found = keeper.comparison(key, lambda: compare_planned(table, plan, arms))
    moved = keeper.sensitivity(
        sensitivity_key(key, layers, plan.value),
        lambda: shift_dej(layers, plan.value, found, again, depth_um=plan.depth_um),
    )
    return Answered(
        moved=moved,
        standing=standing(study, moved.found, stored, asked),
        table=table,
        layers=layers,
        scored=scored,
        asked=asked,
        arms=arms,
    )


def _arms(evidence: Evidence, asked: Asked) -> tuple[str, ...]:
    return tuple(arm.name for arm in evidence.arms) if asked.arms is None else asked.arms


def _check_names(evidence: Evidence, asked: Asked) -> None:
    """Refuse what is asked by a name that the studies do not have (any more)."""
    studies = evidence.studies
    known: Sequence[tuple[str, Sequence[str], Sequence[str]]] = (
        ("arm", asked.arms or (), [arm.name for arm in evidence.arms]),
        (
            "visit",
            [asked.visit] if asked.visit else (),
            [v.name for s in studies for v in s.visits],
        ),
        ("site", [asked.site] if asked.site else (), [v.name for s in studies for v in s.sites]),
    )
    for what, wanted, there in known:
        for name in wanted:
            if name not in there:
                where = " and ".join(study.name for study in studies)
                raise DesignError(
                    f"{what} {name!r} is not in {where} (it has {', '.join(there) or 'none'}); "
                    "ask again by those"
                )
    if asked.score not in SCORE_NAMES:
        raise TableError(f"score {asked.score!r} is unknown; use {' or '.join(SCORE_NAMES)}")


def _why_empty(evidence: Evidence, asked: Asked, layers: pd.DataFrame) -> str:
    """Why no scan counts: none is graded, or none reaches as deep as is asked."""
    name, words = evidence.study.name, asked_words(asked, [arm.name for arm in evidence.arms])
    if layers.empty:
        return (
            f"no scan of {name} is graded under these filters ({words}); grade its scans, or "
            "choose others"
        )
    return (
        f"no graded scan of {name} covers the depths that are asked ({words}): the deepest ends at "
        f"{layers['depth_um'].max():.0f} µm under the DEJ; choose a shallower range"
    )
