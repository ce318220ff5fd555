"""A page's question answered: by the study's plan, kept in the store, and moved with the DEJ."""

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from dermdash.analysis.cohorts import Cohort, capital, pooled_profiles, select
from dermdash.analysis.comparisons import Scored, score_cells, subject_rows
from dermdash.analysis.filters import check_depth
from dermdash.analysis.kept import comparison_key
from dermdash.analysis.planned import Asked, Standing, compare_planned, plan_for, standing
from dermdash.analysis.sensitivity import Sensitivity
from dermdash.errors import DesignError
from dermdash.stats.comparison import Comparison
from dermdash.trial.gradings import profiles
from dermdash.trial.studies import Study, subject_table
from dermdash.ui.cells import plain
from dermdash.ui.change_question import ChangeQuestion
from dermdash.ui.cohort_question import Question
from dermdash.ui.guard import Access
from dermdash.ui.kept_parts import kept_comparison, may_carry_stars, plan_of
from dermdash.ui.sensitivity_parts import moved_dej


@dataclass(frozen=True, slots=True, eq=False)
class Answered:
    """A comparison with all that a page says of it.

    table : what was compared; layers : behind it, with the margin, one row a scan and layer
    scored : the layers' scores over the depths that are asked for
    standing : planned or exploratory, and why; stars : whether scans and model may carry them
    """

    moved: Sensitivity
    standing: Standing
    stars: bool
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


def answer_groups(access: Access, study: Study, question: Question, cohort: Cohort) -> Answered:
    """Arms compared over a cohort's subjects.

    Raises
    ------
    TableError
        There are not two arms of two subjects.
    """
    with access.read() as tx:
        people = pd.concat([subject_table(tx, one) for one in question.study_ids])
        layers = select(
            pooled_profiles(tx, question.study_ids, margin=True, population=question.population),
            arms=question.arms,
            visit=question.visit,
            site=question.site,
            covariates=question.covariates,
            people=people,
        )
    asked = Asked(
        question.score,
        over_visits=False,
        visit=question.visit,
        arms=question.arms,
        site=question.site,
        depth_um=question.depth_um,
        covariates=question.covariates,
        pooled=tuple(one.name for one in question.studies[1:]),
        population=question.population,
    )
    arms = tuple(cohort.groups["arm"][cohort.groups["n_subjects"] > 0])
    scored = score_cells(layers, question.score, depth_um=question.depth_um)
    return _answer(access, study, asked, cohort.subjects, scored, layers=layers, arms=arms)


def answer_changes(access: Access, question: ChangeQuestion) -> Answered:
    """Arms compared over the visits of a study.

    Raises
    ------
    DesignError
        No scan is graded under the filters, or the depths are no range.
    TableError
        The graded scans do not make up the design.
    """
    study = question.study
    check_depth(question.depth_um)
    with access.read() as tx:
        layers = select(
            profiles(tx, study.study_id, margin=True, population=question.population),
            arms=question.arms,
            site=question.site,
            covariates=question.covariates,
            people=subject_table(tx, study.study_id),
        )
    asked = Asked(
        question.score,
        over_visits=True,
        arms=question.arms,
        site=question.site,
        depth_um=question.depth_um,
        covariates=question.covariates,
        population=question.population,
    )
    scored = score_cells(layers, question.score, depth_um=question.depth_um)
    if scored.table.empty:
        raise DesignError(_why_empty(question, layers))
    return _answer(access, study, asked, scored.table, scored, layers=layers, arms=question.arms)


def _why_empty(question: ChangeQuestion, layers: pd.DataFrame) -> str:
    """Why no scan counts: none is graded, or none reaches as deep as is asked."""
    name, asked = question.study.name, question.summary
    if layers.empty:
        return (
            f"no scan of {name} is graded under these filters ({asked}); grade its scans, or "
            "choose others"
        )
    return (
        f"no graded scan of {name} covers the depths that are asked ({asked}): the deepest ends at "
        f"{layers['depth_um'].max():.0f} µm under the DEJ; choose a shallower range"
    )


def _answer(
    access: Access,
    study: Study,
    asked: Asked,
    table: pd.DataFrame,
    scored: Scored,
    *,
    layers: pd.DataFrame,
    arms: tuple[str, ...],
) -> Answered:
    stored = plan_of(access, study)
    plan = plan_for(study, table, stored, asked)

    def compare(scored: Scored) -> Comparison:
        return compare_planned(scored.table, plan, arms)

    key = comparison_key(study.study_id, table, plan, asked, stored)
    found = kept_comparison(access, key, lambda: compare_planned(table, plan, arms))
    moved = moved_dej(access, key, layers, found, compare)
    return Answered(
        moved=moved,
        standing=standing(study, moved.found, stored, asked),
        stars=may_carry_stars(access, study),
        table=table,
        layers=layers,
        scored=scored,
        asked=asked,
        arms=arms,
    )


def show_standing(answered: Answered) -> None:
    """Planned or exploratory, as a badge with its reason."""
    planned = answered.standing.planned
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.badge(
            "PLANNED" if planned else "EXPLORATORY",
            icon=":material/lock:" if planned else ":material/explore:",
            color="green" if planned else "gray",
        )
        st.caption(plain(capital(answered.standing.sentence.split(": ", 1)[-1])))
