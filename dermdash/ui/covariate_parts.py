"""The covariates of a study: their kinds and units, edited in place."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from dermdash.trial.covariates import (
    CovariateKind,
    CovariateSpec,
    known_covariates,
    remove_covariate,
    set_covariate,
)
from dermdash.trial.studies import Study
from dermdash.trial.transaction import Transaction
from dermdash.ui.cells import records, text
from dermdash.ui.guard import Access, known, refusals

KINDS: dict[CovariateKind, str] = {
    "number": "number",
    "category": "category",
    "yes_no": "yes or no",
    "text": "text",
}


def edit_covariates(access: Access, study: Study) -> None:
    """What is known of the subjects besides their arm: a row a covariate."""
    st.markdown("**Covariates**")
    with access.read() as tx:
        found = known_covariates(tx, study.study_id)
    table = pd.DataFrame(
        {
            "covariate": pd.Series([spec.name for spec in found], dtype="str"),
            "kind": pd.Series([KINDS[spec.kind] for spec in found], dtype="str"),
            "unit": pd.Series([spec.unit for spec in found], dtype="str"),
        }
    )
    closed = study.state != "collecting"
    edited = st.data_editor(
        table,
        num_rows="fixed" if closed else "dynamic",
        disabled=closed,
        hide_index=True,
        key=f"covariates_{study.study_id}_{hash(found)}",
        column_config=spec_columns(),
        placeholder="",
    )
    pressed = st.button("Save covariates", disabled=closed or edited.equals(table))
    if pressed and known(access, place="covariates"):
        with refusals():
            with access.write() as tx:
                save_covariates(tx, study.study_id, found, edited)
            st.rerun()


def save_covariates(
    tx: Transaction, study_id: int, found: Sequence[CovariateSpec], edited: pd.DataFrame
) -> None:
    """Declare, change and remove covariates as edited; rows keep the index of ``found``."""
    wanted = dict(zip(edited.index, specs_of(records(edited)), strict=True))
    for place, spec in enumerate(found):
        if place not in wanted:
            remove_covariate(tx, study_id, spec.name)
    for place, spec in wanted.items():
        known_as = found[place] if isinstance(place, int) and 0 <= place < len(found) else None
        if spec != known_as:
            set_covariate(tx, study_id, spec, was=known_as.name if known_as else None)


def spec_columns() -> dict[str, Any]:
    """How a table of covariates is edited."""
    return {
        "covariate": st.column_config.TextColumn("Covariate", required=True),
        "kind": st.column_config.SelectboxColumn(
            "Kind", options=list(KINDS.values()), default=KINDS["number"], required=True
        ),
        "unit": st.column_config.TextColumn("Unit", help="Of a number, such as years"),
    }


def specs_of(rows: Sequence[dict[str, Any]]) -> tuple[CovariateSpec, ...]:
    """The covariates that rows of such a table describe."""
    by_word = {word: kind for kind, word in KINDS.items()}
    return tuple(
        CovariateSpec(text(row["covariate"]), by_word[row["kind"]], text(row["unit"]) or None)
        for row in rows
    )
