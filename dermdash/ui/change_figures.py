"""Figures of a study over its visits on their tabs."""

from collections.abc import Mapping

import streamlit as st

from dermdash.analysis.comparisons import Scored, changes_by_visit
from dermdash.reporting.figures.data import interval_name
from dermdash.reporting.figures.data_changes import difference_of_changes
from dermdash.stats.comparison import Comparison
from dermdash.trial.studies import Study
from dermdash.ui.cells import plain
from dermdash.ui.figure_parts import show_figure


def changes_beside(
    study: Study, scored: Scored, found: Comparison, colours: Mapping[str, str], *, mark: str
) -> None:
    """Mean changes since the baseline, and the subjects' own lines, side by side."""
    score = found.plan.value
    changes, lines = changes_by_visit(study, scored, found), scored.with_days(study)
    left, right = st.columns(2, gap="medium")
    with left:
        level = interval_name(found.plan.alpha)
        st.markdown(f"**Change since baseline**, each arm's mean with {level} (description)")
        show_figure(
            lambda on: on.change_lines(changes, colours, score=score, alpha=found.plan.alpha),
            name=f"{study.name} change",
            key="change",
            mark=mark,
        )
    with right:
        st.markdown("**Subjects**, a line each")
        show_figure(
            lambda on: on.subject_lines(lines, colours, score=score, depth_um=found.plan.depth_um),
            name=f"{study.name} subjects",
            key="lines",
            mark=mark,
        )


def difference_by_depth(study: Study, scored: Scored, found: Comparison, *, mark: str) -> None:
    """The difference of changes by visit and depth; nothing where no arms are compared."""
    lead, score = found.contrasts[-1], found.plan.value
    if lead.visit is None:
        return
    st.markdown(f"**{plain(f'Change in {lead.a} minus change in {lead.b}')}**, by visit and depth")
    heatmap = difference_of_changes(scored.profiles, found.visits, lead.a, lead.b, score=score)
    show_figure(
        lambda on: on.difference_heatmap(heatmap, score=score),
        name=f"{study.name} difference",
        key="difference",
        mark=mark,
    )
