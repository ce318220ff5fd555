"""How many subjects stand behind a figure along depth, in words."""

import numpy as np
import pandas as pd

from dermdash.stats.depth_findings import DepthContrast, Depthwise


def subjects_behind(found: Depthwise, contrast: DepthContrast) -> str:
    """``n = 12 and 11`` of two arms, ``n = 12 pairs`` within subjects, at the fullest depth."""
    if contrast.a in found.n_subjects and contrast.b in found.n_subjects:
        return f"n = {int(np.max(contrast.n_a))} and {int(np.max(contrast.n_b))}"
    return f"n = {int(np.max(contrast.n_a))} pairs"


def shifts_behind(shifts: pd.DataFrame) -> str:
    """``n = 36``, or ``n = 34 to 36`` where the margin of some scans is too short for a shift.

    >>> shifts_behind(pd.DataFrame({"n_subjects": [34, 36, 36]}))
    'n = 34 to 36'
    """
    if shifts.empty:
        return "n = 0"
    low, high = int(shifts["n_subjects"].min()), int(shifts["n_subjects"].max())
    return f"n = {low}" if low == high else f"n = {low} to {high}"
