import io
import shutil
import sqlite3
import tarfile
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dermdash.errors import InputError, StoreError
from dermdash.identity import WORKER, User
from dermdash.imaging.dej import Dej
from dermdash.settings import Settings
from dermdash.trial.audit import history
from dermdash.trial.backup import backup, restore
from dermdash.trial.database import Store, open_store
from dermdash.trial.jobs import enqueue, finish, job_table, take
from dermdash.trial.reports import list_reports
from dermdash.trial.scans import get_scan, scan_table
from dermdash.trial.studies import create_study, list_studies, rename_study

PutScan = Callable[..., int]
SURFACE = np.linspace(30, 50, 500 * 1224, dtype=np.float32).reshape(500, 1224)


@pytest.fixture
def saved(store: Store, put_scan: PutScan, grade_all: Callable[[], int], tmp_path: Path) -> Path:
    """The backup of a store with a graded scan under a map, and a queued one."""
    put_scan("S1", dej=Dej.surface(SURFACE), content=b"voxels of S1")
    grade_all()
    put_scan("S2")
    file = tmp_path / "store.tar"
    made = backup(store, file)
    assert (made.path, made.n_files, made.n_missing) == (file, 3, 0)
    assert made.bytes == file.stat().st_size
    return file


def studies(settings: Settings) -> list[str]:
    with open_store(settings) as store, store.read() as tx:
        return list_studies(tx)["study"].tolist()


def test_a_store_comes_back_on_another_machine(store: Store, saved: Path, tmp_path: Path) -> None:
    """After a fire the scores would be there and the volumes gone, or nothing at all."""
    elsewhere = Settings(tmp_path / "elsewhere", processes=1)
    restore(elsewhere, saved)
    with open_store(elsewhere) as other, other.read() as there, store.read() as here:
        pd.testing.assert_frame_equal(scan_table(there), scan_table(here))
        scan = get_scan(there, 1)
        assert scan.path.is_relative_to(elsewhere.home)
        assert scan.path.read_bytes() == b"voxels of S1"
        assert scan.dej is not None
        assert scan.dej.map_um is not None
        np.testing.assert_array_equal(scan.dej.map_um, SURFACE)
        assert history(there, limit=1).act.tolist() == ["restored"]


def test_restoring_undoes_what_came_after_and_keeps_a_copy_of_it(
    store: Store, saved: Path, ada: User, settings: Settings
) -> None:
    """A restored backup that was the wrong one would cost a day's work."""
    with store.write(by=ada) as tx:
        create_study(tx, name="later", kind="cohorts")
    restore(settings, saved)
    assert studies(settings) == ["Serum"]
    (copy,) = (settings.home / "backups").glob("before-restore-*.sqlite")
    with closing(sqlite3.connect(copy)) as connection:
        names = [name for (name,) in connection.execute("select name from study order by id")]
    assert names == ["Serum", "later"]


def test_both_work_while_the_store_is_in_use(
    store: Store, saved: Path, ada: User, settings: Settings, tmp_path: Path
) -> None:
    """The app would have to be stopped each night."""
    stop = threading.Event()
    failures: list[BaseException] = []

    def use() -> None:
        try:
            with open_store(settings) as own:
                while not stop.is_set():
                    with own.read() as tx:
                        assert len(scan_table(tx)) == 2
                    with own.write(by=ada) as tx:
                        rename_study(tx, 1, "Serum")
        except BaseException as error:
            failures.append(error)

    users = [threading.Thread(target=use) for _ in range(2)]
    for user in users:
        user.start()
    try:
        for number in range(3):
            file = tmp_path / f"{number}.tar"
            assert backup(store, file).n_missing == 0
            restore(settings, file)
    finally:
        stop.set()
        for user in users:
            user.join()
    assert failures == []


def test_a_reader_sees_one_state_throughout_a_restore(
    store: Store, saved: Path, ada: User, settings: Settings
) -> None:
    """A page would mix rows of before and after."""
    with store.write(by=ada) as tx:
        create_study(tx, name="later", kind="cohorts")
    with store.read() as tx:
        assert len(list_studies(tx)) == 2
        restore(settings, saved)
        assert len(list_studies(tx)) == 2
    with store.read() as tx:
        assert len(list_studies(tx)) == 1


def test_a_worker_that_outlives_a_restore_ends_no_other_job(
    store: Store, saved: Path, ada: User, settings: Settings
) -> None:
    """A restored job would be marked as done by a result that belongs to another."""
    with store.write(by=WORKER) as tx:
        enqueue(tx, "phantom", "later", {})
        held = take(tx, 5)  # what waits, which the backup holds too, and the phantom
    restore(settings, saved)
    with store.write(by=WORKER) as tx:
        assert not any(finish(tx, job.job_id) for job in held)
        table = job_table(tx)
        assert sorted(table.state) == ["done", "queued", "queued", "queued"]
        assert not set(table[table.state == "queued"].job_id) & {job.job_id for job in held}


def test_a_damaged_database_can_be_restored(settings: Settings, store: Store, saved: Path) -> None:
    """A backup would be of no use just when it is needed."""
    store.close()
    settings.database.write_bytes(b"\0" * 8192)
    restore(settings, saved)
    assert studies(settings) == ["Serum"]
    (folder,) = (settings.home / "backups").glob("damaged-*")
    assert (folder / "dermdash.sqlite").read_bytes() == b"\0" * 8192


def test_a_lost_volume_comes_back_and_is_counted_while_it_is_lost(
    store: Store, saved: Path, settings: Settings, tmp_path: Path
) -> None:
    """A scan whose voxels are gone would be noticed years later."""
    with store.read() as tx:
        path = get_scan(tx, 1).path
    path.unlink()
    assert backup(store, tmp_path / "second.tar").n_missing == 1
    restore(settings, saved)
    assert path.read_bytes() == b"voxels of S1"


def test_a_backup_replaces_only_a_backup(store: Store, saved: Path, tmp_path: Path) -> None:
    """A slip would overwrite a volume, or the database itself."""
    backup(store, saved)
    precious = tmp_path / "thesis.docx"
    precious.write_bytes(b"precious")
    for target in (precious, store.settings.database, tmp_path):
        with pytest.raises(InputError):
            backup(store, target)
    with pytest.raises(InputError, match="make it before"):
        backup(store, tmp_path / "none" / "store.tar")
    assert precious.read_bytes() == b"precious"


def test_a_full_disk_keeps_the_older_backup(
    store: Store, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The night that fills the disk would also destroy the last good copy."""
    before = saved.read_bytes()
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(1, 1, 0))
    with pytest.raises(StoreError, match="free some space"):
        backup(store, saved)
    assert saved.read_bytes() == before
    assert [path.name for path in saved.parent.glob("*.part")] == []


def tampered(saved: Path, how: str) -> None:
    content = saved.read_bytes()
    match how:
        case "empty":
            saved.write_bytes(b"")
        case "cut":
            saved.write_bytes(content[: len(content) // 2])
        case "no tar":
            saved.write_bytes(b"PK" + content[2:])
        case "changed voxels":
            saved.write_bytes(content.replace(b"voxels of S1", b"voxels of S9"))
        case "changed database":
            saved.write_bytes(content[:600] + bytes(4000) + content[4600:])
        case "folder":
            saved.unlink()
            saved.mkdir()
        case "missing":
            saved.unlink()
        case "outside":
            with tarfile.open(saved, "a") as tar:
                member = tarfile.TarInfo("../../outside")
                member.size = 4
                tar.addfile(member, io.BytesIO(b"evil"))
        case "another tar":
            with tarfile.open(saved, "w") as tar:
                tar.addfile(tarfile.TarInfo("readme"))


@pytest.mark.parametrize(
    "how",
    [
        "empty",
        "cut",
        "no tar",
        "changed voxels",
        "changed database",
        "folder",
        "missing",
        "outside",
        "another tar",
    ],
)
def test_a_file_that_is_no_backup_changes_nothing(
    store: Store, saved: Path, settings: Settings, ada: User, how: str
) -> None:
    """A damaged backup would take the sound store with it."""
    with store.write(by=ada) as tx:
        create_study(tx, name="later", kind="cohorts")
    tampered(saved, how)
    with open_store(settings) as own, own.read() as tx:
        paths = [get_scan(tx, scan_id).path for scan_id in (1, 2)]
    if how == "changed voxels":
        paths[0].unlink()  # else the sound file in the vault is kept, and all is well
    with pytest.raises(InputError):
        restore(settings, saved)
    assert studies(settings) == ["Serum", "later"]
    assert not (settings.home.parent.parent / "outside").exists()
    assert not list(settings.home.glob(".restore-*"))
    assert how == "changed voxels" or all(path.exists() for path in paths)


def test_a_backup_of_a_newer_version_is_refused(
    store: Store, saved: Path, settings: Settings, tmp_path: Path
) -> None:
    """An older program would open a database that it does not understand."""
    store.close()
    with closing(sqlite3.connect(settings.database)) as connection, connection:
        connection.execute("update alembic_version set version_num = '9999'")
    newer = tmp_path / "newer.tar"
    with tarfile.open(newer, "w") as tar:
        tar.add(settings.database, "dermdash.sqlite")
    elsewhere = replace(settings, home=tmp_path / "elsewhere")
    with pytest.raises(StoreError, match="newer dermdash"):
        restore(elsewhere, newer)
    assert studies(elsewhere) == []


def test_a_backup_from_before_there_were_reports_comes_back(
    store: Store, saved: Path, tmp_path: Path
) -> None:
    """Last year's backup would be of no use to this year's program."""
    folder = tmp_path / "last-year"
    folder.mkdir()
    with tarfile.open(saved) as tar:
        tar.extractall(folder, filter="data")
    with closing(sqlite3.connect(folder / "dermdash.sqlite")) as connection, connection:
        for table in ("card", "rendering", "report", "store"):
            connection.execute(f"drop table {table}")
        connection.execute("update alembic_version set version_num = '0003'")
    older = tmp_path / "older.tar"
    with tarfile.open(older, "w") as tar:
        tar.add(folder / "dermdash.sqlite", "dermdash.sqlite")
        for path in (folder / "volumes").glob("*/*"):
            tar.add(path, path.relative_to(folder).as_posix())
    elsewhere = Settings(tmp_path / "elsewhere", processes=1)
    restore(elsewhere, older)
    assert studies(elsewhere) == ["Serum"]
    with open_store(elsewhere) as other, other.read() as tx:
        assert list_reports(tx, 1) == ()
        assert get_scan(tx, 1).path.read_bytes() == b"voxels of S1"
