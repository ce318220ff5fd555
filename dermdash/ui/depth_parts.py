"""A comparison along depth on a page."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dermdash.analysis.depths import AlongDepth, arms_along_depth, changes_along_depth
from dermdash.errors import TableError
from dermdash.reporting.depths import (
    BAND_NOTE,
    cluster_sentence,
    depth_sentence,
    depth_table,
    subslab_table,
)
from dermdash.stats.comparison import Comparison
from dermdash.ui.cells import plain
from dermdash.ui.figure_parts import show_figure
from dermdash.ui.table_parts import WHOLE_TABLES, csv_button, show_numbers


def arms_by_depth(
    profiles: pd.DataFrame,
    score: str,
    arms: Sequence[str],
    control: str | None,
    *,
    alpha: float,
    name: str,
    mark: str,
) -> None:
    """At which depths arms differ, or why it cannot be told."""
    try:
        found = _arms(profiles, score, tuple(arms), control, alpha)
    except TableError as refusal:
        st.caption(plain(f"Not compared along depth: {refusal}."))
    else:
        _show(found, score=score, name=name, mark=mark)


def changes_by_depth(
    profiles: pd.DataFrame, score: str, comparison: Comparison, *, name: str, mark: str
) -> None:
    """At which depths changes differ, or why it cannot be told."""
    question = f"{comparison.design} {comparison.visits} {comparison.arms} {comparison.plan}"
    try:
        found = _changes(profiles, score, question, comparison)
    except TableError as refusal:
        st.caption(plain(f"Not compared along depth: {refusal}."))
    else:
        _show(found, score=score, name=name, mark=mark)


@st.cache_data(
    max_entries=32, hash_funcs=WHOLE_TABLES, show_spinner="Rearranging subjects along depth"
)
def _arms(
    profiles: pd.DataFrame, score: str, arms: tuple[str, ...], control: str | None, alpha: float
) -> AlongDepth:
    return arms_along_depth(profiles, score, arms, control=control, alpha=alpha)


@st.cache_data(
    max_entries=32, hash_funcs=WHOLE_TABLES, show_spinner="Rearranging subjects along depth"
)
def _changes(
    profiles: pd.DataFrame,
    score: str,
    question: str,  # keys the cache in the comparison's place
    _comparison: Comparison,
) -> AlongDepth:
    return changes_along_depth(profiles, score, _comparison)


def _show(found: AlongDepth, *, score: str, name: str, mark: str) -> None:
    """Where a difference shows: sentence, band, sub-slabs; one pair of arms at a time."""
    contrasts = {f"{one.a} − {one.b}": one for one in found.depthwise.contrasts}
    chosen = next(iter(contrasts))
    if len(contrasts) > 1:
        picked = st.selectbox("Difference", list(contrasts), key="depth_pair", format_func=plain)
        chosen = str(picked or chosen)
    contrast = contrasts[chosen]
    at = f"Change by {found.visit}: " if found.visit else ""
    st.markdown(f"**{plain(at + depth_sentence(contrast, found.depthwise))}**")
    left, right = st.columns([1.2, 1], gap="medium")
    with left:
        show_figure(
            lambda on: on.difference_band(
                found.depthwise, contrast, score=score, change=found.visit is not None, height=440
            ),
            name=f"{name} difference along depth",
            key="difference_band",
            mark=mark,
        )
    with right:
        if found.subslabs:
            st.markdown(f"**Sub-slabs**, {plain(chosen)}; p adjusted by Holm over all sub-slabs")
            show_numbers(subslab_table(found.subslabs, contrast.a, contrast.b))
        st.caption(plain(cluster_sentence(contrast, found.depthwise)))
        st.caption(BAND_NOTE)
        for warning in found.warnings:
            st.caption(f":material/warning: {plain(warning)}")
        csv_button("Depths as CSV", depth_table(found.depthwise), f"{name} along depth")
