"""``import``: good rows in, bad rows named, again harmless."""

import shutil
from pathlib import Path

import pytest

from dermdash.settings import load_settings
from dermdash.trial.database import open_store
from dermdash.trial.scans import scan_table
from dermdash.trial.studies import find_study, get_study, list_studies
from dermdash.trial.subjects import subject_table
from tests.support.cli import Shell

HEADER = "path,subject_id,arm,visit,site,dej_um,age"


@pytest.fixture
def folder(tmp_path: Path, phantom_files: list[Path]) -> Path:
    """A folder with four volumes, one DEJ map, and whatever a table needs beside them."""
    place = tmp_path / "scans"
    place.mkdir()
    for path in phantom_files:
        shutil.copy(path, place / path.name)
    shutil.copy(phantom_files[0].with_suffix(".dej.tif"), place / "a.dej.tif")
    return place


def write(folder: Path, *rows: str, header: str = HEADER) -> Path:
    path = folder / "manifest.csv"
    path.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    return path


def test_import_stores_and_again_is_harmless(shell: Shell, folder: Path) -> None:
    """A batch that was stopped could not be started again without doubling its scans."""
    table = write(
        folder,
        "a.tif,S1,placebo,D0,cheek-left,10,44",
        "b.tif,S1,placebo,D28,cheek-left,10,44",
        "c.tif,S2,active,D0,cheek-left,10,51",
        "d.tif,S2,active,D28,cheek-left,,51",
    )
    first = shell("import", table, "--study", "Serum", "--json")
    again = shell("import", table, "--study", "Serum", "--json")
    assert first.status == again.status == 0
    assert first.json == {"study": "Serum", "stored": 4, "skipped": 0, "failed": []}
    assert again.json == {"study": "Serum", "stored": 0, "skipped": 4, "failed": []}
    with open_store(load_settings()) as store, store.read() as tx:
        study = get_study(tx, find_study(tx, "Serum") or 0)
        scans = scan_table(tx, study.study_id)
        subjects = subject_table(tx, study.study_id)
    assert study.kind == "before_after"
    assert not study.synthetic
    assert [(visit.name, visit.day, visit.is_baseline) for visit in study.visits] == [
        ("D0", 0, True),
        ("D28", 28, False),
    ]
    assert scans["state"].tolist() == ["queued", "queued", "queued", "no DEJ"]
    assert set(scans["dej_source"].dropna()) == {"file"}
    assert subjects["age"].tolist() == [44, 51]


def test_a_depth_that_was_missing_is_added_later(shell: Shell, folder: Path) -> None:
    """The table, completed, would have to be typed into the pages."""
    shell("import", write(folder, "a.tif,S1,old,D0,cheek,,"), "--study", "Serum")
    answer = shell(
        "import", write(folder, "a.tif,S1,old,D0,cheek,10,"), "--study", "Serum", "--json"
    )
    assert answer.json["skipped"] == 1
    with open_store(load_settings()) as store, store.read() as tx:
        assert scan_table(tx)["dej_um"].tolist() == [10]


def test_a_map_stands_for_a_depth(shell: Shell, folder: Path) -> None:
    """Surfaces could only be given one by one."""
    table = write(
        folder,
        "a.tif,S1,old,D0,cheek,,a.dej.tif",
        "b.tif,S2,old,D0,cheek,10,a.dej.tif",
        "c.tif,S3,old,D0,cheek,,missing.tif",
        header="path,subject_id,arm,visit,site,dej_um,dej_map",
    )
    answer = shell("import", table, "--study", "Serum", "--json")
    assert answer.status == 2
    assert answer.json["stored"] == 1
    assert ["both given" in row["reason"] for row in answer.json["failed"]] == [True, False]


def test_hostile_rows_fail_alone_and_leave_nothing(shell: Shell, folder: Path) -> None:
    """One bad row would keep the good ones out, or fill the store with rubbish."""
    (folder / "text.tif").write_text("no image")
    rows = {
        "../../x.tif,S1,old,D0,cheek,10,": "x.tif",
        ".,S1,old,D0,cheek,10,": "folder",
        "/dev/zero,S1,old,D0,cheek,10,": "device",
        "text.tif,S1,old,D0,cheek,10,": "text.tif",
        f"{'n' * 300}.tif,S1,old,D0,cheek,10,": "nnn",
        ",S1,old,D0,cheek,10,": "path is empty",
        "a.tif,,old,D0,cheek,10,": "subject_id is empty",
        f"a.tif,{'S' * 300},old,D0,cheek,10,": "300 characters",
        "a.tif,S1,old,final,cheek,10,": "visit=final holds no day",
        "a.tif,S1,old,D0,cheek,deep,": "'deep' is not a number",
        "a.tif,S1,old,D0,cheek,-5,": "negative",
        "a.tif,S1,old,D0,cheek,5000,": "below the volume",
        "a.tif,S1,old,D0,cheek,10,1,2,3": "9 cells",
    }
    table = write(folder, *rows, "b.tif,=cmd(),old,D0,cheek,10,=1+1")
    answer = shell("import", table, "--study", "Serum", "--json")
    assert answer.status == 2
    assert answer.json["stored"] == 1
    assert [row["row"] for row in answer.json["failed"]] == list(range(1, len(rows) + 1))
    for row, named in zip(answer.json["failed"], rows.values(), strict=True):
        assert named in row["reason"]
        assert "\n" not in row["reason"]
    with open_store(load_settings()) as store, store.read() as tx:
        assert list_studies(tx)[["n_subjects", "n_scans"]].to_numpy().tolist() == [[1, 1]]
        kept = [path for path in store.vault.folder.glob("??/*") if path.is_file()]
    assert len(kept) == 1


def test_a_table_without_a_good_row_makes_no_study(shell: Shell, folder: Path) -> None:
    """A slip in a path would leave an empty study behind."""
    answer = shell("import", write(folder, "nope.tif,S1,old,D0,cheek,10,"), "--study", "Serum")
    assert answer.status == 2
    assert "row 1: nope.tif" in answer.err
    with open_store(load_settings()) as store, store.read() as tx:
        assert list_studies(tx).empty


def test_places_that_contradict_are_named(shell: Shell, folder: Path) -> None:
    """The same file under two subjects would count one person twice."""
    table = write(
        folder,
        "a.tif,S1,old,D0,cheek,10,",
        "a.tif,S2,old,D0,cheek,10,",
        "b.tif,S1,old,D0,cheek,10,",
        "c.tif,S3,old,D0,cheek,10,60",
        "d.tif,S3,young,D0,chin,10,60",
    )
    answer = shell("import", table, "--study", "Serum", "--json")
    reasons = {row["row"]: row["reason"] for row in answer.json["failed"]}
    assert answer.json["stored"] == 2
    assert "stored already as S1 D0 cheek" in reasons[2]
    assert "is taken by a.tif" in reasons[3]
    assert "S3 is in arm old" in reasons[5]


@pytest.mark.parametrize("study", ["", "  ", "x" * 300, "a\u202eb"])
def test_a_study_needs_a_name(shell: Shell, folder: Path, study: str) -> None:
    """A study without a name could not be found again."""
    answer = shell("import", write(folder, "a.tif,S1,old,D0,cheek,10,"), "--study", study)
    assert answer.status == 2
    assert "study" in answer.sentence


@pytest.mark.parametrize("name", ["missing.csv", ".", "a.tif"])
def test_what_is_no_table_is_one_sentence(shell: Shell, folder: Path, name: str) -> None:
    """A volume in the table's place would end in a traceback."""
    answer = shell("import", folder / name, "--study", "Serum")
    assert answer.status == 2
    assert answer.sentence
    assert not shell.home.exists()


def test_one_reading_for_all_files(shell: Shell, folder: Path) -> None:
    """Files without a voxel size could not be imported with the true one."""
    table = write(folder, "a.tif,S1,old,D0,cheek,10,")
    answer = shell("import", table, "--study", "S", "--spacing-um", "1,1.1,1.1", "--json")
    assert answer.json["stored"] == 1
    refused = shell("import", table, "--study", "S", "--axes", "abc", "--json")
    assert refused.status == 2
    assert "axes='abc'" in refused.sentence


def test_a_batch_without_room_is_refused_before_anything_is_copied(
    shell: Shell, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk would fill half way; what is stored already needs no room."""
    stored = write(folder, "a.tif,S1,old,D0,cheek,10,")
    assert shell("import", stored, "--study", "Serum").status == 0
    usage = shutil.disk_usage
    monkeypatch.setattr(
        "dermdash.trial.vault.shutil.disk_usage", lambda path: usage(path)._replace(free=100 << 20)
    )
    monkeypatch.setattr("dermdash.cli.manifest._size", lambda path: 50 << 20)
    both = write(folder, "a.tif,S1,old,D0,cheek,10,", "b.tif,S2,old,D0,cheek,10,")
    refused = shell("import", both, "--study", "Serum")
    assert refused.status == 2
    assert "the table's 1 new scan needs 52 MB" in refused.sentence
    with open_store(load_settings()) as store, store.read() as tx:
        assert len(scan_table(tx)) == 1
    again = write(folder, "a.tif,S1,old,D0,cheek,10,")
    assert shell("import", again, "--study", "Serum", "--json").json["skipped"] == 1
