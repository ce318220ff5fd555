"""Volumes that are registered where they lie: found, checked, never written to, never removed."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from dermdash.errors import StoreError, VolumeError
from dermdash.grading.model import Model
from dermdash.grading.profile import Grading
from dermdash.identity import WORKER, User
from dermdash.imaging.dej import Dej
from dermdash.imaging.looks import hash_file, verify_file
from dermdash.imaging.volume import Reading
from dermdash.pipeline import VerifiedGrading, grade_outside_file
from dermdash.trial.backup import backup
from dermdash.trial.database import Store
from dermdash.trial.jobs import Job, take
from dermdash.trial.kinds import finish_grading, prepare_grading
from dermdash.trial.leftovers import discard_volume
from dermdash.trial.scans import NewScan, get_scan, store_scan
from dermdash.trial.schema import VolumeRow
from dermdash.trial.vault import StoredVolume
from dermdash.trial.volumes import volume_path

SHAPE = (120, 500, 1224)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "instrument" / "S01.tif"
    path.parent.mkdir()
    path.write_bytes(b"voxels")
    return path


def registered(path: Path) -> StoredVolume:
    status = path.stat()
    return StoredVolume(
        hash_file(path), path, status.st_size, already=True, mtime_ns=status.st_mtime_ns
    )


@pytest.fixture
def put_outside(store: Store, study: int, ada: User, reading: Reading) -> Callable[..., int]:
    def put(volume: StoredVolume, *, visit: str = "D0") -> int:
        new = NewScan("S01", "active", visit, "cheek", Dej.plane(40), "manual", reading)
        with store.write(by=ada) as tx:
            return store_scan(tx, study, volume, new, shape=SHAPE).scan_id

    return put


def the_job(store: Store) -> Job:
    with store.write(by=WORKER) as tx:
        (job,) = take(tx, 1)
    return job


def test_a_registered_file_is_read_where_it_lies(
    store: Store, put_outside: Callable[..., int], file: Path, model: Model
) -> None:
    """37 GB would have to be copied before anything could be graded."""
    scan_id = put_outside(registered(file))
    (store.settings.home / "models").symlink_to(model.folder.parent)
    with store.write(by=WORKER) as tx:
        scan = get_scan(tx, scan_id)
        assert scan.path == volume_path(tx, scan.volume_sha256) == file
        (job,) = take(tx, 1)
        call, (kept, *_) = prepare_grading(tx, job) or (None, ())
        assert (call, kept) == (grade_outside_file, (file, scan.volume_sha256))
        assert not discard_volume(tx, scan.volume_sha256)
    assert not [path for path in store.vault.folder.glob("??/*") if path.is_file()]
    assert file.read_bytes() == b"voxels"


def test_a_grading_says_when_its_file_was_hashed_again(
    store: Store, put_outside: Callable[..., int], file: Path, make_grading: Callable[..., Grading]
) -> None:
    """Nobody could say whether the graded file was still the registered one."""
    put_outside(registered(file))
    job = the_job(store)
    with store.write(by=WORKER) as tx:
        finish_grading(tx, job, VerifiedGrading(make_grading(), 12345))
        row = tx.session.get_one(VolumeRow, hash_file(file))
        assert (row.mtime_ns, row.verified_at) == (12345, tx.at)
        assert row.stored_at < row.verified_at


def test_a_changed_or_missing_file_fails_its_grading(file: Path) -> None:
    """A file written over would be graded under the old one's name."""
    sha256 = hash_file(file)
    assert verify_file(file, sha256) == file.stat().st_mtime_ns
    status = file.stat()
    file.write_bytes(b"VOXELS")
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))  # as before, but for its content
    how = (Reading(), Dej.plane(40), None, Path("model"))
    with pytest.raises(VolumeError, match="holds something else than when it was registered"):
        grade_outside_file((file, sha256), *how)  # type: ignore[arg-type]
    file.unlink()
    with pytest.raises(VolumeError, match="is not there any more; put the registered file back"):
        grade_outside_file((file, sha256), *how)  # type: ignore[arg-type]


def test_a_changed_or_missing_file_is_not_shown(
    store: Store, put_outside: Callable[..., int], file: Path
) -> None:
    """Somebody would mark the DEJ on another woman's skin."""
    scan_id = put_outside(registered(file))
    with store.read() as tx:
        scan = get_scan(tx, scan_id)
    file.write_bytes(b"something else")
    with pytest.raises(StoreError, match="was written to since it was registered"):
        scan.open()
    file.unlink()
    with pytest.raises(StoreError, match="is not there any more"):
        scan.open()


def test_the_same_file_elsewhere_takes_the_place_of_one_that_is_gone(
    store: Store, put_outside: Callable[..., int], file: Path, tmp_path: Path
) -> None:
    """A disk that was given another name would leave a study without volumes for ever."""
    put_outside(registered(file))
    copy = tmp_path / "copy.tif"
    copy.write_bytes(file.read_bytes())
    sha256 = hash_file(copy)
    put_outside(registered(copy))
    with store.read() as tx:
        assert volume_path(tx, sha256) == file  # it is still there
    file.rename(tmp_path / "elsewhere.tif")
    put_outside(registered(copy))
    with store.read() as tx:
        assert volume_path(tx, sha256) == copy
    put_outside(store.vault.store_file(copy))
    put_outside(registered(copy))
    with store.read() as tx:
        assert volume_path(tx, sha256) == store.vault.path(sha256)  # it cannot get lost there


def test_a_file_that_went_before_it_was_stored_is_refused(
    store: Store, put_outside: Callable[..., int], file: Path
) -> None:
    """A scan would have no voxels from its first day on."""
    volume = registered(file)
    file.unlink()
    with pytest.raises(StoreError, match="is not at its place any more"):
        put_outside(volume)
    with pytest.raises(StoreError, match="not in the vault any more"):
        put_outside(replace(volume, path=store.vault.path(volume.sha256), mtime_ns=None))


def test_a_backup_counts_what_lies_outside(
    store: Store, put_outside: Callable[..., int], file: Path, tmp_path: Path
) -> None:
    """Who trusts a backup would lose the volumes that it does not hold."""
    put_outside(registered(file))
    kept = backup(store, tmp_path / "all.backup")
    assert (kept.n_files, kept.n_missing, kept.n_outside) == (0, 0, 1)
