"""The document: what stands out first, then a Markdown table a section."""

from collections.abc import Sequence
from itertools import groupby

from benchmarks.simulations.counting import Row

HEAD = "| study | path | runs | rate | SE | verdict |\n|---|---|---:|---:|---:|---|"
INTRODUCTION = """# Simulations: what the tests do where the truth is known

Studies are drawn whose truth is known, and the functions of `dermdash.stats` that pages, reports
and the command line call are tried on each. A *rate* is the share of runs that found something at
the 5 % level (of intervals: that held the truth), with its binomial standard error (SE). 12
subjects a group where nothing else is said; runs whose data a path refused stand in brackets.

- Where its assumptions hold, a path promises a rate; the verdict compares by three standard errors
  of the promised rate. By chance alone one row in 370 lies further off.
- *Under, as promised*: a method that promises no more than 5 % (Holm, ranks by chi-squared,
  Greenhouse and Geisser, the stricter of two references along depth).
- *Outside its assumptions* nothing is promised: these rows say how far a path can be trusted where
  another one should be read.

`make simulate` makes this document again; `dermdash.stats.power`, behind *Planning*, promises the
power. Planted outliers lie at two points, 5 SDs up and down."""


def document(rows: Sequence[Row], made: str) -> str:
    """Markdown of all rows; ``made`` says when, how and with which seed."""
    return "\n\n".join([INTRODUCTION, made, _standing_out(rows), *_sections(rows)]) + "\n"


def rate(row: Row) -> str:
    """The share, as ``.050``."""
    return f"{row.hits / row.runs:.3f}".removeprefix("0") if row.runs else ""


def standard_error(row: Row) -> str:
    """Of the rate, as ``.0022``."""
    if not row.runs:
        return ""
    share = row.hits / row.runs
    return f"{(share * (1 - share) / row.runs) ** 0.5:.4f}".removeprefix("0")


def _standing_out(rows: Sequence[Row]) -> str:
    broken = [row for row in rows if not row.kept]
    promised = sum(row.promise.binding for row in rows)
    head = f"## What stands out\n\n{len(broken)} of {promised} promises were not kept"
    if not broken:
        return head + "."
    return "\n".join(
        [
            head + ":\n",
            *(
                f"- {row.path} ({row.scenario.drawn}): {rate(row)}, "
                f"{row.promise.verdict(row.hits, row.runs)}"
                for row in broken
            ),
        ]
    )


def _sections(rows: Sequence[Row]) -> list[str]:
    return [
        "\n".join([f"## {section}\n", HEAD, *map(_line, own)])
        for section, own in groupby(rows, key=lambda row: row.scenario.section)
    ]


def _line(row: Row) -> str:
    runs = f"{row.runs:,}" + (f" (+{row.refused:,})" if row.refused else "")
    cells = (
        row.scenario.drawn,
        row.path,
        runs,
        rate(row),
        standard_error(row),
        row.promise.verdict(row.hits, row.runs),
    )
    return f"| {' | '.join(cells)} |"
