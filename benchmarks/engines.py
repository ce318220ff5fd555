"""Two processes against one, and a hundred small volumes through each engine."""

from collections.abc import Iterator, Sequence
from concurrent.futures import wait
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.grading import SHAPE, write_noise
from benchmarks.measure import Measure, alternate, seconds
from dermdash.engine import DaskEngine, Engine, LocalEngine
from dermdash.grading.model import find_model
from dermdash.imaging.dej import Dej
from dermdash.imaging.slab import Sampling
from dermdash.imaging.volume import Reading
from dermdash.pipeline import grade_file
from dermdash.settings import load_settings
from tests.support.cluster import dask_cluster, wait_for_workers

SMALL = (84, 400, 400)
FULL_VOLUMES, SMALL_VOLUMES, FILES, REPEATS = 8, 100, 4, 3


def engines() -> Iterator[Measure]:
    """Throughput of gradings as the worker hands them out, one thread a process."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        full = [write_noise(folder / f"f{n}.tif", SHAPE, seed=n) for n in range(2)]
        small = [write_noise(folder / f"s{n}.tif", SMALL, seed=n) for n in range(FILES)]
        with ExitStack() as stack:
            one, two = LocalEngine(1), LocalEngine(2)
            stack.callback(one.close)
            stack.callback(two.close)
            _warm_up(small, one, two)
            times = alternate(
                {
                    "one": lambda: seconds(lambda: _grade(one, full, FULL_VOLUMES, 60.0)),
                    "two": lambda: seconds(lambda: _grade(two, full, FULL_VOLUMES, 60.0)),
                },
                repeats=REPEATS,
            )
            yield Measure("two processes / one", times["one"] / times["two"], "times", at_least=1.8)
            address = stack.enter_context(dask_cluster(folder, workers=2))
            wait_for_workers(address, 2)
            cluster = DaskEngine(address)
            stack.callback(cluster.close)
            _warm_up(small, cluster)
            times = alternate(
                {
                    "here": lambda: seconds(lambda: _grade(two, small, SMALL_VOLUMES, 12.0)),
                    "dask": lambda: seconds(lambda: _grade(cluster, small, SMALL_VOLUMES, 12.0)),
                },
                repeats=REPEATS,
            )
    yield Measure("100 small volumes, 2 processes here", times["here"], "s")
    yield Measure("100 small volumes, 2 Dask workers", times["dask"], "s")
    yield Measure("Dask / here", times["dask"] / times["here"], "times")


def _grade(engine: Engine, paths: Sequence[Path], number: int, dej_um: float) -> None:
    model = find_model(None, load_settings().model_folders).folder
    futures = [
        engine.submit(
            grade_file,
            paths[turn % len(paths)],
            Reading(),
            Dej.plane(dej_um),
            Sampling(margin_um=10),
            model,
        )
        for turn in range(number)
    ]
    wait(futures)
    for future in futures:
        future.result()


def _warm_up(paths: Sequence[Path], *engines: Engine) -> None:
    """Let each process import and load its model."""
    for engine in engines:
        _grade(engine, paths, 4 * engine.capacity, 12.0)
