"""The letters of printed pages: the font files that come with matplotlib, and what they know."""

from functools import lru_cache
from pathlib import Path

FILES = (
    "DejaVuSans.ttf",
    "DejaVuSans-Bold.ttf",
    "DejaVuSans-Oblique.ttf",
    "DejaVuSans-BoldOblique.ttf",
)


def font_files() -> tuple[Path, ...]:
    """DejaVu Sans: upright, bold, oblique and both; the same on every machine.

    >>> [path.exists() for path in font_files()]
    [True, True, True, True]
    """
    from matplotlib import get_data_path

    return tuple(Path(get_data_path()) / "fonts" / "ttf" / name for name in FILES)


@lru_cache(maxsize=1)
def known_letters() -> frozenset[int]:
    """Code points that DejaVu Sans has a letter for.

    >>> ord("µ") in known_letters(), ord("肌") in known_letters()
    (True, False)
    """
    from matplotlib.font_manager import get_font

    return frozenset(get_font(font_files()[0]).get_charmap())
