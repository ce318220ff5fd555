"""``python -m benchmarks.kills``: an intake during which everything is killed, again and again.

Half of the files go through the inbox, some moved and some left where they lie, half through the
command ``import``. At random moments the app, its worker, a process of the engine or the import is
killed with SIGKILL and started again. In the end each file must be one scan with one grading.
"""

import argparse
import signal
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from tests.support.killing import Intake

VICTIMS = ("app", "worker", "engine", "import")


def main() -> int:
    """Run it, print the counts, and return 1 where anything is lost or double."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.kills", description=__doc__)
    parser.add_argument("--times", type=int, default=50, help="how often something is killed")
    parser.add_argument("--files", type=int, default=24, help="files at a time")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that servers and files go too
    with TemporaryDirectory() as folder:
        intake = Intake(Path(folder), victims=VICTIMS, seed=given.seed)
        out = intake.run(times=given.times, files=given.files)
    say = Console(highlight=False, soft_wrap=True).print
    killed = ", ".join(f"{victim} {count}" for victim, count in sorted(out.kills.items()))
    say(f"{out.kills.total()} kills in {out.seconds:.0f} s: {killed}")
    say(f"before the last kill: {len(out.reported)} stored, {len(out.reported_graded)} graded")
    say(
        f"at the end: {out.offered} files, {out.scans} scans, {out.volumes} volumes, "
        f"{out.gradings} gradings, {out.left_names} names cleared up"
    )
    for what in out.wrong:
        say(f"WRONG: {what}")
    return 1 if out.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
