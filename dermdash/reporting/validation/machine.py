"""On what an installation runs: the machine, Python, and the libraries with their versions."""

import platform
import re
import sqlite3
from importlib.metadata import PackageNotFoundError, requires, version

from dermdash import __version__
from dermdash.settings import usable_cores

ABSENT = "not installed"


def read_machine() -> dict[str, str]:
    """What there is, by name.

    >>> sorted(read_machine())[:2]
    ['Cores', 'Machine']
    """
    return {
        "dermdash": __version__,
        "Python": platform.python_version(),
        "System": platform.platform(),
        "Machine": platform.machine(),
        "Cores": str(usable_cores()),
        "SQLite": sqlite3.sqlite_version,
    }


def read_versions() -> dict[str, str]:
    """Each library that this program asks for, and its version; ``ABSENT`` where it is not there.

    >>> read_versions()["numpy"][0].isdigit()
    True
    """
    try:
        asked = requires("dermdash") or []
    except PackageNotFoundError:  # a checkout that was not installed
        asked = ["numpy", "pandas", "scipy", "statsmodels"]
    names = {found[0] for one in asked if (found := re.match(r"[A-Za-z0-9._-]+", one))}
    return {name: _version(name) for name in sorted(names, key=str.lower)}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ABSENT
