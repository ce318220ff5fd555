"""A server that only grades and serves needs no TensorFlow: 1.3 GB and its start-up are spared."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def light_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a fresh environment with `pip install .[app]` under the lock."""
    folder = tmp_path_factory.mktemp("light")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = folder / "bin" / "python"
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "-c", ROOT / "requirements.txt", f"{ROOT}[app]"], check=True)
    return python


def run(light_python: Path, *arguments: str, home: Path, cwd: Path | None = None) -> str:
    """What a command prints, run in the data folder unless told where."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    environment["DERMDASH_HOME"] = str(home / "data")
    answer = subprocess.run(
        [light_python, *arguments],
        cwd=cwd or home,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


@pytest.mark.timeout(600)
def test_an_installation_without_tensorflow_grades_and_serves(
    light_python: Path, tmp_path: Path
) -> None:
    """Else every grading server carries a training framework that it never uses."""
    absent = "import importlib.util as u; print([u.find_spec(m) for m in ('tensorflow', 'keras')])"
    assert run(light_python, "-c", absent, home=tmp_path).strip() == "[None, None]"

    command = str(light_python.with_name("dermdash"))
    phantom = ["phantom", "a.tif", "--shape", "110,400,400", "--dej-um", "20", "--flat"]
    run(light_python, command, *phantom, home=tmp_path)
    graded = json.loads(
        run(light_python, command, "grade", "a.tif", "--dej-um", "20", "--json", home=tmp_path)
    )
    assert graded["n_layers"] == 70
    assert 1 <= graded["expected_grade"] <= 4

    shell = str(ROOT / "dermdash/ui/shell.py")
    page = (
        "from streamlit.testing.v1 import AppTest\n"
        f"at = AppTest.from_file({shell!r}, default_timeout=60).run()\n"
        "assert not at.exception, at.exception\n"
        "print(len(at.main))"
    )
    assert int(run(light_python, "-c", page, home=tmp_path, cwd=ROOT)) > 0
