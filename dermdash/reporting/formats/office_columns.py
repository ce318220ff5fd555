"""How wide the columns of a table are on paper and slides, and how many lines its rows take."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from dermdash.reporting.blocks import Table
from dermdash.reporting.formats.office import readable
from dermdash.reporting.formats.office_letters import BOLD, LETTER, letters_of, lines_of, pieces_of

LONGEST_WISH = 48  # letters: a column of sentences wraps sooner than it pushes others out
LONGEST_WORD = 18  # letters that a column keeps on one line if it can
SPARE = 1.0  # letters: what a program's own font may need more


@dataclass(frozen=True, slots=True)
class Layout:
    """A table fitted into a width.

    head : names of columns; body : cells, as printed; both readable by XML
    size : of its letters, in points
    widths : of its columns, in points, with padding; they add up to the room given
    pad : on either side of a cell's words, in points
    """

    head: tuple[str, ...]
    body: tuple[tuple[str, ...], ...]
    numeric: tuple[bool, ...]
    size: float
    widths: tuple[float, ...]
    pad: float

    def lines(self, cells: Sequence[str], *, bold: bool = False) -> int:
        """The lines that a row takes, estimated to the safe side."""
        rooms = self._letters(BOLD if bold else 1.0)
        return max(
            (lines_of(cell, room) for cell, room in zip(cells, rooms, strict=True)), default=1
        )

    def parted(self, cells: Sequence[str], lines: int) -> list[tuple[str, ...]]:
        """A row as rows of at most so many lines: the words that are left go on in the next."""
        parts = [
            pieces_of(cell, room, lines)
            for cell, room in zip(cells, self._letters(1.0), strict=True)
        ]
        return list(zip_longest(*parts, fillvalue=""))

    def _letters(self, wide: float) -> list[float]:
        """Letters that a line of each column holds."""
        return [(width - 2 * self.pad) / (LETTER * self.size * wide) for width in self.widths]


def lay_out(table: Table, room: float, *, sizes: Sequence[float], pad: float = 4) -> Layout:
    """Fit a table into ``room`` points by the largest of ``sizes`` at which no word must break.

    sizes : of letters, in points, the preferred first; the last is taken when none fits
    """
    head = tuple(readable(column.name) for column in table.columns)
    body = tuple(tuple(readable(cell) for cell in row) for row in table.texts())
    numeric = tuple(column.numeric for column in table.columns)
    columns = list(zip(head, *body, strict=True))
    needs = [_need(cells, number=number) for cells, number in zip(columns, numeric, strict=True)]
    wishes = [
        max(need, min(LONGEST_WISH, _longest(cells) + SPARE))
        for cells, need in zip(columns, needs, strict=True)
    ]
    size = next((size for size in sizes if _points(needs, size, pad) <= room), sizes[-1])
    letters = (room - 2 * pad * len(columns)) / (LETTER * size)
    shares = _shares(needs, wishes, numeric, letters)
    return Layout(
        head, body, numeric, size, tuple(LETTER * size * share + 2 * pad for share in shares), pad
    )


def _need(cells: Sequence[str], *, number: bool) -> float:
    """Letters without which a word, or a number, would break; the head comes first."""
    head, *body = cells
    words = body if number else [word for cell in body for word in cell.split()]
    wide = [BOLD * letters_of(word) for word in head.split()]
    return min(LONGEST_WORD, max([*wide, *map(letters_of, words)], default=1)) + SPARE


def _longest(cells: Sequence[str]) -> float:
    head, *body = cells
    lines = [letters_of(line) for cell in body for line in cell.split("\n")]
    return max(BOLD * letters_of(head), *lines, 1)


def _points(letters: Sequence[float], size: float, pad: float) -> float:
    return sum(letters) * LETTER * size + 2 * pad * len(letters)


def _shares(
    needs: Sequence[float], wishes: Sequence[float], numeric: Sequence[bool], letters: float
) -> list[float]:
    """Letters a column: what it needs, then what it wishes, then the rest to columns of words."""
    if not needs:
        return []
    letters = max(letters, len(needs))
    if sum(needs) >= letters:
        return [need * letters / sum(needs) for need in needs]
    if sum(wishes) >= letters:
        reach = (letters - sum(needs)) / (sum(wishes) - sum(needs))
        return [need + (wish - need) * reach for need, wish in zip(needs, wishes, strict=True)]
    grows = [0 if number else 1 for number in numeric] if not all(numeric) else [1] * len(numeric)
    weights = [wish * grow for wish, grow in zip(wishes, grows, strict=True)]
    rest = letters - sum(wishes)
    return [
        wish + rest * weight / sum(weights) for wish, weight in zip(wishes, weights, strict=True)
    ]
