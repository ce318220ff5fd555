"""What lies before a reader: each key, pin and click does what it says, once."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from dermdash.errors import DejError
from dermdash.imaging.control_points import Point
from dermdash.imaging.volume import Reading, Volume
from dermdash.trial.marking_queue import Ask
from dermdash.trial.markings import LastLook
from dermdash.trial.scans import Scan
from dermdash.ui.mark_clicks import parse
from dermdash.ui.mark_desk import Desk

SPACING = (1.0, 2.0, 1.0)


def laid(shape: tuple[int, int, int] = (120, 50, 200), last: LastLook | None = None) -> Desk:
    volume = Volume.from_array(np.zeros(shape, np.uint8), SPACING)
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    scan = Scan(
        *(1, 1, "Serum", False, "S01", "D0", 0, "cheek", 1, Path("a"), "0" * 64, "a.tif"),
        *(Reading(axes="zyx", spacing_um=SPACING), "tags", shape, None, None, None, None),
        *("no DEJ", None, None, None, None, moment, "Ada"),
    )
    return Desk.laid("Ada", Ask(1, 1), scan, volume, last)


def test_steps_move_the_line_and_stay_in_the_volume() -> None:
    """The line would leave the volume, and the accepted depth be refused."""
    desk = laid()
    assert (desk.depth_um, desk.dej.depth_um) == (60, 60)
    desk.step(-10)
    assert desk.dej.depth_um == 50
    for _ in range(9):
        desk.step(10)
    assert desk.dej.depth_um == desk.deepest == 99
    for _ in range(20):
        desk.step(-10)
    assert desk.dej.depth_um == 1


def test_each_move_by_the_server_makes_another_slider() -> None:
    """The browser's old answer would put the line back, and a key press be lost."""
    desk = laid()
    turns = [desk.turn]
    for move in (lambda: desk.step(1), lambda: desk.step(1), lambda: desk.point_at(2, 0.5, 0.5)):
        move()
        turns.append(desk.turn)
    assert len(set(turns)) == 4
    before = desk.turn
    desk.lower(33)  # by the slider itself, which keeps what it shows, and the keyboard's focus
    assert desk.turn == before


def test_a_pin_stays_when_the_crossing_moves_on() -> None:
    """The second place would pull the first one along."""
    desk = laid()
    desk.lower(40)
    desk.pin_here()
    desk.move(25, 199)
    assert desk.depth_um == 40  # the plane of the only pin
    desk.lower(50)
    assert desk.points == (Point(50, 100, 40), Point(50, 199, 50))
    desk.move(25, 0)  # not pinned: the line is that of the pins again
    assert desk.dej.depth_um == 40
    desk.lower(30)
    desk.pin_here()
    desk.move(25, 50)
    assert desk.depth_um == 35
    desk.unpin(0)
    assert desk.dej.depth_um == 30


def test_the_last_pin_taken_out_leaves_a_plane_at_the_slider() -> None:
    """Without pins nothing could be accepted."""
    desk = laid()
    desk.lower(44)
    desk.pin_here()
    desk.unpin(0)
    assert (desk.pins, desk.dej.depth_um) == ((), 44)


def test_a_click_in_a_section_lays_the_line_there() -> None:
    """The reader would click on the junction, and the line go elsewhere."""
    desk = laid()
    desk.point_at(0, 0.25, 0.5)
    assert (desk.y, desk.x, desk.depth_um) == (25, 50, 60)
    desk.point_at(2, 0.75, 0.25)
    assert (desk.y, desk.x, desk.depth_um) == (25, 150, 30)
    desk.point_at(1, 0.1, 0.5)
    assert (desk.y, desk.x, desk.depth_um) == (5, 150, 60)
    desk.point_at(1, 1.0, 1.0)
    assert (desk.y, desk.x, desk.depth_um) == (49, 150, 99)


@pytest.mark.parametrize(
    "sent", [None, "x", [], [0], [5, 0.1, 0.1], [0, -1, 0.5], [0.5, 0.1, 0.1], [0, "a", 0.2], {}]
)
def test_what_is_no_click_is_ignored(sent: object) -> None:
    """A browser that sends nonsense would end the page."""
    assert parse(sent) is None


def test_a_last_look_is_laid_as_it_was_left() -> None:
    """A correction would begin from nothing."""
    points = (Point(0, 0, 40.0), Point(0, 199, 50.0))
    desk = laid(last=LastLook(Ask(1, 1), points, bears_dej=True))
    assert desk.points == points
    assert laid(last=LastLook(Ask(1, 1), points[:1], bears_dej=True)).depth_um == 40
    unclear = laid(last=LastLook(Ask(1, 1), (), bears_dej=False))
    assert (unclear.depth_um, "last scan again" in unclear.place) == (60, True)


def test_a_volume_of_a_few_layers_is_refused() -> None:
    """The page would break at the first slice."""
    with pytest.raises(DejError, match="20 layers; too few"):
        laid((20, 50, 200))
    assert laid((22, 50, 200)).dej.depth_um == 1
