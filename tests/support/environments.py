"""Fresh Python environments, as a user makes them."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def install(folder: Path, *, extra: str = "") -> Path:
    """The interpreter of a fresh environment with dermdash under the lock.

    extra : such as ``app``; without one, what a script needs that only reads results
    """
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = folder / "bin" / "python"
    pip = [python, "-m", "pip", "install", "--quiet", "--no-compile", "--disable-pip-version-check"]
    product = f"{ROOT}[{extra}]" if extra else str(ROOT)
    subprocess.run([*pip, "-c", ROOT / "requirements.txt", product], check=True)
    return python


def run(python: Path, *arguments: str, home: Path, cwd: Path | None = None) -> str:
    """What a command prints, run in the data folder unless told where."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    environment["DERMDASH_HOME"] = str(home / "data")
    answer = subprocess.run(
        [python, *arguments],
        cwd=cwd or home,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    return answer.stdout
