"""One small report in each format: whole, and the same bytes when it is made again."""

import zipfile
from datetime import UTC, datetime
from io import BytesIO

import pandas as pd

from dermdash.reporting.blocks import Bullets, Chart, Content, Figure, Paragraph, table_of
from dermdash.reporting.report import FORMATS, Format, Report, render
from dermdash.reporting.validation.check import Check, tried

MADE_AT = datetime(2026, 1, 1, tzinfo=UTC)
STARTS: dict[Format, bytes] = {
    "pdf": b"%PDF-1.7",
    "html": b"<!doctype html",
}


def check_reports() -> tuple[Check, ...]:
    """Each format, in order."""
    return tuple(_check_format(kind) for kind in FORMATS)


def small_report() -> Report:
    """A section with words, a table and a figure; no study's."""
    changes = pd.DataFrame(
        [
            (arm, f"D{day}", day, up * day, up * day - 0.1, up * day + 0.1, 12)
            for arm, up in (("placebo", 0.001), ("active", 0.008))
            for day in (0, 28)
        ],
        columns=["arm", "visit", "day", "mean", "ci_low", "ci_high", "n"],
    )
    figure = Figure(
        draw="change_lines",
        arguments={
            "changes": changes,
            "arm_colours": {"placebo": "#7F7F7F", "active": "#0072B2"},
            "score": "expected_grade",
        },
        caption="Two made-up arms: mean change with 95 % CI.",
        alt="Two lines, of which one rises.",
        data=changes,
        chart=Chart("lines", "day", "mean", series="arm", low="ci_low", high="ci_high"),
    )
    section = Content(
        "A section",
        "Made up to try the formats.",
        (
            Paragraph("Made up to try the formats.", "lead"),
            Bullets(("20 µm under the DEJ", "p < .001")),
            figure,
            table_of(changes, "The figure's numbers"),
        ),
    )
    return Report(
        title="Validation of the formats",
        studies=("none",),
        mark="SYNTHETIC",
        contents=(section,),
        provenance=Content("Provenance", "Made up.", (Paragraph("No study's data."),)),
        made_by="validation",
        made_at=MADE_AT,
        software="dermdash",
    )


def _check_format(kind: Format) -> Check:
    def run() -> tuple[str, bool]:
        made = render(small_report(), kind)
        if not is_whole(made, kind):
            return "a damaged file", False
        same = render(small_report(), kind) == made
        return ("whole, the same twice" if same else "whole, other bytes when made again"), same

    return tried(
        "reports",
        f"a report as {kind.upper()}",
        "whole, the same twice",
        run,
        source="made twice, compared byte for byte",
    )


def is_whole(made: bytes, kind: Format) -> bool:
    """Whether a file is what its name says, as far as its own marks tell."""
    if kind in STARTS:
        return made[: len(STARTS[kind])].lower() == STARTS[kind].lower()
    if not zipfile.is_zipfile(BytesIO(made)):
        return False
    with zipfile.ZipFile(BytesIO(made)) as archive:
        return archive.testzip() is None and bool(archive.namelist())
