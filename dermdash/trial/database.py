"""The store's door: one SQLite database, opened, migrated and written to in transactions."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError

from dermdash.errors import StoreError
from dermdash.identity import User
from dermdash.settings import Settings
from dermdash.trial.audit import AuditedSession, ReadingSession
from dermdash.trial.migration import is_current
from dermdash.trial.migration import migrate as run_migrations
from dermdash.trial.network import refuse_network_share
from dermdash.trial.transaction import Transaction
from dermdash.trial.vault import Vault

BUSY_TIMEOUT_S = 30.0


@dataclass(frozen=True, slots=True)
class Store:
    """The database and the vault of one data folder.

    >>> with store.write(by=user) as tx:            # doctest: +SKIP
    ...     create_study(tx, name="Serum", kind="before_after")
    >>> with store.read() as tx:                    # doctest: +SKIP
    ...     list_studies(tx)
    """

    settings: Settings
    vault: Vault
    engine: Engine

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """A transaction that sees one state of the store and can write nothing."""
        engine = self.engine.execution_options(begin="BEGIN", query_only=True)
        with _in_one_sentence(self.settings), ReadingSession(engine) as session:
            yield Transaction(session, self.settings, self.vault, datetime.now(UTC))

    @contextmanager
    def write(self, *, by: User, reason: str | None = None) -> Iterator[Transaction]:
        """A transaction that writes as ``by``, alone, and keeps all of it or nothing.

        Raises
        ------
        StoreError
            The disk refuses, or another writer held the store for 30 s.
        """
        engine = self.engine.execution_options(begin="BEGIN IMMEDIATE", query_only=False)
        at = datetime.now(UTC)
        info = {"by": str(by), "at": at, "reason": reason}
        with (
            _in_one_sentence(self.settings),
            AuditedSession(engine, expire_on_commit=False, info=info) as session,
        ):
            session.connection()
            yield Transaction(session, self.settings, self.vault, at, by)
            session.commit()

    def close(self) -> None:
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def open_store(settings: Settings, *, migrate: bool = True) -> Store:
    """Open the store of a data folder, and make it where there is none.

    migrate : bring an older database up to date first, after a backup; without it an older
        database is refused

    Raises
    ------
    StoreError
        The folder is on a network share or cannot be written, or the database is damaged, foreign
        or from a newer version.
    """
    refuse_network_share(settings.home)
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"the data folder {settings.home} cannot be made ({error.strerror}); "
            "set DERMDASH_HOME to a folder you may write to"
        ) from error
    store = Store(settings, Vault(settings.vault), make_engine(settings))
    try:
        with _in_one_sentence(settings):
            _bring_up_to_date(store, migrate=migrate)
        store.vault.sweep()
    except BaseException:
        store.close()
        raise
    return store


def _bring_up_to_date(store: Store, *, migrate: bool) -> None:
    if migrate:
        run_migrations(store.engine, store.settings)
    elif not is_current(store.engine):
        raise StoreError(
            f"{store.settings.database} is not yet made, or older than this program; "
            "start the app, or run a command, to bring it up to date"
        )


def make_engine(settings: Settings) -> Engine:
    """Connections that keep SQLite's promises: WAL, FULL, foreign keys, patience."""
    url = URL.create("sqlite", database=str(settings.database))
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_S})
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)
    return engine


def _set_pragmas(connection: sqlite3.Connection, record: Any) -> None:
    connection.isolation_level = None  # so that each BEGIN is ours
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    connection.exec_driver_sql(f"PRAGMA query_only = {int(options.get('query_only', False))}")
    connection.exec_driver_sql(options.get("begin", "BEGIN"))


@contextmanager
def _in_one_sentence(settings: Settings) -> Iterator[None]:
    """Say what the database refuses in one sentence."""
    try:
        yield
    except DatabaseError as error:
        sentence = _sentence(error)
        if sentence is None:
            raise
        raise StoreError(sentence.format(file=settings.database)) from error


def _sentence(error: BaseException | None) -> str | None:
    """For the error, or for that in whose wake it came: a full disk takes the savepoint along."""
    while error is not None:
        code = getattr(getattr(error, "orig", None), "sqlite_errorcode", None)
        if code is not None and code & 0xFF in _SENTENCES:
            return _SENTENCES[code & 0xFF]
        error = error.__cause__ or error.__context__
    return None


_SENTENCES = {
    sqlite3.SQLITE_BUSY: "{file} was busy for too long with another writer; try again",
    sqlite3.SQLITE_FULL: "the disk of {file} is full, so nothing was written; free some space",
    sqlite3.SQLITE_IOERR: "the disk of {file} failed to read or write; check it, then try again",
    sqlite3.SQLITE_READONLY: "{file} may only be read; give its owner the right to write",
    sqlite3.SQLITE_CANTOPEN: "{file} cannot be opened; check the rights of its folder",
    sqlite3.SQLITE_CORRUPT: "{file} is damaged; restore a backup",
    sqlite3.SQLITE_NOTADB: "{file} is not a database; move it away or restore a backup",
}
