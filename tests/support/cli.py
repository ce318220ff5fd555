"""The command line as its users meet it."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from dermdash.cli import main


@dataclass(frozen=True, slots=True)
class Answer:
    """Exit status, standard output and standard error of a command."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The one JSON object that stands alone on standard output."""
        value: dict[str, Any] = json.loads(self.out)
        return value

    @property
    def sentence(self) -> str:
        """The one line of a refusal."""
        lines = self.err.splitlines()
        assert len(lines) == 1, self.err
        assert self.out == ""
        return lines[0]


@dataclass(frozen=True, slots=True)
class Shell:
    """Runs commands on a data folder of its own."""

    home: Path
    capsys: pytest.CaptureFixture[str]

    def __call__(self, *words: object) -> Answer:
        """Run a command in this process."""
        self.capsys.readouterr()
        status = main([str(word) for word in words])
        out, err = self.capsys.readouterr()
        return Answer(status, out, err)

    def process(self, *words: object, **environ: str) -> Answer:
        """Run a command as its own process."""
        done = subprocess.run(
            [Path(sys.executable).with_name("dermdash"), *map(str, words)],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
            env={**os.environ, "DERMDASH_HOME": str(self.home), **environ},
        )
        return Answer(done.returncode, done.stdout, done.stderr)
