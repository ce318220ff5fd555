"""One full volume end to end, against the paper-style way and against the floor.

Each way runs in a process of its own, so that neither library's threads disturb the other's;
imports and models are loaded before the clock starts.
"""

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.measure import Measure, alternate, seconds
from dermdash.grading.model import find_model
from dermdash.settings import load_settings, usable_cores

SHAPE = (300, 500, 1224)
DEJ_UM = 80.0
REPEATS = 5
BATCH = 10


def grading() -> Iterator[Measure]:
    """Ratios of one volume's grading, all cores of this machine for each way."""
    with TemporaryDirectory() as folder:
        path = write_noise(Path(folder) / "full.tif", SHAPE)
        ways = (paper_style, ours, ours_one_thread, floor, floor_one_thread)
        with ExitStack() as stack:
            times = alternate(
                {way.__name__: _in_own_process(stack, way, path) for way in ways}, repeats=REPEATS
            )
    yield Measure("grading one volume", times["ours"], "s")
    yield Measure("paper-style way", times["paper_style"], "s")
    yield Measure("paper-style / ours", times["paper_style"] / times["ours"], "times", at_least=8)
    yield Measure(
        "paper-style / ours on one thread", times["paper_style"] / times["ours_one_thread"], "times"
    )
    yield Measure("ours / floor (read + inference)", times["ours"] / times["floor"], at_most=1.3)
    yield Measure(
        "ours / floor, one thread each",
        times["ours_one_thread"] / times["floor_one_thread"],
        at_most=1.3,
    )


def write_noise(path: Path, shape: tuple[int, int, int], *, seed: int = 0) -> Path:
    """A volume of noise: time does not depend on what is in it."""
    from dermdash.imaging.readers import write_tiff

    voxels = np.random.default_rng(seed).integers(0, 256, shape, np.uint8)
    write_tiff(path, voxels, spacing_um=(1.0, 1.0, 1.0))
    return path


def paper_style(path: Path) -> float:
    """Read all, resize three crops of each of 70 layers, ``model.predict``: as published."""
    import cv2
    import tifffile

    network = _keras_network()

    def grade() -> None:
        voxels = tifffile.imread(path, key=slice(None))
        first = int(DEJ_UM)
        patches = np.empty((210, 224, 224, 3), np.float32)
        for layer in range(70):
            z = first + layer
            for crop in range(3):
                x = crop * 412
                rgb = np.moveaxis(voxels[z - 1 : z + 2, 50:450, x : x + 400], 0, -1)
                patches[3 * layer + crop] = cv2.resize(rgb.astype(np.float32), (224, 224))
        network.predict(patches, batch_size=32, verbose=0)

    return seconds(grade)


def ours(path: Path) -> float:
    return _ours(path, usable_cores())


def ours_one_thread(path: Path) -> float:
    return _ours(path, 1)


def floor(path: Path) -> float:
    return _floor(path, usable_cores())


def floor_one_thread(path: Path) -> float:
    return _floor(path, 1)


def _ours(path: Path, threads: int) -> float:
    from dermdash.imaging.dej import Dej
    from dermdash.imaging.volume import read_volume
    from dermdash.pipeline import grade_volume

    grader = _grader(threads)
    return seconds(lambda: grade_volume(read_volume(path), Dej.plane(DEJ_UM), grader))


def _floor(path: Path, threads: int) -> float:
    """What cannot be saved: reading 72 layers, and the network on patches that are there."""
    from dermdash.imaging.volume import read_volume

    grader, patches = _grader(threads), _patches()
    batches = [patches[start : start + BATCH] for start in range(0, len(patches), BATCH)]

    def bare() -> None:
        first = int(DEJ_UM) - 1
        read_volume(path).layers(first, first + 72)
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(grader, batches))

    return seconds(bare)


@lru_cache(maxsize=2)
def _grader(threads: int) -> Any:
    from dermdash.grading.grader import load_grader

    return load_grader(find_model(None, load_settings().model_folders).folder, threads)


@lru_cache(maxsize=1)
def _patches() -> NDArray[np.float32]:
    return np.random.default_rng(0).uniform(0, 255, (210, 224, 224, 3)).astype(np.float32)


@lru_cache(maxsize=1)
def _keras_network() -> Any:
    import keras

    folder = find_model(None, load_settings().model_folders).folder
    return keras.models.load_model(folder / "network.keras", compile=False)


def _in_own_process(stack: ExitStack, way: Any, path: Path) -> Any:
    pool = stack.enter_context(
        ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))
    )

    def run() -> float:
        future: Future[float] = pool.submit(way, path)
        return future.result()

    return run
