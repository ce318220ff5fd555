"""How wide the columns of a table are on paper and slides, and how many lines its rows take."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from dermdash.reporting.blocks import Table
from dermdash.reporting.formats.office import breadth, readable

LETTER = 0.55  # of the font's size: a digit of Arial, wider than most letters
LONGEST_WISH = 48  # letters: a column of sentences wraps sooner than it pushes others out
LONGEST_WORD = 18  # letters that a column keeps on one line if it can
SPARE = 1.0  # letters: what a bold header and a program's own font may need


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
        wide = 1.08 if bold else 1.0
        return max(
            (
                _lines(cell, (width - 2 * self.pad) / (LETTER * self.size * wide))
                for cell, width in zip(cells, self.widths, strict=True)
            ),
            default=1,
        )


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
    """Letters without which a word, or a number, would break."""
    words = [word for cell in cells[:1] for word in cell.split()]
    parts = cells[1:] if number else [word for cell in cells[1:] for word in cell.split()]
    return min(LONGEST_WORD, max(map(breadth, [*words, *parts]), default=1)) + SPARE


def _longest(cells: Sequence[str]) -> int:
    return max((breadth(line) for cell in cells for line in cell.split("\n")), default=1)


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


def _lines(text: str, letters: float) -> int:
    """Lines of a text whose lines hold so many letters, words kept whole where they fit."""
    room, count = max(1.0, letters), 0
    for line in text.split("\n"):
        count += 1
        used = 0.0
        for word in line.split():
            wide = breadth(word)
            if used and used + 1 + wide <= room:
                used += 1 + wide
            elif wide <= room:
                count += bool(used)
                used = wide
            else:
                count += bool(used) + ceil(wide / room) - 1
                used = wide - (ceil(wide / room) - 1) * room
    return count
