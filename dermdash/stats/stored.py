"""A comparison back from the plain values that it was kept as."""

import math
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from dermdash.errors import TableError
from dermdash.stats.comparison import Comparison
from dermdash.stats.designs.answer import WithinArm
from dermdash.stats.findings import Alternative, Test
from dermdash.stats.plan import Plan
from dermdash.stats.visits import MeanChange

T = TypeVar("T")

OPEN_ENDS = {"ci_low": -math.inf, "ci_high": math.inf}  # what no number in JSON stands for


def comparison_from_json(values: Mapping[str, Any]) -> Comparison:
    """The comparison that ``Comparison.to_json`` gave.

    Raises
    ------
    TableError
        It was written by another version.

    >>> import pandas as pd
    >>> from dermdash.stats.comparison import compare
    >>> table = pd.DataFrame({"arm": list("aaaabbbb"), "score": [1, 2, 2, 3, 3, 4, 4, 5]})
    >>> found = compare(table, Plan("score", between="arm"))
    >>> comparison_from_json(found.to_json()) == found
    True
    """
    try:
        return _read(Comparison, values)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise TableError(f"the kept comparison cannot be read ({error}); compare again") from error


def _read(kind: type[T], values: Mapping[str, Any]) -> T:
    """A dataclass from plain values, each field by its type."""
    hints = _hints(kind)
    given = {}
    for field in fields(kind):  # type: ignore[arg-type]
        if field.name in values:
            given[field.name] = _value(hints[field.name], values[field.name], field.name)
        elif field.default is MISSING:
            raise KeyError(field.name)
    return kind(**given)


def _value(hint: Any, value: Any, name: str) -> Any:
    origin, parts = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        if value is None and NoneType in parts:
            return None
        return _value(next(part for part in parts if part is not NoneType), value, name)
    if origin is tuple:
        return tuple(_value(parts[0], one, name) for one in value)
    if is_dataclass(hint) and isinstance(hint, type):
        return OF_THEIR_OWN[hint](value) if hint in OF_THEIR_OWN else _read(hint, value)
    if hint is float:
        return float(OPEN_ENDS.get(name, math.nan) if value is None else value)
    return value


def _test(values: Mapping[str, Any]) -> Test:
    df = values["df"]
    return _read(Test, {**values, "df": [] if df is None else df if isinstance(df, list) else [df]})


def _alternative(values: Mapping[str, Any]) -> Alternative:
    """An alternative is kept as its test with contrasts beside."""
    contrasts = _value(_hints(Alternative)["contrasts"], values["contrasts"], "contrasts")
    return Alternative(_test(values), contrasts, values.get("omnibus", True))


def _within(values: Mapping[str, Any]) -> WithinArm:
    return WithinArm(values["visit"], _read(MeanChange, values))


def _hints(kind: type[Any]) -> dict[str, Any]:
    return get_type_hints(kind)


OF_THEIR_OWN: dict[type, Callable[[Mapping[str, Any]], Any]] = {
    Plan: Plan.from_json,
    Test: _test,
    Alternative: _alternative,
    WithinArm: _within,
}
