"""What *Cohorts* and *Before / after* draw beside their answer, each figure with its files."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from dermdash.analysis.cohorts import Cohort
from dermdash.analysis.shares import cohort_shares
from dermdash.errors import TableError
from dermdash.reporting.figures.data import Bracket
from dermdash.reporting.figures.data_residuals import quantile_plot
from dermdash.reporting.figures.data_shares import ClassShares, class_shares, share_table
from dermdash.reporting.figures.data_subjects import subject_heatmap
from dermdash.reporting.tables import csv_bytes
from dermdash.stats.comparison import Comparison
from dermdash.stats.residuals import residuals
from dermdash.ui.cells import plain
from dermdash.ui.cohort_question import Question
from dermdash.ui.figure_parts import show_figure
from dermdash.ui.guard import Access

POINTS, BARS = "points", "bars, as published"


def whole_dermis(
    answer: Cohort,
    arm_colours: Mapping[str, str],
    brackets: Sequence[Bracket],
    *,
    name: str,
    mark: str = "",
    height: int = 400,
) -> None:
    """Scores over the whole range: a point a subject, or bars as in the paper's figure 3B."""
    shape = st.segmented_control(
        "Drawn as",
        [POINTS, BARS],
        default=POINTS,
        required=True,
        key="whole_dermis_shape",
        persist_state="session",
        label_visibility="collapsed",
    )
    if shape == BARS:
        show_figure(
            lambda on: on.group_bars(
                answer.groups,
                arm_colours,
                score=answer.score,
                depth_um=answer.depth_um,
                brackets=brackets,
                height=height,
            ),
            name=f"{name} groups",
            key="bars",
            mark=mark,
        )
        return
    show_figure(
        lambda on: on.subject_points(
            answer.subjects,
            answer.groups,
            arm_colours,
            score=answer.score,
            depth_um=answer.depth_um,
            brackets=brackets,
            height=height,
        ),
        name=f"{name} subjects",
        key="points",
        mark=mark,
    )


def subjects_by_depth(
    answer: Cohort, arms: Sequence[str], *, colours: str, name: str, mark: str = ""
) -> None:
    """Each subject's profile as a column."""
    heatmap = subject_heatmap(answer.profiles, arms, score=answer.score)
    st.markdown("**Subjects by depth**, a column each")
    show_figure(
        lambda on: on.subject_heatmap(heatmap, score=answer.score, colours=colours),
        name=f"{name} subjects by depth",
        key="subject_heatmap",
        mark=mark,
    )


def grade_shares(
    access: Access, question: Question, arms: Sequence[str], *, name: str, mark: str = ""
) -> None:
    """Which share of the patches has which grade, over the range and by depth."""
    shares = _shares(access, question, arms)
    st.markdown("**Shares of the grades**, averaged within each subject, then over subjects")
    show_figure(
        lambda on: on.class_shares(shares, colours=question.colours),
        name=f"{name} grade shares",
        key="shares",
        mark=mark,
    )
    st.download_button(
        "Shares as CSV",
        lambda: csv_bytes(share_table(shares)),
        f"{name} grade shares.csv",
        icon=":material/download:",
        key="shares_csv",
    )
    st.markdown("**Shares of the grades by depth**")
    show_figure(
        lambda on: on.class_shares_by_depth(shares, colours=question.colours),
        name=f"{name} grade shares by depth",
        key="shares_by_depth",
        mark=mark,
    )


def _shares(access: Access, question: Question, arms: Sequence[str]) -> ClassShares:
    with access.read() as tx:
        layers = cohort_shares(
            tx,
            question.study_ids,
            arms=arms,
            visit=question.visit,
            site=question.site,
            depth_um=question.depth_um,
            covariates=question.covariates,
        )
    return class_shares(layers, arms)


def assumption_figures(
    table: pd.DataFrame,
    found: Comparison,
    arm_colours: Mapping[str, str],
    *,
    name: str,
    mark: str = "",
) -> None:
    """Residuals against normal quantiles and against what was fitted: to look at, not a gate.

    table : the rows that ``found`` compared
    """
    try:
        left = residuals(table, found.plan, found.design)
    except TableError as refusal:
        st.caption(plain(f"No residuals: {refusal}."))
        return
    plot = quantile_plot(left.residual)
    first, second = st.columns(2, gap="medium")
    with first:
        st.markdown("**Q-Q plot**: on the line where residuals are normal")
        show_figure(lambda on: on.qq_plot(plot), name=f"{name} Q-Q", key="qq", mark=mark)
    with second:
        st.markdown("**Residuals**: as wide on the left as on the right where variances are equal")
        show_figure(
            lambda on: on.residual_plot(left, arm_colours),
            name=f"{name} residuals",
            key="residuals",
            mark=mark,
        )
    st.download_button(
        "Residuals as CSV",
        lambda: csv_bytes(left.table()),
        f"{name} residuals.csv",
        icon=":material/download:",
        key="residuals_csv",
    )
