"""The ZIP: plain files that say what the report says, and scripts that run beside their tables."""

import csv
import hashlib
import io
import json
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path, PurePosixPath

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dermdash.reporting.blocks import Attachment, Content
from dermdash.reporting.formats.dictionary import UNKNOWN
from dermdash.reporting.formats.files import safe_name, tidy_files
from dermdash.reporting.report import Report, render
from dermdash.reporting.script import Script
from dermdash.reporting.tables import FORMULA_STARTS
from tests.support.reports import MARK, NASTY, nasty_report, sample_report
from tests.support.scores import paper
from tests.support.scripts import ARMS, SAME, scripted


def unzip(report: Report) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(render(report, "zip"))) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def attached(*groups: tuple[Attachment, ...]) -> Report:
    """A report of nothing but attachments, a section each group."""
    sections = tuple(Content(f"Part {k}", "Said.", group) for k, group in enumerate(groups))
    return replace(sample_report(), contents=sections)


def of_script(script: Script) -> tuple[Attachment, ...]:
    table = script.csv_bytes.decode("utf-8", "surrogatepass")
    return (
        Attachment(script.script_name, script.text, "Compares again."),
        Attachment(script.csv_name, table, "What it reads."),
    )


def test_the_same_report_gives_the_same_bytes_and_says_their_sums() -> None:
    """Lost: nobody could tell whether a file is the one that was kept."""
    report = sample_report()
    data = render(report, "zip")
    assert data == render(sample_report(), "zip")
    files = unzip(report)
    assert list(files) == sorted(files)
    sums = dict(reversed(line.split("  ")) for line in files["SHA256SUMS"].decode().splitlines())
    assert sums == {
        name: hashlib.sha256(content).hexdigest()
        for name, content in files.items()
        if name != "SHA256SUMS"
    }
    members = zipfile.ZipFile(io.BytesIO(data)).infolist()
    assert {member.date_time for member in members} == {(2026, 3, 1, 9, 5, 0)}


def test_tables_and_figures_carry_their_numbers_whole() -> None:
    """Lost: who computes on from the files would compute on rounded numbers, or none."""
    report = sample_report(rows=7)
    files = unzip(report)
    table = pd.read_csv(io.BytesIO(files["tables/table-02.csv"]))
    exact = [row[2] for row in report.contents[1].blocks[0].rows]  # type: ignore[union-attr]
    np.testing.assert_array_equal(table["Expected grade"], exact)
    assert table["Scans"].dtype == np.int64
    figure = report.contents[0].blocks[5]
    read = pd.read_csv(io.BytesIO(files["figures/figure-02.csv"]))
    pd.testing.assert_frame_equal(read.drop(columns="report_mark"), figure.data)  # type: ignore[union-attr]
    empty = pd.read_csv(io.BytesIO(files["tables/table-01.csv"])).iloc[-1]
    assert (empty["Difference"], bool(np.isnan(empty["Estimate"]))) == ("none", True)


def test_every_file_taken_alone_carries_the_mark() -> None:
    """Lost: a figure or table of a demonstration could pass for one of skin."""
    files = unzip(sample_report())
    for name, content in files.items():
        if name.endswith(".svg"):
            assert b'id="mark"' in content, name
        elif name.endswith(".csv") and "/" in name:
            rows = list(csv.DictReader(io.StringIO(content.decode())))
            assert {row["report_mark"] for row in rows} == {MARK}, name
        elif name.endswith(".txt") or name == "provenance.json":
            assert MARK in content.decode(), name
    unmarked = unzip(replace(sample_report(), mark=""))
    assert not any(b"report_mark" in content for content in unmarked.values())
    assert b'id="mark"' not in unmarked["figures/figure-01.svg"]


def test_a_column_of_users_is_not_lost_to_the_mark() -> None:
    """Lost: a covariate that is called like the mark's column would be overwritten."""
    frame = pd.DataFrame({"report_mark": ["theirs"], "x": [1]})
    files = unzip(attached((Attachment("scores", frame, "Rows."),)))
    (row,) = csv.DictReader(io.StringIO(files["data/scores.csv"].decode()))
    assert row == {"report_mark": "theirs", "x": "1", "report_mark_": MARK}


def test_a_script_runs_where_the_archive_was_unpacked(tmp_path: Path) -> None:
    """Lost: who doubts a number could not run it again."""
    script = scripted(paper(), ARMS)
    report = attached(of_script(script), of_script(script))
    with zipfile.ZipFile(io.BytesIO(render(report, "zip"))) as archive:
        archive.extractall(tmp_path)
    assert (tmp_path / "scripts" / script.csv_name).read_bytes() == script.csv_bytes
    done = subprocess.run(
        [sys.executable, "-W", "error", str(tmp_path / "scripts" / script.script_name)],
        capture_output=True,
        check=True,
        cwd=tmp_path,
    )
    assert done.stdout.decode().endswith(f"{SAME}\n")
    assert f"python scripts/{script.script_name}" in (tmp_path / "README.txt").read_text("utf-8")
    assert sorted(path.name for path in (tmp_path / "scripts").iterdir()) == [
        script.csv_name,
        script.script_name,
    ]


def test_another_script_of_the_same_name_keeps_its_table_beside_it() -> None:
    """Lost: of two scripts of one name only one would be in the archive, or find no table."""
    script = scripted(paper(), ARMS)
    other = replace(script, text=f"{script.text}\n# of another card\n")
    files = unzip(attached(of_script(script), of_script(other), of_script(script)))
    scripts = {name: content for name, content in files.items() if name.startswith("scripts/")}
    assert scripts == {
        f"scripts/{script.script_name}": script.text.encode(),
        f"scripts/{script.csv_name}": script.csv_bytes,
        f"scripts/section-02/{script.script_name}": other.text.encode(),
        f"scripts/section-02/{script.csv_name}": script.csv_bytes,
    }


def test_texts_keep_their_bytes() -> None:
    """Lost: a script would refuse its table, since it checks the table's digest."""
    text = "a,b\r\n'=1+1,\ud800\u202e\x00\n"
    files = unzip(attached((Attachment("notes.csv", text, "Notes."),)))
    assert files["texts/notes.csv"] == text.encode("utf-8", "surrogatepass")


def test_attached_tables_of_one_name_are_told_apart() -> None:
    """Lost: of two cards with a table of scores, one card's would be gone."""
    one, two = pd.DataFrame({"x": [1]}), pd.DataFrame({"x": [2]})
    groups = [(Attachment("scores", frame, "Rows."),) for frame in (one, two, one, two)]
    assert [file.name for file in tidy_files(attached(*groups))] == ["scores", "scores-2"]


def test_the_dictionary_names_each_column_and_knows_ours() -> None:
    """Lost: a reader would have to guess what a column holds."""
    files = unzip(sample_report())
    rows = list(csv.DictReader(io.StringIO(files["data-dictionary.csv"].decode())))
    described = {(row["table"], row["column"]) for row in rows}
    for name, content in files.items():
        if name.startswith(("data/", "figures/")) and name.endswith(".csv"):
            header = next(csv.reader(io.StringIO(content.decode())))
            assert {(name, column) for column in header} <= described
    assert not [row for row in rows if row["holds"] == UNKNOWN]
    assert {row["unit"] for row in rows if row["column"] == "depth_um"} == {"µm"}


def test_hostile_names_stay_words() -> None:
    """Lost: a name could run in a spreadsheet, leave the folder or break a reader."""
    files = unzip(nasty_report())
    for name, content in files.items():
        assert name.isascii(), name
        assert not any(word in name for word in NASTY)
        if name.endswith(".csv"):
            for row in csv.reader(io.StringIO(content.decode())):
                texts = [cell for cell in row if not _is_number(cell)]
                assert not [cell for cell in texts if cell.startswith(FORMULA_STARTS)], name
        elif name.endswith(".json"):
            json.loads(content)
    assert json.loads(files["provenance.json"])["studies"] == list(NASTY[:3])
    seen = pd.read_csv(io.BytesIO(files["figures/figure-02.csv"]))["arm"].str.removeprefix("'")
    assert list(seen.unique()) == list(NASTY)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


@settings(max_examples=200)
@given(st.text(max_size=120))
def test_no_name_leaves_its_folder(name: str) -> None:
    """Lost: unpacking a report could write over a file elsewhere."""
    safe = safe_name(name)
    assert safe
    assert PurePosixPath(safe).name == safe
    assert safe[0] not in ".-"
    assert "\\" not in safe
    assert ":" not in safe
    assert safe_name(safe) == safe


@settings(max_examples=15)
@given(
    cells=st.lists(st.text(st.characters(exclude_categories=())), min_size=1, max_size=4),
    title=st.text(st.characters(exclude_categories=())),
)
def test_any_text_can_be_written_and_read(cells: list[str], title: str) -> None:
    """Lost: one odd letter in one name, and no report is written."""
    frame = pd.DataFrame([(cell, 1.5) for cell in cells], dtype="object")
    frame.columns = pd.Index(["subject_id", title], dtype="object")
    report = replace(attached((Attachment("scores", frame, title),)), title=title, made_by=title)
    files = unzip(replace(report, mark=""))
    rows = list(csv.reader(io.StringIO(files["data/scores.csv"].decode(), newline="")))
    assert len(rows) == len(cells) + 1
    assert [row[1] for row in rows[1:]] == ["1.5"] * len(cells)
    assert files["README.txt"].decode()


@pytest.mark.parametrize("rows", [0, 1, 500])
def test_reports_of_no_subject_and_of_many(rows: int) -> None:
    """Lost: the first report of an empty study would be an error."""
    files = unzip(replace(sample_report(rows=rows), studies=()))
    assert len(files["tables/table-02.csv"].decode().splitlines()) == rows + 1
