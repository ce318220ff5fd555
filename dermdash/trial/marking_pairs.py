"""Looks of two readers, or of one reader twice, at the same scan; without saying at which."""

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import pandas as pd
from sqlalchemy import select

from dermdash.imaging.control_points import dej_through, mean_distance_um, mean_um
from dermdash.imaging.volume import Volume
from dermdash.trial.marking_queue import rank
from dermdash.trial.markings import last_revisions, points_of
from dermdash.trial.parts import study_row
from dermdash.trial.schema import MarkingRow, ScanRow
from dermdash.trial.transaction import Transaction, to_frame

FIELD = 64  # places along each side of the field at which two surfaces are compared


def reader_table(tx: Transaction, study_id: int) -> pd.DataFrame:
    """One row a reader, by name: ``reader, marked, cannot_tell, twice, seconds``.

    ``marked`` and ``cannot_tell`` count scans, ``twice`` those of them seen again; ``seconds`` is
    the median of a look.
    """
    rows = tx.session.scalars(last_revisions(study_id)).all()
    counts = []
    for reader in sorted({row.reader for row in rows}):
        own = [row for row in rows if row.reader == reader]
        first = [row.verdict for row in own if row.look == 1]
        taken = [row.seconds for row in own if row.seconds is not None]
        counts.append(
            (
                reader,
                first.count("marked"),
                first.count("cannot tell"),
                len(own) - len(first),
                float(np.median(taken)) if taken else None,
            )
        )
    return to_frame(
        counts,
        {
            "reader": "str",
            "marked": "int64",
            "cannot_tell": "int64",
            "twice": "int64",
            "seconds": "float64",
        },
    )


def marking_pairs(tx: Transaction, study_id: int) -> pd.DataFrame:
    """One row a pair of looks: ``pair, reader_a, look_a, reader_b, look_b, a_um, b_um,
    difference_um, distance_um``.

    Of one reader, a is the second look and b the first; of two readers, each gives the first look
    and a comes before b by name. ``a_um`` and ``b_um`` are mean depths over the field,
    ``difference_um`` is a − b, and ``distance_um`` the mean absolute distance of both surfaces
    over 64 x 64 places of the field. Pairs come in the order of the study's seed, which tells
    nothing of the scans; excluded scans are left out.
    """
    seed = study_row(tx, study_id).marking_seed or 0
    scans: dict[int, list[MarkingRow]] = {}
    for row in tx.session.scalars(last_revisions(study_id)):
        if row.verdict == "marked":
            scans.setdefault(row.scan_id, []).append(row)
    several = [scan for scan, looks in scans.items() if len(looks) > 1]
    shapes = {
        row.id: row
        for row in tx.session.scalars(
            select(ScanRow).where(ScanRow.id.in_(several), ScanRow.excluded_reason.is_(None))
        )
    }
    found: list[tuple[int | str | float, ...]] = []
    for scan_id in sorted(shapes, key=lambda scan: rank(seed, "pair", scan)):
        field = _field(shapes[scan_id])
        for a, b in _pairs(scans[scan_id]):
            at_a, at_b = (dej_through(points_of(row.points), field) for row in (a, b))
            a_um, b_um = mean_um(at_a), mean_um(at_b)
            distance = mean_distance_um(at_a, at_b)
            sides = (a.reader, a.look, b.reader, b.look)
            found.append((len(found) + 1, *sides, a_um, b_um, a_um - b_um, distance))
    return to_frame(found, _COLUMNS)


def _pairs(looks: list[MarkingRow]) -> Iterator[tuple[MarkingRow, MarkingRow]]:
    by = {(row.reader, row.look): row for row in looks}
    readers = sorted({row.reader for row in looks})
    for reader in readers:
        if (reader, 1) in by and (reader, 2) in by:
            yield by[reader, 2], by[reader, 1]
    for one, other in combinations(readers, 2):
        if (one, 1) in by and (other, 1) in by:
            yield by[one, 1], by[other, 1]


def _field(row: ScanRow) -> Volume:
    """The scan's geometry over a coarse grid of the same field."""
    spacing = [float(um) for um in row.reading["spacing_um"] or (1.0, 1.0, 1.0)]
    sides = [
        max(n - 1, 1) * um / (FIELD - 1)
        for n, um in zip((row.ny, row.nx), spacing[1:], strict=True)
    ]
    voxels = np.broadcast_to(np.uint8(0), (row.nz, FIELD, FIELD))
    return Volume.from_array(voxels, (spacing[0], sides[0], sides[1]))


_COLUMNS = {
    "pair": "int64",
    "reader_a": "str",
    "look_a": "int64",
    "reader_b": "str",
    "look_b": "int64",
    "a_um": "float64",
    "b_um": "float64",
    "difference_um": "float64",
    "distance_um": "float64",
}
