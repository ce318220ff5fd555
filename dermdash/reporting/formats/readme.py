"""The first file that somebody opens in an archive."""

import textwrap
from collections.abc import Iterator, Mapping
from itertools import groupby

from dermdash.reporting.formats.visible import visible
from dermdash.reporting.report import Report

HOW = """\
How to read the files
---------------------
CSV files are UTF-8 with commas and a point, numbers with all their digits. An empty
cell is a missing value, never 0. A text that a spreadsheet could take for a formula has
an apostrophe before it: take one off to get the text back. data-dictionary.csv says what
each column holds, and its unit.
"""
MARKED = """\
The column "report_mark" and the foot of each figure repeat the mark: keep it with what
you cut out.
"""
SCRIPTS = """\
How to check a comparison
-------------------------
A script reads the table of the same name beside it, compares again and stops where a
number differs from the report. It names in its head what it needs.

{commands}"""
SUMS = """\
How to check that nothing changed
---------------------------------
    sha256sum -c SHA256SUMS
"""


def readme(report: Report, files: Mapping[str, str]) -> str:
    """What is what.

    files : a sentence each, by path
    """
    commands = "".join(f"    python {path}\n" for path in files if path.endswith(".py"))
    parts = [
        f"{heading(report)}\n",
        "Files\n-----\n" + "".join(_entries(files)),
        HOW + (MARKED if report.mark else ""),
        *([SCRIPTS.format(commands=commands)] if commands else []),
        SUMS,
    ]
    return "\n".join(parts)


def heading(report: Report) -> str:
    """What stands over each text: title, mark, studies, who made it and when."""
    title = " ".join(visible(report.title).split())
    lines = [
        title,
        "=" * min(len(title), 80),
        *(["", visible(report.mark)] if report.mark else []),
        "",
        *_lines("Studies: " + ", ".join(report.studies)),
        *_lines(f"Made by {report.made_by}, {report.made}"),
        *_lines(f"Software: {report.software}"),
    ]
    return "\n".join(lines)


def _entries(files: Mapping[str, str]) -> Iterator[str]:
    """Files of one thing, such as a figure's, together: ``figure-01.csv .png .svg``."""
    for (stem, about), paths in groupby(files.items(), lambda one: (_stem(one[0]), one[1])):
        first, *others = [path for path, _ in paths]
        endings = "".join(f" {path.removeprefix(stem)}" for path in others)
        yield "\n".join([f"{first}{endings}", *_lines(about, indent="    "), ""])


def _stem(path: str) -> str:
    return path.rpartition(".")[0]


def _lines(words: str, *, indent: str = "") -> list[str]:
    return textwrap.wrap(
        visible(words),
        88,
        initial_indent=indent,
        subsequent_indent=indent or "  ",
        break_on_hyphens=False,
    )
