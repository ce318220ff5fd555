"""The workbook: tidy sheets that other programs read back with the same numbers."""

import io
import re
import zipfile
from dataclasses import replace
from datetime import datetime

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dermdash.errors import InputError
from dermdash.reporting.blocks import Attachment, Column, Content, Table
from dermdash.reporting.formats.dictionary import UNKNOWN
from dermdash.reporting.formats.sheets import NAME_LETTERS, OURS, sheet_name, sheets_of
from dermdash.reporting.report import Report, render
from tests.support.reports import MARK, NASTY, nasty_report, sample_report


def with_frame(frame: pd.DataFrame, name: str = "scores") -> Report:
    section = Content("Part", "Said.", (Attachment(name, frame, "Rows."),))
    return replace(sample_report(), contents=(section,))


def read(report: Report, sheet: str) -> pd.DataFrame:
    """As the first sheet tells people to read it."""
    return pd.read_excel(io.BytesIO(render(report, "xlsx")), sheet_name=sheet, header=2)


def test_the_same_report_gives_the_same_bytes() -> None:
    """Lost: nobody could tell whether a workbook is the one that was kept."""
    data = render(sample_report(), "xlsx")
    assert data == render(sample_report(), "xlsx")
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert book.properties.created == datetime(2026, 3, 1, 9, 5)
    assert book.properties.creator == "Ada (not verified)"


def test_pandas_reads_the_numbers_back() -> None:
    """Lost: who computes on from the workbook would compute on other numbers."""
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(
        {
            "subject_id": [f"{k:03d}" for k in range(50)],
            "expected_grade": rng.uniform(1, 4, 50),
            "p": 10.0 ** -rng.uniform(0, 300, 50),
            "n_layers": rng.integers(20, 70, 50),
            "per_protocol": rng.uniform(size=50) < 0.5,
            "age": pd.array([None, *range(1, 50)], dtype="Int64"),
        }
    )
    frame.loc[4, "expected_grade"] = np.nan
    back = pd.read_excel(
        io.BytesIO(render(with_frame(frame), "xlsx")),
        sheet_name="scores",
        header=2,
        dtype={"subject_id": "string"},
    )
    assert list(back) == list(frame)
    assert list(back["subject_id"]) == list(frame["subject_id"])  # 007 stays 007
    np.testing.assert_allclose(back["expected_grade"], frame["expected_grade"], rtol=1e-15)
    np.testing.assert_allclose(back["p"], frame["p"], rtol=1e-15)
    assert back["n_layers"].tolist() == frame["n_layers"].tolist()
    assert back["per_protocol"].tolist() == frame["per_protocol"].tolist()
    assert back["age"].isna().tolist() == frame["age"].isna().tolist()
    assert back["age"][7] == 7


def test_tables_and_figures_are_sheets_with_their_captions() -> None:
    """Lost: a table of the report could not be found in its workbook."""
    report = sample_report()
    table = read(report, "Table 1")
    assert table["Estimate"].tolist()[0] == 0.31
    assert bool(np.isnan(table["p"].tolist()[1]))
    figure = report.contents[0].blocks[5]
    pd.testing.assert_frame_equal(read(report, "Figure 2"), figure.data)  # type: ignore[union-attr]
    book = openpyxl.load_workbook(io.BytesIO(render(report, "xlsx")))
    assert book["Table 1"]["A2"].value == "Table 1. Differences between arms. Two-sided at .05."
    assert book["Table 1"]["C4"].number_format == '[<0.001]"< .001";.000'
    assert [book["Table 1"].freeze_panes, book["Table 1"].auto_filter.ref] == ["A4", "A3:C5"]
    listed = [row[0].value for row in book["Read me"].iter_rows(min_row=1, max_col=1)]
    assert set(book.sheetnames) - {"Read me"} <= set(listed)


def test_every_sheet_carries_the_mark_seen_and_printed() -> None:
    """Lost: a sheet of a demonstration could pass for one of skin."""
    book = openpyxl.load_workbook(io.BytesIO(render(sample_report(), "xlsx")))
    for page in book:
        assert page["A1"].value == MARK, page.title
        assert MARK in page.oddHeader.right.text, page.title


def test_all_statistics_settings_and_provenance_stand_on_sheets() -> None:
    """Lost: what the numbers stand on would be missing from what scientists take."""
    report = sample_report()
    statistics = read(report, "Statistics")
    row = statistics[statistics["what"] == "Estimate"].iloc[0]
    assert (row["row"], row["value"]) == ("active − placebo", 0.31)
    assert "Expected grade" not in set(statistics["what"])  # a list of subjects is no statistic
    settings_sheet = read(report, "Settings")
    assert settings_sheet.to_dict("records") == [
        {"file": "settings.json", "setting": "alpha", "value": 0.05}
    ]
    kept = read(report, "Provenance").set_index("what")["value"]
    assert kept["made at"] == "2026-03-01 09:05 UTC"
    assert kept["Software"] == "dermdash 0.1.0"


def test_the_dictionary_describes_each_tidy_column() -> None:
    """Lost: a reader would have to guess what a column holds; a covariate could look like ours."""
    report = sample_report()
    found = read(report, "Data dictionary")
    assert not found["holds"].eq(UNKNOWN).any()
    assert {"Figure 1", "Figure 2", "scores"} == set(found["sheet"])
    own = read(with_frame(pd.DataFrame({"smoker": ["no"], "depth_um": [3]})), "Data dictionary")
    assert own["holds"].tolist()[0] == UNKNOWN
    assert own["unit"].tolist()[1] == "µm"


def test_no_users_text_becomes_a_formula_or_a_link() -> None:
    """Lost: an arm's name could run a program on the machine of who opens the workbook."""
    data = render(nasty_report(), "xlsx")
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        for name in parts.namelist():
            text = parts.read(name).decode("utf-8", "replace")
            assert "<f>" not in text, name
            assert "<f " not in text, name
            assert 'TargetMode="External"' not in text, name
    book = openpyxl.load_workbook(io.BytesIO(data))
    arms = [row[0].value for row in book["Figure 2"].iter_rows(min_row=4, max_col=1)]
    assert list(dict.fromkeys(arms)) == list(NASTY)
    cell = book["Figure 2"]["A4"]
    assert (cell.data_type, cell.quotePrefix) == ("s", True)


@settings(max_examples=200)
@given(st.text(st.characters(exclude_categories=()), max_size=50), st.integers(0, 3))
def test_names_of_sheets_are_valid_and_unique(name: str, n_before: int) -> None:
    """Lost: Excel would call the file damaged."""
    taken: set[str] = set()
    for _ in range(n_before + 1):
        found = sheet_name(name, taken)
        assert 0 < len(found.encode("utf-16-le")) / 2 <= NAME_LETTERS
        assert not re.search(r"[\[\]:*?/\\]", found)
        assert found.strip("'") == found
        assert found.casefold() not in taken
        taken.add(found.casefold())


def test_names_of_ours_are_kept_for_ours() -> None:
    """Lost: the sheet that the first page names would be another."""
    for name in OURS:
        report = with_frame(pd.DataFrame({"x": [1]}), name.replace(" ", "-"))
        names = [sheet.name for sheet in sheets_of(report)]
        assert names.count(name) == (name != "Read me" and name not in ("Statistics", "Settings"))
        assert len({one.casefold() for one in names}) == len(names)
    history = sheets_of(with_frame(pd.DataFrame({"x": [1]}), "History"))
    assert "History 2" in [sheet.name for sheet in history]


def test_a_table_longer_than_a_sheet_is_split_and_one_too_wide_refused() -> None:
    """Lost: rows beyond a sheet's end would be missing without a word."""
    frame = pd.DataFrame({"x": range(25)})
    parts = [one for one in sheets_of(with_frame(frame), most_rows=13) if "Rows." in one.about]
    assert [(one.name, len(one.rows)) for one in parts] == [
        ("scores", 10),
        ("scores 2", 10),
        ("scores 3", 5),
    ]
    assert [row for one in parts for row in one.rows] == [(k,) for k in range(25)]
    assert parts[1].about == "Rows. Part 2 of 3."
    wide = Table("Wide", (Column("x", "count"),) * 16_385, (tuple(range(16_385)),))
    report = replace(sample_report(), contents=(Content("Part", "Said.", (wide,)),))
    with pytest.raises(InputError, match="16385 columns"):
        render(report, "xlsx")


@settings(max_examples=25)
@given(
    cells=st.lists(st.text(st.characters(exclude_categories=())), min_size=1, max_size=4),
    title=st.text(st.characters(exclude_categories=())),
)
def test_any_text_can_be_written_and_read(cells: list[str], title: str) -> None:
    """Lost: one odd letter in one name, and the workbook is damaged."""
    frame = pd.DataFrame([(cell, 1.5) for cell in cells], dtype="object")
    frame.columns = pd.Index(["subject_id", f"n {title}"], dtype="object")
    report = replace(
        with_frame(frame), title=title, made_by=title, mark=title, studies=(title, title)
    )
    book = openpyxl.load_workbook(io.BytesIO(render(report, "xlsx")))
    assert [row[1].value for row in book["scores"].iter_rows(min_row=4)] == [1.5] * len(cells)


def test_odd_values_are_seen_for_what_they_are() -> None:
    """Lost: an unbounded interval or a long text would damage the file or pass for a number."""
    frame = pd.DataFrame(
        {
            "ci_high": [np.inf, -np.inf, np.nan],
            "note": ["a" * 40_000, "-1", "007"],
            "big": [2**60, 1, 2],
            "at": pd.to_datetime(["2026-03-01"] * 3),
        }
    )
    book = openpyxl.load_workbook(io.BytesIO(render(with_frame(frame), "xlsx")))
    page = book["scores"]
    rows = [[cell.value for cell in row] for row in page.iter_rows(min_row=4)]
    assert [row[0] for row in rows] == ["inf", "-inf", None]
    assert rows[0][1].endswith("… (cut: a cell holds no more)")
    assert [row[1] for row in rows[1:]] == ["-1", "007"]
    assert rows[0][2] == str(2**60)
    assert rows[0][3] == "2026-03-01T00:00:00"


def test_tables_without_rows_or_columns_and_reports_of_nothing() -> None:
    """Lost: the first report of an empty study would be an error."""
    empty = Table("Nobody", (Column("Subject"), Column("n", "count")), ())
    report = replace(
        sample_report(),
        contents=(Content("Empty", "Nobody.", (empty, Table("Nothing", (), ()))),),
        mark="",
        studies=(),
    )
    assert list(read(report, "Table 1")) == ["Subject", "n"]
    nothing = replace(report, contents=(), provenance=Content("Provenance", "None.", ()))
    assert "Provenance" in openpyxl.load_workbook(io.BytesIO(render(nothing, "xlsx"))).sheetnames
