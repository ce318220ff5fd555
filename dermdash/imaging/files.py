"""What can be said of a file before a parser opens it."""

import os
import stat
import struct
from pathlib import Path

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
        head = file.read(16)
        order = {b"II": "<", b"MM": ">"}.get(head[:2])
        version = struct.unpack(f"{order}H", head[2:4])[0] if order and len(head) >= 4 else 0
        if version not in (42, 43):
            raise VolumeError(
                f"{shown(path)} is not a TIFF file; save the volume as a multi-page TIFF"
            )
        count, entry, link, at = ("H", 12, "I", 4) if version == 42 else ("Q", 20, "Q", 8)
        size = file.seek(0, os.SEEK_END)
        seen: set[int] = set()
        offset = struct.unpack_from(f"{order}{link}", head, at)[0]
        while offset:
            if offset in seen:
                raise VolumeError(
                    f"{shown(path)} has pages that follow each other in a loop; export it again"
                )
            if len(seen) == MAX_PAGES:
                raise VolumeError(f"{shown(path)} has over {MAX_PAGES} pages; split it")
            seen.add(offset)
            file.seek(offset)
            entries = struct.unpack(f"{order}{count}", file.read(struct.calcsize(count)))[0]
            file.seek(entries * entry, os.SEEK_CUR)
            following = file.read(struct.calcsize(link))
            if len(following) < struct.calcsize(link) or file.tell() > size:
                raise VolumeError(f"{shown(path)} is cut off; copy or export it again")
            offset = struct.unpack(f"{order}{link}", following)[0]
