"""Files without a parser: what can be said of one beforehand, and its bytes."""

import os
import stat
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from io import RawIOBase
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from dermdash.errors import VolumeError

MAX_PAGES = 20_000


def shown(path: Path) -> str:
    """A file's name as a sentence can carry it: printable and short.

    >>> shown(Path("/data/a" + 300 * "b" + ".tif"))[-12:]
    'bbbbbbbb.tif'
    """
    name = "".join(char if char.isprintable() else "\ufffd" for char in path.name) or str(path)
    return name if len(name) <= 80 else f"{name[:50]}...{name[-20:]}"


def check_file(path: Path) -> None:
    """See that a path leads to a file that is not empty.

    Raises
    ------
    VolumeError
        It leads nowhere, or to a folder, a device or an empty file.
    """
    try:
        status = path.stat()
    except FileNotFoundError as error:
        raise VolumeError(f"{shown(path)} is not there; check its folder and name") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise VolumeError(f"{shown(path)} cannot be opened: {reason}; rename or move it") from error
    if stat.S_ISDIR(status.st_mode):
        raise VolumeError(f"{shown(path)} is a folder; name one TIFF file")
    if not stat.S_ISREG(status.st_mode):
        raise VolumeError(f"{shown(path)} is a device, not a file; name one TIFF file")
    if status.st_size == 0:
        raise VolumeError(f"{shown(path)} is empty; copy or export it again")


def check_directories(path: Path) -> None:
    """Follow a TIFF file's chain of page directories once, before any parser does.

    Raises
    ------
    VolumeError
        It is no TIFF file, its chain loops, is cut off, or has over 20,000 pages.
    """
    with path.open("rb") as file:
        order = {b"II": "<", b"MM": ">"}.get(file.read(2))
        version = _number(file, f"{order}H") if order else 0
        if version not in (42, 43):
            raise VolumeError(f"{shown(path)} is not a TIFF file; save it as TIFF")
        count, entry_bytes, link = (
            (f"{order}H", 12, f"{order}I") if version == 42 else (f"{order}Q", 20, f"{order}Q")
        )
        file.seek(4 if version == 42 else 8)
        seen: set[int] = set()
        while offset := _number(file, link):
            if offset in seen:
                raise VolumeError(
                    f"{shown(path)} has pages that follow each other in a loop; export it again"
                )
            if len(seen) == MAX_PAGES:
                raise VolumeError(f"{shown(path)} has over {MAX_PAGES:,} pages; split it")
            seen.add(offset)
            file.seek(offset)
            file.seek(_number(file, count) * entry_bytes, os.SEEK_CUR)
    if not seen:
        raise VolumeError(f"{shown(path)} holds no page; export it again")


@contextmanager
def understandable(path: Path) -> Iterator[None]:
    """Say in one sentence whatever the file makes the parser or a decoder raise."""
    try:
        yield
    except VolumeError:
        raise
    except FileNotFoundError as error:
        raise VolumeError(f"{shown(path)} is not there; check its folder and name") from error
    except PermissionError as error:
        raise VolumeError(f"{shown(path)} may not be read; ask for permission to it") from error
    except Exception as error:
        raise VolumeError(
            f"{shown(path)} is a damaged TIFF file ({type(error).__name__}); export it again"
        ) from error


def fill(plane: NDArray[Any], file: RawIOBase, offset: int) -> None:
    """Read an array's bytes straight into it."""
    file.seek(offset)
    target = plane.view(np.uint8).reshape(-1).data
    while target:
        n_read = file.readinto(target)
        if not n_read:
            raise EOFError("the file ends within a page")
        target = target[n_read:]


def _number(file: BinaryIO, form: str) -> int:
    data = file.read(struct.calcsize(form))
    if len(data) < struct.calcsize(form):
        raise VolumeError(f"{shown(Path(file.name))} is cut off; copy or export it again")
    return int(struct.unpack(form, data)[0])
