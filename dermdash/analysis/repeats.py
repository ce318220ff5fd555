"""How well a study's score repeats, from whatever its scans repeat without treatment between."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from dermdash.analysis.comparisons import score_scans
from dermdash.analysis.filters import DEPTHS_UM
from dermdash.errors import TableError
from dermdash.stats.findings import Effect
from dermdash.stats.places import mean_by
from dermdash.stats.repeatability import Repeatability, repeatability

if TYPE_CHECKING:
    from dermdash.trial.studies import Study

CELL = ["subject_id", "arm", "visit"]
WHAT_TO_SCAN = (
    "scan ten subjects or more twice at one visit, lifting the probe in between and storing the "
    "second scan as replicate 2, or at two visits with no treatment between them"
)


@dataclass(frozen=True, slots=True)
class Repeats:
    """What repeated scans say of the error of a score.

    found : of single scans
    basis : which scans were taken as repeats, in words
    sdc : smallest detectable change of a subject's score as it is compared, that is averaged over
        the scans of a visit
    scans_a_visit : how many are averaged, in the harmonic mean
    """

    found: Repeatability
    basis: str
    sdc: Effect
    scans_a_visit: float


@dataclass(frozen=True, slots=True, eq=False)
class _Basis:
    """Scans that repeat, with what they may differ in."""

    words: str
    scans: pd.DataFrame
    over_visits: bool


def repeats_of(
    study: "Study",
    profiles: pd.DataFrame,
    score: str,
    *,
    depth_um: tuple[int, int] = DEPTHS_UM,
    alpha: float = 0.05,
) -> Repeats:
    """Split the variance of a study's scans into subject, visit, site and replicate.

    profiles : one row a scan and layer, with site; scans that cover the range count

    Visits are repeats only where nothing was done between them: in a study of cohorts, and in the
    control arms of others (their mean at each visit and site is taken out first). Else the scans
    of one visit are used, that with the most replicates. Arms' means are always taken out.

    Raises
    ------
    TableError
        No subject was scanned twice in this way, or the scans cannot tell; it says what to scan.
    """
    scans = _scan_scores(profiles, score, depth_um)
    refusal = None
    for basis in _bases(study, scans):
        try:
            found = _split(basis, alpha)
            k = _scans_a_visit(scans)
            return Repeats(found, basis.words, _of_subjects(basis, found, k, alpha), k)
        except TableError as why:
            refusal = why
    if refusal is not None:
        raise TableError(f"repeated scans of {study.name} do not tell: {refusal}")
    raise TableError(
        f"no subject of {study.name} was scanned twice without treatment between the scans; to "
        f"learn how well a score repeats, {WHAT_TO_SCAN}"
    )


def known_repeats(
    study: "Study", profiles: pd.DataFrame, score: str, depth_um: tuple[int, int] = DEPTHS_UM
) -> Repeats | None:
    """What the study's repeated scans say of error; None where it has none that tell."""
    try:
        return repeats_of(study, profiles, score, depth_um=depth_um)
    except TableError:
        return None


def _scan_scores(profiles: pd.DataFrame, score: str, depth_um: tuple[int, int]) -> pd.DataFrame:
    """One row a whole scan: subject_id, arm, visit, site, score, names as text."""
    places = profiles.drop_duplicates("scan_id")[["scan_id", "site"]]
    scans = score_scans(profiles, score, depth_um=depth_um).merge(places, on="scan_id")
    names = [*CELL, "site"]
    return scans[[*names, "score"]].astype(dict.fromkeys(names, "str"))


def _bases(study: "Study", scans: pd.DataFrame) -> Iterator[_Basis]:
    """Ways to find repeats, those that say most of a change between visits first."""
    quiet, words = scans, "visits without treatment between them"
    if study.kind != "cohorts":
        controls = [arm.name for arm in study.arms if arm.is_control]
        quiet = scans[scans["arm"].isin(controls)]
        words = f"visits of {' and '.join(controls)}, the control"
    if (quiet.groupby(["subject_id", "arm"])["visit"].nunique() > 1).any():
        yield _Basis(words, quiet, over_visits=True)
    twice = scans[scans.duplicated([*CELL, "site"])]["visit"].value_counts()
    sites = scans[scans.duplicated(CELL)]["visit"].value_counts()
    baselines = [visit.name for visit in study.visits if visit.is_baseline]
    for counts, what in ((twice, "scans repeated at the same site"), (sites, "sites of a subject")):
        if counts.empty:
            continue
        best = counts.index[counts == counts.max()]
        visit = next((name for name in baselines if name in best), best[0])
        yield _Basis(f"{what} at {visit}", scans[scans["visit"] == visit], over_visits=False)
        return


def _split(basis: _Basis, alpha: float) -> Repeatability:
    scans = basis.scans
    return repeatability(
        scans["score"].to_numpy(float),
        scans["subject_id"],
        visit=scans["visit"] if basis.over_visits else None,
        site=scans["site"] if scans["site"].nunique() > 1 else None,
        group=_groups(scans, ["arm", "visit", "site"]),
        alpha=alpha,
    )


def _of_subjects(basis: _Basis, found: Repeatability, k: float, alpha: float) -> Effect:
    """The smallest detectable change of what is compared: the mean of a visit's scans.

    Over visits it is that of the means themselves; within a visit k scans have 1 / √k of the
    error of one.
    """
    if basis.over_visits:
        cells = mean_by(basis.scans, CELL, ["score"])
        return repeatability(
            cells["score"].to_numpy(float),
            cells["subject_id"],
            group=_groups(cells, ["arm", "visit"]),
            alpha=alpha,
        ).sdc
    sdc = found.sdc
    low, high = sdc.ci_low / sqrt(k), sdc.ci_high / sqrt(k)
    return Effect("sdc", sdc.value / sqrt(k), low, high, sdc.level)


def _groups(scans: pd.DataFrame, names: list[str]) -> pd.Series | None:
    """Labels whose means are systematic, where there are several."""
    labels = scans.groupby(names, sort=False).ngroup()
    return labels if labels.nunique() > 1 else None


def _scans_a_visit(scans: pd.DataFrame) -> float:
    """The harmonic mean of how many scans are averaged in a cell.

    Sites weigh the same however often they were scanned: s sites of r scans each have the error of
    s² / Σ 1/r scans.
    """
    replicates = scans.groupby([*CELL, "site"]).size()
    sites = (1 / replicates).groupby(level=CELL).agg(["size", "sum"])
    counts = (sites["size"] ** 2 / sites["sum"]).to_numpy(float)
    return float(len(counts) / np.sum(1 / counts))
