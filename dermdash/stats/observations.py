"""A tidy table made fit for tests: numbers, names in order, one value a subject and cell."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dermdash.errors import TableError
from dermdash.stats.days import order_visits
from dermdash.stats.plan import Plan

MISSING = frozenset({"", "na", "n/a", "nan", "none", "null", "."})
LARGEST = 1e50  # of values, and the inverse of the least: fourth powers stay numbers
ALONE = "all"  # the arm or visit where a table has one only


@dataclass(frozen=True, slots=True, eq=False)
class Observations:
    """Values by subject, arm and visit.

    table : subject, arm, visit, block (text), value (float); one row a subject, arm and visit
    arms : in the order of the table, the control last; visits : in the order of their days
    dropped : rows without a value or a name, by reason
    """

    table: pd.DataFrame
    arms: tuple[str, ...]
    visits: tuple[str, ...]
    dropped: dict[str, int]
    warnings: tuple[str, ...]

    def groups(self) -> dict[str, np.ndarray]:
        """The values of each arm, in the order of ``arms``."""
        by_arm = self.table.groupby("arm", sort=False)["value"]
        return {arm: by_arm.get_group(arm).to_numpy(float) for arm in self.arms}

    def wide(self, columns: str = "visit") -> pd.DataFrame:
        """A row a subject, a column a visit (or arm), NaN where a value is missing."""
        names = self.visits if columns == "visit" else self.arms
        index = ["subject", "arm"] if columns == "visit" else ["subject"]
        table = self.table.pivot(index=index, columns=columns, values="value")
        return table.reindex(columns=list(names))


def observe(table: pd.DataFrame, plan: Plan) -> Observations:
    """Take from a table what the plan names.

    Rows without a value, subject, arm or visit are dropped and counted.

    Raises
    ------
    TableError
        A column is missing, a value is no number, nothing is left, or a subject has two values in
        one cell.
    """
    taken = _take(table.reset_index(drop=True), plan)
    taken, dropped = _complete_rows(taken)
    warnings = []
    if taken.empty:
        raise TableError(f"no row of the table has a number in {plan.value!r}; give it values")
    if plan.subject is None:
        taken["subject"] = [f"row {row}" for row in taken.index + 1]
        warnings.append(
            "No column names the subjects, so each row was taken as one subject; "
            "several scans of one subject must be averaged first."
        )
    roles = ("arm", "visit", "block")
    taken = taken.assign(**{role: ALONE for role in roles if role not in taken})
    _refuse_two_blocks(taken, plan)
    _refuse_twice(taken)
    if unclear := _missing_names(taken):
        warnings.append(
            f"{unclear} taken as a name like any other; where it means that the name is missing, "
            "leave the cell empty."
        )
    if dropped:
        counted = ", ".join(f"{n} {reason}" for reason, n in dropped.items())
        warnings.append(f"Rows left out: {counted}.")
    return Observations(
        taken[["subject", "arm", "visit", "block", "value"]].reset_index(drop=True),
        _put("control", plan.control, list(dict.fromkeys(taken["arm"])), last=True),
        _put("baseline", plan.baseline, _visits(list(taken["visit"]), plan), last=False),
        dropped,
        tuple(warnings),
    )


def _take(table: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """The columns that the plan names, under the names of their roles."""
    roles = {
        "value": plan.value,
        "subject": plan.subject,
        "arm": plan.between,
        "visit": plan.within,
        "block": plan.block,
    }
    taken = {}
    for role, name in roles.items():
        if name is None:
            continue
        found = table.loc[:, table.columns == name]
        if found.shape[1] != 1:
            has = "no column" if found.empty else f"{found.shape[1]} columns"
            raise TableError(f"the table has {has} {name!r}; it has {_listed(table.columns)}")
        column = found.iloc[:, 0]
        taken[role] = _numbers(column, name) if role == "value" else _names(column)
    return pd.DataFrame(taken)


def _complete_rows(taken: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, int]]:
    dropped = {}
    for role in taken.columns:
        missing = taken[role].isna()
        if missing.any():
            dropped[f"without {'an' if role == 'arm' else 'a'} {role}"] = int(missing.sum())
            taken = taken[~missing]
    return taken.copy(), dropped


def _missing_names(taken: pd.DataFrame) -> str:
    """Names that programs write for a missing one, in words: ``The arm 'NA' is``."""
    found = [
        (role, name)
        for role in ("subject", "arm", "visit", "block")
        for name in dict.fromkeys(taken[role])
        if name.casefold() in MISSING - {"none"}
    ]
    named = " and ".join(f"the {role} {name!r}" for role, name in found)
    return f"{named[:1].upper()}{named[1:]} {'is' if len(found) == 1 else 'are'}" if found else ""


def _visits(names: list[str], plan: Plan) -> list[str]:
    """The visits of the table in the plan's order, or by their days."""
    unknown = set(names) - set(plan.visits)
    if not plan.visits or plan.within is None:
        return order_visits(names)
    if unknown:
        raise TableError(f"visit {min(unknown)!r} is not in the plan, which has {plan.visits}")
    return [visit for visit in plan.visits if visit in set(names)]


def _put(role: str, name: str | None, names: list[str], *, last: bool) -> tuple[str, ...]:
    """The names with one of them moved to an end."""
    if name is None:
        return tuple(names)
    if name not in names:
        raise TableError(f"{role}={name!r} is not in the table; choose from {_listed(names)}")
    others = [other for other in names if other != name]
    return (*others, name) if last else (name, *others)


def _numbers(column: pd.Series, name: str) -> pd.Series:
    """Floats; missing stays missing, anything else that is no finite number is refused."""
    if pd.api.types.is_bool_dtype(column) or pd.api.types.is_datetime64_any_dtype(column):
        raise TableError(f"column {name!r} holds no numbers; give scores")
    text = column.astype("object").map(lambda cell: "" if pd.isna(cell) else str(cell).strip())
    missing = text.str.casefold().isin(MISSING)
    values = pd.to_numeric(text.where(~missing), errors="coerce").astype(float)
    bad = text[~missing & ~np.isfinite(values)]
    if len(bad):
        raise TableError(
            f"column {name!r} holds {bad.iloc[0][:40]!r} in row {bad.index[0] + 1}, which is no "
            "number; correct it or leave it empty"
        )
    largest = float(values.abs().max())
    if largest > LARGEST or 0 < largest < 1 / LARGEST:
        raise TableError(
            f"column {name!r} holds values of up to {largest:.0e}, whose squares leave what a "
            "computer can hold; give them in another unit"
        )
    return values


def _names(column: pd.Series) -> pd.Series:
    """Text without outer blanks; empty cells are missing."""

    def name(cell: object) -> str | None:
        if pd.isna(cell):  # type: ignore[call-overload]
            return None
        text = str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
        return text.strip() or None

    return column.astype("object").map(name).astype("object")


def _refuse_twice(table: pd.DataFrame) -> None:
    cells = ["subject", "arm", "visit"]
    twice = table[table.duplicated(cells, keep=False)]
    if twice.empty:
        return
    subject, arm, visit = twice.iloc[0][cells]
    n = int((twice[cells] == [subject, arm, visit]).all(axis=1).sum())
    place = ", ".join(name for name in (arm, visit) if name != ALONE)
    where = f" in {place}" if place else ""
    raise TableError(
        f"subject {subject} has {n} values{where}; average each subject's scans first, or name "
        "the column that tells its visits apart as within"
    )


def _refuse_two_blocks(table: pd.DataFrame, plan: Plan) -> None:
    several = table.groupby("subject")["block"].nunique()
    several = several[several > 1]
    if len(several):
        raise TableError(
            f"subject {several.index[0]} stands in {several.iloc[0]} values of {plan.block!r}; a "
            "subject belongs to one of them; give different subjects different names"
        )


def _listed(names: Iterable[object]) -> str:
    shown = [repr(str(name)) for name in names]
    more = len(shown) - 12
    return ", ".join(shown[:12]) + (f" and {more} more" if more > 0 else "")
