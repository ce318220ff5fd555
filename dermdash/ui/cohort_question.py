"""The question of *Cohorts*: which subjects, over which depths, by which score."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from dermdash.analysis.cohorts import Score
from dermdash.analysis.filters import Filters
from dermdash.analysis.planned import Asked, asked_words
from dermdash.analysis.pooling import only_control, pooled_arms
from dermdash.reporting.figures.data import DEFAULT_COLOURS, GRADE_COLOURS
from dermdash.stats.plan import Population
from dermdash.trial.plans import StoredPlan
from dermdash.trial.studies import Arm, Study, get_study, list_studies
from dermdash.ui.cells import plain
from dermdash.ui.filter_row import filter_row
from dermdash.ui.guard import Access
from dermdash.ui.kept_parts import plan_of
from dermdash.ui.score_question import ADDRESS, SESSION, ask_population, ask_score, planned_key
from dermdash.ui.subject_filters import (
    ask_arms,
    ask_covariates,
    ask_site,
    filterable,
)


@dataclass(frozen=True, slots=True)
class Question:
    """Which subjects are compared, by which score; None averages over visits or sites.

    studies : the chosen one, then those pooled with it
    depth_um : first and last layer of the score
    covariates : what a subject must be, by name
    """

    studies: tuple[Study, ...]
    arms: tuple[str, ...]
    visit: str | None
    site: str | None
    score: Score
    depth_um: tuple[int, int]
    covariates: Filters
    population: Population
    colours: str

    @property
    def study_ids(self) -> tuple[int, ...]:
        return tuple(study.study_id for study in self.studies)

    @property
    def known_arms(self) -> tuple[Arm, ...]:
        """The chosen arms, each in one colour."""
        return tuple(arm for arm in pooled_arms(self.studies) if arm.name in self.arms)

    @property
    def arm_colours(self) -> dict[str, str]:
        return {arm.name: arm.colour for arm in self.known_arms}

    @property
    def control(self) -> str | None:
        """The one control, where each study has it."""
        control = only_control(self.known_arms)
        everywhere = all(control in {arm.name for arm in one.arms} for one in self.studies)
        return control if everywhere else None

    @property
    def asked(self) -> Asked:
        return Asked(
            self.score,
            over_visits=False,
            visit=self.visit,
            arms=self.arms,
            site=self.site,
            depth_um=self.depth_um,
            covariates=self.covariates,
            pooled=tuple(one.name for one in self.studies[1:]),
            population=self.population,
        )

    @property
    def summary(self) -> str:
        return asked_words(self.asked, [arm.name for arm in pooled_arms(self.studies)])


def ask_question(access: Access, study: Study) -> Question:
    """The filters, closed to their summary."""
    summary, filters = filter_row()
    with filters:
        question = _ask(access, study)
    summary.caption(plain(question.summary), text_alignment="right")
    return question


def _ask(access: Access, study: Study) -> Question:
    studies, stored = (study, *_ask_pool(access, study)), plan_of(access, study)
    key = "cohort_" + "_".join(str(one.study_id) for one in studies)
    names = [arm.name for arm in pooled_arms(studies)]
    by_day = sorted({v.name: v.day for s in studies for v in s.visits}.items(), key=_day)
    visits: list[str | None] = [name for name, _ in by_day]
    sites = list(dict.fromkeys(s.name for one in studies for s in one.sites))
    arms = ask_arms(names, key)
    left, right = st.columns(2)
    visit = left.selectbox(
        "Visit",
        visits,
        index=_first_visit(study, stored, visits),
        key=planned_key(f"{key}_visit", stored),
        persist_state=SESSION,
    )
    with right:
        site = ask_site(sites, key)
    score, depth_um = ask_score(study, stored)
    population = ask_population(study, stored)
    with access.read() as tx:
        people = filterable(tx, [one.study_id for one in studies])
    covariates = ask_covariates(people, key)
    colours = st.segmented_control(
        "Grade colours",
        list(GRADE_COLOURS),
        default=DEFAULT_COLOURS,
        required=True,
        key="grade_colours",
        persist_state=SESSION,
    )
    return Question(
        studies=studies,
        arms=arms,
        visit=visit,
        site=site,
        score=score,
        depth_um=depth_um,
        covariates=covariates,
        population=population,
        colours=colours or DEFAULT_COLOURS,
    )


def _ask_pool(access: Access, study: Study) -> list[Study]:
    """Other studies with graded scans of the same kind of matter, people or phantoms."""
    with access.read() as tx:
        table = list_studies(tx)
        fitting = table[
            (table["study_id"] != study.study_id)
            & (table["kind"] != "hemi_face")
            & ~table["blinded"]
            & (table["synthetic"] == study.synthetic)
            & (table["n_graded"] > 0)
        ]
        if fitting.empty or study.kind == "hemi_face" or study.blinded:
            return []
        ids = dict(zip(fitting["study"], fitting["study_id"], strict=True))
        kept = [name for name in st.session_state.get("pooled", []) if name in ids]
        if kept != st.session_state.get("pooled", kept):
            st.session_state["pooled"] = kept
        chosen = st.multiselect(
            "Pool with",
            list(ids),
            placeholder="this study alone",
            help="Arms are then compared within the studies, each study a block",
            key="pooled",
            persist_state=SESSION,
            bind=ADDRESS,
        )
        return [get_study(tx, int(ids[name])) for name in chosen]


def _first_visit(study: Study, stored: StoredPlan | None, visits: Sequence[str | None]) -> int:
    """The planned visit where groups are planned, else the last of a trial, the first of others."""
    if stored is not None and stored.plan.within is None and stored.plan.primary_visit in visits:
        return visits.index(stored.plan.primary_visit)
    return len(visits) - 1 if visits and study.kind == "before_after" else 0


def _day(visit: tuple[str, int]) -> int:
    return visit[1]
