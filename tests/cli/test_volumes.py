"""``phantom`` and ``grade``: what they promise, and what they refuse."""

import json
import resource
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tifffile

from dermdash.grading.model import find_model
from dermdash.imaging.volume import read_volume
from dermdash.settings import load_settings
from tests.support.cli import Shell


def test_phantom_writes_volume_truth_and_map(shell: Shell, tmp_path: Path) -> None:
    """Checks of the grading against a known truth would have no truth."""
    out = tmp_path / "skin.tif"
    answer = shell(
        "phantom", out, "--quality", "4:2", "--shape", "90,64,80", "--dej-um", "12.5", "--seed", 7,
        "--json",
    )  # fmt: skip
    truth = json.loads((tmp_path / "skin.truth.json").read_text())
    assert answer.status == 0
    assert answer.json == truth
    assert answer.json["path"] == str(out)
    assert answer.json["seed"] == 7
    assert answer.json["dej_um"] == pytest.approx(12.5, abs=0.5)
    assert truth["quality"][0] == 4
    assert truth["quality"][69] == 2
    assert read_volume(out).shape == (90, 64, 80)
    assert read_volume(out).spacing_source == "tags"
    assert tifffile.imread(tmp_path / "skin.dej.tif").shape == (64, 80)


def test_phantom_is_the_same_for_the_same_seed(shell: Shell, tmp_path: Path) -> None:
    """A finding on a phantom could not be made again."""
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        assert shell("phantom", tmp_path / f"{name}.tif", "--shape", "40,64,64", "--seed", seed)
    a, b, c = (tifffile.imread(tmp_path / f"{name}.tif", key=slice(None)) for name in "abc")
    assert np.array_equal(a, b)
    assert not np.array_equal(a, c)


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--quality", "5"], "--quality '5'"),
        (["--quality", "nan"], "--quality 'nan'"),
        (["--quality", "1:2:3"], "--quality '1:2:3'"),
        (["--shape", "90,64"], "--shape '90,64'"),
        (["--shape", "90,64,0"], "--shape '90,64,0'"),
        (["--shape", "90,64,1.5"], "--shape '90,64,1.5'"),
        (["--shape", "99999,99999,99999"], "too large"),
        (["--shape", "90,64,x"], "--shape '90,64,x'"),
        (["--dej-um", "-3"], "dej_um=-3"),
        (["--dej-um", "91", "--shape", "90,64,64"], "dej_um=91"),
        (["--dej-um", "deep"], "--dej-um='deep'"),
        (["--dej-um", "inf"], "--dej-um='inf'"),
    ],
)
def test_phantom_refuses_what_no_skin_has(
    shell: Shell, tmp_path: Path, words: list[str], named: str
) -> None:
    """A wrong number would end in a traceback, or in hours of drawing."""
    answer = shell("phantom", tmp_path / "a.tif", *words)
    assert answer.status == 2
    assert named in answer.sentence
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("place", ["a.png", "missing/a.tif", "folder.tif"])
def test_phantom_refuses_a_place_before_it_draws(shell: Shell, tmp_path: Path, place: str) -> None:
    """A minute of drawing would be lost to a folder that is not there."""
    (tmp_path / "folder.tif").mkdir()
    answer = shell("phantom", tmp_path / place)
    assert answer.status == 2
    assert place.rpartition("/")[2] in answer.sentence


def test_phantom_on_a_full_disk(shell: Shell, tmp_path: Path) -> None:
    """A full disk would leave a traceback and half a volume that looks like a whole one."""
    limit = 100_000

    def stop_at_limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    command = Path(sys.executable).with_name("dermdash")
    done = subprocess.run(
        [command, "phantom", tmp_path / "a.tif", "--shape", "40,100,100", "--json"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        preexec_fn=stop_at_limit,
    )
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "a.tif").exists()


def test_grade_answers_with_one_object(shell: Shell, phantom_files: list[Path]) -> None:
    """Scripts read these keys."""
    path = phantom_files[3]
    answer = shell("grade", path, "--dej-um", "10", "--json")
    assert answer.status == 0
    graded = answer.json
    bundled = find_model(None, load_settings().model_folders)
    assert graded["model"] == bundled.name
    assert graded["model_digest"] == bundled.digest
    assert graded["model_use"] == "demonstration"
    assert graded["volume_sha256"] == read_volume(path).sha256
    assert graded["n_layers"] == 70
    assert graded["spacing_um"] == [1, 1, 1]
    assert graded["spacing_source"] == "tags"
    assert graded["seconds"] > 0
    assert sum(graded["class_share"]) == pytest.approx(1)
    shares = sum(k * share for k, share in enumerate(graded["class_share"], start=1))
    assert graded["grade_mean"] == pytest.approx(shares)
    profile = graded["profile"]
    assert [row["depth_um"] for row in profile] == list(range(70))
    assert {row["n_patches"] for row in profile} == {1}
    for score in ("grade_mean", "expected_grade"):
        assert graded[score] == pytest.approx(np.mean([row[score] for row in profile]))


def test_grade_orders_the_qualities(shell: Shell, phantom_files: list[Path]) -> None:
    """A score that does not follow the truth is worth nothing."""
    scores = [
        shell("grade", path, "--dej-um", 10, "--json").json["expected_grade"]
        for path in (phantom_files[0], phantom_files[3])
    ]
    assert scores[0] + 1 < scores[1]


def test_grade_by_a_flat_map_is_grade_by_a_plane(
    shell: Shell, tmp_path: Path, phantom_files: list[Path]
) -> None:
    """Maps as TIFF or CSV would give other scores than the depth that they hold."""
    table = tmp_path / "map.csv"
    np.savetxt(table, np.full((400, 400), 10.0), delimiter=",", fmt="%g")
    plane = shell("grade", phantom_files[1], "--dej-um", "10", "--json").json
    for file in (table, phantom_files[1].with_suffix(".dej.tif")):
        surface = shell("grade", phantom_files[1], "--dej-map", file, "--json").json
        assert surface["expected_grade"] == pytest.approx(plane["expected_grade"], abs=0.01)


def test_grade_in_words(shell: Shell, phantom_files: list[Path]) -> None:
    """A person who types the command reads its score, and which score it is."""
    answer = shell("grade", phantom_files[1], "--dej-um", "10")
    assert answer.status == 0
    assert "expected_grade" in answer.out
    assert "demonstration" in answer.out


def test_grade_says_when_it_assumes_a_spacing(
    shell: Shell, tmp_path: Path, phantom_files: list[Path]
) -> None:
    """Scores from 2 um voxels read as 1 um would be wrong in silence."""
    bare = tmp_path / "bare.tif"
    tifffile.imwrite(bare, tifffile.imread(phantom_files[1], key=slice(None)), metadata=None)
    assumed = shell("grade", bare, "--dej-um", "10", "--json")
    given = shell("grade", bare, "--dej-um", "10", "--spacing-um", "1,1,1", "--json")
    assert assumed.json["spacing_source"] == "assumed"
    assert "1 um is assumed" in assumed.err
    assert given.json["spacing_source"] == "given"
    assert "assumed" not in given.err


def test_grade_reads_b_scans(shell: Shell, tmp_path: Path, phantom_files: list[Path]) -> None:
    """Instruments that write B-scans would be graded sideways."""
    voxels = tifffile.imread(phantom_files[2], key=slice(None))
    turned = tmp_path / "turned.tif"
    tifffile.imwrite(turned, np.ascontiguousarray(voxels.transpose(1, 0, 2)), metadata=None)
    straight = shell("grade", phantom_files[2], "--dej-um", "10", "--json").json
    answer = shell(
        "grade", turned, "--dej-um", "10", "--axes", "yzx", "--spacing-um", "1,1,1", "--json"
    ).json
    assert answer["axes"] == "yzx"
    assert answer["profile"] == straight["profile"]


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ([], "needed once"),
        (["--dej-um", "10", "--dej-map", "a.tif"], "needed once"),
        (["--dej", "auto"], "not available in this version"),
        (["--dej", "62"], "--dej-um"),
        (["--dej-um", "abc"], "'abc' is not a number"),
        (["--dej-um", "nan"], "'nan' is not a number"),
        (["--dej-um", "-4"], "dej_um=-4 is negative"),
        (["--dej-um", "340"], "lies below the volume"),
        (["--dej-um", "0"], "leaves no layer above"),
        (["--dej-um", "70"], "leaves 11 layers"),
        (["--dej-map", "nope.tif"], "nope.tif"),
        (["--dej-um", "10", "--model", "nope"], "'nope' is unknown"),
        (["--dej-um", "10", "--axes", "abc"], "axes='abc'"),
        (["--dej-um", "10", "--spacing-um", "1,1"], "--spacing-um '1,1'"),
        (["--dej-um", "10", "--spacing-um", "1,1,nan"], "--spacing-um '1,1,nan'"),
        (["--dej-um", "10", "--spacing-um", "1,1,-1"], "is no spacing"),
        (["--dej-um", "10", "--spacing-um", "1,.1,.1"], "400 µm"),
        (["--dej-um", "10", "--window", "9,1"], "is no window"),
    ],
)
def test_grade_refuses_in_one_sentence(
    shell: Shell, phantom_files: list[Path], words: list[str], named: str
) -> None:
    """Each of these is a slip of a hand; none may end in a traceback or in a wrong score."""
    answer = shell("grade", phantom_files[0], *words, "--json")
    assert answer.status == 2
    assert named in answer.sentence


@pytest.mark.parametrize(
    "name", ["missing.tif", "folder", "text.tif", "short.tif", "one-page.tif", "n" * 300 + ".tif"]
)
def test_grade_refuses_what_is_no_volume(shell: Shell, tmp_path: Path, name: str) -> None:
    """A wrong file would end in a library's traceback."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "text.tif").write_text("not an image")
    tifffile.imwrite(tmp_path / "one-page.tif", np.zeros((400, 400), np.uint8))
    tifffile.imwrite(tmp_path / "whole.tif", np.zeros((80, 50, 50), np.uint8))
    (tmp_path / "short.tif").write_bytes((tmp_path / "whole.tif").read_bytes()[:90_000])
    answer = shell("grade", tmp_path / name, "--dej-um", "5")
    assert answer.status == 2
    assert name[:20] in answer.sentence


def test_grade_refuses_a_damaged_model(shell: Shell, phantom_files: list[Path]) -> None:
    """A model that was changed after its card was written would grade under a false name."""
    folder = shell.home / "models" / "mine"
    folder.mkdir(parents=True)
    bundled = find_model(None, load_settings().model_folders)
    (folder / "card.json").write_text(json.dumps(dict(bundled.card)))
    (folder / "grader.tflite").write_bytes(b"changed")
    answer = shell("grade", phantom_files[0], "--dej-um", "10", "--model", "mine")
    assert answer.status == 2
    assert "mine is damaged" in answer.sentence


def test_the_installed_command_keeps_standard_output_for_json(
    shell: Shell, phantom_files: list[Path]
) -> None:
    """Messages of libraries on standard output would break every script."""
    answer = shell.process("grade", phantom_files[0], "--dej-um", "10", "--json")
    assert answer.status == 0
    assert len(answer.out.splitlines()) == 1
    assert answer.json["n_layers"] == 70
