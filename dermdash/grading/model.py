"""Model folders: a card that says what the model is, the network, and the exported grader."""

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dermdash.errors import ModelError

CARD, NETWORK, GRADER = "card.json", "network.keras", "grader.tflite"
REQUIRED = ("name", "use", "statement", "classes", "temperature", "input", "digest")

ModelCard = Mapping[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """A trained network as it lies in its folder.

    digest : sha256 of the exported grader and its temperature; names what graded
    use : "demonstration", or by whom and when it was validated
    """

    name: str
    folder: Path
    card: ModelCard
    digest: str
    use: str

    @property
    def grader_file(self) -> Path:
        return self.folder / GRADER

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the grades, from 1 up."""
        return tuple(str(name) for name in self.card["classes"])

    @property
    def statement(self) -> str:
        """What pages and exports say wherever this model graded."""
        return str(self.card["statement"])


def model_digest(grader: bytes, temperature: float) -> str:
    """What tells two graders apart: sha256 of the exported bytes and the temperature.

    >>> model_digest(b"", 1.0)[:8] == model_digest(b"", 1)[:8]
    True
    """
    return hashlib.sha256(grader + repr(float(temperature)).encode()).hexdigest()


def load_model(folder: Path | str) -> Model:
    """Read a model's card and see that its grader is the one that the card describes.

    Raises
    ------
    ModelError
        The folder is missing, damaged, or another program's.
    """
    folder = Path(folder)
    card = _read_card(folder)
    try:
        grader = (folder / GRADER).read_bytes()
    except OSError as error:
        raise ModelError(
            f"model {folder.name} has no readable {GRADER}; copy the whole folder again"
        ) from error
    digest = model_digest(grader, card["temperature"])
    if digest != card["digest"]:
        raise ModelError(
            f"model {folder.name} is damaged: {GRADER} is not the one its card describes "
            f"(digest {digest[:12]}, card {str(card['digest'])[:12]}); copy the folder again"
        )
    return Model(str(card["name"]), folder, card, digest, str(card["use"]))


def find_model(name: str | None, folders: Sequence[Path]) -> Model:
    """The model of that name, or in that folder; the newest bundled one where none is named.

    Raises
    ------
    ModelError
        There is none, or it cannot be used.
    """
    places = _model_folders(folders)
    if name is None:
        if not places:
            raise ModelError(f"no model lies in {_list(folders)}; train one or copy one there")
        return load_model(places[-1])
    for place in places:
        if place.name == name:
            return load_model(place)
    as_path = Path(name).expanduser()
    if len(as_path.parts) > 1 and as_path.is_dir():
        return load_model(as_path)
    known = ", ".join(place.name for place in places) or "none"
    raise ModelError(f"model {name!r} is unknown; choose one of: {known}")


def list_models(folders: Sequence[Path]) -> list[Model]:
    """All models that can be used, those of the first folder first; damaged ones are left out."""
    models = []
    for place in _model_folders(folders):
        try:
            models.append(load_model(place))
        except ModelError:
            continue
    return models


def _model_folders(folders: Sequence[Path]) -> list[Path]:
    """Folders with a card, the first of each name; a dot before a name marks one being written."""
    found: dict[str, Path] = {}
    for folder in folders:
        for card in sorted(folder.glob(f"*/{CARD}")):
            if not card.parent.name.startswith("."):
                found.setdefault(card.parent.name, card.parent)
    return list(found.values())


def _list(folders: Sequence[Path]) -> str:
    return " or ".join(str(folder) for folder in folders)


def _read_card(folder: Path) -> dict[str, Any]:
    name = folder.name
    try:
        card = json.loads((folder / CARD).read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelError(
            f"{folder} holds no model: {CARD} cannot be read; name a model's folder"
        ) from error
    except ValueError as error:
        raise ModelError(f"model {name} is damaged: {CARD} is not JSON; copy it again") from error
    missing = [key for key in REQUIRED if key not in card] if isinstance(card, dict) else REQUIRED
    if missing:
        raise ModelError(
            f"model {name} is not one of ours: {CARD} lacks {', '.join(missing)}; "
            "train or export it here"
        )
    temperature = card["temperature"]
    if isinstance(temperature, bool) or not isinstance(temperature, int | float):
        raise ModelError(f"model {name} is damaged: temperature {temperature!r} is not a number")
    if not (math.isfinite(temperature) and temperature > 0):
        raise ModelError(f"model {name} is damaged: temperature {temperature} is not above 0")
    classes = card["classes"]
    if not isinstance(classes, list) or not 2 <= len(classes) <= 10:
        raise ModelError(f"model {name} is damaged: classes {classes!r} are not 2 to 10 names")
    return dict(card)
