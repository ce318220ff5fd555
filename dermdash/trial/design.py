"""A study's parts as they are given, and the rules for names, days and colours."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from dermdash.errors import DesignError

CONTROL_GREY = "#7f7f7f"
# Okabe & Ito 2008, without black and the pale yellow: told apart by all eyes, on both themes.
ARM_COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442")
NAME_LENGTH = 80


@dataclass(frozen=True, slots=True)
class ArmSpec:
    """An arm to make; ``target_n`` subjects are wanted for it."""

    name: str
    is_control: bool = False
    target_n: int | None = None


@dataclass(frozen=True, slots=True)
class VisitSpec:
    """A visit to make, ``day`` days after the baseline."""

    name: str
    day: int
    is_baseline: bool = False


@dataclass(frozen=True, slots=True)
class SiteSpec:
    """A place on the body to make; ``side`` where it matters (``left``, ``right``)."""

    name: str
    side: str | None = None


def clean_name(name: str, noun: str) -> str:
    """A name as it is kept: composed, without outer or doubled blanks.

    Raises
    ------
    DesignError
        It is empty, longer than 80 characters or holds control characters.

    >>> clean_name("  photo  aged ", "arm")
    'photo aged'
    """
    if not isinstance(name, str):
        raise DesignError(f"{noun}={name!r} is not text; write a name")
    text = " ".join(unicodedata.normalize("NFC", name).split())
    if not text:
        raise DesignError(f"the {noun} has no name; write one")
    if len(text) > NAME_LENGTH:
        raise DesignError(
            f"{noun}={text[:20]}... has {len(text)} characters; use at most {NAME_LENGTH}"
        )
    if any(unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co") for character in text):
        raise DesignError(f"{noun}={text!r} holds control characters; write plain text")
    return text


def new_name(name: str, noun: str, taken: Iterable[str]) -> str:
    """``clean_name``, unlike all names that are taken, also where case is ignored.

    Raises
    ------
    DesignError
    """
    text = clean_name(name, noun)
    for other in taken:
        if other == text:
            raise DesignError(f"{noun}={text} exists already; choose another name")
        if other.casefold() == text.casefold():
            raise DesignError(f"{noun}={text} differs from {other} only in case; write {other}")
    return text


def side_of(site: str) -> str | None:
    """The side that a site's name ends with.

    >>> side_of("cheek-left"), side_of("Wange R"), side_of("cheek")
    ('left', 'right', None)
    """
    match = re.search(r"(?:^|[ _-])(left|right|l|r)$", site.casefold())
    return {"l": "left", "r": "right"}.get(match[1], match[1]) if match else None


def arm_colour(n_coloured: int, *, is_control: bool) -> str:
    """The colour of a new arm beside ``n_coloured`` arms that are not controls."""
    return CONTROL_GREY if is_control else ARM_COLOURS[n_coloured % len(ARM_COLOURS)]


def arm_code(n_arms: int) -> str:
    """A letter for the next arm, which tells nothing about it.

    >>> arm_code(0), arm_code(25), arm_code(26)
    ('A', 'Z', 'AA')
    """
    code, number = "", n_arms + 1
    while number:
        number, letter = divmod(number - 1, 26)
        code = chr(ord("A") + letter) + code
    return code


def clean_file_name(name: str) -> str:
    """A file's own name, safe to show and to keep; never used as a path.

    >>> clean_file_name("../../etc/x.tif"), clean_file_name("C:\\\\scans\\\\a.tif")
    ('x.tif', 'a.tif')
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    shown = "".join(c for c in last if not unicodedata.category(c).startswith("C")).strip()
    if len(shown) > 120:
        stem, dot, suffix = shown.rpartition(".")
        keep = f"...{suffix}" if dot and len(suffix) <= 10 else "..."
        shown = (stem or shown)[: 120 - len(keep)] + keep
    return shown if shown.strip(".") else "unnamed"
