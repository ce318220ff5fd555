import multiprocessing
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from dermdash.errors import DesignError, StoreError
from dermdash.identity import User
from dermdash.settings import Settings
from dermdash.trial import database
from dermdash.trial.database import Store, open_store
from dermdash.trial.network import refuse_network_share
from dermdash.trial.schema import ArmRow, StudyRow
from dermdash.trial.studies import ArmSpec, VisitSpec, create_study, find_study, list_studies
from dermdash.trial.transaction import Transaction


def pragma(tx: Transaction, name: str) -> object:
    return tx.session.execute(text(f"pragma {name}")).scalar()


def test_every_connection_keeps_the_promises(store: Store, settings: Settings) -> None:
    """A power cut would lose a grading that was reported as done; a child could be orphaned."""
    with open_store(settings) as again, again.read() as first, again.read() as second:
        for tx in (first, second):
            assert pragma(tx, "journal_mode") == "wal"
            assert pragma(tx, "synchronous") == 2  # FULL
            assert pragma(tx, "foreign_keys") == 1
            assert pragma(tx, "busy_timeout") == 30_000


def test_a_row_cannot_point_to_nothing(store: Store, ada: User) -> None:
    """An arm of no study would count in no table."""
    arm = ArmRow(study_id=99, name="a", code="A", label="a", is_control=False, colour="#000000")
    with pytest.raises(IntegrityError, match="FOREIGN KEY"), store.write(by=ada) as tx:
        tx.session.add(arm)


def test_a_failing_write_leaves_nothing(store: Store, ada: User) -> None:
    """Half an import would be stored."""
    twice = [ArmSpec("young"), ArmSpec("young")]
    with pytest.raises(DesignError, match="exists already"), store.write(by=ada) as tx:
        create_study(tx, name="first", kind="cohorts", arms=twice)
    with store.read() as tx:
        assert list_studies(tx).empty
        assert tx.session.execute(text("select count(*) from audit")).scalar() == 0


def test_reading_writes_nothing(store: Store, ada: User) -> None:
    """A page that only shows could change the trial, without a name in the audit."""
    with store.read() as tx:
        assert list_studies(tx).empty
        with pytest.raises(TypeError, match="only reads"):
            create_study(tx, name="x", kind="cohorts")
    with pytest.raises(StoreError, match="may only be read"), store.read() as tx:
        tx.session.execute(text("delete from study"))  # past the session's own rows
    with store.write(by=ada) as tx:  # the connection writes again afterwards
        create_study(tx, name="x", kind="cohorts")


def test_reading_sees_one_state(store: Store, ada: User) -> None:
    """Counts and rows of one page would disagree while somebody stores scans."""
    with store.read() as tx:
        assert find_study(tx, "later") is None
        with store.write(by=ada) as other:
            create_study(other, name="later", kind="cohorts")
        assert find_study(tx, "later") is None
    with store.read() as tx:
        assert find_study(tx, "later") is not None


INCREMENT = """
import sys
from pathlib import Path
from sqlalchemy import select
from dermdash.identity import User
from dermdash.settings import Settings
from dermdash.trial.database import open_store
from dermdash.trial.schema import VisitRow
with open_store(Settings(Path(sys.argv[1]))) as store:
    for _ in range(int(sys.argv[2])):
        with store.write(by=User("counter")) as tx:
            row = tx.session.scalars(select(VisitRow)).one()
            row.day += 1
"""


def test_three_writers_lose_no_increment(store: Store, ada: User, settings: Settings) -> None:
    """Two people's changes at once: without BEGIN IMMEDIATE most are lost or refused."""
    with store.write(by=ada) as tx:
        create_study(tx, name="s", kind="cohorts", visits=[VisitSpec("D0", 0)])
    command = [sys.executable, "-c", INCREMENT, str(settings.home), "40"]
    writers = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(3)]
    for writer in writers:
        _, complaint = writer.communicate(timeout=120)
        assert writer.returncode == 0, complaint.decode()
    with store.read() as tx:
        assert tx.session.execute(text("select day from visit")).scalar() == 120
        assert tx.session.execute(text("select count(*) from audit")).scalar() == 122


def test_a_writer_waits_no_longer_than_its_patience(
    settings: Settings, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page would hang for ever, or end in a traceback."""
    monkeypatch.setattr(database, "BUSY_TIMEOUT_S", 0.2)
    with open_store(settings) as store, closing(sqlite3.connect(settings.database)) as other:
        other.execute("begin immediate")
        with pytest.raises(StoreError, match="busy"), store.write(by=ada) as tx:
            create_study(tx, name="x", kind="cohorts")
        with store.read() as tx:  # readers never wait
            assert list_studies(tx).empty


def open_and_close(home: str) -> None:
    with open_store(Settings(Path(home))):
        pass


def test_many_can_open_a_new_store_at_once(settings: Settings) -> None:
    """App, worker and command line start together: two would make the tables, and one would die."""
    context = multiprocessing.get_context("spawn")
    starters = [
        context.Process(target=open_and_close, args=(str(settings.home),)) for _ in range(3)
    ]
    for starter in starters:
        starter.start()
    for starter in starters:
        starter.join(60)
    assert [starter.exitcode for starter in starters] == [0] * 3


def fill_up(store: Store, ada: User) -> None:
    with store.write(by=ada) as tx:
        pages = tx.session.execute(text("pragma page_count")).scalar()
        tx.session.execute(text(f"pragma max_page_count = {pages}"))
        for number in range(300):
            create_study(tx, name=f"study {number}", kind="cohorts")


def test_a_full_disk_is_said_in_one_sentence(store: Store, ada: User) -> None:
    """The user would see a traceback and not know that nothing was lost."""
    with store.write(by=ada) as tx:
        create_study(tx, name="kept", kind="cohorts")
    with pytest.raises(StoreError, match="is full, so nothing was written"):
        fill_up(store, ada)
    with store.read() as tx:
        assert list_studies(tx)["study"].tolist() == ["kept"]


@pytest.mark.parametrize("content", [b"not a database at all" * 100, bytes(10_000)])
def test_a_file_that_is_no_database_is_refused(settings: Settings, content: bytes) -> None:
    """It would be overwritten, whatever it was."""
    settings.home.mkdir()
    settings.database.write_bytes(content)
    with pytest.raises(StoreError, match="is not a database"):
        open_store(settings)
    assert settings.database.read_bytes() == content


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    """A wrong DERMDASH_HOME would end in a traceback."""
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="set DERMDASH_HOME"):
        open_store(Settings(tmp_path / "file" / "home"))


MOUNTS = """\
/dev/sda1 / ext4 rw 0 0
server:/export /home nfs4 rw 0 0
/dev/sdb1 /home/local ext4 rw 0 0
//nas/share /mnt/my\\040share cifs rw 0 0
ada@host:/ /mnt/ssh fuse.sshfs rw 0 0
portal /run/doc fuse.portal rw 0 0
tmpfs /mnt/over tmpfs rw 0 0
nas:/x /mnt/over nfs rw 0 0
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/home/ada/.dermdash", "nfs4"),
        ("/mnt/my share/derm", "cifs"),
        ("/mnt/ssh/x", "fuse.sshfs"),
        ("/mnt/over/x", "nfs"),
    ],
)
def test_a_network_share_is_refused(folder: str, kind: str) -> None:
    """SQLite's locks do not hold there: the trial's database would be damaged one day."""
    with pytest.raises(StoreError, match=kind):
        refuse_network_share(Path(folder), mounts=MOUNTS)


@pytest.mark.parametrize("folder", ["/home/local/derm", "/srv/derm", "/run/doc/1", "/homework"])
def test_a_local_disk_is_welcome(folder: str) -> None:
    """A folder beside a share, or on a disk mounted below one, would be refused."""
    refuse_network_share(Path(folder), mounts=MOUNTS)


def test_the_store_itself_asks_where_it_lies(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The rule would stand in a function that nobody calls."""
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/sda1 / ext4 rw 0 0\nnas:/x {tmp_path.resolve()} nfs4 rw 0 0\n")
    monkeypatch.setattr("dermdash.trial.network.MOUNTS", mounts)
    with pytest.raises(StoreError, match="network share"):
        open_store(settings)
    assert not settings.home.exists()


def test_studies_are_found_by_any_spelling_of_blanks(store: Store, ada: User) -> None:
    """An import would make a second study beside the first."""
    with store.write(by=ada) as tx:
        study_id = create_study(tx, name="Firming  serum", kind="before_after")
        assert find_study(tx, " Firming serum ") == study_id
        assert tx.session.scalars(select(StudyRow.name)).all() == ["Firming serum"]


def test_any_folder_can_hold_the_store(tmp_path: Path) -> None:
    """A folder's name with a question mark would be cut off, and another database opened."""
    home = tmp_path / "a?b #c%20d ü"
    open_store(Settings(home)).close()
    assert (home / "dermdash.sqlite").is_file()
    assert [path.name for path in tmp_path.iterdir()] == [home.name]


def test_opening_does_not_wait_for_a_writer(
    settings: Settings, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first page would wait for the worker's longest write."""
    monkeypatch.setattr(database, "BUSY_TIMEOUT_S", 0.0)
    with closing(sqlite3.connect(settings.database)) as other:
        other.execute("begin immediate")
        with open_store(settings) as second, second.read() as tx:
            assert list_studies(tx).empty
