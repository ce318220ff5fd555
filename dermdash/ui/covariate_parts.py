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
from dermdash.ui.edited_table import edit_table
from dermdash.ui.guard import Access

KINDS: dict[CovariateKind, str] = {
    "number": "number",
    "category": "category",
    "yes_no": "yes or no",
    "text": "text",
}


def edit_covariates(access: Access, study: Study) -> None:
    """What is known of the subjects besides their arm: a row a covariate."""
    with access.read() as tx:
        found = known_covariates(tx, study.study_id)
    table = pd.DataFrame(
        {
            "covariate": pd.Series([spec.name for spec in found], dtype="str"),
            "kind": pd.Series([KINDS[spec.kind] for spec in found], dtype="str"),
            "unit": pd.Series([spec.unit for spec in found], dtype="str"),
        }
    )
    edit_table(
        access,
        study,
        table,
        found,
        lambda tx, seen, edited: save_covariates(tx, study.study_id, seen, edited),
        noun="covariates",
        columns=spec_columns(),
    )


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
