"""An intake under fire: app, worker, engine and import are killed, started again, and counted."""

import csv
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from dermdash.imaging.looks import hash_file
from dermdash.settings import Settings
from dermdash.trial.contents import stored_files
from dermdash.trial.database import Store, open_store
from dermdash.trial.inbox import list_inbox
from dermdash.trial.intake import end_move
from dermdash.trial.looks import find_looks
from dermdash.trial.queue import queue_summary
from dermdash.trial.scans import get_scan, scan_table
from dermdash.trial.studies import ArmSpec, SiteSpec, VisitSpec, create_study
from tests.support.inbox import ADA, ask_for_inbox, look_at_inbox
from tests.support.processes import (
    ROOT,
    Server,
    end,
    engine_pids,
    environment,
    start_server,
    start_worker,
    wait_until,
)
from tests.support.studies import write_small

STUDY, DEJ_UM = "Kills", 15.0
SHAPE = (100, 400, 400)  # one crop; a grading of a few hundredths of a second
PATIENCE_S, LONGEST_LIFE_S = 300.0, 2.0
VISITS = ("D0", "D28")


@dataclass
class Outcome:
    """What was offered, what became of it, and what is wrong with that (nothing, if all is well).

    reported : scans that were seen as stored before a kill; of these none may be lost
    left_names : moved files whose name outside a kill left, and that were cleared up afterwards
    """

    kills: Counter[str] = field(default_factory=Counter)
    offered: int = 0
    reported: set[int] = field(default_factory=set)
    reported_graded: set[int] = field(default_factory=set)
    scans: int = 0
    volumes: int = 0
    gradings: int = 0
    left_names: int = 0
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0


class Intake:
    """One inbox, one manifest, and the processes that take them in."""

    def __init__(
        self, folder: Path, *, victims: Sequence[str], seed: int, processes: int = 2
    ) -> None:
        self.settings = Settings(folder / "home", processes=processes)
        self.outcome = Outcome()
        self._victims, self._random = tuple(victims), random.Random(seed)
        self._inbox, self._apart = self.settings.home / "inbox", folder / "apart"
        self._apart.mkdir(parents=True)
        self._log = folder / "server.log"
        self._contents: dict[str, Path] = {}
        self._server: Server | None = None
        self._worker: subprocess.Popen[bytes] | None = None
        self._import: subprocess.Popen[bytes] | None = None
        self._imported = True
        self._subjects = 0
        self._turn: list[str] = []

    def run(self, *, times: int, files: int) -> Outcome:
        """Take in so many files and kill so often, adding files as long as there is to kill."""
        begin = time.monotonic()
        with self._store() as store, self._processes():
            self._study(store)
            self._add(files)
            while not self._done(store) or self.outcome.kills.total() < times:
                if time.monotonic() - begin > PATIENCE_S + 20 * times:
                    raise TimeoutError(f"not within reason: {self.outcome}")
                self._keep_alive()
                self._act(store)
                if self.outcome.kills.total() < times:
                    self._kill(store, files)
                else:
                    time.sleep(0.1)
            self._count(store)
        self.outcome.seconds = time.monotonic() - begin
        return self.outcome

    def _study(self, store: Store) -> None:
        with store.write(by=ADA) as tx:
            self._study_id = create_study(
                tx,
                name=STUDY,
                kind="before_after",
                arms=(ArmSpec("placebo", is_control=True), ArmSpec("active")),
                visits=tuple(
                    VisitSpec(name, int(name[1:]), is_baseline=name == "D0") for name in VISITS
                ),
                sites=(SiteSpec("cheek"),),
            )

    def _add(self, files: int) -> None:
        """Lay half of the files in the inbox, and name the others in the manifest."""
        for number in range(files):
            self._subjects += number % 2 == 0
            name = f"S{self._subjects:03d}_{VISITS[number % 2]}_cheek.tif"
            folder = self._inbox if self._subjects % 2 else self._apart
            path = write_small(folder / name, seed=self.outcome.offered, shape=SHAPE)
            self._contents[hash_file(path)] = path
            self.outcome.offered += 1
        self._imported = False

    def _manifest(self) -> Path:
        manifest = self._apart / "manifest.csv"
        with manifest.open("w", newline="") as out:
            rows = csv.writer(out)
            rows.writerow(["path", "subject_id", "arm", "visit", "site", "dej_um"])
            for path in sorted(self._apart.glob("*.tif")):
                subject, visit, site = path.stem.split("_")
                rows.writerow([path.name, subject, "active", visit, site, DEJ_UM])
        return manifest

    def _keep_alive(self) -> None:
        if "app" in self._victims:
            if self._server is None or self._server.process.poll() is not None:
                self._server = start_server(self.settings, self._log)
        elif self._worker is None or self._worker.poll() is not None:
            if self._worker is not None:
                end(self._worker)
            self._worker = start_worker(self.settings)
        if self._import is not None and self._import.poll() is not None:
            assert self._import.stdout is not None
            said = self._import.stdout.read()
            ended_well = self._import.returncode == 0 and json.loads(said)["failed"] == []
            self._imported = ended_well
            if not ended_well and self._import.returncode >= 0:
                self.outcome.wrong.append(f"import: {said.decode()}")
            end(self._import)
            self._import = None
        if self._import is None and not self._imported:
            command = Path(sys.executable).with_name("dermdash")
            self._import = subprocess.Popen(
                [command, "import", self._manifest(), "--study", STUDY, "--json"],
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment(self.settings),
                cwd=ROOT,
            )

    def _act(self, store: Store) -> None:
        """What the person at the page does: look at the inbox, store what is ready."""
        look_at_inbox(store)
        way = "move" if self._random.random() < 0.5 else "register"
        ask_for_inbox(store, self._study_id, way=way, dej_um=DEJ_UM)

    def _note(self, store: Store) -> None:
        """What a page would show as stored, and as graded, now."""
        with store.read() as tx:
            table = scan_table(tx)
        ids = set(table["scan_id"])
        graded = set(table["scan_id"][table["state"] == "graded"])
        if not (self.outcome.reported <= ids and self.outcome.reported_graded <= graded):
            self.outcome.wrong.append("what was reported is gone")
        self.outcome.reported, self.outcome.reported_graded = ids, graded

    def _kill(self, store: Store, files: int) -> None:
        """Kill the next victim, each in its turn, at some moment of its work."""
        if not self._turn:
            self._turn = self._random.sample(self._victims, len(self._victims))
        victim = self._turn.pop()
        if self._done(store) or (victim == "import" and self._imported):
            self._add(files)
        wait_until(lambda: self._goes_on(store, victim), what=f"{victim} is alive")
        time.sleep(self._random.uniform(0.0, LONGEST_LIFE_S))
        self._note(store)
        if (pid := dict(self._alive()).get(victim)) is not None:
            os.kill(pid, signal.SIGKILL)
            self.outcome.kills[victim] += 1
            if victim == "app" and self._server is not None:
                self._server.process.wait()

    def _goes_on(self, store: Store, victim: str) -> bool:
        self._keep_alive()
        self._act(store)
        return victim in dict(self._alive())

    def _alive(self) -> Iterator[tuple[str, int]]:
        worker: int | None = None
        if self._server is not None:
            worker = self._server.worker_pid()
        elif self._worker is not None:
            worker = self._worker.pid
        engines = engine_pids(worker) if worker is not None else []
        found: dict[str, Callable[[], int | None]] = {
            "app": lambda: self._server.pid if self._server else None,
            "worker": lambda: worker,
            "engine": lambda: self._random.choice(engines) if engines else None,
            "import": lambda: (
                self._import.pid
                if self._import is not None and self._import.poll() is None
                else None
            ),
        }
        for victim in self._victims:
            if (pid := found[victim]()) is not None:
                yield victim, pid

    def _done(self, store: Store) -> bool:
        with store.read() as tx:
            table, queue = scan_table(tx), queue_summary(tx)
        stored = len(table) >= self.outcome.offered
        return self._imported and stored and not queue.queued + queue.running

    def _count(self, store: Store) -> None:
        """Hold what is stored against what was offered."""
        out = self.outcome
        files = list_inbox(self.settings).files
        with store.read() as tx:
            table, queue = scan_table(tx), queue_summary(tx)
            known = stored_files(tx, self._study_id, self._contents)
            for path, look in find_looks(tx, files).items():
                out.left_names += end_move(path, known[look.sha256 or ""].path)
            paths = {
                get_scan(tx, int(scan)).volume_sha256: get_scan(tx, int(scan)).path
                for scan in table["scan_id"]
            }
            (check,) = tx.session.connection().exec_driver_sql("pragma integrity_check").one()
        out.scans, out.volumes = len(table), int(table["volume_sha256"].nunique())
        out.gradings = int((table["state"] == "graded").sum())
        checks = {
            f"{out.scans} scans of {out.offered} files": out.scans == out.offered,
            f"{out.volumes} volumes of {out.offered} files": set(paths) == set(self._contents),
            f"{out.gradings} gradings of {out.offered} scans": out.gradings == out.offered,
            "what was reported as stored is gone": out.reported <= set(table["scan_id"]),
            f"{queue.failed} jobs failed": not queue.failed,
            f"the database says {check}": check == "ok",
            "a volume is not what its hash says": all(
                hash_file(path) == sha256 for sha256, path in paths.items()
            ),
            "a file of the inbox was lost": all(
                path.exists() or paths[sha256] == store.vault.path(sha256)
                for sha256, path in self._contents.items()
            ),
            "a moved file is in the inbox too": not any(
                path.exists() and path.parent == self._inbox and paths[sha256] != path
                for sha256, path in self._contents.items()
            ),
        }
        out.wrong += [what for what, holds in checks.items() if not holds]

    @contextmanager
    def _store(self) -> Iterator[Store]:
        with open_store(self.settings) as store:
            yield store

    @contextmanager
    def _processes(self) -> Iterator[None]:
        try:
            yield
        finally:
            running = [self._server.process] if self._server is not None else []
            for process in (*running, self._worker, self._import):
                if process is not None:
                    end(process)
