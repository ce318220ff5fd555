"""One true sentence on what a study's graded scans show."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from dermdash.analysis.cohorts import SUBJECT, Score, capital, cohort_of

if TYPE_CHECKING:
    from dermdash.trial.studies import Study


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


def signed(value: float) -> str:
    """A change with its sign, the minus as long as the plus.

    >>> signed(0.346), signed(-0.04)
    ('+0.35', '−0.04')
    """
    return f"{value:+.2f}".replace("-", "−")
