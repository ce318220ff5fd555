"""Figures of a cohort on their tabs: groups, classes, residuals."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from dermdash.analysis.cohorts import Cohort
from dermdash.analysis.shares import cohort_shares
from dermdash.errors import TableError
from dermdash.reporting.figures.data import Bracket, depth_heatmap
from dermdash.reporting.figures.data_residuals import quantile_plot
from dermdash.reporting.figures.data_shares import class_shares, share_table
from dermdash.reporting.figures.data_subjects import subject_heatmap
from dermdash.stats.comparison import Comparison
from dermdash.stats.residuals import residuals
from dermdash.ui.cells import plain
from dermdash.ui.cohort_question import Question
from dermdash.ui.figure_parts import show_figure
from dermdash.ui.guard import Access
from dermdash.ui.table_parts import csv_button


def groups_beside(
    answer: Cohort,
    profiles: pd.DataFrame,
    shown: Sequence[str],
    question: Question,
    brackets: Sequence[Bracket],
    *,
    name: str,
    mark: str,
) -> None:
    """The paper's figures 3A and 3B side by side: depth heatmap, and points or bars."""
    score, colours, depth_um = question.score, question.arm_colours, answer.depth_um
    heatmap = depth_heatmap(profiles, shown)
    left, right = st.columns([1.25, 1], gap="medium")
    with left:
        st.markdown("**Dermal quality by depth**, mean over each group's subjects")
        show_figure(
            lambda on: on.cohort_heatmap(heatmap, score=score, colours=question.colours),
            name=f"{name} heatmap",
            key="heatmap",
            mark=mark,
        )
    with right:
        over = "Whole dermis" if answer.whole else answer.range_name
        st.markdown(f"**{over}**, mean ± SD, adjusted p above")
        bars = st.toggle("Bars as published", key="group_bars", persist_state="session")
        if bars:
            show_figure(
                lambda on: on.group_bars(
                    answer.groups, colours, score=score, brackets=brackets, depth_um=depth_um
                ),
                name=f"{name} groups",
                key="bars",
                mark=mark,
            )
        else:
            show_figure(
                lambda on: on.subject_points(
                    answer.subjects,
                    answer.groups,
                    colours,
                    score=score,
                    brackets=brackets,
                    depth_um=depth_um,
                ),
                name=f"{name} subjects",
                key="points",
                mark=mark,
            )


def groups_by_depth(profiles: pd.DataFrame, question: Question, *, name: str, mark: str) -> None:
    """Each group's mean and SD at each depth, as lines."""
    st.markdown("**Groups along depth**, mean ± SD over subjects")
    show_figure(
        lambda on: on.group_lines(profiles, question.arm_colours, score=question.score),
        name=f"{name} along depth",
        key="lines",
        mark=mark,
    )


def subjects_by_depth(
    answer: Cohort, shown: Sequence[str], question: Question, *, name: str, mark: str
) -> None:
    """A column a subject on the scale of the groups' heatmap."""
    heatmap = subject_heatmap(answer.profiles, shown, score=question.score)
    st.markdown("**Each subject by depth**, arms side by side")
    show_figure(
        lambda on: on.subject_heatmap(heatmap, score=question.score, colours=question.colours),
        name=f"{name} subjects by depth",
        key="subject_heatmap",
        mark=mark,
    )


def classes(
    access: Access, question: Question, shown: Sequence[str], *, name: str, mark: str
) -> None:
    """Which share of the patches has which grade, by group and by depth."""
    with access.read() as tx:
        layers = cohort_shares(
            tx,
            question.study_ids,
            arms=question.arms,
            visit=question.visit,
            site=question.site,
            depth_um=question.depth_um,
            covariates=question.covariates,
            population=question.population,
        )
    shares = class_shares(layers, shown)
    st.markdown("**Shares of the grades**, averaged within subjects, then over them")
    show_figure(
        lambda on: on.class_shares(shares, colours=question.colours),
        name=f"{name} class shares",
        key="class_shares",
        mark=mark,
    )
    show_figure(
        lambda on: on.class_shares_by_depth(shares, colours=question.colours),
        name=f"{name} class shares by depth",
        key="class_shares_by_depth",
        mark=mark,
    )
    csv_button("Shares as CSV", share_table(shares), f"{name} class shares")


def residual_figures(
    table: pd.DataFrame, found: Comparison, colours: Mapping[str, str], *, name: str, mark: str
) -> None:
    """What the model leaves unexplained: Q-Q plot, and residuals against fitted values."""
    try:
        left_over = residuals(table, found.plan, found.design)
        plot = quantile_plot(left_over.residual)
    except TableError as refusal:
        st.caption(plain(f"No residuals: {refusal}."))
        return
    st.markdown("**Residuals**: to look at, never as a gate")
    left, right = st.columns(2, gap="medium")
    with left:
        show_figure(lambda on: on.qq_plot(plot), name=f"{name} Q-Q", key="qq", mark=mark)
    with right:
        show_figure(
            lambda on: on.residual_plot(left_over, colours),
            name=f"{name} residuals",
            key="residuals",
            mark=mark,
        )
