"""From a study's graded scans to one row a subject: cohorts, their groups and one true sentence."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pandas as pd

from dermdash.errors import DesignError

if TYPE_CHECKING:
    from dermdash.trial.studies import Study
    from dermdash.trial.transaction import Transaction

Score = Literal["expected_grade", "grade_mean"]

DEPTH_STOP_UM = 70  # Breugnot 2023, 2.1: the dermis that experts could read; layers 0 to 69 um
SUBJECT = ["study", "subject_id", "arm"]


@dataclass(frozen=True, slots=True)
class Group:
    """An arm of a cohort: mean and SD over subjects, NaN where there are none (or one)."""

    arm: str
    mean: float
    sd: float
    n_subjects: int
    n_scans: int
    n_missing: int


@dataclass(frozen=True, slots=True)
class Cohort:
    """A selection of subjects' profiles; scans are averaged before subjects are counted.

    score : the column that was averaged, ``expected_grade`` or ``grade_mean``
    profiles : study, subject_id, arm, depth_um, score; one row a subject and depth, 0 to 69 um
    subjects : study, subject_id, arm, score, n_scans; one row a subject, mean over 0 to 69 um
    groups : arm, mean, sd, n_subjects, n_scans, n_missing; one row an arm, in the order given
    """

    score: Score
    profiles: pd.DataFrame
    subjects: pd.DataFrame
    groups: pd.DataFrame

    def by_arm(self) -> list[Group]:
        """The rows of ``groups``."""
        return [Group(*row) for row in self.groups.itertuples(index=False)]


def cohort(
    tx: "Transaction",
    study_id: int,
    *,
    arms: Sequence[str] | None = None,
    visit: str | None = None,
    site: str | None = None,
    score: Score = "expected_grade",
) -> Cohort:
    """Average the graded scans of a study by subject.

    arms : names in the order wanted; None takes the study's, in the order of creation
    visit, site : None averages over all of them

    Raises
    ------
    DesignError
        The study has no such arm, visit or site.
    """
    from dermdash.trial.gradings import profiles
    from dermdash.trial.studies import get_study

    study = get_study(tx, study_id)
    known = tuple(arm.name for arm in study.arms)
    for what, value, names in (
        *(("arm", arm, known) for arm in arms or ()),
        ("visit", visit, tuple(v.name for v in study.visits)),
        ("site", site, tuple(s.name for s in study.sites)),
    ):
        if value is not None and value not in names:
            raise DesignError(f"{what} {value!r} is not in study {study.name!r}; it has {names}")
    return cohort_of(
        profiles(tx, study_id), arms=arms or known, visit=visit, site=site, score=score
    )


def cohort_of(
    profiles: pd.DataFrame,
    *,
    arms: Sequence[str],
    visit: str | None = None,
    site: str | None = None,
    score: Score = "expected_grade",
) -> Cohort:
    """Average tidy profiles by subject.

    profiles : one row a scan and depth: scan_id, study, subject_id, arm, visit, site, depth_um,
        grade_mean, expected_grade

    A scan that does not cover each layer from 0 to 69 um is left out, since a score from a shorter
    slab is not the score of the whole dermis; a subject with no other scan counts as missing.
    """
    chosen = profiles[
        profiles["arm"].isin(list(arms))
        & profiles["depth_um"].between(0, DEPTH_STOP_UM - 1)
        & ((profiles["visit"] == visit) if visit is not None else True)
        & ((profiles["site"] == site) if site is not None else True)
    ]
    layers = chosen.groupby("scan_id")["depth_um"].transform("nunique")
    whole = chosen[layers == DEPTH_STOP_UM]
    by_depth = whole.groupby([*SUBJECT, "depth_um"], as_index=False, observed=True)[[score]].mean()
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
    asked = chosen[SUBJECT].drop_duplicates().groupby("arm", observed=True).size()
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
    groups["n_missing"] = asked.reindex(list(arms)).fillna(0).astype(int) - groups["n_subjects"]
    return Cohort(score, by_depth, subjects, groups.reset_index(names="arm"))


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


def changes(
    profiles: pd.DataFrame,
    *,
    arms: Sequence[str],
    baseline: str,
    later: str,
    score: Score = "expected_grade",
) -> pd.DataFrame:
    """Change of each subject scored at both visits, *later − baseline*: subject_id, arm, change."""
    first, last = (
        cohort_of(profiles, arms=arms, visit=visit, score=score).subjects
        for visit in (baseline, later)
    )
    both = first.merge(last, on=SUBJECT, suffixes=("_baseline", "_later"))
    both["change"] = both[f"{score}_later"] - both[f"{score}_baseline"]
    return both[[*SUBJECT, "change"]]


def describe(cohort: Cohort) -> str:
    """The groups in one sentence: mean ± SD over subjects."""
    name = cohort.score.replace("_", " ")
    parts = [
        f"{group.arm} {group.mean:.2f} ± {group.sd:.2f} (n = {group.n_subjects})"
        if group.n_subjects > 1
        else f"{group.arm} {group.mean:.2f} (n = 1)"
        for group in cohort.by_arm()
        if group.n_subjects
    ]
    if not parts:
        return ""
    return f"{capital(', '.join(parts))}: {name} of 4, mean ± SD over subjects, 0 to 69 µm."


def headline(study: "Study", profiles: pd.DataFrame) -> str:
    """Say in one sentence what the study's graded scans show; empty while they show nothing yet."""
    if study.kind == "before_after" and (sentence := _headline_of_changes(study, profiles)):
        return sentence
    arms = [arm.name for arm in study.arms]
    groups = [group for group in cohort_of(profiles, arms=arms).by_arm() if group.n_subjects]
    if not groups:
        return ""
    if len(groups) == 1:
        only = groups[0]
        return f"{capital(only.arm)} scores {only.mean:.1f} of 4 (n = {only.n_subjects})"
    low = min(groups, key=lambda group: group.mean)
    high = max(groups, key=lambda group: group.mean)
    counts = f"n = {high.n_subjects} and {low.n_subjects}"
    if f"{high.mean:.2f}" == f"{low.mean:.2f}":
        return f"{capital(high.arm)} and {low.arm} score alike, {high.mean:.2f} of 4 ({counts})"
    digits = 1 if f"{high.mean:.1f}" != f"{low.mean:.1f}" else 2
    against = f"{high.mean:.{digits}f} against {low.mean:.{digits}f} of 4"
    where = f" in {low.arm}" if len(groups) > 2 else ""
    return f"{capital(high.arm)} scores higher: {against}{where} ({counts})"


def _headline_of_changes(study: "Study", profiles: pd.DataFrame) -> str:
    """The difference of changes, *treatment − control*, at the last visit that both arms have."""
    control = [arm.name for arm in study.arms if arm.is_control]
    others = [arm.name for arm in study.arms if not arm.is_control]
    baseline = [visit.name for visit in study.visits if visit.is_baseline]
    if len(control) != 1 or len(others) != 1 or len(baseline) != 1:
        return ""
    for visit in reversed([v.name for v in study.visits if not v.is_baseline]):
        table = changes(
            profiles, arms=[*others, *control], baseline=baseline[0], later=visit
        ).groupby("arm", observed=True)["change"]
        mean, count = table.mean(), table.size()
        if len(mean) < 2 or not (count > 1).all():
            continue
        treated, untreated = float(mean[others[0]]), float(mean[control[0]])
        numbers = (
            f"({signed(treated)} against {signed(untreated)}, "
            f"n = {count[others[0]]} and {count[control[0]]})"
        )
        difference = treated - untreated
        if f"{abs(difference):.2f}" == "0.00":
            return f"{baseline[0]} to {visit}, {others[0]} and {control[0]} changed alike {numbers}"
        more = "more" if difference > 0 else "less"
        return (
            f"{baseline[0]} to {visit}, {others[0]} rose {abs(difference):.2f} {more} "
            f"than {control[0]} {numbers}"
        )
    return ""


def signed(value: float) -> str:
    """A change with its sign, the minus as long as the plus.

    >>> signed(0.346), signed(-0.04)
    ('+0.35', '−0.04')
    """
    return f"{value:+.2f}".replace("-", "−")


def capital(name: str) -> str:
    """A name as the first word of a sentence."""
    return name[:1].upper() + name[1:]
