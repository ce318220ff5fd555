"""What the subjects of each arm were like before anything was done."""

from collections.abc import Sequence

import pandas as pd

from dermdash.analysis.comparisons import score_cells
from dermdash.analysis.evidence import Evidence
from dermdash.analysis.flow import TOGETHER, of_arm
from dermdash.analysis.planned import Asked
from dermdash.analysis.record import Record

BASELINE = [
    *("characteristic", "kind", "level", "arm", "n", "n_missing"),
    *("mean", "sd", "median", "low", "high", "count"),
]
MANY = 20  # different values, beyond which a text is a remark and no category


def baseline_visit(record: Record, asked: Asked) -> str | None:
    """The visit before anything was done; in cohorts the one that is asked for.

    The first one where none is called the baseline; None where the study has none.
    """
    named = [visit.name for visit in record.study.visits if visit.is_baseline]
    if asked.visit is not None and record.study.kind == "cohorts":
        return asked.visit
    return next(iter([*named, *(visit.name for visit in record.study.visits)]), None)


def baseline_table(record: Record, evidence: Evidence, asked: Asked) -> pd.DataFrame:
    """What is known of the subjects of the population, by arm and all together.

    Columns: ``characteristic, kind, level, arm, n, n_missing, mean, sd, median, low, high,
    count``; the arm is TOGETHER for all of them. A number ("number" or "score") has one row an arm;
    a category, or yes and no, one row an arm and level, whose ``count`` is out of ``n``; a "total"
    has its ``count`` alone. Numbers are of those who have a value. In a study of sides what is
    known of subjects is told of all together, since each is in every arm.
    """
    people = people_of(record, evidence)
    rows: list[tuple[object, ...]] = []
    for spec in record.covariates:
        if spec.kind == "text" or spec.name not in people:
            continue
        name = f"{spec.name} ({spec.unit})" if spec.unit else spec.name
        for arm, own in _by_arm(people, _arms(record)):
            if spec.kind == "number":
                rows.append(_number(name, arm, own[spec.name]))
            else:
                levels = sorted(people[spec.name].dropna().unique())
                if spec.kind == "yes_no":
                    levels = ["yes"]
                if len(levels) <= MANY:
                    rows += _category(name, spec.kind, levels, arm, own[spec.name])
    rows += _scores(record, evidence, asked, people)
    return pd.DataFrame(rows, columns=BASELINE)


def people_of(record: Record, evidence: Evidence) -> pd.DataFrame:
    """The subjects of the population whose arm is known, with ``arm``; one row a subject."""
    people = record.subjects
    inside = people["full_analysis"] & (people["status"] != "erased")
    if evidence.population == "per_protocol":
        inside &= people["per_protocol"]
    arms = record.allocations.drop_duplicates("subject_id").set_index("subject_id")["arm"]
    people = people[inside & people["subject_id"].isin(arms.index)]
    if record.sides:
        return people.assign(arm=TOGETHER)
    return people.assign(arm=people["subject_id"].map(arms))


def _arms(record: Record) -> list[str]:
    if record.sides:
        return [TOGETHER]
    return [*record.arms, *([TOGETHER] if len(record.arms) > 1 else [])]


def _by_arm(table: pd.DataFrame, arms: Sequence[str]) -> list[tuple[str, pd.DataFrame]]:
    return [(arm, of_arm(table, arm)) for arm in arms]


def _scores(
    record: Record, evidence: Evidence, asked: Asked, people: pd.DataFrame
) -> list[tuple[object, ...]]:
    """The score at the baseline, and the scans behind it."""
    visit = baseline_visit(record, asked)
    if visit is None:
        return []
    layers = evidence.layers[evidence.layers["visit"].astype("str") == visit]
    table = score_cells(layers, asked.score, depth_um=asked.depth_um).table
    table = table.astype({"subject_id": "str", "arm": "str"})
    allocated = record.allocations[["subject_id", "arm"]].drop_duplicates()
    allocated = allocated[allocated["subject_id"].isin(people["subject_id"])]
    joined = allocated.merge(table[["subject_id", "arm", asked.score, "n_scans"]], how="left")
    arms = [*record.arms, *([TOGETHER] if not record.sides and len(record.arms) > 1 else [])]
    words = {"expected_grade": "expected grade", "grade_mean": "mean grade"}
    rows: list[tuple[object, ...]] = []
    for arm, own in _by_arm(joined, arms):
        name = f"{words[asked.score]} at {visit} (1 to 4)"
        rows.append(_number(name, arm, own[asked.score], kind="score"))
    for arm, own in _by_arm(joined, arms):
        total = int(own["n_scans"].fillna(0).sum())
        rows.append((f"scans at {visit}", "total", "", arm, *(None,) * 7, total))
    return rows


def _number(name: str, arm: str, given: pd.Series, *, kind: str = "number") -> tuple[object, ...]:
    values = pd.to_numeric(given.dropna()).astype(float)
    own: tuple[float | None, ...] = (None,) * 5
    if len(values):
        sd = float(values.std()) if len(values) > 1 else None
        own = (values.mean(), sd, values.median(), values.min(), values.max())
    return (name, kind, "", arm, len(values), len(given) - len(values), *own, None)


def _category(
    name: str, kind: str, levels: Sequence[str], arm: str, given: pd.Series
) -> list[tuple[object, ...]]:
    known = given.dropna()
    missing = len(given) - len(known)
    return [
        (name, kind, level, arm, len(known), missing, *(None,) * 5, int((known == level).sum()))
        for level in levels
    ]
