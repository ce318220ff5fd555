"""How a result moves with the DEJ, on a page."""

from collections.abc import Callable

import pandas as pd
import streamlit as st

from dermdash.analysis.comparisons import Scored
from dermdash.analysis.kept import sensitivity_key
from dermdash.analysis.sensitivity import Sensitivity, shift_dej
from dermdash.reporting.figures.data import SCORE_NAMES
from dermdash.stats.comparison import Comparison
from dermdash.stats.words import leading
from dermdash.trial.results import ResultKey
from dermdash.ui.cells import plain
from dermdash.ui.figure_parts import show_figure
from dermdash.ui.guard import Access
from dermdash.ui.kept_parts import kept_sensitivity
from dermdash.ui.table_parts import csv_button


def moved_dej(
    access: Access,
    key: ResultKey,
    layers: pd.DataFrame,
    found: Comparison,
    compare: Callable[[Scored], Comparison],
) -> Sensitivity:
    """The comparison with the DEJ shifted by up to 10 µm, as it was kept, else computed.

    key : of the comparison; layers : behind it, with the margin, one row a scan and layer
    """
    key = sensitivity_key(key, layers, found.plan.value)
    return kept_sensitivity(access, key, lambda: _moved(key.digest, layers, found, compare))


@st.cache_data(max_entries=32, show_spinner=False)
def _moved(
    digest: str,  # of all that follows: Streamlit would look at a sample of many layers only
    _layers: pd.DataFrame,
    _found: Comparison,
    _compare: Callable[[Scored], Comparison],
) -> Sensitivity:
    plan = _found.plan
    return shift_dej(_layers, plan.value, _found, _compare, depth_um=plan.depth_um)


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
