"""Runs of scenarios, shared out to processes; the same counts however many there are."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from zlib import crc32

import numpy as np

from benchmarks.simulations import arms, changes, coverage, depth, power, trials, visits
from benchmarks.simulations.scenario import Promise, Scenario

CHUNK = 100  # runs that a process takes at a time
ROOMS = (arms, visits, changes, depth, power, coverage, trials)
ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
Counts = dict[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Row:
    """A path in a scenario: how often it found something in how many runs.

    refused : runs whose data it could not use
    """

    scenario: Scenario
    path: str
    promise: Promise
    hits: int
    runs: int
    refused: int

    @property
    def kept(self) -> bool:
        return self.promise.kept(self.hits, self.runs)


@cache
def all_scenarios() -> Mapping[str, Scenario]:
    """By name, in the order of the table."""
    return {one.name: one for room in ROOMS for one in room.scenarios()}


def count(scenario: Scenario, *, seed: int, start: int, stop: int) -> Counts:
    """Path -> times found, times computed, over the runs from start to before stop."""
    counts = dict.fromkeys(scenario.promises, (0, 0))
    for run in range(start, stop):
        rng = np.random.default_rng([seed, crc32(scenario.name.encode()), run])
        for path, found in scenario.once(rng).items():
            if found is not None:
                hits, computed = counts[path]
                counts[path] = hits + bool(found), computed + 1
    return counts


def rows(scenario: Scenario, counts: Counts, runs: int) -> list[Row]:
    """A row a path of the scenario."""
    return [
        Row(scenario, path, promise, *counts[path], runs - counts[path][1])
        for path, promise in scenario.promises.items()
    ]


def simulate(
    scenarios: Sequence[Scenario],
    *,
    seed: int,
    runs: int | None = None,
    processes: int,
    on_progress: Callable[[float], None] = lambda share: None,
) -> list[Row]:
    """Run the scenarios in processes of one thread each.

    runs : of each scenario, at most; None: as many as each asks for
    """
    wanted = {one.name: min(one.runs, runs or one.runs) for one in scenarios}
    counts = {one.name: dict.fromkeys(one.promises, (0, 0)) for one in scenarios}
    for name in ONE_THREAD:
        os.environ[name] = "1"  # read by the processes when they start
    pool = ProcessPoolExecutor(processes, mp_context=get_context("spawn"))
    try:
        parts = {
            pool.submit(_count_named, name, seed, start, stop): name
            for name, start, stop in _parts(wanted)
        }
        for done, part in enumerate(as_completed(parts), start=1):
            own = counts[parts[part]]
            for path, (hits, computed) in part.result().items():
                own[path] = own[path][0] + hits, own[path][1] + computed
            on_progress(done / len(parts))
    finally:  # stopped early, it leaves what has not begun
        pool.shutdown(cancel_futures=True)
    return [row for one in scenarios for row in rows(one, counts[one.name], wanted[one.name])]


def _parts(wanted: dict[str, int]) -> Iterator[tuple[str, int, int]]:
    for name, runs in wanted.items():
        for start in range(0, runs, CHUNK):
            yield name, start, min(start + CHUNK, runs)


def _count_named(name: str, seed: int, start: int, stop: int) -> Counts:
    return count(all_scenarios()[name], seed=seed, start=start, stop=stop)
