"""Where this installation keeps its data and runs its jobs: read once from the environment."""

import os
import re
import sys
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Literal

from dermdash.errors import InputError

CHECKOUT_MODELS = Path(__file__).resolve().parents[1] / "models"
LONGEST_COMPANY, LOGO_BYTES, LOGO_SIDES = 80, 2_000_000, (16, 4000)
READABLE = 3.0
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
    company, logo, accent : whose reports are made: name, picture (PNG), ``#RRGGBB`` of headings

    >>> load_settings({"DERMDASH_HOME": "/data"}).database.as_posix()
    '/data/dermdash.sqlite'
    """

    home: Path
    engine: str | None = None
    worker: Literal["server", "external"] = "server"
    processes: int = field(default_factory=usable_cores)
    inbox: tuple[Path, ...] = ()
    administrators: tuple[str, ...] = ()
    company: str = ""
    logo: bytes | None = field(default=None, repr=False)
    accent: str | None = None

    @property
    def database(self) -> Path:
        return self.home / "dermdash.sqlite"

    @property
    def vault(self) -> Path:
        return self.home / "volumes"

    @property
    def reports(self) -> Path:
        """Where rendered reports are kept."""
        return self.home / "reports"

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
    """Read ``DERMDASH_`` ``HOME``, ``ENGINE``, ``WORKER``, ``PROCESSES``, ``INBOX``,
    ``ADMINISTRATORS``, ``COMPANY``, ``LOGO`` and ``ACCENT``.

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
        company=_company(environ.get("DERMDASH_COMPANY")),
        logo=_logo(environ.get("DERMDASH_LOGO")),
        accent=_accent(environ.get("DERMDASH_ACCENT")),
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


def _company(value: str | None) -> str:
    name = " ".join((value or "").split())
    if len(name) > LONGEST_COMPANY or not name.isprintable():
        raise InputError(
            f"DERMDASH_COMPANY={name[:20]}... is no name of at most {LONGEST_COMPANY} printable "
            "characters; shorten it"
        )
    return name


def _logo(value: str | None) -> bytes | None:
    """The picture of a PNG or JPEG file, as PNG."""
    if not value:
        return None
    try:
        data = Path(value).expanduser().read_bytes()
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "no path"
        raise InputError(
            f"DERMDASH_LOGO={value} cannot be read ({why}); name a PNG or JPEG file"
        ) from error
    if len(data) > LOGO_BYTES:
        raise InputError(
            f"DERMDASH_LOGO={value} has {len(data) / 1e6:.1f} MB; make it smaller than "
            f"{LOGO_BYTES / 1e6:.0f} MB"
        )
    return _as_png(value, data)


def _as_png(value: str, data: bytes) -> bytes:
    from PIL import Image, UnidentifiedImageError

    file = BytesIO()
    try:
        with warnings.catch_warnings(action="error"):
            picture = Image.open(BytesIO(data), formats=("PNG", "JPEG"))
            if not all(LOGO_SIDES[0] <= side <= LOGO_SIDES[1] for side in picture.size):
                raise InputError(
                    f"DERMDASH_LOGO={value} is {picture.width} x {picture.height} pixels; make "
                    f"each side {LOGO_SIDES[0]} to {LOGO_SIDES[1]}"
                )
            picture.convert("RGBA").save(file, "PNG")
    except InputError:
        raise
    except (
        *(UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, Warning),
        Image.DecompressionBombError,
    ) as error:
        raise InputError(
            f"DERMDASH_LOGO={value} is no whole PNG or JPEG picture; save it anew as one"
        ) from error
    return file.getvalue()


def _accent(value: str | None) -> str | None:
    """A colour that can be read on white: a contrast of 3 and more (WCAG 2.2, large text)."""
    if not value:
        return None
    if not re.fullmatch("#[0-9A-Fa-f]{6}", value):
        raise InputError(f"DERMDASH_ACCENT={value} is no colour; write it as #RRGGBB")
    if _contrast_on_white(value) < READABLE:
        raise InputError(f"DERMDASH_ACCENT={value} is too pale to read on paper; choose a darker")
    return value.upper()


def _contrast_on_white(colour: str) -> float:
    """
    >>> round(_contrast_on_white("#000000")), round(_contrast_on_white("#FFFFFF"))
    (21, 1)
    """
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return 1.05 / (luminance + 0.05)
