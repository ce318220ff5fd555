"""What Word files and slides share: letters XML can hold, readable colours, fixed bytes."""

import re
import unicodedata
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from dermdash.reporting.blocks import names_of
from dermdash.reporting.report import Report

FONT = "Arial"  # on every machine with an office program; Liberation Sans has its widths elsewhere
LANGUAGE = "en-GB"
INK, GREY, RULE = "#1F2430", "#5F6672", "#D5D9E0"
AMBER, AMBER_TINT = "#B45309", "#FFF6E8"  # of warnings: seen, not alarming
LONGEST_PROPERTY = 255  # letters of a title or author in a file's properties
ZIP_START = (1980, 1, 1, 0, 0, 0)

# Letters that XML refuses, and those that turn around the order of all that follows.
_UNREADABLE = re.compile("[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_RIGHT_TO_LEFT = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc"
# A number after right-to-left words would be drawn on their other side.
_NUMBER_AFTER = re.compile(f"([{_RIGHT_TO_LEFT}])(?=[^\\w{_RIGHT_TO_LEFT}]*[0-9])")
_LEFT_TO_RIGHT_MARK = "\u200e"


def readable(text: str) -> str:
    """Text that any XML can hold: other letters by their code, line ends as ``\\n``.

    >>> readable("a\\x07b\\r\\nc")
    'aU+0007b\\nc'
    """
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    for letters in (_UNREADABLE, _TURNING):
        plain = letters.sub(lambda found: f"U+{ord(found.group()):04X}", plain)
    return _NUMBER_AFTER.sub(rf"\1{_LEFT_TO_RIGHT_MARK}", plain)


def breadth(text: str) -> int:
    """How many Latin letters wide a text is: Chinese letters and emoji count twice.

    >>> breadth("n = 12"), breadth("肌")
    (6, 2)
    """
    return len(text) + sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)


def shortened(text: str, most: int) -> str:
    """A text on one line, at most so many Latin letters wide.

    >>> shortened("a firming serum", 9)
    'a firmin…'
    """
    line = " ".join(readable(text).split())
    if breadth(line) <= most:
        return line
    kept = line[: most - 1]
    while breadth(kept) > most - 1:
        kept = kept[:-1]
    return f"{kept}…"


def told_apart(names: list[str], most: int) -> list[str]:
    """Shortened names, numbered where two became one.

    >>> told_apart(["serum of Paris", "serum of Lyon", "placebo"], 8)
    ['serum o…', 'serum o… (2)', 'placebo']
    """
    shown: list[str] = []
    for name in names:
        short, number = shortened(name, most), 1
        told = short
        while told in shown:
            number += 1
            told = f"{short} ({number})"
        shown.append(told)
    return shown


def ink(accent: str) -> str:
    """An accent dark enough for words on white: a contrast of 4.5 at least (WCAG 2.2, 1.4.3).

    >>> ink("#5546A8"), ink("#FFFFFF")
    ('#5546A8', '#737373')
    """
    red, green, blue = _parts(accent)
    while 1.05 / (_luminance(red, green, blue) + 0.05) < 4.5:
        red, green, blue = (int(part * 0.97) for part in (red, green, blue))
    return f"#{red:02X}{green:02X}{blue:02X}"


def tint(colour: str, share: float) -> str:
    """So much of a colour, the rest white.

    >>> tint("#000000", 0.2)
    '#CCCCCC'
    """
    mixed = (round(255 - (255 - part) * share) for part in _parts(colour))
    return "#" + "".join(f"{part:02X}" for part in mixed)


def bare(colour: str) -> str:
    """A colour as office files write it: without ``#``."""
    return colour.removeprefix("#").upper()


def describe(properties: Any, report: Report) -> None:
    """Fill the core properties of a file, with the report's own time."""
    properties.title = shortened(report.title, LONGEST_PROPERTY)
    properties.subject = shortened(names_of(report.studies), LONGEST_PROPERTY)
    properties.author = shortened(report.made_by, LONGEST_PROPERTY)
    properties.last_modified_by = shortened(report.made_by, LONGEST_PROPERTY)
    properties.keywords = shortened(report.mark, LONGEST_PROPERTY)
    properties.comments = shortened(report.software, LONGEST_PROPERTY)
    properties.language = LANGUAGE
    properties.revision = 1
    properties.created = properties.modified = report.made_at.replace(tzinfo=None, microsecond=0)


def application(company: str) -> bytes:
    """The part of a file that says which program wrote it, and for whom."""
    words = "".join(
        {"&": "&amp;", "<": "&lt;", ">": "&gt;"}.get(letter, letter)
        for letter in shortened(company, LONGEST_PROPERTY)
    )
    space = "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<Properties xmlns="{space}"><Application>dermdash</Application>'
        f"<Company>{words}</Company></Properties>"
    ).encode()


def undated(package: bytes) -> bytes:
    """The same package with the same bytes whenever it was written: no member has a date."""
    file = BytesIO()
    with ZipFile(BytesIO(package)) as given, ZipFile(file, "w", ZIP_DEFLATED) as kept:
        for member in given.infolist():
            info = ZipInfo(member.filename, ZIP_START)
            info.create_system, info.external_attr = 3, 0o600 << 16
            kept.writestr(info, given.read(member), ZIP_DEFLATED, 6)
    return file.getvalue()


def _parts(colour: str) -> tuple[int, int, int]:
    code = bare(colour)
    return int(code[:2], 16), int(code[2:4], 16), int(code[4:6], 16)


def _luminance(*parts: int) -> float:
    linear = [
        part / 255 / 12.92 if part <= 10 else ((part / 255 + 0.055) / 1.055) ** 2.4
        for part in parts
    ]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
