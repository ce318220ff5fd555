"""A comparison on a page: its sentence, contrasts, checks and the tests that stand beside it."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from dermdash.analysis.planned import Standing
from dermdash.reporting.comparisons import (
    EXPLORATORY,
    NO_OUTLIERS,
    OUTLIERS,
    alternative_table,
    check_table,
    contrast_table,
    effect_sentence,
    fragile_sentence,
    looked_at,
    outlier_table,
)
from dermdash.reporting.stars import LEGEND, planned_table
from dermdash.reporting.tables import csv_bytes
from dermdash.stats.comparison import Comparison
from dermdash.ui.cells import plain


def sentence(found: Comparison) -> None:
    """The answer, and what to beware of."""
    st.markdown(f"#### {plain(found.sentence)}")
    for warning in found.warnings:
        st.caption(f":material/warning: {plain(warning)}")


def contrasts(
    found: Comparison, *, file_name: str, standing: Standing | None = None, allowed: bool = False
) -> None:
    """Differences with their intervals, and what they are differences of.

    standing : whether they were planned; None where nobody planned anything
    allowed : whether the model may carry stars
    """
    planned = standing is not None and standing.planned
    table = planned_table(found, planned=planned, allowed=allowed)
    st.dataframe(table, hide_index=True, column_config=_contrast_columns(table))
    words = EXPLORATORY if standing is None else standing.sentence
    legend = f" {LEGEND}" if "Stars" in table.columns else ""
    st.caption(plain(looked_at(found, words) + legend))
    st.download_button(
        "Differences as CSV",
        lambda: csv_bytes(table),
        f"{file_name}.csv",
        icon=":material/download:",
        key=f"download {file_name}",
    )


def checks(found: Comparison) -> None:
    """Whether the assumptions hold, and whether other valid tests agree."""
    st.markdown("**Other valid tests of the same question**")
    st.dataframe(alternative_table(found), hide_index=True)
    if fragile := fragile_sentence(found):
        st.warning(fragile, icon=":material/balance:")
    st.markdown("**Assumptions**")
    st.dataframe(check_table(found.checks), hide_index=True)
    st.caption(plain(effect_sentence(found)))
    _outliers(found)


def _outliers(found: Comparison) -> None:
    if not found.outliers:
        st.caption(NO_OUTLIERS)
        return
    what, where = OUTLIERS.split(", ")
    st.markdown(f"**{what}**, {where}")
    st.dataframe(outlier_table(found.outliers), hide_index=True)
    for other in found.sensitivity:
        st.markdown(f"**Sensitivity: {other.label}**")
        table = contrast_table(other.contrasts)
        st.dataframe(table, hide_index=True, column_config=_contrast_columns(table))


def _contrast_columns(table: pd.DataFrame) -> dict[str, Any]:
    numbers: Sequence[str] = ("Estimate", "CI low", "CI high")
    return {
        name: st.column_config.NumberColumn(format="%.2f")
        for name in numbers
        if name in table.columns
    }
