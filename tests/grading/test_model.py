"""Model folders: what graded must be what the card says, or nothing is graded."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dermdash.errors import ModelError
from dermdash.grading.model import (
    CARD,
    GRADER,
    find_model,
    list_models,
    load_model,
    model_digest,
)

MODELS = Path(__file__).resolve().parents[2] / "models"
BUNDLED = MODELS / "phantom-v1"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the bundled model, to be damaged."""
    (tmp_path / "copy").mkdir()
    for name in (CARD, GRADER):
        shutil.copy(BUNDLED / name, tmp_path / "copy" / name)
    return tmp_path / "copy"


def with_card(folder: Path, **changes: Any) -> None:
    card = json.loads((folder / CARD).read_text(encoding="utf-8"))
    card.update(changes)
    kept = {key: value for key, value in card.items() if value is not None}
    (folder / CARD).write_text(json.dumps(kept), encoding="utf-8")


def test_the_bundled_model_says_what_it_is_for() -> None:
    """Lost: a model trained on phantoms would be taken for one that supports claims."""
    model = load_model(BUNDLED)
    assert model.name == "phantom-v1"
    assert model.use == "demonstration"
    assert "trained on synthetic phantoms" in model.statement
    assert "not for claims" in model.statement
    assert model.classes == ("1", "2", "3", "4")
    assert len(model.digest) == 64


def test_the_digest_names_grader_and_temperature() -> None:
    """Lost: a recalibrated model would show the scores of the old one."""
    digests = {model_digest(b"a", 1.0), model_digest(b"b", 1.0), model_digest(b"a", 1.5)}
    assert len(digests) == 3
    assert model_digest(b"a", 2) == model_digest(b"a", 2.0)


DAMAGE: dict[str, tuple[Callable[[Path], Any], str]] = {
    "no folder": (shutil.rmtree, "holds no model"),
    "no card": (lambda folder: (folder / CARD).unlink(), "holds no model"),
    "card is a folder": (
        lambda folder: ((folder / CARD).unlink(), (folder / CARD).mkdir()),
        "holds no model",
    ),
    "card is cut": (lambda folder: (folder / CARD).write_text('{"name": "x'), "not JSON"),
    "card is binary": (lambda folder: (folder / CARD).write_bytes(b"\xff\xfe\x00"), "not JSON"),
    "card is a list": (lambda folder: (folder / CARD).write_text("[1, 2]"), "not one of ours"),
    "card lacks keys": (lambda folder: with_card(folder, classes=None), "lacks classes"),
    "no temperature": (lambda folder: with_card(folder, temperature="hot"), "is not a number"),
    "cold": (lambda folder: with_card(folder, temperature=0), "is not above 0"),
    "one class": (lambda folder: with_card(folder, classes=["1"]), "2 to 10"),
    "other digest": (lambda folder: with_card(folder, digest="0" * 64), "is damaged"),
    "other temperature": (lambda folder: with_card(folder, temperature=9.5), "is damaged"),
    "no grader": (lambda folder: (folder / GRADER).unlink(), "no readable grader.tflite"),
    "cut grader": (
        lambda folder: (folder / GRADER).write_bytes((folder / GRADER).read_bytes()[:99_999]),
        "is damaged",
    ),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damaged_models(damage: str, folder: Path) -> None:
    """Lost: a model that was copied badly, or is another program's, would grade or crash."""
    harm, words = DAMAGE[damage]
    harm(folder)
    with pytest.raises(ModelError) as caught:
        load_model(folder)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_models_are_found_by_name_or_folder(folder: Path) -> None:
    """Lost: a model trained here could not be chosen."""
    trained = folder.parent
    places = (trained, MODELS)
    assert find_model(None, places).folder == BUNDLED
    assert find_model("copy", places).folder == folder
    assert find_model("phantom-v1", places).folder == BUNDLED
    assert find_model(str(folder), ()).folder == folder
    assert {model.folder for model in list_models(places)} == {folder, BUNDLED}


def test_models_in_the_making_are_not_offered(folder: Path) -> None:
    """Lost: a training that is being saved would be chosen half written."""
    folder.rename(folder.with_name(".copy.unfinished"))
    assert list_models((folder.parent,)) == []


def test_one_damaged_model_does_not_hide_the_others(folder: Path) -> None:
    """Lost: a bad copy would empty the library."""
    (folder / GRADER).unlink()
    assert [m.folder for m in list_models((folder.parent, MODELS))] == [BUNDLED]


@pytest.mark.parametrize("name", ["nobody", "../phantom-v1/../nobody", "x" * 300, "a\0b", ""])
def test_unknown_models(name: str, tmp_path: Path) -> None:
    """Lost: a typing error would end in a traceback instead of the list of models."""
    with pytest.raises(ModelError, match="unknown; choose one of: phantom-v1"):
        find_model(name, (tmp_path, MODELS))
    with pytest.raises(ModelError, match="no model lies in"):
        find_model(None, (tmp_path,))
