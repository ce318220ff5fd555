"""Letters that a font lacks are shown by their code, and listed at the end of the document."""

import re
import unicodedata
from collections.abc import Container

JOINERS = "\u00ad\u200c\u200d\u200e\u200f"  # soft hyphen, joiners of scripts, directions
LEFT_TO_RIGHT = "\u200e"
_LEFTWARD = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefe\U00010800-\U00010fff\U0001e800-\U0001efff"
LEFTWARD = re.compile(rf"[{_LEFTWARD}](?:[\s{_LEFTWARD}]*[{_LEFTWARD}])?")
SPACES = "\t\u2028\u2029\v\f\r"


class Letters:
    """Text as a font can show it, and which letters it could not show.

    known : code points that the font has a letter for
    """

    def __init__(self, known: Container[int]) -> None:
        self._known = known
        self._missing: set[str] = set()

    def fit(self, text: str) -> str:
        """The text with ``U+XXXX`` for each letter that cannot be seen, codes apart by a space.

        Letters without a shape, such as those that turn the direction of what follows, can hide
        what is written: they are shown by their code too. After words that run from right to left
        stands a mark that what follows does not: else ``a − b`` would be read as ``b − a``.

        >>> Letters(range(128)).fit("cream 肌の"), Letters(range(128)).fit("a\\tb")
        ('cream U+808C U+306E', 'a b')
        """
        if text.isascii() and text.isprintable():
            return text
        text = LEFTWARD.sub(rf"\g<0>{LEFT_TO_RIGHT}", text)
        parts: list[str] = []
        coded = False
        for letter in text:
            shown = self._shown(letter)
            code = len(shown) > 1
            parts.append(f" {shown}" if code and coded else shown)
            coded = code
        return "".join(parts)

    @property
    def missing(self) -> tuple[tuple[str, str], ...]:
        """Code and Unicode's name of each letter that was shown by its code, in their order."""
        return tuple((code_of(letter), name_of(letter)) for letter in sorted(self._missing))

    def _shown(self, letter: str) -> str:
        if letter == "\n":
            return letter
        if letter in SPACES:
            return " "
        hidden = unicodedata.category(letter).startswith("C") and letter not in JOINERS
        if not hidden and ord(letter) in self._known:
            return letter
        self._missing.add(letter)
        return code_of(letter)


def code_of(letter: str) -> str:
    """
    >>> code_of("肌")
    'U+808C'
    """
    return f"U+{ord(letter):04X}"


def name_of(letter: str) -> str:
    """Unicode's name, in small letters.

    >>> name_of("✨"), name_of("\\ue000")
    ('sparkles', 'a letter without a name')
    """
    return unicodedata.name(letter, "a letter without a name").lower()
