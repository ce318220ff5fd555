"""What lies before a reader: one scan without its name, a depth, some pins. Held by the server."""

import itertools
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import streamlit as st

from dermdash.errors import DejError
from dermdash.imaging.control_points import (
    Point,
    deepest_um,
    dej_through,
    depth_at,
    pin,
)
from dermdash.imaging.dej import Dej
from dermdash.imaging.volume import Volume
from dermdash.trial.marking_queue import Ask
from dermdash.trial.markings import LastLook
from dermdash.trial.scans import Scan

_TURNS = itertools.count()
FIRST_UM = 60  # where a look begins, whatever the scan: not where anybody put it before


@dataclass(slots=True)
class Desk:
    """One look under way.

    reader : whose look it is
    y, x : where the two sections lie, as indices
    depth_um : of the slider, at the crossing of both sections
    live : whether the slider was moved since the sections were; then the surface goes through it
    pins : depths that the reader fixed elsewhere
    n, of : which look of the queue it is; counted once, not at each key
    last : the reader's last look where it is taken up again
    laid_as : tells its sliders from those of the scan before
    turn : counts how often the server moved the slider, which then is another one: an answer that
        is still on its way from the browser would put the old one back
    """

    reader: str
    ask: Ask
    scan: Scan
    volume: Volume
    y: int
    x: int
    depth_um: float
    live: bool = False
    pins: tuple[Point, ...] = ()
    n: int = 0
    of: int = 0
    last: LastLook | None = None
    began: float = field(default_factory=time.monotonic)
    laid_as: int = field(default_factory=_TURNS.__next__)
    turn: int = field(default_factory=_TURNS.__next__)

    @classmethod
    def laid(
        cls, reader: str, ask: Ask, scan: Scan, volume: Volume, last: LastLook | None = None
    ) -> "Desk":
        """A scan laid before the reader, at the middle of the field; a last look as it was left.

        Raises
        ------
        DejError
            The volume has too few layers for any DEJ.
        """
        if deepest_um(volume) < 1:
            raise DejError(f"the volume has {volume.shape[0]} layers; too few for a DEJ")
        _, n_y, n_x = scan.shape
        start = float(min(FIRST_UM, int(deepest_um(volume))))
        desk = cls(reader, ask, scan, volume, n_y // 2, n_x // 2, start, last=last)
        points = () if last is None else last.points
        if len(points) == 1:
            desk.depth_um = points[0].depth_um
        elif points:
            desk.pins = tuple(points)
            desk.follow()
        return desk

    def is_for(self, study_id: int, reader: str) -> bool:
        return self.scan.study_id == study_id and self.reader == reader

    @property
    def place(self) -> str:
        if self.last is not None:
            return "**Your last scan again**: both versions are kept, the new one counts."
        return f"**{self.n} of {self.of}**"

    @property
    def deepest(self) -> int:
        """The deepest whole µm that can be marked."""
        return int(deepest_um(self.volume))

    @property
    def here(self) -> Point:
        """The crossing of both sections at the slider's depth."""
        _, step_y, step_x = self.volume.spacing_um
        return Point(self.y * step_y, self.x * step_x, float(self.depth_um))

    @property
    def points(self) -> Sequence[Point]:
        """All that the surface goes through as it is drawn now."""
        return pin(self.pins, self.here) if self.live or not self.pins else self.pins

    @property
    def dej(self) -> Dej:
        return dej_through(self.points, self.volume)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began

    def lower(self, depth_um: float) -> None:
        """Lay the line at a depth, as the slider has it."""
        self.depth_um = float(min(max(depth_um, 1), self.deepest))
        self.live = True

    def step(self, by_um: int) -> None:
        """Move the line, and the slider with it."""
        self.lower(round(self.depth_um) + by_um)
        self.turn = next(_TURNS)

    def move(self, y: int, x: int) -> None:
        """Lay the sections elsewhere; the surface stays as the pins have it."""
        self.y, self.x = y, x
        if self.pins:
            self.live = False
            self.follow()

    def follow(self) -> None:
        """Put the slider where the surface is at the crossing."""
        depth = depth_at(dej_through(self.pins, self.volume), self.y, self.x)
        self.depth_um = float(min(max(round(depth), 1), self.deepest))
        self.turn = next(_TURNS)

    def point_at(self, picture: int, across: float, down: float) -> None:
        """Follow a click: en face it moves the crossing, in a section the line as well.

        picture : 0 en face, 1 the B-scan along y, 2 the one along x
        across, down : where in it, as shares of its width and height
        """
        n_z, n_y, n_x = self.volume.shape
        y, x = self.y, self.x
        if picture != 1:
            x = min(int(across * n_x), n_x - 1)
        if picture != 2:
            y = min(int((down if picture == 0 else across) * n_y), n_y - 1)
        self.move(y, x)
        if picture != 0:
            self.lower(round(down * n_z * self.volume.spacing_um[0]))
        self.laid_as, self.turn = next(_TURNS), next(_TURNS)

    def pin_here(self) -> None:
        self.pins = pin(self.pins, self.here)
        self.live = False

    def unpin(self, number: int) -> None:
        self.pins = self.pins[:number] + self.pins[number + 1 :]
        self.live = False
        if self.pins:
            self.follow()


def desk() -> Desk | None:
    found = st.session_state.get("marking_desk")
    return found if isinstance(found, Desk) else None


def lay(new: Desk | None) -> None:
    """Put another scan before the reader, or none until the queue is asked again."""
    st.session_state["marking_desk"] = new
