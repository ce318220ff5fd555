"""Files become scans: asked for by a page, done by the worker; or one by one, by a command.

However it is asked, ``keep_scan`` judges and stores. A file is registered where it lies, or moved
into the vault: linked there, its scan committed, its name outside removed. So whenever a process
is killed, the file is where it was, or in the vault with its scan, and asking again is harmless.
"""

import os
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self
from uuid import uuid4

from dermdash.errors import DermdashError, VolumeError
from dermdash.imaging.dej import Dej
from dermdash.imaging.files import shown
from dermdash.imaging.looks import hash_file
from dermdash.imaging.volume import Reading, read_volume
from dermdash.trial.jobs import Job, enqueue
from dermdash.trial.leftovers import discard_volume
from dermdash.trial.scans import NewScan, ScanOutcome, judge_scan, store_scan
from dermdash.trial.transaction import Transaction
from dermdash.trial.vault import StoredVolume, Vault

STORE = "store"
AT_LEAST, PATIENCE_S = 25, 0.5  # of a trial: files, and seconds in which nobody else writes
Way = Literal["register", "move"]


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file as it was looked at; its content is known by its hash."""

    path: Path
    bytes: int
    mtime_ns: int
    sha256: str
    shape: tuple[int, int, int]

    def where_it_lies(self) -> StoredVolume:
        return StoredVolume(
            self.sha256, self.path, self.bytes, already=True, mtime_ns=self.mtime_ns
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "path": str(self.path),
            "bytes": self.bytes,
            "mtime_ns": self.mtime_ns,
            "sha256": self.sha256,
            "shape": list(self.shape),
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        nz, ny, nx = values["shape"]
        return cls(
            Path(values["path"]),
            values["bytes"],
            values["mtime_ns"],
            values["sha256"],
            (nz, ny, nx),
        )


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file that is still what it was looked at to be.

    copy : of a file from another disk, beside the vault; None where none was needed
    """

    shape: tuple[int, int, int]
    copy: Path | None = None


def request_scan(
    tx: Transaction,
    study_id: int,
    file: FoundFile,
    new: NewScan,
    *,
    way: Way,
    uploaded: bool = False,
) -> int:
    """Ask the worker to make a file a scan, and return the job's id.

    uploaded : it came by browser
    """
    payload = {
        "file": file.to_json(),
        "scan": _to_json(tx, new),
        "way": way,
        "uploaded": uploaded,
    }
    return enqueue(tx, STORE, store_key(study_id, file.sha256), payload, study_id=study_id)


def store_key(study_id: int, sha256: str) -> str:
    """One content is stored once in a study, however often it is asked for."""
    return f"{study_id}/{sha256}"


def keep_scan(
    tx: Transaction,
    study_id: int,
    volume: StoredVolume,
    new: NewScan,
    *,
    shape: tuple[int, int, int],
) -> ScanOutcome:
    """Store a scan as ``store_scan`` does; what is refused leaves no file in the vault.

    Raises
    ------
    InputError, StoreError
    """
    try:
        return store_scan(tx, study_id, volume, new, shape=shape)
    except DermdashError:
        if not volume.already:
            discard_volume(tx, volume.sha256)
        raise


def try_scans(
    tx: Transaction, study_id: int, scans: Iterable[tuple[FoundFile, NewScan]]
) -> list[ScanOutcome | DermdashError]:
    """What would come of files, one after the other; nothing of it is kept.

    So that others may write too it ends after half a second, with fewer answers than files.
    """
    begin = time.monotonic()
    answers: list[ScanOutcome | DermdashError] = []
    trial = tx.session.begin_nested()
    try:
        for file, new in scans:
            if len(answers) >= AT_LEAST and time.monotonic() - begin > PATIENCE_S:
                break
            answers.append(_try(tx, study_id, file, new))
    finally:
        trial.rollback()
    return answers


def _try(
    tx: Transaction, study_id: int, file: FoundFile, new: NewScan
) -> ScanOutcome | DermdashError:
    try:
        with tx.all_or_nothing():
            _, known = judge_scan(tx, study_id, file.sha256, new, shape=file.shape)
            if known is not None:
                return keep_scan(tx, study_id, file.where_it_lies(), new, shape=file.shape)
    except DermdashError as error:
        return error
    return ScanOutcome(0, "stored")


def fetch_file(file: FoundFile, reading: Reading, vault: Vault | None) -> Fetched:
    """What an engine's process runs: see that the file is what it was, and bring it near the vault.

    vault : where the file is to be moved; None where it stays

    Raises
    ------
    VolumeError
        It was changed since it was looked at, is gone, or may not be moved.
    StoreError
        There is no room for a copy.
    """
    _check_unchanged(file)
    shape = read_volume(file.path, reading).shape
    if vault is None:
        return Fetched(shape)
    if not os.access(file.path.parent, os.W_OK):
        raise VolumeError(
            f"{shown(file.path)} lies in a folder that may only be read, so it cannot be moved; "
            "leave it where it lies"
        )
    if on_one_disk(file.path, vault.folder):
        same, copy = hash_file(file.path) == file.sha256, None
    else:
        copy = vault.incoming / f"intake-{uuid4().hex}.tif"
        with file.path.open("rb") as stream:
            same = vault.receive(stream, copy)[0] == file.sha256
    if not same:
        if copy is not None:
            copy.unlink()
        raise _changed(file.path)
    return Fetched(shape, copy)


def store_fetched(tx: Transaction, job: Job, fetched: Fetched) -> None:
    """Write the scan of a file that was fetched, in the name of who asked for it."""
    file, new = FoundFile.from_json(job.payload["file"]), _from_json(tx, job.payload["scan"])
    if job.study_id is None:
        raise TypeError("a scan is stored in a study")
    if fetched.copy is not None:
        volume = tx.vault.take_over(fetched.copy, file.sha256, file.bytes)
    else:
        _check_unchanged(file)
        volume = file.where_it_lies()
        if job.payload["way"] == "move":
            volume = tx.vault.link(file.path, file.sha256)
    with tx.on_behalf_of(job.by) as theirs:
        keep_scan(theirs, job.study_id, volume, new, shape=fetched.shape)


def remove_moved(job: Job) -> None:
    """Once the scan is committed: take the file's name out of the inbox, if it was moved."""
    if job.payload["way"] == "move":
        Path(job.payload["file"]["path"]).unlink(missing_ok=True)


def end_move(path: Path, kept: Path) -> bool:
    """Take away a name that a kill left after its scan was committed; False where it is none."""
    if path == kept or not (path.exists() and kept.exists() and path.samefile(kept)):
        return False
    path.unlink()
    return True


def bytes_to_copy(files: Mapping[Path, int], vault: Vault) -> int:
    """How much of these files would be copied to be moved; on one disk nothing is."""
    return sum(size for path, size in files.items() if not on_one_disk(path, vault.folder))


def on_one_disk(path: Path, folder: Path) -> bool:
    """Whether a file can get a second name in a folder, and be moved there without a copy."""
    while not folder.exists():
        folder = folder.parent
    return path.exists() and path.stat().st_dev == folder.stat().st_dev


def _check_unchanged(file: FoundFile) -> None:
    try:
        status = file.path.stat()
    except OSError as error:
        raise VolumeError(
            f"{shown(file.path)} is not there any more ({error.strerror}); put it back, or take "
            "another"
        ) from error
    if (status.st_size, status.st_mtime_ns) != (file.bytes, file.mtime_ns):
        raise _changed(file.path)


def _changed(path: Path) -> VolumeError:
    return VolumeError(
        f"{shown(path)} was changed since it was looked at; see whether it is still the same scan, "
        "then store it again"
    )


def _to_json(tx: Transaction, new: NewScan) -> dict[str, Any]:
    dej = new.dej
    map_um = None if dej is None else dej.map_um
    return {
        "subject_id": new.subject_id,
        "arm": new.arm,
        "visit": new.visit,
        "site": new.site,
        "replicate": new.replicate,
        "dej_um": None if dej is None else dej.depth_um,
        "dej_map": None if map_um is None else tx.vault.store_map(map_um).sha256,
        "dej_source": new.dej_source,
        "reading": new.reading.to_json(),
        "file_name": new.file_name,
        "spacing_source": new.spacing_source,
        "operator": new.operator,
    }


def _from_json(tx: Transaction, values: Mapping[str, Any]) -> NewScan:
    dej = None
    if values["dej_map"] is not None:
        dej = Dej.surface(tx.vault.load_map(values["dej_map"]))
    elif values["dej_um"] is not None:
        dej = Dej.plane(values["dej_um"])
    named = ("subject_id", "arm", "visit", "site", "replicate", "dej_source", "file_name")
    return NewScan(
        **{name: values[name] for name in named},
        dej=dej,
        reading=Reading.from_json(values["reading"]),
        spacing_source=values["spacing_source"],
        operator=values["operator"],
    )
