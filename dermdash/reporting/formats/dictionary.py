"""The data dictionary of a report: what each column of its tidy tables holds, and its unit."""

import re
from collections.abc import Iterable, Mapping

import pandas as pd

from dermdash.reporting.columns import COLUMNS
from dermdash.reporting.formats.frames import MARK_COLUMN

UNKNOWN = (
    "not described here: a covariate as the study's roster names it, or a column that the caption "
    "explains"
)
OWN: Mapping[str, str] = {
    "mean": "mean over the group's subjects",
    "sd": "standard deviation over the group's subjects",
    "n": "subjects behind the row",
    "n_subjects": "subjects behind the row",
    "n_a": "subjects of a behind the row",
    "n_b": "subjects of b behind the row",
    "day": "day of the visit",
    "a": "the first side of a difference a − b",
    "b": "the second side of a difference a − b",
    "difference": "a − b, or later − baseline, as the caption says",
    "estimate": "the estimate that the caption names",
    "ci_low": "lower end of the confidence interval; missing where it has none",
    "ci_high": "upper end of the confidence interval; missing where it has none",
    "band_low": "lower end of the band that holds at all depths together",
    "band_high": "upper end of the band that holds at all depths together",
    "p": "p, two-sided unless the caption says otherwise, before any adjustment",
    "p_adjusted": "p, adjusted for all that was asked with it",
    "p_fdr": "p, adjusted to hold the false discovery rate",
    "change": "score at the visit minus the score at the baseline, of the same subject",
    "baseline": "score at the baseline visit",
    "score": "the score that the caption names",
    "value": "the value that was compared",
    "share": "share of all that the caption counts",
    "grade": "grade of the patch, 1 to 4: its most probable class",
    "probability": "probability of that grade",
    "power": "chance to find a difference of this size, if it is there",
    "shift_um": "how far all DEJs are moved, in µm; positive is deeper",
    "threshold": "the least change that counts as a response",
    "responder": "True where the change reached the threshold",
    "residual": "observed minus fitted value",
    "fitted": "value that the model gives",
    "theoretical": "quantile of the normal distribution",
    "group": "the group that is compared: an arm, or a name given to several",
    "label": "name of the row in the figure",
    "contrast": "which sides are compared",
    "test": "the test that gave the row",
    "role": "place in the plan: primary, key secondary, secondary or exploratory",
    "subject": "code of the volunteer, the experimental unit",
    "scan_id": "number of the scan in the store",
    "visits": "visits behind the row",
    "line": "where the residual would be if residuals were normal",
    "quantile": "quantile of the normal distribution that the residual belongs to",
    "low": "lowest value, or the lower end that the caption names",
    "high": "highest value, or the upper end that the caption names",
    "median": "median over the group's subjects",
    "t": "t statistic",
    "df": "degrees of freedom",
    "characteristic": "what was known of the subjects before treatment",
    "kind": "which sort of row it is: its number, score, category, finding",
    "level": "category that is counted",
    "count": "subjects in the category, or in all",
    "n_missing": "subjects whose value is missing",
    "n_arm": "subjects of the arm",
    "n_control": "subjects of the control",
    "control": "the arm that is compared against",
    "offered": "True where data, plan and model support the sentence",
    "sentence": "what may be said; where it is not offered, what it would have said",
    "why_not": "why the sentence is not offered",
    "remedy": "what would change that",
    "fragile": "True where another valid way of reading the data disagrees",
    "population": "which set of subjects was analysed",
    "sites": "which sites were analysed",
    "status": "of a subject: active, or withdrawn; of a claim: how it was planned",
    "reason": "why it was excluded or withdrawn, as it was written down",
    "population_reason": "why the subject is in no such set, as it was written down",
    "withdrawn_on": "day on which the subject withdrew",
    "end": "where the subject, or the scan, ended on its way to the result",
    "state": "of a scan: graded, waiting, excluded and so on",
    "file_name": "name of the file as it came",
    "voxels": "size of the volume in voxels, in the order of its axes",
    "axes": "order of the file's axes: z downwards, y and x across",
    "spacing_um": "size of a voxel in µm, in the order of the axes",
    "spacing_source": "where the spacing is known from",
    "window": "grey values that were read as 0 to 255",
    "operator": "who scanned, as it was written down",
    "acquired_at": "when it was scanned, UTC",
    "stored_at": "when the file was stored, UTC",
    "stored_by": "who stored the file",
    "dej_kind": "plane, or surface",
    "dej_editor": "who gave the DEJ",
    "dej_at": "when the DEJ was given, UTC",
    "dej_in_queue": "True where the DEJ was given in the blinded queue",
    "graded_at": "when it was graded, UTC",
    MARK_COLUMN: "what must be said of these numbers wherever they go",
}
ESTIMATES = ("mean", "sd", "difference", "estimate", "change", "score", "residual", "fitted")
UNITS: tuple[tuple[str, str], ...] = (
    (r"_um$", "µm"),
    (r"_(at|on)$", "date"),
    (r"^(day|visit_day)$", "days"),
    (r"^(class_share_\d|share|power|p|p_adjusted|p_fdr|probability(_\d)?)$", "0 to 1"),
    (r"^(expected_grade|grade_mean|grade|baseline)$", "grade, 1 to 4"),
    (r"^(grade_sd|replicate_sd|change)$", "grades"),
    (r"^entropy$", "bits"),
    (r"^(n|n_.*|crop|replicate|scan_id|protocol_version)$", "whole number"),
)


def dictionary_table(tables: Mapping[str, Iterable[str]]) -> pd.DataFrame:
    """One row a table and column: table, column, holds, unit.

    tables : names of the columns of each table, by the table's name

    >>> dictionary_table({"scores": ["depth_um", "smoker"]})["unit"].tolist()
    ['µm', '']
    """
    rows = [
        (table, column, holds(column), unit(column))
        for table, columns in tables.items()
        for column in columns
    ]
    return pd.DataFrame(rows, columns=["table", "column", "holds", "unit"], dtype="object")


def holds(column: str) -> str:
    """The meaning of a column.

    >>> holds("n_layers")
    'layers of 1 µm graded under the DEJ, 70 in a whole slab'
    """
    if column in OWN:
        return OWN[column]
    return COLUMNS[column].holds if column in COLUMNS else UNKNOWN


def unit(column: str) -> str:
    """The unit of a column's numbers; "" where it has none, or none is known."""
    if column not in OWN and column not in COLUMNS:
        return ""
    return next((words for pattern, words in UNITS if re.search(pattern, column)), "")


def is_score(column: str) -> bool:
    """Whether a column's numbers are read with two decimals: scores, and what is made of them.

    >>> is_score("expected_grade"), is_score("ci_low"), is_score("entropy")
    (True, True, False)
    """
    return (
        column in ESTIMATES
        or column.endswith(("ci_low", "ci_high", "band_low", "band_high"))
        or unit(column).startswith("grade")
    )
