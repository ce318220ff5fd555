"""The documents say what the code does."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest
from typer.main import get_command

from dermdash import __version__
from dermdash.cli import build_app

ROOT = Path(__file__).resolve().parents[1]
COMMAND_LINE = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
COMMANDS = get_command(build_app()).commands


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def section_of(command: str) -> str:
    for section in COMMAND_LINE.split("\n## ")[1:]:
        if f"`dermdash {command}" in section.partition("\n")[0]:
            return section
    pytest.fail(f"docs/command-line.md has no section for {command}")


@pytest.mark.parametrize("command", COMMANDS)
def test_each_option_is_in_the_command_lines_document(command: str) -> None:
    """A user would not learn of an option that is in no document."""
    section = section_of(command)
    for parameter in COMMANDS[command].params:
        for name in parameter.opts:
            if name.startswith("-") and name not in ("-h", "--help"):
                assert re.search(rf"`{name}[` ]|`{name},", section), f"{command} {name}"


def test_no_document_promises_a_command_that_is_not_there() -> None:
    """A user would type what cannot be run."""
    documents = [*(ROOT / "docs").glob("*.md"), ROOT / "README.md", ROOT / "CHANGELOG.md"]
    for path in documents:
        text = path.read_text(encoding="utf-8")
        named = set(re.findall(r"(?:`|^|bin/)dermdash ([a-z][a-z-]*)", text, re.MULTILINE))
        assert named <= set(COMMANDS), path.name


def test_made_documents_are_up_to_date() -> None:
    """The data model and dictionary would describe other tables; run `python docs/generate.py`."""
    for path, text in generator().documents().items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name} is out of date"


def test_links_between_documents_lead_somewhere() -> None:
    """A reader would land on nothing."""
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", path.read_text(encoding="utf-8")):
            assert (path.parent / target).exists(), f"{path.name} -> {target}"


def test_the_changelog_knows_this_version() -> None:
    """A user who updates could not see what changed."""
    assert f"## [{__version__}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
