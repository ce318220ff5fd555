"""A scan through a store of its own: kept, graded, found again, backed up and restored."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from dermdash.identity import User
from dermdash.reporting.validation.check import Check, tried
from dermdash.reporting.validation.grading import DEJ_UM, phantom_file
from dermdash.settings import Settings

if TYPE_CHECKING:
    from dermdash.grading.profile import Grading
    from dermdash.trial.database import Store

BY = User("validation")
QUALITY = 2.0


def check_store(folder: Path) -> tuple[Check, ...]:
    """What a store in this empty folder keeps of one scan."""
    trial = _Trial(folder)
    rows = (
        ("a volume stored", "the file's SHA-256", trial.store, "hash of the file and of its copy"),
        ("its grading kept and read back", "the same", trial.grade, "bit for bit"),
        ("the store closed and opened again", "the same", trial.reopen, "volume and grading"),
        ("a backup restored elsewhere", "the same", trial.restore, "volume and grading"),
    )
    return tuple(
        tried("store", what, expected, run, source=source) for what, expected, run, source in rows
    )


class _Trial:
    """One study with one scan; each step goes on from the one before."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._settings = Settings(folder / "home", processes=1)
        self._scan_id = 0
        self._sha256 = ""
        self._graded: Grading | None = None

    def store(self) -> tuple[str, bool]:
        from dermdash.imaging.dej import Dej
        from dermdash.imaging.volume import read_volume
        from dermdash.trial.scans import NewScan, store_scan

        path = phantom_file(self._folder, QUALITY)
        volume = read_volume(path)
        with self._open() as store:
            stored = store.vault.store_file(path)
            new = NewScan(
                subject_id="S1",
                arm="one",
                visit="D0",
                site="cheek",
                dej=Dej.plane(DEJ_UM),
                dej_source="manual",
                reading=volume.reading,
                file_name=path.name,
                spacing_source=volume.spacing_source,
            )
            with store.write(by=BY) as tx:
                study_id = _make_study(tx)
                outcome = store_scan(tx, study_id, stored, new, shape=volume.shape)
            self._scan_id, self._sha256 = outcome.scan_id, _sha256(path)
            kept = _sha256(store.vault.path(self._sha256))
        return kept, kept == stored.sha256 == self._sha256

    def grade(self) -> tuple[str, bool]:
        from dermdash.trial.jobs import finish, take
        from dermdash.trial.kinds import finish_grading, prepare_grading

        with self._open() as store:
            with store.write(by=BY) as tx:
                (job,) = take(tx, 1, kinds=("grading",))
                prepared = prepare_grading(tx, job)
            if prepared is None:
                return "graded already", False
            call, arguments = prepared
            self._graded = call(*arguments)
            with store.write(by=BY) as tx:
                finish_grading(tx, job, self._graded)
                finish(tx, job.job_id)
            return self._compared(store)

    def reopen(self) -> tuple[str, bool]:
        with self._open() as store:
            return self._compared(store)

    def restore(self) -> tuple[str, bool]:
        from dermdash.trial.backup import backup, restore
        from dermdash.trial.database import open_store

        file, elsewhere = self._folder / "backup.tar", Settings(self._folder / "other", processes=1)
        with self._open() as store:
            backup(store, file)
        restore(elsewhere, file, by=BY)
        with open_store(elsewhere) as store:
            return self._compared(store)

    @contextmanager
    def _open(self) -> "Iterator[Store]":
        from dermdash.trial.database import open_store

        with open_store(self._settings) as store:
            yield store

    def _compared(self, store: "Store") -> tuple[str, bool]:
        """Whether the store still holds the volume and the grading that were put into it."""
        from dermdash.trial.gradings import get_grading

        with store.read() as tx:
            found = get_grading(tx, self._scan_id)
        if found is None or self._graded is None:
            return "no grading", False
        if not store.vault.verify(self._sha256):
            return "another volume", False
        same = found.probabilities.tobytes() == self._graded.probabilities.tobytes()
        same = same and found.depth_um.tolist() == self._graded.depth_um.tolist()
        return ("the same" if same else "another grading"), same


def _make_study(tx: object) -> int:
    from dermdash.trial.studies import ArmSpec, SiteSpec, VisitSpec, create_study
    from dermdash.trial.transaction import Transaction

    assert isinstance(tx, Transaction)
    return create_study(
        tx,
        name="Validation",
        kind="cohorts",
        synthetic=True,
        arms=(ArmSpec("one"),),
        visits=(VisitSpec("D0", 0, is_baseline=True),),
        sites=(SiteSpec("cheek"),),
    )


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
