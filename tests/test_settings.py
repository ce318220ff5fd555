"""The environment is read once, and a wrong value is refused with its remedy."""

import os
from pathlib import Path

import pytest

from dermdash.errors import InputError
from dermdash.settings import load_settings


def test_without_environment_the_data_lie_in_the_home_folder() -> None:
    """A user who sets nothing must still find the data where the README says."""
    settings = load_settings({})
    assert settings.home == Path.home() / ".dermdash"
    assert settings.engine is None
    assert settings.inbox_folders == (settings.home / "inbox",)
    assert settings.worker == "server"
    assert settings.processes >= 1


def test_every_variable_is_heeded(tmp_path: Path) -> None:
    """A server's administrator configures by these variables alone."""
    settings = load_settings(
        {
            "DERMDASH_HOME": str(tmp_path),
            "DERMDASH_ENGINE": "tcp://10.0.0.1:8786",
            "DERMDASH_WORKER": "external",
            "DERMDASH_PROCESSES": "3",
            "DERMDASH_INBOX": os.pathsep.join(["/mnt/lcoct", "", "/mnt/other"]),
            "DERMDASH_ADMINISTRATORS": " Ada  Lovelace, bo@example.org,,",
        }
    )
    assert settings.database == tmp_path / "dermdash.sqlite"
    assert settings.model_folders[0] == tmp_path / "models"
    assert settings.inbox_folders == (Path("/mnt/lcoct"), Path("/mnt/other"))
    assert settings.administrators == ("Ada Lovelace", "bo@example.org")
    assert (settings.engine, settings.worker, settings.processes) == (
        "tcp://10.0.0.1:8786",
        "external",
        3,
    )


@pytest.mark.parametrize(
    ("name", "value", "remedy"),
    [
        ("DERMDASH_ENGINE", "10.0.0.1", "tcp://host:port"),
        ("DERMDASH_WORKER", "yes", "server or external"),
        ("DERMDASH_PROCESSES", "0", "1 or more"),
        ("DERMDASH_INBOX", "scans", "from the root on"),
        ("DERMDASH_INBOX", "/", "name a folder beside it"),
        ("DERMDASH_PROCESSES", "two", "1 or more"),
        ("DERMDASH_HOME", __file__, "name a folder"),
    ],
)
def test_a_wrong_value_names_itself_and_its_remedy(name: str, value: str, remedy: str) -> None:
    """A typing mistake must not silently start a server on other data or without its cluster."""
    with pytest.raises(InputError, match=remedy) as caught:
        load_settings({name: value})
    assert f"{name}={value}" in str(caught.value)
