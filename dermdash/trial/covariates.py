"""The covariates of a study's subjects: each has a kind, and values that fit it."""

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

import numpy as np
import pandas as pd
from sqlalchemy import select

from dermdash.errors import DesignError
from dermdash.trial.design import clean_name, new_name
from dermdash.trial.schema import CovariateRow, SubjectRow
from dermdash.trial.transaction import Transaction

CovariateKind = Literal["number", "category", "yes_no", "text"]
Covariate = str | int | float | bool

RESERVED = {"study", "subject_id", "arm", "visit", "visit_day", "site", "replicate", "depth_um"}
RESERVED |= {"status", "reason", "scan_id", "dej_um", "dej_map", "path", "version"}
RESERVED |= {"withdrawn_on", "full_analysis", "per_protocol", "population_reason"}
YES = frozenset({"yes", "y", "true", "ja", "oui"})
NO = frozenset({"no", "n", "false", "nein", "non"})
NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
FEW = 20  # different values, beyond which a text is a remark and no category
LONGEST = 200


@dataclass(frozen=True, slots=True)
class CovariateSpec:
    """What a covariate is; ``unit`` of a number only."""

    name: str
    kind: CovariateKind
    unit: str | None = None


def list_covariates(tx: Transaction, study_id: int) -> tuple[CovariateSpec, ...]:
    """The covariates that the study declares, in the order of their making."""
    return tuple(_spec(row) for row in _rows(tx, study_id))


def known_covariates(tx: Transaction, study_id: int) -> tuple[CovariateSpec, ...]:
    """Those declared, then those that subjects have without: their kind as their values look."""
    declared = list_covariates(tx, study_id)
    values: dict[str, list[Covariate]] = {}
    for given in tx.session.scalars(
        select(SubjectRow.covariates).where(SubjectRow.study_id == study_id).order_by(SubjectRow.id)
    ):
        for name, value in given.items():
            values.setdefault(name, []).append(value)
    names = {spec.name for spec in declared}
    found = [CovariateSpec(n, infer_kind(v)) for n, v in values.items() if n not in names]
    return (*declared, *found)


def set_covariate(
    tx: Transaction, study_id: int, spec: CovariateSpec, *, was: str | None = None
) -> None:
    """Declare a covariate, or change it and bring the subjects' values along.

    was : its name until now, where it is renamed

    Raises
    ------
    DesignError
        The name is taken or unusable, or a stored value does not fit the kind.
    """
    old = was or spec.name
    rows = {row.name: row for row in _rows(tx, study_id)}
    subjects = tx.session.scalars(select(SubjectRow).where(SubjectRow.study_id == study_id)).all()
    taken = {*rows, *(name for subject in subjects for name in subject.covariates)} - {old}
    wanted = clean_spec(spec, taken)
    with tx.all_or_nothing():
        row = rows.get(old)
        if row is None:
            row = CovariateRow(study_id=study_id)
            tx.session.add(row)
        row.name, row.kind, row.unit = wanted.name, wanted.kind, wanted.unit
        for subject in subjects:
            if old in subject.covariates:
                try:
                    value = fit(wanted, subject.covariates[old])
                except DesignError as error:
                    raise DesignError(f"{subject.code}: {error}") from None
                renamed = {
                    (wanted.name if name == old else name): (value if name == old else other)
                    for name, other in subject.covariates.items()
                }
                if repr(renamed) != repr(subject.covariates):
                    subject.covariates = cast("dict[str, Any]", renamed)
                    subject.version += 1
        tx.session.flush()


def remove_covariate(tx: Transaction, study_id: int, name: str) -> None:
    """Take a covariate away that no subject has a value of.

    Raises
    ------
    DesignError
    """
    for code, values in tx.session.execute(
        select(SubjectRow.code, SubjectRow.covariates).where(SubjectRow.study_id == study_id)
    ):
        if name in values:
            raise DesignError(
                f"covariate={name} has values, such as that of {code}; empty its column in the "
                "roster first"
            )
    for row in _rows(tx, study_id):
        if row.name == name:
            tx.session.delete(row)
    tx.session.flush()


def clean_spec(spec: CovariateSpec, taken: Iterable[str] = ()) -> CovariateSpec:
    """The covariate as it is kept; raises DesignError where its name, kind or unit is unusable."""
    name = new_name(covariate_name(spec.name), "covariate", taken)
    if spec.kind not in get_args(CovariateKind):
        kinds = ", ".join(get_args(CovariateKind))
        raise DesignError(f"kind={spec.kind} of {name} is unknown; choose one of {kinds}")
    unit = " ".join((spec.unit or "").split())
    if unit and spec.kind != "number":
        raise DesignError(f"unit={unit} of {name}: only a number has one; take it away")
    return CovariateSpec(name, spec.kind, clean_name(unit, "unit") if unit else None)


def covariate_name(name: str) -> str:
    """A covariate's name as it is kept; raises DesignError where a table has a column of it."""
    text = clean_name(name, "covariate")
    if text in RESERVED:
        raise DesignError(f"covariate={text} is a column of every table; rename it")
    return text


def fit(spec: CovariateSpec, given: Any) -> Covariate | None:
    """The value as the covariate's kind keeps it; None where it is missing.

    Raises
    ------
    DesignError
        It is of another kind.

    >>> fit(CovariateSpec("age", "number"), "34"), fit(CovariateSpec("smoker", "yes_no"), "no")
    (34, False)
    """
    value = plain_value(spec.name, given)
    if value is None or value == "":
        return None
    match spec.kind:
        case "number":
            return _number(spec, value)
        case "yes_no":
            return _truth(spec, value)
    return as_text(value)


def infer_kind(values: Iterable[Covariate]) -> CovariateKind:
    """What a column of values looks like.

    >>> infer_kind(["34", "35.5"]), infer_kind(["yes", "no"]), infer_kind(["II", "III"])
    ('number', 'yes_no', 'category')
    >>> infer_kind(["007", "12"])
    'category'
    """
    given = [value for value in values if value != ""]
    if given and all(isinstance(value, bool) or _is_truth(value) for value in given):
        return "yes_no"
    if given and all(not isinstance(value, bool) and _is_number(value) for value in given):
        return "number"
    different = {as_text(value) for value in given}
    return "text" if len(different) > FEW and 2 * len(different) > len(given) else "category"


def as_text(value: Covariate) -> str:
    """
    >>> as_text(True), as_text(34.0), as_text("II")
    ('yes', '34', 'II')
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def clean_covariates(covariates: Mapping[str, Any]) -> dict[str, Covariate]:
    """Plain values by name; missing ones are left out.

    Raises
    ------
    DesignError
        A name is one of the tables' own columns, or a value is no text, number or truth value.
    """
    clean: dict[str, Covariate] = {}
    for key, given in covariates.items():
        name = covariate_name(key)
        value = plain_value(name, given)
        if value is not None:
            clean[name] = value
    return clean


def fitted_covariates(
    tx: Transaction, study_id: int, covariates: Mapping[str, Any]
) -> dict[str, Covariate]:
    """``clean_covariates``, where the study declares a kind fitted to it.

    Raises
    ------
    DesignError
    """
    clean = clean_covariates(covariates)
    if not clean:
        return clean
    declared = {spec.name: spec for spec in list_covariates(tx, study_id)}
    found = {
        name: fit(declared[name], value) if name in declared else value
        for name, value in clean.items()
    }
    return {name: value for name, value in found.items() if value is not None}


def plain_value(name: str, given: Any) -> Covariate | None:
    """A plain value, text on one line without control characters; None where it is missing."""
    value = given.item() if isinstance(given, np.generic) else given
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, str):
        shown = "".join(c for c in value if c.isspace() or unicodedata.category(c)[0] != "C")
        value = " ".join(shown.split())[:LONGEST].strip()
    if not isinstance(value, str | int | float | bool) or value in (math.inf, -math.inf):
        raise DesignError(f"{name}={given!r} is no text or number; correct it")
    return value


def _number(spec: CovariateSpec, value: Covariate) -> int | float:
    if isinstance(value, str) and NUMBER.fullmatch(value):
        number = float(value)
        if math.isfinite(number):
            return int(value) if re.fullmatch(r"[+-]?[0-9]{1,15}", value) else number
    if isinstance(value, bool | str):
        unit = f" of {spec.unit}" if spec.unit else ""
        raise DesignError(
            f"{spec.name}={as_text(value)[:40]} is no number{unit}; write digits only, as 34 or 5.2"
        )
    return value


def _truth(spec: CovariateSpec, value: Covariate) -> bool:
    if isinstance(value, bool):
        return value
    word = as_text(value).casefold()
    if word in YES | NO | {"0", "1"}:
        return word in YES or word == "1"
    raise DesignError(f"{spec.name}={word[:40]} says neither yes nor no; write yes or no")


def _is_truth(value: Covariate) -> bool:
    return isinstance(value, str) and value.casefold() in YES | NO


def _is_number(value: Covariate) -> bool:
    if not isinstance(value, str):
        return True
    # 007 is a code.
    return bool(NUMBER.fullmatch(value)) and not re.match(r"[+-]?0[0-9]", value)


def _rows(tx: Transaction, study_id: int) -> list[CovariateRow]:
    query = select(CovariateRow).where(CovariateRow.study_id == study_id)
    return list(tx.session.scalars(query.order_by(CovariateRow.id)))


def _spec(row: CovariateRow) -> CovariateSpec:
    return CovariateSpec(row.name, cast("CovariateKind", row.kind), row.unit)
