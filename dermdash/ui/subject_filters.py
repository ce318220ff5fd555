"""Which subjects a question is about: the filters that all result pages share."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dermdash.analysis.filters import Between, Filter, OneOf, covariates_of
from dermdash.trial.covariates import list_covariates
from dermdash.trial.subjects import subject_table
from dermdash.trial.transaction import Transaction
from dermdash.ui.cells import plain
from dermdash.ui.score_question import SESSION

ALL_SITES = "all, averaged within each subject"


def ask_arms(names: Sequence[str], key: str) -> tuple[str, ...]:
    """The arms that are compared, in their order; choosing none takes all."""
    chosen = st.pills(
        "Arms",
        names,
        selection_mode="multi",
        format_func=plain,
        default=names,
        key=f"{key}_arms",
        persist_state=SESSION,
    )
    return tuple(name for name in names if not chosen or name in chosen)


def ask_site(names: Sequence[str], key: str) -> str | None:
    """The site that is scored; None averages over all."""
    sites: list[str | None] = [None, *names]
    return st.selectbox(
        "Site",
        sites,
        format_func=lambda name: name or ALL_SITES,
        placeholder=ALL_SITES,
        key=f"{key}_site",
        persist_state=SESSION,
    )


def filterable(tx: Transaction, study_ids: Sequence[int]) -> pd.DataFrame:
    """The subjects of the studies without covariates that are declared to be text, or remarks."""
    people = pd.concat([subject_table(tx, one) for one in study_ids])
    declared = [spec for one in study_ids for spec in list_covariates(tx, one)]
    remarks = {spec.name for spec in declared if spec.kind == "text"}
    return people.drop(columns=[name for name in people if name in remarks])


def ask_covariates(people: pd.DataFrame, key: str) -> dict[str, Filter]:
    """What a subject must be: a range of numbers, a choice of texts.

    people : as ``filterable`` gives them, of one study or several
    """
    offered = {name: known for name, known in covariates_of(people).items() if _chooses(known)}
    if not offered:
        return {}
    by = st.pills(
        "Only some subjects, by",
        list(offered),
        selection_mode="multi",
        format_func=plain,
        key=f"{key}_by",
        persist_state=SESSION,
    )
    found: dict[str, Filter] = {}
    for name in by:
        known = offered[name]
        if isinstance(known, Between):
            low, high = st.slider(
                plain(name),
                known.low,
                known.high,
                value=(known.low, known.high),
                step=1.0 if known.low.is_integer() and known.high.is_integer() else None,
                format="%g",
                key=f"{key}_between_{name}",
                persist_state=SESSION,
            )
            found[name] = Between(low, high)
        else:
            values = st.multiselect(
                plain(name),
                known.values,
                placeholder="all who have a value",
                key=f"{key}_one_of_{name}",
                persist_state=SESSION,
            )
            found[name] = OneOf(tuple(values) or known.values)
    return found


def _chooses(known: Filter) -> bool:
    """Whether a filter could leave anybody out."""
    return known.low < known.high if isinstance(known, Between) else len(known.values) > 1
