"""Bring a database up to date: one writer at a time, a backup first, all of it or nothing."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from filelock import FileLock
from sqlalchemy import Connection, Engine, text
from sqlalchemy import inspect as inspect_database

from dermdash.errors import StoreError
from dermdash.settings import Settings

SCRIPTS = Path(__file__).with_name("migrations")


def is_current(engine: Engine, *, scripts: Path | None = None) -> bool:
    """Whether the database is up to date; False where it is older or not yet made.

    Raises
    ------
    StoreError
        It comes from a newer version, or is not one of ours.
    """
    with engine.connect() as connection:
        current = _revision(connection)
        known = _scripts(scripts)
        if current is None:
            if inspect_database(connection).get_table_names():
                raise StoreError(
                    f"{engine.url.database} is a database of another program; move it away"
                )
            return False
    if current not in {script.revision for script in known.walk_revisions()}:
        raise StoreError(
            f"{engine.url.database} was written by a newer dermdash (its revision {current} is "
            f"unknown here, the newest known is {known.get_current_head()}); install that version"
        )
    return current == known.get_current_head()


def migrate(engine: Engine, settings: Settings, *, scripts: Path | None = None) -> None:
    """Run the revisions that the database lacks.

    Raises
    ------
    StoreError
        As ``is_current`` says; or a revision would leave a row that points to nothing, in which
        case the database stays as it was.
    """
    if settings.database.exists() and is_current(engine, scripts=scripts):
        return
    with FileLock(settings.home / "migrate.lock", timeout=600):
        if not is_current(engine, scripts=scripts):
            with engine.connect() as connection:
                revision = _revision(connection)
            if revision is not None:
                keep_copy(settings, f"before-update-of-{revision}")
            _upgrade(engine, scripts)


def _upgrade(engine: Engine, scripts: Path | None) -> None:
    config = _config(scripts)
    with engine.execution_options(begin="BEGIN IMMEDIATE").connect() as connection:
        # Foreign keys can only be switched outside a transaction; while they are on, rebuilding
        # a table would empty those that point to it.
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.execute("PRAGMA foreign_keys = OFF")
        try:
            with connection.begin():
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
                orphans = connection.execute(text("PRAGMA foreign_key_check")).all()
                if orphans:
                    raise StoreError(
                        f"the update of the database would orphan {len(orphans)} rows of "
                        f"{orphans[0][0]}, so it was not made; keep the older version"
                    )
        finally:
            driver.execute("PRAGMA foreign_keys = ON")


def keep_copy(settings: Settings, name: str) -> Path:
    """Copy the database, as it is now, into the data folder's ``backups``."""
    folder = settings.home / "backups"
    folder.mkdir(exist_ok=True)
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    target = folder / f"{name}-{stamp}.sqlite"
    copy_database(settings.database, target)
    return target


def copy_database(source: Path, target: Path) -> None:
    """One consistent state of a database that may be in use, as ``target``'s whole content."""
    origin = sqlite3.connect(source, timeout=30)
    copy = sqlite3.connect(target, timeout=30)
    try:
        origin.backup(copy)
    finally:
        copy.close()
        origin.close()


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _scripts(scripts: Path | None) -> ScriptDirectory:
    return ScriptDirectory.from_config(_config(scripts))


def _config(scripts: Path | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(scripts or SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
