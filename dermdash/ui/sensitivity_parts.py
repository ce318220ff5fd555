"""How a result moves with the DEJ, on a page."""

from collections.abc import Callable

import streamlit as st

from dermdash.analysis.sensitivity import Sensitivity
from dermdash.reporting.sensitivity import (
    difference_name,
    shift_sentence,
    short_margin_sentence,
)
from dermdash.trial.results import ResultKey
from dermdash.ui.cells import plain
from dermdash.ui.figure_parts import show_figure
from dermdash.ui.guard import Access
from dermdash.ui.kept_parts import kept_sensitivity
from dermdash.ui.table_parts import csv_button


def moved_dej(access: Access, key: ResultKey, compute: Callable[[], Sensitivity]) -> Sensitivity:
    """A comparison with the DEJ shifted, as it was kept, else computed; once for all who look on.

    key : as ``analysis.kept.sensitivity_key`` makes it, of the layers that ``compute`` shifts
    """
    return kept_sensitivity(access, key, lambda: _moved(key.digest, compute))


@st.cache_data(max_entries=32, show_spinner=False)
def _moved(digest: str, _compute: Callable[[], Sensitivity]) -> Sensitivity:
    return _compute()


def show_sensitivity(moved: Sensitivity, *, name: str, mark: str) -> None:
    """The leading difference against the shift of the DEJ."""
    difference, alpha, table = difference_name(moved), moved.found.plan.alpha, moved.table()
    st.markdown("**Sensitivity to the DEJ**: the same question with the DEJ taken higher or deeper")
    st.markdown(plain(shift_sentence(moved)))
    show_figure(
        lambda on: on.sensitivity_curve(table, difference=difference, alpha=alpha),
        name=f"{name} DEJ sensitivity",
        key="sensitivity",
        mark=mark,
    )
    st.caption(plain(short_margin_sentence(moved)))
    csv_button("Shifts as CSV", table, f"{name} DEJ sensitivity")
