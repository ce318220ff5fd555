"""Volumes held ready, so that any slice of them comes at once.

A file that the vault keeps uncompressed is mapped into memory; any other is decoded once, and at
most two of these are kept. (A file that lies elsewhere might be cut short while it is mapped, which
would end the whole process.)
"""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dermdash.errors import DermdashError, VolumeError
from dermdash.imaging.files import shown
from dermdash.imaging.readers import TiffStack
from dermdash.imaging.volume import ArrayStack, Reading, Volume

Key = tuple[str, Reading]  # a volume by its content and how it is read
Opener = Callable[[], Volume]

DECODED = 2  # volumes of some 184 MB
MAPPED = 8
IN_USE_S = 120.0  # what was asked for this recently gives way to nothing that is only expected


@dataclass(slots=True)
class _Held:
    volume: Volume
    mapped: bool
    used_at: float


@dataclass(slots=True)
class ResidentVolumes:
    """The volumes held ready; safe to share between threads.

    now : seconds of a clock that never goes back
    """

    now: Callable[[], float] = time.monotonic
    _held: dict[Key, _Held] = field(default_factory=dict)
    _coming: dict[Key, threading.Event] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, key: Key, opener: Opener) -> Volume:
        """The volume with its voxels at hand; opened where it is not held.

        Raises
        ------
        DermdashError
            Its file is missing or damaged.
        """
        while True:
            with self._lock:
                if (held := self._held.get(key)) is not None:
                    held.used_at = self.now()
                    return held.volume
                coming = self._coming.get(key)
                if coming is None:
                    self._coming[key] = threading.Event()
            if coming is None:
                return self._fetch(key, opener)
            coming.wait()

    def expect(self, key: Key, opener: Opener) -> threading.Thread | None:
        """Make a volume ready in the background; what is wrong with it is said by ``get``.

        None where it is there already, or would push out one that is being looked at.
        """
        with self._lock:
            if key in self._held or key in self._coming or self._crowded():
                return None
        thread = threading.Thread(target=self._expect, args=(key, opener), daemon=True)
        thread.start()
        return thread

    def release(self, key: Key) -> None:
        """Nobody looks at it any more: it is the first to give way."""
        with self._lock:
            if (held := self._held.get(key)) is not None:
                held.used_at = -np.inf

    def __len__(self) -> int:
        return len(self._held)

    def _crowded(self) -> bool:
        """Whether room for one more decoded volume would take one that is in use."""
        decoded = [held.used_at for held in self._held.values() if not held.mapped]
        return len(decoded) >= DECODED and self.now() - min(decoded) < IN_USE_S

    def _expect(self, key: Key, opener: Opener) -> None:
        with suppress(DermdashError):
            touch(self.get(key, opener))

    def _fetch(self, key: Key, opener: Opener) -> Volume:
        try:
            volume, mapped = _at_hand(opener(), sha256=key[0])
            with self._lock:
                self._held[key] = _Held(volume, mapped, self.now())
                self._make_room(mapped, key)
            return volume
        finally:
            with self._lock:
                self._coming.pop(key).set()

    def _make_room(self, mapped: bool, newest: Key) -> None:
        alike = [k for k, held in self._held.items() if held.mapped == mapped and k != newest]
        alike.sort(key=lambda k: self._held[k].used_at)
        for key in alike[: max(0, len(alike) + 1 - (MAPPED if mapped else DECODED))]:
            del self._held[key]


def touch(volume: Volume) -> None:
    """Bring every page of a mapped file into memory, so that no slice waits for the disk."""
    if isinstance(volume.stack, ArrayStack):
        flat = volume.stack.array.reshape(-1).view(np.uint8)
        for start in range(0, flat.size, 2**26):  # in pieces, so that other threads get their turn
            flat[start : start + 2**26 : 4096].max(initial=0)


def _at_hand(volume: Volume, *, sha256: str) -> tuple[Volume, bool]:
    """The volume with its voxels, and whether they are mapped."""
    stack, path = volume.stack, volume.path
    if isinstance(stack, TiffStack) and path is not None and path.name == sha256:
        array = _mapped(stack)
        if array is not None:
            return replace(volume, stack=ArrayStack(array)), True
    return replace(volume, stack=ArrayStack(stack.read(slice(None), slice(None)))), False


def _mapped(stack: TiffStack) -> NDArray[Any] | None:
    """The file's voxels without reading them, where its pages lie one behind the other."""
    if stack.offsets is None:
        return None
    page = stack.shape[1] * stack.shape[2] * stack.dtype.itemsize
    first = stack.offsets[0]
    if any(offset != first + n * page for n, offset in enumerate(stack.offsets)):
        return None
    try:
        return np.memmap(stack.path, stack.dtype, "r", first, stack.shape)
    except (OSError, ValueError) as error:
        raise VolumeError(f"{shown(stack.path)} cannot be read; copy it again") from error
