"""A study's roster as a table, to look at and to take away."""

import pandas as pd

from dermdash.stats.plan import Population
from dermdash.trial.covariates import known_covariates
from dermdash.trial.roster_book import RosterBook
from dermdash.trial.roster_rules import CONDUCT, FLAGS, said
from dermdash.trial.transaction import Transaction


def roster_table(tx: Transaction, study_id: int) -> pd.DataFrame:
    """One row a subject, ordered by code: ``subject_id``, arms, status, populations, covariates.

    The arm is one column, or one a side in a hemi-face study; ``version`` is the last column and
    counts the changes of a row.
    """
    book = RosterBook.load(tx, study_id)
    rows = [book.row(subject) | {"version": subject.version} for subject in book.subjects.values()]
    covariates = known_covariates(tx, study_id)
    names = [spec.name for spec in covariates]
    columns = ["subject_id", *book.places, *CONDUCT, *names, "version"]
    table = pd.DataFrame(
        {name: pd.Series([row.get(name) for row in rows], dtype="object") for name in columns}
    )
    numbers = {spec.name for spec in covariates if spec.kind == "number"}
    for name in columns:
        if name in FLAGS:
            table[name] = table[name].astype("bool")
        elif name == "version":
            table[name] = table[name].astype("int64")
        elif name in numbers:
            table[name] = pd.to_numeric(table[name]).astype("float64")
        elif name != "withdrawn_on":
            words = [None if value is None else said(value) for value in table[name]]
            table[name] = pd.Series(words, dtype="str")
    return table


def export_table(table: pd.DataFrame) -> pd.DataFrame:
    """A roster as it goes into a file: yes and no in words, whole numbers whole, no version."""
    out = table.drop(columns="version").copy()
    for name in out.columns:
        if out[name].dtype == bool:
            out[name] = out[name].map({True: "yes", False: "no"}).astype("str")
        elif out[name].dtype == "float64" and _whole(out[name].dropna()):
            out[name] = out[name].astype("Int64")
        elif name == "withdrawn_on":
            out[name] = [None if pd.isna(day) else day.isoformat() for day in out[name]]
    return out


def outside_population(tx: Transaction, study_id: int, population: Population) -> pd.DataFrame:
    """The subjects whom an analysis of this population leaves out: ``subject_id, arm, reason``.

    arm : all of them where a subject's sides are in several, ``none`` without one
    """
    table = roster_table(tx, study_id)
    inside = table["full_analysis"]
    if population == "per_protocol":
        inside &= table["per_protocol"]
    left = table[~inside]
    arms = left[[name for name in left if name == "arm" or str(name).startswith("arm_")]]
    named = [" / ".join(dict.fromkeys(row[row.notna()])) or "none" for _, row in arms.iterrows()]
    return pd.DataFrame(
        {
            "subject_id": left["subject_id"],
            "arm": pd.Series(named, dtype="str", index=left.index),
            "reason": left["population_reason"],
        }
    )


def _whole(numbers: "pd.Series[float]") -> bool:
    return bool((numbers.abs().lt(1e15) & (numbers % 1 == 0)).all())
