"""Profiles of subjects with a difference at known depths."""

from collections.abc import Mapping

import numpy as np
import pandas as pd


def tidy_profiles(
    arms: Mapping[str, float],
    *,
    n: int = 10,
    visits: tuple[str, ...] = ("D0",),
    span_um: tuple[int, int] = (10, 30),
    seed: int = 0,
) -> pd.DataFrame:
    """Scores of n subjects an arm at 0 to 69 µm; each arm is raised within a span of depths.

    arms : name -> how much it is raised there, at all visits but a first of several
    """
    rng = np.random.default_rng(seed)
    depth_um = np.arange(70)
    inside = (depth_um >= span_um[0]) & (depth_um <= span_um[1])
    rows = []
    for arm, rise in arms.items():
        for number in range(n):
            level = rng.normal(2.2, 0.2)
            for column, visit in enumerate(visits):
                raised = rise if column or len(visits) == 1 else 0.0
                noise = np.convolve(rng.normal(0, 0.4, 74), np.ones(5) / 5, "valid")
                rows.append(
                    pd.DataFrame(
                        {
                            "subject_id": f"{arm} {number}",
                            "arm": arm,
                            "visit": visit,
                            "depth_um": depth_um,
                            "expected_grade": level + noise + raised * inside,
                        }
                    )
                )
    return pd.concat(rows, ignore_index=True)
