"""From graded scans to one row a subject: cohorts, their groups and what they are in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pandas as pd

from dermdash.analysis.filters import (
    DEPTHS_UM,
    PERSON,
    Filters,
    check_depth,
    matching,
    range_name,
)
from dermdash.analysis.pooling import check_poolable, pooled_arms
from dermdash.errors import DesignError
from dermdash.stats.places import mean_by
from dermdash.stats.plan import Population

if TYPE_CHECKING:
    from dermdash.trial.transaction import Transaction

Score = Literal["expected_grade", "grade_mean"]

DEPTH_STOP_UM = DEPTHS_UM[1] + 1
SUBJECT = ["study", "subject_id", "arm"]


@dataclass(frozen=True, slots=True)
class Group:
    """An arm of a cohort: mean and SD over subjects, NaN where there are none (or one).

    n_missing : subjects asked for, none of whose scans covers the depth range
    n_unknown : subjects who lack a covariate that is asked for
    """

    arm: str
    mean: float
    sd: float
    n_subjects: int
    n_scans: int
    n_missing: int
    n_unknown: int = 0


@dataclass(frozen=True, slots=True)
class Cohort:
    """A selection of subjects' profiles; scans are averaged before subjects are counted.

    score : the column that was averaged, ``expected_grade`` or ``grade_mean``
    profiles : study, subject_id, arm, depth_um, score; one row a subject and depth of the range
    subjects : study, subject_id, arm, score, n_scans; one row a subject, mean over the range
    groups : the columns of `Group`; one row an arm, in the order given
    depth_um : first and last layer of the range, both included
    """

    score: Score
    profiles: pd.DataFrame
    subjects: pd.DataFrame
    groups: pd.DataFrame
    depth_um: tuple[int, int] = DEPTHS_UM

    @property
    def range_name(self) -> str:
        """The depth range in words, such as ``0 to 69 µm``."""
        return range_name(self.depth_um)

    @property
    def whole(self) -> bool:
        """Whether the range is the whole dermis that is scored."""
        return self.depth_um == DEPTHS_UM

    def by_arm(self) -> list[Group]:
        """The rows of ``groups``."""
        return [Group(*row) for row in self.groups.itertuples(index=False)]


def cohort(
    tx: "Transaction",
    study_id: int | Sequence[int],
    *,
    arms: Sequence[str] | None = None,
    visit: str | None = None,
    site: str | None = None,
    score: Score = "expected_grade",
    depth_um: tuple[int, int] = DEPTHS_UM,
    covariates: Filters | None = None,
    population: Population = "full_analysis",
) -> Cohort:
    """Average the graded scans of a study, or of several, by subject.

    study_id : one, or those to pool; arms of one name are one arm
    arms : names in the order wanted; None takes the studies', in the order of creation
    visit, site : None averages over all of them
    depth_um : first and last layer of the score, both included
    covariates : which subjects, by name; population : and of which analysis set

    Raises
    ------
    DesignError
        No study has such an arm, visit, site or covariate; the range lies outside 0 to 69 um; or
        the studies cannot be pooled.
    """
    from dermdash.trial.studies import get_study, subject_table

    ids = [study_id] if isinstance(study_id, int) else list(study_id)
    studies = [get_study(tx, one) for one in ids]
    known = tuple(arm.name for arm in pooled_arms(studies))
    for what, value, names in (
        *(("arm", arm, known) for arm in arms or ()),
        ("visit", visit, tuple(v.name for study in studies for v in study.visits)),
        ("site", site, tuple(s.name for study in studies for s in study.sites)),
    ):
        if value is not None and value not in names:
            where = " and ".join(repr(study.name) for study in studies)
            raise DesignError(f"{what} {value!r} is not in study {where}; it has {names}")
    return cohort_of(
        pooled_profiles(tx, ids, population=population),
        arms=arms or known,
        visit=visit,
        site=site,
        score=score,
        depth_um=depth_um,
        covariates=covariates,
        people=pd.concat([subject_table(tx, one) for one in ids]) if covariates else None,
    )


def pooled_profiles(
    tx: "Transaction",
    study_ids: Sequence[int],
    *,
    margin: bool = False,
    population: Population = "full_analysis",
) -> pd.DataFrame:
    """The layers of several studies as one table; raises DesignError where they cannot be pooled.

    margin : with the layers above the DEJ and below the slab
    """
    from dermdash.trial.gradings import profiles

    check_poolable(tx, study_ids)
    tables = [
        profiles(tx, study_id, margin=margin, population=population) for study_id in study_ids
    ]
    return tables[0] if len(tables) == 1 else pd.concat(tables, ignore_index=True)


def select(
    profiles: pd.DataFrame,
    *,
    arms: Sequence[str],
    visit: str | None = None,
    site: str | None = None,
    covariates: Filters | None = None,
    people: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The scans that are asked for, or their layers; a visit or site of None takes all.

    profiles : study, subject_id, arm, visit, site
    people : the subjects with their covariates, as ``subject_table`` gives them
    """
    chosen = profiles[
        profiles["arm"].isin(list(arms))
        & ((profiles["visit"] == visit) if visit is not None else True)
        & ((profiles["site"] == site) if site is not None else True)
    ]
    if not covariates or people is None:
        return chosen
    found = matching(people, covariates)
    return chosen[_belongs(chosen, found[found["fits"]])]


def cohort_of(
    profiles: pd.DataFrame,
    *,
    arms: Sequence[str],
    visit: str | None = None,
    site: str | None = None,
    score: Score = "expected_grade",
    depth_um: tuple[int, int] = DEPTHS_UM,
    covariates: Filters | None = None,
    people: pd.DataFrame | None = None,
) -> Cohort:
    """Average tidy profiles by subject.

    profiles : one row a scan and depth: scan_id, study, subject_id, arm, visit, site, depth_um,
        grade_mean, expected_grade
    people : the subjects with their covariates, needed where ``covariates`` are asked for

    A scan that does not cover each layer of the range is left out, since a score over fewer layers
    is another score; a subject with no other scan counts as missing.
    """
    check_depth(depth_um)
    everybody = select(profiles, arms=arms, visit=visit, site=site)
    asked = select(everybody, arms=arms, covariates=covariates, people=people)
    within = asked[asked["depth_um"].between(*depth_um)]
    layers = within.groupby("scan_id")["depth_um"].transform("nunique")
    whole = within[layers == depth_um[1] - depth_um[0] + 1]
    by_depth = mean_by(whole, [*SUBJECT, "depth_um"], [score])
    subjects = (
        by_depth.groupby(SUBJECT, as_index=False, observed=True)[[score]]
        .mean()
        .merge(
            whole.groupby(SUBJECT, observed=True)["scan_id"]
            .nunique()
            .rename("n_scans")
            .reset_index(),
            on=SUBJECT,
        )
    )
    groups = (
        subjects.groupby("arm", observed=True)
        .agg(
            mean=(score, "mean"),
            sd=(score, "std"),
            n_subjects=("subject_id", "size"),
            n_scans=("n_scans", "sum"),
        )
        .reindex(list(arms))
    )
    counts = ["n_subjects", "n_scans"]
    groups[counts] = groups[counts].fillna(0).astype(int)
    groups["n_missing"] = _subjects_by_arm(asked, arms) - groups["n_subjects"]
    groups["n_unknown"] = 0
    if covariates and people is not None:
        groups["n_unknown"] = count_unknown(everybody, people, covariates, arms)
    return Cohort(score, by_depth, subjects, groups.reset_index(names="arm"), depth_um)


def count_unknown(
    layers: pd.DataFrame, people: pd.DataFrame, covariates: Filters, arms: Sequence[str]
) -> pd.Series:
    """How many subjects of each arm lack a covariate that is asked for.

    layers : of the scans that would count otherwise; people : as ``subject_table`` gives them
    """
    found = matching(people, covariates)
    return _subjects_by_arm(layers[_belongs(layers, found[found["unknown"]])], arms)


def _subjects_by_arm(layers: pd.DataFrame, arms: Sequence[str]) -> pd.Series:
    counted = layers[SUBJECT].drop_duplicates().groupby("arm", observed=True).size()
    return counted.reindex(list(arms)).fillna(0).astype(int)


def _belongs(layers: pd.DataFrame, people: pd.DataFrame) -> pd.Series:
    """Whether each layer is of one of the people."""
    wanted = pd.MultiIndex.from_frame(people[PERSON].astype("str"))
    own = pd.MultiIndex.from_frame(layers[PERSON].astype("str"))
    return pd.Series(own.isin(wanted), index=layers.index)


def group_profiles(cohort: Cohort) -> pd.DataFrame:
    """Mean and SD over subjects at each depth: arm (in order), depth_um, mean, sd, n_subjects."""
    tables = [
        cohort.profiles[cohort.profiles["arm"] == arm]
        .groupby("depth_um")[cohort.score]
        .agg(mean="mean", sd="std", n_subjects="size")
        .reset_index()
        .assign(arm=arm)
        for arm in cohort.groups["arm"]
    ]
    columns = ["arm", "depth_um", "mean", "sd", "n_subjects"]
    filled = [table for table in tables if len(table)]
    return (
        pd.concat(filled, ignore_index=True)[columns] if filled else pd.DataFrame(columns=columns)
    )


def describe(cohort: Cohort) -> str:
    """The groups in one sentence: mean ± SD over subjects."""
    name = "mean grade" if cohort.score == "grade_mean" else cohort.score.replace("_", " ")
    parts = [
        f"{group.arm} {group.mean:.2f} ± {group.sd:.2f} (n = {group.n_subjects})"
        if group.n_subjects > 1
        else f"{group.arm} {group.mean:.2f} (n = 1)"
        for group in cohort.by_arm()
        if group.n_subjects
    ]
    if not parts:
        return ""
    return (
        f"{capital(', '.join(parts))}: {name} of 4, mean ± SD over subjects, {cohort.range_name}."
    )


def capital(name: str) -> str:
    """A name as the first word of a sentence."""
    return name[:1].upper() + name[1:]
