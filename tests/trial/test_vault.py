import errno
import hashlib
import io
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from dermdash.errors import StoreError, VolumeError
from dermdash.trial.vault import RESERVE, Vault

CONTENT = bytes(range(256)) * 50_000  # 12.8 MB: several chunks
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "volumes")


class Failing(io.BytesIO):
    """A stream whose second chunk fails, as the disk or the browser may."""

    def __init__(self, error: OSError) -> None:
        super().__init__(CONTENT)
        self.error, self.reads = error, 0

    def read(self, size: int | None = -1) -> bytes:
        self.reads += 1
        if self.reads > 1:
            raise self.error
        return super().read(size)


class Usage(NamedTuple):
    total: int
    used: int
    free: int


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_file_is_kept_under_the_hash_of_its_content(vault: Vault, tmp_path: Path) -> None:
    """What is graded could be other voxels than those that were uploaded."""
    source = tmp_path / "scan.tif"
    source.write_bytes(CONTENT)
    stored = vault.store_file(source)
    assert (stored.sha256, stored.bytes, stored.already) == (SHA256, len(CONTENT), False)
    assert stored.path == vault.path(SHA256)
    assert stored.path.read_bytes() == CONTENT == source.read_bytes()
    assert files(vault.incoming) == []


def test_a_stream_is_kept_from_its_start(vault: Vault) -> None:
    """An upload that a page looked into before would be stored without its head."""
    stream = io.BytesIO(CONTENT)
    stream.seek(1000)
    assert vault.store_file(stream).sha256 == SHA256


def test_the_same_content_is_kept_once(vault: Vault) -> None:
    """Two studies that share a volume would pay for it twice."""
    vault.store_file(io.BytesIO(CONTENT))
    again = vault.store_file(io.BytesIO(CONTENT))
    assert again.already
    assert files(vault.folder) == [again.path]


@pytest.mark.parametrize("damage", [CONTENT[:-1], CONTENT[:-1] + b"x", b""])
def test_a_damaged_copy_is_replaced_by_the_sound_one(vault: Vault, damage: bytes) -> None:
    """A copy that a failing disk has changed would be kept for ever."""
    path = vault.store_file(io.BytesIO(CONTENT)).path
    path.write_bytes(damage)
    assert not vault.verify(SHA256)
    assert not vault.store_file(io.BytesIO(CONTENT)).already
    assert vault.verify(SHA256)


def test_a_moved_file_is_not_copied(vault: Vault) -> None:
    """A phantom made in the vault's own folder would need twice its place."""
    vault.incoming.mkdir(parents=True)
    source = vault.incoming / "phantom-1.tif"
    source.write_bytes(CONTENT)
    inode = source.stat().st_ino
    stored = vault.store_file(source, move=True)
    assert not source.exists()
    assert stored.path.stat().st_ino == inode
    source.write_bytes(CONTENT)
    assert vault.store_file(source, move=True).already
    assert not source.exists()


def test_a_full_disk_is_noticed_before_copying(
    vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk would be filled to the last byte, and the database could not write either."""
    free = RESERVE + len(CONTENT) - 1
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(free, 0, free))
    with pytest.raises(StoreError, match="free some space") as refusal:
        vault.store_file(io.BytesIO(CONTENT))
    assert "13 MB" in str(refusal.value)
    assert files(vault.folder) == []
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(free + 1, 0, free + 1))
    assert vault.store_file(io.BytesIO(CONTENT)).sha256 == SHA256


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_a_disk_that_fills_up_on_the_way_leaves_nothing(vault: Vault, code: int) -> None:
    """Half a volume would stay on a disk that is already full."""
    with pytest.raises(StoreError, match="is full, so"):
        vault.store_file(Failing(OSError(code, os.strerror(code))))
    assert files(vault.folder) == []


def test_a_really_full_disk_leaves_nothing(tmp_path: Path) -> None:
    """The error of a real file system could look different from the one expected."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={RESERVE + (8 << 20)}", "tmpfs", str(disk)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode:
        filled = Failing(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
        with pytest.raises(StoreError, match="is full, so"):
            Vault(disk).store_file(filled)
        return
    try:
        vault = Vault(disk / "volumes")
        vault.incoming.mkdir(parents=True)
        (disk / "ballast").write_bytes(bytes(RESERVE + (2 << 20)))

        class Endless(io.BytesIO):
            def seekable(self) -> bool:
                return False

            def seek(self, *_: object) -> int:
                return 0

        with pytest.raises(StoreError, match="free some space"):
            vault.store_file(Endless(CONTENT))
        (disk / "ballast").write_bytes(bytes(3 << 20))  # room for the check, not for the file
        with pytest.raises(StoreError, match="is full, so"):
            vault.store_file(Endless(bytes(RESERVE + (6 << 20))))
        assert files(vault.folder) == []
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_broken_upload_is_not_called_a_full_disk(vault: Vault) -> None:
    """The user would free space in vain."""
    with pytest.raises(OSError, match="Connection reset") as failure:
        vault.store_file(Failing(OSError(errno.ECONNRESET, "Connection reset by peer")))
    assert not isinstance(failure.value, StoreError)
    assert files(vault.folder) == []


def test_what_is_no_file_is_refused(vault: Vault, tmp_path: Path) -> None:
    """Reading a device or a pipe would never end."""
    fifo = tmp_path / "pipe"
    os.mkfifo(fifo)
    for source in (tmp_path, fifo, Path("/dev/zero"), tmp_path / "missing.tif"):
        with pytest.raises(VolumeError, match="is not a file"):
            vault.store_file(source)
    assert files(vault.folder) == []


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "A" * 64, "0" * 63, "0" * 64 + "/"])
def test_only_hashes_name_files(vault: Vault, name: str) -> None:
    """A forged name would read files outside the vault."""
    with pytest.raises(StoreError):
        vault.path(name)


def test_a_dej_map_comes_back_as_it_was(vault: Vault) -> None:
    """A scan would be graded under another surface than the one marked."""
    rng = np.random.default_rng(1)
    map_um = rng.uniform(20, 90, (50, 120)).astype(np.float32)
    stored = vault.store_map(map_um)
    np.testing.assert_array_equal(vault.load_map(stored.sha256), map_um)
    assert vault.store_map(np.asfortranarray(map_um)).already
    stored.path.write_bytes(b"damaged")
    with pytest.raises(StoreError, match="restore a backup"):
        vault.load_map(stored.sha256)


WRITER = """
import io, sys
from pathlib import Path
from dermdash.trial.vault import Vault
class Slow(io.BytesIO):
    def read(self, size=-1):
        chunk = super().read(1 << 20)
        print("read", flush=True)
        sys.stdin.readline()
        return chunk
Vault(Path(sys.argv[1])).store_file(Slow(bytes(64 << 20)))
"""


def test_only_what_dead_processes_left_is_swept(vault: Vault) -> None:
    """The next start would remove an upload in progress, or never remove a broken one."""
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(vault.folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert writer.stdin is not None
    assert writer.stdout is not None
    with writer.stdin, writer.stdout:
        writer.stdout.readline()
        assert len(files(vault.incoming)) == 1
        assert vault.sweep() == 0
        writer.send_signal(signal.SIGKILL)
        writer.wait()
    deadline = time.monotonic() + 5
    while vault.sweep() == 0 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert files(vault.incoming) == []


def test_files_of_others_in_incoming_are_the_workers_to_sweep(vault: Vault) -> None:
    """A page that opens the store would remove the phantom that the worker is making."""
    vault.incoming.mkdir(parents=True)
    phantom = vault.incoming / "phantom-7.tif"
    phantom.write_bytes(b"in the making")
    assert vault.sweep() == 0
    assert phantom.exists()
    assert vault.sweep(everything=True) == 1
    assert not phantom.exists()


def test_a_file_is_on_the_disk_before_it_is_reported(
    vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a power cut a row would name a file that is empty or not there."""
    vault.incoming.mkdir(parents=True)
    calls: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def note_fsync(descriptor: int) -> None:
        name = Path(f"/proc/self/fd/{descriptor}").readlink()
        calls.append(f"fsync {name.suffix or 'folder'}")
        fsync(descriptor)

    def note_replace(self: Path, target: Path) -> Path:
        calls.append("rename")
        return replace(self, target)

    monkeypatch.setattr(os, "fsync", note_fsync)
    monkeypatch.setattr(Path, "replace", note_replace)
    vault.store_file(io.BytesIO(CONTENT))
    assert calls[:3] == ["fsync .part", "rename", "fsync folder"]


def test_a_vault_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """The user would look for the fault in the volume."""
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where the folder should be")
    with pytest.raises(StoreError, match="check the data folder's rights"):
        Vault(blocked).store_file(io.BytesIO(CONTENT))
    with pytest.raises(StoreError, match="check the data folder's rights"):
        Vault(tmp_path / "volumes").store_file(Failing(PermissionError(13, "Permission denied")))
