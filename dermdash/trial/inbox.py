"""The inbox: the only folders of this machine whose files may become scans through a page."""

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from dermdash.errors import VolumeError
from dermdash.imaging.files import shown
from dermdash.settings import Settings

SUFFIXES = (".tif", ".tiff")
MAX_FILES = 5_000


@dataclass(frozen=True, slots=True)
class WaitingFile:
    """A file that may become a scan, as its folder lists it.

    path : absolute; a link inside the inbox is followed
    name : from the inbox on, with ``/`` between folders
    problem : why it is not looked at, empty where it may be
    uploaded : came by browser, so that it is ours to remove
    """

    path: Path
    name: str
    bytes: int = 0
    mtime_ns: int = 0
    problem: str = ""
    uploaded: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """What waits, by name; ``problems`` says which folders cannot be read, or hold too much."""

    files: tuple[WaitingFile, ...]
    problems: tuple[str, ...] = ()


def list_inbox(settings: Settings) -> Listing:
    """The TIFF files of the inbox and its subfolders; none is opened.

    The inbox in the data folder is made where it is missing, one that was named is not.
    """
    files: list[WaitingFile] = []
    problems: list[str] = []
    if not settings.inbox and settings.home.is_dir():
        with suppress(OSError):
            (settings.home / "inbox").mkdir(exist_ok=True)
    for folder in settings.inbox_folders:
        if not folder.is_dir():
            problems.append(f"{folder} is no folder; make it, or correct DERMDASH_INBOX")
            continue
        for path in _tiffs(folder, problems):
            if len(files) == MAX_FILES:
                problems.append(
                    f"{folder} holds over {MAX_FILES:,} TIFF files; the others are not shown, so "
                    "move some away"
                )
                break
            files.append(_waiting(settings, folder, path))
    return Listing(tuple(sorted(files, key=lambda file: file.name)), tuple(problems))


def list_uploads(settings: Settings, study_id: int) -> Listing:
    """The files that came by browser for a study and are no scans yet."""
    folder = settings.uploads / str(study_id)
    files = (
        WaitingFile(path, path.name, status.st_size, status.st_mtime_ns, uploaded=True)
        for path in _tiffs(folder, [])
        if (status := path.stat())
    )
    return Listing(tuple(sorted(files, key=lambda file: file.name)))


def check_inside(settings: Settings, path: Path) -> None:
    """Refuse to read a file that lies neither in the inbox nor among the uploads.

    Raises
    ------
    VolumeError
    """
    folders = (*settings.inbox_folders, settings.uploads)
    if not any(path.resolve().is_relative_to(folder.resolve()) for folder in folders):
        raise VolumeError(
            f"{shown(path)} lies outside the inbox; copy the file itself into the inbox"
        )


def _tiffs(folder: Path, problems: list[str]) -> Iterator[Path]:
    def refuse(error: OSError) -> None:
        problems.append(f"{error.filename} cannot be read ({error.strerror}); see to its rights")

    for root, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if name.lower().endswith(SUFFIXES) and not name.startswith("."):
                yield Path(root) / name


def _waiting(settings: Settings, folder: Path, path: Path) -> WaitingFile:
    name = path.relative_to(folder).as_posix()
    try:
        name.encode()
    except UnicodeEncodeError:
        readable = os.fsencode(name).decode("utf-8", "replace")
        return WaitingFile(path, readable, problem="its name is no text; rename it")
    try:
        if path.is_symlink():
            check_inside(settings, path)
            path = path.resolve()
        status = path.stat()
    except VolumeError:
        sentence = "is a link that leads out of the inbox; copy the file itself into the inbox"
        return WaitingFile(path, name, problem=f"{shown(path)} {sentence}")
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or "it leads in a circle"
        return WaitingFile(path, name, problem=f"{shown(path)} cannot be read ({reason}); check it")
    if not stat.S_ISREG(status.st_mode):
        return WaitingFile(path, name, problem=f"{shown(path)} is no file; name one TIFF file")
    return WaitingFile(path, name, status.st_size, status.st_mtime_ns)
