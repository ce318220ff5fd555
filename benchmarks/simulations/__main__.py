"""``python -m benchmarks.simulations``: false positives, power and coverage, as a Markdown table.

Exit status 1 where a path does not keep what it promises.
"""

import argparse
import platform
import shlex
import signal
import sys
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from benchmarks.simulations.counting import all_scenarios, simulate
from benchmarks.simulations.table import document
from dermdash.settings import usable_cores

SEED = 2026


def main(arguments: list[str] | None = None) -> int:
    """Run the scenarios chosen, print or write their document, and say whether all is kept."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.simulations", description=__doc__)
    parser.add_argument("--runs", type=int, help="at most, of each scenario (default: its own)")
    parser.add_argument("--only", metavar="NAME", action="append", help="or the start of names")
    parser.add_argument("--seed", type=int, default=SEED, help=f"default {SEED}")
    parser.add_argument("--out", type=Path, metavar="FILE.md", help="written there, not printed")
    given = parser.parse_args(arguments)
    scenarios = [
        one
        for name, one in all_scenarios().items()
        if not given.only or name.startswith(tuple(given.only))
    ]
    if not scenarios:
        names = ", ".join(all_scenarios())
        parser.error(f"{', '.join(given.only)} starts the name of no scenario; choose of {names}")
    if given.runs is not None and given.runs < 1:
        parser.error(f"--runs {given.runs} runs nothing; give 1 or more")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that processes go, too
    start = time.perf_counter()
    with Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task(f"{len(scenarios)} scenarios", total=1.0)
        rows = simulate(
            scenarios,
            seed=given.seed,
            runs=given.runs,
            processes=usable_cores(),
            on_progress=lambda share: progress.update(task, completed=share),
        )
    minutes = (time.perf_counter() - start) / 60
    text = document(
        rows, _made(sys.argv[1:] if arguments is None else arguments, given.seed, minutes)
    )
    if given.out is None:
        sys.stdout.write(text)
    else:
        given.out.write_text(text, encoding="utf-8")
    return int(not all(row.kept for row in rows))


def _made(arguments: list[str], seed: int, minutes: float) -> str:
    command = shlex.join(["python", "-m", "benchmarks.simulations", *arguments])
    libraries = ", ".join(f"{name} {version(name)}" for name in ("dermdash", "numpy", "scipy"))
    return (
        f"Made on {datetime.now(UTC):%Y-%m-%d} by `{command}`, seed {seed}, "
        f"in {minutes:.0f} minutes on {usable_cores()} cores: Python {platform.python_version()}, "
        f"{libraries}. The same seed gives the same numbers on any number of cores."
    )


if __name__ == "__main__":
    sys.exit(main())
