"""Volumes and DEJ maps, kept once by content.

A file is copied beside its place, hashed on the way, written through to the disk and renamed into
place; only then may a row that names it be committed. What a process leaves behind when it dies
lies in ``incoming`` and is swept up at the next start.
"""

import errno
import hashlib
import io
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from dermdash.errors import StoreError, VolumeError
from dermdash.imaging.files import shown

CHUNK = 4 << 20
RESERVE = 64 << 20  # left free for the database's own journal
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
FORBIDDEN = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


@dataclass(frozen=True, slots=True)
class StoredVolume:
    """A file in the vault, or one that is registered where it lies.

    sha256 : of its content, in hex
    bytes : its size
    already : whether it was there before, so that it must stay if it is refused
    mtime_ns : of a file outside the vault, which is never written to and never removed
    """

    sha256: str
    path: Path
    bytes: int
    already: bool
    mtime_ns: int | None = None


@dataclass(frozen=True, slots=True)
class Vault:
    """The folder of kept files: ``ab/abcdef...`` by hash, and ``incoming``."""

    folder: Path

    @property
    def incoming(self) -> Path:
        """Where files lie before they are stored; on the vault's own disk."""
        return self.folder / "incoming"

    def path(self, sha256: str) -> Path:
        """Where the file of this content lies."""
        if len(sha256) != 64 or set(sha256) - set("0123456789abcdef"):
            raise StoreError(f"{sha256[:80]!r} is not a SHA-256 in hex; name a stored file by it")
        return self.folder / sha256[:2] / sha256

    def store_file(self, source: Path | str | BinaryIO, *, move: bool = False) -> StoredVolume:
        """Keep a file, or what a binary stream holds from its start.

        source : left as it is, unless moved
        move : take a file of this disk over instead of copying it

        Raises
        ------
        VolumeError
            The source cannot be read or is no regular file.
        StoreError
            The disk is full or refuses; nothing is left behind.
        """
        if not isinstance(source, str | Path):
            source.seek(0)
            return self._keep_copy(source, _stream_size(source), _stream_name(source))
        path = Path(source)
        if not path.is_file():
            raise VolumeError(f"{shown(path)} is not a file; name a volume's file")
        if move:
            return self._keep_moved(path)
        try:
            stream = path.open("rb")
        except OSError as error:
            raise VolumeError(f"{shown(path)} cannot be read ({error.strerror})") from error
        with stream:
            return self._keep_copy(stream, path.stat().st_size, shown(path))

    def take_over(self, path: Path, sha256: str, n_bytes: int) -> StoredVolume:
        """Keep a file of this disk that was hashed and written through already."""
        return self._place(path, sha256, n_bytes)

    def link(self, path: Path, sha256: str) -> StoredVolume:
        """Keep a file of this disk, whose name outside stays until somebody removes it.

        Raises
        ------
        StoreError
            The disk refuses.
        """
        part = self.incoming / f"{uuid.uuid4().hex}.link"
        with self._sentences(shown(path)):
            self.incoming.mkdir(parents=True, exist_ok=True)
            os.link(path, part)
            try:
                with part.open("rb") as stream:
                    os.fsync(stream.fileno())
                return self._place(part, sha256, part.stat().st_size)
            finally:
                part.unlink(missing_ok=True)

    def receive(self, stream: BinaryIO, target: Path) -> tuple[str, int]:
        """Write what a stream holds to a new file of this disk; return its hash and its size.

        Raises
        ------
        StoreError
            The disk is full or refuses; nothing is left behind.
        """
        stream.seek(0)
        name = _stream_name(stream)
        self.check_space(_stream_size(stream) or 0, name)
        with self._part(name) as (part, out):
            sha256, n_bytes = _copy(stream, out)
            target.parent.mkdir(parents=True, exist_ok=True)
            part.replace(target)
            _sync_folder(target.parent)
        return sha256, n_bytes

    def store_map(self, map_um: npt.NDArray[np.float32]) -> StoredVolume:
        """Keep a DEJ map: (y, x) float32, depth in um."""
        stream = io.BytesIO()
        np.save(stream, np.ascontiguousarray(map_um, dtype="<f4"), allow_pickle=False)
        return self.store_file(stream)

    def load_map(self, sha256: str) -> npt.NDArray[np.float32]:
        """A kept DEJ map: (y, x) float32.

        Raises
        ------
        StoreError
            The map is missing or damaged.
        """
        try:
            loaded = np.load(self.path(sha256), allow_pickle=False)
        except (OSError, ValueError) as error:
            raise StoreError(
                f"the DEJ map {sha256[:12]} is missing or damaged in the vault; restore a backup"
            ) from error
        return np.asarray(loaded, dtype=np.float32)

    def verify(self, sha256: str) -> bool:
        """Whether the file is there and its content is what its name says."""
        path = self.path(sha256)
        return path.is_file() and _hash_file(path) == sha256

    def sweep(self, *, everything: bool = False) -> int:
        """Remove what dead processes left in ``incoming``, and count it.

        everything : also files that no process holds open, such as a dead worker's phantoms;
            only for the worker, at its start
        """
        swept = 0
        for path in self.incoming.glob("*" if everything else "*.part"):
            if path.is_file() and not _is_being_written(path):
                path.unlink(missing_ok=True)
                swept += 1
        return swept

    def _keep_copy(self, stream: BinaryIO, size: int | None, name: str) -> StoredVolume:
        self.check_space(size or 0, name)
        with self._part(name) as (part, out):
            return self._place(part, *_copy(stream, out))

    def _keep_moved(self, path: Path) -> StoredVolume:
        sha256, n_bytes = _hash_file(path), path.stat().st_size
        with path.open("rb+") as stream:
            os.fsync(stream.fileno())
        return self._place(path, sha256, n_bytes)

    def _place(self, part: Path, sha256: str, n_bytes: int) -> StoredVolume:
        place = self.path(sha256)
        already = place.is_file() and place.stat().st_size == n_bytes and self.verify(sha256)
        if already:
            part.unlink()
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            part.replace(place)
            _sync_folder(place.parent)
            _sync_folder(self.folder)
        return StoredVolume(sha256, place, n_bytes, already)

    def check_space(self, size: int, name: str) -> None:
        """Refuse what this disk has no room for.

        Raises
        ------
        StoreError
        """
        try:
            self.incoming.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"{self.incoming} cannot be made ({error.strerror}); check the data folder's rights"
            ) from error
        free = shutil.disk_usage(self.folder).free
        if size + RESERVE > free:
            raise StoreError(
                f"{name} needs {size / 1e6:.0f} MB and {RESERVE / 1e6:.0f} MB in reserve, and the "
                f"disk of {self.folder} has {free / 1e6:.0f} MB free; free some space"
            )

    @contextmanager
    def _part(self, name: str) -> Iterator[tuple[Path, BinaryIO]]:
        """A new file in ``incoming``, locked while it is written, gone if that fails."""
        part = self.incoming / f"{uuid.uuid4().hex}.part"
        try:
            with self._sentences(name), part.open("xb") as out:
                _lock(out)
                yield part, out
        finally:
            part.unlink(missing_ok=True)

    @contextmanager
    def _sentences(self, name: str) -> Iterator[None]:
        """Say in one sentence what the disk refuses."""
        try:
            yield
        except OSError as error:
            if error.errno in FULL:
                raise StoreError(
                    f"the disk of {self.folder} is full, so {name} was not stored; free some space"
                ) from error
            if error.errno in FORBIDDEN:
                raise StoreError(
                    f"{self.folder} cannot be written ({error.strerror}), so {name} was not "
                    "stored; check the data folder's rights"
                ) from error
            raise


def _hash_file(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _copy(stream: BinaryIO, out: BinaryIO) -> tuple[str, int]:
    """Copy to the disk itself, hashing on the way; the hash and the size."""
    digest, n_bytes = hashlib.sha256(), 0
    while chunk := stream.read(CHUNK):
        digest.update(chunk)
        out.write(chunk)
        n_bytes += len(chunk)
    out.flush()
    os.fsync(out.fileno())
    return digest.hexdigest(), n_bytes


def _stream_name(stream: BinaryIO) -> str:
    """What the user knows an upload by."""
    name = getattr(stream, "name", None)
    return shown(Path(name)) if isinstance(name, str) else "the file"


def _stream_size(stream: BinaryIO) -> int | None:
    if not stream.seekable():
        return None
    size = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    return size


def _sync_folder(folder: Path) -> None:
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _lock(stream: BinaryIO) -> None:
    if os.name == "posix":
        import fcntl

        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _is_being_written(path: Path) -> bool:
    """Whether a living process holds the file; its lock is dropped when the process dies."""
    try:
        with path.open("rb+") as stream:
            _lock(stream)
    except OSError:
        return True
    return False
