"""What a result stands without: scans that are not graded, excluded or too short."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dermdash.analysis.cohorts import select
from dermdash.analysis.comparisons import Scored
from dermdash.analysis.filters import Filters
from dermdash.reporting.left_out import PENDING, left_out_table
from dermdash.stats.places import RULE
from dermdash.stats.plan import POPULATIONS, Population
from dermdash.trial.protocols import current_protocol
from dermdash.trial.roster_table import outside_population
from dermdash.trial.scans import scan_table
from dermdash.trial.studies import get_study, subject_table
from dermdash.ui.cells import plain, plural
from dermdash.ui.guard import Access
from dermdash.ui.protocol_parts import protocol_words


def scan_words(
    access: Access, study_ids: Sequence[int], *, population: Population = "full_analysis"
) -> list[str]:
    """What a result does not have yet, or was told to leave out: scans, and subjects by arm."""
    with access.read() as tx:
        scans = pd.concat([scan_table(tx, one) for one in study_ids])
        outside = pd.concat([outside_population(tx, one, population) for one in study_ids])
    states = scans["state"]
    words = []
    if pending := int(states.isin(PENDING).sum()):
        whole = "the study" if len(study_ids) == 1 else "the studies"
        words.append(
            f"{pending} of {len(states)} scans of {whole} are not graded: this is an interim look"
        )
    if excluded := int((states == "excluded").sum()):
        counts = left_out_table(scans[states == "excluded"])
        arms = ", ".join(f"{row.arm} {row.n}" for row in counts.itertuples())
        words.append(f"{plural(excluded, 'scan is excluded', 'scans are excluded')} ({arms})")
    if len(outside):
        arms = ", ".join(f"{arm} {n}" for arm, n in outside["arm"].value_counts().items())
        words.append(
            f"{plural(len(outside), 'subject')} outside the {POPULATIONS[population]} ({arms})"
        )
    return words


def stands_on(access: Access, study_ids: Sequence[int]) -> None:
    """Which reading protocol a result stands on, and how scans became a subject's score."""
    with access.read() as tx:
        found = {get_study(tx, one).name: current_protocol(tx, one) for one in study_ids}
    read = {name: protocol for name, protocol in found.items() if protocol is not None}
    for name, protocol in read.items():
        whose = f" of {name}" if len(read) > 1 else ""
        st.caption(
            plain(
                f"Version {protocol.version} of the reading protocol{whose}: "
                f"{protocol_words(protocol)}. {RULE if name == next(iter(read)) else ''}"
            )
        )


def excluded_by_arm(
    access: Access,
    study_ids: Sequence[int],
    *,
    arms: Sequence[str],
    visit: str | None,
    site: str | None,
    covariates: Filters | None,
) -> pd.Series:
    """How many excluded scans of each arm would be in a cohort if they counted."""
    with access.read() as tx:
        scans = pd.concat([scan_table(tx, one) for one in study_ids])
        people = pd.concat([subject_table(tx, one) for one in study_ids])
    excluded = scans[scans["state"] == "excluded"]
    asked = select(
        excluded, arms=arms, visit=visit, site=site, covariates=covariates, people=people
    )
    return asked.groupby("arm").size().reindex(list(arms), fill_value=0)


def show_left_out(
    access: Access, study_id: int, scored: Scored, *, population: Population = "full_analysis"
) -> None:
    """What a comparison over visits stands without."""
    words = scan_words(access, [study_id], population=population)
    for arm, cells in scored.short.groupby("arm", observed=True, sort=False):
        words.append(f"{plural(len(cells), 'visit')} of {arm} missing: depths not covered")
    if words:
        st.caption(plain("; ".join(words)) + ".")
    stands_on(access, [study_id])
