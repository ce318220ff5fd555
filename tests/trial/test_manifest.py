"""Manifests as people save them: encodings, separators, slips of the hand."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dermdash.errors import DesignError, TableError
from dermdash.trial.manifest import (
    ManifestRow,
    read_manifest,
    read_table,
    replicate,
    study_kind,
)

HEADER = "path,subject_id,arm,visit,site,dej_um,age"
ROW = "a.tif,S-é,old,D0,cheek,62.5,66"


def write(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "scans.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_tables_of_all_offices_are_read(
    tmp_path: Path, encoding: str, separator: str, newline: str
) -> None:
    """A French Excel writes semicolons in Latin-1, and its user would be sent away."""
    text = newline.join([HEADER, ROW, ""]).replace(",", separator)
    [row] = read_manifest(write(tmp_path, text, encoding))
    assert row == ManifestRow(
        1, 2, "a.tif", "S-é", "old", "D0", "cheek", "62.5", covariates={"age": 66}
    )


def test_names_of_columns_are_known_in_any_case_and_order(tmp_path: Path) -> None:
    """Subject_ID would be a covariate, and the table refused."""
    [row] = read_manifest(write(tmp_path, "Site,VISIT,Arm,Subject_ID,Path\ncheek,D0,a,S1,a.tif\n"))
    assert (row.path, row.subject_id, row.arm, row.visit, row.site) == (
        "a.tif", "S1", "a", "D0", "cheek",
    )  # fmt: skip


def test_blank_rows_and_nameless_columns_are_left_out(tmp_path: Path) -> None:
    """Spreadsheets leave trailing commas and empty rows; each would be a failed scan."""
    text = f"\n{HEADER},,\n,,,,,,,,\n{ROW},,\n ,\n"
    [row] = read_manifest(write(tmp_path, text))
    assert row.problem == ""
    assert row.covariates == {"age": 66}


def test_covariates_keep_their_kind(tmp_path: Path) -> None:
    """An age as text sorts 9 after 80; a code 007 as a number loses its noughts."""
    text = (
        "path,subject_id,arm,visit,site,age,bmi,code,note,skin,when\n"
        "a.tif,S1,a,D0,cheek,66,21.5,007,NA,=1+1,1_0\n"
    )
    [row] = read_manifest(write(tmp_path, text))
    assert row.covariates == {"age": 66, "bmi": 21.5, "code": "007", "skin": "=1+1", "when": "1_0"}


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("a.tif,,old,D0,cheek,1,", "subject_id is empty"),
        (",S1,old,D0,cheek,1,", "path is empty"),
        ("a.tif,S1", "arm is empty"),
        ("a.tif,S1,old,D0,cheek,1,2,3,4", "9 cells stand under 7 columns"),
    ],
)
def test_a_row_that_has_no_place_says_why(tmp_path: Path, line: str, problem: str) -> None:
    """One bad row would hide which one it is, or keep the good ones out."""
    bad, good = read_manifest(write(tmp_path, f"{HEADER}\n{line}\n{ROW}\n"))
    assert bad.problem.startswith(problem)
    assert (bad.number, bad.line) == (1, 2)
    assert good.problem == ""


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "no rows"),
        (HEADER, "no rows"),
        ("path,subject_id\na.tif,S1\n", "no column arm"),
        (f"{HEADER},Arm\n{ROW},x\n", "column arm twice"),
        (f"{HEADER},age\n{ROW},x\n", "column age twice"),
        (f"{HEADER}\n{ROW}\0\n", "not a text table"),
        (f'{HEADER}\n"{"x" * 200_000}",b\n', "cannot be read as CSV"),
    ],
)
def test_what_is_no_manifest_is_refused(tmp_path: Path, text: str, named: str) -> None:
    """A table without its columns would store nothing, in silence."""
    with pytest.raises(TableError, match=named):
        read_manifest(write(tmp_path, text))


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    """A folder or a device in the table's place would hang or end in a traceback."""
    for path in (tmp_path, tmp_path / "missing.csv", Path("/dev/zero")):
        with pytest.raises(TableError):
            read_manifest(path)


def test_read_table_knows_the_file_column_by_both_names(tmp_path: Path) -> None:
    """A table of depths made for import would not be taken by the page, or the reverse."""
    by_path = read_table(write(tmp_path, "Path;dej_um\na.tif;62,5\n"), needs=("file", "dej_um"))
    by_file = read_table(write(tmp_path, "file,DEJ_um\na.tif,62.5\n"), needs=("path", "dej_um"))
    assert by_path == [{"file": "a.tif", "dej_um": "62,5"}]
    assert by_file == [{"path": "a.tif", "dej_um": "62.5"}]


@pytest.mark.parametrize(
    ("places", "kind"),
    [
        ([("S1", "a", "D0"), ("S2", "b", "D0")], "cohorts"),
        ([("S1", "a", "D0"), ("S1", "a", "D28"), ("S2", "b", "D0")], "before_after"),
        ([("S1", "a", "D0"), ("S1", "b", "D0")], "hemi_face"),
        ([("S1", "a", "D0"), ("S1", "b", "D0"), ("S2", "a", "D0"), ("S3", "b", "D0")], "cohorts"),
    ],
)
def test_the_rows_tell_the_design(places: list[tuple[str, str, str]], kind: str) -> None:
    """A study made by import would be compared by the wrong design."""
    rows = tuple(
        ManifestRow(1, 2, subject_id=subject, arm=arm, visit=visit)
        for subject, arm, visit in places
    )
    assert study_kind(rows) == kind


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "two", "1000"])
def test_replicates_that_count_nothing_are_refused(text: str) -> None:
    """A scan at replicate 0 would stand beside its own first one."""
    with pytest.raises(DesignError, match="counts no scan"):
        replicate(text)
    assert replicate("") == 1


CELL = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)


@settings(max_examples=50, deadline=None)
@given(rows=st.lists(st.lists(CELL, min_size=5, max_size=9), min_size=1, max_size=5))
def test_whatever_stands_in_the_cells_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
) -> None:
    """A strange name in one cell would bring down the whole import."""
    buffer = io.StringIO()
    csv.writer(buffer).writerows([HEADER.split(","), *rows])
    path = tmp_path_factory.mktemp("law") / "scans.csv"
    path.write_text(buffer.getvalue(), encoding="utf-8")
    try:
        read = read_manifest(path)
    except TableError:
        return
    assert len(read) <= len(rows)
    for row in read:
        assert row.problem or all([row.path, row.subject_id, row.arm, row.visit, row.site])
