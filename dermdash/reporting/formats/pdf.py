"""A report as PDF: tagged (PDF/UA-1) and made to last (PDF/A-2a), set by typst.

What users wrote reaches the template as data, in a file that it reads; never as markup. Fonts come
with the libraries and system fonts are off, so the same report is the same bytes on any machine.
"""

import json
import re
import struct
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory
from typing import Any

from dermdash.reporting.blocks import (
    Attachment,
    Block,
    Bullets,
    Content,
    Figure,
    Paragraph,
    Picture,
    Table,
    names_of,
)
from dermdash.reporting.figures import print as printed
from dermdash.reporting.figures.print.fonts import font_files, known_letters
from dermdash.reporting.formats import pdf_press
from dermdash.reporting.formats.letters import Letters
from dermdash.reporting.formats.pdf_press import FONTS, MADE, TEMPLATE
from dermdash.reporting.formats.pdf_tables import (
    INSET_MM,
    MM_A_POINT,
    breakable,
    column_groups,
    ems,
    lay_out,
)
from dermdash.reporting.report import Report

TEXT_EMS = 44.0  # of the page's width in letters of the body
TITLE_EMS = 17.0
VIEW_BOX = re.compile(rb'viewBox="0 0 ([0-9.]+) ([0-9.]+)"')
SHORT = 90  # letters of a title in the head of each page
TALLEST_MM, TALLEST_TURNED_MM = 215.0, 130.0
TALLEST_WITH_TITLE_MM, MOST_BEFORE_FIGURE = 130.0, 900  # mm of a figure, letters before it
MOST_WHOLE = 8  # rows of a table that is kept on one page
MOST_LINES = 20  # of a cell that is kept on one page
SMALLEST_MM, WIDEST_MM = 40.0, 170.0
MM_A_PIXEL = 25.4 / 96
UNTITLED = "Report"


def write(report: Report) -> bytes:
    """The report as one PDF."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        data = _Data(report, folder).data()
        (folder / "report.json").write_text(json.dumps(data), encoding="utf-8")
        copyfile(Path(__file__).with_name(TEMPLATE), folder / TEMPLATE)
        (folder / FONTS).mkdir()
        for path in font_files():
            copyfile(path, folder / FONTS / path.name)
        return _pressed(folder, report.made_at)


def _pressed(folder: Path, made_at: datetime) -> bytes:
    """What typst makes of the folder.

    Raises
    ------
    RuntimeError
        typst refuses it: a fault of the template, or of what it was given.
    """
    seconds = int(made_at.replace(tzinfo=UTC).timestamp())
    command = [sys.executable, "-P", pdf_press.__file__, str(folder), str(seconds)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"the PDF could not be set: {done.stderr.strip()[-2000:]}")
    return (folder / MADE).read_bytes()


class _Data:
    """What the template reads, in the order of the pages; pictures go into the folder."""

    def __init__(self, report: Report, folder: Path) -> None:
        self._report, self._folder = report, folder
        self._letters = Letters(known_letters())
        self._pictures = 0

    def data(self) -> dict[str, Any]:
        report, say = self._report, self._line
        title = say(report.title) or UNTITLED
        studies = say(names_of(report.studies))
        brand, made_at = report.brand, report.made_at
        found: dict[str, Any] = {
            "title": breakable(title, TITLE_EMS),
            "plain_title": title,
            "short_title": _short(title),
            "studies": breakable(studies, TEXT_EMS / 2),
            "short_studies": _short(studies),
            "mark": say(report.mark),
            "made_by": breakable(say(report.made_by), TEXT_EMS / 2),
            "author": say(report.made_by),
            "keywords": [say(one) for one in report.studies],
            "made": report.made,
            "date": list(made_at.timetuple()[:6]),
            "software": breakable(say(report.software), TEXT_EMS / 2),
            "company": _short(say(brand.company)),
            "accent": brand.accent,
            "logo": self._picture(brand.logo) if brand.logo else None,
            "sections": [self._section(one) for one in report.sections],
        }
        found["letters"] = [list(one) for one in self._letters.missing]
        return found

    def _section(self, content: Content) -> dict[str, Any]:
        said = any(
            one.style == "lead" or one.text == content.message for one in content.of(Paragraph)
        )
        message = self._say(content.message)
        blocks = [one for block in content.blocks for one in self._block(block)]
        turned = any(one.get("turned") for one in blocks)
        for one in blocks if turned else ():
            if one["kind"] == "figure" and one["height_mm"] > TALLEST_TURNED_MM:
                one["width_mm"] *= TALLEST_TURNED_MM / one["height_mm"]
                one["height_mm"] = TALLEST_TURNED_MM
        return {
            "turned": turned,
            "title": breakable(self._line(content.title), TITLE_EMS * 1.5) or UNTITLED,
            "message": message,
            "message_first": bool(message) and not said,
            "blocks": blocks,
            "head": _head([one for one in blocks if one["kind"] != "attachment"]),
        }

    def _block(self, block: Block) -> Iterator[dict[str, Any]]:
        match block:
            case Paragraph():
                yield {"kind": block.style, "text": self._say(block.text)}
            case Bullets():
                yield {"kind": "bullets", "items": [self._say(one) for one in block.items]}
            case Table():
                yield from self._tables(block)
            case Figure():
                drawn = printed.save(block.on(printed), "svg", mark=self._report.mark)
                yield self._shown(block, **self._drawing(drawn))
            case Picture():
                yield self._shown(block, **self._picture(block.png))
            case Attachment():
                about = self._say(f"{block.name}: {block.about}")
                yield {"kind": "attachment", "text": about}

    def _shown(
        self, block: Figure | Picture, file: str, width_mm: float, height_mm: float
    ) -> dict[str, Any]:
        caption = self._letters.fit(block.caption)
        return {
            "kind": "figure",
            "file": file,
            "width_mm": width_mm,
            "height_mm": height_mm,
            "caption": breakable(caption, TEXT_EMS),
            "alt": self._letters.fit(block.alt).strip() or caption.strip() or "A figure",
        }

    def _tables(self, table: Table) -> Iterator[dict[str, Any]]:
        """A table, or where it has more columns than a page, its parts one after the other."""
        fit = self._letters.fit
        head = [fit(column.name) for column in table.columns]
        rows = [[fit(cell) for cell in row] for row in table.texts()]
        if not head:
            yield {"kind": "note", "text": self._say(f"{table.caption}: no columns.")}
            return
        groups = column_groups(head, rows)
        for number, group in enumerate(groups, start=1):
            part = f" (part {number} of {len(groups)})" if len(groups) > 1 else ""
            yield {
                "kind": "table",
                "caption": self._say(f"{table.caption}{part}"),
                "note": self._say(table.note) if number == len(groups) else "",
                "numeric": [table.columns[place].numeric for place in group],
                **_laid_out(
                    [head[place] for place in group], [[row[at] for at in group] for row in rows]
                ),
            }

    def _say(self, text: str, room_ems: float = TEXT_EMS) -> str:
        return breakable(self._letters.fit(text), room_ems)

    def _line(self, text: str) -> str:
        """A name or title, on one line as far as it depends on who wrote it."""
        return " ".join(self._letters.fit(text).split())

    def _drawing(self, svg: bytes) -> dict[str, Any]:
        """A drawing as wide as the text, in the proportions that it says itself."""
        found = VIEW_BOX.search(svg)
        across, down = (float(found[1]), float(found[2])) if found else (1.0, 1.0)
        height = min(WIDEST_MM * down / across, TALLEST_MM)
        width = height * across / down
        return {"file": self._file(svg, "svg"), "width_mm": width, "height_mm": height}

    def _picture(self, png: bytes) -> dict[str, Any]:
        """A picture of pixels, no wider than the text and no taller than the page."""
        across, down = struct.unpack(">II", png[16:24])
        width = min(max(across * MM_A_PIXEL, SMALLEST_MM), WIDEST_MM)
        height = width * down / across
        return {
            "file": self._file(png, "png"),
            "width_mm": min(width, TALLEST_MM * across / down),
            "height_mm": min(height, TALLEST_MM),
        }

    def _file(self, content: bytes, kind: str) -> str:
        self._pictures += 1
        name = f"{self._pictures}.{kind}"
        (self._folder / name).write_bytes(content)
        return f"/{name}"


def _laid_out(head: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[str, Any]:
    """Cells that may break where they must, and the widths of their columns."""
    layout = lay_out(head, rows)
    rooms = [(one - INSET_MM) / (layout.size_pt * MM_A_POINT) for one in layout.widths_mm]
    cells = [
        [breakable(cell, room) for cell, room in zip(row, rooms, strict=True)]
        for row in (head, *rows)
    ]
    return {
        "head": cells[0],
        "rows": cells[1:],
        "widths_mm": layout.widths_mm,
        "size_pt": layout.size_pt,
        "turned": layout.turned,
        "whole": len(rows) <= MOST_WHOLE,
        "tall": any(
            ems(cell) > MOST_LINES * room
            for row in rows
            for cell, room in zip(row, rooms, strict=True)
        ),
    }


def _head(blocks: Sequence[Mapping[str, Any]]) -> int:
    """How many blocks stand on one page with their section's title: up to its first figure.

    0 where there is more before it than fits, or no figure.

    >>> _head([{"kind": "lead", "text": "It rose."}, {"kind": "figure", "height_mm": 90}])
    2
    """
    letters = 0
    for place, block in enumerate(blocks):
        if block["kind"] == "figure":
            fits = block["height_mm"] <= TALLEST_WITH_TITLE_MM and letters <= MOST_BEFORE_FIGURE
            return place + 1 if fits else 0
        if "text" not in block:
            return 0
        letters += len(block["text"])
    return 0


def _short(text: str) -> str:
    """
    >>> _short("two  words"), len(_short("x" * 200)), _short("x" * 200)[-3:]
    ('two words', 90, 'x …')
    """
    text = " ".join(text.split())
    return text if len(text) <= SHORT else f"{text[: SHORT - 2].rstrip()} …"
