"""A report with every kind of block, and one whose names try to break each format."""

from dataclasses import replace
from datetime import datetime
from io import BytesIO

import numpy as np
import pandas as pd

from dermdash.reporting.blocks import (
    Attachment,
    Bullets,
    Chart,
    Column,
    Content,
    Figure,
    Paragraph,
    Picture,
    Table,
    table_of,
)
from dermdash.reporting.figures.data import depth_heatmap
from dermdash.reporting.report import Brand, Report

MADE_AT = datetime(2026, 3, 1, 9, 5)
MARK = "SYNTHETIC · DEMONSTRATION MODEL"
GREY, BLUE = "#7F7F7F", "#0072B2"
NASTY = (
    "=cmd|' /C calc'!A0",
    '#import "x": *',
    "<script>alert(1)</script>",
    "$x^2$ _under_ *star* `code` @ref <label>",
    "quote \" and ' and \\ backslash",
    "肌の改善 プラセボ",
    "قبل العلاج",
    "לפני",
    "glow ✨🧴",
    "@SUM(1+1)",
    "a-very-long-arm-name-without-any-space-that-goes-on-and-on-for-more-than-a-hundred-letters-"
    * 2,
)


def png(shade: int = 90) -> bytes:
    """A small picture."""
    from PIL import Image

    file = BytesIO()
    Image.fromarray(np.full((40, 60), shade, np.uint8)).save(file, "PNG")
    return file.getvalue()


def heatmap_figure(arms: tuple[str, ...]) -> Figure:
    depth = np.arange(70)
    rows = pd.concat(
        pd.DataFrame(
            {"arm": arm, "depth_um": depth, "mean": 1.6 + place * 0.5 + depth / 140, "sd": 0.3}
        ).assign(n_subjects=12)
        for place, arm in enumerate(arms)
    )
    return Figure(
        draw="cohort_heatmap",
        arguments={"heatmap": depth_heatmap(rows, list(arms)), "score": "expected_grade"},
        caption="Dermal quality by depth: mean expected grade (1 to 4) over each arm's subjects.",
        alt="A column an arm, depth below the DEJ downwards.",
        data=rows,
    )


def change_figure(arms: tuple[str, ...]) -> Figure:
    rows = pd.DataFrame(
        [
            (arm, f"D{day}", day, up * day / 56, up * day / 56 - 0.2, up * day / 56 + 0.2, 12)
            for arm, up in zip(arms, np.linspace(0.05, 0.45, len(arms)), strict=True)
            for day in (0, 28, 56)
        ],
        columns=["arm", "visit", "day", "mean", "ci_low", "ci_high", "n"],
    )
    colours = {arm: (GREY, BLUE)[place % 2] for place, arm in enumerate(arms)}
    return Figure(
        draw="change_lines",
        arguments={"changes": rows, "arm_colours": colours, "score": "expected_grade"},
        caption="Change since baseline: each arm's mean with 95 % CI, n = 12 an arm.",
        alt="Two lines that rise over the visits.",
        data=rows,
        chart=Chart("lines", x="day", y="mean", series="arm", low="ci_low", high="ci_high"),
    )


def result(arms: tuple[str, ...] = ("placebo", "active")) -> Content:
    """A section with every kind of block."""
    scores = pd.DataFrame(
        {"subject_id": ["S1", "S2"], "arm": arms[:2], "visit": "D0", "expected_grade": [2.1, 2.9]}
    )
    return Content(
        f"Change of {arms[-1]} against {arms[0]}",
        f"{arms[-1]} rose 0.31 more than {arms[0]} (95 % CI 0.06 to 0.56, p = .018).",
        (
            Paragraph(f"{arms[-1]} rose 0.31 more than {arms[0]}.", "lead"),
            Paragraph("A difference of changes, baseline-adjusted."),
            Paragraph("Fragile: 5 µm deeper it is not significant.", "warning"),
            Bullets(tuple(f"{arm}: 12 subjects" for arm in arms)),
            heatmap_figure(arms),
            change_figure(arms),
            Picture(png(), "A slice at 20 µm under the DEJ.", "Grey fibres."),
            Table(
                "Differences between arms",
                (Column("Difference"), Column("Estimate", "score"), Column("p", "p")),
                (
                    *((f"{a} − {arms[0]}", 0.31, 0.018) for a in arms[1:]),
                    ("none", None, None),
                ),
                "Two-sided at .05.",
            ),
            Paragraph("ns: not significant.", "note"),
            Attachment("scores", scores, "One row a subject and visit."),
            Attachment("script.py", "print('same')\n", "Runs the comparison again."),
            Attachment("settings.json", '{"alpha": 0.05}\n', "What was asked."),
        ),
    )


def long_table(n: int) -> Content:
    """A section whose table has n rows."""
    frame = pd.DataFrame(
        {
            "Subject": [f"S-{number:03d}" for number in range(n)],
            "Arm": ["placebo", "active"] * (n // 2) + ["placebo"] * (n % 2),
            "Expected grade": np.linspace(1, 4, n),
            "Scans": 3,
        }
    )
    return Content("Subjects", f"{n} subjects.", (table_of(frame, "All subjects"),))


def sample_report(arms: tuple[str, ...] = ("placebo", "active"), *, rows: int = 60) -> Report:
    """A report as the studies' cards make it."""
    provenance = Content(
        "Provenance",
        "What these numbers stand on.",
        (
            Table(
                "Software and model",
                (Column("What"), Column("Value")),
                (("Software", "dermdash 0.1.0"), ("Model", "phantom-v1 " + "0af3" * 16)),
            ),
        ),
    )
    return Report(
        title=f"Firming serum: {arms[-1]}",
        studies=("Firming serum",),
        mark=MARK,
        contents=(result(arms), long_table(rows)),
        provenance=provenance,
        made_by="Ada (not verified)",
        made_at=MADE_AT,
        software="dermdash 0.1.0, numpy 2.4",
        brand=Brand("Laboratoire Été", png(200), "#0B6E4F"),
    )


def nasty_report() -> Report:
    """The same where all that users name is hostile or in letters that fonts lack."""
    report = sample_report(NASTY, rows=5)
    return replace(report, title=NASTY[1], studies=NASTY[:3], made_by=NASTY[2])
