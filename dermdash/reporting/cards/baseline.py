"""The card of what the arms were like before anything was done."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import pandas as pd

from dermdash.analysis.baseline import baseline_table, baseline_visit, people_of
from dermdash.analysis.flow import TOGETHER
from dermdash.reporting.blocks import MISSING, Attachment, Column, Content, Paragraph, Table
from dermdash.reporting.cards.known import Known, read_known
from dermdash.reporting.cards.source import Source
from dermdash.reporting.words import plural
from dermdash.stats.plan import POPULATIONS
from dermdash.stats.words import number

NO_P = (
    "There are no p-values here, on purpose: where arms were drawn by lot, what differs between "
    "them is chance by design, and a test of it says nothing. Whether a difference matters is "
    "judged by its size."
)
OF_COHORTS = (
    "There are no p-values here, on purpose: these groups differ by how they were chosen, and a "
    "test cannot say which difference matters. Its size can."
)


@dataclass(frozen=True, slots=True)
class Baseline:
    """Covariates and the baseline score by arm."""

    card: ClassVar[str] = "baseline"
    study_id: int

    def read(self, source: Source) -> Known:
        return read_known(source, self.study_id)

    def answer(self, inputs: Known) -> Content:
        record, population = inputs.record, POPULATIONS[inputs.evidence.population]
        people = people_of(record, inputs.evidence)
        found = baseline_table(record, inputs.evidence, inputs.asked)
        visit = baseline_visit(record, inputs.asked)
        if people.empty:
            said = (
                f"No subject of the {population} has an arm yet, so there is nothing to describe."
            )
            return Content("Baseline", said, (Paragraph(said, "lead"),))
        said = (
            f"What was known of {plural(len(people), 'subject')} of the {population}"
            f"{f' at {visit}' if visit else ''}."
        )
        tables = [
            _table(found[found["arm"].isin(arms)], arms, caption)
            for arms, caption in _columns(inputs, len(people))
        ]
        note = OF_COHORTS if record.study.kind == "cohorts" else NO_P
        return Content(
            "Baseline",
            said,
            (
                Paragraph(said, "lead"),
                *(table for table in tables if table.rows),
                Paragraph(
                    "Numbers are mean ± SD, then median (lowest to highest); categories are how "
                    "many of those who are known, with their share. Missing values are counted, "
                    "and never filled in.",
                    "note",
                ),
                Paragraph(note, "note"),
                *_remarks(inputs),
                Attachment(
                    "baseline",
                    found.assign(arm=found["arm"].replace(TOGETHER, "all")),
                    "One row a characteristic, arm and level, as numbers.",
                ),
            ),
        )


def _columns(known: Known, n: int) -> list[tuple[Sequence[str], str]]:
    record = known.record
    if record.sides:
        return [
            ([TOGETHER], f"The {plural(n, 'subject')}, both sides alike"),
            (record.arms, "The sides"),
        ]
    together = [TOGETHER] if len(record.arms) > 1 else []
    return [([*record.arms, *together], "Subjects by arm")]


def _table(found: pd.DataFrame, arms: Sequence[str], caption: str) -> Table:
    """The tidy rows side by side, an arm a column."""
    rows: list[tuple[Any, ...]] = []
    for name, own in found.groupby("characteristic", sort=False):
        match own["kind"].iloc[0]:
            case "total":
                rows.append((str(name), *_cells(own, arms, lambda one: f"{one['count']:.0f}")))
                continue
            case "number" | "score":
                rows.append((f"{name}: mean ± SD", *_cells(own, arms, _mean)))
                rows.append((f"{name}: median (lowest to highest)", *_cells(own, arms, _median)))
            case _:
                for level, of_level in own.groupby("level", sort=False):
                    rows.append((f"{name}: {level}", *_cells(of_level, arms, _share)))
        once = own.drop_duplicates("arm")
        if once["n_missing"].any():
            missing = _cells(once, arms, lambda one: f"{one['n_missing']:.0f}")
            rows.append((f"{name}: missing", *missing))
    heads = (Column("Characteristic"), *(Column(arm or "all") for arm in arms))
    return Table(caption, heads, tuple(rows))


def _cells(
    own: pd.DataFrame, arms: Sequence[str], words: Callable[[dict[str, Any]], str]
) -> list[str]:
    by_arm = {row["arm"]: {str(k): v for k, v in row.items()} for row in own.to_dict("records")}
    return [words(by_arm[arm]) if arm in by_arm else MISSING for arm in arms]


def _mean(one: dict[str, Any]) -> str:
    if not one["n"]:
        return MISSING
    if pd.isna(one["sd"]):
        return number(one["mean"])
    return f"{number(one['mean'])} ± {number(one['sd'])}"


def _median(one: dict[str, Any]) -> str:
    if not one["n"]:
        return MISSING
    write = number if one["kind"] == "score" else _short
    middle, low, high = (write(one[name]) for name in ("median", "low", "high"))
    return f"{middle} ({low} to {high})"


def _short(value: float) -> str:
    """
    >>> _short(34.0), _short(2.345)
    ('34', '2.35')
    """
    return f"{value:.0f}".replace("-", "−") if float(value).is_integer() else number(value)


def _share(one: dict[str, Any]) -> str:
    """
    >>> _share({"count": 3, "n": 12}), _share({"count": 0, "n": 0})
    ('3 (25 %)', '–')
    """
    if not one["n"]:
        return MISSING
    return f"{one['count']:.0f} ({100 * one['count'] / one['n']:.0f} %)"


def _remarks(known: Known) -> tuple[Paragraph, ...]:
    """Covariates that are free text, and so are not counted."""
    texts = [spec.name for spec in known.record.covariates if spec.kind == "text"]
    if not texts:
        return ()
    return (Paragraph(f"Free text is not counted: {', '.join(texts)}.", "note"),)
