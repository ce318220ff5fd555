"""A server that only grades and serves needs no TensorFlow: 1.3 GB and its start-up are spared."""

import json
from pathlib import Path

import pytest

from tests.support.environments import ROOT, install, run


@pytest.fixture(scope="module")
def light_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a fresh environment with `pip install .[app]` under the lock."""
    return install(tmp_path_factory.mktemp("light"), extra="app")


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
