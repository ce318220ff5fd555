"""Which subjects a question is about, by what is known of them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dermdash.errors import DesignError

DEPTHS_UM = (0, 69)  # Breugnot 2023, 2.1: the dermis that experts could read, below the DEJ
PERSON = ["study", "subject_id"]
OWN = {*PERSON, "arm", "status", "reason"}  # columns of a table of subjects that are no covariate
MANY = 200  # values, beyond which a text is a remark and no choice


@dataclass(frozen=True, slots=True)
class Between:
    """A range of a covariate that holds numbers, both ends included."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class OneOf:
    """Values of a covariate that holds text."""

    values: tuple[str, ...]


Filter = Between | OneOf
Filters = Mapping[str, Filter]


def covariates_of(subjects: pd.DataFrame) -> dict[str, Filter]:
    """Each covariate with all that it holds: what a filter can be made of.

    subjects : as ``subject_table`` gives it, of one study or several

    >>> covariates_of(pd.DataFrame({"study": "S", "subject_id": ["1", "2"], "age": [31, 64]}))
    {'age': Between(low=31.0, high=64.0)}
    """
    found: dict[str, Filter] = {}
    for name in subjects.columns:
        values = subjects[name].dropna()
        if name in OWN or values.empty:
            continue
        if _holds_numbers(values):
            numbers = values.astype(float)
            found[str(name)] = Between(float(numbers.min()), float(numbers.max()))
        elif values.astype("str").nunique() <= MANY:
            found[str(name)] = OneOf(tuple(sorted(values.astype("str").unique())))
    return found


def matching(subjects: pd.DataFrame, filters: Filters) -> pd.DataFrame:
    """Who is meant: ``study, subject_id, fits, unknown``, one row a subject.

    unknown : lacks a value that a filter asks for, and so does not fit

    Raises
    ------
    DesignError
        No subject has a covariate of this name, or it holds no numbers where a range is asked for.
    """
    fits = pd.Series(data=True, index=subjects.index)
    unknown = pd.Series(data=False, index=subjects.index)
    for name, wanted in filters.items():
        if name in OWN or name not in subjects:
            known = ", ".join(covariates_of(subjects)) or "none"
            raise DesignError(f"covariate {name!r} is not known; the subjects have: {known}")
        values = subjects[name]
        missing = values.isna()
        if isinstance(wanted, Between):
            if not _holds_numbers(values.dropna()):
                raise DesignError(f"covariate {name!r} holds text; choose among its values")
            inside = values.astype(float).between(wanted.low, wanted.high)
        else:
            inside = values.astype("str").isin(wanted.values)
        fits &= inside & ~missing
        unknown |= missing
    return subjects[PERSON].assign(fits=fits, unknown=unknown)


def check_depth(depth_um: tuple[int, int]) -> None:
    """Raise DesignError where first and last layer are no range of the dermis that is scored."""
    first, last = depth_um
    if not DEPTHS_UM[0] <= first < last <= DEPTHS_UM[1]:
        raise DesignError(
            f"{first} to {last} µm is no depth range; choose two depths from {DEPTHS_UM[0]} to "
            f"{DEPTHS_UM[1]} µm below the DEJ"
        )


def filter_words(name: str, wanted: Filter) -> str:
    """
    >>> filter_words("age", Between(25, 61)), filter_words("type", OneOf(("II", "III")))
    ('age 25–61', 'type II or III')
    """
    if isinstance(wanted, Between):
        return f"{name} {wanted.low:g}–{wanted.high:g}"
    shown = " or ".join(wanted.values[:3])
    more = len(wanted.values) - 3
    return f"{name} {shown}" + (f" or {more} more" if more > 0 else "")


def range_name(depth_um: tuple[int, int]) -> str:
    """
    >>> range_name((20, 40))
    '20 to 40 µm'
    """
    return f"{depth_um[0]} to {depth_um[1]} µm"


def _holds_numbers(values: pd.Series) -> bool:
    kinds = {type(value) for value in values}
    return bool(kinds) and all(
        issubclass(kind, int | float | np.number) and not issubclass(kind, bool | np.bool_)
        for kind in kinds
    )
