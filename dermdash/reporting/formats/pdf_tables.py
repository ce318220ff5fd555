"""How wide a printed table's columns are, and where a word too long for its column may break."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

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
MOST_EMS = 60.0  # no column wants to be wider
USUAL = 80  # of a hundred cells, as many are no wider than the column's usual one
BREAK = "\u200b"  # where a line may end inside a word; users' own are shown by their code
LITTLE = 0.05  # ems, by which widths in mm are rounded
BOLD = 1.12  # of a head's letters
MOST_AIR_MM = 12.0  # that a column gets beyond what it needs
WIDTHS = (  # letters of Libertinus Serif, as multiples of their size
    (frozenset(" .,;:'|!()[]/ijlI-"), 0.32),
    (frozenset("rtf"), 0.37),
    (frozenset("mwMW%—@"), 0.9),
    (frozenset("0123456789"), 0.5),
)
LOWER, UPPER = 0.54, 0.72


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
    natural, usual, least = [], [], []
    for name, *cells in zip(head, *rows, strict=True):
        wide = sorted([BOLD * ems(name), *map(ems, cells), 1.0])
        natural.append(min(wide[-1], MOST_EMS))
        usual.append(min(wide[USUAL * (len(wide) - 1) // 100], MOST_EMS))
        least.append(_least(name, cells))
    upright = [layout for layout in LAYOUTS if not layout[1] and _fits(natural, layout)]
    possible = [layout for layout in LAYOUTS[1:] if _fits(least, layout)]
    size_pt, turned = [*upright, *possible, LAYOUTS[-1]][0]
    room = LANDSCAPE_MM if turned else PORTRAIT_MM
    return Layout(size_pt, _share(natural, usual, least, size_pt, room), turned)


def column_groups(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[list[int]]:
    """Places of the columns that stand together on a page; the first column in each group.

    One group where all fit beside each other.

    >>> [len(group) for group in column_groups(["Subject"] + ["Score"] * 40, [])]
    [22, 20]
    """
    size_pt, _ = LAYOUTS[-1]
    least = [_mm(_least(name, cells), size_pt) for name, *cells in zip(head, *rows, strict=True)]
    groups, taken = [[0]], least[0]
    for place, needed in enumerate(least[1:], start=1):
        if taken + needed > LANDSCAPE_MM:
            groups.append([0])
            taken = least[0]
        groups[-1].append(place)
        taken += needed
    return groups


def breakable(text: str, room_ems: float) -> str:
    """The text with ``BREAK`` after each letter of a word that is wider than its room.

    >>> breakable("a long-word", 1.75).split(BREAK)
    ['a l', 'o', 'n', 'g-w', 'o', 'r', 'd']
    """
    if ems(text) <= room_ems + LITTLE:
        return text
    return "".join(
        _apart(word) if ems(word) > room_ems + LITTLE else word
        for word in re.split(r"(\s+|-)", text)
    )


def ems(text: str) -> float:
    """About how wide a text is, as a multiple of its size; rather too wide than too narrow."""
    return sum(map(_letter_ems, text))


@cache
def _letter_ems(letter: str) -> float:
    for letters, width in WIDTHS:
        if letter in letters:
            return width
    return LOWER if letter.islower() else UPPER


def _least(name: str, cells: Sequence[str]) -> float:
    """The widest word of a column, or what a word may be broken to."""
    words = [ems(word) for cell in cells for word in _words(cell)]
    words += [BOLD * ems(word) for word in _words(name)]
    return min(max(words, default=1.0), WORD_EMS)


def _words(text: str) -> Iterator[str]:
    yield from re.split(r"\s+|(?<=-)", text)


def _mm(width_ems: float, size_pt: float) -> float:
    return width_ems * size_pt * MM_A_POINT + INSET_MM


def _fits(widths_ems: Sequence[float], layout: tuple[float, bool]) -> bool:
    size_pt, turned = layout
    needed = sum(_mm(one, size_pt) for one in widths_ems)
    return needed <= (LANDSCAPE_MM if turned else PORTRAIT_MM)


def _share(
    natural: Sequence[float],
    usual: Sequence[float],
    least: Sequence[float],
    size_pt: float,
    room: float,
) -> tuple[float, ...]:
    """Widths in mm: what each needs at least, and of the rest what its usual cell would like."""
    low = [_mm(one, size_pt) for one in least]
    high = [_mm(one, size_pt) for one in natural]
    spare, wanted = room - sum(low), sum(high) - sum(low)
    if spare < 0:
        return tuple(round(one * room / sum(low), 2) for one in low)
    if wanted <= spare:
        air = min((spare - wanted) / len(low), MOST_AIR_MM)
        return tuple(round(one + air, 2) for one in high)
    likes = [max(more - less, 1.0) for more, less in zip(usual, least, strict=True)]
    return _poured(low, high, likes, spare)


def _poured(
    low: Sequence[float], high: Sequence[float], likes: Sequence[float], spare: float
) -> tuple[float, ...]:
    """Room shared out by what each likes; none gets more than it can use."""
    widths, open_ones = list(low), set(range(len(low)))
    while open_ones and spare > 0.01:
        share = spare / sum(likes[place] for place in open_ones)
        for place in sorted(open_ones):
            part = min(share * likes[place], high[place] - widths[place])
            widths[place] += part
            spare -= part
            if high[place] - widths[place] < 0.01:
                open_ones.discard(place)
    return tuple(round(width, 2) for width in widths)


def _apart(word: str) -> str:
    """Letters apart; a mark over a letter stays with it."""
    return "".join(
        f"{BREAK if place and not unicodedata.combining(letter) else ''}{letter}"
        for place, letter in enumerate(word)
    )
