import shutil
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from dermdash.errors import StoreError
from dermdash.imaging.dej import Dej
from dermdash.settings import Settings
from dermdash.trial import migration
from dermdash.trial.database import Store, make_engine, open_store
from dermdash.trial.migration import SCRIPTS, migrate
from dermdash.trial.scans import scan_table
from dermdash.trial.schema import Base

HEADER = """\
from alembic import op
from sqlalchemy import Column, String

revision = "{revision}"
down_revision = "{after}"


def upgrade() -> None:
"""
REBUILD = """\
    with op.batch_alter_table("subject", recreate="always") as table:
        table.add_column(Column("note", String))
    with op.batch_alter_table("study", recreate="always") as table:
        table.add_column(Column("note", String))
"""
ORPHAN = """\
    op.execute("delete from visit where name = 'D28'")
"""
BREAK = """\
    op.execute("delete from audit")
    op.execute("this is no sql")
"""


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    """The packaged revisions, in a folder that takes one more."""
    return shutil.copytree(
        SCRIPTS, tmp_path / "migrations", ignore=shutil.ignore_patterns("__pycache__")
    )


def add_revision(scripts: Path, body: str) -> str:
    newest = sorted(path.name[:4] for path in scripts.glob("versions/0*.py"))[-1]
    revision = f"{int(newest) + 1:04}"
    text = HEADER.format(revision=revision, after=newest) + body
    (scripts / "versions" / f"{revision}_next.py").write_text(text)
    return revision


def counts(database: Path) -> dict[str, int]:
    with closing(sqlite3.connect(database)) as connection:
        tables = connection.execute(
            "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'"
        ).fetchall()
        return {
            name: connection.execute(f"select count(*) from {name}").fetchone()[0]
            for (name,) in tables
        }


def revision_of(database: Path) -> str:
    with closing(sqlite3.connect(database)) as connection:
        return str(connection.execute("select version_num from alembic_version").fetchone()[0])


@pytest.fixture
def filled(
    store: Store,
    put_scan: Callable[..., int],
    grade_all: Callable[[], int],
    keep_answer: Callable[[], None],
    *,
    keep_conduct: Callable[[], None],
    keep_paper: Callable[[], None],
) -> dict[str, int]:
    """A database with rows in every table, and their numbers."""
    for number in range(6):
        put_scan(f"S{number}", visit=f"D{28 * (number % 2)}", dej=Dej.plane(30 + number))
    grade_all()
    keep_answer()
    keep_conduct()
    keep_paper()
    store.close()
    before = counts(store.settings.database)
    assert set(before) == {table.name for table in Base.metadata.sorted_tables} | {
        "alembic_version"
    }
    assert all(before.values()), before
    return before


def run(settings: Settings, scripts: Path) -> None:
    engine = make_engine(settings)
    try:
        migrate(engine, settings, scripts=scripts)
    finally:
        engine.dispose()


def test_a_filled_database_is_updated_without_losing_a_row(
    settings: Settings, filled: dict[str, int], scripts: Path
) -> None:
    """Rebuilding a table with foreign keys on has emptied the tables below it."""
    old = revision_of(settings.database)
    revision = add_revision(scripts, REBUILD)
    run(settings, scripts)
    assert revision_of(settings.database) == revision
    assert counts(settings.database) == filled
    with closing(sqlite3.connect(settings.database)) as connection:
        assert connection.execute("select note from subject").fetchall() == [(None,)] * 6
        assert connection.execute("pragma foreign_key_check").fetchall() == []
    (copy,) = (settings.home / "backups").iterdir()
    assert old in copy.name
    assert counts(copy) == filled
    assert revision_of(copy) == old


@pytest.mark.parametrize("first", ["0001", "0002", "0003"])
def test_a_filled_database_of_each_older_version_is_updated(
    settings: Settings, filled: dict[str, int], scripts: Path, tmp_path: Path, first: str
) -> None:
    """A study of last year would not open, or open without its scans."""
    for script in scripts.glob("versions/0*.py"):
        if script.name[:4] > first:
            script.unlink()
    older = Settings(tmp_path / "older", processes=1)
    older.home.mkdir()
    run(older, scripts)
    with closing(sqlite3.connect(older.database)) as connection, connection:
        connection.execute("attach ? as filled", (str(settings.database),))
        known = set(counts(older.database)) - {"alembic_version"}
        for table in known:
            columns = ", ".join(
                row[1] for row in connection.execute(f"pragma main.table_info({table})")
            )
            connection.execute(
                f"insert into main.{table} ({columns}) select {columns} from filled.{table}"
            )
    before = counts(older.database)
    assert revision_of(older.database) == first
    open_store(older).close()
    after = counts(older.database)
    assert {table: after[table] for table in before} == before
    added = {table: after[table] for table in set(after) - set(before)}
    assert added.pop("store") == 1
    assert not any(added.values())
    assert revision_of(older.database) == revision_of(settings.database)
    with closing(sqlite3.connect(older.database)) as connection:
        assert connection.execute("pragma foreign_key_check").fetchall() == []
    (copy,) = (older.home / "backups").iterdir()
    assert counts(copy) == before


@pytest.mark.parametrize(
    ("body", "error"), [(ORPHAN, "orphan 3 rows of scan"), (BREAK, "syntax error")]
)
def test_an_update_that_fails_changes_nothing(
    settings: Settings, filled: dict[str, int], scripts: Path, body: str, error: str
) -> None:
    """A half-made update would leave a database that no version can open."""
    old = revision_of(settings.database)
    add_revision(scripts, body)
    with pytest.raises(Exception, match=error):
        run(settings, scripts)
    assert counts(settings.database) == filled
    assert revision_of(settings.database) == old
    with open_store(settings) as store, store.read() as tx:
        assert len(scan_table(tx)) == 6


def test_foreign_keys_hold_again_after_an_update(settings: Settings, scripts: Path) -> None:
    """The connection that updated would go on without them."""
    engine = make_engine(settings)
    settings.home.mkdir()
    migrate(engine, settings, scripts=scripts)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("pragma foreign_keys").scalar() == 1
    engine.dispose()


def test_an_older_database_is_refused_where_it_must_not_be_changed(
    settings: Settings, filled: dict[str, int], scripts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page would meet columns that are not there."""
    add_revision(scripts, REBUILD)
    monkeypatch.setattr("dermdash.trial.migration.SCRIPTS", scripts)
    with pytest.raises(StoreError, match="older"):
        open_store(settings, migrate=False)
    assert counts(settings.database) == filled


def test_a_database_from_a_newer_version_is_refused(
    settings: Settings, filled: dict[str, int]
) -> None:
    """An older program would write rows that the newer one cannot read."""
    with closing(sqlite3.connect(settings.database)) as connection, connection:
        connection.execute("update alembic_version set version_num = '9999'")
    for may_migrate in (True, False):
        with pytest.raises(StoreError, match="newer dermdash") as refusal:
            open_store(settings, migrate=may_migrate)
        assert str(refusal.value).count(".") <= 3  # one sentence
    assert counts(settings.database) == filled
    assert not (settings.home / "backups").exists()


def test_another_programs_database_is_refused(settings: Settings) -> None:
    """Our tables would be put among those of another program."""
    settings.home.mkdir()
    with closing(sqlite3.connect(settings.database)) as connection:
        connection.execute("create table songs (title text)")
    with pytest.raises(StoreError, match="another program"):
        open_store(settings)
    assert counts(settings.database) == {"songs": 0}


def test_the_migrations_make_what_the_schema_says(store: Store) -> None:
    """A new column would be in the code and not in anybody's database."""
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_the_migrations_keep_every_check_of_the_schema(store: Store) -> None:
    """Alembic does not compare checks: a wrong state would be stored unnoticed."""
    with closing(sqlite3.connect(store.settings.database)) as connection:
        sql = " ".join(
            text for (text,) in connection.execute("select sql from sqlite_master") if text
        )
    for table in Base.metadata.sorted_tables:
        for constraint in table.constraints:
            if constraint is table.primary_key and table.dialect_options["sqlite"]["autoincrement"]:
                continue  # SQLite takes no name there
            assert constraint.name is None or str(constraint.name) in sql


def test_opening_again_makes_no_backup(settings: Settings) -> None:
    """Each start would fill the disk with another copy."""
    for _ in range(3):
        open_store(settings).close()
    assert not (settings.home / "backups").exists()


def test_two_that_start_at_once_update_once(
    settings: Settings, filled: dict[str, int], scripts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """App and worker would both update, and the backup of one be that of half an update."""
    add_revision(scripts, REBUILD)
    keep_copy = migration.keep_copy

    def slowly(settings: Settings, name: str) -> Path:
        time.sleep(0.3)
        return keep_copy(settings, name)

    monkeypatch.setattr(migration, "keep_copy", slowly)
    starters = [threading.Thread(target=run, args=(settings, scripts)) for _ in range(3)]
    for starter in starters:
        starter.start()
    for starter in starters:
        starter.join()
    (copy,) = (settings.home / "backups").iterdir()
    assert counts(copy) == counts(settings.database) == filled
