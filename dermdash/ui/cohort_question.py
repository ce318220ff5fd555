"""The question of *Cohorts*: which subjects, over which depths, by which score."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from dermdash.analysis.cohorts import Cohort, Score, cohort
from dermdash.analysis.filters import DEPTHS_UM, Between, Filter, Filters, OneOf, covariates_of
from dermdash.analysis.pooling import only_control, pooled_arms
from dermdash.reporting.figures.data import DEFAULT_COLOURS, GRADE_COLOURS, SCORE_NAMES
from dermdash.trial.studies import Arm, Study, get_study, list_studies, subject_table
from dermdash.trial.transaction import Transaction
from dermdash.ui.cells import plain
from dermdash.ui.filter_row import filter_row
from dermdash.ui.guard import Access

SESSION: Any = "session"  # what a widget's value outlives: the page, not the browser's tab
ADDRESS: Any = "query-params"  # study, score and depths only: nothing that identifies or unblinds
ALL_SITES = "all, averaged"


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
    def summary(self) -> str:
        return ", ".join(
            [
                *([f"{len(self.studies)} studies"] if len(self.studies) > 1 else []),
                self.site or "all sites",
                self.visit or "all visits",
                f"{self.depth_um[0]}–{self.depth_um[1]} µm",
                SCORE_NAMES[self.score],
                *(_said(name, wanted) for name, wanted in self.covariates.items()),
            ]
        )


def ask_question(access: Access, study: Study) -> Question:
    """The filters, closed to their summary."""
    summary, filters = filter_row()
    with filters:
        question = _ask(access, study)
    summary.caption(plain(question.summary), text_alignment="right")
    return question


def _ask(access: Access, study: Study) -> Question:
    studies = (study, *_ask_pool(access, study))
    key = "cohort_" + "_".join(str(one.study_id) for one in studies)
    names = [arm.name for arm in pooled_arms(studies)]
    by_day = sorted({v.name: v.day for s in studies for v in s.visits}.items(), key=_day)
    visits: list[str | None] = [name for name, _ in by_day]
    sites: list[str | None] = [None, *dict.fromkeys(s.name for one in studies for s in one.sites)]
    arms = st.pills(
        "Arms",
        names,
        selection_mode="multi",
        format_func=plain,
        default=names,
        key=f"{key}_arms",
        persist_state=SESSION,
    )
    left, right = st.columns(2)
    visit = left.selectbox(
        "Visit",
        visits,
        index=len(visits) - 1 if visits and study.kind == "before_after" else 0,
        key=f"{key}_visit",
        persist_state=SESSION,
    )
    site = right.selectbox(
        "Site",
        sites,
        format_func=lambda name: name or ALL_SITES,
        placeholder=ALL_SITES,
        key=f"{key}_site",
        persist_state=SESSION,
    )
    score, depth_um = _ask_score()
    covariates = _ask_subjects(access, studies, key)
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
        arms=tuple(name for name in names if not arms or name in arms),
        visit=visit,
        site=site,
        score=score,
        depth_um=depth_um,
        covariates=covariates,
        colours=colours or DEFAULT_COLOURS,
    )


def _ask_pool(access: Access, study: Study) -> list[Study]:
    """Other studies with graded scans of the same kind of matter, people or phantoms."""
    with access.read() as tx:
        table = list_studies(tx)
        fitting = table[
            (table["study_id"] != study.study_id)
            & (table["kind"] != "hemi_face")
            & (table["synthetic"] == study.synthetic)
            & (table["n_graded"] > 0)
        ]
        if fitting.empty or study.kind == "hemi_face":
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


def _ask_score() -> tuple[Score, tuple[int, int]]:
    left, right = st.columns(2)
    score = left.segmented_control(
        "Score",
        list(SCORE_NAMES),
        format_func=SCORE_NAMES.__getitem__,
        default="expected_grade",
        required=True,
        key="cohort_score",
        persist_state=SESSION,
        bind=ADDRESS,
    )
    first, last = right.slider(
        "Depth below the DEJ (µm)",
        *DEPTHS_UM,
        value=DEPTHS_UM,
        key="depth_um",
        persist_state=SESSION,
        bind=ADDRESS,
        help="A score over other depths is another score; a scan must cover all of them",
    )
    return "grade_mean" if score == "grade_mean" else "expected_grade", (int(first), int(last))


def _ask_subjects(access: Access, studies: Sequence[Study], key: str) -> dict[str, Filter]:
    """What a subject must be: a range of numbers, a choice of texts."""
    with access.read() as tx:
        people = pd.concat([subject_table(tx, one.study_id) for one in studies])
    offered = covariates_of(people)
    offered = {name: known for name, known in offered.items() if _chooses(known)}
    if not offered:
        return {}
    by = st.pills(
        "Only some subjects, by",
        list(offered),
        selection_mode="multi",
        format_func=plain,
        key=f"{key}_by",
        persist_state=SESSION,
    )
    found: dict[str, Filter] = {}
    for name in by:
        known = offered[name]
        if isinstance(known, Between):
            low, high = st.slider(
                plain(name),
                known.low,
                known.high,
                value=(known.low, known.high),
                step=1.0 if known.low.is_integer() and known.high.is_integer() else None,
                format="%g",
                key=f"{key}_between_{name}",
                persist_state=SESSION,
            )
            found[name] = Between(low, high)
        else:
            values = st.multiselect(
                plain(name),
                known.values,
                placeholder="all who have a value",
                key=f"{key}_one_of_{name}",
                persist_state=SESSION,
            )
            found[name] = OneOf(tuple(values) or known.values)
    return found


def _chooses(known: Filter) -> bool:
    """Whether a filter could leave anybody out."""
    return known.low < known.high if isinstance(known, Between) else len(known.values) > 1


def _said(name: str, wanted: Filter) -> str:
    if isinstance(wanted, Between):
        return f"{name} {wanted.low:g}–{wanted.high:g}"
    shown = " or ".join(wanted.values[:3])
    more = len(wanted.values) - 3
    return f"{name} {shown}" + (f" or {more} more" if more > 0 else "")


def _day(visit: tuple[str, int]) -> int:
    return visit[1]


def cohort_asked(tx: Transaction, question: Question) -> Cohort:
    """The subjects that a question is about.

    Raises
    ------
    DesignError
        The studies cannot be pooled, or a filter names what they do not have.
    """
    return cohort(
        tx,
        question.study_ids,
        arms=question.arms,
        visit=question.visit,
        site=question.site,
        score=question.score,
        depth_um=question.depth_um,
        covariates=question.covariates,
    )
