"""What missing scores, other depths and excluded scans could change, on a page."""

from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from dermdash.analysis.comparisons import Scored
from dermdash.analysis.filters import Filters
from dermdash.analysis.levels import levels_behind
from dermdash.analysis.missing import Missing, tip
from dermdash.analysis.other_scores import OtherScores, as_compared, ask_of_others
from dermdash.errors import TableError
from dermdash.reporting.figures.data import SCORE_NAMES
from dermdash.reporting.figures.data_tipping import tipping_curve_of
from dermdash.reporting.levels import levels_sentence
from dermdash.reporting.missing import (
    imputed_sentence,
    tipping_sentence,
    tipping_table,
)
from dermdash.reporting.other_scores import other_sentence, other_table
from dermdash.stats.comparison import Comparison
from dermdash.trial.gradings import profiles as read_profiles
from dermdash.trial.scans import scan_table
from dermdash.trial.studies import Study, subject_table
from dermdash.ui.cells import plain
from dermdash.ui.figure_parts import show_figure
from dermdash.ui.guard import Access
from dermdash.ui.table_parts import WHOLE_TABLES, csv_button, show_numbers


def show_levels(scored: Scored, found: Comparison) -> None:
    """How many subjects, scans, layers and patches stand behind the result."""
    st.caption(plain(levels_sentence(levels_behind(scored, found))))


def show_missing(scored: Scored, found: Comparison, *, name: str, mark: str) -> None:
    """At which delta missing later scores would tip the difference; or why that is not asked."""
    st.markdown("**Sensitivity to missing scores**: moved against the finding, step by step")
    try:
        missing = _missing(scored.table, f"{found.plan} {found.arms} {found.visits}", scored, found)
    except TableError as refusal:
        st.caption(plain(f"Not asked: {refusal}."))
        return
    score = found.plan.value
    words = tipping_sentence(
        missing.tipping,
        shifted=missing.shifted,
        outcome=SCORE_NAMES[score],
        alpha=missing.alpha,
    )
    st.markdown(plain(words))
    curve = tipping_curve_of(missing.tipping, shifted=missing.shifted)
    show_figure(
        lambda on: on.tipping_curve(curve, score=score, alpha=missing.alpha),
        name=f"{name} missing scores",
        key="tipping",
        mark=mark,
    )
    st.caption(plain(imputed_sentence(missing.shifted, missing.n_without_baseline)))
    csv_button("Deltas as CSV", tipping_table(missing.tipping), f"{name} missing scores")


def show_other_scores(
    access: Access,
    study: Study,
    profiles: pd.DataFrame,
    found: Comparison,
    compare: Callable[[Scored], Comparison],
    *,
    arms: Sequence[str],
    visit: str | None = None,
    site: str | None = None,
    covariates: Filters | None = None,
    name: str,
) -> None:
    """The result over the depths common to all scans, and with excluded scans back.

    profiles : one row a scan and layer of what was compared
    compare : how scores become a comparison
    arms, visit, site, covariates : what the comparison was narrowed to
    """
    with access.read() as tx:
        every = read_profiles(
            tx, study.study_id, margin=True, excluded=True, population=found.plan.population
        )
        scans = scan_table(tx, study.study_id)
        people = subject_table(tx, study.study_id)
    compared, every, excluded = as_compared(
        (profiles, every, scans[scans["state"] == "excluded"]),
        found,
        arms=arms,
        visit=visit,
        site=site,
        covariates=covariates,
        people=people,
    )
    others = _others(
        compared,
        every,
        found.plan.value,
        f"{found.plan} {found.arms}",
        depth_um=found.plan.depth_um,
        n_excluded=len(excluded),
        _compare=compare,
    )
    st.markdown("**Sensitivity to depths and exclusions**: the same question of other scores")
    for one in others.sensitivity:
        st.markdown(plain(other_sentence(found, one)))
    for note in others.notes:
        st.caption(plain(note))
    if others.sensitivity:
        table = other_table(found, others.sensitivity)
        show_numbers(table)
        csv_button("Sensitivity as CSV", table, f"{name} other scores")


@st.cache_data(max_entries=32, hash_funcs=WHOLE_TABLES, show_spinner="Imputing missing scores")
def _missing(
    table: pd.DataFrame,
    question: str,  # keys the cache, with the table, in the place of what follows
    _scored: Scored,
    _found: Comparison,
) -> Missing:
    return tip(_scored, _found)


@st.cache_data(
    max_entries=32, hash_funcs=WHOLE_TABLES, show_spinner="Asking the same of other scores"
)
def _others(
    profiles: pd.DataFrame,
    every: pd.DataFrame,
    score: str,
    question: str,  # keys the cache in the place of how scores are compared
    *,
    depth_um: tuple[int, int],
    n_excluded: int,
    _compare: Callable[[Scored], Comparison],
) -> OtherScores:
    return ask_of_others(profiles, every, score, _compare, n_excluded=n_excluded, depth_um=depth_um)
