"""What a result stands without: scans that are not graded, excluded or too short."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dermdash.analysis.comparisons import Scored
from dermdash.analysis.filters import Filters
from dermdash.reporting import left_out
from dermdash.reporting.protocols import standing_on
from dermdash.stats.plan import Population
from dermdash.trial.protocols import current_protocol
from dermdash.trial.roster_table import outside_population
from dermdash.trial.scans import scan_table
from dermdash.trial.studies import get_study, subject_table
from dermdash.ui.cells import plain
from dermdash.ui.guard import Access


def scan_words(
    access: Access, study_ids: Sequence[int], *, population: Population = "full_analysis"
) -> list[str]:
    """What a result does not have yet, or was told to leave out: scans, and subjects by arm."""
    with access.read() as tx:
        scans = pd.concat([scan_table(tx, one) for one in study_ids])
        outside = pd.concat([outside_population(tx, one, population) for one in study_ids])
    return left_out.scan_words(scans, outside, n_studies=len(study_ids), population=population)


def stands_on(access: Access, study_ids: Sequence[int]) -> None:
    """Which reading protocol a result stands on, and how scans became a subject's score."""
    with access.read() as tx:
        found = {get_study(tx, one).name: current_protocol(tx, one) for one in study_ids}
    for words in standing_on(found):
        st.caption(plain(words))


def excluded_by_arm(
    access: Access,
    study_ids: Sequence[int],
    *,
    arms: Sequence[str],
    visit: str | None,
    site: str | None,
    covariates: Filters | None,
) -> "pd.Series[int]":
    """How many excluded scans of each arm would be in a cohort if they counted."""
    with access.read() as tx:
        scans = pd.concat([scan_table(tx, one) for one in study_ids])
        people = pd.concat([subject_table(tx, one) for one in study_ids])
    return left_out.excluded_by_arm(
        scans, people, arms=arms, visit=visit, site=site, covariates=covariates
    )


def show_left_out(
    access: Access, study_id: int, scored: Scored, *, population: Population = "full_analysis"
) -> None:
    """What a comparison over visits stands without."""
    words = scan_words(access, [study_id], population=population) + left_out.short_words(scored)
    if words:
        st.caption(plain("; ".join(words)) + ".")
    stands_on(access, [study_id])
