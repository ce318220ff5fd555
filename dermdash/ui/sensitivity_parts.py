"""How a result moves with the DEJ, on a page."""

from collections.abc import Callable

import pandas as pd
import streamlit as st

from dermdash.analysis.comparisons import Scored
from dermdash.analysis.filters import DEPTHS_UM
from dermdash.analysis.sensitivity import Sensitivity, shift_dej
from dermdash.reporting.figures.data import SCORE_NAMES
from dermdash.stats.comparison import Comparison
from dermdash.stats.words import leading
from dermdash.ui.cells import plain
from dermdash.ui.figure_parts import show_figure
from dermdash.ui.table_parts import csv_button


def moved_dej(
    profiles: pd.DataFrame,
    score: str,
    found: Comparison,
    compare: Callable[[Scored], Comparison],
    *,
    depth_um: tuple[int, int] = DEPTHS_UM,
) -> Sensitivity:
    """The comparison with the DEJ shifted by up to 10 µm, kept by the profiles' values."""
    question = f"{found.plan} {found.arms} {found.visits}"
    return _moved(profiles, score, question, depth_um, found, compare)


@st.cache_data(max_entries=32, show_spinner="Shifting the DEJ by up to 10 µm")
def _moved(
    profiles: pd.DataFrame,
    score: str,
    question: str,  # keys the cache in the place of the comparison
    depth_um: tuple[int, int],
    _found: Comparison,
    _compare: Callable[[Scored], Comparison],
) -> Sensitivity:
    return shift_dej(profiles, score, _found, _compare, depth_um=depth_um)


def show_sensitivity(moved: Sensitivity, *, name: str, mark: str) -> None:
    """The leading difference against the shift of the DEJ."""
    lead = leading(moved.found, moved.found.plan)
    where = f" at {lead.visit}" if lead.visit else ""
    plan = moved.found.plan
    difference = f"{lead.a} − {lead.b}{where}, {SCORE_NAMES[plan.value]}"
    table = moved.table()
    st.markdown("**Sensitivity to the DEJ**: the same question with the DEJ taken higher or deeper")
    show_figure(
        lambda on: on.sensitivity_curve(table, difference=difference, alpha=plan.alpha),
        name=f"{name} DEJ sensitivity",
        key="sensitivity",
        mark=mark,
    )
    unknown = int(table["difference"].isna().sum())
    words = "Scans whose margin is too short for a shift are missing there."
    if unknown:
        words += f" At {unknown} of {len(table)} shifts too few subjects are left."
    st.caption(plain(words))
    csv_button("Shifts as CSV", table, f"{name} DEJ sensitivity")
