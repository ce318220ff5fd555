"""The bundled network in LiteRT: what it answers, and that nothing else is taken for a grade."""

import json
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from dermdash.errors import ModelError
from dermdash.grading.grader import LiteRtGrader, load_grader
from dermdash.grading.model import CARD, GRADER, load_model, model_digest
from tests.support.volumes import texture

MODELS = Path(__file__).resolve().parents[2] / "models"
BUNDLED = MODELS / "phantom-v1"
PATCHES = texture((7 * 224, 224, 3)).reshape(7, 224, 224, 3).astype(np.float32)


@pytest.fixture(scope="module")
def grader() -> LiteRtGrader:
    return load_grader(BUNDLED)


def test_answers(grader: LiteRtGrader) -> None:
    """Lost: probabilities, features and activation would be mistaken for one another."""
    predictions = grader(PATCHES)
    assert grader.digest == load_model(BUNDLED).digest
    assert predictions.probabilities.shape == (7, 4)
    assert predictions.features.shape == (7, 576)
    assert predictions.activation.shape == (7, 7, 7, 4)
    assert np.allclose(predictions.probabilities.sum(axis=1), 1, atol=1e-5)


def test_the_activation_explains_the_probabilities(grader: LiteRtGrader) -> None:
    """Lost: the overlay on a patch would show something else than what made its grade."""
    predictions = grader(PATCHES)
    temperature = float(load_model(BUNDLED).card["temperature"])
    logits = np.log(predictions.probabilities) * temperature
    mean = predictions.activation.mean(axis=(1, 2))
    bias = (logits - mean) - (logits - mean).mean(axis=1, keepdims=True)
    assert np.allclose(bias, bias[0], atol=1e-3)


@pytest.mark.parametrize("batch", [1, 2, 5, 7])
def test_a_patch_grades_alike_in_any_company(batch: int, grader: LiteRtGrader) -> None:
    """Lost: a grade would depend on what is graded beside it, or on what was graded before."""
    whole = grader(PATCHES).probabilities
    parts = [grader(PATCHES[i : i + batch]).probabilities for i in range(0, 7, batch)]
    assert np.allclose(np.concatenate(parts), whole, atol=1e-6)


def test_predictions_outlive_the_next_call(grader: LiteRtGrader) -> None:
    """Lost: a layer's probabilities would be overwritten by the next layer's."""
    first = grader(PATCHES[:3])
    kept = first.probabilities.copy(), first.features.copy(), first.activation.copy()
    grader(PATCHES[3:6])
    assert np.array_equal(first.probabilities, kept[0])
    assert np.array_equal(first.features, kept[1])
    assert np.array_equal(first.activation, kept[2])


def test_many_calls_at_the_same_time(grader: LiteRtGrader) -> None:
    """Lost: on several cores patches would get each other's grades."""
    several = load_grader(BUNDLED, threads=3)
    assert several.threads == 3
    with ThreadPoolExecutor(6) as pool:
        rows = list(
            pool.map(lambda i: several(PATCHES[i % 7 : i % 7 + 1]).probabilities, range(40))
        )
    whole = grader(PATCHES).probabilities
    for number, row in enumerate(rows):
        assert np.allclose(row[0], whole[number % 7], atol=1e-6)


def cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def foreign(data: bytes) -> bytes:
    return b"PK\x03\x04" + bytes(5000)


def of_another_size(data: bytes) -> bytes:
    shape = np.array([-1, 224, 224, 3], "<i4").tobytes()
    one = np.array([1, 224, 224, 3], "<i4").tobytes()
    assert one in data
    other = np.array([1, 192, 192, 3], "<i4").tobytes()
    return data.replace(one, other).replace(shape, np.array([-1, 192, 192, 3], "<i4").tobytes())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (cut, "cannot be run"),
        (foreign, "cannot be run"),
        (of_another_size, "must take float32 patches of 224 x 224 x 3"),
    ],
)
def test_networks_that_are_not_ours(
    change: Callable[[bytes], bytes], words: str, tmp_path: Path
) -> None:
    """Lost: a network that a person put into a folder by hand would crash, or grade nonsense."""
    with pytest.raises(ModelError, match=words):
        load_grader(changed_model(tmp_path, change((BUNDLED / GRADER).read_bytes())))


def test_a_network_of_other_classes(tmp_path: Path) -> None:
    """Lost: a card of five grades would be put on a network of four."""
    folder = changed_model(tmp_path, (BUNDLED / GRADER).read_bytes(), classes=list("12345"))
    with pytest.raises(ModelError, match="gives no probabilities"):
        load_grader(folder)


def test_a_network_that_answers_nan(tmp_path: Path) -> None:
    """Lost: NaN would be stored as a score."""
    data = bytearray((BUNDLED / GRADER).read_bytes())
    middle = len(data) // 2
    data[middle : middle + 20_000] = b"\xff" * 20_000  # as float32: NaN
    grader = load_grader(changed_model(tmp_path, bytes(data)))
    with pytest.raises(ModelError, match="answers with no probabilities"):
        grader(PATCHES)


def changed_model(folder: Path, grader: bytes, **changes: object) -> Path:
    """The bundled model with another network, and a card that vouches for it."""
    shutil.copy(BUNDLED / CARD, folder / CARD)
    card = json.loads((folder / CARD).read_text(encoding="utf-8"))
    card |= {"digest": model_digest(grader, card["temperature"]), **changes}
    (folder / CARD).write_text(json.dumps(card), encoding="utf-8")
    (folder / GRADER).write_bytes(grader)
    return folder
