"""Reports as slides: what is shown in a meeting must be right, marked, and safe to edit."""

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from shutil import which
from typing import Any
from zipfile import ZipFile

import numpy as np
import openpyxl
import pandas as pd
import pptx
import pytest
from pptx.enum.chart import XL_CHART_TYPE
from pptx.oxml.ns import qn

from dermdash.reporting.blocks import (
    Bullets,
    Chart,
    Column,
    Content,
    Figure,
    Paragraph,
    Table,
    table_of,
)
from dermdash.reporting.figures.data import DEFAULT_COLOURS, GRADE_COLOURS
from dermdash.reporting.formats import slides
from dermdash.reporting.report import Report, render
from tests.reporting.formats.test_word import pages_of
from tests.support.reports import (
    BLUE,
    GREY,
    MADE_AT,
    MARK,
    NASTY,
    change_figure,
    long_table,
    nasty_report,
    sample_report,
)

ARMS = {"placebo": GREY, "active": BLUE}


@pytest.fixture(scope="module")
def sample() -> Any:
    return opened(sample_report())


@pytest.fixture(scope="module")
def nasty() -> Any:
    return opened(nasty_report())


def opened(report: Report) -> Any:
    return pptx.Presentation(BytesIO(render(report, "pptx")))


def of(*contents: Content) -> Any:
    """The deck of a report with these sections alone."""
    return opened(replace(sample_report(rows=1), contents=contents))


def titles(deck: Any) -> list[str]:
    return [slide.shapes.title.text_frame.text for slide in deck.slides]


def words(slide: Any, name: str) -> str:
    shapes = [shape for shape in slide.shapes if shape.name == name]
    return shapes[0].text_frame.text if shapes else ""


def charts(deck: Any) -> list[Any]:
    return [shape.chart for slide in deck.slides for shape in slide.shapes if shape.has_chart]


def tables(deck: Any) -> Iterator[list[list[str]]]:
    for slide in deck.slides:
        for shape in slide.shapes:
            if shape.has_table:
                yield [[cell.text for cell in row.cells] for row in shape.table.rows]


def sheet(chart: Any) -> Any:
    return openpyxl.load_workbook(BytesIO(chart.part.chart_workbook.xlsx_part.blob)).active


def bars(data: pd.DataFrame, chart: Chart, draw: str = "group_bars") -> Figure:
    arguments = {"score": "expected_grade", "arm_colours": ARMS}
    return Figure(draw, arguments, "Mean and SD, n = 12 an arm.", "Two bars.", data, chart)


def test_each_slide_says_its_section_s_message(sample: Any) -> None:
    """A slide with a topic in the place of a message leaves the room guessing."""
    assert titles(sample)[0] == "Firming serum: active"
    assert (
        titles(sample)[1] == "active rose 0.31 more than placebo (95 % CI 0.06 to 0.56, p = .018)."
    )
    assert titles(sample)[-1] == "What these numbers stand on."


def test_slides_are_wide(sample: Any) -> None:
    """Slides of 4 to 3 have black bars on every screen of today."""
    assert sample.slide_width / sample.slide_height == pytest.approx(16 / 9)


def test_the_mark_stands_on_every_slide_and_in_every_chart(sample: Any) -> None:
    """One slide copied into another deck could pass for a result."""
    assert all(words(slide, "Mark") == MARK for slide in sample.slides)
    assert [chart.chart_title.text_frame.text for chart in charts(sample)] == [MARK]


def test_what_must_be_seen_is_on_the_slides_of_its_section(sample: Any) -> None:
    """A warning in the notes only is a warning that nobody sees."""
    warned = [words(slide, "Warning") for slide in sample.slides]
    of_section = [words(slide, "Section").startswith("Change of") for slide in sample.slides]
    assert [bool(warning) for warning in warned] == of_section
    assert "Fragile: 5 µm deeper it is not significant." in warned


def test_paragraphs_are_in_the_notes_and_captions_below(sample: Any) -> None:
    """The speaker would have nothing to say, and the audience no n."""
    (slide, *_) = [slide for slide in sample.slides if any(s.has_chart for s in slide.shapes)]
    assert words(slide, "Caption").startswith("Change since baseline: each arm's mean with 95 % CI")
    first = sample.slides[1].notes_slide.notes_text_frame.text
    assert "A difference of changes, baseline-adjusted." in first
    assert "ns: not significant." in first


def test_lines_are_a_native_chart_over_numbers(sample: Any) -> None:
    """As categories, D0, D7 and D56 would stand at equal distances."""
    (chart,) = charts(sample)
    assert chart.chart_type == XL_CHART_TYPE.XY_SCATTER_LINES
    placebo, active = chart.plots[0].series
    assert list(active.values) == pytest.approx([0, 0.225, 0.45])
    xs = [float(x.text) for x in active._element.find(qn("c:xVal")).iter(qn("c:v"))]
    assert xs == [0, 28, 56]
    assert (placebo.name, active.name) == ("placebo", "active")
    assert str(active.format.line.color.rgb) == BLUE[1:]


def test_intervals_of_lines_reach_from_low_to_high(sample: Any) -> None:
    """An interval of another length is a wrong number shown with confidence."""
    figure = change_figure(("placebo", "active"))
    rows = figure.data[figure.data["arm"] == "active"]
    (chart,) = charts(sample)
    above, below = reaches(chart.plots[0].series[1])
    assert above == pytest.approx(list(rows["ci_high"] - rows["mean"]))
    assert below == pytest.approx(list(rows["mean"] - rows["ci_low"]))


def reaches(series: Any) -> list[list[float]]:
    """How far the intervals of a series reach, upwards and downwards."""
    intervals = series._element.find(qn("c:errBars"))
    return [
        [float(value.text) for value in intervals.find(qn(side)).iter(qn("c:v"))]
        for side in ("c:plus", "c:minus")
    ]


def cells_at(chart: Any, place: str) -> list[float]:
    """The numbers that a reference of a chart points to in its sheet."""
    rows = sheet(chart)[place.removeprefix("Sheet1!").replace("$", "")]
    return [row[0].value for row in rows]


def test_a_chart_s_sheet_holds_what_the_chart_shows(sample: Any) -> None:
    """ "Edit data" would otherwise change every number and interval on the slide."""
    (chart,) = charts(sample)
    for series in chart.plots[0].series:
        for part in ("c:yVal", "c:errBars"):
            for reference in series._element.find(qn(part)).iter(qn("c:numRef")):
                shown = [float(value.text) for value in reference.iter(qn("c:v"))]
                assert cells_at(chart, reference.find(qn("c:f")).text) == pytest.approx(shown)


def test_bars_are_columns_from_grade_1_in_the_arms_colours() -> None:
    """Bars from 0 on a scale of 1 to 4 make every difference look smaller than it is."""
    data = pd.DataFrame(
        {"arm": list(ARMS), "mean": [1.8, 2.9], "low": [0.9, 2.5], "high": [2.7, 3.3]}
    )
    figure = bars(data, Chart("bars", "arm", "mean", low="low", high="high"))
    (chart,) = charts(of(Content("Groups", "Active is higher.", (figure,))))
    assert chart.chart_type == XL_CHART_TYPE.COLUMN_CLUSTERED
    assert (chart.value_axis.minimum_scale, chart.value_axis.maximum_scale) == (1, 4)
    (series,) = chart.plots[0].series
    assert list(series.values) == [1.8, 2.9]
    colours = [str(series.points[place].format.fill.fore_color.rgb) for place in (0, 1)]
    assert colours == [GREY[1:], BLUE[1:]]
    assert reaches(series) == [pytest.approx([0.9, 0.4]), pytest.approx([0.9, 0.4])]
    assert chart.value_axis.axis_title.text_frame.text == "expected grade, mean"


def test_grouped_bars_keep_gaps_as_gaps() -> None:
    """A missing mean drawn as 0 is a change that nobody measured."""
    rows = [("placebo", "D28", -0.1), ("placebo", "D56", np.nan), ("active", "D56", 0.4)]
    data = pd.DataFrame(rows, columns=["arm", "visit", "mean"]).assign(low=-0.3, high=0.6)
    figure = bars(data, Chart("bars", "visit", "mean", "arm", "low", "high"), "change_lines")
    (chart,) = charts(of(Content("Changes", "It changed.", (figure,))))
    values = {series.name: list(series.values) for series in chart.plots[0].series}
    assert values == {"placebo": [-0.1, None], "active": [None, 0.4]}
    assert list(chart.plots[0].categories) == ["D28", "D56"]
    assert chart.value_axis.minimum_scale <= -0.3
    assert chart.value_axis.axis_title.text_frame.text == "change in expected grade, mean"
    active = chart.plots[0].series[1]
    places = [point.get("idx") for point in active._element.find(qn("c:errBars")).iter(qn("c:pt"))]
    assert places == ["1", "1"]


def test_grades_keep_the_colours_of_their_scale() -> None:
    """Grade 1 in another colour than on every page is read as another grade."""
    rows = [(arm, f"grade {grade}", 0.25) for arm in ARMS for grade in (1, 2, 3, 4)]
    data = pd.DataFrame(rows, columns=["arm", "grade", "share"])
    figure = bars(data, Chart("bars", "arm", "share", "grade"), "class_shares")
    figure = replace(figure, arguments={"colours": DEFAULT_COLOURS})
    (chart,) = charts(of(Content("Grades", "A quarter each.", (figure,))))
    colours = [f"#{one.format.fill.fore_color.rgb}".lower() for one in chart.plots[0].series]
    assert colours == list(GRADE_COLOURS[DEFAULT_COLOURS])
    assert chart.value_axis.tick_labels.number_format == "0%"


@pytest.mark.parametrize(
    ("draw", "y", "more", "named"),
    [
        ("group_lines", "mean", {}, "expected grade, mean"),
        ("group_lines", "mean", {"depth_um": (0, 20)}, "expected grade, 0 to 20 µm, mean"),
        ("difference_band", "difference", {}, "difference in expected grade"),
        (
            "difference_band",
            "difference",
            {"change": True},
            "difference of changes in expected grade",
        ),
        ("sensitivity_curve", "difference", {"difference": "active − placebo"}, "active − placebo"),
    ],
)
def test_axes_are_named_by_what_they_show(
    draw: str, y: str, more: dict[str, Any], named: str
) -> None:
    """An axis called "mean" leaves open of what; a change is not a score."""
    data = pd.DataFrame({"depth_um": range(70), y: np.linspace(-0.2, 0.8, 70)})
    data = data.assign(low=data[y] - 0.1, high=data[y] + 0.1)
    arguments = {"score": "expected_grade", **more}
    chart = Chart("lines", "depth_um", y, low="low", high="high")
    figure = Figure(draw, arguments, "Along depth.", "A line.", data, chart)
    (drawn,) = charts(of(Content("Depths", "It falls.", (figure,))))
    assert drawn.value_axis.axis_title.text_frame.text == named
    assert drawn.category_axis.axis_title.text_frame.text == "depth below the DEJ (µm)"
    assert drawn.value_axis.minimum_scale <= -0.3
    assert drawn.value_axis.maximum_scale >= 0.9
    assert not drawn.has_legend


def test_points_without_a_value_are_left_out_of_a_line() -> None:
    """A line through 0 where nothing was measured."""
    figure = change_figure(("placebo", "active"))
    data = figure.data.copy()
    data.loc[(data["arm"] == "active") & (data["day"] == 28), "mean"] = np.nan
    (chart,) = charts(of(Content("Changes", "It rose.", (replace(figure, data=data),))))
    assert list(chart.plots[0].series[1].values) == pytest.approx([0, 0.45])


@pytest.mark.parametrize(
    "chart",
    [
        None,
        Chart("lines", "visit", "mean", "arm"),  # words are no numbers
        Chart("lines", "day", "median", "arm"),  # there is no such column
        Chart("lines", "day", "mean"),  # several values a day
    ],
)
def test_what_cannot_be_a_chart_is_the_picture(chart: Chart | None) -> None:
    """A chart of the wrong columns is worse than none, and a report that fails is no report."""
    figure = replace(change_figure(("placebo", "active")), chart=chart)
    deck = of(Content("Changes", "It rose.", (figure,)))
    assert charts(deck) == []
    pictures = [shape for shape in deck.slides[1].shapes if shape.shape_type == 13]
    (described,) = [shape._element.xpath(".//p:cNvPr")[0].get("descr") for shape in pictures]
    assert described == "Two lines that rise over the visits."


def test_figures_and_tables_have_words_for_those_who_cannot_see_them(sample: Any) -> None:
    """A reader with a screen reader would hear "picture 2"."""
    for slide in list(sample.slides)[1:]:
        for shape in slide.shapes:
            if shape.has_chart or shape.has_table or shape.shape_type == 13:
                assert shape._element.xpath(".//p:cNvPr")[0].get("descr")


def test_long_tables_go_on_with_their_head() -> None:
    """Rows that run off the slide are rows that are lost."""
    deck = of(long_table(500))
    pieces = [piece for piece in tables(deck) if piece[0][0] == "Subject"]
    assert [row[0] for piece in pieces for row in piece[1:]] == [
        f"S-{row:03d}" for row in range(500)
    ]
    assert {tuple(piece[0]) for piece in pieces} == {("Subject", "Arm", "Expected grade", "Scans")}
    slides_of = [slide for slide in deck.slides if words(slide, "Section").startswith("Subjects")]
    assert len(slides_of) == len(pieces) > 10
    assert "rows 1 to " in words(slides_of[0], "Section")
    assert titles(deck).count("500 subjects. (continued)") == len(pieces) - 1


def test_a_cell_longer_than_a_slide_goes_on_in_the_next() -> None:
    """Words cut from a cell are words that nobody agreed to leave out."""
    sentence = " ".join(f"w{number}" for number in range(2000))
    table = Table("Long", (Column("What"), Column("n", "count")), ((sentence, 3), ("short", 4)))
    deck = of(Content("Words", "Many.", (table,)))
    pieces = [row for piece in tables(deck) for row in piece[1:] if piece[0] == ["What", "n"]]
    assert " ".join(row[0] for row in pieces[:-1]).split() == sentence.split()
    assert [row[1] for row in pieces] == ["3", *[""] * (len(pieces) - 2), "4"]
    kickers = [words(slide, "Section") for slide in deck.slides if words(slide, "Section")]
    assert kickers[0] == "Words  ·  row 1 of 2"
    assert kickers[-2] == "Words  ·  rows 1 to 2 of 2"


def test_nothing_reaches_past_the_slide() -> None:
    """What lies under the slide's edge is not there for the audience."""
    cells = tuple((word, "words and " * 300, 3) for word in ("x" * 180, "肌" * 120))
    table = Table("Big", (Column("What"), Column("n" * 200), Column("n", "count")), cells)
    wide = table_of(pd.DataFrame({f"column {place}": [0.5] * 40 for place in range(16)}), "Wide")
    text = Paragraph("A sentence of a method. " * 300)
    deck = of(
        Content("Hard", "x" * 400, (Paragraph("Fragile. " * 60, "warning"), table, wide)),
        Content("Method", "How.", (text, Bullets(("A point. " * 20,) * 12))),
    )
    for slide in deck.slides:
        for shape in slide.shapes:
            assert shape.top + shape.height <= deck.slide_height
            assert shape.left + shape.width <= deck.slide_width
    shown = " ".join(words(slide, "Text") for slide in deck.slides)
    assert shown.count("A sentence of a method.") == 300
    assert shown.count("A point.") == 240


def test_points_of_a_section_with_figures_have_a_slide(sample: Any) -> None:
    """A summary's points would stand in the notes only."""
    assert words(sample.slides[1], "Text") == "placebo: 12 subjects\nactive: 12 subjects"


def test_a_section_of_nothing_still_says_its_message() -> None:
    """An answer of one sentence would vanish from the slides."""
    assert (
        titles(of(Content("Claims", "No claim is supported.", ())))[1] == "No claim is supported."
    )


def test_hostile_names_stay_words(nasty: Any) -> None:
    """A name taken as a formula would run when somebody edits the chart."""
    (chart,) = charts(nasty)
    kept = [series.name for series in chart.plots[0].series]
    assert kept[:6] == list(NASTY[:6])
    cells = [cell for row in sheet(chart).iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert NASTY[0] in [cell.value for cell in cells]
    for name, content in members(chart.part.chart_workbook.xlsx_part.blob):
        assert b"<f>" not in content, name
        assert b"hyperlink" not in content, name


def test_a_formula_as_a_category_stays_a_word() -> None:
    """Names of bars go into the sheet too."""
    data = pd.DataFrame({"arm": ["=1+1", "{=2}", "http://a.b/?q"], "mean": [1.5, 2.5, 3.5]})
    figure = bars(data, Chart("bars", "arm", "mean"))
    (chart,) = charts(of(Content("Groups", "Sums.", (figure,))))
    cells = [row[0] for row in sheet(chart).iter_rows(min_row=2)]
    assert [cell.value for cell in cells] == ["=1+1", "{=2}", "http://a.b/?q"]
    assert {cell.data_type for cell in cells} == {"s"}


def members(package: bytes) -> Iterator[tuple[str, bytes]]:
    with ZipFile(BytesIO(package)) as opened_package:
        for name in opened_package.namelist():
            yield name, opened_package.read(name)


def test_letters_that_xml_refuses_do_not_break_the_file() -> None:
    """One control character from a bar code reader would make the file unreadable."""
    bad = "S\x00\x1b\x0b\ud800\ufffe"
    data = pd.DataFrame({"arm": [bad.replace("\ud800", ""), "b"], "mean": [1.5, 2.5]})
    table = Table(bad, (Column(bad),), ((bad,),), bad)
    figure = replace(bars(data, Chart("bars", "arm", "mean")), caption=bad, alt=bad)
    content = Content(bad, bad, (Paragraph(bad, "warning"), Bullets((bad,)), table, figure))
    report = replace(
        sample_report(rows=1), title=bad, studies=(bad,), mark=bad, made_by=bad, contents=(content,)
    )
    deck = opened(report)
    assert next(tables(deck))[1] == ["SU+0000U+001BU+000BU+D800U+FFFE"]


def test_properties_are_the_report_s(sample: Any) -> None:
    """A file that says "PowerPoint Presentation, Steve Canny, 2013" looks like somebody else's."""
    properties = sample.core_properties
    assert (properties.title, properties.author) == ("Firming serum: active", "Ada (not verified)")
    assert properties.created.replace(tzinfo=None) == MADE_AT
    assert properties.last_modified_by == "Ada (not verified)"


def test_the_same_report_gives_the_same_bytes() -> None:
    """The hash of a kept report could not be checked; charts carry a dated sheet within."""
    report = sample_report(rows=3)
    first = slides.write(report)
    assert first == slides.write(report)
    with ZipFile(BytesIO(first)) as package:
        assert {member.date_time[0] for member in package.infolist()} == {1980}
        (inner,) = [name for name in package.namelist() if name.endswith(".xlsx")]
        assert b"1980-01-01T00:00:00Z" in dict(members(package.read(inner)))["docProps/core.xml"]
        assert not [name for name in package.namelist() if "thumbnail" in name or "printer" in name]


@pytest.mark.skipif(
    not (which("soffice") and which("pdftotext")), reason="soffice and pdftotext are not installed"
)
def test_another_program_shows_every_slide_with_its_mark(tmp_path: Path) -> None:
    """A file that only its own library can read."""
    report = sample_report(rows=40)
    pages = pages_of(render(report, "pptx"), "pptx", tmp_path)
    assert len(pages) == len(opened(report).slides)
    assert all(MARK in page for page in pages)
    assert "S-039" in "".join(pages)
    assert any("change in expected grade, mean" in page for page in pages)
