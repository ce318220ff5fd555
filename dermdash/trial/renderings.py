"""Reports as files: asked of a job, kept by their content, and read again later."""

import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from dermdash.errors import DesignError, StoreError
from dermdash.settings import Settings
from dermdash.trial.jobs import enqueue
from dermdash.trial.masking import text_mask
from dermdash.trial.paper import REPORT, REPORT_FORMATS, ReportFormat
from dermdash.trial.parts import study_row
from dermdash.trial.schema import RenderingRow, ReportRow
from dermdash.trial.steps import Steps, read_steps
from dermdash.trial.stored_cards import card_rows
from dermdash.trial.transaction import Transaction
from dermdash.trial.vault import Vault


@dataclass(frozen=True, slots=True)
class Draft:
    """What a file of a report is to be kept as, before it is rendered.

    studies : ids of all studies that it speaks of
    contents : digest of the cards that it is made of
    step : the last step of the studies' life that it knows of
    """

    report_id: int
    study_id: int
    studies: tuple[int, ...]
    title: str
    format: ReportFormat
    file_name: str
    software: str
    contents: str
    step: int


@dataclass(frozen=True, slots=True)
class Rendering:
    """A report as a file that is kept.

    report_id : of a report that may be gone
    erased_since : whether a subject of its studies was erased after it was made
    """

    rendering_id: int
    report_id: int
    title: str
    format: ReportFormat
    file_name: str
    sha256: str
    bytes: int
    author: str
    at: datetime
    erased_since: bool = False


def report_vault(settings: Settings) -> Vault:
    """The folder of rendered reports, each under the hash of its bytes."""
    return Vault(settings.reports)


def ask_rendering(tx: Transaction, report_id: int, format: str) -> int:  # noqa: A002  # as it is called in all tables
    """Ask for a report as a file, and return the job's id.

    Raises
    ------
    DesignError
        The report is gone or empty, or the format is unknown.
    """
    report = tx.session.get(ReportRow, report_id)
    if report is None:
        raise DesignError("the report was deleted by somebody else; load the page again")
    if format not in REPORT_FORMATS:
        raise DesignError(f"format {format!r} is unknown; choose {', '.join(REPORT_FORMATS)}")
    if not card_rows(tx, report_id):
        raise DesignError(f"{report.title} has no cards yet; add one before rendering it")
    payload = {"report_id": report_id, "format": format}
    return enqueue(tx, REPORT, f"{report_id}/{format}", payload, study_id=report.study_id)


def keep_rendering(tx: Transaction, draft: Draft, content: bytes) -> Rendering:
    """Keep a rendered file: its bytes first, written through to the disk, then its row.

    Raises
    ------
    StoreError
        The disk is full or refuses; nothing is left behind.
    """
    stream = io.BytesIO(content)
    stream.name = draft.file_name  # what a refusal calls it
    stored = report_vault(tx.settings).store_file(stream)
    row = RenderingRow(
        report_id=draft.report_id,
        study_id=draft.study_id,
        studies=list(draft.studies),
        title=draft.title,
        format=draft.format,
        file_name=draft.file_name,
        sha256=stored.sha256,
        bytes=stored.bytes,
        author=tx.author,
        at=tx.at,
        software=draft.software,
        contents=draft.contents,
        step=draft.step,
    )
    tx.session.add(row)
    tx.session.flush()
    return _rendering(row, read_steps(tx), text_mask(tx, draft.study_id))


def list_renderings(tx: Transaction, study_id: int) -> tuple[Rendering, ...]:
    """The kept files of a study's reports, the newest first.

    Those that were made before one of their studies was blinded are not among them while it is.
    """
    query = select(RenderingRow).where(RenderingRow.study_id == study_id)
    rows = tx.session.scalars(query.order_by(RenderingRow.id.desc()))
    steps, mask = read_steps(tx), text_mask(tx, study_id)
    return tuple(
        _rendering(row, steps, mask)
        for row in rows
        if not steps.sealed_since(row.studies, row.step)
    )


def count_renderings_about(tx: Transaction, study_id: int) -> int:
    """How many kept files speak of a study, those of reports that pool it among them."""
    return sum(study_id in studies for studies in tx.session.scalars(select(RenderingRow.studies)))


def read_rendering(tx: Transaction, rendering_id: int) -> bytes:
    """The bytes of a kept file, as they were rendered.

    Raises
    ------
    DesignError
        There is no such file, or it was made before its study was blinded.
    StoreError
        The file is missing or damaged.
    """
    row = tx.session.get(RenderingRow, rendering_id)
    if row is None:
        raise DesignError(f"rendering_id={rendering_id} is no kept file; choose one that is listed")
    if read_steps(tx).sealed_since(row.studies, row.step):
        raise DesignError(
            f"this file was made before {study_row(tx, row.study_id).name} was blinded, and speaks "
            "of arms by their names; read it after unblinding"
        )
    try:
        content = report_vault(tx.settings).path(row.sha256).read_bytes()
    except OSError as error:
        raise StoreError(_lost(row)) from error
    if hashlib.sha256(content).hexdigest() != row.sha256:
        raise StoreError(_lost(row))
    return content


def _lost(row: RenderingRow) -> str:
    return (
        f"{row.file_name} ({row.sha256[:12]}) is missing or damaged among the kept reports; "
        "restore a backup, or render the report again"
    )


def _rendering(row: RenderingRow, steps: Steps, mask: Callable[[str], str]) -> Rendering:
    return Rendering(
        rendering_id=row.id,
        report_id=row.report_id,
        title=mask(row.title),
        format=row.format,  # type: ignore[arg-type]  # the table's check allows no other
        file_name=row.file_name,
        sha256=row.sha256,
        bytes=row.bytes,
        author=row.author,
        at=row.at,
        erased_since=steps.erased_since(row.studies, row.step),
    )
