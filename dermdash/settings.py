"""Where this installation keeps its data and runs its jobs: read once from the environment."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from dermdash.errors import InputError

CHECKOUT_MODELS = Path(__file__).resolve().parents[1] / "models"
INSTALLED_MODELS = Path(sys.prefix) / "share" / "dermdash" / "models"


def usable_cores() -> int:
    """Cores that this process may use; a container's limit is heeded where the system tells."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@dataclass(frozen=True, slots=True)
class Settings:
    """The installation's choices.

    home : data folder with database, vault and models trained here
    engine : None for one process a core here, ``tcp://host:port`` for a Dask scheduler
    worker : ``server`` starts one beside the app, ``external`` leaves that to ``dermdash work``
    processes : number of grading processes on this machine
    inbox : folders where volumes wait to become scans; empty: ``inbox`` in the data folder
    administrators : names, or what a sign-in knows them by; ``identity.role_of`` says what follows

    >>> load_settings({"DERMDASH_HOME": "/data"}).database.as_posix()
    '/data/dermdash.sqlite'
    """

    home: Path
    engine: str | None = None
    worker: Literal["server", "external"] = "server"
    processes: int = field(default_factory=usable_cores)
    inbox: tuple[Path, ...] = ()
    administrators: tuple[str, ...] = ()

    @property
    def database(self) -> Path:
        return self.home / "dermdash.sqlite"

    @property
    def vault(self) -> Path:
        return self.home / "volumes"

    @property
    def inbox_folders(self) -> tuple[Path, ...]:
        """The only folders of which pages show files, subfolders included."""
        return self.inbox or (self.home / "inbox",)

    @property
    def uploads(self) -> Path:
        """Where files that came by browser wait to become scans."""
        return self.home / "uploads"

    @property
    def model_folders(self) -> tuple[Path, ...]:
        """Folders searched for models, the ones trained here first."""
        return (self.home / "models", CHECKOUT_MODELS, INSTALLED_MODELS)


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read ``DERMDASH_`` ``HOME``, ``ENGINE``, ``WORKER``, ``PROCESSES``, ``INBOX`` and
    ``ADMINISTRATORS``.

    Raises
    ------
    InputError
        A value is not one of those allowed.
    """
    environ = os.environ if environ is None else environ
    home = Path(environ.get("DERMDASH_HOME") or Path.home() / ".dermdash").expanduser().absolute()
    if home.exists() and not home.is_dir():
        raise InputError(f"DERMDASH_HOME={home} is not a folder; name a folder")
    return Settings(
        home=home,
        engine=_engine(environ.get("DERMDASH_ENGINE")),
        worker=_worker(environ.get("DERMDASH_WORKER") or "server"),
        processes=_processes(environ.get("DERMDASH_PROCESSES")),
        inbox=_inbox(environ.get("DERMDASH_INBOX"), home),
        administrators=_names(environ.get("DERMDASH_ADMINISTRATORS")),
    )


def _engine(value: str | None) -> str | None:
    if value and not value.startswith(("tcp://", "tls://")):
        raise InputError(
            f"DERMDASH_ENGINE={value} is not a scheduler's address; write tcp://host:port"
        )
    return value or None


def _worker(value: str) -> Literal["server", "external"]:
    match value:
        case "server" | "external":
            return value
    raise InputError(f"DERMDASH_WORKER={value} is unknown; write server or external")


def _processes(value: str | None) -> int:
    if not value:
        return usable_cores()
    if not value.isdecimal() or int(value) < 1:
        raise InputError(f"DERMDASH_PROCESSES={value} counts no processes; write 1 or more")
    return int(value)


def _inbox(value: str | None, home: Path) -> tuple[Path, ...]:
    """Folders separated as in ``PATH``; resolved, so that a file can be held against them."""
    folders = []
    for part in filter(None, (value or "").split(os.pathsep)):
        folder = Path(part).expanduser()
        if not folder.is_absolute():
            raise InputError(f"DERMDASH_INBOX={part} is no whole path; write it from the root on")
        folder = folder.resolve()
        if home.resolve().is_relative_to(folder):
            raise InputError(
                f"DERMDASH_INBOX={part} holds the data folder {home}; name a folder beside it"
            )
        folders.append(folder)
    return tuple(folders)


def _names(value: str | None) -> tuple[str, ...]:
    """
    >>> _names(" Ada Lovelace, bo@example.org,, ")
    ('Ada Lovelace', 'bo@example.org')
    """
    return tuple(name for part in (value or "").split(",") if (name := " ".join(part.split())))
