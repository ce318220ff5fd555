"""Studies as numbers for figures, and what drawings say read back as numbers."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from dermdash.analysis.cohorts import Cohort, cohort_of, group_profiles
from dermdash.analysis.depths import AlongDepth, arms_along_depth
from dermdash.grading.profile import Grading
from dermdash.reporting.figures.data_power import PowerCurves, power_curves
from dermdash.reporting.figures.data_responders import ResponderPoints, responder_points_of
from dermdash.reporting.figures.data_tipping import TippingCurve
from dermdash.stats.planned import plan_subjects
from dermdash.stats.power import Design
from dermdash.stats.responders import responders

ARMS = {"young": 3.0, "old <b>, $x$ & not photo-exposed": 2.2, "ältere 肌 😀": 1.6}
COLOURS = dict(zip(ARMS, ("#0072b2", "#e69f00", "#009e73"), strict=True))
SCORE = "expected_grade"


@dataclass(frozen=True)
class Numbers:
    """Three arms of six subjects, two scans of the first one."""

    seed: int = 0

    @cached_property
    def layers(self) -> pd.DataFrame:
        """A row a scan and layer, as the store gives it, with class shares."""
        rng = np.random.default_rng(self.seed)
        frames = []
        for arm, level in ARMS.items():
            for number in range(6):
                score = np.clip(level - np.arange(70) / 140 + rng.normal(0, 0.2, 70), 1, 4)
                share = rng.dirichlet(np.ones(4), 70)
                scan = pd.DataFrame(
                    {
                        "scan_id": len(frames) + 1,
                        "study": "S",
                        "subject_id": f"{arm[:1]}{number}",
                        "arm": arm,
                        "visit": "D0",
                        "site": "cheek",
                        "depth_um": np.arange(70),
                        "grade_mean": np.rint(score),
                        SCORE: score,
                    }
                )
                frames.append(
                    scan.assign(**{f"class_share_{k + 1}": share[:, k] for k in range(4)})
                )
        frames.append(
            frames[0].assign(
                scan_id=99,
                class_share_1=1.0,
                class_share_2=0.0,
                class_share_3=0.0,
                class_share_4=0.0,
            )
        )
        return pd.concat(frames, ignore_index=True)

    @cached_property
    def cohort(self) -> Cohort:
        return cohort_of(self.layers, arms=list(ARMS))

    @cached_property
    def groups(self) -> pd.DataFrame:
        """Means and SDs along depth."""
        return group_profiles(self.cohort)

    @cached_property
    def along(self) -> AlongDepth:
        return arms_along_depth(self.cohort.profiles, SCORE, list(ARMS))

    @cached_property
    def changes(self) -> pd.DataFrame:
        """Mean changes of two arms at three visits."""
        return pd.DataFrame(
            {
                "arm": ["placebo"] * 3 + ["active"] * 3,
                "visit": ["D0", "D28", "D56"] * 2,
                "day": [0, 28, 56] * 2,
                "mean": [0, 0.02, 0.05, 0, 0.2, 0.4],
                "ci_low": [0, -0.1, -0.1, 0, 0.1, 0.2],
                "ci_high": [0, 0.2, 0.15, 0, 0.35, 0.5],
                "n": [12, 12, 11, 12, 12, 12],
            }
        )

    @cached_property
    def cells(self) -> pd.DataFrame:
        """Scores of three subjects an arm at three visits, one of them missing."""
        rng = np.random.default_rng(self.seed)
        rows = [
            (f"{arm}{k}", arm, f"D{day}", day, rng.uniform(1.5, 3.5))
            for arm in ("placebo", "active")
            for k in range(3)
            for day in (0, 28, 56)
        ]
        table = pd.DataFrame(rows, columns=["subject_id", "arm", "visit", "day", SCORE])
        return table.drop(index=4).reset_index(drop=True)

    @cached_property
    def shifts(self) -> pd.DataFrame:
        """A result at three shifts of the DEJ, unknown at a fourth."""
        return pd.DataFrame(
            {
                "shift_um": [-5, 0, 5, 10],
                "difference": [0.3, 0.36, 0.4, np.nan],
                "ci_low": [-0.1, 0.01, 0.1, np.nan],
                "ci_high": [0.7, 0.71, 0.72, np.nan],
                "p_adjusted": [0.08, 0.046, 0.03, np.nan],
                "n_subjects": [36, 36, 34, 3],
            }
        )


def graded(*, crops: int = 3, seed: int = 0) -> Grading:
    """One scan whose grades fall with depth, some patches otherwise than their neighbours."""
    rng = np.random.default_rng(seed)
    level = np.linspace(3.4, 1.2, 70)[:, None] + rng.normal(0, 0.3, (70, crops))
    likely = np.exp(-2 * (level[..., None] - np.arange(1, 5)) ** 2)
    probabilities = (likely / likely.sum(axis=-1, keepdims=True)).astype(np.float32)
    return Grading(probabilities, np.arange(70, dtype=np.int16), "d" * 64)


def power_points() -> PowerCurves:
    """Power of two arms around a plan, and with another SD."""
    planned = plan_subjects(Design("two_arms", sd=0.36), 0.36, dropout=0.1)
    return power_curves(planned, other_sd=0.5)


def responder_changes(a: str, b: str) -> ResponderPoints:
    """Changes of six subjects an arm, beside a threshold and the error of measurement."""
    of_arm = {a: [0.5, 0.3, 0.2, 0.1, -0.1, 0.25], b: [0.0, 0.2, -0.2, 0.05, 0.1, -0.3]}
    changes = pd.DataFrame(
        [
            {"subject_id": f"{arm[:1]}{number}", "arm": arm, "change": change}
            for arm, values in of_arm.items()
            for number, change in enumerate(values)
        ]
    )
    return responder_points_of(changes, responders(of_arm, 0.2, control=b), sdc=0.15)


def tipping_points(a: str, b: str) -> TippingCurve:
    """A difference of 0.4 that missing scores 0.5 lower would undo."""
    delta = np.linspace(-1, 0, 5)
    middle = 0.4 + 0.5 * delta
    return TippingCurve(
        a, b, "D56", a, delta, middle, middle - 0.15, middle + 0.15, delta + 1, -0.5, (2, 1)
    )


def trace(figure: Any, name: str) -> Any:
    """The trace on screen whose name begins so."""
    return next(one for one in figure.data if str(one.name).startswith(name))


def numbers(values: Any) -> np.ndarray:
    """(n,) floats from a trace's values."""
    return np.asarray(values, dtype=float)


def columns(figure: Any) -> np.ndarray:
    """(n_rows, n_columns) of a printed heatmap, NaN where nothing is drawn."""
    from matplotlib.collections import QuadMesh

    meshes = [one for one in figure.axes[0].collections if isinstance(one, QuadMesh)]
    return np.column_stack([np.ma.filled(one.get_array().astype(float), np.nan) for one in meshes])


def line(figure: Any, label: str, *, axes: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """x and y of the printed line whose label begins so."""
    found = next(one for one in figure.axes[axes].lines if str(one.get_label()).startswith(label))
    return numbers(found.get_xdata()), numbers(found.get_ydata())


def outline(figure: Any, number: int = 0) -> np.ndarray:
    """(n, 2) corners of the printed band, each once."""
    from matplotlib.collections import PolyCollection

    bands = [one for one in figure.axes[0].collections if isinstance(one, PolyCollection)]
    return np.unique(bands[number].get_paths()[0].vertices.round(9), axis=0)


def corners(x: Any, y: Any) -> np.ndarray:
    """(n, 2) corners of a band on screen, each once."""
    return np.unique(np.column_stack([numbers(x), numbers(y)]).round(9), axis=0)


def texts(figure: Any) -> list[str]:
    """All words on a printed figure, their line breaks as blanks."""
    from matplotlib.text import Text

    figure.draw_without_rendering()
    shown = [one for one in figure.findobj(Text) if one.get_visible() and one.get_text().strip()]
    return [one.get_text().replace("\n", " ") for one in shown]
