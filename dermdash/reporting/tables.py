"""Tidy tables of a study's results, and the files they are taken away in."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from dermdash.errors import DesignError, StoreError, TableError
from dermdash.grading.profile import Grading, depth_profile, summarize
from dermdash.imaging.lights import ORDER
from dermdash.reporting.columns import COLUMNS, LEVELS, PLACE, SHARES, Level
from dermdash.trial.gradings import get_grading
from dermdash.trial.protocols import current_protocol, get_model
from dermdash.trial.qualities import with_quality
from dermdash.trial.roster_table import roster_table
from dermdash.trial.scans import scan_table
from dermdash.trial.studies import get_study
from dermdash.trial.subjects import subject_table
from dermdash.trial.transaction import Transaction

OF_SCAN = (*PLACE, "visit_day", "replicate", "dej_um", "dej_source", "quality", "volume_sha256")
FLAG = "dej_after_unblinding"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def export_table(tx: Transaction, study_id: int, *, level: Level = "subject") -> pd.DataFrame:
    """The study's results that stand: graded, not excluded, under its protocol.

    level : ``subject`` one row a subject, visit and site (scans averaged); ``layer`` one row a
        scan and um of depth; ``patch`` one row a scan, um of depth and crop

    Columns begin with study, subject_id, arm, visit, site (then depth_um and crop), and end with
    covariates and what graded them; ``COLUMNS`` says what each holds. A covariate that is named
    like a column has ``covariate_`` before its name.

    Raises
    ------
    DesignError
        The level is unknown.
    """
    if level not in LEVELS:
        raise DesignError(f"level {level!r} is unknown; choose one of {', '.join(LEVELS)}")
    rows_of = {"subject": _scan_row, "layer": layer_table, "patch": patch_table}[level]
    scans = with_quality(tx, scan_table(tx, study_id), study_id)
    frames = [
        rows_of(grading.slab).assign(
            **{name: scan[name] for name in (*OF_SCAN, FLAG)}, model_digest=grading.model_digest
        )
        for scan in scans[scans["state"] == "graded"].to_dict("records")
        if (grading := get_grading(tx, scan["scan_id"])) is not None
    ]
    if not frames:
        return pd.DataFrame(columns=[name for name, of in COLUMNS.items() if level in of.levels])
    table = pd.concat(frames, ignore_index=True)
    if level == "subject":
        table = _average_scans(table)
    return _in_order(_with_study(table, tx, study_id))


def layer_table(grading: Grading) -> pd.DataFrame:
    """One row a um of depth: scores, class shares and entropy of its patches."""
    profile = depth_profile(grading)
    return pd.DataFrame(
        {
            "depth_um": profile.depth_um,
            "n_patches": profile.n_patches,
            "grade_mean": profile.grade_mean,
            "grade_sd": profile.grade_sd,
            "expected_grade": profile.expected_grade,
            "entropy": profile.entropy,
        }
        | _shares(profile.class_share)
    )


def patch_table(grading: Grading) -> pd.DataFrame:
    """One row a patch: its depth, crop, grade and probabilities."""
    n_layers, n_crops, _ = grading.probabilities.shape
    flat = grading.probabilities.reshape(n_layers * n_crops, 4)
    return pd.DataFrame(
        {
            "depth_um": np.repeat(grading.depth_um, n_crops),
            "crop": np.tile(np.arange(n_crops), n_layers),
            "grade": flat.argmax(axis=1) + 1,
            "expected_grade": flat @ np.arange(1, 5),
        }
        | {f"probability_{k}": flat[:, k - 1] for k in range(1, 5)}
    )


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write the table as .csv or .parquet, whole or not at all.

    Raises
    ------
    TableError
        The name ends with neither.
    StoreError
        The disk refuses.
    """
    check_table_name(path)
    part = path.with_name(f".{os.getpid()}.part")
    try:
        if path.suffix.lower() == ".csv":
            part.write_bytes(csv_bytes(table))
        else:
            table.to_parquet(part, index=False)
        part.replace(path)
    except OSError as fault:
        raise StoreError(f"{path} cannot be written ({fault.strerror}); free its place") from fault
    finally:
        part.unlink(missing_ok=True)


def check_table_name(path: Path) -> None:
    """Refuse a file that ends with neither .csv nor .parquet.

    Raises
    ------
    TableError
    """
    if path.suffix.lower() not in (".csv", ".parquet"):
        raise TableError(f"{path.name} ends with neither .csv nor .parquet; name such a file")


def csv_bytes(table: pd.DataFrame) -> bytes:
    """The table as CSV in UTF-8, safe to open in a spreadsheet.

    A text that begins with = + - @ would be run as a formula: an apostrophe is put before it,
    in cells and in names of columns. One more is put where apostrophes precede such a mark, so
    that taking one off gives the text back.

    >>> csv_bytes(pd.DataFrame({"subject_id": ["=1+1", "S-01"]})).decode().split()
    ['subject_id', "'=1+1", 'S-01']
    """
    safe = table.rename(columns=_harmless)
    for name in safe.columns[[not is_numeric_dtype(kind) for kind in safe.dtypes]]:
        safe[name] = safe[name].map(_harmless, na_action="ignore")
    return safe.to_csv(index=False, lineterminator="\n").encode()


def _harmless(cell: object) -> object:
    runs = isinstance(cell, str) and cell.lstrip("'").startswith(FORMULA_STARTS)
    return f"'{cell}" if runs else cell


def _scan_row(grading: Grading) -> pd.DataFrame:
    summary = summarize(grading)
    n_layers, n_crops, _ = grading.probabilities.shape
    row = {
        "n_layers": n_layers,
        "n_patches": n_layers * n_crops,
        "grade_mean": summary.grade_mean,
        "expected_grade": summary.expected_grade,
    }
    return pd.DataFrame(row | _shares(np.asarray(summary.class_share)[None]), index=[0])


def _shares(class_share: np.ndarray) -> dict[str, np.ndarray]:
    return {f"class_share_{k}": class_share[:, k - 1] for k in range(1, 5)}


def _average_scans(table: pd.DataFrame) -> pd.DataFrame:
    """One row a subject, visit and site: scans averaged, the shortest slab counted."""
    place = [*PLACE, "visit_day", "model_digest"]
    how = dict.fromkeys(("grade_mean", "expected_grade", *SHARES), "mean")
    grouped = table.groupby(place, sort=False, dropna=False)
    others = {"n_layers": "min", "n_patches": "sum", FLAG: "any"}
    averaged = grouped.agg(how | others)
    return averaged.assign(
        n_scans=grouped.size(),
        replicate_sd=grouped["expected_grade"].std(),
        quality=grouped["quality"].agg(_worst),
    ).reset_index()


def _worst(lights: pd.Series) -> str | None:
    """The worst of the lights that are known."""
    return max(lights.dropna(), key=ORDER.index, default=None)


def _with_study(table: pd.DataFrame, tx: Transaction, study_id: int) -> pd.DataFrame:
    """Add what is known of the subjects, the study and the models."""
    subjects = subject_table(tx, study_id).drop(columns=["study", "arm", "reason"])
    taken = {name: f"covariate_{name}" for name in set(COLUMNS) - {"subject_id"}}
    subjects = subjects.rename(columns=taken | {"status": "subject_status"})
    flags = roster_table(tx, study_id)[["subject_id", "full_analysis", "per_protocol"]]
    subjects = subjects.merge(flags, on="subject_id")
    models = {digest: get_model(tx, digest) for digest in table["model_digest"].unique()}
    protocol = current_protocol(tx, study_id)
    return table.merge(subjects, on="subject_id", how="left").assign(
        protocol_version=None if protocol is None else protocol.version,
        synthetic=get_study(tx, study_id).synthetic,
        model=table["model_digest"].map(lambda digest: models[digest].name),
        model_use=table["model_digest"].map(lambda digest: models[digest].use),
    )


def _in_order(table: pd.DataFrame) -> pd.DataFrame:
    """Columns as in ``COLUMNS``, covariates after the subject's status and populations."""
    known = [name for name in COLUMNS if name in table]
    cut = known.index("per_protocol") + 1
    covariates = [name for name in table if name not in COLUMNS]
    return table[[*known[:cut], *covariates, *known[cut:]]]
