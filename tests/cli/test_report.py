"""``report``: a nightly job writes a study's report, whole or not at all, and says what it must."""

import shutil
import zipfile
from pathlib import Path

import pytest

from dermdash.errors import StoreError
from dermdash.identity import system_user
from dermdash.reporting import made_here
from dermdash.settings import Settings, load_settings
from dermdash.trial.blinding import seal_arms
from dermdash.trial.database import open_store
from dermdash.trial.queue import job_table
from dermdash.trial.reports import (
    change_card,
    list_renderings,
    list_reports,
    read_rendering,
    remove_card,
)
from tests.support.cli import Shell
from tests.support.graded import graded_trial
from tests.support.studies import ADA, make_study

STUDY, EMPTY = 1, 2


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder: *Night cream*, graded, and *Empty*."""
    folder = tmp_path_factory.mktemp("made")
    with open_store(Settings(folder / "home", processes=1)) as store:
        assert graded_trial(store, folder) == STUDY
        assert make_study(store, "Empty") == EMPTY
    return folder / "home"


@pytest.fixture
def home(made: Path, shell: Shell) -> Path:
    shutil.copytree(made, shell.home)
    return shell.home


def test_a_report_is_written_kept_and_told(shell: Shell, home: Path, tmp_path: Path) -> None:
    """Lost: the nightly report, or where it lies; and one that each night makes another."""
    out = tmp_path / "report.docx"
    done = shell("report", "--study", "Night cream", "-o", out, "--json")
    assert (done.status, done.err) == (0, ""), done.err
    told = done.json
    assert told["path"] == str(out)
    assert (told["format"], told["title"]) == ("docx", "Report of Night cream")
    assert (told["left_out"], told["bytes"]) == ([], out.stat().st_size)
    assert zipfile.ZipFile(out).testzip() is None
    with open_store(load_settings()) as store, store.read() as tx:
        (kept,) = list_renderings(tx, STUDY)
        assert read_rendering(tx, kept.rendering_id) == out.read_bytes()
        assert (kept.sha256, kept.author) == (told["sha256"], str(system_user()))
        (report,) = list_reports(tx, STUDY)
        assert len(report.cards) == told["cards"] > 8
        assert {card.state for card in report.cards} == {"answered"}
        assert job_table(tx, ("queued",), study_id=STUDY).empty, "no worker is needed"


def test_a_report_made_each_night_is_one_report(shell: Shell, home: Path, tmp_path: Path) -> None:
    """Lost: the page of reports, to three hundred that are called the same."""
    files = [tmp_path / "monday.xlsx", tmp_path / "tuesday.html"]
    for file in files:
        assert shell("report", "--study", "Empty", "-o", file).status == 0
    with open_store(load_settings()) as store:
        with store.write(by=ADA) as tx:
            (report,) = list_reports(tx, EMPTY)
            assert [one.format for one in list_renderings(tx, EMPTY)] == ["html", "xlsx"]
            change_card(tx, report.cards[0].card_id, comment="Mine.")
            remove_card(tx, report.cards[1].card_id)
        assert shell("report", "--study", "Empty", "-o", files[1]).status == 0
        with store.read() as tx:
            anew, mine = list_reports(tx, EMPTY)
    assert [one.comment for one in mine.cards][:1] == ["Mine."]
    assert len(anew.cards) == len(mine.cards) + 1, "what somebody changed is not made over"


def test_a_title_and_an_ending_are_taken_as_they_are_meant(
    shell: Shell, home: Path, tmp_path: Path
) -> None:
    """Lost: a title with a blank too many, or a file of Windows."""
    out = tmp_path / "again.HTML"
    done = shell("report", "--study", "Empty", "-o", out, "--title", "Board  meeting")
    assert done.status == 0, done.err
    assert done.out.startswith(f"{out}: Board meeting, ")
    assert out.read_bytes().startswith(b"<!doctype html>")
    with open_store(load_settings()) as store, store.read() as tx:
        (report,) = list_reports(tx, EMPTY)
    assert report.title == "Board meeting"


def test_a_study_without_graded_scans_has_a_report_that_says_so(
    shell: Shell, home: Path, tmp_path: Path
) -> None:
    """Lost: the whole night's job, to one study that has not begun."""
    out = tmp_path / "empty.html"
    assert shell("report", "--study", "Empty", "-o", out).status == 0
    assert "no scan" in out.read_text(encoding="utf-8").lower()


@pytest.mark.parametrize(
    ("words", "refusal"),
    [
        (("--study", "Night cream", "-o", "x.odt"), "x.odt ends as no report does; use one of"),
        (("--study", "Night cream", "-o", "x"), "ends as no report does"),
        (("--study", "Day cream", "-o", "x.pdf"), "study 'Day cream' is not in this store"),
        (("--study", "Night cream", "-o", "no/x.pdf"), "the folder of no/x.pdf does not exist"),
        (("--study", "Night cream", "-o", "x.pdf", "--title", "x" * 81), "has 81 characters"),
        (("--study", "Night cream"), "'-o'"),
    ],
)
@pytest.mark.usefixtures("home")
def test_wrong_use_is_one_sentence(
    shell: Shell,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    refusal: str,
) -> None:
    """Lost: why last night's report is not there."""
    monkeypatch.chdir(tmp_path)
    done = shell("report", *words)
    assert done.status == 2
    assert refusal in done.sentence
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(("x", "."))]


def test_a_place_that_cannot_be_written_keeps_what_is_there(
    shell: Shell, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lost: yesterday's report, to a disk that is full today."""
    out = tmp_path / "report.zip"
    out.write_bytes(b"yesterday's")

    def full(path: Path, target: Path) -> Path:
        if target == out:
            raise OSError(28, "No space left on device")
        return replace_file(path, target)

    replace_file = Path.replace
    monkeypatch.setattr(Path, "replace", full)
    done = shell("report", "--study", "Empty", "-o", out)
    monkeypatch.undo()
    assert done.status == 2
    assert "report.zip cannot be written (No space left on device); make room" in done.err
    assert out.read_bytes() == b"yesterday's"
    assert [path.name for path in tmp_path.iterdir() if "report" in path.name] == ["report.zip"]


def test_a_store_that_is_not_there_is_not_made(shell: Shell, tmp_path: Path) -> None:
    """Lost: a typing error in DERMDASH_HOME, to an empty store that looks like one."""
    done = shell("report", "--study", "Night cream", "-o", tmp_path / "x.pdf")
    assert done.status == 2
    assert "holds no store yet" in done.sentence
    assert not shell.home.exists()


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("moment", ["answered", "rendered"])
def test_a_study_blinded_meanwhile_gets_no_report_with_names(
    monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """Lost: the blinding, to the minute in which a report is made."""
    with open_store(load_settings()) as store:

        def blind() -> None:
            with store.write(by=ADA) as tx:
                seal_arms(tx, EMPTY)

        def blind_first(done: int, total: int) -> None:
            if moment == "answered" and not done:
                blind()

        def blind_then_render(*words: object) -> bytes:
            blind()
            return b"PK active"

        if moment == "rendered":
            monkeypatch.setattr(made_here, "render", blind_then_render)
        with pytest.raises(StoreError, match="make the report again"):
            made_here.make_standard_report(store, EMPTY, "zip", by=ADA, on_progress=blind_first)
        with store.read() as tx:
            assert list_renderings(tx, EMPTY) == ()
