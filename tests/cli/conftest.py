"""A shell with a data folder of its own, and a small phantom on the disk."""

from pathlib import Path

import pytest

from dermdash.imaging.phantom import make_phantom, write_phantom
from tests.support.cli import Shell


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    monkeypatch.setenv("DERMDASH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("DERMDASH_PROCESSES", "1")
    monkeypatch.delenv("DERMDASH_ENGINE", raising=False)
    return Shell(tmp_path / "home", capsys)


@pytest.fixture(scope="session")
def phantom_files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Four small phantoms with a flat DEJ at 10 um, 70 layers and a map beside each."""
    folder = tmp_path_factory.mktemp("phantoms")
    paths = [folder / f"{name}.tif" for name in ("a", "b", "c", "d")]
    for seed, path in enumerate(paths):
        phantom = make_phantom(
            quality=1 + seed, shape=(82, 400, 400), dej_um=10, flat=True, seed=seed
        )
        write_phantom(path, phantom)
    return paths
