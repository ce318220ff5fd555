"""What a study in the store gives to the plan of the next one: its spread, never its effect."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dermdash.errors import DesignError, TableError
from dermdash.stats.power import Question
from dermdash.stats.spread import (
    StudySpread,
    correlation_of_study,
    sd_after_baseline,
    sd_of_study,
)

if TYPE_CHECKING:
    from dermdash.trial.studies import Study

Groups = dict[str, NDArray[np.float64]]


def visits_to_plan_from(study: "Study", question: Question) -> tuple[str, ...]:
    """Visits whose spread a question may be planned from, the likeliest first.

    Later visits, the last first, for changes; all, from the baseline, for arms at one visit; none
    where groups were compared once, over all visits together.
    """
    names = tuple(visit.name for visit in study.visits)
    if question in ("paired", "change"):
        first = _baseline(study)
        return tuple(name for name in reversed(names) if name != first)
    return () if study.kind == "cohorts" else names


def spread_of_study(
    study: "Study", table: pd.DataFrame, score: str, question: Question, *, visit: str | None = None
) -> StudySpread:
    """The SD that a question is planned with, from a study's scores.

    table : subject_id, arm, visit and the score, as ``comparisons.Scored`` has it
    visit : one of `visits_to_plan_from`, its first where None

    ``paired``: of the changes since baseline, or of the differences between a subject's sides;
    ``change``: of the visit's scores after adjusting for baseline; others: of scores within arms.

    Raises
    ------
    DesignError
        The study has no such visit, no changes, or sides in the place of arms.
    TableError
        Too few subjects to have an SD.
    """
    choices = visits_to_plan_from(study, question)
    if visit is not None and visit not in choices:
        raise DesignError(
            f"visit {visit!r} of {study.name} does not fit; choose {', '.join(choices) or 'none'}"
        )
    at = visit or (choices[0] if choices else None)
    sides = study.kind == "hemi_face"
    if sides and question != "paired":
        raise DesignError(
            f"{study.name} compares sides of the same subjects, so it plans paired designs only; "
            "choose another study or assume the spread"
        )
    if question in ("paired", "change"):
        if not sides and (study.kind == "cohorts" or at is None):
            raise DesignError(
                f"{study.name} has no baseline with a later visit, so it says nothing of changes; "
                "choose another study or assume the spread"
            )
        try:
            if sides:
                return _of_sides(study, table, score, at)
            return _of_changes(study, table, score, str(at), question)
        except TableError as refusal:
            raise TableError(f"{study.name} cannot be planned from: {refusal}") from refusal
    return _of_scores(study, table, score, at)


def _of_scores(study: "Study", table: pd.DataFrame, score: str, visit: str | None) -> StudySpread:
    """Within arms, a value a subject: at one visit, or over all together."""
    chosen = table if visit is None else table[table["visit"] == visit]
    subjects = chosen.groupby(["subject_id", "arm"], observed=True, as_index=False)[[score]].mean()
    groups = _by_arm(subjects, subjects[score])
    return StudySpread(
        study.name,
        "scores within arms" + (f" at {visit}" if visit else ""),
        sd_of_study(groups),
        len(subjects),
    )


def _of_changes(
    study: "Study", table: pd.DataFrame, score: str, visit: str, question: Question
) -> StudySpread:
    first = _baseline(study)
    wide = table.pivot_table(score, ["subject_id", "arm"], "visit", observed=True)
    both = wide.reindex(columns=[first, visit]).dropna().reset_index()
    before, after = (_by_arm(both, both[name]) for name in (first, visit))
    later = sd_of_study(after)
    correlation = correlation_of_study(before, after)
    if question == "paired":
        of = f"changes {visit} − {first} within arms"
        sd = sd_of_study(_by_arm(both, both[visit] - both[first]))
    else:
        of = f"scores within arms at {visit}, adjusted for {first}"
        sd = sd_after_baseline(later, correlation)
    return StudySpread(
        study.name, of, sd, len(both), (first, visit), sd_of_study(before), later, correlation
    )


def _of_sides(study: "Study", table: pd.DataFrame, score: str, visit: str | None) -> StudySpread:
    """Of the differences between a subject's two sides: of their changes, where there are any."""
    first = _baseline(study)
    arms = [arm.name for arm in study.arms]
    if len(arms) != 2:
        raise TableError(f"it has {len(arms)} sides, and a difference needs two")
    visits = [first] if visit is None else [first, visit]
    wide = table.pivot_table(score, "subject_id", ["arm", "visit"], observed=True)
    wide = wide.reindex(columns=pd.MultiIndex.from_product([arms, visits])).dropna()
    sides = [wide[arm] for arm in arms]
    change = [side[visits[-1]] - (side[first] if visit else 0) for side in sides]
    difference = (change[0] - change[1]).to_numpy(float)
    what = f"of changes {visit} − {first}" if visit else f"at {first}"
    return StudySpread(
        study.name,
        f"differences {what} between the sides of a subject",
        sd_of_study({"sides": difference}),
        len(difference),
    )


def _by_arm(rows: pd.DataFrame, values: "pd.Series[float]") -> Groups:
    """The values of each arm, in the order of the rows."""
    return {
        str(arm): np.asarray(values.loc[places], np.float64)
        for arm, places in rows.groupby("arm", observed=True).groups.items()
    }


def _baseline(study: "Study") -> str:
    marked = [visit.name for visit in study.visits if visit.is_baseline]
    return marked[0] if marked else study.visits[0].name
