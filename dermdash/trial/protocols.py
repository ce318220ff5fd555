"""A study's reading protocol: which model and sampling its results stand on; append-only.

Results use the gradings that match the protocol, nothing else. Changing it is
``requests.set_protocol``, which also asks for the gradings that it then needs.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import String, cast, literal, select

from dermdash.errors import DesignError, VolumeError
from dermdash.grading.model import Model, find_model
from dermdash.imaging.slab import Sampling, crops_that_fit
from dermdash.trial.schema import AuditRow, ModelRow, ProtocolRow
from dermdash.trial.transaction import Transaction, to_frame

# Decision 8: the sensitivity to the DEJ is then a window over stored layers.
STUDY_SAMPLING = Sampling(margin_um=10)


@dataclass(frozen=True, slots=True)
class Protocol:
    """The version of a study's protocol that counts.

    model_use : "demonstration", or who validated the model
    sampling : ``crops`` is None until the first scan fixes it
    """

    version: int
    model_digest: str
    model_name: str
    model_use: str
    sampling: Sampling
    pipeline_version: int
    author: str
    at: datetime


def current_protocol(tx: Transaction, study_id: int) -> Protocol | None:
    """The protocol that counts, or None before the first scan."""
    row = tx.session.execute(
        select(ProtocolRow, ModelRow)
        .join(ModelRow, ModelRow.digest == ProtocolRow.model_digest)
        .where(ProtocolRow.study_id == study_id)
        .order_by(ProtocolRow.version.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    protocol, model = row
    return Protocol(
        version=protocol.version,
        model_digest=protocol.model_digest,
        model_name=model.name,
        model_use=model.use,
        sampling=Sampling.from_json(protocol.sampling),
        pipeline_version=protocol.sampling["pipeline_version"],
        author=protocol.author,
        at=protocol.at,
    )


def protocol_versions(tx: Transaction, study_id: int) -> pd.DataFrame:
    """Every protocol that the study had, the newest first.

    Columns: ``version, model, model_digest, thickness_um, margin_um, crops, pipeline_version,
    author, at, reason``; the reason is missing where none was given.
    """
    audit = (
        select(AuditRow.reason)
        .where(
            AuditRow.entity == literal("protocol ") + cast(ProtocolRow.id, String),
            AuditRow.act == "added",
        )
        .correlate(ProtocolRow)
        .limit(1)
        .scalar_subquery()
    )
    query = (
        select(
            ProtocolRow.version,
            ModelRow.name,
            ModelRow.digest,
            ProtocolRow.sampling,
            ProtocolRow.author,
            ProtocolRow.at,
            audit,
        )
        .join(ModelRow, ModelRow.digest == ProtocolRow.model_digest)
        .where(ProtocolRow.study_id == study_id)
        .order_by(ProtocolRow.version.desc())
    )
    rows = [
        (
            version,
            name,
            digest,
            *(sampling[key] for key in ("thickness_um", "margin_um", "crops", "pipeline_version")),
            *written,
        )
        for version, name, digest, sampling, *written in tx.session.execute(query)
    ]
    return to_frame(rows, _VERSIONS)


def append_protocol(
    tx: Transaction, study_id: int, *, model_digest: str, sampling: Sampling
) -> None:
    current = current_protocol(tx, study_id)
    tx.session.add(
        ProtocolRow(
            study_id=study_id,
            version=1 if current is None else current.version + 1,
            model_digest=model_digest,
            sampling=sampling.to_json(),
            author=tx.author,
            at=tx.at,
        )
    )
    tx.session.flush()


def admit_scan(
    tx: Transaction,
    study_id: int,
    *,
    shape: tuple[int, int, int],
    spacing_um: tuple[float, float, float],
) -> None:
    """Fix the number of crops by a study's first scan; refuse a later one that is too narrow.

    Raises
    ------
    VolumeError
        Fewer crops fit this scan than the study's protocol takes.
    ModelError
        No protocol stands yet, and no model is found for one.
    """
    fitting = crops_that_fit(shape, spacing_um)
    protocol = current_protocol(tx, study_id)
    if protocol is None:
        model = find_model(None, tx.settings.model_folders)
        register_model(tx, model)
        digest, sampling = model.digest, STUDY_SAMPLING
    else:
        digest, sampling = protocol.model_digest, protocol.sampling
    if sampling.crops is None:
        append_protocol(
            tx, study_id, model_digest=digest, sampling=replace(sampling, crops=fitting)
        )
    elif fitting < sampling.crops:
        raise VolumeError(
            f"the volume holds {fitting} crops of 400 um a layer and this study's first scan "
            f"fixed {sampling.crops}; scan as wide a field, or start another study"
        )


def register_model(tx: Transaction, model: Model) -> None:
    """Keep a model's card, so that what it graded can be explained without its folder."""
    if tx.session.get(ModelRow, model.digest) is None:
        tx.session.add(
            ModelRow(
                digest=model.digest,
                name=model.name,
                use=model.use,
                card=dict(model.card),
                registered_at=tx.at,
            )
        )
        tx.session.flush()


_VERSIONS = {
    "version": "int64",
    "model": "str",
    "model_digest": "str",
    "thickness_um": "int64",
    "margin_um": "int64",
    "crops": "Int64",
    "pipeline_version": "int64",
    "author": "str",
    "at": "datetime64[us, UTC]",
    "reason": "str",
}


@dataclass(frozen=True, slots=True)
class RegisteredModel:
    """A model as it was when it was registered."""

    digest: str
    name: str
    use: str
    card: dict[str, Any]


def get_model(tx: Transaction, digest: str) -> RegisteredModel:
    """The card of a registered model.

    Raises
    ------
    DesignError
        None of this digest is registered.
    """
    row = tx.session.get(ModelRow, digest)
    if row is None:
        raise DesignError(f"model digest {digest[:12]} is not registered in this store")
    return RegisteredModel(row.digest, row.name, row.use, row.card)
