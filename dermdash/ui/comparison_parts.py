"""A comparison on a page: its sentence, contrasts, checks and the tests that stand beside it."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from dermdash.analysis.planned import Standing
from dermdash.reporting.comparisons import (
    alternative_table,
    check_table,
    contrast_table,
    effect_sentence,
    outlier_table,
    unit_sentence,
)
from dermdash.reporting.stars import LEGEND, planned_table
from dermdash.reporting.tables import csv_bytes
from dermdash.stats.comparison import Comparison
from dermdash.ui.cells import plain, plural

EXPLORATORY = (
    "No analysis plan was locked before looking, so all of this is exploratory: estimates, "
    "intervals and p-values, without stars."
)


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
    looked = plural(len(found.contrasts), "difference")
    st.caption(
        plain(f"{found.estimand} {unit_sentence(found)} {words} Looked at here: {looked}.{legend}")
    )
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
    if found.fragile:
        st.warning(
            "Fragile: the tests below fall on both sides of "
            f"{found.plan.alpha:g} for at least one difference. Do not build a claim on it.",
            icon=":material/balance:",
        )
    st.markdown("**Assumptions**")
    st.dataframe(check_table(found.checks), hide_index=True)
    st.caption(plain(effect_sentence(found)))
    _outliers(found)


def _outliers(found: Comparison) -> None:
    if not found.outliers:
        st.caption("No value lies further from its group's median than the rule allows.")
        return
    st.markdown("**Values far from their group's median**, kept in every result above")
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
