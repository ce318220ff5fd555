"""A study's question, answered: one row a subject, arm and visit goes to the statistics."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

import pandas as pd

from dermdash.analysis.cohorts import Cohort, Score
from dermdash.analysis.filters import DEPTHS_UM, range_name
from dermdash.errors import DesignError
from dermdash.stats.comparison import Comparison, compare
from dermdash.stats.designs.answer import WithinArm
from dermdash.stats.places import mean_by
from dermdash.stats.plan import Plan
from dermdash.stats.visits import mean_changes

if TYPE_CHECKING:
    from dermdash.trial.studies import Study
    from dermdash.trial.transaction import Transaction

SCORES: tuple[str, ...] = get_args(Score)
CELL = ["study", "subject_id", "arm", "visit"]


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """A study's scores over a depth range.

    table : study, subject_id, arm, visit, score, n_scans; one row a subject, arm and visit,
        averaged over scans
    short : study, subject_id, arm, visit; cells whose scans do not cover the range
    profiles : the layers behind the table, one row a scan and layer
    """

    table: pd.DataFrame
    short: pd.DataFrame
    profiles: pd.DataFrame

    def with_days(self, study: "Study") -> pd.DataFrame:
        """The table with each visit's day."""
        days = {visit.name: visit.day for visit in study.visits}
        return self.table.assign(day=self.table["visit"].astype("str").map(days))


def score_cells(
    profiles: pd.DataFrame, score: str, *, depth_um: tuple[int, int] = DEPTHS_UM, shift_um: int = 0
) -> Scored:
    """Average profiles over a depth range, then a cell's scans.

    profiles : one row a scan and layer, as ``trial.gradings.profiles`` gives it
    depth_um : first and last layer, both included
    shift_um : how much deeper the DEJ is taken to lie; layers beyond 0 to 69 need the margin

    A scan that does not cover each layer of the range does not count: a score over fewer layers
    is another score.
    """
    first, last = depth_um[0] + shift_um, depth_um[1] + shift_um
    whole = _placed_scans(profiles, score, (first, last))
    table = _mean_cells(whole, score)
    chosen = profiles[profiles["depth_um"].between(first, last)]
    asked = profiles[CELL].drop_duplicates().astype("str")
    found = table[CELL].astype("str")
    missing = asked.merge(found, how="left", indicator=True).query("_merge == 'left_only'")
    return Scored(
        table,
        missing[CELL].reset_index(drop=True),
        chosen[chosen["scan_id"].isin(whole["scan_id"])],
    )


def score_table(
    profiles: pd.DataFrame, score: str, *, depth_um: tuple[int, int] = DEPTHS_UM, shift_um: int = 0
) -> pd.DataFrame:
    """The table of ``score_cells`` alone, which is quicker to have."""
    first, last = depth_um[0] + shift_um, depth_um[1] + shift_um
    return _mean_cells(_placed_scans(profiles, score, (first, last)), score)


def _placed_scans(profiles: pd.DataFrame, score: str, depth_um: tuple[int, int]) -> pd.DataFrame:
    """The scans that cover a range, as ``score_scans`` gives them, with their sites if known."""
    whole = score_scans(profiles, score, depth_um=depth_um)
    if "site" not in profiles:
        return whole
    sites = profiles[["scan_id", "site"]].drop_duplicates("scan_id")
    return whole.merge(sites, on="scan_id")


def _mean_cells(whole: pd.DataFrame, score: str) -> pd.DataFrame:
    """Scans averaged within their cells."""
    counts = whole.groupby(CELL, observed=True, as_index=False).agg(n_scans=("scan_id", "nunique"))
    table = mean_by(whole, CELL, ["score"]).merge(counts, on=CELL)
    return table.rename(columns={"score": score})


def score_scans(
    profiles: pd.DataFrame, score: str, *, depth_um: tuple[int, int] = DEPTHS_UM
) -> pd.DataFrame:
    """Average the layers of each scan that covers a depth range.

    Columns: study, subject_id, arm, visit, scan_id, score, n_layers.
    """
    first, last = depth_um
    chosen = profiles[profiles["depth_um"].between(first, last)]
    scans = chosen.groupby([*CELL, "scan_id"], observed=True, as_index=False).agg(
        score=(score, "mean"), n_layers=("depth_um", "nunique")
    )
    return scans[scans["n_layers"] == last - first + 1]


def compare_cohort(cohort: Cohort, *, control: str | None = None) -> Comparison:
    """Compare the arms of a cohort over its depth range, a value a subject.

    Raises
    ------
    TableError
        There are not two arms of two subjects.
    """
    arms = list(cohort.groups["arm"][cohort.groups["n_subjects"] > 0])
    return compare_subjects(
        cohort.subjects, cohort.score, arms, control=control, depth_um=cohort.depth_um
    )


def compare_subjects(
    table: pd.DataFrame,
    score: str,
    arms: Sequence[str],
    *,
    control: str | None = None,
    depth_um: tuple[int, int] = DEPTHS_UM,
) -> Comparison:
    """Compare arms by the mean of each subject's rows; several studies are blocks.

    table : study, subject_id, arm and the score
    arms : in order; others are left out
    depth_um : the range that the scores are over

    Raises
    ------
    TableError
        There are not two arms of two subjects.
    """
    subjects = subject_rows(table, score, arms)
    plan = Plan(
        score,
        between="arm",
        subject="subject_id",
        block="study" if subjects["study"].nunique() > 1 else None,
        control=control if control in arms and len(arms) > 1 else None,
        depth_um=depth_um,
    )
    return compare(subjects, plan)


def subject_rows(table: pd.DataFrame, score: str, arms: Sequence[str]) -> pd.DataFrame:
    """The rows that `compare_subjects` compares: study, subject_id, arm and the mean score.

    Where studies are pooled, a subject's code carries its study: codes may be the same in two.
    """
    keys = ["study", "subject_id", "arm"]
    subjects = table.groupby(keys, observed=True, as_index=False)[[score]].mean()
    subjects = subjects[subjects["arm"].isin(list(arms))].astype({"arm": "str"})
    if subjects["study"].nunique() > 1:
        code, study = subjects["subject_id"].astype("str"), subjects["study"].astype("str")
        subjects = subjects.assign(subject_id=code + " (" + study + ")")
    order = list(arms)
    return subjects.sort_values("arm", key=lambda names: names.map(order.index), kind="stable")


def score_study(tx: "Transaction", study_id: int, score: str) -> Scored:
    """A study's scores over the whole dermis.

    Raises
    ------
    DesignError
        No scan of the study is graded over all of it.
    """
    from dermdash.trial.gradings import profiles
    from dermdash.trial.studies import get_study

    scored = score_cells(profiles(tx, study_id), score, depth_um=DEPTHS_UM)
    if scored.table.empty:
        name = get_study(tx, study_id).name
        raise DesignError(f"no scan of {name} is graded over {range_name(DEPTHS_UM)}; grade one")
    return scored


def compare_study(
    study: "Study",
    scored: Scored,
    score: str,
    *,
    control: str | None = None,
    alpha: float = 0.05,
) -> Comparison:
    """Compare a study by its kind: arms, arms over visits, or sides over visits.

    Cohorts are compared over all their visits together; the study's control and baseline hold
    where none is named.

    Raises
    ------
    TableError
        The graded scans do not make up the design.
    """
    plan = study_plan(study, scored.table, score, control=control, alpha=alpha)
    table = scored.table
    if plan.within is None:
        keys = ["study", "subject_id", "arm"]
        table = table.groupby(keys, observed=True, as_index=False)[[score]].mean()
    order = {arm.name: place for place, arm in enumerate(study.arms)}
    return compare(
        table.sort_values("arm", key=lambda arms: arms.astype("str").map(order), kind="stable"),
        plan,
    )


def study_plan(
    study: "Study",
    table: pd.DataFrame,
    score: str,
    *,
    control: str | None = None,
    alpha: float = 0.05,
) -> Plan:
    """The plan that a study's kind calls for, before anybody has written one."""
    controls = [arm.name for arm in study.arms if arm.is_control]
    baselines = [visit.name for visit in study.visits if visit.is_baseline]
    over_visits = study.kind != "cohorts" and table["visit"].nunique() > 1
    several_arms = table["arm"].nunique() > 1
    if control is None and several_arms and len(controls) == 1:
        control = controls[0]
    return Plan(
        score,
        between="arm" if several_arms or not over_visits else None,
        within="visit" if over_visits else None,
        subject="subject_id",
        control=control,
        visits=tuple(visit.name for visit in study.visits) if over_visits else (),
        baseline=baselines[0] if over_visits and baselines else None,
        alpha=alpha,
    )


def changes_by_visit(study: "Study", scored: Scored, found: Comparison) -> pd.DataFrame:
    """Each arm's mean change since the baseline, the baseline itself as 0.

    scored : what was compared

    Columns: arm, visit, day, mean, ci_low, ci_high, n; intervals are missing with one subject.
    """
    days = {visit.name: visit.day for visit in study.visits}
    rows = [
        {
            "arm": row.change.arm,
            "visit": row.visit,
            "day": days[row.visit],
            "mean": row.change.mean,
            "ci_low": row.change.ci_low,
            "ci_high": row.change.ci_high,
            "n": row.change.n,
        }
        for row in found.within_arm or _within_one_arm(scored.table, found)
    ]
    for arm in dict.fromkeys(row["arm"] for row in rows):
        first = found.visits[0]
        n = max(int(str(row["n"])) for row in rows if row["arm"] == arm)
        zero = {"mean": 0.0, "ci_low": 0.0, "ci_high": 0.0, "n": n}
        rows.append({"arm": arm, "visit": first, "day": days[first], **zero})
    return pd.DataFrame(rows).sort_values(["arm", "day"], kind="stable", ignore_index=True)


def _within_one_arm(table: pd.DataFrame, found: Comparison) -> list[WithinArm]:
    """The changes of the subjects seen at every visit, where visits alone were compared."""
    wide = table.astype({"visit": "str"}).pivot(
        index=["arm", "subject_id"], columns="visit", values=found.plan.value
    )
    seen = wide[list(found.visits)].dropna()
    arms = seen.index.get_level_values("arm").astype("str").tolist()
    first, *later = found.visits
    return [
        WithinArm(visit, change)
        for visit in later
        for change in mean_changes(seen[visit], seen[first], arms, alpha=found.plan.alpha)
    ]
