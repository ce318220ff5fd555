"""A report as a ZIP of plain files: tables, figures, data, settings, scripts that check them.

Each file can be read without this program, and the same report gives the same bytes.
"""

import hashlib
import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from itertools import groupby
from typing import Any

from dermdash.reporting.blocks import Figure, Picture, Table
from dermdash.reporting.figures import print as printed
from dermdash.reporting.formats.dictionary import dictionary_table
from dermdash.reporting.formats.files import (
    Numbered,
    TextFile,
    blocks_of,
    number_blocks,
    text_files,
    tidy_files,
)
from dermdash.reporting.formats.frames import marked_frame, table_frame
from dermdash.reporting.formats.plain_text import plain_text
from dermdash.reporting.formats.readme import heading, readme
from dermdash.reporting.formats.visible import visible
from dermdash.reporting.report import Report
from dermdash.reporting.tables import csv_bytes

PICTURES: tuple[printed.FileKind, ...] = ("svg", "png")
SUMS = "SHA256SUMS"


@dataclass(frozen=True, slots=True)
class Member:
    """A file of the archive.

    about : what it holds, in a sentence; columns : of a tidy table
    """

    path: str
    content: bytes
    about: str
    columns: tuple[str, ...] = ()


def write(report: Report) -> bytes:
    """The report as a ZIP; its members are sorted and dated ``made_at``."""
    members = [*_figures(report), *_tables(report), *_data(report), *_texts(report)]
    members += _whole(report, members)
    listed = sorted(members, key=lambda member: member.path)
    words = readme(report, {member.path: member.about for member in listed})
    listed.append(Member("README.txt", words.encode(), "What is what"))
    sums = "".join(
        f"{hashlib.sha256(member.content).hexdigest()}  {member.path}\n" for member in listed
    )
    listed.append(Member(SUMS, sums.encode(), "Checksums"))
    return _zipped({member.path: member.content for member in listed}, report)


def _figures(report: Report) -> Iterator[Member]:
    """Each figure as vectors, as pixels and as its numbers; a picture as it is."""
    for one in blocks_of(report, Figure, Picture):
        caption = f"{one.title}. {one.block.caption}"
        if isinstance(one.block, Picture):
            yield Member(f"figures/{one.name}.png", one.block.png, caption)
            continue
        drawn = one.block.on(printed)
        for kind in PICTURES:
            content = printed.save(drawn, kind, mark=report.mark)
            yield Member(f"figures/{one.name}.{kind}", content, caption)
        yield _csv(f"figures/{one.name}.csv", one.block.data, caption, report)


def _tables(report: Report) -> Iterator[Member]:
    for one in blocks_of(report, Table):
        frame = marked_frame(table_frame(one.block), report.mark)
        yield Member(
            f"tables/{one.name}.csv", csv_bytes(frame), f"{one.title}. {one.block.caption}"
        )


def _data(report: Report) -> Iterator[Member]:
    for one in tidy_files(report):
        yield _csv(f"data/{one.name}.csv", one.frame, one.about, report)


def _texts(report: Report) -> Iterator[Member]:
    """Scripts beside the tables that they read, in one folder; the rest by kind.

    What was attached twice is kept once. Another file of the same name goes to a folder of its
    section, with what lies beside it, because a script finds its table by name.
    """
    kept: dict[str, bytes] = {}
    files = text_files(report)
    scripts = {(file.place, file.stem) for file in files if file.name.endswith(".py")}

    def order(file: TextFile) -> tuple[int, str]:
        return file.place, _folder(file, scripts)

    for (place, folder), group in groupby(sorted(files, key=order), order):
        own = {f"{folder}/{file.name}": file for file in group}
        if any(kept.get(path, file.content) != file.content for path, file in own.items()):
            own = {f"{folder}/section-{place:02d}/{file.name}": file for file in own.values()}
        for path, file in own.items():
            if path not in kept:
                kept[path] = file.content
                yield Member(path, file.content, file.about)


def _folder(file: TextFile, scripts: set[tuple[int, str]]) -> str:
    if (file.place, file.stem) in scripts and file.name.endswith((".py", ".csv")):
        return "scripts"
    return "settings" if file.name.endswith(".json") else "texts"


def _whole(report: Report, members: list[Member]) -> list[Member]:
    """What is said of the report as a whole."""
    sections = number_blocks(report)
    head = heading(report)
    words = "\n\n".join([head, *(plain_text(*section) for section in sections)])
    tidy = {member.path: member.columns for member in members if member.columns}
    provenance = json.dumps(_provenance(report, sections[-1][1]), ensure_ascii=False, indent=2)
    return [
        Member("report.txt", words.encode(), "All sections in words, without figures"),
        Member("provenance.json", f"{provenance}\n".encode(), "What all of it stands on"),
        Member(
            "provenance.txt",
            f"{head}\n\n{plain_text(*sections[-1])}".encode(),
            "The same, to be read by people",
        ),
        Member(
            "data-dictionary.csv",
            csv_bytes(marked_frame(dictionary_table(tidy), "")),
            "What each column of the tidy tables holds, and its unit",
        ),
    ]


def _provenance(report: Report, blocks: tuple[Numbered, ...]) -> dict[str, Any]:
    return {
        "title": visible(report.title),
        "studies": [visible(study) for study in report.studies],
        "mark": visible(report.mark),
        "made_by": visible(report.made_by),
        "made_at": report.made,
        "software": report.software,
        "sections": [visible(content.title) for content in report.sections],
        "tables": [
            {
                "caption": visible(one.block.caption),
                "rows": [
                    {
                        visible(column.name): visible(cell) if isinstance(cell, str) else cell
                        for column, cell in zip(one.block.columns, row, strict=True)
                    }
                    for row in one.block.rows
                ],
            }
            for one in blocks
            if isinstance(one.block, Table)
        ],
    }


def _csv(path: str, frame: Any, about: str, report: Report) -> Member:
    marked = marked_frame(frame, report.mark)
    return Member(path, csv_bytes(marked), about, tuple(marked.columns))


def _zipped(contents: Mapping[str, bytes], report: Report) -> bytes:
    file = BytesIO()
    date = max(report.made_at.timetuple()[:6], (1980, 1, 1, 0, 0, 0))
    with zipfile.ZipFile(file, "w") as archive:
        for path in sorted(contents):
            member = zipfile.ZipInfo(path, date)
            member.create_system = 3  # the same on every system
            member.external_attr = 0o644 << 16
            archive.writestr(member, contents[path], zipfile.ZIP_DEFLATED)
    return file.getvalue()
