"""A first look at a file that may become a scan: its content's hash, and how it can be read."""

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

from dermdash.errors import VolumeError
from dermdash.imaging.files import check_file, shown
from dermdash.imaging.volume import Reading, read_volume


@dataclass(frozen=True, slots=True)
class FileLook:
    """What a file is, as of its size and time.

    sha256 : of its content, in hex; None where it cannot be read
    reading : the volume's own, with nothing left open; None where it is no volume
    shape : (nz, ny, nx)
    problem : why it cannot become a scan, empty where it can
    """

    bytes: int
    mtime_ns: int
    sha256: str | None = None
    reading: Reading | None = None
    spacing_source: str | None = None
    shape: tuple[int, int, int] | None = None
    problem: str = ""

    def read_as(
        self, axes: str | None, spacing_um: tuple[float, float, float] | None
    ) -> "FileLook":
        """The same file with other axes, or with a voxel size given; no voxel is read for it.

        axes : None keeps the file's own
        spacing_um : along z, y and x; None keeps the file's own

        >>> own = Reading("zyx", (2.0, 1.0, 1.5), (0.0, 255.0))
        >>> look = FileLook(1, 1, "ab", own, "tags", (3, 4, 5))
        >>> turned = look.read_as("yzx", None)
        >>> turned.shape, turned.reading.spacing_um
        ((4, 3, 5), (1.0, 2.0, 1.5))
        """
        if self.reading is None or self.reading.spacing_um is None or self.shape is None:
            return self
        old, new = self.reading.axes or "zyx", axes or self.reading.axes or "zyx"
        turn = [old[new.index(axis)] for axis in "zyx"]  # which old axis lies where the new one is
        nz, ny, nx = (self.shape["zyx".index(axis)] for axis in turn)
        z, y, x = (self.reading.spacing_um["zyx".index(axis)] for axis in turn)
        return replace(
            self,
            reading=Reading(new, spacing_um or (z, y, x), self.reading.window),
            spacing_source=self.spacing_source if spacing_um is None else "given",
            shape=(nz, ny, nx),
        )


def look_at_file(path: Path) -> FileLook:
    """Hash a file, open it, look at a sample of its voxels; what is wrong becomes its problem."""
    before = _stamp(path)
    look = FileLook(*before)
    try:
        check_file(path)
        look = replace(look, sha256=hash_file(path))
        volume = read_volume(path)
        volume.check_voxels()
    except VolumeError as error:
        return replace(look, problem=str(error))
    except OSError as error:
        return replace(look, problem=f"{shown(path)} cannot be read ({error.strerror}); check it")
    if _stamp(path) != before:
        return replace(look, problem=f"{shown(path)} is still being written; wait for its end")
    return replace(
        look,
        reading=volume.reading,
        spacing_source=volume.spacing_source,
        shape=volume.shape,
    )


def hash_file(path: Path) -> str:
    """SHA-256 of a file's content, in hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def verify_file(path: Path, sha256: str) -> int:
    """See that a registered file is still what it was, by its content; its time of writing.

    Raises
    ------
    VolumeError
        It is not there, cannot be read, or holds something else.
    """
    try:
        before = path.stat().st_mtime_ns
        same = hash_file(path) == sha256
    except FileNotFoundError as error:
        raise VolumeError(
            f"{path} is not there any more; put the registered file back, or add it again from "
            "where it lies now"
        ) from error
    except OSError as error:
        raise VolumeError(
            f"{path} cannot be read ({error.strerror}); see to its rights and its disk, then try "
            "again"
        ) from error
    if not same:
        raise VolumeError(
            f"{path} holds something else than when it was registered; put the registered file "
            "back, or add the new one as a scan of its own"
        )
    return before


def _stamp(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except OSError:
        return 0, 0
    return status.st_size, status.st_mtime_ns
