"""What a page asks of a study's plan and of the answers that are kept."""

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

from dermdash.analysis.kept import keep_answer, recall_comparison, recall_sensitivity
from dermdash.analysis.sensitivity import Sensitivity
from dermdash.errors import StoreError
from dermdash.reporting.stars import may_claim
from dermdash.stats.comparison import Comparison
from dermdash.trial.plans import StoredPlan, current_plan
from dermdash.trial.protocols import current_protocol
from dermdash.trial.results import ResultKey
from dermdash.trial.studies import Study
from dermdash.trial.transaction import Transaction
from dermdash.ui.guard import Access

Answer = TypeVar("Answer", Comparison, Sensitivity)


def plan_of(access: Access, study: Study) -> StoredPlan | None:
    """The plan that the study's results follow, None where none is written."""
    with access.read() as tx:
        return current_plan(tx, study.study_id)


def may_carry_stars(access: Access, study: Study) -> bool:
    """Whether the study's scans and model may carry stars and claims."""
    with access.read() as tx:
        protocol = current_protocol(tx, study.study_id)
    use = None if protocol is None else protocol.model_use
    return may_claim(synthetic=study.synthetic, model_use=use)


def kept_comparison(
    access: Access, key: ResultKey, compute: Callable[[], Comparison]
) -> Comparison:
    """The comparison that is kept under a key, else a new one, which is then kept.

    key : as ``analysis.kept.comparison_key`` makes it, of the table that ``compute`` compares

    Nothing is kept while nobody gave a name, since each row of the store says who made it.

    Raises
    ------
    TableError
        As ``compute`` does.
    """
    return _kept(access, key, recall_comparison, compute, waiting="Comparing")


def kept_sensitivity(
    access: Access, key: ResultKey, compute: Callable[[], Sensitivity]
) -> Sensitivity:
    """The same of a comparison with the DEJ moved.

    key : as ``analysis.kept.sensitivity_key`` makes it, of the layers that ``compute`` shifts
    """
    return _kept(access, key, recall_sensitivity, compute, waiting="Shifting the DEJ")


def _kept(
    access: Access,
    key: ResultKey,
    recall: Callable[[Transaction, ResultKey], Answer | None],
    compute: Callable[[], Answer],
    *,
    waiting: str,
) -> Answer:
    with access.read() as tx:
        found = recall(tx, key)
    if found is not None:
        return found
    with st.spinner(waiting):
        found = compute()
    if access.user is not None:
        try:
            with access.write() as tx:
                keep_answer(tx, key, found)
        except StoreError as why:  # the answer stands, though it is not kept
            st.caption(f":material/warning: This answer was not kept: {why}.")
    return found
