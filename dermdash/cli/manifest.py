"""The command ``import``: many scans at once, by a table."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dermdash.cli.console import answer, progress, say
from dermdash.cli.options import AsJson, Axes, SpacingUm, StudyName, Window, reading
from dermdash.errors import DejError, DermdashError, InputError
from dermdash.identity import system_user
from dermdash.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dermdash.imaging.dej import Dej
    from dermdash.imaging.volume import Reading
    from dermdash.trial.database import Store
    from dermdash.trial.manifest import ManifestRow
    from dermdash.trial.studies import Kind


def import_manifest(
    manifest: Annotated[
        Path,
        typer.Argument(
            metavar="MANIFEST.csv",
            help="Columns path, subject_id, arm, visit, site, dej_um or dej_map; "
            "others are kept as covariates.",
        ),
    ],
    *,
    study: StudyName,
    axes: Axes = None,
    spacing_um: SpacingUm = None,
    window: Window = None,
    as_json: AsJson = False,
) -> None:
    """Store the scans of a table and queue their gradings; again is harmless."""
    from dermdash.trial.database import open_store
    from dermdash.trial.design import clean_name
    from dermdash.trial.manifest import read_manifest, study_kind

    name = clean_name(study, "study")
    how = reading(axes, spacing_um, window)
    rows = read_manifest(manifest)
    counts = {"stored": 0, "skipped": 0}
    failed: list[dict[str, Any]] = []
    with open_store(load_settings()) as store, progress("storing scans") as show:
        target = _Import(store, name, study_kind(rows), manifest.absolute().parent, how)
        target.check_space(rows)
        for done, row in enumerate(rows, start=1):
            try:
                counts[target.keep(row)] += 1
            except (DermdashError, OSError) as refusal:
                place = {"row": row.number, "line": row.line, "path": row.path}
                failed.append(place | {"reason": _reason(refusal)})
            show(done, len(rows))
    answer(
        {"study": name, **counts, "failed": failed},
        as_json=as_json,
        text=f"{name}: {counts['stored']} stored, {counts['skipped']} already there, "
        f"{len(failed)} failed",
    )
    if failed:
        first = failed[0]
        say(f"{len(failed)} of {len(rows)} rows failed; row {first['row']}: {first['reason']}")
        raise typer.Exit(2)


@dataclass(frozen=True, slots=True)
class _Import:
    """Where rows go: the study, made with the first scan that is stored."""

    store: "Store"
    study: str
    kind: "Kind"
    folder: Path
    reading: "Reading"

    def check_space(self, rows: "Sequence[ManifestRow]") -> None:
        """Refuse, before anything is copied, what the disk has no room for.

        Rows whose place is taken are left out: they are stored already, or will be refused.

        Raises
        ------
        StoreError
        """
        from dermdash.trial.contents import taken_replicates
        from dermdash.trial.studies import find_study

        with self.store.read() as tx:
            study_id = find_study(tx, self.study)
            taken = {} if study_id is None else taken_replicates(tx, study_id)
        sizes = {
            self.folder / row.path: _size(self.folder / row.path)
            for row in rows
            if (row.replicate or "1")
            not in map(str, taken.get((row.subject_id, row.visit, row.site), ()))
        }
        if sizes:
            scans = "1 new scan" if len(sizes) == 1 else f"{len(sizes)} new scans"
            self.store.vault.check_space(sum(sizes.values()), f"the table's {scans}")

    def keep(self, row: "ManifestRow") -> str:
        """Store one row's scan; ``stored``, or ``skipped`` where it is stored already."""
        from dermdash.imaging.volume import read_volume
        from dermdash.trial.intake import keep_scan
        from dermdash.trial.manifest import replicate
        from dermdash.trial.scans import NewScan
        from dermdash.trial.studies import create_study, find_study

        if row.problem:
            raise InputError(row.problem)
        path = self.folder / row.path
        volume = read_volume(path, self.reading)
        volume.check_voxels()
        dej = _dej(row, self.folder, volume.shape[1:])
        if dej is not None:
            dej.check(volume)
        new = NewScan(
            subject_id=row.subject_id,
            arm=row.arm,
            visit=row.visit,
            site=row.site,
            dej=dej,
            dej_source=None if dej is None else "file",
            reading=volume.reading,
            replicate=replicate(row.replicate),
            covariates=row.covariates,
            operator=row.operator or None,
            file_name=path.name,
            spacing_source=volume.spacing_source,
        )
        kept = self.store.vault.store_file(path)
        with self.store.write(by=system_user(), reason="import") as tx:
            study_id = find_study(tx, self.study)
            if study_id is None:
                study_id = create_study(tx, name=self.study, kind=self.kind)
            outcome = keep_scan(tx, study_id, kept, new, shape=volume.shape)
        return "stored" if outcome.verdict == "stored" else "skipped"


def _dej(row: "ManifestRow", folder: Path, shape_yx: tuple[int, int]) -> "Dej | None":
    from dermdash.imaging.dej import Dej, parse_depth, read_dej_map

    if row.dej_um and row.dej_map:
        raise DejError("dej_um and dej_map are both given; leave one cell empty")
    if row.dej_map:
        return read_dej_map(folder / row.dej_map, shape_yx)
    return Dej.plane(parse_depth(row.dej_um, name="dej_um")) if row.dej_um else None


def _size(path: Path) -> int:
    try:
        return path.stat().st_size if path.is_file() else 0
    except OSError:  # the row says so when its turn comes
        return 0


def _reason(refusal: Exception) -> str:
    if isinstance(refusal, OSError):
        return f"{refusal.filename or 'the file'} cannot be read ({refusal.strerror}); check it"
    return " ".join(str(refusal).split())
