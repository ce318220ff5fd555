"""``work``, ``export``, ``backup``, ``restore`` on a study of four scans."""

import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from dermdash.identity import User
from dermdash.reporting.columns import COLUMNS
from dermdash.settings import load_settings
from dermdash.trial.database import open_store
from dermdash.trial.jobs import worker_alive
from dermdash.trial.scans import exclude_scan, scan_table
from tests.support.cli import Shell
from tests.support.processes import wait_until, worker

ROWS = (
    "a.tif,=S1,placebo,D0,cheek,10,44,x",
    "b.tif,=S1,placebo,D28,cheek,10,44,x",
    "c.tif,S2,active,D0,cheek,10,51,@y",
    "d.tif,S2,active,D28,cheek,,51,@y",
)


@pytest.fixture
def study(shell: Shell, tmp_path: Path, phantom_files: list[Path]) -> Path:
    """A study in the store, queued; returns the folder of its files."""
    folder = tmp_path / "scans"
    folder.mkdir()
    for path in phantom_files:
        shutil.copy(path, folder / path.name)
    header = "path,subject_id,arm,visit,site,dej_um,age,grade"
    (folder / "m.csv").write_text("\n".join([header, *ROWS, ""]))
    assert shell("import", folder / "m.csv", "--study", "Serum").status == 0
    return folder


def test_from_files_to_a_table_and_back_from_a_backup(shell: Shell, study: Path) -> None:
    """The whole way by the installed command, as a script would walk it."""
    done = shell.process("work", "--once", "--json")
    assert done.status == 0, done.err
    assert done.json == {"graded": 3, "cached": 0, "failed": 0}
    assert shell("work", "--once", "--json").json["graded"] == 0

    out = study / "subjects.csv"
    exported = shell.process("export", "--study", "Serum", "-o", out, "--json")
    counts = [{"arm": "active", "state": "no DEJ", "n": 1}]
    assert exported.json == {
        "rows": 3,
        "path": str(out),
        "left_out": 1,
        "left_out_by_arm": counts,
    }
    assert "left out: 1 no DEJ (active 1)" in exported.err

    backup = study / "store.backup"
    assert shell.process("backup", backup, "--json").json["path"] == str(backup)
    with open_store(load_settings()) as store, store.write(by=User("ada")) as tx:
        exclude_scan(tx, int(scan_table(tx)["scan_id"].iloc[0]), "moved")
    assert shell("export", "--study", "Serum", "-o", out, "--json").json["rows"] == 2
    restored = shell.process("restore", backup, "--json")
    assert restored.status == 0, restored.err
    assert shell("export", "--study", "Serum", "-o", out, "--json").json["rows"] == 3


def test_exports_are_tidy_and_say_what_they_are(shell: Shell, study: Path) -> None:
    """Analysts read these columns; the data dictionary promises them."""
    assert shell("work", "--once").status == 0
    tables = {}
    for level in ("subject", "layer", "patch"):
        out = study / f"{level}.parquet"
        answer = shell("export", "--study", "Serum", "--level", level, "-o", out, "--json")
        tables[level] = pd.read_parquet(out)
        assert answer.json["rows"] == len(tables[level])
        own = ["age", "covariate_grade"]
        promised = [name for name, column in COLUMNS.items() if level in column.levels]
        assert [name for name in tables[level] if name not in own] == promised
        place = ["study", "subject_id", "arm", "visit", "site"]
        assert list(tables[level].columns[:5]) == place
        assert not tables[level]["synthetic"].any()
        assert set(tables[level]["model_use"]) == {"demonstration"}
        assert set(tables[level]["subject_id"]) == {"=S1", "S2"}
    subject, layer, patch = tables.values()
    assert len(subject) == 3
    assert len(layer) == len(patch) == 3 * 70
    means = layer.groupby(["subject_id", "visit"])["expected_grade"].mean()
    found = subject.set_index(["subject_id", "visit"])["expected_grade"]
    pd.testing.assert_series_equal(means.sort_index(), found.sort_index(), rtol=1e-5)


def test_no_cell_of_a_csv_runs_as_a_formula(shell: Shell, study: Path) -> None:
    """A subject named =cmd() would run a command in the reader's spreadsheet."""
    assert shell("work", "--once").status == 0
    for level in ("subject", "layer", "patch"):
        out = study / "x.csv"
        shell("export", "--study", "Serum", "--level", level, "-o", out)
        cells = [cell for line in out.read_text().splitlines() for cell in line.split(",")]
        assert "'=S1" in cells
        assert "'@y" in cells
        assert [cell for cell in cells if cell.startswith(("=", "+", "@"))] == []


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--study", "Nope", "-o", "x.csv"], "its studies are: Serum"),
        (["--study", "Serum", "-o", "x.xlsx"], "neither .csv nor .parquet"),
        (["--study", "Serum", "-o", "missing/x.csv"], "does not exist"),
        (["--study", "Serum", "-o", "folder.csv"], "is a folder"),
    ],
)
def test_export_refuses_in_one_sentence(
    shell: Shell, study: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], named: str
) -> None:
    """A wrong name would write an empty table, or end in a traceback."""
    monkeypatch.chdir(study)
    (study / "folder.csv").mkdir()
    answer = shell("export", *words)
    assert answer.status == 2
    assert named in answer.sentence


def test_an_export_before_anything_is_graded_is_empty(shell: Shell, study: Path) -> None:
    """A script that comes too early would stop at a traceback."""
    out = study / "x.csv"
    answer = shell("export", "--study", "Serum", "-o", out, "--json")
    assert answer.json["rows"] == 0
    assert out.read_text().startswith("study,subject_id,arm,visit,site,")


@pytest.mark.parametrize("command", ["export", "backup"])
def test_a_folder_without_a_store_is_said(shell: Shell, tmp_path: Path, command: str) -> None:
    """A wrong DERMDASH_HOME would be answered by an empty backup."""
    words = {"export": ["--study", "S", "-o", tmp_path / "x.csv"], "backup": [tmp_path / "x"]}
    answer = shell(command, *words[command])
    assert answer.status == 2
    assert "holds no store yet" in answer.sentence
    assert not shell.home.exists()


def test_restore_refuses_what_is_no_backup(shell: Shell, study: Path) -> None:
    """A wrong file would take the place of a study."""
    for name in ("a.tif", "m.csv", ".", "missing"):
        answer = shell("restore", study / name)
        assert answer.status == 2
        assert answer.sentence
    with open_store(load_settings()) as store, store.read() as tx:
        assert len(scan_table(tx)) == 4


def test_work_counts_what_failed(shell: Shell, study: Path) -> None:
    """A batch whose volume is gone would be reported as done."""
    with open_store(load_settings()) as store:
        with store.read() as tx:
            gone = tx.vault.path(scan_table(tx)["volume_sha256"].iloc[0])
        gone.unlink()
    answer = shell("work", "--once", "--json")
    assert answer.status == 0
    assert answer.json == {"graded": 2, "cached": 0, "failed": 1}


def test_work_once_waits_for_another_worker(shell: Shell, study: Path) -> None:
    """Two workers on a store would grade twice; a script that is turned away would go on early."""
    with worker(replace(load_settings(), processes=1)):
        with open_store(load_settings()) as store:
            wait_until(
                lambda: worker_alive(store.settings), what="the other worker holds the store"
            )
        answer = shell("work", "--once", "--json")
    assert answer.status == 0
    assert sum(answer.json.values()) <= 3
    with open_store(load_settings()) as store, store.read() as tx:
        assert scan_table(tx)["state"].tolist() == ["graded"] * 3 + ["no DEJ"]


def test_work_without_its_cluster_is_one_sentence(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A scheduler that is down would end in a page of another library's errors."""
    monkeypatch.setenv("DERMDASH_ENGINE", "tcp://127.0.0.1:1")
    answer = shell.process("work", "--once")
    assert answer.status == 2
    assert "DERMDASH_ENGINE=tcp://127.0.0.1:1" in answer.sentence


def test_work_ends_at_once_when_interrupted(shell: Shell) -> None:
    """Ctrl-C would leave a traceback, and a doubt whether something was lost."""
    command = Path(sys.executable).with_name("dermdash")
    process = subprocess.Popen([command, "work"], stderr=subprocess.PIPE, text=True)
    try:
        wait_until(lambda: worker_alive(load_settings()), what="the worker is at work")
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 130
    assert errors.strip() == ""
