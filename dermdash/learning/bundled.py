"""The bundled model: made from phantoms and a seed by ``python -m dermdash.learning.bundled``."""

import argparse
import hashlib
import logging
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dermdash import __version__
from dermdash.learning.baseline import brightness_accuracy
from dermdash.learning.calibration import calibration_error, fit_temperature
from dermdash.learning.evaluation import expected_grade, measure, volume_agreement
from dermdash.learning.examples import ORDINARY, Conditions, Examples, join_examples, make_examples
from dermdash.learning.export import export_model
from dermdash.learning.labels import Raters, majority, vote_shares
from dermdash.learning.network import build_network, logits
from dermdash.learning.protocols import compare_protocols
from dermdash.learning.splits import Split, split_by_subject
from dermdash.learning.training import Recipe, Stage, predict, train

if TYPE_CHECKING:
    import keras

LOG = logging.getLogger(__name__)
LEAK_SUBJECTS = 150
CHUNK = 50  # subjects a file of the cache
STATEMENT = "trained on synthetic phantoms; for trying the software, not for claims"
LIMITS = (
    "It has never seen skin: its grades of real scans mean nothing.",
    "Its raters are simulated: their agreement says nothing about experts.",
    "Fibres, blobs and pores outside the ranges of the phantoms may be graded wrongly.",
    "It is not a medical device and supports no claim.",
)
# Whole ranges of the physics that no training phantom has.
HELD_OUT = {
    "coarse speckle (grain 1.1 to 1.6 µm)": Conditions(physics={"speckle_um": (1.1, 1.6)}),
    "strong speckle (contrast .9 to 1)": Conditions(physics={"speckle": (0.9, 1.0)}),
    "strong attenuation (5 to 8 per mm)": Conditions(physics={"attenuation_per_mm": (5.0, 8.0)}),
    "thick fibres (half width 1.9 to 2.6 µm)": Conditions(texture={"width_um": (1.9, 2.6)}),
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What is trained on what.

    subjects : phantoms, one a subject; held : phantoms for each held-out range
    leak : recipe of the short trainings that compare the paper's protocol with ours
    """

    subjects: int
    held: int
    recipe: Recipe
    leak: Recipe | None = None


FULL = Plan(
    subjects=800,
    held=24,
    recipe=Recipe(
        stages=(
            Stage(first=0, epochs=16, rate=2e-3, batch=64, side_px=112, cosine=True),
            Stage(first=0, epochs=5, rate=5e-4, side_px=224, cosine=True),
        ),
        tones=True,
    ),
    leak=Recipe(
        stages=(Stage(first=0, epochs=8, rate=2e-3, batch=64, side_px=112, cosine=True),),
    ),
)
SMALL = Plan(
    subjects=12,
    held=1,
    recipe=Recipe(stages=(Stage(first=0, epochs=2, rate=2e-3, side_px=64, cosine=True),)),
)


@dataclass(frozen=True, slots=True)
class Source:
    """Where patches come from: phantoms of a seed, made at once or kept in a folder.

    processes : phantoms made at the same time
    cache : keeps patches between runs; empty it when the phantoms change
    """

    seed: int = 0
    processes: int = 1
    cache: Path | None = None

    def examples(self, name: str, subjects: range, conditions: Conditions = ORDINARY) -> Examples:
        """Patches of some subjects; ``name`` tells sets apart in the cache."""
        shifted = [subject + 1_000_000 * self.seed for subject in subjects]
        if self.cache is None:
            return make_examples(shifted, conditions=conditions, processes=self.processes)
        self.cache.mkdir(parents=True, exist_ok=True)
        parts = []
        for start in range(0, len(shifted), CHUNK):
            chunk = shifted[start : start + CHUNK]
            kept = self.cache / f"{name}-{chunk[0]}-{chunk[-1]}.npz"
            if not kept.exists():
                make_examples(chunk, conditions=conditions, processes=self.processes).save(kept)
            parts.append(Examples.load(kept))
        return join_examples(parts)


def build_bundled(folder: Path, plan: Plan, source: Source = Source()) -> dict[str, Any]:
    """Make phantoms, train, calibrate, measure and export; return the card.

    folder : the model's, made if need be
    """
    examples = source.examples("main", range(plan.subjects))
    labels, votes = _labels(examples, source.seed)
    split = split_by_subject(examples.subject, labels, folds=8, seed=source.seed)
    network = build_network(weights=None, momentum=0.9, seed=source.seed)
    training = train(
        network,
        examples.patches,
        votes,
        rows=split.train,
        validation=split.validation,
        recipe=replace(plan.recipe, seed=source.seed),
        checkpoint=source.cache / "best.weights.h5" if source.cache else None,
        on_epoch=lambda row: LOG.info("%s", row),
    )
    linear = logits(network)
    temperature = fit_temperature(
        predict(linear, examples.patches, split.validation), labels[split.validation]
    )
    sure = calibration_error(
        predict(linear, examples.patches, split.test), labels[split.test], temperature=temperature
    )
    measures = {
        **_measure(network, examples, labels, split.test),
        "calibration_error": round(sure, 4),
        "brightness_baseline_accuracy": brightness_accuracy(
            examples.patches, labels, train=split.train, test=split.test
        ),
        "held_out": _held_out(network, plan, source),
        "paper_protocol_optimistic": _protocols(plan, examples, labels, votes),
    }
    card = {
        "name": folder.name,
        **_card(plan, source.seed, examples, labels, split=split),
        "measures": measures,
        "training": {
            **plan.recipe.to_json(),
            "targets": "shares of the raters' votes",
            "epochs": [{key: round(value, 4) for key, value in row.items()} for row in training],
        },
    }
    real = examples.patches[split.test[:32]].astype(np.float32)
    return export_model(folder, network, temperature=temperature, patches=real, card=card)


def _held_out(network: "keras.Model", plan: Plan, source: Source) -> dict[str, Any]:
    """Measures on phantoms from each range that no training phantom has."""
    measures = {}
    for number, (name, conditions) in enumerate(HELD_OUT.items(), start=1):
        subjects = range(100_000 * number, 100_000 * number + plan.held)
        held = source.examples(f"held-{number}", subjects, conditions)
        labels, _ = _labels(held, source.seed)
        measures[name] = _measure(network, held, labels, np.arange(len(labels)))
    return measures


def _protocols(
    plan: Plan, examples: Examples, labels: NDArray[np.int64], votes: NDArray[np.float32]
) -> dict[str, Any] | None:
    """Both protocols on the first subjects; None where the plan leaves it out."""
    if plan.leak is None:
        return None
    some = examples.subject < examples.subject.min() + LEAK_SUBJECTS
    return compare_protocols(
        examples.patches[some], votes[some], labels[some], examples.subject[some], recipe=plan.leak
    )


def _labels(examples: Examples, seed: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    grades = Raters().grade(examples.quality, seed=seed)
    return majority(grades), vote_shares(grades)


def _measure(
    network: "keras.Model", examples: Examples, labels: NDArray[np.int64], rows: NDArray[np.int64]
) -> dict[str, Any]:
    """Measures on some patches, with the most that their noisy labels allow."""
    probabilities = predict(network, examples.patches, rows)
    quality = examples.quality[rows]
    spearman, error = volume_agreement(
        examples.subject[rows], quality, expected_grade(probabilities)
    )
    seen = measure(labels[rows], probabilities.argmax(axis=1) + 1)
    ceiling = measure(labels[rows], np.clip(np.rint(quality), 1, 4).astype(np.int64))
    return {
        **seen.to_json(),
        "ceiling_accuracy": round(ceiling.accuracy, 4),
        "volume_spearman": None if np.isnan(spearman) else round(spearman, 4),
        "volume_mean_error": round(error, 4),
    }


def _card(
    plan: Plan, seed: int, examples: Examples, labels: NDArray[np.int64], *, split: Split
) -> dict[str, Any]:
    """What the card says of the model's data, split and use."""
    sets = {"train": split.train, "validation": split.validation, "test": split.test}
    return {
        "version": 1,
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "software": f"dermdash {__version__}",
        "use": "demonstration",
        "statement": STATEMENT,
        "limits": list(LIMITS),
        "classes": ["1", "2", "3", "4"],
        "input": {"crop_um": 400, "size_px": 224, "channels": "z-1, z, z+1", "values": "0 to 255"},
        "network": "MobileNetV3-Small, global average pooling, dense softmax of 4; from scratch",
        "seed": seed,
        "data": {
            "generator": "dermdash.imaging.phantom",
            "n_volumes": plan.subjects,
            "n_patches": {key: len(rows) for key, rows in sets.items()},
            "n_by_grade": np.bincount(labels, minlength=5)[1:].tolist(),
            "patches_sha256": examples.sha256,
            "label_sha256": hashlib.sha256(labels.tobytes()).hexdigest(),
            "raters": asdict(Raters()),
            "label": "most frequent grade; ties: nearest to the raters' mean, then the lower",
        },
        "split": {
            "unit": "subject",
            "seed": seed,
            "counts": {key: len(np.unique(examples.subject[rows])) for key, rows in sets.items()},
            "sha256": split.sha256,
        },
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Train the bundled model into a folder."""
    parser = argparse.ArgumentParser(
        prog="python -m dermdash.learning.bundled", description=__doc__
    )
    parser.add_argument("folder", type=Path, metavar="OUTDIR", help="the model's folder")
    parser.add_argument("--small", action="store_true", help="a minute's run that shows the way")
    parser.add_argument("--seed", type=int, default=0, help="of phantoms, raters, split, training")
    parser.add_argument("--processes", type=int, default=1, help="phantoms made at the same time")
    parser.add_argument("--cache", type=Path, help="folder that keeps the patches between runs")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(message)s")
    card = build_bundled(
        options.folder,
        SMALL if options.small else FULL,
        Source(options.seed, options.processes, options.cache),
    )
    LOG.info("test accuracy %.3f, digest %s", card["measures"]["accuracy"], card["digest"])


if __name__ == "__main__":
    main()
