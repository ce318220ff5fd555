"""What stands around the comparison of groups: the question, what is missing, the tables."""

import pandas as pd
import streamlit as st

from dermdash.analysis.cohorts import Cohort
from dermdash.reporting.figures.data import SCORE_NAMES
from dermdash.reporting.left_out import missing_words
from dermdash.reporting.tables import csv_bytes
from dermdash.trial.scans import scan_table
from dermdash.trial.studies import Study
from dermdash.ui.cells import plain
from dermdash.ui.cohort_question import Question
from dermdash.ui.guard import Access
from dermdash.ui.left_out import excluded_by_arm, scan_words, stands_on


def missing_sentence(access: Access, question: Question, answer: Cohort) -> None:
    """What the result stands without: scans not graded yet, subjects not covering the range."""
    parts = scan_words(access, question.study_ids, population=question.population)
    parts += missing_words(answer, question.covariates, [one.name for one in question.studies])
    if parts:
        st.caption(plain("; ".join(parts)) + ".")
    stands_on(access, question.study_ids)


def group_table(
    access: Access, study: Study, question: Question, answer: Cohort, profiles: pd.DataFrame
) -> None:
    """Group means with their numbers, to read and to take away."""
    arms = list(answer.groups["arm"])
    excluded = excluded_by_arm(
        access,
        question.study_ids,
        arms=arms,
        visit=question.visit,
        site=question.site,
        covariates=question.covariates,
    )
    groups = answer.groups.assign(n_excluded=excluded.to_numpy(), score=answer.score)
    st.dataframe(
        groups,
        hide_index=True,
        column_order=["arm", "n_subjects", "n_scans", "n_excluded", "mean", "sd", "n_missing"],
        column_config={
            "arm": "Arm",
            "n_subjects": st.column_config.NumberColumn("Subjects"),
            "n_scans": st.column_config.NumberColumn("Scans"),
            "n_excluded": st.column_config.NumberColumn("Scans excluded"),
            "mean": st.column_config.NumberColumn(
                f"Mean of {SCORE_NAMES[answer.score]}", format="%.2f"
            ),
            "sd": st.column_config.NumberColumn("SD over subjects", format="%.2f"),
            "n_missing": st.column_config.NumberColumn(
                "Missing", help=f"Subjects none of whose scans covers {answer.range_name}"
            ),
        },
    )
    with st.container(horizontal=True):
        st.download_button(
            "Group means as CSV",
            lambda: csv_bytes(groups),
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
    pooled = ["study"] if answer.subjects["study"].nunique() > 1 else []
    st.dataframe(
        answer.subjects,
        hide_index=True,
        column_order=[*pooled, "subject_id", "arm", answer.score, "n_scans"],
        column_config={
            "study": "Study",
            "subject_id": "Subject",
            "arm": "Arm",
            answer.score: st.column_config.NumberColumn(
                f"{SCORE_NAMES[answer.score]}, {answer.range_name}", format="%.2f"
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
