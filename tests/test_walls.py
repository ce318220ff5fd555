"""What keeps the house light: one door per foreign library, and a quick front door."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

DOORS = {
    "streamlit": ("app.py", "pages/", "dermdash/ui/"),
    "tensorflow": ("dermdash/learning/",),
    "keras": ("dermdash/learning/",),
    "sklearn": ("dermdash/learning/",),
    "ai_edge_litert": ("dermdash/grading/grader.py",),
    "sqlalchemy": ("dermdash/trial/",),
    "alembic": ("dermdash/trial/",),
    "openpyxl": ("dermdash/trial/roster_file.py",),
    "tifffile": ("dermdash/imaging/readers.py",),
    "distributed": ("dermdash/engine.py",),
    "plotly": ("dermdash/reporting/figures/screen/",),
    "matplotlib": ("dermdash/reporting/figures/print/",),
    "typst": ("dermdash/reporting/formats/pdf",),
    "docx": ("dermdash/reporting/formats/word",),
    "pptx": ("dermdash/reporting/formats/slides",),
    "xlsxwriter": ("dermdash/reporting/formats/workbook.py",),
    "typer": ("dermdash/cli/",),
    "rich": ("dermdash/cli/",),
}


def product_files() -> Iterator[Path]:
    yield ROOT / "app.py"
    for folder in ("dermdash", "pages"):
        yield from sorted((ROOT / folder).rglob("*.py"))


def imported_libraries(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names


@pytest.mark.parametrize("library", DOORS)
def test_each_foreign_library_has_one_door(library: str) -> None:
    """Without doors, replacing or upgrading a library becomes a hunt through the whole house."""
    users = {
        path.relative_to(ROOT).as_posix()
        for path in product_files()
        if library in imported_libraries(path)
    }
    through_keras = library == "tensorflow"
    assert users or through_keras, f"nothing imports {library}: remove its door and its dependency"
    assert {user for user in users if not user.startswith(DOORS[library])} == set()


@pytest.mark.parametrize(
    ("module", "forbidden"),
    [
        ("dermdash", ("numpy", "pandas", "streamlit", "sqlalchemy")),
        ("dermdash.ui.shell", ("tensorflow", "keras", "ai_edge_litert", "distributed")),
        ("dermdash.ui.figure_parts", ("matplotlib", "scipy", "tensorflow")),
        ("dermdash.cli", ("tensorflow", "keras", "ai_edge_litert", "streamlit", "scipy")),
        ("dermdash.worker", ("tensorflow", "keras", "streamlit", "plotly")),
    ],
)
def test_opening_a_room_loads_no_heavy_library(module: str, forbidden: tuple[str, ...]) -> None:
    """A page that loads TensorFlow takes six seconds to appear and slows every click after it."""
    script = f"import sys, {module}\nprint(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout.split()
    assert [name for name in forbidden if name in loaded] == []


def test_pages_stand_in_section_folders() -> None:
    """A .py directly in pages/ can be opened without app.py and its sign-in."""
    assert sorted((ROOT / "pages").glob("*.py")) == []


def test_no_page_computes() -> None:
    """A page that computes or queries shows numbers that the command line and tests never see."""
    for page in (ROOT / "pages").rglob("*.py"):
        assert not imported_libraries(page) & {"numpy", "scipy", "sqlalchemy", "cv2"}, page
        assert len(page.read_text(encoding="utf-8").splitlines()) <= 140, page
