"""How well a study's score repeats, on a page."""

import pandas as pd
import streamlit as st

from dermdash.analysis.filters import DEPTHS_UM
from dermdash.analysis.repeats import Repeats, repeats_of
from dermdash.errors import TableError
from dermdash.reporting.figures.data import SCORE_NAMES
from dermdash.reporting.repeatability import (
    component_table,
    measure_table,
    repeatability_sentence,
)
from dermdash.trial.studies import Study
from dermdash.ui.cells import plain
from dermdash.ui.table_parts import WHOLE_TABLES, csv_button, show_numbers


def known_repeats(
    study: Study, profiles: pd.DataFrame, score: str, depth_um: tuple[int, int] = DEPTHS_UM
) -> Repeats | None:
    """What the study's repeated scans say of error; None where it has none that tell."""
    try:
        return _repeats(study, profiles, score, depth_um)
    except TableError:
        return None


def show_repeatability(
    study: Study,
    profiles: pd.DataFrame,
    score: str,
    *,
    depth_um: tuple[int, int] = DEPTHS_UM,
    name: str,
) -> None:
    """The smallest detectable change, and where the error comes from; or what to scan for it.

    profiles : one row a scan and layer, all sites and visits that the study has
    """
    try:
        found = _repeats(study, profiles, score, depth_um)
    except TableError as refusal:
        st.info(plain(f"Repeatability is not known: {refusal}."), icon=":material/repeat:")
        return
    words = repeatability_sentence(
        found.found, found.sdc, basis=found.basis, outcome=SCORE_NAMES[score]
    )
    st.markdown(f"**{plain(words)}**")
    for warning in found.found.warnings:
        st.caption(f":material/warning: {plain(warning)}")
    left, right = st.columns(2, gap="medium")
    measures = measure_table(found.found, found.sdc, scans_a_visit=found.scans_a_visit)
    components = component_table(found.found)
    with left:
        st.markdown(f"**Error of {SCORE_NAMES[score]}**, in its own units; 95 % CI")
        show_numbers(measures)
        csv_button("Measures as CSV", measures, f"{name} repeatability")
    with right:
        st.markdown("**Where a scan's variance comes from**")
        show_numbers(components, "%.3f")
        csv_button("Components as CSV", components, f"{name} variance components")


@st.cache_data(
    max_entries=32, hash_funcs=WHOLE_TABLES, show_spinner="Splitting the variance of repeated scans"
)
def _repeats(
    study: Study, profiles: pd.DataFrame, score: str, depth_um: tuple[int, int]
) -> Repeats:
    return repeats_of(study, profiles, score, depth_um=depth_um)
