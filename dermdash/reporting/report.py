"""A report: its contents in order, and what stands on every page of it, whatever the format."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import Literal, get_args

from dermdash.errors import InputError
from dermdash.reporting.blocks import Content

Format = Literal["pdf", "docx", "pptx", "html", "xlsx", "zip"]
FORMATS: tuple[Format, ...] = get_args(Format)
ACCENT = "#5546A8"
_ROOMS = {
    "pdf": "pdf",
    "docx": "word",
    "pptx": "slides",
    "html": "web",
    "xlsx": "workbook",
    "zip": "archive",
}


@dataclass(frozen=True, slots=True)
class Brand:
    """Whose report it is.

    company : "" where none is set
    logo : PNG; None where none is set
    accent : of headings and rules, ``#RRGGBB``
    """

    company: str = ""
    logo: bytes | None = None
    accent: str = ACCENT


@dataclass(frozen=True, slots=True, eq=False)
class Report:
    """What is rendered; the same report renders to the same bytes.

    studies : names of the studies that it is about
    mark : on each page, slide and sheet, such as ``SYNTHETIC · DEMONSTRATION MODEL``; "" for none
    contents : in order; provenance : what all of it stands on, always last
    made_by : as the audit names people; made_at : UTC
    """

    title: str
    studies: tuple[str, ...]
    mark: str
    contents: tuple[Content, ...]
    provenance: Content
    made_by: str
    made_at: datetime
    software: str
    brand: Brand = Brand()

    @property
    def sections(self) -> tuple[Content, ...]:
        """All that is printed, in order."""
        return (*self.contents, self.provenance)

    @property
    def made(self) -> str:
        """``2026-03-01 09:05 UTC``"""
        return f"{self.made_at:%Y-%m-%d %H:%M} UTC"


def render(report: Report, kind: Format) -> bytes:
    """The report as a file of a format.

    Raises
    ------
    InputError
        The format is unknown.
    """
    if kind not in FORMATS:
        raise InputError(f"format {kind!r} is unknown; choose one of {', '.join(FORMATS)}")
    room = import_module(f"dermdash.reporting.formats.{_ROOMS[kind]}")
    write: Callable[[Report], bytes] = room.write
    return write(report)
