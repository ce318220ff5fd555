"""The card that every report ends with: what all of its numbers stand on."""

import json
import sys
from dataclasses import dataclass
from typing import Any, ClassVar

import pandas as pd

from dermdash.analysis.main_question import main_question
from dermdash.analysis.planned import asked_words
from dermdash.analysis.record import Record
from dermdash.reporting.blocks import Attachment, Block, Column, Content, Paragraph, Table
from dermdash.reporting.cards.source import Source
from dermdash.reporting.methods_words import SOURCES
from dermdash.reporting.plans import moment
from dermdash.reporting.words import plural
from dermdash.trial.results import software_version

PRINTED = 50  # volumes in the printed table; all of them travel with the data formats
STATES = {"collecting": "collecting", "locked": "data locked", "unblinded": "unblinded"}
HEADS = ("What", "Value")
OF_VOLUME = (
    *("subject_id", "arm", "visit", "site", "replicate", "state", "reason", "file_name"),
    *("volume_sha256", "voxels", "axes", "spacing_um", "spacing_source", "window", "operator"),
    *("acquired_at", "stored_at", "stored_by", "dej_um", "dej_kind", "dej_source", "dej_editor"),
    *("dej_at", "dej_in_queue", "dej_after_unblinding", "model_digest", "graded_at", "quality"),
)


@dataclass(frozen=True, slots=True)
class Provenance:
    """Store, software, model, volumes, DEJs, plan and protocol."""

    card: ClassVar[str] = "provenance"
    study_id: int

    def read(self, source: Source) -> Record:
        return source.record(self.study_id)

    def answer(self, inputs: Record) -> Content:
        said = "What these numbers stand on: software, model, volumes, DEJs, plan and protocol."
        blocks: list[Block] = [
            Paragraph(said, "lead"),
            Table("Study, store and software", _columns(*HEADS), _facts(inputs)),
        ]
        if len(inputs.protocols):
            blocks.append(_protocols(inputs))
        if inputs.scans["dej_source"].notna().any():
            blocks.append(_dejs(inputs))
        if len(inputs.scans):
            blocks.append(_volumes(inputs))
            about = "One row a scan: its file's SHA-256, reading, DEJ, and what graded it."
            blocks.append(Attachment("volumes", _volume_frame(inputs), about))
        if inputs.model is not None:
            card = json.dumps(inputs.model.card, ensure_ascii=False, indent=1, sort_keys=True)
            blocks.append(Attachment("model-card.json", f"{card}\n", "The card of the model."))
        if inputs.plan is not None:
            plan = json.dumps(inputs.plan.plan.to_json(), ensure_ascii=False, indent=1)
            version = f"The analysis plan that counts, version {inputs.plan.version}."
            blocks.append(Attachment("analysis-plan.json", f"{plan}\n", version))
        return Content("Provenance", said, tuple(blocks))


def _facts(record: Record) -> tuple[tuple[Any, ...], ...]:
    study, model, protocol, stored = record.study, record.model, record.protocol, record.plan
    locked = next((one for one in record.events if one.digest is not None), None)
    asked = main_question(study, stored)
    seed = stored.plan.seed if stored is not None else 0
    kind = {"cohorts": "cohorts", "before_after": "before/after", "hemi_face": "hemi-face"}
    marks = [STATES[study.state], *(["arms sealed"] if study.blinded else [])]
    rows: list[tuple[str, str | None]] = [
        ("Study", f"{study.name} ({kind[study.kind]}; {', '.join(marks)})"),
        ("Scans", _scan_words(record)),
        ("Database", record.database_id),
        ("Software", software_version()),
        ("Python", ".".join(map(str, sys.version_info[:3]))),
        ("Main question", asked_words(asked, record.arms)),
        ("Seed of all that is random", str(seed)),
    ]
    if locked is not None:
        rows.append((f"Digest of the data when {locked.act}", locked.digest))
    rows.append(("Analysis plan", _plan_words(record)))
    if protocol is None or model is None:
        rows.append(("Reading protocol", "none yet"))
    else:
        rows += [
            ("Reading protocol", f"version {protocol.version} of {len(record.protocols)}"),
            ("Model", f"{model.name}, {model.use}"),
            ("Digest of the model", model.digest),
            ("What its card says", str(model.card.get("statement", "nothing"))),
            ("Pipeline version", str(protocol.pipeline_version)),
        ]
    return tuple(rows)


def _scan_words(record: Record) -> str:
    if record.scans.empty:
        return "none yet"
    n = plural(len(record.scans), "scan")
    return f"{n}, SYNTHETIC phantoms" if record.study.synthetic else f"{n} of skin"


def _plan_words(record: Record) -> str:
    stored = record.plan
    if stored is None:
        return "none was written"
    if stored.locked_at is None:
        return f"version {stored.version} of {len(record.plans)}, a draft"
    return (
        f"version {stored.version} of {len(record.plans)}, locked by {stored.locked_by} on "
        f"{moment(stored.locked_at)} UTC"
    )


def _protocols(record: Record) -> Table:
    rows = tuple(
        (
            *(one["version"], one["model"], one["model_digest"][:12], one["thickness_um"]),
            *(one["margin_um"], _known(one["crops"]), one["author"], moment(one["at"])),
            _known(one["reason"]),
        )
        for one in record.protocols.to_dict("records")
    )
    counts = ("Version", "Slab (µm)", "Margin (µm)", "Patches a layer")
    heads = ("Version", "Model", "Digest", "Slab (µm)", "Margin (µm)", "Patches a layer")
    columns = tuple(
        Column(head, "count" if head in counts else "text")
        for head in (*heads, "By", "On (UTC)", "Why")
    )
    return Table("Versions of the reading protocol, the newest first", columns, rows)


def _dejs(record: Record) -> Table:
    """Who gave the DEJs that count, and how."""
    marked = record.scans[record.scans["dej_source"].notna()]
    keys = ["dej_source", "dej_kind", "dej_editor"]
    found = marked.groupby(keys, sort=True).agg(
        n=("scan_id", "size"),
        in_queue=("dej_in_queue", "sum"),
        late=("dej_after_unblinding", "sum"),
        low=("dej_um", "min"),
        high=("dej_um", "max"),
    )
    rows = tuple(
        (
            SOURCES.get(str(one["dej_source"]), str(one["dej_source"])),
            str(one["dej_kind"]),
            str(one["dej_editor"]),
            *(int(one["n"]), int(one["in_queue"]), int(one["late"])),
            f"{one['low']:.0f} to {one['high']:.0f}",
        )
        for one in found.reset_index().to_dict("records")
    )
    columns = (
        *_columns("How", "Form", "By"),
        *(Column(head, "count") for head in ("Scans", "In the blinded queue", "After unblinding")),
        Column("Depth in the volume (µm)"),
    )
    return Table("DEJs that count, by source and editor", columns, rows)


def _volumes(record: Record) -> Table:
    scans = record.scans
    rows = tuple(
        (
            *(one["subject_id"], one["visit"], one["site"], one["replicate"], one["state"]),
            one["volume_sha256"],
        )
        for one in scans.head(PRINTED).to_dict("records")
    )
    left = len(scans) - PRINTED
    note = ""
    if left > 0:
        note = (
            f"{plural(left, 'more volume is', 'more volumes are')} not printed; the workbook and "
            'the ZIP hold all of them as "volumes".'
        )
    columns = (
        *_columns("Subject", "Visit", "Site"),
        Column("Replicate", "count"),
        *_columns("State", "SHA-256 of the file"),
    )
    return Table(f"Volumes ({len(scans)})", columns, rows, note)


def _volume_frame(record: Record) -> pd.DataFrame:
    """All volumes; times as text, in UTC, so that each format shows them alike."""
    table = record.scans[list(OF_VOLUME)].reset_index(drop=True)
    for name in ("acquired_at", "stored_at", "dej_at", "graded_at"):
        table[name] = table[name].dt.strftime("%Y-%m-%d %H:%M:%S")
    return table


def _columns(*heads: str) -> tuple[Column, ...]:
    return tuple(map(Column, heads))


def _known(value: Any) -> Any:
    return None if pd.isna(value) else value
