"""Where each scan's dermis begins: markings that are added, never changed."""

from typing import Literal

import numpy as np
from sqlalchemy import func, select

from dermdash.errors import DesignError
from dermdash.imaging.dej import Dej
from dermdash.imaging.volume import Reading, Volume
from dermdash.trial.requests import request_grading
from dermdash.trial.schema import DEJ_SOURCES, DejRow, ScanRow
from dermdash.trial.transaction import Transaction

DejSource = Literal["manual", "file", "detected", "edited"]


def set_dej(tx: Transaction, scan_id: int, dej: Dej, *, source: DejSource) -> None:
    """Mark where a scan's dermis begins, and queue the grading that it now needs.

    Earlier markings are kept. The same DEJ again changes nothing.

    Raises
    ------
    DejError
        It does not fit the volume.
    DesignError
        The scan or the source is unknown.
    """
    row = scan_row(tx, scan_id)
    if source not in DEJ_SOURCES:
        raise DesignError(f"source={source} is unknown; write one of {', '.join(DEJ_SOURCES)}")
    check_dej(dej, (row.nz, row.ny, row.nx), Reading.from_json(row.reading))
    append_dej(tx, row, dej, source)


def find_dej(tx: Transaction, digest: str) -> Dej:
    """The DEJ of a digest, as some scan has or had it.

    Raises
    ------
    DesignError
        No scan had it.
    """
    row = tx.session.scalar(select(DejRow).where(DejRow.digest == digest).limit(1))
    if row is None:
        raise DesignError(f"DEJ {digest[:12]} is unknown in this store")
    return load_dej(tx, row)


def append_dej(tx: Transaction, row: ScanRow, dej: Dej, source: str) -> None:
    current = current_dej(tx, row.id)
    if current is None or current.digest != dej.digest:
        map_sha256 = None if dej.map_um is None else tx.vault.store_map(dej.map_um).sha256
        last = tx.session.scalar(select(func.max(DejRow.seq)).where(DejRow.scan_id == row.id))
        tx.session.add(
            DejRow(
                scan_id=row.id,
                seq=(last or 0) + 1,
                kind=dej.kind,
                value_um=dej.depth_um,
                map_sha256=map_sha256,
                median_um=dej.median_um,
                source=source,
                editor=tx.author,
                at=tx.at,
                digest=dej.digest,
            )
        )
        tx.session.flush()
    if row.excluded_reason is None:
        request_grading(tx, row.id)


def current_dej(tx: Transaction, scan_id: int) -> DejRow | None:
    query = select(DejRow).where(DejRow.scan_id == scan_id).order_by(DejRow.seq.desc()).limit(1)
    return tx.session.scalar(query)


def load_dej(tx: Transaction, row: DejRow) -> Dej:
    if row.map_sha256 is not None:
        return Dej.surface(tx.vault.load_map(row.map_sha256))
    return Dej.plane(row.value_um or 0.0)


def check_dej(dej: Dej, shape: tuple[int, int, int], reading: Reading) -> None:
    """Check a DEJ against a volume's geometry, without its voxels."""
    dej.check(without_voxels(shape, reading))


def without_voxels(shape: tuple[int, int, int], reading: Reading) -> Volume:
    """A volume of which only the geometry is true."""
    spacing = reading.spacing_um or (1.0, 1.0, 1.0)
    return Volume.from_array(np.broadcast_to(np.uint8(0), shape), spacing)


def scan_row(tx: Transaction, scan_id: int) -> ScanRow:
    row = tx.session.get(ScanRow, scan_id)
    if row is None:
        raise DesignError(f"scan_id={scan_id} is no scan; choose one that is listed")
    return row
