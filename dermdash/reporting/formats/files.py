"""What of a report is taken away, and under which names: none holds a word of a user."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

import pandas as pd

from dermdash.reporting.blocks import Attachment, Block, Content, Figure, Picture, Table
from dermdash.reporting.formats.frames import plain_frame
from dermdash.reporting.report import Report
from dermdash.reporting.tables import csv_bytes


@dataclass(frozen=True, slots=True, eq=False)
class Numbered:
    """A block and the number by which every format calls it.

    number : from 1; tables by themselves, figures and pictures together; 0 for other blocks
    section : the title of its section; place : that section's number, from 1
    """

    block: Any
    number: int
    section: str
    place: int

    @property
    def name(self) -> str:
        """``figure-03``, of its files."""
        return f"{self.word}-{self.number:02d}".lower()

    @property
    def title(self) -> str:
        """``Figure 3``"""
        return f"{self.word} {self.number}"

    @property
    def word(self) -> str:
        return "Table" if isinstance(self.block, Table) else "Figure"


@dataclass(frozen=True, slots=True, eq=False)
class TextFile:
    """A text that is kept byte for byte.

    place : of its section; name : its own, safe as a file's
    """

    place: int
    name: str
    content: bytes
    about: str

    @property
    def stem(self) -> str:
        return self.name.rpartition(".")[0] or self.name


@dataclass(frozen=True, slots=True, eq=False)
class TidyFile:
    """A table that is taken away whole.

    name : without ending, unlike any other's
    """

    name: str
    frame: pd.DataFrame
    about: str


def number_blocks(report: Report) -> tuple[tuple[Content, tuple[Numbered, ...]], ...]:
    """Each section with its blocks, tables and figures numbered through the report."""
    tables, figures = count(1), count(1)

    def number(block: Block) -> int:
        if isinstance(block, Table):
            return next(tables)
        return next(figures) if isinstance(block, Figure | Picture) else 0

    return tuple(
        (
            content,
            tuple(Numbered(block, number(block), content.title, place) for block in content.blocks),
        )
        for place, content in enumerate(report.sections, start=1)
    )


def blocks_of(report: Report, *kinds: type) -> Iterator[Numbered]:
    """All blocks of these kinds, in order."""
    for _, blocks in number_blocks(report):
        yield from (one for one in blocks if isinstance(one.block, kinds))


def tidy_files(report: Report) -> tuple[TidyFile, ...]:
    """The attached tables; the same table attached twice is one file.

    Two tables of one name are told apart by a number behind the later's.
    """
    kept: dict[str, tuple[bytes, TidyFile]] = {}
    for one in blocks_of(report, Attachment):
        frame = one.block.content
        if isinstance(frame, str):
            continue
        name = safe_name(one.block.name.removesuffix(".csv"))
        content = csv_bytes(plain_frame(frame))
        same = [known for known, (held, _) in kept.items() if held == content]
        if any(known == name or known.startswith(f"{name}-") for known in same):
            continue
        chosen = _free(name, kept)
        kept[chosen] = (content, TidyFile(chosen, frame, one.block.about))
    return tuple(file for _, file in kept.values())


def text_files(report: Report) -> tuple[TextFile, ...]:
    """The attached texts, as they came; a text that was attached twice stands twice."""
    return tuple(
        TextFile(
            one.place,
            safe_name(one.block.name),
            one.block.content.encode("utf-8", "surrogatepass"),
            one.block.about,
        )
        for one in blocks_of(report, Attachment)
        if isinstance(one.block.content, str)
    )


def safe_name(name: str) -> str:
    """A name that stays in its folder on every system.

    >>> safe_name("comparison-0af3.py"), safe_name("../../etc/passwd"), safe_name("=a b")
    ('comparison-0af3.py', '_.._etc_passwd', '_a_b')
    """
    return re.sub(r"[^A-Za-z0-9._-]", "_", name).lstrip(".-")[:80] or "file"


def _free(name: str, taken: Iterable[str]) -> str:
    candidates = (name if k == 1 else f"{name}-{k}" for k in count(1))
    known = {one.casefold() for one in taken}
    return next(one for one in candidates if one.casefold() not in known)
