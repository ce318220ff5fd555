"""What holds for each command: exit status, one sentence, standard output left alone."""

import errno
import subprocess
import sys

import pytest

from dermdash.cli import main, volumes
from tests.support.cli import Shell


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["nope"],
        ["--nope"],
        ["grade"],
        ["grade", "a.tif", "--nope"],
        ["grade", "a.tif", "extra", "--dej-um", "4"],
        ["phantom", "a.tif", "--seed", "-1"],
        ["phantom", "a.tif", "--seed", "1.5"],
        ["import", "a.csv"],
        ["export", "--study", "Serum"],
        ["export", "--study", "Serum", "-o", "x.csv", "--level", "scan"],
        ["work", "extra"],
        ["backup"],
    ],
)
def test_wrong_use_is_one_sentence_and_status_2(shell: Shell, words: list[str]) -> None:
    """A script could not tell wrong use from a fault, and a person would search a traceback."""
    answer = shell(*words)
    assert answer.status == 2
    assert "--help shows the use" in answer.sentence


@pytest.mark.parametrize(
    "command", ["phantom", "grade", "import", "work", "export", "demo", "backup", "restore"]
)
def test_each_command_explains_itself(shell: Shell, command: str) -> None:
    """Without help, options would have to be guessed."""
    answer = shell(command, "--help")
    assert answer.status == 0
    assert "--json" in answer.out


def test_a_wrong_environment_is_one_sentence(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """A typing error in DERMDASH_PROCESSES would end in a traceback."""
    monkeypatch.setenv("DERMDASH_PROCESSES", "two")
    answer = shell("work", "--once")
    assert answer.status == 2
    assert "DERMDASH_PROCESSES=two" in answer.sentence


def test_a_fault_of_the_program_is_status_1(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault that looks like bad input would send people to search their files."""

    def broken(text: str) -> float:
        raise ZeroDivisionError(text)

    monkeypatch.setattr(volumes, "_quality", broken)
    answer = shell("phantom", shell.home.with_name("a.tif"))
    assert answer.status == 1
    assert "ZeroDivisionError" in answer.err


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES])
def test_a_disk_that_refuses_is_status_2(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """A full disk is for its owner to mend, and needs one sentence, not a traceback."""

    def refuse(text: str) -> float:
        raise OSError(number, "No space left", "/data/x")

    monkeypatch.setattr(volumes, "_quality", refuse)
    answer = shell("phantom", shell.home.with_name("a.tif"))
    assert answer.status == 2
    assert "/data/x" in answer.sentence


def test_help_comes_at_once() -> None:
    """Loading TensorFlow, Streamlit or SQLAlchemy for a help text would make it seconds."""
    heavy = ("tensorflow", "keras", "streamlit", "sqlalchemy", "cv2", "pandas", "scipy")
    script = (
        "import sys, dermdash.cli\n"
        "assert dermdash.cli.main(['--help']) == 0\n"
        f"print([name for name in {heavy!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stderr.strip() == "[]"


def test_main_takes_words_or_the_systems(monkeypatch: pytest.MonkeyPatch) -> None:
    """The installed command calls main() without words."""
    monkeypatch.setattr(sys, "argv", ["dermdash", "--help"])
    assert main() == 0
