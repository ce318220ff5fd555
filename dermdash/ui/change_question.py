"""What is asked of a study over its visits."""

from dataclasses import dataclass

import streamlit as st

from dermdash.analysis.cohorts import Score, count_unknown, select
from dermdash.analysis.evidence import Evidence
from dermdash.analysis.filters import Filters
from dermdash.analysis.planned import Asked, asked_words
from dermdash.reporting.left_out import unknown_words
from dermdash.stats.plan import Population
from dermdash.trial.studies import Study
from dermdash.ui.cells import plain
from dermdash.ui.filter_row import filter_row
from dermdash.ui.guard import Access
from dermdash.ui.kept_parts import plan_of
from dermdash.ui.score_question import ask_population, ask_score
from dermdash.ui.subject_filters import (
    ask_arms,
    ask_covariates,
    ask_site,
    filterable,
)


@dataclass(frozen=True, slots=True)
class ChangeQuestion:
    """Which subjects and scans, by which score; a site of None averages over all.

    depth_um : first and last layer of the score
    covariates : what a subject must be, by name
    """

    study: Study
    arms: tuple[str, ...]
    site: str | None
    score: Score
    depth_um: tuple[int, int]
    covariates: Filters
    population: Population

    @property
    def study_ids(self) -> tuple[int, ...]:
        return (self.study.study_id,)

    @property
    def asked(self) -> Asked:
        return Asked(
            self.score,
            over_visits=True,
            arms=self.arms,
            site=self.site,
            depth_um=self.depth_um,
            covariates=self.covariates,
            population=self.population,
        )

    @property
    def summary(self) -> str:
        return asked_words(self.asked, [arm.name for arm in self.study.arms])


def ask_changes(access: Access, study: Study) -> ChangeQuestion:
    """The filters, closed to their summary."""
    key = f"change_{study.study_id}"
    with access.read() as tx:
        people = filterable(tx, [study.study_id])
    summary, filters = filter_row()
    with filters:
        arms = ask_arms([arm.name for arm in study.arms], key)
        site = ask_site([site.name for site in study.sites], key)
        stored = plan_of(access, study)
        score, depth_um = ask_score(study, stored)
        population = ask_population(study, stored)
        covariates = ask_covariates(people, key)
    question = ChangeQuestion(study, arms, site, score, depth_um, covariates, population)
    summary.caption(plain(question.summary), text_alignment="right")
    return question


def show_unknown(evidence: Evidence, question: ChangeQuestion) -> None:
    """How many subjects are left out since what they are filtered by is not known of them."""
    if not question.covariates:
        return
    layers = select(evidence.layers, arms=question.arms, site=question.site)
    unknown = count_unknown(layers, evidence.people, question.covariates, question.arms)
    by_arm = {str(arm): int(n) for arm, n in unknown.items()}
    if words := unknown_words(by_arm, question.covariates):
        st.caption(plain("; ".join(words)) + ".")
