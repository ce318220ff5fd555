"""Finished gradings: written once, complete, read by what a study's protocol asks for."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import Select, select

from dermdash.errors import StoreError
from dermdash.grading.profile import DERMIS_UM, Grading, depth_profile, summarize
from dermdash.stats.plan import Population
from dermdash.trial.joins import with_place
from dermdash.trial.requests import (
    GradingRequest,
    request_grading,
    request_gradings,
    set_protocol,
)
from dermdash.trial.schema import (
    ArmRow,
    GradingArrayRow,
    GradingRow,
    ScanRow,
    SiteRow,
    StudyRow,
    SubjectRow,
    VisitRow,
    VolumeRow,
)
from dermdash.trial.transaction import Transaction

__all__ = [
    "GradingRequest",
    "get_grading",
    "get_gradings",
    "has_grading",
    "profiles",
    "request_grading",
    "request_gradings",
    "set_protocol",
    "write_grading",
]

PROFILE = ("depth_um", "grade_mean", "grade_sd", "expected_grade", "n_patches")
ROUNDING = 1e-3  # of float32 probabilities that sum to 1


def write_grading(tx: Transaction, request: GradingRequest, grading: Grading) -> bool:
    """Keep a finished grading under its request's key; False where it is kept already.

    Write it and ``jobs.finish`` in one transaction.

    Raises
    ------
    StoreError
        The grading is incomplete, holds no probabilities, or is another model's.
    """
    if has_grading(tx, request.key):
        return False
    _check(tx, request, grading)
    summary = summarize(grading)
    profile = depth_profile(grading)
    columns = np.column_stack([getattr(profile, name) for name in PROFILE])
    tx.session.add(
        GradingRow(
            key=request.key,
            volume_sha256=request.volume_sha256,
            reading=request.reading.to_json(),
            dej_digest=request.dej_digest,
            sampling=request.sampling.to_json(),
            model_digest=request.model_digest,
            n_layers=summary.n_layers,
            n_crops=grading.probabilities.shape[1],
            grade_mean=summary.grade_mean,
            expected_grade=summary.expected_grade,
            graded_at=tx.at,
        )
    )
    tx.session.flush()
    tx.session.add(
        GradingArrayRow(
            grading_key=request.key,
            profile=columns.astype("<f4").tobytes(),
            probabilities=grading.probabilities.astype("<f4").tobytes(),
        )
    )
    tx.session.flush()
    return True


def has_grading(tx: Transaction, key: str) -> bool:
    """Whether the grading of this key is kept."""
    return tx.session.scalar(select(GradingRow.key).where(GradingRow.key == key)) is not None


def get_grading(tx: Transaction, scan_id: int) -> Grading | None:
    """The grading that the scan's study asks for, margin included, or None while there is none."""
    row = tx.session.execute(_probabilities().where(ScanRow.id == scan_id)).first()
    return None if row is None else _grading(*row[1:])


def get_gradings(tx: Transaction, study_id: int) -> dict[int, Grading]:
    """The gradings that a study's scans stand on, margin included, by scan; by one question."""
    query = _probabilities().join(SubjectRow, SubjectRow.id == ScanRow.subject_id)
    rows = tx.session.execute(query.where(SubjectRow.study_id == study_id))
    return {row[0]: _grading(*row[1:]) for row in rows}


def profiles(
    tx: Transaction,
    study_id: int,
    *,
    margin: bool = False,
    excluded: bool = False,
    population: Population = "full_analysis",
) -> pd.DataFrame:
    """One row a layer of each scan that is graded and not excluded, of the subjects who count.

    margin : with the layers above the DEJ and below the slab
    excluded : with the excluded scans that were graded, for a sensitivity to their exclusion
    population : the full analysis set, or the per-protocol set within it

    Columns: ``scan_id, study, subject_id, arm, visit, site, replicate, depth_um, grade_mean,
    expected_grade, n_patches``. Names are categories; visits are ordered by their day.
    """
    query = (
        with_place(
            select(
                ScanRow.id,
                StudyRow.name,
                SubjectRow.code,
                ArmRow.name,
                VisitRow.name,
                SiteRow.name,
                ScanRow.replicate,
                GradingArrayRow.profile,
            )
        )
        .join(GradingArrayRow, GradingArrayRow.grading_key == ScanRow.grading_key)
        .where(SubjectRow.study_id == study_id, SubjectRow.full_analysis)
        .order_by(SubjectRow.code, VisitRow.day, SiteRow.id, ScanRow.replicate)
    )
    if not excluded:
        query = query.where(ScanRow.excluded_reason.is_(None))
    if population == "per_protocol":
        query = query.where(SubjectRow.per_protocol)
    rows = tx.session.execute(query).all()
    visits = tx.session.scalars(
        select(VisitRow.name)
        .where(VisitRow.study_id == study_id)
        .order_by(VisitRow.day, VisitRow.id)
    ).all()
    layers = [_unpack(row[-1]) for row in rows]
    counts = [len(part) for part in layers]
    stacked = np.concatenate(layers) if layers else np.empty((0, len(PROFILE)), np.float32)
    names = ("scan_id", "study", "subject_id", "arm", "visit", "site", "replicate")
    scans = pd.DataFrame([tuple(row)[:-1] for row in rows], columns=names)
    scans["visit"] = pd.Categorical(scans["visit"], categories=list(visits), ordered=True)
    for name in ("study", "subject_id", "arm", "site"):
        scans[name] = scans[name].astype("str").astype("category")
    for name in ("scan_id", "replicate"):
        scans[name] = scans[name].astype("int64")
    table = scans.loc[scans.index.repeat(counts)].reset_index(drop=True)
    table["depth_um"] = stacked[:, 0].astype(np.int16)
    table["grade_mean"] = stacked[:, 1].astype(np.float64)
    table["expected_grade"] = stacked[:, 3].astype(np.float64)
    table["n_patches"] = stacked[:, 4].astype(np.int64)
    if margin:
        return table
    return table[table["depth_um"].between(0, DERMIS_UM - 1)].reset_index(drop=True)


def _check(tx: Transaction, request: GradingRequest, grading: Grading) -> None:
    if tx.session.get(VolumeRow, request.volume_sha256) is None:
        raise StoreError(
            f"volume {request.volume_sha256[:12]} is not in the store any more; store it again"
        )
    p, depth_um = grading.probabilities, grading.depth_um
    if p.ndim != 3 or len(p) != len(depth_um) or not p.size:
        raise StoreError(f"a grading of shape {p.shape} is incomplete; grade the scan again")
    if not np.isfinite(p).all() or np.abs(p.sum(axis=2) - 1).max() > ROUNDING:
        raise StoreError("the grading holds no probabilities; grade the scan again")
    if (np.diff(depth_um.astype(int)) != 1).any():
        raise StoreError("the grading lacks layers; grade the scan again")
    if grading.model_digest != request.model_digest:
        raise StoreError(
            f"the grading is by model {grading.model_digest[:12]}, not the one asked for "
            f"({request.model_digest[:12]}); grade the scan again"
        )
    if request.sampling.crops is not None and p.shape[1] != request.sampling.crops:
        raise StoreError(
            f"the grading holds {p.shape[1]} crops a layer, not {request.sampling.crops}; "
            "grade the scan again"
        )


def _probabilities() -> Select[int, bytes, bytes, int, str]:
    """A query over scans for what ``_grading`` makes a grading of, behind each scan's id."""
    return (
        select(
            ScanRow.id,
            GradingArrayRow.profile,
            GradingArrayRow.probabilities,
            GradingRow.n_crops,
            GradingRow.model_digest,
        )
        .join(GradingRow, GradingRow.key == ScanRow.grading_key)
        .join(GradingArrayRow, GradingArrayRow.grading_key == GradingRow.key)
    )


def _grading(profile: bytes, probabilities: bytes, n_crops: int, model_digest: str) -> Grading:
    depth_um = _unpack(profile)[:, 0].astype(np.int16)
    unpacked = np.frombuffer(probabilities, "<f4").reshape(len(depth_um), n_crops, -1)
    return Grading(unpacked.copy(), depth_um, model_digest)


def _unpack(blob: bytes) -> NDArray[np.float32]:
    """(n_layers, 5) float32: the columns of ``PROFILE``."""
    return np.frombuffer(blob, "<f4").reshape(-1, len(PROFILE))
