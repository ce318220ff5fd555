"""Which scans a study should have, which it has, and in which state each of them is."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sqlalchemy import select

from dermdash.trial.masking import mask_words
from dermdash.trial.qualities import get_qualities
from dermdash.trial.schema import (
    AllocationRow,
    ArmRow,
    ScanRow,
    SiteRow,
    SubjectRow,
    VisitRow,
)
from dermdash.trial.states import SCAN_STATES, scan_states
from dermdash.trial.studies import Study
from dermdash.trial.transaction import Transaction

# A place without a scan is missing, or it is not waited for since its subject has left.
PLACE_STATES = ("missing", *SCAN_STATES, "withdrawn")
PLACE = ["subject_id", "visit", "site"]
MATRIX = ("subject_id", "arm", "status")
DOUBTFUL = ("amber", "red")
NO_ARM = "no arm yet"


@dataclass(frozen=True, slots=True, eq=False)
class Completeness:
    """The places of a study, expected or filled.

    places : study, subject_id, arm, subject_status, visit, visit_day, site, replicate, scan_id,
        state, reason, quality; one row a scan, and one row a place that has none (its ``scan_id``
        and ``replicate`` are missing, its state is "missing" or "withdrawn"); ordered by subject,
        visit, site and replicate
    sites : at which every subject is expected; empty where each subject has its own site
    """

    places: pd.DataFrame
    sites: tuple[str, ...]


def completeness(tx: Transaction, study: Study) -> Completeness:
    """Every place that is expected, and every scan that is there.

    Each subject is expected at every visit and at every site of the study. Only where scans of at
    least two sites are there, and no subject has more than one of them, is each subject expected
    at its own site; not so in a hemi-face study, whose subjects bring both sides.

    A subject who left is not waited for after its last scan; where the days of its scans and of
    its leaving are known, not after the day of its leaving.
    """
    scans, subjects = _scans(tx, study), _subjects(tx, study)
    own = scans.drop_duplicates(["subject_id", "site"])
    one_each = study.kind != "hemi_face" and own["site"].nunique() > 1
    one_each = one_each and not own["subject_id"].duplicated().any()
    sites = () if one_each else tuple(site.name for site in study.sites)
    expected = subjects.merge(_visits(study), how="cross")
    if one_each:
        expected = expected.merge(own[["subject_id", "site"]], how="left", on="subject_id")
    else:
        at = pd.DataFrame({"site": pd.Series(sites or [None], dtype="str")})
        expected = expected.merge(at, how="cross")
    places = expected.merge(scans, how="left", on=PLACE)
    places["arm"] = _arms(tx, study, places)
    absent = places["scan_id"].isna()
    places.loc[absent, "state"] = "missing"
    read = get_qualities(tx, study.study_id).set_index("scan_id")["quality"]
    places["quality"] = places["scan_id"].map(read)
    places.loc[absent & _has_left(places), "state"] = "withdrawn"
    return Completeness(_ordered(places, study), sites)


def matrix(found: Completeness, study: Study) -> pd.DataFrame:
    """The places as people read them: one row a subject, one column a visit and site.

    Columns: ``subject_id, arm, status``, then ``D0`` where a subject has one site a visit, else
    ``D0 cheek-left``. A cell names the state of its scan, or counts those of its replicates; the
    worst quality of its volumes stands behind it where it is amber or red. A subject whose sides
    are in different arms names them all.
    """
    places = found.places
    named = (
        places.dropna(subset="arm")
        .groupby("subject_id")["arm"]
        .agg(lambda own: " / ".join(sorted(set(own))))
    )
    table = places.drop_duplicates("subject_id")[["subject_id", "subject_status"]]
    table = table.rename(columns={"subject_status": "status"}).reset_index(drop=True)
    table.insert(1, "arm", table["subject_id"].map(named).astype("str"))
    cells = _cells(found)
    for visit in study.visits:
        for site in found.sites if len(found.sites) > 1 else ("",):
            name = _column(visit.name, site)
            table[name] = pd.Series(
                [cells.get((subject, name)) for subject in table["subject_id"]], dtype="str"
            )
    return table


def _cells(found: Completeness) -> dict[tuple[str, str], str]:
    """What stands in the matrix for each subject and column."""
    places = found.places.assign(column=column_of(found))
    at = ["subject_id", "column"]
    counted = places.groupby([*at, "state"], sort=False).size().reset_index(name="n")
    several = counted["n"].astype("str") + " " + counted["state"]
    counted["words"] = counted["state"].where(counted["n"] == 1, several)
    words = counted.groupby(at, sort=False)["words"].agg(", ".join)
    doubtful = places[places["quality"].isin(DOUBTFUL) & (places["state"] != "excluded")]
    rank = doubtful.assign(rank=doubtful["quality"].map(DOUBTFUL.index)).groupby(at)["rank"].max()
    marks = rank.map(lambda place: f" ({DOUBTFUL[place]})").reindex(words.index, fill_value="")
    cells = words + marks
    return dict(zip(cells.index.to_flat_index(), cells, strict=True))


def column_of(found: Completeness) -> pd.Series:
    """The column of the matrix in which each place stands."""
    sites = found.places["site"] if len(found.sites) > 1 else [""] * len(found.places)
    names = [_column(*place) for place in zip(found.places["visit"], sites, strict=True)]
    return pd.Series(names, found.places.index, dtype="str")


def _column(visit: str, site: str) -> str:
    name = f"{visit} {site}".strip()
    return f"visit {name}" if name in MATRIX else name


def count_by_arm(found: Completeness, study: Study) -> pd.DataFrame:
    """What each arm has of what it should have.

    Columns: ``arm, target_subjects, n_subjects, n_withdrawn, n_expected, n_present, n_scans`` and
    ``n_`` of each state. Of a place with replicates ``n_expected`` and ``n_present`` count one;
    subjects without an arm stand under "no arm yet".
    """
    places = found.places.assign(arm=found.places["arm"].fillna(NO_ARM))
    targets = {arm.name: arm.target_n for arm in study.arms}
    names = [*targets, *([NO_ARM] if (places["arm"] == NO_ARM).any() else [])]
    once = places.drop_duplicates(PLACE)
    people = places.drop_duplicates(["subject_id", "arm"])
    rows = {
        "target_subjects": pd.Series(targets, dtype="Int64"),
        "n_subjects": people.groupby("arm").size(),
        "n_withdrawn": people[people["subject_status"] != "active"].groupby("arm").size(),
        "n_expected": once[once["state"] != "withdrawn"].groupby("arm").size(),
        "n_present": once[once["scan_id"].notna()].groupby("arm").size(),
        "n_scans": places[places["scan_id"].notna()].groupby("arm").size(),
    }
    for state in PLACE_STATES:
        label = "n_not_due" if state == "withdrawn" else f"n_{state.lower().replace(' ', '_')}"
        rows[label] = places[places["state"] == state].groupby("arm").size()
    table = pd.DataFrame(rows, index=names)
    for name in table.columns.drop("target_subjects"):
        table[name] = table[name].fillna(0).astype("int64")
    return table.rename_axis("arm").reset_index()


def _scans(tx: Transaction, study: Study) -> pd.DataFrame:
    states = scan_states()
    query = (
        select(
            SubjectRow.code,
            VisitRow.name,
            SiteRow.name,
            ScanRow.replicate,
            ScanRow.id,
            states.c.state,
            states.c.reason,
            ScanRow.acquired_at,
        )
        .join(SubjectRow, SubjectRow.id == ScanRow.subject_id)
        .join(VisitRow, VisitRow.id == ScanRow.visit_id)
        .join(SiteRow, SiteRow.id == ScanRow.site_id)
        .join(states, states.c.scan_id == ScanRow.id)
        .where(SubjectRow.study_id == study.study_id)
    )
    return mask_words(tx, tx.frame(query, _SCANS), study.study_id)


def _subjects(tx: Transaction, study: Study) -> pd.DataFrame:
    query = (
        select(SubjectRow.code, SubjectRow.status, SubjectRow.withdrawn_on)
        .where(SubjectRow.study_id == study.study_id)
        .order_by(SubjectRow.code)
    )
    found = tx.frame(query, _SUBJECTS)
    found["withdrawn_on"] = pd.to_datetime(found["withdrawn_on"])
    return found


def _visits(study: Study) -> pd.DataFrame:
    visits = [(visit.name, visit.day) for visit in study.visits]
    return pd.DataFrame(visits, columns=["visit", "visit_day"]).astype({"visit": "str"})


def _arms(tx: Transaction, study: Study, places: pd.DataFrame) -> pd.Series:
    """The arm of each place: that of its side, else that of its subject, else missing."""
    query = (
        select(SubjectRow.code, SiteRow.name, ArmRow.name)
        .select_from(AllocationRow)
        .join(SubjectRow, SubjectRow.id == AllocationRow.subject_id)
        .join(ArmRow, ArmRow.id == AllocationRow.arm_id)
        .outerjoin(SiteRow, SiteRow.id == AllocationRow.site_id)
        .where(SubjectRow.study_id == study.study_id)
    )
    rows = tx.session.execute(query).all()
    by_side: dict[tuple[str, str | None], str] = {(code, site): arm for code, site, arm in rows}
    at = zip(places["subject_id"], places["site"], strict=True)
    arms = [by_side.get((code, site), by_side.get((code, None))) for code, site in at]
    return pd.Series(arms, index=places.index, dtype="str")


def _has_left(places: pd.DataFrame) -> pd.Series:
    """Whether each place lies behind the day on which its subject left."""
    who = places["subject_id"]
    scanned = places["visit_day"].where(places["scan_id"].notna())
    last_day = scanned.groupby(who).transform("max").fillna(-np.inf)
    acquired = places["acquired_at"].dt.tz_localize(None).dt.normalize()
    start = acquired - pd.to_timedelta(places["visit_day"], unit="D")
    start = start.groupby(who).transform("min")
    planned = start + pd.to_timedelta(places["visit_day"], unit="D")
    dated = planned.notna() & places["withdrawn_on"].notna()
    after = (places["visit_day"] > last_day).where(~dated, planned > places["withdrawn_on"])
    return (places["subject_status"] != "active") & after


def _ordered(places: pd.DataFrame, study: Study) -> pd.DataFrame:
    visits = {visit.name: place for place, visit in enumerate(study.visits)}
    sites = {site.name: place for place, site in enumerate(study.sites)}
    keyed = places.assign(
        study=study.name,
        of_visit=places["visit"].map(visits),
        of_site=places["site"].map(sites),
    )
    keyed = keyed.sort_values(["subject_id", "of_visit", "of_site", "replicate"], ignore_index=True)
    return keyed[list(_PLACES)].astype(_PLACES)


_SCANS = {
    "subject_id": "str",
    "visit": "str",
    "site": "str",
    "replicate": "Int64",
    "scan_id": "Int64",
    "state": "str",
    "reason": "str",
    "acquired_at": "datetime64[us, UTC]",
}
_SUBJECTS = {"subject_id": "str", "subject_status": "str", "withdrawn_on": "object"}
_PLACES = {
    "study": "str",
    "subject_id": "str",
    "arm": "str",
    "subject_status": "str",
    "visit": "str",
    "visit_day": "int64",
    "site": "str",
    "replicate": "Int64",
    "scan_id": "Int64",
    "state": "str",
    "reason": "str",
    "quality": "str",
}
