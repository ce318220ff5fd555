"""Full volumes through the intake, against a bare copy with hashing; and a table of 200 files."""

import hashlib
import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.grading import SHAPE, write_noise
from benchmarks.measure import Measure, alternate, seconds
from dermdash.settings import Settings, usable_cores
from dermdash.trial.contents import latest_batch
from dermdash.trial.database import Store, open_store
from dermdash.trial.intake import STORE, Way
from dermdash.trial.kinds import KINDS
from dermdash.trial.looks import LOOK
from dermdash.trial.studies import create_study
from dermdash.worker import work
from tests.support.inbox import ADA, ask_for_inbox, judge_inbox, look_at_inbox
from tests.support.jobs import do_jobs
from tests.support.processes import wait_until
from tests.support.studies import write_small

FILES, REPEATS, ROWS = 8, 3, 200
CHUNK = 4 << 20


def intake() -> Iterator[Measure]:
    """Files a second from the inbox to stored scans; the copy uses as many threads as cores."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        settings = Settings(folder / "home", processes=usable_cores())
        with open_store(settings) as store, _worker(store):
            lie = _Lying(store, folder / "home" / "inbox" / "0")
            times = alternate(
                {
                    "copy": lambda: _copy_all(lie.paths, folder / "copies"),
                    "register": lambda: lie.take_in("register"),
                    "move": lambda: lie.take_in("move"),
                },
                repeats=REPEATS,
            )
    yield Measure("bare copy with hashing", FILES / times["copy"], "files/s")
    for way, words in (("register", "left where they lie"), ("move", "moved")):
        yield Measure(f"intake, {words}", FILES / times[way], "files/s")
        yield Measure(
            f"intake, {words} / bare copy", times["copy"] / times[way], "times", at_least=0.8
        )
    yield Measure(f"a table of {ROWS} files, judged", _judged(), "s", at_most=1.0)


class _Lying:
    """Files in an inbox that can be taken in again and again, each time by a new study."""

    def __init__(self, store: Store, folder: Path) -> None:
        self._store, self._folder, self._turns = store, folder, count(1)
        folder.mkdir(parents=True)
        for number in range(FILES):
            write_noise(folder / f"S{number:02d}_D0_cheek.tif", SHAPE, seed=number)
        self._names = {
            hashlib.sha256(path.read_bytes()).hexdigest(): path.name for path in self.paths
        }

    @property
    def paths(self) -> list[Path]:
        return sorted(self._folder.iterdir())

    def take_in(self, way: Way) -> float:
        """Under a new name, as if they had just come; put back afterwards where they were moved."""
        turn = next(self._turns)
        self._folder = self._folder.rename(self._folder.with_name(str(turn)))
        with self._store.write(by=ADA) as tx:
            study_id = create_study(tx, name=f"Turn {turn}", kind="cohorts")
        taken = seconds(lambda: self._take_in(study_id, way))
        for sha256, name in self._names.items():
            kept = self._store.vault.path(sha256)
            if kept.exists():
                kept.replace(self._folder / name)
        return taken

    def _take_in(self, study_id: int, way: Way) -> None:
        wait_until(lambda: not look_at_inbox(self._store), what="looks")
        assert ask_for_inbox(self._store, study_id, way=way) == FILES
        wait_until(lambda: self._stored(study_id) == FILES, what="scans")

    def _stored(self, study_id: int) -> int:
        with self._store.read() as tx:
            batch = latest_batch(tx, study_id)
        return 0 if batch is None else batch.stored


def _copy_all(paths: Sequence[Path], folder: Path) -> float:
    folder.mkdir(exist_ok=True)
    with ThreadPoolExecutor(usable_cores()) as pool:
        taken = seconds(lambda: list(pool.map(lambda path: _copy(path, folder), paths)))
    for path in folder.iterdir():
        path.unlink()
    return taken


def _copy(path: Path, folder: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as source, (folder / path.name).open("xb") as target:
        while chunk := source.read(CHUNK):
            digest.update(chunk)
            target.write(chunk)
        target.flush()
        os.fsync(target.fileno())
    return digest.hexdigest()


def _judged() -> float:
    with TemporaryDirectory() as name, open_store(Settings(Path(name) / "home")) as store:
        inbox = store.settings.home / "inbox"
        for row in range(ROWS):
            place = f"S{row // 6:02d}_D{28 * (row % 3)}_{('left', 'right')[row % 2]}"
            write_small(inbox / f"{place}.tif", seed=row, shape=(90, 400, 400))
        look_at_inbox(store)
        do_jobs(store, "look")
        with store.write(by=ADA) as tx:
            study_id = create_study(tx, name="Table", kind="before_after")
        judge_inbox(store, study_id)
        return median(seconds(lambda: judge_inbox(store, study_id)) for _ in range(3))


@contextmanager
def _worker(store: Store) -> Iterator[None]:
    """The worker, already at work when the clock starts; what comes after storing is left out."""
    stop = threading.Event()
    kinds = {kind: KINDS[kind] for kind in (LOOK, STORE)}
    thread = threading.Thread(target=work, args=(store,), kwargs={"stop": stop, "kinds": kinds})
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
