"""The same question asked of other scores: of the depths common to all scans, with excluded scans.

Neither takes the place of the result: a score over other depths is another score, and an excluded
scan was excluded for a reason.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from dermdash.analysis.cohorts import select
from dermdash.analysis.comparisons import Scored, score_cells
from dermdash.analysis.filters import DEPTHS_UM, Filters, range_name
from dermdash.errors import DermdashError
from dermdash.stats.comparison import Comparison, Sensitivity

LEAST_LAYERS = 20  # as for a scan


@dataclass(frozen=True, slots=True)
class OtherScores:
    """What the question finds in other scores.

    sensitivity : the contrasts of each that could be asked, under its label
    notes : why the others were not, a sentence each
    """

    sensitivity: tuple[Sensitivity, ...]
    notes: tuple[str, ...]


def ask_of_others(
    profiles: pd.DataFrame,
    every: pd.DataFrame,
    score: str,
    compare: Callable[[Scored], Comparison],
    *,
    n_excluded: int = 0,
    depth_um: tuple[int, int] = DEPTHS_UM,
) -> OtherScores:
    """Ask a question of the depths common to all scans, and with the excluded scans back.

    profiles : one row a scan and layer of what was compared
    every : the same with the excluded scans that were graded (``profiles(..., excluded=True)``)
    compare : how scores become a comparison
    n_excluded : excluded scans, graded or not; depth_um : the range that was compared
    """
    answers = [
        _over_common_depths(profiles, score, compare, depth_um),
        _with_excluded(profiles, every, score, compare, n_excluded=n_excluded, depth_um=depth_um),
    ]
    return OtherScores(
        tuple(one for one in answers if isinstance(one, Sensitivity)),
        tuple(one for one in answers if isinstance(one, str)),
    )


def as_compared(
    tables: Iterable[pd.DataFrame],
    found: Comparison,
    *,
    arms: Sequence[str],
    people: pd.DataFrame,
    visit: str | None = None,
    site: str | None = None,
    covariates: Filters | None = None,
) -> tuple[pd.DataFrame, ...]:
    """Scans, or their layers, narrowed to what a comparison was narrowed to.

    people : as ``subject_table`` gives them
    """
    return tuple(
        _at_visits(
            select(table, arms=arms, visit=visit, site=site, covariates=covariates, people=people),
            found,
        )
        for table in tables
    )


def _at_visits(table: pd.DataFrame, found: Comparison) -> pd.DataFrame:
    """The rows of the visits that were compared; all of them where none were."""
    if found.plan.within is None:
        return table
    return table[table["visit"].isin(found.visits)]


def common_depths(
    profiles: pd.DataFrame, *, within_um: tuple[int, int] = DEPTHS_UM
) -> tuple[int, int] | None:
    """First and last layer that all scans have, or None where they share none.

    profiles : scan_id, depth_um; a scan's layers have no gaps
    """
    reach = profiles.groupby("scan_id")["depth_um"].agg(["min", "max"])
    if reach.empty:
        return None
    first = max(int(reach["min"].max()), within_um[0])
    last = min(int(reach["max"].min()), within_um[1])
    return (first, last) if first <= last else None


def _over_common_depths(
    profiles: pd.DataFrame,
    score: str,
    compare: Callable[[Scored], Comparison],
    asked_um: tuple[int, int],
) -> Sensitivity | str:
    depths = common_depths(profiles, within_um=asked_um)
    if depths == asked_um:
        covered = range_name(asked_um)
        return f"All scans cover {covered}: the depths common to all are those of the result."
    if depths is None or depths[1] - depths[0] + 1 < LEAST_LAYERS:
        n = 0 if depths is None else depths[1] - depths[0] + 1
        return f"The scans have {n} layers in common, too few to compare; at least 20 are needed."
    scored = score_cells(profiles, score, depth_um=depths)
    return _asked(f"over {range_name(depths)}, common to all scans", scored, compare)


def _with_excluded(
    profiles: pd.DataFrame,
    every: pd.DataFrame,
    score: str,
    compare: Callable[[Scored], Comparison],
    *,
    n_excluded: int,
    depth_um: tuple[int, int],
) -> Sensitivity | str:
    scored = score_cells(every, score, depth_um=depth_um)
    graded = set(every["scan_id"]) - set(profiles["scan_id"])
    n_back = len(graded & set(scored.profiles["scan_id"]))
    if n_back:
        of_all = f" of {n_excluded}" if n_back < n_excluded else ""
        plural = "s" if max(n_back, n_excluded) > 1 else ""
        return _asked(f"with {n_back}{of_all} excluded scan{plural} back", scored, compare)
    if not n_excluded:
        return "No scan is excluded."
    one = n_excluded == 1
    scans = "The excluded scan" if one else f"None of the {n_excluded} excluded scans"
    again = "" if graded else f"; include {'it' if one else 'them'} again to have that graded"
    return (
        f"{scans} is {'not ' if one else ''}graded over {range_name(depth_um)}, so what "
        f"{'it' if one else 'they'} would change is not known{again}."
    )


def _asked(
    label: str, scored: Scored, compare: Callable[[Scored], Comparison]
) -> Sensitivity | str:
    n_scans = int(scored.table["n_scans"].sum())
    named = f"{label} ({scored.table['subject_id'].nunique()} subjects, {n_scans} scans)"
    try:
        found = compare(scored)
    except DermdashError as refusal:
        return f"{named[:1].upper()}{named[1:]}, it cannot be told: {refusal}."
    return Sensitivity(named, found.omnibus, found.contrasts)
