"""The store as one file, and back: a tar of the database, the files in the vault and the reports.

Both work while the store is in use. The database is copied in one consistent state, and each file
that it names was kept before it; kept files never change.
"""

import re
import shutil
import sqlite3
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, cast

from dermdash.errors import InputError, StoreError
from dermdash.identity import User, system_user
from dermdash.settings import Settings
from dermdash.trial.database import Store, open_store
from dermdash.trial.migration import copy_database, keep_copy
from dermdash.trial.renderings import report_vault
from dermdash.trial.schema import AuditRow
from dermdash.trial.vault import FULL, RESERVE, Vault

DATABASE = "dermdash.sqlite"
FILES = re.compile(r"(volumes|reports)/[0-9a-f]{2}/([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup holds.

    n_missing : files that were not in the vault any more
    n_outside : volumes that are registered where they lie, and were not copied
    """

    path: Path
    bytes: int
    n_files: int
    n_missing: int
    n_outside: int = 0


def backup(store: Store, file: Path | str) -> Backup:
    """Write the whole store to ``file``; an older backup there is replaced.

    Volumes of the vault and rendered reports are included; volumes that are registered where they
    lie are counted.

    Raises
    ------
    InputError
        ``file`` is a folder, or a file that is no backup.
    StoreError
        The disk is full or refuses; an older backup is still whole.
    """
    file = Path(file).absolute()
    _check_target(file)
    part = file.with_name(f"{file.name[:200]}.part")
    with _in_one_sentence(file), TemporaryDirectory(dir=file.parent, prefix=".backup-") as folder:
        snapshot = Path(folder) / DATABASE
        copy_database(store.settings.database, snapshot)
        named, n_outside = _files_of(snapshot)
        vaults = _vaults(store.settings)
        places = {f"{of}/{sha256[:2]}/{sha256}": vaults[of].path(sha256) for of, sha256 in named}
        kept = {name: path for name, path in places.items() if path.is_file()}
        size = sum(path.stat().st_size for path in (snapshot, *kept.values()))
        free = shutil.disk_usage(file.parent).free
        if size + RESERVE > free:
            raise StoreError(
                f"the backup takes {size / 1e6:.0f} MB and the disk of {file} has "
                f"{free / 1e6:.0f} MB free; free some space or name another disk"
            )
        try:
            with tarfile.open(part, "w", format=tarfile.PAX_FORMAT) as tar:
                tar.add(snapshot, DATABASE)
                for name, path in kept.items():
                    tar.add(path, name)
            part.replace(file)
        finally:
            part.unlink(missing_ok=True)
    return Backup(file, file.stat().st_size, len(kept), len(named) - len(kept), n_outside)


def restore(settings: Settings, file: Path | str, *, by: User | None = None) -> None:
    """Put the store back to what a backup holds; what it was before is kept in ``backups``.

    Files in the vault that the backup does not hold stay. What was queued or running is queued.

    Raises
    ------
    InputError
        ``file`` is no backup, or a damaged one; the store is as it was.
    StoreError
        The backup comes from a newer version, or the disk refuses; the store is as it was.
    """
    file = Path(file).absolute()
    settings.home.mkdir(parents=True, exist_ok=True)
    with (
        _in_one_sentence(file),
        TemporaryDirectory(dir=settings.home, prefix=".restore-") as folder,
    ):
        aside = Settings(Path(folder), processes=settings.processes)
        with tarfile.open(file, "r:") as tar:
            _extract(tar, file.name, aside.database, _vaults(settings))
        with open_store(aside):  # refuses a newer one, brings an older one up to date
            pass
        _set_damaged_aside(settings)
        with open_store(settings) as store:
            keep_copy(settings, "before-restore")
            _prepare_jobs(settings.database, aside.database)
            copy_database(aside.database, settings.database)
            with store.write(by=by or system_user()) as tx:
                tx.session.add(
                    AuditRow(
                        at=tx.at,
                        by=tx.author,
                        act="restored",
                        entity="store",
                        reason=f"from {file.name}",
                    )
                )


def _check_target(file: Path) -> None:
    if file.is_dir():
        raise InputError(f"{file} is a folder; name a file for the backup")
    if not file.parent.is_dir():
        raise InputError(f"{file.parent} is not a folder; make it before the backup")
    if file.exists() and not (file.is_file() and _is_backup(file)):
        raise InputError(f"{file} exists and is no backup; name another file")


def _is_backup(file: Path) -> bool:
    try:
        with tarfile.open(file, "r:") as tar:
            first = tar.next()
    except (OSError, tarfile.TarError):
        return False
    return first is not None and first.name == DATABASE


def _vaults(settings: Settings) -> dict[str, Vault]:
    """Where files are kept, by their folder in a backup."""
    return {"volumes": Vault(settings.vault), "reports": report_vault(settings)}


def _files_of(database: Path) -> tuple[list[tuple[str, str]], int]:
    """Folder and hash of each kept file of a database, and its number of files elsewhere."""
    query = (
        "select 'volumes', sha256 from volume where mtime_ns is null "
        "union select 'volumes', map_sha256 from dej where map_sha256 is not null "
        "union select 'reports', sha256 from rendering order by 1, 2"
    )
    outside = "select count(*) from volume where mtime_ns is not null"
    with closing(sqlite3.connect(database)) as connection:
        named = connection.execute(query).fetchall()
        return named, connection.execute(outside).fetchone()[0]


def _extract(tar: tarfile.TarFile, name: str, database: Path, vaults: Mapping[str, Vault]) -> None:
    """Unpack the database aside, and each file into its vault under the hash of its content."""
    members = iter(tar)
    first = next(members, None)
    if first is None or first.name != DATABASE or not first.isfile():
        raise InputError(f"{name} is no backup of dermdash; name a file that backup wrote")
    with database.open("wb") as out:
        shutil.copyfileobj(cast(IO[bytes], tar.extractfile(first)), out)
    if not _is_sound(database):
        raise InputError(f"the database in {name} is damaged; use another backup")
    for member in members:
        match = FILES.fullmatch(member.name)
        if match is None or not member.isfile():
            raise InputError(f"{name} holds {member.name[:80]!r}, which no backup does")
        vault = vaults[match[1]]
        if not vault.verify(match[2]):
            stored = vault.store_file(cast(IO[bytes], tar.extractfile(member)))  # type: ignore[arg-type]
            if stored.sha256 != match[2]:
                raise InputError(f"{name} is damaged at {member.name}; use another backup")


def _set_damaged_aside(settings: Settings) -> None:
    """Move a database that is damaged out of the way, with its journal."""
    if not settings.database.is_file() or _is_sound(settings.database):
        return
    folder = settings.home / "backups" / f"damaged-{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
    folder.mkdir(parents=True)
    for path in settings.home.glob(f"{settings.database.name}*"):
        path.rename(folder / path.name)


def _is_sound(database: Path) -> bool:
    try:
        with closing(sqlite3.connect(database, timeout=30)) as connection:
            return bool(connection.execute("pragma quick_check").fetchone() == ("ok",))
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            return False
        raise


def _prepare_jobs(current: Path, restored: Path) -> None:
    """Queue what was running, under new numbers: a worker may still hold old ones."""
    with closing(sqlite3.connect(current, timeout=30)) as connection:
        (highest,) = connection.execute("select coalesce(max(id), 0) from job").fetchone()
    with closing(sqlite3.connect(restored)) as connection, connection:
        connection.execute(
            "update job set id = id + ? + (select coalesce(max(id), 0) from job), "
            "state = 'queued', started_at = null, progress = 0 "
            "where state in ('queued', 'running')",
            (highest + 1000,),
        )


@contextmanager
def _in_one_sentence(file: Path) -> Iterator[None]:
    try:
        yield
    except tarfile.TarError as error:
        raise InputError(f"{file} is no backup of dermdash, or damaged; name another") from error
    except sqlite3.DatabaseError as error:
        raise InputError(f"the database of {file} is damaged ({error}); use another") from error
    except OSError as error:
        if error.errno in FULL:
            raise StoreError(f"the disk is full at {file}; free some space") from error
        raise InputError(f"{file} cannot be used ({error.strerror}); check it") from error
