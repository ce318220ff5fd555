"""What is asked of a study over its visits."""

from dataclasses import dataclass

import streamlit as st

from dermdash.analysis.cohorts import Score, count_unknown, select
from dermdash.analysis.filters import Filters
from dermdash.reporting.figures.data import SCORE_NAMES
from dermdash.stats.plan import Population
from dermdash.trial.gradings import profiles
from dermdash.trial.studies import Study, subject_table
from dermdash.ui.cells import plain
from dermdash.ui.filter_row import filter_row
from dermdash.ui.guard import Access
from dermdash.ui.kept_parts import plan_of
from dermdash.ui.score_question import ask_population, ask_score
from dermdash.ui.subject_filters import (
    ask_arms,
    ask_covariates,
    ask_site,
    filter_words,
    filterable,
    population_words,
    unknown_words,
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
    def summary(self) -> str:
        first, last = self.depth_um
        every = [arm.name for arm in self.study.arms]
        return ", ".join(
            [
                self.site or "all sites",
                f"{first}–{last} µm",
                SCORE_NAMES[self.score],
                *filter_words(self.arms, every, self.covariates),
                *population_words(self.population),
            ]
        )


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


def show_unknown(access: Access, question: ChangeQuestion) -> None:
    """How many subjects are left out since what they are filtered by is not known of them."""
    if not question.covariates:
        return
    with access.read() as tx:
        layers = profiles(tx, question.study.study_id, margin=True, population=question.population)
        people = subject_table(tx, question.study.study_id)
    layers = select(layers, arms=question.arms, site=question.site)
    unknown = count_unknown(layers, people, question.covariates, question.arms)
    by_arm = {str(arm): int(n) for arm, n in unknown.items()}
    if words := unknown_words(by_arm, question.covariates):
        st.caption(plain("; ".join(words)) + ".")
