"""The environment is read once, and a wrong value is refused with its remedy."""

import io
import os
from pathlib import Path

import pytest
from PIL import Image

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
            "DERMDASH_COMPANY": " Laboratoire  Été ",
            "DERMDASH_LOGO": str(picture(tmp_path / "logo.png", (40, 20))),
            "DERMDASH_ACCENT": "#0b6e4f",
        }
    )
    assert settings.database == tmp_path / "dermdash.sqlite"
    assert settings.model_folders[0] == tmp_path / "models"
    assert settings.inbox_folders == (Path("/mnt/lcoct"), Path("/mnt/other"))
    assert settings.administrators == ("Ada Lovelace", "bo@example.org")
    assert (settings.company, settings.accent) == ("Laboratoire Été", "#0B6E4F")
    assert settings.logo is not None
    assert settings.logo.startswith(b"\x89PNG")
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
        ("DERMDASH_COMPANY", "x" * 81, "at most 80 printable"),
        ("DERMDASH_COMPANY", "a\u202eb", "at most 80 printable"),
        ("DERMDASH_LOGO", "/none/logo.png", "name a PNG or JPEG file"),
        ("DERMDASH_LOGO", "/tmp", "name a PNG or JPEG file"),
        ("DERMDASH_LOGO", __file__, "save it anew as one"),
        ("DERMDASH_ACCENT", "blue", "write it as #RRGGBB"),
        ("DERMDASH_ACCENT", "#12345", "write it as #RRGGBB"),
        ("DERMDASH_ACCENT", "#FFFF00", "choose a darker"),
    ],
)
def test_a_wrong_value_names_itself_and_its_remedy(name: str, value: str, remedy: str) -> None:
    """A typing mistake must not silently start a server on other data or without its cluster."""
    with pytest.raises(InputError, match=remedy) as caught:
        load_settings({name: value})
    assert f"{name}={value[:20]}" in str(caught.value)


def picture(path: Path, size: tuple[int, int], mode: str = "RGB") -> Path:
    Image.new(mode, size, "#0B6E4F" if mode == "RGB" else 1).save(path)
    return path


@pytest.mark.parametrize("name", ["logo.png", "logo.jpg"])
def test_a_logo_is_a_picture_of_either_kind(tmp_path: Path, name: str) -> None:
    """A company has its logo as it has it."""
    logo = load_settings({"DERMDASH_LOGO": str(picture(tmp_path / name, (300, 100)))}).logo
    assert logo is not None
    again = Image.open(io.BytesIO(logo), formats=("PNG",))
    assert (again.size, again.mode) == ((300, 100), "RGBA")


def test_a_logo_that_no_report_can_hold_is_refused(tmp_path: Path) -> None:
    """A bad picture would fail each report, at night, one by one."""
    big, small = picture(tmp_path / "big.png", (30_000, 8_000), "1"), tmp_path / "small.png"
    picture(small, (4, 4))
    cut = tmp_path / "cut.png"
    cut.write_bytes(picture(tmp_path / "whole.png", (600, 400)).read_bytes()[:-40])
    gif = picture(tmp_path / "logo.gif", (40, 40))
    heavy = tmp_path / "heavy.png"
    heavy.write_bytes(b"\x89PNG" + bytes(2_000_001))
    for path, refusal in (
        (big, "save it anew|make each side 16 to 4000"),
        (small, "is 4 x 4 pixels; make each side 16 to 4000"),
        (cut, "is no whole PNG or JPEG"),
        (gif, "is no whole PNG or JPEG"),
        (heavy, "make it smaller than 2 MB"),
    ):
        with pytest.raises(InputError, match=refusal):
            load_settings({"DERMDASH_LOGO": str(path)})
