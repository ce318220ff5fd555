"""Matrix, scan table and Home in a store of 100 scans and of 10,000: times, and their ratio."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from streamlit.testing.v1 import AppTest

from benchmarks.measure import Measure, alternate, seconds
from dermdash.settings import Settings
from dermdash.trial.completeness import completeness, count_by_arm, matrix
from dermdash.trial.database import Store, open_store
from dermdash.trial.qualities import with_quality
from dermdash.trial.scans import scan_table
from dermdash.trial.studies import get_study, list_studies
from dermdash.trial.transaction import Transaction
from tests.support.large_store import SCANS, fill

ROOT = Path(__file__).resolve().parents[1]
SIZES = (100, 10_000)
REPEATS = 9
PAGES = {"Home": "start/home.py", "Studies": "data/studies.py", "Scan": "data/scan.py"}


def store() -> Iterator[Measure]:
    """The same study of 100 scans, alone and among a hundred studies; then the pages."""
    with TemporaryDirectory() as name, ExitStack() as opened:
        stores = {}
        for n_scans in SIZES:
            settings = Settings(Path(name) / str(n_scans))
            stores[n_scans] = opened.enter_context(open_store(settings))
            fill(stores[n_scans], n_scans=n_scans)
        for what, ask in QUESTIONS.items():
            took = alternate(
                {str(size): partial(_asked, one, ask) for size, one in stores.items()},
                repeats=REPEATS,
            )
            small, large = took.values()
            yield Measure(f"{what}, {SIZES[1]:,} scans", large * 1000, "ms", at_most=1000)
            goal = None if what == EVERY_STUDY else 1.5
            yield Measure(f"{what}, against {SIZES[0]} scans", large / small, "times", goal)
        for title, page in PAGES.items():
            yield Measure(f"page {title}, {SIZES[1]:,} scans", _shown(settings, page), "s", 1.0)


def _matrix(tx: Transaction) -> None:
    study = get_study(tx, 1)
    found = completeness(tx, study)
    matrix(found, study)
    count_by_arm(found, study)


EVERY_STUDY = "list of all studies"  # its answer grows with the store
QUESTIONS: dict[str, Callable[[Transaction], object]] = {
    f"matrix of {SCANS}": _matrix,
    f"table of {SCANS}": lambda tx: with_quality(tx, scan_table(tx, 1), 1),
    "counts of one study": lambda tx: list_studies(tx, 1),
    EVERY_STUDY: list_studies,
}


def _asked(store: Store, ask: Callable[[Transaction], object]) -> float:
    """Seconds of one question in a transaction of its own."""

    def once() -> None:
        with store.read() as tx:
            ask(tx)

    return seconds(once)


def _shown(settings: Settings, page: str) -> float:
    """Median seconds of a run of the page's whole script, without a browser."""
    os.environ["DERMDASH_HOME"] = str(settings.home)
    app = AppTest.from_file(str(ROOT / "dermdash/ui/shell.py"), default_timeout=60)
    app.session_state["name"] = "Ada"
    app.switch_page(str(ROOT / "pages" / page))
    app.run()
    if app.exception:
        raise SystemExit(f"{page} ends in {app.exception[0].message}")
    return median(seconds(app.run) for _ in range(REPEATS))
