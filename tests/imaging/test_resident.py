"""Volumes held ready: the right one, quickly, and never too many."""

import hashlib
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile

from dermdash.errors import VolumeError
from dermdash.imaging.readers import write_tiff
from dermdash.imaging.resident import DECODED, ArrayStack, Key, ResidentVolumes
from dermdash.imaging.volume import Reading, Volume, read_volume


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def stored(folder: Path, seed: int, *, packed: bool) -> tuple[Key, Callable[[], Volume]]:
    """A volume under its content's name, as the vault keeps it."""
    path = folder / f"{seed}.tif"
    voxels = np.random.default_rng(seed).integers(0, 256, (30, 20, 40), np.uint8)
    if packed:
        tifffile.imwrite(path, voxels, compression="zlib", metadata={"axes": "ZYX"})
    else:
        write_tiff(path, voxels, spacing_um=(1.0, 1.0, 1.0))
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    path = path.rename(folder / sha256)
    reading = read_volume(path).reading
    return (sha256, reading), lambda: read_volume(path, reading)


def array_of(volume: Volume) -> np.ndarray:
    assert isinstance(volume.stack, ArrayStack)
    return volume.stack.array


@pytest.mark.parametrize("packed", [False, True])
def test_slices_are_those_of_the_file(tmp_path: Path, packed: bool) -> None:
    """Speed would be bought with another scan's picture."""
    key, opener = stored(tmp_path, 1, packed=packed)
    held, read = ResidentVolumes().get(key, opener), opener()
    assert isinstance(array_of(held), np.memmap) is not packed
    assert np.array_equal(held.en_face(7), read.en_face(7))
    assert np.array_equal(held.b_scan(3), read.b_scan(3))
    assert np.array_equal(held.cross_b_scan(9), read.layers(0, 30)[:, :, 9])


def test_other_orders_of_axes_and_windows_are_kept(tmp_path: Path) -> None:
    """A volume of B-scans, or of 16 bits, would be shown transposed or black."""
    path = tmp_path / "a.tif"
    voxels = np.random.default_rng(2).integers(0, 4096, (25, 30, 20), np.uint16)
    write = Reading(axes="yzx")
    tifffile.imwrite(path, voxels, photometric="minisblack")
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    path = path.rename(tmp_path / sha256)
    read = read_volume(path, write)
    held = ResidentVolumes().get((sha256, read.reading), lambda: read_volume(path, read.reading))
    assert held.shape == (30, 25, 20)
    assert np.array_equal(held.en_face(4), read.en_face(4))
    assert np.array_equal(held.cross_b_scan(5), read.layers(0, 30)[:, :, 5])


def test_a_file_outside_the_vault_is_not_mapped(tmp_path: Path) -> None:
    """Cut short while it is mapped, it would end the whole server."""
    path = tmp_path / "S01.tif"
    write_tiff(path, np.zeros((30, 20, 40), np.uint8) + 3, spacing_um=(1.0, 1.0, 1.0))
    held = ResidentVolumes().get(("a" * 64, Reading()), lambda: read_volume(path))
    assert not isinstance(array_of(held), np.memmap)


def test_at_most_two_decoded_volumes_are_held(tmp_path: Path) -> None:
    """A day of marking would fill the memory."""
    volumes, clock = ResidentVolumes(), Clock()
    volumes.now = clock
    files = [stored(tmp_path, seed, packed=True) for seed in range(4)]
    for key, opener in files:
        clock.now += 1
        volumes.get(key, opener)
        assert len(volumes) <= DECODED
    again = volumes.get(*files[-1])
    assert volumes.get(*files[-1]) is again


def test_the_next_volume_is_ready_before_it_is_asked_for(tmp_path: Path) -> None:
    """Each scan would begin with a wait."""
    volumes = ResidentVolumes()
    key, opener = stored(tmp_path, 1, packed=True)
    thread = volumes.expect(key, opener)
    assert thread is not None
    thread.join()

    def never() -> Volume:
        raise AssertionError("it was opened again")

    assert volumes.get(key, never).shape == (30, 20, 40)
    assert volumes.expect(key, never) is None


def test_what_is_expected_pushes_out_nothing_in_use(tmp_path: Path) -> None:
    """Two readers would decode each other's scans away, key after key."""
    volumes, clock = ResidentVolumes(), Clock()
    volumes.now = clock
    first, second, third = (stored(tmp_path, seed, packed=True) for seed in range(3))
    volumes.get(*first)
    volumes.get(*second)
    assert volumes.expect(*third) is None
    volumes.release(first[0])
    thread = volumes.expect(*third)
    assert thread is not None
    thread.join()
    kept = volumes.get(second[0], lambda: pytest.fail("the one in use was pushed out"))
    assert kept.shape == (30, 20, 40)


def test_a_volume_asked_for_by_two_is_decoded_once(tmp_path: Path) -> None:
    """A reader who comes while it is being made ready would wait twice as long."""
    key, opener = stored(tmp_path, 1, packed=True)
    opened, go = [], threading.Event()

    def slowly() -> Volume:
        opened.append(1)
        go.wait(10)
        return opener()

    volumes = ResidentVolumes()
    threads = [threading.Thread(target=volumes.get, args=(key, slowly)) for _ in range(3)]
    for thread in threads:
        thread.start()
    go.set()
    for thread in threads:
        thread.join()
    assert opened == [1]


def test_a_damaged_file_is_said_when_it_is_asked_for(tmp_path: Path) -> None:
    """A file that failed in the background would hang the page, or pass for another."""

    def broken() -> Volume:
        raise VolumeError("the file is damaged; copy it again")

    volumes = ResidentVolumes()
    thread = volumes.expect(("b" * 64, Reading()), broken)
    assert thread is not None
    thread.join()
    with pytest.raises(VolumeError, match="damaged"):
        volumes.get(("b" * 64, Reading()), broken)
