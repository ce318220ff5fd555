"""How much room words take in Arial, and where their lines break."""

import re
import unicodedata
from functools import lru_cache

LETTER = 0.556  # of the font's size: a digit of Arial, the unit of all widths here
BOLD = 1.08  # of a plain letter
SPACE = 0.5
# Widths of Arial's letters in thousandths of its size (its own metrics; Liberation Sans alike).
_WIDTHS = {
    222: "ijl'|",
    278: " .,:;/\\I!tf[]",
    333: "()r-`",
    355: '"',
    500: "cksvxyzJ",
    556: "abdeghnopqu0123456789L?_#$–",
    584: "+<=>~−±×≤≥",
    611: "FTZ",
    667: "ABEKPSVXY&",
    722: "CDHNRUw",
    778: "GOQ",
    833: "Mm",
    889: "%",
    944: "W",
    1000: "…",
    1015: "@",
}
_LETTERS = {
    letter: width / 1000 / LETTER for width, letters in _WIDTHS.items() for letter in letters
}
_OTHER, _WIDE = 1.15, 1.9  # of letters that Arial has not, or that the list above leaves out


def letters_of(text: str) -> float:
    """How wide a text is, in digits.

    >>> letters_of("0123"), round(letters_of("WM"), 1), letters_of("肌")
    (4.0, 3.2, 1.9)
    """
    return sum(map(_letter, text))


@lru_cache(maxsize=4096)
def _letter(letter: str) -> float:
    if letter in _LETTERS:
        return _LETTERS[letter]
    return _WIDE if unicodedata.east_asian_width(letter) in "WF" else _OTHER


def lines_of(text: str, letters: float) -> int:
    """Lines of a text whose lines hold so many letters, words kept whole where they fit.

    >>> lines_of("a firming serum", 9), lines_of("a\\nb", 9), lines_of("abcdefghij", 4)
    (2, 2, 3)
    """
    return len(_spans(text, max(1.0, letters)))


def pieces_of(text: str, letters: float, lines: int) -> list[str]:
    """A text in pieces of at most so many lines.

    >>> pieces_of("one two three four five", 9, 1)
    ['one two', 'three four', 'five']
    """
    spans = _spans(text, max(1.0, letters))
    return [
        text[spans[start][0] : spans[min(start + lines, len(spans)) - 1][1]]
        for start in range(0, len(spans), lines)
    ]


def _spans(text: str, room: float) -> list[tuple[int, int]]:
    """Where each line of a text starts and ends in it."""
    spans = []
    for line in re.finditer(r"[^\n]*(?:\n|$)", text):
        start = end = line.start()
        used = 0.0
        for word in re.finditer(r"[^\s]+", line.group()):
            here, wide = line.start() + word.start(), letters_of(word.group())
            if used and used + SPACE + wide > room:
                spans.append((start, end))
                start, used = here, 0.0
            used += wide + SPACE * bool(used)
            end = line.start() + word.end()
            while used > room:
                cut = here + max(1, _letters_within(text[here:end], room))
                spans.append((start, cut))
                start = here = cut
                used = letters_of(text[here:end])
        spans.append((start, end))
    return spans[:-1] if text and len(spans) > 1 and spans[-1] == (len(text), len(text)) else spans


def _letters_within(word: str, room: float) -> int:
    """How many of a word's letters stand on one line."""
    used = 0.0
    for place, letter in enumerate(word):
        used += letters_of(letter)
        if used > room:
            return place
    return len(word)
