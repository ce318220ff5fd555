"""How wide a printed table's columns are, and where a word too long for its column may break."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

PORTRAIT_MM, LANDSCAPE_MM = 170.0, 257.0
LAYOUTS = (  # the first that fits: points of the letters, whether the page is turned
    (9.5, False),
    (8.5, False),
    (7.5, False),
    (8.5, True),
    (7.0, True),
)
INSET_MM = 3.6  # both sides of a cell together
MM_A_POINT = 25.4 / 72
WORD_EMS = 9.0  # a longer word may break
MOST_EMS = 30.0  # no column wants to be wider
BREAK = "\u200b"  # where a line may end inside a word; users' own are shown by their code
BOLD = 1.12  # of a head's letters
MOST_AIR_MM = 12.0  # that a column gets beyond what it needs
NARROW = frozenset(" .,;:'|!()[]/ijltfr1I-")
WIDE = frozenset("mwMW%—@")


@dataclass(frozen=True, slots=True)
class Layout:
    """Letters' size in points, the columns' widths in mm, whether the page is turned."""

    size_pt: float
    widths_mm: tuple[float, ...]
    turned: bool


def lay_out(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Layout:
    """The layout of a table's printed cells: the largest letters that fit.

    head : at least one cell; rows : each as long
    """
    natural, least = [], []
    for name, *cells in zip(head, *rows, strict=True):
        words = [ems(word) for cell in cells for word in _words(cell)]
        words += [BOLD * ems(word) for word in _words(name)]
        natural.append(min(max(BOLD * ems(name), *map(ems, cells), 1.0), MOST_EMS))
        least.append(min(max(words, default=1.0), WORD_EMS))
    size_pt, turned = next(
        (
            (size, turned)
            for size, turned in LAYOUTS
            if sum(_mm(one, size) for one in least) <= (LANDSCAPE_MM if turned else PORTRAIT_MM)
        ),
        LAYOUTS[-1],
    )
    room = LANDSCAPE_MM if turned else PORTRAIT_MM
    return Layout(size_pt, _share(natural, least, size_pt, room), turned)


def breakable(text: str, room_ems: float) -> str:
    """The text with ``BREAK`` after each letter of a word that is wider than its room.

    >>> breakable("a long-word", 1.7).split(BREAK)
    ['a l', 'o', 'n', 'g-w', 'o', 'r', 'd']
    """
    if ems(text) <= room_ems:
        return text
    return "".join(
        _apart(word) if ems(word) > room_ems else word for word in re.split(r"(\s+|-)", text)
    )


def ems(text: str) -> float:
    """About how wide a text is, as a multiple of its size; rather too wide than too narrow."""
    return sum(
        0.32 if letter in NARROW else 0.85 if letter in WIDE else 0.5 if letter.islower() else 0.64
        for letter in text
    )


def _words(text: str) -> Iterator[str]:
    yield from re.split(r"\s+|(?<=-)", text)


def _mm(width_ems: float, size_pt: float) -> float:
    return width_ems * size_pt * MM_A_POINT + INSET_MM


def _share(
    natural: Sequence[float], least: Sequence[float], size_pt: float, room: float
) -> tuple[float, ...]:
    """Widths in mm: what each needs at least, and of the rest what it would like to have."""
    low = [_mm(one, size_pt) for one in least]
    high = [_mm(one, size_pt) for one in natural]
    spare, wanted = room - sum(low), sum(high) - sum(low)
    if spare < 0:
        return tuple(one * room / sum(low) for one in low)
    part = min(1.0, spare / wanted) if wanted > 0 else 1.0
    air = min(max(spare - wanted, 0.0) / len(low), MOST_AIR_MM)
    return tuple(
        round(less + part * (more - less) + air, 2) for less, more in zip(low, high, strict=True)
    )


def _apart(word: str) -> str:
    """Letters apart; a mark over a letter stays with it."""
    return "".join(
        f"{BREAK if place and not unicodedata.combining(letter) else ''}{letter}"
        for place, letter in enumerate(word)
    )
