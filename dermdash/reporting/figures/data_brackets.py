"""Differences marked above the groups that they are between."""

from collections.abc import Sequence
from dataclasses import dataclass

from dermdash.stats.findings import Contrast
from dermdash.stats.words import equals_p


@dataclass(frozen=True, slots=True)
class Bracket:
    """A difference between two arms, marked above them; ``text`` is its p, as "p = .046"."""

    a: str
    b: str
    text: str


STAR_NOTE = "* p < .05, ** p < .01, *** p < .001, ns otherwise; planned questions only"


def brackets(contrasts: Sequence[Contrast], *, at_most: int = 6) -> list[Bracket]:
    """A bracket a contrast, none where there are too many to tell apart, or it is confounded."""
    if len(contrasts) > at_most:
        return []
    return [Bracket(one.a, one.b, equals_p(one.p_adjusted)) for one in contrasts if not one.note]


def bracket_note(found: Sequence[Bracket]) -> str:
    """What the words on brackets mean, on a line or two; empty where there are none.

    >>> bracket_note([Bracket("a", "b", "p = .046")])
    'p adjusted for all differences shown'
    """
    if not found:
        return ""
    starred = any(one.text.endswith(("*", "ns")) for one in found)
    return "p adjusted for all differences shown" + (f"\n{STAR_NOTE}" if starred else "")


@dataclass(frozen=True, slots=True)
class PlacedBracket:
    """A bracket from the place of an arm to that of another, counted from 0, at a height."""

    left: int
    right: int
    y: float
    text: str


def place_brackets(
    found: Sequence[Bracket], arms: Sequence[str]
) -> tuple[list[PlacedBracket], float]:
    """Brackets above the scale, narrow ones first, and where the axis ends.

    >>> found = [Bracket("a", "c", "p = .01"), Bracket("b", "c", "p = .02")]
    >>> placed, top = place_brackets(found, ["a", "b", "c"])
    >>> [(one.left, one.right, one.y) for one in placed], top
    ([(1, 2, 4.2), (0, 2, 4.54)], 4.82)
    """
    order = list(arms)
    ends = [(order.index(one.a), order.index(one.b), one.text) for one in found]
    spans = [(min(a, b), max(a, b), text) for a, b, text in ends]
    levels: list[list[tuple[int, int]]] = []
    placed = []
    for left, right, text in sorted(spans, key=lambda span: (span[1] - span[0], span[0])):
        level = next(
            (
                k
                for k, taken in enumerate(levels)
                if all(right <= low or high <= left for low, high in taken)
            ),
            len(levels),
        )
        if level == len(levels):
            levels.append([])
        levels[level].append((left, right))
        placed.append(PlacedBracket(left, right, round(4.2 + 0.34 * level, 2), text))
    return placed, round(4.1 + 0.36 * len(levels), 2)
