"""A study's roster: as a table, into a file, and from one, row by row.

A file's row is taken whole or refused with the reason; an empty cell changes nothing, so that what
is taken out of a file by mistake stays in the study.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from dermdash.errors import DesignError, InputError, TableError
from dermdash.trial.covariates import (
    NO,
    YES,
    CovariateSpec,
    clean_spec,
    covariate_name,
    infer_kind,
    known_covariates,
    set_covariate,
)
from dermdash.trial.dates import DayOrder, parse_date
from dermdash.trial.design import clean_name
from dermdash.trial.roster_book import Change, RosterBook
from dermdash.trial.roster_file import RosterFile, RosterLine
from dermdash.trial.roster_rules import CONDUCT, FLAGS, Row
from dermdash.trial.transaction import Transaction

SIDES = ("arm_left", "arm_right")
WORDS = {"taking part": "active", "enrolled": "active", "dropped out": "withdrawn"}
MISSING = frozenset({"", "na", "n/a", "nan", "-"})
MAX_COVARIATES = 100


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a row of a file does, or would do: ``words`` say it."""

    line: int
    subject_id: str
    act: Literal["add", "change", "same", "refuse"]
    words: str


@dataclass(frozen=True, slots=True)
class SubjectEdit:
    """A row of the roster as somebody wants it.

    code : by which it was known when it was seen; None is a new one
    values : by column; what is not named stays
    version : as it was seen
    """

    code: str | None
    values: Mapping[str, Any]
    version: int | None = None


def roster_arms(file: RosterFile) -> tuple[str, ...]:
    """The arms that the file names, in the order of their first subject."""
    columns = [name for name in file.columns if name == "arm" or name.startswith("arm_")]
    cells = (line.cells.get(column, "") for line in file.lines for column in columns)
    return tuple(dict.fromkeys(cell for cell in cells if cell))


def has_sides(file: RosterFile) -> bool:
    """Whether the file has an arm a side, as a hemi-face study needs."""
    return any(name.startswith("arm_") for name in file.columns)


def file_covariates(tx: Transaction, study_id: int, file: RosterFile) -> tuple[CovariateSpec, ...]:
    """The covariates that the file would bring along, with the kind that they look like.

    Raises
    ------
    TableError
        There are more than 100.
    DesignError
        A column's name cannot be a covariate's, or differs from a known one only in case.
    """
    book = RosterBook.load(tx, study_id)
    return _new_covariates(tx, book, file)


def preview_roster(
    tx: Transaction,
    study_id: int,
    file: RosterFile,
    *,
    kinds: Sequence[CovariateSpec] = (),
    order: DayOrder | None = None,
) -> tuple[Verdict, ...]:
    """What ``apply_roster`` would do, found by doing it and giving it up."""
    attempt = tx.session.begin_nested()
    try:
        return apply_roster(tx, study_id, file, kinds=kinds, order=order)
    finally:
        attempt.rollback()


def apply_roster(
    tx: Transaction,
    study_id: int,
    file: RosterFile,
    *,
    kinds: Sequence[CovariateSpec] = (),
    order: DayOrder | None = None,
) -> tuple[Verdict, ...]:
    """Take the file's rows into the study; one verdict a row, in their order.

    kinds : of covariates that the study does not declare yet, where they are not as they look
    order : of day and month where slashes part them

    Raises
    ------
    InputError
        A column cannot be used, or the study may not be changed; nothing is written then.
    """
    with tx.all_or_nothing():
        book = RosterBook.load(tx, study_id)
        given = {spec.name: spec for spec in kinds}
        for spec in _new_covariates(tx, book, file):
            set_covariate(tx, study_id, given.get(spec.name, spec))
        book = RosterBook.load(tx, study_id)
        doubles = _doubles(file, book)
        verdicts = tuple(_take(book, line, doubles, order) for line in file.lines)
        book.write()
    return verdicts


def save_edits(
    tx: Transaction, study_id: int, edits: Sequence[SubjectEdit]
) -> list[tuple[str, list[Change]]]:
    """Save rows as edited in a table, all or none; what changed, by code.

    Raises
    ------
    DesignError
        A row cannot be as it is wanted, or was changed by somebody else since it was seen.
    """
    with tx.all_or_nothing():
        book = RosterBook.load(tx, study_id)
        for edit in edits:
            if edit.code is not None and edit.version is not None:
                found = book.find(edit.code)
                if found.version != edit.version:
                    raise DesignError(
                        f"{found.code} was changed by somebody else while you edited it; look at "
                        "what they changed, then keep yours or theirs"
                    )
        done = [(edit.code or "", book.put(edit.code, edit.values)) for edit in edits]
        book.write()
    return done


def _new_covariates(
    tx: Transaction, book: RosterBook, file: RosterFile
) -> tuple[CovariateSpec, ...]:
    """Those of the file that the study does not declare."""
    wanted = [column for column in file.columns if not _is_own(column, book)]
    if len(wanted) > MAX_COVARIATES:
        raise TableError(
            f"{file.name} has {len(wanted)} columns of covariates; at most {MAX_COVARIATES} are "
            "kept: leave the others out"
        )
    known = {spec.name: spec for spec in known_covariates(tx, book.study.id)}
    found = []
    for column in wanted:
        name = covariate_name(column)
        if name in book.covariates:
            continue
        if name in known:
            found.append(known[name])
            continue
        values = [line.cells[column] for line in file.lines if column in line.cells]
        present = [value for value in values if value.casefold() not in MISSING]
        found.append(clean_spec(CovariateSpec(name, infer_kind(present)), set(known)))
        known[name] = found[-1]
    return tuple(found)


def _is_own(column: str, book: RosterBook) -> bool:
    """Whether a column is the roster's own; refuses an arm of what the study has not."""
    if column == "subject_id" or column in CONDUCT or column in book.places:
        return True
    hemi = book.study.kind == "hemi_face"
    if column == "arm" or (column.startswith("arm_") and hemi) or column in SIDES:
        have = ", ".join(book.places) or "none: add the sites and their sides first"
        design = "a hemi-face study has an arm a side" if hemi else "its subjects have one arm each"
        raise TableError(f"column {column} does not fit this study; {design}: {have}")
    return False


def _doubles(file: RosterFile, book: RosterBook) -> dict[int, str]:
    """Lines whose subject stands in another line, too, with what is wrong with it."""
    lines: dict[str, list[RosterLine]] = {}
    for line in file.lines:
        if code := line.cells.get("subject_id", ""):
            lines.setdefault(code.casefold(), []).append(line)
    found = {}
    for same in (group for group in lines.values() if len(group) > 1):
        codes = Counter(line.cells["subject_id"] for line in same)
        for line in same:
            other = next(one for one in same if one is not line)
            code = line.cells["subject_id"]
            if len(codes) > 1:
                words = f"differs from {other.cells['subject_id']} only in case"
            else:
                words = "stands twice"
                for column in book.places:
                    arms = [one.cells.get(column, "") for one in (line, other)]
                    if arms[0] != arms[1]:
                        words = f"is in two arms, {arms[0] or 'none'} and {arms[1] or 'none'}"
            found[line.number] = f"{code} {words} (row {other.number} too); keep one of the rows"
    return found


def _take(
    book: RosterBook,
    line: RosterLine,
    doubles: Mapping[int, str],
    order: DayOrder | None,
) -> Verdict:
    code = line.cells.get("subject_id", "")
    problem = line.problem or doubles.get(line.number, "")
    if not problem and not code:
        problem = "the subject has no code; write one"
    if problem:
        return Verdict(line.number, code, "refuse", problem)
    try:
        values = _values(line, book, order)
        known = str(values["subject_id"]) in book.subjects
        changes = book.put(code if known else None, values)
    except InputError as error:
        return Verdict(line.number, code, "refuse", str(error))
    words = ", ".join(str(one) for one in changes if one.column != "subject_id")
    if not known:
        return Verdict(line.number, code, "add", words or "in no arm yet")
    return Verdict(line.number, code, "change" if changes else "same", words or "nothing to change")


def _values(line: RosterLine, book: RosterBook, order: DayOrder | None) -> Row:
    """The cells of a line that say something, as what they mean."""
    values: Row = {"subject_id": clean_name(line.cells["subject_id"], "subject_id")}
    for column, cell in line.cells.items():
        if column == "subject_id" or cell == "":
            continue
        if column in book.places:
            values[column] = cell
        elif cell.casefold() in MISSING:
            continue
        elif column == "status":
            word = cell.casefold()
            values[column] = WORDS.get(word, word)
        elif column == "withdrawn_on":
            values[column] = parse_date(cell, order=order)
        elif column in FLAGS:
            values[column] = _flag(column, cell)
        elif column in CONDUCT:
            values[column] = cell
        else:
            values[covariate_name(column)] = cell
    return values


def _flag(column: str, cell: str) -> bool:
    word = cell.casefold()
    if word not in YES | NO | {"0", "1"}:
        raise DesignError(f"{column}={cell[:40]} says neither yes nor no; write yes or no")
    return word in YES or word == "1"
