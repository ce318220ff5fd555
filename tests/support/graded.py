"""A graded trial in a store: small scans whose scores are known, made in a second."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from dermdash.trial.database import Store
from tests.support.studies import add_scan, grade_visits, make_study

RISES = {"placebo": (0.0, 0.1, -0.1, 0.05, 0.0), "active": (0.5, 0.6, 0.4, 0.55, 0.45)}


def graded_trial(
    store: Store,
    folder: Path,
    *,
    rises: Mapping[str, Sequence[float]] = RISES,
    name: str = "Night cream",
    synthetic: bool = True,
) -> int:
    """*Night cream*: each arm's subjects at D0 and D28, risen by just so much; returns its id.

    Subjects are coded by their arm's first letter: ``P0``, ``P1`` ... and ``A0`` ...
    """
    study = make_study(store, name, synthetic=synthetic)
    scores: dict[str, dict[str, float]] = {"D0": {}, "D28": {}}
    for arm, changes in rises.items():
        for number, rise in enumerate(changes):
            subject = f"{arm[0].upper()}{number}"
            for visit in scores:
                add_scan(store, study, folder / name, subject, arm=arm, visit=visit)
            scores["D0"][subject] = 2.0 + 0.1 * number
            scores["D28"][subject] = scores["D0"][subject] + rise
    grade_visits(store, scores)
    return study
