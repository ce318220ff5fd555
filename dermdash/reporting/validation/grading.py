"""Phantoms of known quality through reading, cutting and grading, against the model's card."""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from dermdash.reporting.validation.check import Check, tried

if TYPE_CHECKING:
    from dermdash.grading.model import Model
    from dermdash.grading.profile import Grading

QUALITIES = (1.0, 2.0, 3.0, 4.0)
SHAPE, DEJ_UM = (82, 400, 400), 10.0
FAR = 3.0  # times the card's mean error: what one volume may be off
PHANTOM = "known by construction of the phantom"


def check_grading(folders: Sequence[Path], folder: Path) -> tuple[Check, ...]:
    """The model's file, and the grades of four phantoms.

    folders : where the bundled model lies; folder : an empty one, where phantoms are written
    """

    @cache
    def graded(quality: float) -> "tuple[Model, Grading]":
        model = bundled_model(folders)
        return model, _grade(phantom_file(folder, quality), model)

    def error(quality: float) -> tuple[float, float, float]:
        """Score, its error, and the card's mean error of a volume."""
        model, grading = graded(quality)
        score = score_of(grading)
        return score, score - quality, float(model.card["measures"]["volume_mean_error"])

    def near(quality: float) -> tuple[str, bool]:
        score, off, usual = error(quality)
        return f"{score:.2f}", abs(off) <= FAR * usual

    def all_near() -> tuple[str, bool]:
        errors = [error(quality) for quality in QUALITIES]
        mean = float(np.mean([abs(off) for _, off, _ in errors]))
        return f"{mean:.3f}", mean <= errors[0][2]

    def twice() -> tuple[str, bool]:
        model, first = graded(QUALITIES[0])
        again = _grade(phantom_file(folder, QUALITIES[0]), model)
        same = first.probabilities.tobytes() == again.probabilities.tobytes()
        return ("the same" if same else "other probabilities"), same

    usual = _usual_error(folders)
    return (
        _digest_check(folders),
        *(
            tried(
                "grading",
                f"expected grade of a phantom of quality {quality:g}",
                f"{quality:.2f}",
                lambda quality=quality: near(quality),  # type: ignore[misc]
                tolerance=f"± {FAR * usual:.2f}" if usual else "",
                source=f"{PHANTOM}; {FAR:g} times the card's mean error of a volume",
            )
            for quality in QUALITIES
        ),
        tried(
            "grading",
            f"mean error of the {len(QUALITIES)} phantoms",
            f"at most {usual:.3f}" if usual else "at most the card's",
            all_near,
            source="the model's card, measures.volume_mean_error",
        ),
        tried(
            "grading",
            "one volume graded twice",
            "the same",
            twice,
            source="every probability, bit for bit",
        ),
    )


def bundled_model(folders: Sequence[Path]) -> "Model":
    """The model that comes with the software, not one that was trained here."""
    from dermdash.grading.model import find_model

    return find_model(None, folders)


def phantom_file(folder: Path, quality: float) -> Path:
    """A phantom of this quality at all depths, flat DEJ at ``DEJ_UM``; made once a folder."""
    from dermdash.imaging.phantom import make_phantom, write_phantom

    path = folder / f"quality-{quality:g}.tif"
    if not path.exists():
        made = make_phantom(quality=quality, shape=SHAPE, dej_um=DEJ_UM, flat=True, seed=0)
        write_phantom(path, made)
    return path


def score_of(grading: "Grading") -> float:
    """The expected grade over the slab."""
    from dermdash.grading.profile import summarize

    return summarize(grading).expected_grade


def _grade(path: Path, model: "Model") -> "Grading":
    from dermdash.imaging.dej import Dej
    from dermdash.imaging.slab import Sampling
    from dermdash.imaging.volume import Reading
    from dermdash.pipeline import grade_file

    return grade_file(path, Reading(), Dej.plane(DEJ_UM), Sampling(), model.folder)


def _digest_check(folders: Sequence[Path]) -> Check:
    def read() -> tuple[str, bool]:
        model = bundled_model(folders)
        return model.digest, model.digest == model.card["digest"]

    expected = _card_digest(folders)
    what, source = "digest of the bundled model", "the model's card"
    return tried("grading", what, expected or "as its card says", read, source=source)


def _card_digest(folders: Sequence[Path]) -> str:
    return str(_card(folders).get("digest", ""))


def _usual_error(folders: Sequence[Path]) -> float:
    measures = _card(folders).get("measures", {})
    return float(measures.get("volume_mean_error", 0.0)) if isinstance(measures, dict) else 0.0


def _card(folders: Sequence[Path]) -> dict[str, object]:
    """The bundled model's card as it lies there, whatever is wrong with its grader."""
    from dermdash.grading.model import CARD

    found: dict[str, Path] = {}
    for folder in folders:
        for path in sorted(folder.glob(f"*/{CARD}")):
            found.setdefault(path.parent.name, path)
    try:
        card = json.loads([*found.values()][-1].read_text(encoding="utf-8"))
    except (IndexError, OSError, ValueError):
        return {}
    return card if isinstance(card, dict) else {}
