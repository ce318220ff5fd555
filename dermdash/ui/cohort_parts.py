"""What stands around the comparison of groups: the question, what is missing, the tables."""

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from dermdash.analysis.cohorts import Cohort, Score
from dermdash.analysis.comparisons import compare_cohort, compare_subjects
from dermdash.analysis.sensitivity import Sensitivity
from dermdash.reporting.figures.data import DEFAULT_COLOURS, GRADE_COLOURS, SCORE_NAMES
from dermdash.reporting.tables import csv_bytes
from dermdash.trial.gradings import profiles
from dermdash.trial.scans import scan_table
from dermdash.trial.studies import Study
from dermdash.ui.cells import plain, plural
from dermdash.ui.guard import Access
from dermdash.ui.sensitivity_parts import moved_dej


@dataclass(frozen=True, slots=True)
class Question:
    """Which subjects are compared, by which score; None averages over visits or sites."""

    arms: tuple[str, ...]
    visit: str | None
    site: str | None
    score: Score
    colours: str

    @property
    def summary(self) -> str:
        return ", ".join(
            [
                self.site or "all sites",
                self.visit or "all visits",
                "0–69 µm",
                SCORE_NAMES[self.score],
            ]
        )


def ask_question(study: Study) -> Question:
    """The filters, closed to their summary."""
    names = [arm.name for arm in study.arms]
    visits: list[str | None] = [visit.name for visit in study.visits]
    sites: list[str | None] = [None, *(site.name for site in study.sites)]
    last = len(visits) - 1 if study.kind == "before_after" else 0
    key = f"cohort_{study.study_id}"
    state = st.session_state
    asked = Question(
        tuple(state.get(f"{key}_arms") or names),
        state.get(f"{key}_visit", visits[last] if visits else None),
        state.get(f"{key}_site"),
        state.get("cohort_score", "expected_grade"),
        state.get("grade_colours", DEFAULT_COLOURS),
    )
    with st.popover(f":material/filter_alt: {plain(asked.summary)}", width="stretch"):
        arms = st.pills(
            "Arms",
            names,
            selection_mode="multi",
            format_func=plain,
            default=names,
            key=f"{key}_arms",
            persist_state="session",
        )
        visit = st.selectbox(
            "Visit", visits, index=last, key=f"{key}_visit", persist_state="session"
        )
        site = st.selectbox(
            "Site",
            sites,
            format_func=lambda name: name or "all, averaged within each subject",
            key=f"{key}_site",
            persist_state="session",
        )
        score = st.segmented_control(
            "Score",
            list(SCORE_NAMES),
            format_func=SCORE_NAMES.__getitem__,
            default="expected_grade",
            required=True,
            key="cohort_score",
            persist_state="session",
        )
        colours = st.segmented_control(
            "Grade colours",
            list(GRADE_COLOURS),
            default=DEFAULT_COLOURS,
            required=True,
            key="grade_colours",
            persist_state="session",
        )
    in_order = tuple(name for name in names if not arms or name in arms)
    chosen: Score = "grade_mean" if score == "grade_mean" else "expected_grade"
    return Question(in_order, visit, site, chosen, colours or DEFAULT_COLOURS)


def compared(access: Access, study: Study, question: Question, answer: Cohort) -> Sensitivity:
    """The arms compared, and how that moves with the DEJ.

    Raises
    ------
    TableError
        There are not two arms of two subjects.
    """
    control = next((arm.name for arm in study.arms if arm.is_control), None)
    found = compare_cohort(answer, control=control)
    with access.read() as tx:
        layers = profiles(tx, study.study_id, margin=True)
    chosen = layers["arm"].isin(list(question.arms))
    if question.visit is not None:
        chosen &= layers["visit"] == question.visit
    if question.site is not None:
        chosen &= layers["site"] == question.site
    return moved_dej(
        layers[chosen],
        question.score,
        found,
        lambda scored: compare_subjects(
            scored.table, question.score, found.arms, control=found.plan.control
        ),
    )


def missing_sentence(access: Access, study: Study, answer: Cohort) -> None:
    """What the result stands without: scans not graded yet, subjects not covering the range."""
    with access.read() as tx:
        states = scan_table(tx, study.study_id)["state"].value_counts()
    pending = int(states.reindex(["no DEJ", "queued", "running", "failed"]).fillna(0).sum())
    parts = []
    if pending:
        parts.append(f"{pending} of {int(states.sum())} scans of the study are not graded")
    if excluded := int(states.get("excluded", 0)):
        parts.append(plural(excluded, "scan is excluded", "scans are excluded"))
    for group in answer.by_arm():
        if group.n_missing:
            subjects = plural(group.n_missing, "subject")
            parts.append(f"{subjects} of {group.arm} missing: 0 to 69 µm not covered")
    if parts:
        st.caption(plain("; ".join(parts)) + ".")


def group_table(study: Study, answer: Cohort, profiles: pd.DataFrame) -> None:
    """Group means with their numbers, to read and to take away."""
    st.dataframe(
        answer.groups,
        hide_index=True,
        column_order=["arm", "n_subjects", "n_scans", "mean", "sd", "n_missing"],
        column_config={
            "arm": "Arm",
            "n_subjects": st.column_config.NumberColumn("Subjects"),
            "n_scans": st.column_config.NumberColumn("Scans"),
            "mean": st.column_config.NumberColumn(
                f"Mean of {SCORE_NAMES[answer.score]}", format="%.2f"
            ),
            "sd": st.column_config.NumberColumn("SD over subjects", format="%.2f"),
            "n_missing": st.column_config.NumberColumn(
                "Missing", help="Subjects none of whose scans covers 0 to 69 µm"
            ),
        },
    )
    with st.container(horizontal=True):
        st.download_button(
            "Group means as CSV",
            lambda: csv_bytes(answer.groups.assign(score=answer.score)),
            f"{study.name} groups.csv",
            icon=":material/download:",
        )
        st.download_button(
            "Heatmap as CSV",
            lambda: csv_bytes(profiles.assign(score=answer.score)),
            f"{study.name} by depth.csv",
            icon=":material/download:",
        )


def subject_rows(study: Study, answer: Cohort) -> None:
    """One row a subject."""
    st.dataframe(
        answer.subjects,
        hide_index=True,
        column_order=["subject_id", "arm", answer.score, "n_scans"],
        column_config={
            "subject_id": "Subject",
            "arm": "Arm",
            answer.score: st.column_config.NumberColumn(
                f"{SCORE_NAMES[answer.score]}, 0 to 69 µm", format="%.2f"
            ),
            "n_scans": "Scans",
        },
    )
    st.download_button(
        "Subjects as CSV",
        lambda: csv_bytes(answer.subjects),
        f"{study.name} subjects.csv",
        icon=":material/download:",
    )


def other_studies(access: Access) -> None:
    """Which studies have two graded arms, and what the others lack."""
    with access.read() as tx:
        scans = scan_table(tx)
    if scans.empty:
        st.write("No study has scans yet.")
        return
    graded = scans[scans["state"] == "graded"].groupby("study")["arm"].nunique()
    waiting = scans[~scans["state"].isin(["graded", "excluded"])].groupby("study").size()
    table = pd.DataFrame({"study": scans["study"].unique()})
    table["graded_arms"] = table["study"].map(graded).fillna(0).astype(int)
    table["waiting"] = table["study"].map(waiting).fillna(0).astype(int)
    st.dataframe(
        table,
        hide_index=True,
        column_config={
            "study": "Study",
            "graded_arms": "Arms with graded scans",
            "waiting": "Scans not graded yet",
        },
    )
