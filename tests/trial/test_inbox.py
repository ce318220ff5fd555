"""The inbox: what lies there is listed and looked at once; what lies elsewhere is out of reach."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from dermdash.errors import VolumeError
from dermdash.identity import User
from dermdash.imaging.looks import FileLook
from dermdash.settings import Settings
from dermdash.trial.database import Store
from dermdash.trial.inbox import WaitingFile, check_inside, list_inbox, list_uploads
from dermdash.trial.jobs import fail, job_table, take
from dermdash.trial.looks import find_looks, request_looks
from tests.support.jobs import do_jobs
from tests.support.studies import SHAPE, write_small


@pytest.fixture
def inbox(settings: Settings) -> Path:
    folder = settings.home / "inbox"
    folder.mkdir(parents=True)
    return folder


def names(settings: Settings) -> dict[str, str]:
    """The problem of each listed file, by its name."""
    return {file.name: file.problem for file in list_inbox(settings).files}


def test_tiffs_of_all_subfolders_are_listed_and_nothing_else(
    settings: Settings, inbox: Path
) -> None:
    """A folder a subject, as instruments make them, would look empty."""
    for name in ("b.tif", "S01/D0/a.TIFF", "note.txt", ".hidden.tif", ".cache/c.tif"):
        path = inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    assert names(settings) == {"S01/D0/a.TIFF": "", "b.tif": ""}


def test_a_link_out_of_the_inbox_is_never_followed(
    settings: Settings, inbox: Path, tmp_path: Path
) -> None:
    """Whoever may write to the inbox could have any file of the server read."""
    secret = tmp_path / "secret.tif"
    secret.write_bytes(b"x")
    (inbox / "out.tif").symlink_to(secret)
    (inbox / "round.tif").symlink_to(inbox / "round.tif")
    (inbox / "gone.tif").symlink_to(inbox / "nothing.tif")
    (inbox / "folder").symlink_to(tmp_path)
    (inbox / "in.tif").write_bytes(b"x")
    (inbox / "again.tif").symlink_to(inbox / "in.tif")
    os.mkfifo(inbox / "pipe.tif")
    listed = names(settings)
    assert "is a link that leads out of the inbox" in listed.pop("out.tif")
    assert "cannot be read" in listed.pop("round.tif")
    assert "cannot be read" in listed.pop("gone.tif")
    assert "is no file" in listed.pop("pipe.tif")
    assert listed == {"in.tif": "", "again.tif": ""}
    with pytest.raises(VolumeError, match="outside the inbox"):
        check_inside(settings, secret)
    with pytest.raises(VolumeError, match="outside the inbox"):
        check_inside(settings, inbox / ".." / "dermdash.sqlite")
    check_inside(settings, inbox / "in.tif")


def test_a_name_that_is_no_text_is_said_and_hostile_ones_are_only_names(
    settings: Settings, inbox: Path
) -> None:
    """One file from another system's archive would break the page for all."""
    (inbox / "a\nb <b>\u202etfi.tif").write_bytes(b"x")
    Path(os.fsdecode(os.fsencode(inbox) + b"/caf\xe9.tif")).write_bytes(b"x")
    listed = names(settings)
    assert listed.pop("caf\ufffd.tif") == "its name is no text; rename it"
    assert list(listed.values()) == [""]


def test_a_folder_that_is_not_there_is_said(settings: Settings, tmp_path: Path) -> None:
    """An inbox on a disk that is not mounted would only look empty."""
    settings.home.mkdir()
    assert not list_inbox(settings).problems
    assert (settings.home / "inbox").is_dir()
    gone = replace(settings, inbox=(tmp_path / "unmounted",))
    listing = list_inbox(gone)
    assert not listing.files
    assert "unmounted is no folder; make it, or correct DERMDASH_INBOX" in listing.problems[0]
    assert not list_uploads(settings, 1).files


def test_a_full_folder_says_what_it_does_not_show(
    settings: Settings, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk named by mistake would hang the page."""
    monkeypatch.setattr("dermdash.trial.inbox.MAX_FILES", 2)
    for number in range(3):
        (inbox / f"{number}.tif").write_bytes(b"x")
    listing = list_inbox(settings)
    assert len(listing.files) == 2
    assert "holds over 2 TIFF files" in listing.problems[0]


def test_each_file_is_looked_at_once_and_again_when_it_was_written_to(
    store: Store, settings: Settings, inbox: Path, ada: User
) -> None:
    """37 GB would be hashed at each visit of the page, or a new file be taken for the old one."""
    path = write_small(inbox / "S01_D0_cheek.tif")
    (inbox / "broken.tif").write_bytes(b"II*\0nothing")
    assert _ask(store, ada) == 2
    assert _ask(store, ada) == 0  # they wait already
    do_jobs(store, "look")
    assert _ask(store, ada) == 0
    looks = _looks(store)
    assert looks[path].shape == SHAPE
    assert looks[path].spacing_source == "tags"
    assert looks[path].problem == ""
    assert "broken.tif" in looks[inbox / "broken.tif"].problem
    write_small(path, seed=5)
    assert path not in _looks(store)
    assert _ask(store, ada) == 1
    do_jobs(store, "look")
    assert _looks(store)[path].sha256 != looks[path].sha256


def test_a_look_that_kills_its_process_is_not_asked_for_again(
    store: Store, inbox: Path, ada: User
) -> None:
    """One poisonous file would be tried for ever, and never named."""
    path = inbox / "S01.tif"
    path.write_bytes(b"x")
    _ask(store, ada)
    with store.write(by=ada) as tx:
        fail(tx, take(tx, 1)[0].job_id, "the process that ran it died (3 times)")
    assert _ask(store, ada) == 0
    assert _looks(store)[path].problem == (
        "it could not be looked at: the process that ran it died (3 times)"
    )


def test_a_file_that_left_the_inbox_before_the_look_is_one_sentence(
    store: Store, inbox: Path, tmp_path: Path, ada: User
) -> None:
    """A link laid between listing and looking would lead the worker out."""
    path = inbox / "S01.tif"
    path.write_bytes(b"x")
    _ask(store, ada)
    path.unlink()
    path.symlink_to(tmp_path / "elsewhere.tif")
    do_jobs(store, "look")
    with store.read() as tx:
        assert "lies outside the inbox" in job_table(tx)["error"].iloc[0]


def _ask(store: Store, ada: User) -> int:
    with store.write(by=ada) as tx:
        return request_looks(tx, _files(store))


def _looks(store: Store) -> dict[Path, FileLook]:
    with store.read() as tx:
        return find_looks(tx, _files(store))


def _files(store: Store) -> tuple[WaitingFile, ...]:
    return list_inbox(store.settings).files
