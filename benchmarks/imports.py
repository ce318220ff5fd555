"""How long ``import dermdash`` takes, and the command line's help."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import Measure, alternate, seconds

REPEATS = 7


def imports() -> Iterator[Measure]:
    """Seconds of fresh processes, an empty one as the baseline."""
    python, command = sys.executable, Path(sys.executable).with_name("dermdash")
    ways = {
        "empty": [python, "-c", "pass"],
        "dermdash": [python, "-c", "import dermdash"],
        "corridor": [python, "-c", "import dermdash.pipeline"],
        "help": [command, "--help"],
    }

    def run(words: list[str | Path]) -> float:
        return seconds(lambda: subprocess.run(words, check=True, stdout=subprocess.DEVNULL))

    times = alternate(
        {name: lambda words=words: run(words) for name, words in ways.items()}, repeats=REPEATS
    )
    yield Measure("import dermdash", times["dermdash"] - times["empty"], "s", at_most=0.2)
    yield Measure("import dermdash.pipeline", times["corridor"] - times["empty"], "s")
    yield Measure("dermdash --help", times["help"] - times["empty"], "s")
