"""Files become scans: what changed meanwhile, what is full, what was killed between two steps."""

import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from dermdash.errors import StoreError, VolumeError
from dermdash.identity import WORKER, User
from dermdash.imaging.looks import look_at_file
from dermdash.imaging.volume import Reading
from dermdash.settings import Settings
from dermdash.trial.audit import history
from dermdash.trial.contents import (
    asked_contents,
    latest_batch,
    stop_batch,
    store_version,
    stored_files,
    taken_replicates,
)
from dermdash.trial.database import Store
from dermdash.trial.intake import (
    STORE,
    FoundFile,
    Way,
    end_move,
    fetch_file,
    request_scan,
    store_fetched,
    try_scans,
)
from dermdash.trial.jobs import take
from dermdash.trial.kinds import prepare_store
from dermdash.trial.scans import NewScan, get_scan, scan_table
from dermdash.trial.schema import VolumeRow
from dermdash.trial.vault import Vault
from tests.support.jobs import do_jobs
from tests.support.studies import write_small

READING = Reading("zyx", (1.0, 1.0, 1.0), (0.0, 255.0))


@pytest.fixture
def inbox(settings: Settings) -> Path:
    folder = settings.home / "inbox"
    folder.mkdir(parents=True)
    return folder


def found(path: Path) -> FoundFile:
    look = look_at_file(path)
    assert look.sha256 is not None
    assert look.shape is not None
    return FoundFile(path, look.bytes, look.mtime_ns, look.sha256, look.shape)


def scan_of(subject: str, **changes: object) -> NewScan:
    new = NewScan(subject, "active", "D0", "cheek", None, None, READING, file_name=f"{subject}.tif")
    return replace(new, **changes)  # type: ignore[arg-type]


@pytest.fixture
def ask(store: Store, study: int, ada: User) -> Callable[..., list[FoundFile]]:
    """Ask for files as scans of the subjects that they are named after."""

    def ask_for(paths: Sequence[Path], *, way: Way = "register") -> list[FoundFile]:
        files = [found(path) for path in paths]
        with store.write(by=ada) as tx:
            for file in files:
                request_scan(tx, study, file, scan_of(file.path.stem), way=way)
        return files

    return ask_for


def subjects(store: Store) -> list[str]:
    with store.read() as tx:
        return sorted(scan_table(tx)["subject_id"])


def kept(store: Store) -> list[Path]:
    return [path for path in store.vault.folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("way", ["register", "move"])
def test_a_file_becomes_a_scan_in_the_name_of_who_asked(
    store: Store, inbox: Path, ask: Callable[..., list[FoundFile]], way: Way
) -> None:
    """The worker would stand as the author of every scan."""
    path = write_small(inbox / "S01.tif")
    ask([path], way=way)
    do_jobs(store, STORE)
    with store.read() as tx:
        scan = get_scan(tx, int(scan_table(tx)["scan_id"][0]))
        added = history(tx, entity=f"scan {scan.scan_id}")
        row = tx.session.get_one(VolumeRow, scan.volume_sha256)
    assert (scan.stored_by, list(added["by"]), scan.file_name) == ("ada", ["ada"], "S01.tif")
    assert path.exists() == (way == "register")
    assert scan.path == (path if way == "register" else store.vault.path(scan.volume_sha256))
    assert Path(row.place).is_absolute() == (way == "register")
    assert scan.open().shape == (100, 400, 800)


@pytest.mark.parametrize("way", ["register", "move"])
def test_a_file_that_changed_or_went_since_the_look_is_refused_alone(
    store: Store, study: int, inbox: Path, ask: Callable[..., list[FoundFile]], way: Way
) -> None:
    """What nobody looked at would be stored under the name of what they saw."""
    good, changed, gone = (write_small(inbox / f"S0{n}.tif", seed=n) for n in (1, 2, 3))
    ask([good, changed, gone], way=way)
    write_small(changed, seed=9)
    gone.unlink()
    do_jobs(store, STORE)
    assert subjects(store) == ["S01"]
    with store.read() as tx:
        batch = latest_batch(tx, study)
    assert batch is not None
    assert (batch.total, batch.stored, batch.waiting) == (3, 1, 0)
    reasons = dict(batch.failed)
    assert "S02.tif was changed since it was looked at" in reasons["S02.tif"]
    assert "S03.tif is not there any more" in reasons["S03.tif"]
    assert changed.exists()


def test_a_change_between_fetching_and_storing_is_seen(
    store: Store, inbox: Path, ask: Callable[..., list[FoundFile]]
) -> None:
    """A file written to at the wrong moment would lie in the vault under another's hash."""
    path = write_small(inbox / "S01.tif")
    ask([path], way="move")
    with store.write(by=WORKER) as tx:
        (job,) = take(tx, 1, kinds=[STORE])
        function, args = prepare_store(tx, job)
    fetched = function(*args)
    write_small(path, seed=9)
    with store.write(by=WORKER) as tx, pytest.raises(VolumeError, match="was changed since"):
        store_fetched(tx, job, fetched)
    assert not kept(store)
    assert path.exists()


def test_a_file_of_the_same_size_and_time_is_told_by_its_content(inbox: Path) -> None:
    """A copy tool that keeps times could put another scan into the vault."""
    path = write_small(inbox / "S01.tif")
    file = replace(found(path), sha256="0" * 64)
    with pytest.raises(VolumeError, match="was changed since"):
        fetch_file(file, READING, Vault(inbox.parent / "volumes"))


def test_from_another_disk_a_file_is_copied_and_checked_for_room(
    store: Store,
    inbox: Path,
    ask: Callable[..., list[FoundFile]],
    monkeypatch: pytest.MonkeyPatch,
    study: int,
) -> None:
    """A disk that fills half way would lose files, or stop the server."""
    monkeypatch.setattr("dermdash.trial.intake.on_one_disk", lambda path, folder: False)
    paths = [write_small(inbox / f"S0{n}.tif", seed=n) for n in (1, 2, 3)]
    ask(paths, way="move")
    usage, room = shutil.disk_usage, [10**12, 0, 0]
    monkeypatch.setattr(
        "dermdash.trial.vault.shutil.disk_usage",
        lambda path: usage(path)._replace(free=room.pop(0)),
    )
    do_jobs(store, STORE)
    assert subjects(store) == ["S01"]
    assert [path.exists() for path in paths] == [False, True, True]
    with store.read() as tx:
        batch = latest_batch(tx, study)
    assert batch is not None
    assert all("free some space" in reason for _, reason in batch.failed)
    monkeypatch.undo()
    monkeypatch.setattr("dermdash.trial.intake.on_one_disk", lambda path, folder: False)
    ask(paths[1:], way="move")
    do_jobs(store, STORE)
    assert subjects(store) == ["S01", "S02", "S03"]
    assert len(kept(store)) == 3
    assert not list(store.vault.incoming.iterdir())


def test_a_refused_file_leaves_nothing_in_the_vault_and_stays_in_the_inbox(
    store: Store, study: int, inbox: Path, ask: Callable[..., list[FoundFile]], ada: User
) -> None:
    """Refused files would fill the disk, or vanish."""
    path, other = write_small(inbox / "S01.tif", seed=1), write_small(inbox / "b/S01.tif", seed=2)
    ask([path, other], way="move")
    do_jobs(store, STORE)
    assert subjects(store) == ["S01"]
    assert (path.exists(), other.exists()) == (False, True)
    assert len(kept(store)) == 1
    with store.read() as tx:
        batch = latest_batch(tx, study)
    assert batch is not None
    assert "is taken by S01.tif, another file" in batch.failed[0][1]


def test_a_folder_that_may_only_be_read_keeps_its_files(
    store: Store,
    study: int,
    inbox: Path,
    ask: Callable[..., list[FoundFile]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A file would be in the vault and in the inbox for ever, and be offered again and again."""
    path = write_small(inbox / "S01.tif")
    ask([path], way="move")
    monkeypatch.setattr("dermdash.trial.intake.os.access", lambda path, mode: mode != os.W_OK)
    do_jobs(store, STORE)
    with store.read() as tx:
        batch = latest_batch(tx, study)
    assert batch is not None
    assert "may only be read, so it cannot be moved; leave it where it lies" in batch.failed[0][1]
    ask([path])
    do_jobs(store, STORE)
    assert subjects(store) == ["S01"]


def test_a_kill_after_the_commit_leaves_one_file_with_two_names(
    store: Store, study: int, inbox: Path, ask: Callable[..., list[FoundFile]]
) -> None:
    """The file would seem to wait in the inbox, and be its scan's file at the same time."""
    path = write_small(inbox / "S01.tif")
    (file,) = ask([path], way="move")
    do_jobs(store, STORE)
    os.link(store.vault.path(file.sha256), path)
    with store.read() as tx:
        known = stored_files(tx, study, [file.sha256])[file.sha256]
    assert known.place == "S01 D0 cheek"
    assert end_move(path, known.path)
    assert (path.exists(), known.path.exists()) == (False, True)
    path.write_bytes(known.path.read_bytes())
    assert not end_move(path, known.path)  # a file of its own is nobody's to remove
    assert not end_move(known.path, known.path)
    assert known.path.exists()


def test_what_is_asked_for_twice_is_stored_once_and_what_waits_can_be_stopped(
    store: Store, study: int, inbox: Path, ask: Callable[..., list[FoundFile]], ada: User
) -> None:
    """A second click would store each file twice, and a slip could not be taken back."""
    paths = [write_small(inbox / f"S0{n}.tif", seed=n) for n in (1, 2)]
    files = ask(paths)
    ask(paths)
    with store.write(by=ada) as tx:
        assert asked_contents(tx, study) == {file.sha256 for file in files}
        assert stop_batch(tx, study) == 2
        batch = latest_batch(tx, study)
    assert batch is not None
    assert (batch.stopped, batch.waiting) == (2, 0)
    assert not do_jobs(store, STORE)
    ask(paths)
    do_jobs(store, STORE)
    ask(paths)
    do_jobs(store, STORE)
    assert subjects(store) == ["S01", "S02"]


def test_a_trial_says_what_would_come_and_leaves_nothing(
    store: Store, study: int, inbox: Path, ada: User, put_scan: Callable[..., int]
) -> None:
    """The table would promise what the store refuses, or write while one only looks."""
    put_scan("S01", file_name="first.tif")
    paths = [write_small(inbox / f"{n}.tif", seed=n) for n in range(4)]
    files = [found(path) for path in paths]
    wide = replace(files[2], shape=(100, 400, 1300))
    with store.read() as tx:
        version = store_version(tx)
    with store.write(by=ada) as tx:
        answers = try_scans(
            tx,
            study,
            [
                (files[0], scan_of("S01")),
                (wide, scan_of("S07", visit="D56")),
                (files[1], scan_of("S08", visit="later")),
                (replace(files[3], shape=(100, 400, 1300)), scan_of("S07", arm="placebo")),
            ],
        )
    assert [type(answer).__name__ for answer in answers] == [
        "DesignError",
        "ScanOutcome",
        "DesignError",
        "DesignError",
    ]
    assert "taken by first.tif" in str(answers[0])
    assert "S07 is in arm active, not placebo" in str(answers[3])
    assert subjects(store) == ["S01"]
    with store.read() as tx:
        assert store_version(tx) == version
        assert taken_replicates(tx, study) == {("S01", "D0", "cheek"): {1}}


def test_a_long_trial_lets_others_write(
    store: Store, study: int, inbox: Path, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A table of 5,000 rows would stop the worker, and everybody else."""
    monkeypatch.setattr("dermdash.trial.intake.PATIENCE_S", 0.0)
    monkeypatch.setattr("dermdash.trial.intake.AT_LEAST", 2)
    file = replace(found(write_small(inbox / "a.tif")), shape=(100, 400, 1300))
    with store.write(by=ada) as tx:
        answers = try_scans(tx, study, [(file, scan_of(f"S{n}")) for n in range(5)])
    assert len(answers) == 2


def test_a_full_disk_leaves_no_link_behind(
    store: Store, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A quota reached at the wrong moment would end in a traceback."""
    path = write_small(inbox / "S01.tif")

    def refuse(source: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("dermdash.trial.vault.os.link", refuse)
    with pytest.raises(StoreError, match=r"is full, so S01\.tif was not stored"):
        store.vault.link(path, found(path).sha256)
    assert not kept(store)
