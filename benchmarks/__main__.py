"""``python -m benchmarks [names]``: a table of measures, their goals, and whether they hold."""

import argparse
import platform
import signal
import sys
from importlib import import_module

from rich.console import Console
from rich.table import Table

from dermdash.settings import usable_cores

NAMES = ("imports", "grading", "engines", "store", "pages", "marking", "reports", "claims")
MARKS = {True: "reached", False: "missed", None: ""}


def main() -> int:
    """Run the benchmarks named, or all, and print what they measured."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", default=NAMES, help=f"of {', '.join(NAMES)}")
    chosen = parser.parse_args().names
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that servers and files go too
    for name in chosen:
        if name not in NAMES:
            parser.error(f"{name} is no benchmark; choose of {', '.join(NAMES)}")
    table = Table("benchmark", "measure", "value", "goal", "", box=None, pad_edge=False)
    for column in (2, 3):
        table.columns[column].justify = "right"
    for name in chosen:
        for measure in getattr(import_module(f"benchmarks.{name}"), name)():
            value = f"{measure.value:.2f} {measure.unit}".strip()
            table.add_row(name, measure.what, value, measure.goal, MARKS[measure.reached])
    console = Console()
    console.print(table)
    console.print(f"{usable_cores()} cores, Python {platform.python_version()}, medians of repeats")
    return 0


if __name__ == "__main__":
    sys.exit(main())
