"""Scans that a result stands without, counted by arm."""

from collections.abc import Mapping, Sequence

import pandas as pd

from dermdash.analysis.cohorts import Cohort, select
from dermdash.analysis.comparisons import Scored
from dermdash.analysis.filters import Filters
from dermdash.reporting.words import plural
from dermdash.stats.plan import POPULATIONS, Population

PENDING = ("no DEJ", "cannot tell", "queued", "running", "failed")
NO_ARM = "no arm yet"


def left_out_table(scans: pd.DataFrame) -> pd.DataFrame:
    """Scans without a result: arm, state, n.

    scans : as ``scan_table`` gives them

    >>> scans = pd.DataFrame({"arm": ["a", "a", None], "state": ["excluded", "graded", "no DEJ"]})
    >>> left_out_table(scans).to_numpy().tolist()
    [['a', 'excluded', 1], ['no arm yet', 'no DEJ', 1]]
    """
    without = scans[scans["state"] != "graded"]
    named = without.assign(arm=without["arm"].fillna(NO_ARM))
    return named.groupby(["arm", "state"]).size().reset_index(name="n")


def count_words(scans: pd.DataFrame, state: str) -> str:
    """How many scans are in a state, by arm; empty where none is.

    >>> scans = pd.DataFrame({"arm": ["a", "a", "b"], "state": ["excluded"] * 3})
    >>> count_words(scans, "excluded")
    '3 excluded (a 2, b 1)'
    """
    counts = left_out_table(scans)
    counts = counts[counts["state"] == state]
    if counts.empty:
        return ""
    arms = ", ".join(f"{row.arm} {row.n}" for row in counts.itertuples())
    return f"{counts['n'].sum()} {state} ({arms})"


def left_out_words(scans: pd.DataFrame) -> str:
    """All that is left out, state by state, each by arm; empty where nothing is."""
    return "; ".join(filter(None, (count_words(scans, s) for s in ("excluded", *PENDING))))


def scan_words(
    scans: pd.DataFrame,
    outside: pd.DataFrame,
    *,
    n_studies: int = 1,
    population: Population = "full_analysis",
) -> list[str]:
    """What a result does not have yet, or was told to leave out: scans, and subjects by arm.

    scans : of the studies, as ``scan_table`` gives them
    outside : subjects whom the population leaves out, as ``outside_population`` gives them
    """
    states = scans["state"]
    words = []
    if pending := int(states.isin(PENDING).sum()):
        whole = "the study" if n_studies == 1 else "the studies"
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


def short_words(scored: Scored) -> list[str]:
    """Visits whose scans do not cover the depths that are asked, a phrase an arm."""
    return [
        f"{plural(len(cells), 'visit')} of {arm} missing: depths not covered"
        for arm, cells in scored.short.groupby("arm", observed=True, sort=False)
    ]


def missing_words(cohort: Cohort, covariates: Filters, studies: Sequence[str]) -> list[str]:
    """Subjects whom a cohort lacks, a phrase an arm, and studies with nobody in it.

    studies : names of those that were asked
    """
    groups = cohort.by_arm()
    words = [
        f"{plural(group.n_missing, 'subject')} of {group.arm} missing: {cohort.range_name} not "
        "covered"
        for group in groups
        if group.n_missing
    ]
    words += unknown_words({group.arm: group.n_unknown for group in groups}, covariates)
    here = set(cohort.subjects["study"])
    return words + [f"nobody of {name} is among these" for name in studies if name not in here]


def unknown_words(unknown: Mapping[str, int], covariates: Filters) -> list[str]:
    """Who is left out since it is not known what they are, a phrase an arm.

    unknown : subjects by arm

    >>> from dermdash.analysis.filters import Between
    >>> unknown_words({"a": 0, "b": 1}, {"age": Between(25, 61)})
    ['1 subject of b left out: age not known']
    """
    named = " or ".join(covariates)
    return [
        f"{plural(n, 'subject')} of {arm} left out: {named} not known"
        for arm, n in unknown.items()
        if n
    ]


def excluded_by_arm(
    scans: pd.DataFrame,
    people: pd.DataFrame,
    *,
    arms: Sequence[str],
    visit: str | None,
    site: str | None,
    covariates: Filters | None,
) -> "pd.Series[int]":
    """How many excluded scans of each arm would be in a cohort if they counted.

    scans : as ``scan_table`` gives them; people : as ``subject_table`` gives them
    """
    excluded = scans[scans["state"] == "excluded"]
    asked = select(
        excluded, arms=arms, visit=visit, site=site, covariates=covariates, people=people
    )
    return asked.groupby("arm").size().reindex(list(arms), fill_value=0)
